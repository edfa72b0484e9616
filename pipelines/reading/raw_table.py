"""A table before anybody says what its columns mean: every value as text, every record numbered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

LONGEST = 1_000_000
"""Characters a single value may have."""

SPANNED = 200
"""Lines a quoted value may span before its quote counts as a slip."""


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


def bad_record(row: int, value: str, reason: str, advice: str) -> dict[str, object]:
    """Name a record that is none."""
    return {"row": row, "column": None, "value": value, "reason": reason, "advice": advice}


def complaint(row: int, record: bytes, fields: int, width: int) -> dict[str, object]:
    """Say what is wrong with a record."""
    shown = record[:200].decode("utf-8", "replace").replace("\0\ufffd", "\ufffd").replace("\0", "␀")
    if b"\0\xef\xbf\xbd" in record:
        reason = "the record has bytes that are no text in the file's encoding"
        return bad_record(row, shown, reason, "save the file in one encoding, best UTF-8")
    if b"\0" in record:
        return bad_record(row, shown, "the record has a NUL byte", "export the file again")
    if fields != width:
        reason = f"the record has {fields} fields, the header {width}"
        return bad_record(row, shown, reason, "quote values that hold the delimiter")
    reason = f"a value is longer than {LONGEST:,} characters"
    return bad_record(row, shown, reason, "shorten it, or close its quote")


def has_whole_record(lines: Sequence[bytes], delimiter: int, width: int) -> bool:
    """Whether one of the lines within a quoted value would be a record of its own."""
    return any(line.count(delimiter) == width - 1 and b'"' not in line for line in lines)


def joined(tables: Iterable[RawTable], name: str) -> RawTable:
    """Make one table of pieces."""
    parts = list(tables)
    if len(parts) == 1:
        return parts[0]
    headings = list(dict.fromkeys(heading for part in parts for heading in part.headings))
    empty = pl.DataFrame(schema=dict.fromkeys(headings, pl.String) | {"row": pl.Int64})
    return RawTable(
        name,
        headings,
        pl.concat([empty, *(part.frame for part in parts)], how="diagonal"),
        pl.concat([no_rows(), *(part.bad for part in parts)]),
        sum(part.read for part in parts),
    )
