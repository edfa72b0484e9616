"""What reaches the terminal: clean text, tables that fit, JSON, and the progress of long work."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from textwrap import wrap
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from monitor.journal.content import plain

WIDTH = 120
"""Columns of a page that is no terminal."""

PARAGRAPH = 110
"""Columns of running text, at most."""

SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")
"""Orders to a terminal."""

HIDDEN = re.compile(r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Characters that JSON may hold as they are but a terminal may obey."""


def clean(text: str) -> str:
    """Take from a text what a terminal would obey instead of show."""
    return "".join(_shown(each) for each in SEQUENCE.sub("", text))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return "" if unicodedata.category(character) == "Cf" else " "


def width() -> int:
    """How wide a page is: the terminal, or 120 columns where there is none."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return WIDTH
    return max(60, shutil.get_terminal_size((WIDTH, 40)).columns)


def put(text: str = "") -> None:
    """Print one line that holds nothing a terminal would obey."""
    typer.echo(clean(text))


def paragraph(text: str, indent: str = "", first: str | None = None) -> None:
    """Print running text wrapped to a readable width."""
    start = indent if first is None else first
    room = min(PARAGRAPH, width())
    lines = wrap(clean(text), room, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False)
    typer.echo("\n".join(lines) or indent)


def heading(text: str) -> None:
    """Print a heading after an empty line."""
    put()
    put(text)


def put_list(title: str, items: Sequence[Any], spelled: Callable[[Any], str], most: int = 12) -> None:
    """Print items below a heading, at most so many; nothing when there are none."""
    if not items:
        return
    heading(title)
    for each in items[:most]:
        paragraph(spelled(each), "    ", "  - ")
    if len(items) > most:
        put(f"  … and {len(items) - most} more")


def put_lines(lines: Iterable[str]) -> None:
    """Print lines as they are."""
    for line in lines:
        put(line)


def put_json(value: Any) -> None:
    """Print JSON; what a terminal would obey is written as its code."""
    text = json.dumps(plain(value), indent=2, ensure_ascii=False)
    typer.echo(HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def put_table(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], empty: str) -> None:
    """Print rows as a table that no cell can break out of; `empty` says what an empty one means."""
    if not rows:
        typer.echo(empty)
        return
    put(title)
    table = Table(show_edge=False, pad_edge=False)
    for column in columns:
        numbers = all(isinstance(row.get(column), int | float | None) for row in rows)
        table.add_column(column.replace("_", " "), overflow="fold", justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    Console(highlight=False, markup=False, width=width()).print(table, markup=False)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, list | tuple):
        return clean(", ".join(map(str, value)))
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return clean(str(value))


def fail(line: str, code: int) -> None:
    """Print one line to standard error and exit.

    Raises
    ------
    typer.Exit
        Always.
    """
    typer.echo(f"entrepot: {clean(' '.join(line.split()))}", err=True)
    raise typer.Exit(code)


@contextmanager
def progress(clock: Callable[[], dt.datetime]) -> Iterator[Callable[[str], None]]:
    """Show what is being done: a line that changes on a terminal, log lines where there is none."""
    if not sys.stderr.isatty():
        yield lambda text: typer.echo(f"{clock():%H:%M:%S} {clean(text)}", err=True)
        return
    console = Console(stderr=True, markup=False, highlight=False)
    with console.status("starting") as status:
        yield lambda text: status.update(clean(text))
