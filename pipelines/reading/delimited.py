"""Delimited text to columns, without losing a record: those with too many or too few fields are named.

Well-quoted files (nearly all) are measured with numpy and parsed by polars, whole; a file with a quote where none
may stand is read record by record with the csv module.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.errors import SourceFailed

DELIMITERS = ",;\t|"
LONGEST = 1_000_000
"""Characters a single value may have."""

CHUNK = 4 * 1024 * 1024
SPANNED = 200
"""Lines a quoted value may span before its quote counts as a slip."""

QUOTE, LINE_FEED, NUL = 34, 10, 0


@dataclass(frozen=True)
class RawTable:
    """A table of text: `frame` has the headings as columns, and `row`, the record's number from 1.

    `bad` holds the records that are none: row, column, value, reason, advice. read = frame + bad.
    """

    name: str
    headings: list[str]
    frame: pl.DataFrame
    bad: pl.DataFrame
    read: int


def no_rows() -> pl.DataFrame:
    """Give an empty list of bad records."""
    return pl.DataFrame(
        schema={"row": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String, "advice": pl.String}
    )


def header_of(text: bytes) -> list[str]:
    """Headings of delimited text, as written; empty for an empty file."""
    line, delimiter, _ = _head(text)
    return _headings(line, delimiter)


def delimited(text: bytes, name: str) -> RawTable:
    """Read delimited text.

    Raises
    ------
    SourceFailed
        It has no header.
    """
    text = _unix(text)
    line, delimiter, start = _head(text)
    headings = _headings(line, delimiter)
    if not headings:
        raise SourceFailed(f"{name}: is empty; give it a header line and rows, or remove it")
    body = text[start:]
    bounds, fields, tidy = _measure(body, ord(delimiter))
    if tidy:
        parsed = _fast(body, bounds, fields, headings, delimiter)
        if parsed is not None:
            return RawTable(name, headings, *parsed)
    return RawTable(name, headings, *_slow(body, headings, delimiter))


def _unix(text: bytes) -> bytes:
    if b"\r" not in text:
        return text
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _head(text: bytes) -> tuple[str, str, int]:
    """Find the header: its text, the delimiter, and where the records begin."""
    at = 0
    while at < len(text):
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        while text[at:end].count(b'"') % 2 and end < len(text) and end - at < LONGEST:
            further = text.find(b"\n", end + 1)
            end = len(text) if further < 0 else further
        line = text[at:end].decode("utf-8", "replace").strip("\r\n\0 ")
        at = end + 1
        if line.lower().startswith("sep=") and len(line) == 5:
            continue
        if line:
            bare = "".join(line.split('"')[::2])
            return line, max(DELIMITERS, key=bare.count), min(at, len(text))
    return "", ",", len(text)


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


def _measure(body: bytes, delimiter: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """Find where records end and how many fields each has; whether every quote stands where one may."""
    ends: list[np.ndarray] = []
    seen: list[np.ndarray] = []
    within, count, tidy = 0, 0, True
    whole = np.frombuffer(body, np.uint8)
    for start in range(0, len(whole), CHUNK):
        chunk = whole[start : start + CHUNK]
        inside = (within + np.cumsum(chunk == QUOTE, dtype=np.int32)) & 1
        outside = inside == 0
        delimiters = np.cumsum((chunk == delimiter) & outside, dtype=np.int64)
        at = np.flatnonzero((chunk == LINE_FEED) & outside)
        ends.append(at + start)
        seen.append(delimiters[at] + count)
        within, count = int(inside[-1]), count + int(delimiters[-1])
        tidy = tidy and _quotes_fit(whole, start, chunk, delimiter, inside)
    if len(whole) and whole[-1] != LINE_FEED:
        ends.append(np.array([len(whole)]))
        seen.append(np.array([count]))
    if not ends:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), True
    return np.concatenate(ends), np.diff(np.concatenate(seen), prepend=0) + 1, tidy and within == 0


def _quotes_fit(whole: np.ndarray, start: int, chunk: np.ndarray, delimiter: int, inside: np.ndarray) -> bool:
    """Whether opening quotes follow a delimiter and closing ones precede one; doubled quotes stand within."""
    quotes = np.flatnonzero(chunk == QUOTE)
    if not len(quotes):
        return True
    opens = inside[quotes] == 1
    places = quotes + start
    before = np.where(places > 0, whole[np.maximum(places - 1, 0)], LINE_FEED)
    after = np.where(places + 1 < len(whole), whole[np.minimum(places + 1, len(whole) - 1)], LINE_FEED)
    fits = np.array([delimiter, LINE_FEED, QUOTE], np.uint8)
    return bool(np.isin(before[opens], fits).all() and np.isin(after[~opens], fits).all())


def _fast(
    body: bytes, ends: np.ndarray, fields: np.ndarray, headings: list[str], delimiter: str
) -> tuple[pl.DataFrame, pl.DataFrame, int] | None:
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    lengths = ends - starts
    numbers = np.arange(1, len(ends) + 1)
    blank = (lengths == 0) | ((fields == 1) & _all_space(body, starts, ends, lengths))
    suspect = (lengths > LONGEST) | _has_nul(body, starts, ends)
    bad = ~blank & ((fields != len(headings)) | suspect)
    good = ~blank & ~bad
    frame = _parsed(_kept(body, starts, ends, good), len(headings), delimiter)
    if frame.height != int(good.sum()):
        return None
    frame.columns = headings
    found = [
        _complaint(int(numbers[at]), body[starts[at] : ends[at]], int(fields[at]), len(headings))
        for at in np.flatnonzero(bad)
    ]
    frame = frame.with_columns(pl.Series("row", numbers[good], pl.Int64))
    return frame, pl.DataFrame(found, schema=no_rows().schema), int((~blank).sum())


def _all_space(body: bytes, starts: np.ndarray, ends: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    short = np.flatnonzero(lengths <= 8)
    spaces = np.zeros(len(starts), bool)
    spaces[[at for at in short if not body[starts[at] : ends[at]].strip()]] = True
    return spaces


def _has_nul(body: bytes, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    marked = np.zeros(len(starts), bool)
    if b"\0" in body:
        places = np.flatnonzero(np.frombuffer(body, np.uint8) == NUL)
        marked[np.minimum(np.searchsorted(ends, places), len(starts) - 1)] = True
    return marked


def _kept(body: bytes, starts: np.ndarray, ends: np.ndarray, good: np.ndarray) -> bytes:
    if good.all():
        return body
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    return b"".join(
        body[starts[first] : ends[last - 1]] + b"\n" for first, last in zip(edges[::2], edges[1::2], strict=True)
    )


def _parsed(body: bytes, width: int, delimiter: str) -> pl.DataFrame:
    schema = {f"{number}": pl.String() for number in range(width)}
    if not body.strip():
        return pl.DataFrame(schema=schema)
    try:
        return pl.read_csv(
            body,
            has_header=False,
            schema=schema,
            separator=delimiter,
            infer_schema=False,
            quote_char='"' if b'"' in body else None,
        )
    except pl.exceptions.PolarsError:
        return pl.DataFrame(schema={"unparsed": pl.String()})


def _complaint(row: int, record: bytes, fields: int, width: int) -> dict[str, object]:
    shown = record[:200].decode("utf-8", "replace").replace("\0", "␀")
    if b"\0" in record:
        return _bad(row, shown, "the record has a NUL byte", "export the file again")
    if fields != width:
        return _bad(
            row, shown, f"the record has {fields} fields, the header {width}", "quote values that hold the delimiter"
        )
    return _bad(row, shown, f"a value is longer than {LONGEST:,} characters", "shorten it, or close its quote")


def _bad(row: int, value: str, reason: str, advice: str) -> dict[str, object]:
    return {"row": row, "column": None, "value": value, "reason": reason, "advice": advice}


def _slow(body: bytes, headings: list[str], delimiter: str) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    good: list[list[str]] = []
    numbers: list[int] = []
    bad: list[dict[str, object]] = []
    for row, (record, fields) in enumerate(
        _records(body.decode("utf-8", "replace"), delimiter, len(headings)), start=1
    ):
        if not record.strip():
            continue
        if len(fields) != len(headings) or "\0" in record or max(map(len, fields)) > LONGEST:
            bad.append(_complaint(row, record.encode(), len(fields), len(headings)))
        else:
            good.append(fields)
            numbers.append(row)
    schema = dict.fromkeys(headings, pl.String)
    frame = pl.DataFrame(good, schema=schema, orient="row") if good else pl.DataFrame(schema=schema)
    frame = frame.with_columns(pl.Series("row", numbers, pl.Int64))
    return frame, pl.DataFrame(bad, schema=no_rows().schema), len(good) + len(bad)


def _records(text: str, delimiter: str, width: int) -> Iterator[tuple[str, list[str]]]:
    """Split untidy text: a record goes on over lines while its quote is open and that leads somewhere."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        taken = _span(lines, at, delimiter, width)
        record = "\n".join(lines[at : at + taken])
        yield record, _fields(record, delimiter)
        at += taken


def _span(lines: list[str], at: int, delimiter: str, width: int) -> int:
    """Count the lines of the record that begins here: one, unless a quoted value goes on to a complete record."""
    first = _fields(lines[at], delimiter)
    if len(first) >= width or '"' not in lines[at]:
        return 1
    for taken in range(2, min(SPANNED, len(lines) - at) + 1):
        if '"' not in lines[at + taken - 1]:
            continue
        if len(_fields("\n".join(lines[at : at + taken]), delimiter)) == width:
            return taken
    return 1


def _fields(record: str, delimiter: str) -> list[str]:
    csv.field_size_limit(max(csv.field_size_limit(), len(record) + 1))
    try:
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return record.split(delimiter)
