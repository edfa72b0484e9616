"""Commands on alerts."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from monitor.cli.options import DEFAULT_CONFIG, AsJson, Config, now, one_line_errors
from monitor.journal import DISPOSITIONS, Journal
from monitor.settings import read_settings
from monitor.terminal import put, put_json
from pipelines.errors import WrongUse

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, read and decide alerts.")

LIVE = ("open", "in_review", "escalated")
STATUSES = (*LIVE, "closed", "withdrawn")

AlertId = Annotated[str, typer.Argument(metavar="ALERT", help="Alert id.")]


def _journal(config: Config) -> Journal:
    return Journal(read_settings(config).journal.url)


@app.command("list")
def list_(
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    status: Annotated[
        list[str] | None,
        typer.Option(help=f"Only this status; may be repeated: {', '.join(STATUSES)}. Without it, the first three."),
    ] = None,
) -> None:
    """List alerts, worst first."""
    from monitor.show.alert import show_alerts

    with one_line_errors():
        for each in status or ():
            if each not in STATUSES:
                raise WrongUse(f"--status: {each!r} is no status; use one of {', '.join(STATUSES)}")
        found = _journal(config).alerts(status or LIVE)
        put_json(found) if json else show_alerts(found)


@app.command()
def show(alert: AlertId, config: Config = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show one alert in full: why, along which path, how many units, what could not be judged."""
    from monitor.show.alert import show_alert

    with one_line_errors():
        journal = _journal(config)
        found = journal.alert(alert)
        put_json(found) if json else show_alert(found, journal.history(alert))


@app.command()
def close(
    alert: AlertId,
    disposition: Annotated[str, typer.Argument(metavar="DISPOSITION", help=" · ".join(DISPOSITIONS))],
    because: Annotated[str, typer.Option(help="Why; kept in the alert's history.")],
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    who: Annotated[str | None, typer.Option(help="Who decides; your login name if not given.")] = None,
) -> None:
    """Close an alert with a disposition and a reason."""
    with one_line_errors():
        journal = _journal(config)
        journal.close(alert, disposition, who or _login(), because, now())
        put_json(journal.alert(alert)) if json else put(f"{alert} closed: {disposition}")


def _login() -> str:
    """Name whoever types.

    Raises
    ------
    WrongUse
        The machine does not know.
    """
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number without a name
        raise WrongUse("--who: this machine does not know your name; give it") from None
