"""Well-quoted delimited text: where its records end and how many fields each has, found without parsing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.reading.raw_table import LONGEST, SPANNED, complaint, has_whole_record, no_rows

QUOTE, LINE_FEED = 34, 10
BLOCK = 256 * 1024
"""Bytes that are counted at once, so that they stay in the processor's cache."""

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tidy:
    """Where the last whole record of a window ends, and its quotes, which are all where quotes may stand."""

    end: int
    quotes: Places


class Measured(NamedTuple):
    """The records of a window: those that fit with their numbers, those that do not, how many there are."""

    frame: pl.DataFrame
    numbers: list[int]
    bad: pl.DataFrame
    read: int
    records: int


def tidy(window: bytes, delimiter: int, *, last: bool) -> Tidy | None:
    """Find the whole records of a window; None when a quote stands where none may.

    `last`: the text ends here, so that a last line without an end is a record too.
    """
    whole = np.frombuffer(window, np.uint8)
    quotes = _places(whole, QUOTE) if _opens(window, delimiter) else np.zeros(0, np.int64)
    if last and len(quotes) % 2:
        return None
    end = len(window) if last else _last_end(window, quotes)
    quotes = quotes[: np.searchsorted(quotes, end)]
    return Tidy(end, quotes) if end and _quotes_fit(whole[:end], delimiter, quotes) else None


def _places(whole: npt.NDArray[np.uint8], byte: int) -> Places:
    """Find a byte, block by block: what is in the processor's cache is gone through quickest."""
    starts = range(0, len(whole), BLOCK)
    found = [np.flatnonzero(whole[start : start + BLOCK] == byte) + start for start in starts]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _opens(window: bytes, delimiter: int) -> bool:
    """Whether a value begins with a quote; where none does, quotes are signs such as inches."""
    return window.startswith(b'"') or bytes((delimiter, QUOTE)) in window or b'\n"' in window


def _last_end(window: bytes, quotes: Places) -> int:
    """Find where the last whole record ends: behind a line feed with an even number of quotes before it."""
    end = len(window)
    for _ in range(SPANNED):
        end = window.rfind(b"\n", 0, end)
        if end < 0:
            return 0
        if np.searchsorted(quotes, end) % 2 == 0:
            return end + 1
    return 0


def _quotes_fit(whole: npt.NDArray[np.uint8], delimiter: int, quotes: Places) -> bool:
    """Whether opening quotes follow a delimiter and closing ones precede one; doubled quotes stand within."""
    if not len(quotes):
        return True
    fits = np.zeros(256, bool)
    fits[[delimiter, LINE_FEED, QUOTE]] = True
    opens, closes = quotes[::2], quotes[1::2]
    before = opens if opens[0] else opens[1:]
    after = closes if closes[-1] + 1 < len(whole) else closes[:-1]
    return bool(fits[whole[before - 1]].all() and fits[whole[after + 1]].all())


def _swallows(body: bytes, found: Tidy, delimiter: int, width: int) -> bool:
    """Whether a quoted value has more lines or characters than any has, or whole records: a quote is missing."""
    opens, closes = found.quotes[::2], found.quotes[1::2]
    if (closes - opens > LONGEST).any():
        return True
    feeds = np.flatnonzero(np.frombuffer(body, np.uint8) == LINE_FEED)
    first, behind = np.searchsorted(feeds, opens), np.searchsorted(feeds, closes)
    several = np.flatnonzero(behind - first > 1)
    if (behind[several] - first[several] >= SPANNED).any():
        return True
    between = (body[feeds[first[at]] + 1 : feeds[behind[at] - 1]] for at in several)
    return width > 1 and any(has_whole_record(lines.split(b"\n"), delimiter, width) for lines in between)


def evenly(body: bytes, found: Tidy, headings: list[str], delimiter: str) -> pl.DataFrame | None:
    """Parse records that all have as many fields as the header; None when that is not so.

    polars refuses a record with more fields and leaves the last value of one with fewer null; where other records
    have it null too, as many delimiters as all need leave none with fewer.
    """
    width = len(headings)
    if width == 1 or b"\0" in body or b"\n\n" in body or body.startswith(b"\n") or _has_long_line(body):
        return None
    frame = parsed(body, width, delimiter, quoted=len(found.quotes) > 0)
    if frame.width != width:
        return None
    records = frame.height
    if body.count(b"\n") + (not body.endswith(b"\n")) != records and (
        not len(found.quotes) or _swallows(body, found, ord(delimiter), width)
    ):
        return None
    short = frame.to_series(width - 1).null_count() > 0
    if short and _outside(body, ord(delimiter), found.quotes) != records * (width - 1):
        return None
    frame.columns = headings
    return frame


