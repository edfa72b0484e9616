"""Commands on alerts."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.options import DEFAULT_CONFIG, AsJson, Config, Known, now, one_line_errors, opened
from monitor.journal import DISPOSITIONS, Journal
from monitor.settings import read_settings
from monitor.terminal import put, put_json
from pipelines.errors import WrongUse

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, read and decide alerts.")

LIVE = ("open", "in_review", "escalated")
STATUSES = (*LIVE, "closed", "withdrawn")

AlertId = Annotated[str, typer.Argument(metavar="ALERT", help="Alert id.")]


def _then(config: Path, text: str) -> tuple[int, list[dict[str, Any]]]:
    """The run known at a number or day, and the alerts as they were then; each says what was known."""
    from monitor.answers.answer import known

    settings, run = opened(config, text)
    found = Journal(settings.journal.url).alerts_at(run.info.run)
    return run.info.run, [{**each, "known": known(run)} for each in found]


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
    known: Known = None,
) -> None:
    """List alerts, worst first."""
    from monitor.show.alert import show_alerts

    with one_line_errors():
        for each in status or ():
            if each not in STATUSES:
                raise WrongUse(f"--status: {each!r} is no status; use one of {', '.join(STATUSES)}")
        if known is None:
            found = _journal(config).alerts(status or LIVE)
        else:
            found = [each for each in _then(config, known)[1] if each["status"] in (status or LIVE)]
        put_json(found) if json else show_alerts(found)


@app.command()
def show(alert: AlertId, config: Config = DEFAULT_CONFIG, json: AsJson = False, known: Known = None) -> None:
    """Show one alert in full: why, along which path, how many units, what could not be judged."""
    from monitor.show.alert import show_alert

    with one_line_errors():
        journal = _journal(config)
        found, history = journal.alert(alert), journal.history(alert)
        if known is not None:
            run, every = _then(config, known)
            there = [each for each in every if each["id"] == alert]
            if not there:
                raise WrongUse(f"--known: there was no alert {alert!r} at run {run}; it was raised later")
            found, history = there[0], journal.history_at(alert, run)
        put_json(found) if json else show_alert(found, history)


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
