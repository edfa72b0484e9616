"""Delimited text with quotes where none may stand: read record by record with the csv module."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import polars as pl

from pipelines.reading.raw_table import LONGEST, SPANNED, complaint, has_whole_record, no_rows

AHEAD = 2 * LONGEST
"""Bytes beyond a stretch that its last record may need."""


@dataclass(frozen=True)
class Stretch:
    """The records of a stretch: those that fit with their numbers, those that do not, and where it ends."""

    frame: pl.DataFrame
    numbers: list[int]
    bad: pl.DataFrame
    read: int
    records: int
    end: int


def untidy(text: bytes, headings: list[str], delimiter: str, first: int, size: int, ended: bool) -> Stretch:
    """Read the records that begin within the first `size` bytes; `ended` when no text follows."""
    lines = _Lines(text, size + AHEAD, ended)
    good: list[list[str]] = []
    numbers: list[int] = []
    bad: list[dict[str, object]] = []
    row = first - 1
    while lines.at < min(size, len(text)) and lines.more():
        row += 1
        record, fields = _record(lines, delimiter, len(headings))
        if not record.strip():
            continue
        if len(fields) != len(headings) or "\0" in record or max(map(len, fields)) > LONGEST:
            bad.append(complaint(row, record.encode("utf-8", "replace"), len(fields), len(headings)))
        else:
            good.append(fields)
            numbers.append(row)
    schema = dict.fromkeys(headings, pl.String)
    frame = pl.DataFrame(good, schema=schema, orient="row") if good else pl.DataFrame(schema=schema)
    wrong = pl.DataFrame(bad, schema=no_rows().schema)
    return Stretch(frame, numbers, wrong, len(good) + len(bad), row - first + 1, lines.at)


class _Lines:
    """The lines of a stretch and some more, and how far they are used."""

    def __init__(self, text: bytes, size: int, ended: bool) -> None:
        end = len(text) if ended and len(text) <= size else text.rfind(b"\n", 0, size) + 1
        end = end or (text.find(b"\n") + 1) or len(text)
        self._lines = text[:end].split(b"\n")
        if not self._lines[-1]:
            self._lines.pop()
        self._number = 0
        self._whole = len(text)
        self.at = 0

    def more(self) -> bool:
        return self._number < len(self._lines)

    def ahead(self, count: int) -> list[str]:
        return [line.decode("utf-8", "replace") for line in self._lines[self._number : self._number + count]]

    def take(self, count: int) -> str:
        """Use the next lines."""
        taken = b"\n".join(self._lines[self._number : self._number + count])
        self._number += count
        self.at = min(self.at + len(taken) + 1, self._whole)
        return taken.decode("utf-8", "replace")


def _record(lines: _Lines, delimiter: str, width: int) -> tuple[str, list[str]]:
    """Take the record that begins here: one line, unless a quoted value goes on and makes the record complete."""
    line = lines.ahead(1)[0]
    if '"' in line:
        spanned = _spanned(lines, delimiter, width)
        if spanned:
            return lines.take(spanned[0]), spanned[1]
    record = lines.take(1)
    return record, _fields(record, delimiter)


def _spanned(lines: _Lines, delimiter: str, width: int) -> tuple[int, list[str]] | None:
    """Read on over lines while a quote is open; None when that leads to no complete record."""
    csv.field_size_limit(2**31 - 1)
    first = csv.reader((f"{line}\n" for line in [*lines.ahead(1), ""]), delimiter=delimiter)
    next(first, None)
    if first.line_num < 2:
        return None
    ahead = lines.ahead(SPANNED)
    reader = csv.reader((f"{line}\n" for line in ahead), delimiter=delimiter, strict=True)
    try:
        fields = next(reader)
    except (csv.Error, StopIteration):
        return None
    between = [line.encode("utf-8", "replace") for line in ahead[1 : reader.line_num - 1]]
    swallows = width > 1 and has_whole_record(between, ord(delimiter), width)
    return (reader.line_num, fields) if len(fields) == width and not swallows else None


def _fields(record: str, delimiter: str) -> list[str]:
    csv.field_size_limit(2**31 - 1)
    try:
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return record.split(delimiter)
