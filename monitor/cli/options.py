"""What commands share: options, opening the workspace, one line for what went wrong, JSON or a table."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from monitor.journal.content import plain
from monitor.settings import Settings, read_settings
from pipelines.errors import EntrepotError, InputError, UnknownParty
from pipelines.store import Store, StoredRun

Config = Annotated[Path, typer.Option("--config", help="The settings file; relative paths in it are relative to it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Known = Annotated[str | None, typer.Option("--known", metavar="RUN|DATE", help="What we knew at that run or day.")]
On = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="As of that day in the world; today if not given.")
]
DEFAULT_CONFIG = Path("monitor.toml")


def now() -> dt.datetime:
    """The time, read here and nowhere deeper."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def day(text: str | None, option: str) -> dt.date | None:
    """Read a day given on the command line.

    Raises
    ------
    typer.BadParameter
        Not an ISO date.
    """
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write YYYY-MM-DD", param_hint=option) from None


def opened(config: Path, known: str | None = None) -> tuple[Settings, StoredRun]:
    """Open the run a question is asked of: the last one, or the one known at a run number or day."""
    settings = read_settings(config)
    store = Store(settings.store.path)
    if store.last() is None:
        raise InputError(
            f"{config}: no run yet; put files into {settings.inbox} and type: entrepot run --config {config}"
        )
    if known is None:
        return settings, store.open()
    return settings, store.open(int(known) if known.isdigit() else day(known, "--known"))


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Say in one line what is wrong: exit 2 for a wrong name, 1 for anything else that failed."""
    try:
        yield
    except UnknownParty as error:
        fail(str(error), 2)
    except EntrepotError as error:
        fail(str(error), 1)


def fail(line: str, code: int) -> None:
    """Print one line to standard error and exit.

    Raises
    ------
    typer.Exit
        Always.
    """
    typer.echo(f"entrepot: {line}", err=True)
    raise typer.Exit(code)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done: a line that changes on a terminal, log lines where there is none."""
    if not sys.stderr.isatty():
        yield lambda text: typer.echo(f"{now():%H:%M:%S} {text}", err=True)
        return
    console = Console(stderr=True)
    with console.status("starting") as status:
        yield lambda text: status.update(text)


def put_json(value: Any) -> None:
    """Print JSON."""
    typer.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


def put_table(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], empty: str) -> None:
    """Print rows as a table that no cell can break out of; `empty` says what an empty one means."""
    if not rows:
        typer.echo(empty)
        return
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    Console(highlight=False, markup=False).print(table, markup=False)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "".join(each if each.isprintable() else " " for each in str(value))
