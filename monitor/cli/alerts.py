"""Commands on alerts."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from monitor.cli.options import DEFAULT_CONFIG, AsJson, Config, now, one_line_errors, put_json, put_table
from monitor.journal import DISPOSITIONS, Journal
from monitor.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="List, read and decide alerts.")
LIVE = ("open", "in_review", "escalated")


def _journal(config: Config) -> Journal:
    return Journal(read_settings(config).journal.url)


@app.command("list")
def list_(
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    status: Annotated[
        list[str] | None, typer.Option(help="Only these statuses; all but withdrawn and closed if not given.")
    ] = None,
) -> None:
    """List alerts, worst first."""
    with one_line_errors():
        found = _journal(config).alerts(status or LIVE)
        if json:
            put_json(found)
            return
        rows = [
            {**alert, "party": alert["party"]["name"], "flags": len(alert["findings"]), "paths": len(alert["paths"])}
            for alert in found
        ]
        put_table(
            "Alerts",
            rows,
            ("id", "severity", "kind", "score", "status", "party", "title"),
            "no alerts; that is what the records given show, not a clearance",
        )


@app.command()
def show(
    alert: Annotated[str, typer.Argument(help="Alert id.")], config: Config = DEFAULT_CONFIG, json: AsJson = False
) -> None:
    """Show one alert in full: why, along which path, how many units, what could not be judged."""
    from monitor.show import show_alert

    with one_line_errors():
        journal = _journal(config)
        found = journal.alert(alert)
        put_json(found) if json else show_alert(found, journal.history(alert))


@app.command()
def close(
    alert: Annotated[str, typer.Argument(help="Alert id.")],
    disposition: Annotated[str, typer.Argument(help=" · ".join(DISPOSITIONS))],
    because: Annotated[str, typer.Option(help="Why; kept in the alert's history.")],
    config: Config = DEFAULT_CONFIG,
    who: Annotated[str | None, typer.Option(help="Who decides; your login name if not given.")] = None,
) -> None:
    """Close an alert with a disposition and a reason."""
    with one_line_errors():
        _journal(config).close(alert, disposition, who or getpass.getuser(), because, now())
        typer.echo(f"{alert} closed: {disposition}")
