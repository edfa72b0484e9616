"""Commands that show what Entrepot goes by: red flags, the law, sources, runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import DEFAULT_CONFIG, AsJson, Config, Known, On, day, now, one_line_errors, opened
from monitor.settings import read_settings
from monitor.terminal import put, put_json, put_table

flags = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The red flags: what each claims, where it comes from, what it misses.",
)
sources = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What was read, and what could not be used.")

VERIFY = "A measure marked verify rests on a source that is not the official text: check it before relying on it."


@flags.command("list")
def list_flags(config: Config = DEFAULT_CONFIG, json: AsJson = False, known: Known = None) -> None:
    """List every red flag with its severity, source and parameters; with --known, as a run had them set."""
    from monitor.answers import reference

    with one_line_errors():
        set_here = read_settings(config).flags if config.exists() or config != DEFAULT_CONFIG else {}
        found = reference.flags(set_here) if known is None else reference.flags_then(opened(config, known)[1])
        if json:
            put_json(found)
        else:
            rows = [{**each, "source": [f"{cite['passage']}" for cite in each["cites"]]} for each in found]
            put_table("Red flags", rows, ("id", "severity", "title", "source", "enabled"), "no red flags")


@flags.command("show")
def show_flag(flag: Annotated[str, typer.Argument(metavar="FLAG", help="Red flag id.")], json: AsJson = False) -> None:
    """Show one red flag in full."""
    from monitor.answers import reference
    from monitor.show.answers import show_flag as shown

    with one_line_errors():
        found = reference.flag(flag)
        put_json(found) if json else shown(found)


@sources.command()
def status(config: Config = DEFAULT_CONFIG, json: AsJson = False, known: Known = None) -> None:
    """Say per source what was last read and how old it is."""
    from monitor.answers.answer import known as known_of
    from monitor.journal import Journal
    from monitor.show.sources import show_status
    from monitor.status import read_status, status_then

    with one_line_errors():
        if known is None:
            settings = read_settings(config)
            rows = read_status(Journal(settings.journal.url), settings, now())
        else:
            settings, run = opened(config, known)
            rows = [{**each, "known": known_of(run)} for each in status_then(run, settings)]
        put_json(rows) if json else show_status(rows)


@sources.command()
def quarantine(
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    export: Annotated[
        Path | None,
        typer.Option(help="Write them to this CSV file, or folder of files, for correction in a spreadsheet."),
    ] = None,
    known: Known = None,
) -> None:
    """List the rows that could not be used, each with its reason."""
    from monitor.answers.answer import known as known_of
    from monitor.corrections import export_quarantine
    from monitor.show.sources import exported_lines, quarantine_lines
    from monitor.terminal import put_lines

    with one_line_errors():
        settings, run = opened(config, known)
        rows = run.table("quarantine").collect()
        if export:
            declared = {each.id for each in settings.sources}
            for line in exported_lines(export_quarantine(rows, export), declared, settings.inbox):
                typer.echo(line, err=json)
        if json:
            put_json([{**each, **({} if known is None else {"known": known_of(run)})} for each in rows.to_dicts()])
        elif not export:
            put_lines(quarantine_lines(rows) or ("nothing is in quarantine",))


def controls(on: On = None, config: Config = DEFAULT_CONFIG, json: AsJson = False, known: Known = None) -> None:
    """Print the measures of a day, their status, and what is to be verified.

    With --known, those of the day of a run. The measures are those of this version of Entrepot.
    """
    from monitor.answers import reference
    from monitor.answers.answer import known as known_of

    with one_line_errors():
        run = opened(config, known)[1] if known is not None else None
        said = read_settings(config).as_of if config.exists() or config != DEFAULT_CONFIG else None
        asked = day(on, "--on") or (run.info.as_of if run else None) or said or now().date()
        rows = reference.controls(asked)
        if json:
            put_json({"on": asked, "known": known_of(run) if run else None, "measures": rows})
            return
        put_table(f"Measures on {asked}", rows, ("id", "status", "verify", "title", "citation"), "no measures")
        put(VERIFY)
