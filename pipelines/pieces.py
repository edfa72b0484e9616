"""Rows a source takes from a file record by record, given on in pieces of bounded size, with all that was refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.errors import Unusable
from pipelines.reading.delimited import RawTable
from pipelines.reading.quarantine import SHOWN, bad_rows
from pipelines.source import Extract
from pipelines.tables import FILES

SIZE = 25_000
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

    A record counts once for every row it gives and once when it is refused, so that read = rows + quarantined. A row
    is refused as well when a text of it cannot be kept, or it ends before it begins.
    """

    def __init__(self, size: int = SIZE) -> None:
        self.size = size
        self.notes: Counter[str] = Counter()
        self._rows: dict[str, list[Row]] = {}
        self._filled: dict[str, set[str]] = {}
        self._bad: dict[str, list[Row]] = {}
        self._counts: Counter[str] = Counter()

    def add(self, table: str, at: At, **values: object) -> None:
        """Keep a row."""
        values["row"], values["file"] = at.row, at.file
        if table not in self._rows:
            self._rows[table], self._filled[table] = [], set()
        self._rows[table].append(values)
        self._filled[table].update(values)
        self._counts[table] += 1

    def refuse(self, table: str, at: At, why: Unusable) -> None:
        """Keep why a record cannot be used."""
        shown = printable(str(why.value)[:SHOWN])
        told = {"column": why.column, "value": shown, "reason": str(why), "advice": why.advice}
        self._keep_bad(table, {"file": at.file, "row": at.row, **told})

    def bad_lines(self, table: str, file: str, raw: RawTable) -> None:
        """Keep the lines of a table of text that are no records."""
        for row in raw.bad.iter_rows(named=True):
            self._keep_bad(table, {"file": file, **row})

    def _keep_bad(self, table: str, row: Row) -> None:
        self._bad.setdefault(table, []).append(row)
        self._counts[table] += 1

    def note(self, what: str) -> None:
        """Count records that give no row of their own."""
        self.notes[what] += 1

    def full(self) -> Iterator[Extract]:
        """Give what has become enough for a piece."""
        for table in [table for table, count in self._counts.items() if count >= self.size]:
            yield self._take(table)
            del self._counts[table]

    def rest(self, otherwise: str) -> Iterator[Extract]:
        """Give all that is left, with the notes; of table `otherwise` where there is nothing else to say them with."""
        notes = tuple(f"{count:,} {what}" for what, count in sorted(self.notes.items()))
        tables = self._tables() or [otherwise]
        for table in tables:
            yield self._take(table, notes if table == tables[0] else ())

    def _tables(self) -> list[str]:
        return sorted({*self._rows, *self._bad})

    def _take(self, table: str, notes: tuple[str, ...] = ()) -> Extract:
        rows, filled = self._rows.pop(table, []), self._filled.pop(table, set())
        frame = _framed(table, rows, filled)
        if frame is None or _is_doubtful(frame):
            frame = _framed(table, self._sound(table, rows, filled), filled)
        bad = self._bad.pop(table, [])
        refused = pl.DataFrame({name: [row.get(name) for row in bad] for name in BAD}, schema=BAD)
        kept = pl.DataFrame() if frame is None else frame
        columns = frozenset(FILES[table].schema) & filled
        return Extract(table, kept, refused, kept.height + refused.height, notes=notes, columns=columns)

    def _sound(self, table: str, rows: list[Row], filled: set[str]) -> list[Row]:
        """Refuse the rows that cannot be kept."""
        wrong: dict[int, Unusable] = {}
        for name in sorted(filled):
            for place, value in enumerate(row.get(name) for row in rows):
                if isinstance(value, str | list) and (why := _unkept(name, value)):
                    wrong.setdefault(place, why)
        if {"from_on", "until_on"} <= filled:
            for place, row in enumerate(rows):
                if why := _misdated(row):
                    wrong.setdefault(place, why)
        for place, why in wrong.items():
            self.refuse(table, At(str(rows[place]["file"]), int(str(rows[place]["row"]))), why)
        return [row for place, row in enumerate(rows) if place not in wrong] if wrong else rows


def _framed(table: str, rows: list[Row], filled: set[str]) -> pl.DataFrame | None:
    """Make a frame of rows; null where a text is none."""
    schema = {**FILES[table].schema, **OWN}
    given = {name: dtype for name, dtype in schema.items() if name in filled}
    try:
        frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in given}, schema=given)
    except UnicodeEncodeError:
        return None
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in filled]
    return frame.with_columns(missing).select(schema.keys())


def _is_doubtful(frame: pl.DataFrame) -> bool:
    """Whether a text is too long, or a row ends before it begins."""
    long = [
        (pl.col(name).list.join("") if dtype == pl.List(pl.String) else pl.col(name)).str.len_bytes().max() > LONGEST
        for name, dtype in frame.schema.items()
        if dtype in (pl.String, pl.List(pl.String))
    ]
    turned = [(pl.col("until_on") < pl.col("from_on")).any()] if {"from_on", "until_on"} <= set(frame.columns) else []
    return bool(frame.select(pl.any_horizontal([*long, *turned]).fill_null(value=False)).item())


def printable(text: str) -> str:
    """Write a text without what no file can hold: halves of characters."""
    return text.encode("utf-8", "replace").decode()


def _unkept(name: str, value: str | list[object]) -> Unusable | None:
    for text in value if isinstance(value, list) else (value,):
        if not isinstance(text, str):
            continue
        if len(text) > LONGEST:
            return Unusable(name, text, f"is longer than {LONGEST:,} characters", "shorten it, or ask who publishes it")
        if not text.isascii() and printable(text) != text:
            return Unusable(name, text, "holds halves of characters", "download or export the file again")
    return None


def _misdated(row: Row) -> Unusable | None:
    first, last = row.get("from_on"), row.get("until_on")
    if isinstance(first, dt.date) and isinstance(last, dt.date) and last < first:
        return Unusable("until_on", last, "is before from_on", "correct one of the two dates")
    return None