def _outside(body: bytes, byte: int, quotes: Places) -> int:
    """Count a byte outside quotes."""
    count, within = body.count(byte), 0
    whole = np.frombuffer(body, np.uint8)
    for start in range(0, len(whole) if len(quotes) else 0, BLOCK):
        block = whole[start : start + BLOCK]
        parity = np.cumsum(block == QUOTE, dtype=np.uint8)
        parity += within
        parity &= 1
        within = int(parity[-1])
        count -= int(np.count_nonzero((block == byte) & parity))
    return count


def _has_long_line(body: bytes) -> bool:
    """Whether a line may be longer than a value may be: one has no line feed in half of that."""
    half = LONGEST // 2
    return any(body.find(b"\n", at, at + half) < 0 for at in range(0, len(body) - half, half))


def parsed(body: bytes, width: int, delimiter: str, *, quoted: bool) -> pl.DataFrame:
    """Parse tidy text; a frame of another width when polars sees it otherwise."""
    schema = {f"{number}": pl.String() for number in range(width)}
    if not body or body.isspace():
        return pl.DataFrame(schema=schema)
    try:
        return pl.read_csv(
            body,
            has_header=False,
            schema=schema,
            separator=delimiter,
            infer_schema=False,
            quote_char='"' if quoted else None,
        )
    except pl.exceptions.PolarsError:
        return pl.DataFrame(schema={"unparsed": pl.String()})


def measured(body: bytes, found: Tidy, headings: list[str], delimiter: str, first: int) -> Measured | None:
    """Part whole, well-quoted records by how many fields they have; None when polars sees them otherwise."""
    quoted = len(found.quotes) > 0
    if quoted and _swallows(body, found, ord(delimiter), len(headings)):
        return None
    ends, fields = _measure(np.frombuffer(body, np.uint8), ord(delimiter), quoted=quoted)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts
    blank = (lengths == 0) | ((fields == 1) & _all_space(body, starts, ends, lengths))
    suspect = (lengths > LONGEST) | _has_nul(body, starts, ends)
    wrong = ~blank & ((fields != len(headings)) | suspect)
    good = ~blank & ~wrong
    frame = parsed(_kept(body, starts, ends, good), len(headings), delimiter, quoted=quoted)
    if frame.height != int(good.sum()) or frame.width != len(headings):
        return None
    frame.columns = headings
    bad = [
        complaint(first + int(at), body[starts[at] : ends[at]], int(fields[at]), len(headings))
        for at in np.flatnonzero(wrong)
    ]
    numbers = (np.flatnonzero(good) + first).tolist()
    return Measured(frame, numbers, pl.DataFrame(bad, schema=no_rows().schema), int((~blank).sum()), len(ends))


def _measure(whole: npt.NDArray[np.uint8], delimiter: int, *, quoted: bool) -> tuple[Places, Places]:
    """Find where records end and how many fields each has."""
    outside = (np.cumsum(whole == QUOTE, dtype=np.uint8) & 1) == 0 if quoted else np.True_
    ends = np.flatnonzero((whole == LINE_FEED) & outside)
    delimiters = np.flatnonzero((whole == delimiter) & outside)
    if whole[-1] != LINE_FEED:
        ends = np.append(ends, len(whole))
    return ends, np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1


def _all_space(body: bytes, starts: Places, ends: Places, lengths: Places) -> npt.NDArray[np.bool_]:
    short = np.flatnonzero(lengths <= 8)
    spaces = np.zeros(len(starts), bool)
    spaces[[at for at in short if not body[starts[at] : ends[at]].strip()]] = True
    return spaces


def _has_nul(body: bytes, starts: Places, ends: Places) -> npt.NDArray[np.bool_]:
    marked = np.zeros(len(starts), bool)
    if b"\0" in body:
        places = np.flatnonzero(np.frombuffer(body, np.uint8) == 0)
        marked[np.minimum(np.searchsorted(ends, places), len(starts) - 1)] = True
    return marked


def _kept(body: bytes, starts: Places, ends: Places, good: npt.NDArray[np.bool_]) -> bytes:
    if good.all():
        return body
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    return b"".join(
        body[starts[first] : ends[last - 1]] + b"\n" for first, last in zip(edges[::2], edges[1::2], strict=True)
    )
