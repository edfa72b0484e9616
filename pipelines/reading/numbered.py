"""Tables without headings whose records begin with a number: the first record is one, not the names of the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.reading.raw import RawFile

PEEKED = 60
"""Lines looked at to say what a file is."""

END_OF_FILE = "\x1a"
"""What some systems write after the last record."""


@dataclass(frozen=True)
class Numbered:
    """A record: its number in the file, from 1, and its values."""

    row: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class NumberedPiece:
    """Some records of a table, and those that are none. read = records + bad."""

    records: list[Numbered]
    bad: pl.DataFrame
    read: int


def first_records(file: RawFile) -> list[list[str]]:
    """Peek at the first records of comma-separated text; none where it is nothing such."""
    if file.is_json or file.is_parquet:
        return []
    lines = file.head.decode("utf-8", "replace").splitlines()[:PEEKED]
    try:
        return [record for record in csv.reader(lines) if record and record != [END_OF_FILE]]
    except csv.Error:
        return []


def numbered(file: RawFile) -> Iterator[NumberedPiece]:
    """Read a table whose records begin with a number, with or without headings, piece by piece."""
    peeked = first_records(file)[:1]
    unheaded = bool(peeked) and peeked[0][0].strip().isdigit()
    first = [Numbered(1, tuple(peeked[0]))] if unheaded else []
    for raw in file.batches():
        rows = raw.frame.select(*raw.headings, pl.col("row") + int(unheaded)).iter_rows()
        records = [*first, *(Numbered(row, tuple(value or "" for value in values)) for *values, row in rows)]
        kept = [record for record in records if record.values[0].strip() != END_OF_FILE]
        marked = raw.bad["value"].str.strip_chars(" ,") == END_OF_FILE
        bad = raw.bad.filter(~marked.fill_null(value=False)).with_columns(pl.col("row") + int(unheaded))
        yield NumberedPiece(kept, bad, len(kept) + bad.height)
        first = []
