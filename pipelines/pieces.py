"""Rows a source takes from a file record by record, given on in pieces of bounded size, with all that was refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.errors import Unusable
from pipelines.reading.delimited import RawTable
from pipelines.reading.quarantine import SHOWN, bad_rows
from pipelines.source import Extract
from pipelines.tables import FILES

SIZE = 50_000
"""Rows after which a piece is given on."""

LONGEST = 10_000
"""Characters a text of a record may have; no name or address is longer."""

OWN = {
    "row": pl.Int64(),
    "record": pl.String(),
    "line": pl.Int64(),
    "file": pl.String(),
    "recorded_at": pl.Datetime("us"),
}
BAD = {"file": pl.String(), **bad_rows().schema}

Row = dict[str, object]


@dataclass(frozen=True)
class At:
    """Where a record stands: its file and number."""

    file: str
    row: int


class Pieces:
    """Rows by table until there are enough of them for a piece.

    A record counts once for every row it gives and once when it is refused, so that read = rows + quarantined.
    """

    def __init__(self, size: int = SIZE) -> None:
        self.size = size
        self.notes: Counter[str] = Counter()
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._bad: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, at: At, **values: object) -> None:
        """Keep a row, or refuse it when a text of it cannot be kept or it ends before it begins."""
        try:
            _check(values)
        except Unusable as why:
            self.refuse(table, at, why)
        else:
            self._rows[table].append({**values, "row": at.row, "file": at.file})

    def refuse(self, table: str, at: At, why: Unusable) -> None:
        """Keep why a record cannot be used."""
        shown = printable(str(why.value)[:SHOWN])
        told = {"column": why.column, "value": shown, "reason": str(why), "advice": why.advice}
        self._bad[table].append({"file": at.file, "row": at.row, **told})

    def bad_lines(self, table: str, file: str, raw: RawTable) -> None:
        """Keep the lines of a table of text that are no records."""
        for row in raw.bad.iter_rows(named=True):
            self._bad[table].append({"file": file, **row})

    def note(self, what: str) -> None:
        """Count records that give no row of their own."""
        self.notes[what] += 1

    def full(self) -> Iterator[Extract]:
        """Give what has become enough for a piece."""
        for table in {*self._rows, *self._bad}:
            if len(self._rows[table]) + len(self._bad[table]) >= self.size:
                yield self._take(table)

    def rest(self, otherwise: str) -> Iterator[Extract]:
        """Give all that is left, with the notes; of table `otherwise` where there is nothing else to say them with."""
        notes = tuple(f"{count:,} {what}" for what, count in sorted(self.notes.items()))
        left = sorted(table for table in {*self._rows, *self._bad} if self._rows[table] or self._bad[table])
        for table in left or [otherwise]:
            yield self._take(table, notes if table == (left or [otherwise])[0] else ())

    def _take(self, table: str, notes: tuple[str, ...] = ()) -> Extract:
        rows, bad = self._rows.pop(table, []), self._bad.pop(table, [])
        schema = {**FILES[table].schema, **OWN}
        filled = {name for row in rows for name in row}
        frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)
        refused = pl.DataFrame({name: [row.get(name) for row in bad] for name in BAD}, schema=BAD)
        columns = frozenset(name for name in FILES[table].schema if name in filled)
        return Extract(table, frame, refused, len(rows) + len(bad), notes=notes, columns=columns)


def printable(text: str) -> str:
    """Write a text without what no file can hold: halves of characters."""
    return text.encode("utf-8", "replace").decode()


def _check(values: Row) -> None:
    for name, value in values.items():
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str):
                _check_text(name, text)
    first, last = values.get("from_on"), values.get("until_on")
    if isinstance(first, dt.date) and isinstance(last, dt.date) and last < first:
        raise Unusable("until_on", last, "is before from_on", "correct one of the two dates")


def _check_text(name: str, text: str) -> None:
    if len(text) > LONGEST:
        raise Unusable(name, text, f"is longer than {LONGEST:,} characters", "shorten it, or ask who publishes it")
    if not text.isascii() and printable(text) != text:
        raise Unusable(name, text, "holds halves of characters", "download or export the file again")
