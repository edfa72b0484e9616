"""Delimited text to columns, piece by piece, without losing a record: those that do not fit are named.

A piece whose records all have as many fields as the header (nearly all) is parsed by polars after a few scans of
its bytes; one with other records is measured with numpy first; where a quote stands that none may stand, a short
stretch is read record by record, so that a stray quote spoils no more than its own record.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

import polars as pl

from pipelines.errors import SourceFailed
from pipelines.reading.lines import line_feeds, unix
from pipelines.reading.measured import evenly, measured, tidy
from pipelines.reading.raw_table import LONGEST, SPANNED, RawTable, bad_record, no_rows
from pipelines.reading.untidy import untidy

__all__ = ["RawTable", "header_of", "no_rows", "pieces"]

DELIMITERS = ",;\t|"
WIDEST = 10_000
"""Columns a table may have."""

PIECE = 24 * 1024**2
STRETCH = 1024**2
"""Bytes that are tried anew where a piece is not tidy."""

LINE = 8 * 1024**2
"""Bytes of a line that are held; of a longer one its beginning is shown."""


def header_of(text: bytes) -> list[str]:
    """Headings of delimited text, as written; empty for an empty file."""
    line, delimiter, _ = _head(unix(text))
    return _headings(line, delimiter) if len(line) <= LONGEST else []


def pieces(text: Iterable[bytes], name: str, size: int = PIECE) -> Iterator[RawTable]:
    """Read delimited text piece by piece; row numbers go on from piece to piece.

    Raises
    ------
    SourceFailed
        It has no header, or one beyond reason.
    """
    buffer = _Buffer(text)
    buffer.fill(max(size, LINE + 1))
    line, delimiter, start = _head(buffer.text)
    headings = _checked(line, delimiter, name)
    buffer.drop(start)
    yield from _Pieces(buffer, headings, delimiter, name, size).tables()


def _checked(line: str, delimiter: str, name: str) -> list[str]:
    if len(line) > LONGEST:
        raise SourceFailed(
            f"{name}: its first line has more than {LONGEST:,} characters; write a header and one record per line"
        )
    headings = _headings(line, delimiter)
    if not headings:
        raise SourceFailed(f"{name}: is empty; give it a header line and rows, or remove it")
    if len(headings) > WIDEST:
        raise SourceFailed(f"{name}: has {len(headings):,} columns, more than {WIDEST:,}; leave out what is no record")
    return headings


class _Buffer:
    """Text that was read and not yet used, from the beginning of a record on; line ends are line feeds."""

    def __init__(self, text: Iterable[bytes]) -> None:
        self._text = line_feeds(text)
        self.text = b""
        self.ended = False

    def fill(self, size: int) -> None:
        """Hold so many bytes, unless the text ends."""
        parts, count = [self.text], len(self.text)
        while count < size and not self.ended:
            part = next(self._text, None)
            self.ended = part is None
            parts.append(part or b"")
            count += len(part or b"")
        if len(parts) > 1:
            self.text = b"".join(parts)

    def drop(self, count: int) -> None:
        """Forget the first bytes."""
        self.text = self.text[count:]

    def skip_line(self) -> None:
        """Forget the line that begins here, however long it is."""
        end = self.text.find(b"\n")
        while end < 0 and not self.ended:
            self.text = b""
            self.fill(1)
            end = self.text.find(b"\n")
        self.text = self.text[end + 1 :] if end >= 0 else b""


class _Pieces:
    """Takes piece after piece from the buffer, each in the quickest way that fits it."""

    def __init__(self, buffer: _Buffer, headings: list[str], delimiter: str, name: str, size: int) -> None:
        self.buffer, self.headings, self.delimiter, self.name = buffer, headings, delimiter, name
        self.size = self.window = size
        self.row = 1

    def tables(self) -> Iterator[RawTable]:
        """Give table after table; at least one, so that the headings of a file without records are known."""
        some = False
        while True:
            self.buffer.fill(max(self.window, LINE + 1))
            if not self.buffer.text:
                break
            taken = self._tidy()
            if taken is None and self.window > STRETCH:
                self.window = STRETCH
                continue
            yield from [taken] if taken else self._untidy()
            self.window = min(2 * self.window, self.size) if taken else STRETCH
            some = True
        if not some:
            yield self._table(pl.DataFrame(schema=dict.fromkeys(self.headings, pl.String)), [], no_rows(), 0)

    def _tidy(self) -> RawTable | None:
        """Take the whole records of a window; None, and nothing is taken, when its quotes do not add up."""
        text = self.buffer.text
        window = text if len(text) <= self.window + STRETCH else text[: self.window]
        last = self.buffer.ended and len(window) == len(text)
        found = tidy(window, ord(self.delimiter), last=last)
        if found is None:
            return None
        body = window[: found.end]
        parsed = evenly(body, found, self.headings, self.delimiter)
        if parsed is not None:
            frame, read, records = parsed, parsed.height, parsed.height
            bad, numbers = no_rows(), None
        else:
            split = measured(body, found, self.headings, self.delimiter, self.row)
            if split is None:
                return None
            frame, numbers, bad, read, records = split
        table = self._table(frame, numbers, bad, read)
        self.row += records
        self.buffer.drop(found.end)
        return table

    def _untidy(self) -> Iterator[RawTable]:
        """Read a stretch record by record."""
        text = self.buffer.text
        end = text.find(b"\n", 0, LINE + 1)
        if end < 0 and len(text) > LINE:
            shown = text[:200].decode("utf-8", "replace")
            self.buffer.skip_line()
            reason = f"the line is longer than {LINE:,} bytes"
            bad = [bad_record(self.row, shown, reason, "write one record per line, or close its quote")]
            empty = pl.DataFrame(schema=dict.fromkeys(self.headings, pl.String))
            yield self._table(empty, [], pl.DataFrame(bad, schema=no_rows().schema), 1)
            self.row += 1
            return
        split = untidy(text, self.headings, self.delimiter, self.row, STRETCH, self.buffer.ended)
        yield self._table(split.frame, split.numbers, split.bad, split.read)
        self.row += split.records
        self.buffer.drop(split.end)

    def _table(self, frame: pl.DataFrame, numbers: list[int] | None, bad: pl.DataFrame, read: int) -> RawTable:
        rows = pl.int_range(self.row, self.row + frame.height, dtype=pl.Int64, eager=True)
        if numbers is not None:
            rows = pl.Series(numbers, dtype=pl.Int64)
        return RawTable(self.name, self.headings, frame.with_columns(rows.alias("row")), bad, read)


def _head(text: bytes) -> tuple[str, str, int]:
    """Find the header: its text, the delimiter, and where the records begin."""
    at = 0
    while at < len(text):
        end = _header_end(text, at)
        line = text[at:end].decode("utf-8", "replace").strip("\r\n\0 ")
        at = end + 1
        if line.lower().startswith("sep=") and len(line) == 5:
            continue
        if line:
            bare = "".join(line.split('"')[::2])
            return line, max(DELIMITERS, key=bare.count), min(at, len(text))
    return "", ",", len(text)


def _header_end(text: bytes, at: int) -> int:
    """Find where the line ends that begins here, beyond the line feeds in its quotes."""
    first = end = _line_end(text, at)
    for _ in range(SPANNED):
        if end >= len(text) or end - at > LONGEST or text.count(b'"', at, end) % 2 == 0:
            break
        end = _line_end(text, end + 1)
    return end if text.count(b'"', at, end) % 2 == 0 else first


def _line_end(text: bytes, at: int) -> int:
    end = text.find(b"\n", at)
    return len(text) if end < 0 else end


def _headings(line: str, delimiter: str) -> list[str]:
    if not line:
        return []
    try:
        names = next(csv.reader([line.replace("\n", " ")], delimiter=delimiter))
    except csv.Error:
        names = line.split(delimiter)
    taken: dict[str, int] = {}
    unique = []
    for number, written in enumerate(names, start=1):
        heading = written.strip() or f"column {number}"
        heading = f"{heading} " if heading == "row" else heading
        taken[heading] = taken.get(heading, 0) + 1
        unique.append(heading if taken[heading] == 1 else f"{heading} ({taken[heading]})")
    return unique
