"""Commands that show what Entrepot goes by: red flags, the law, sources, runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor import ask
from monitor.cli.options import (
    DEFAULT_CONFIG,
    AsJson,
    Config,
    On,
    day,
    now,
    one_line_errors,
    opened,
    put_json,
    put_table,
)
from monitor.journal import Journal
from monitor.settings import read_settings
from pipelines.store import Store

flags = typer.Typer(no_args_is_help=True, help="The red flags: what each claims, where it comes from, what it misses.")
sources = typer.Typer(no_args_is_help=True, help="What was read, and what could not be used.")


@flags.command("list")
def list_flags(config: Config = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List every red flag with its severity, source and parameters."""
    with one_line_errors():
        found = ask.flags(read_settings(config).flags if config.exists() else {})
        if json:
            put_json(found)
        else:
            rows = [{**each, "source": [f"{cite['passage']}" for cite in each["cites"]]} for each in found]
            put_table("Red flags", rows, ("id", "severity", "title", "source", "enabled"), "no red flags")


@flags.command("show")
def show_flag(flag: Annotated[str, typer.Argument(help="Red flag id.")], json: AsJson = False) -> None:
    """Show one red flag in full."""
    from monitor.show import show_flag as shown

    with one_line_errors():
        found = ask.flag(flag)
        put_json(found) if json else shown(found)


@sources.command()
def status(config: Config = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Say per source what was last read and how old it is."""
    from monitor.status import read_status

    with one_line_errors():
        settings = read_settings(config)
        rows = read_status(Journal(settings.journal.url), settings, now())
        put_json(rows) if json else put_table(
            "Sources",
            rows,
            ("source", "read", "accepted", "duplicate", "quarantined", "last_read_at", "age_hours"),
            "no sources",
        )


@sources.command()
def quarantine(
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    export: Annotated[
        Path | None, typer.Option(help="Write the rejected rows to this CSV file for correction.")
    ] = None,
) -> None:
    """List the rows that could not be used, each with its reason."""
    with one_line_errors():
        _, run = opened(config)
        rows = run.table("quarantine").collect()
        if export:
            rows.write_csv(export)
            typer.echo(f"wrote {rows.height} rows to {export}")
        elif json:
            put_json(rows.to_dicts())
        else:
            put_table(
                "Quarantine",
                rows.to_dicts(),
                ("file", "row", "column", "value", "reason", "advice"),
                "nothing is in quarantine",
            )


def controls(on: On = None, json: AsJson = False) -> None:
    """Print the measures of a day, their status, and what is to be verified."""
    with one_line_errors():
        asked = day(on, "--on") or now().date()
        rows = ask.controls(asked)
        if json:
            put_json({"on": asked, "measures": rows})
            return
        put_table(f"Measures on {asked}", rows, ("id", "status", "verify", "title", "citation"), "no measures")
        typer.echo(
            "A measure marked verify rests on a source that is not the official text: check it before relying on it."
        )


def runs(config: Config = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the runs kept in the store."""
    with one_line_errors():
        kept = Store(read_settings(config).store.path).runs().select("run", "as_of", "made_at", "version").to_dicts()
        put_json(kept) if json else put_table("Runs", kept, ("run", "as_of", "made_at", "version"), "no runs yet")
