"""Reach into nested JSON: `party.address.city`, `parties[0].name`, `parties[role=SHIPPER].name`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile
from pipelines.reading.raw_table import RawTable, no_rows

STEP = re.compile(r"([^.\[\]]+)(?:\[(\d+|[^\]=]+=[^\]]*)\])?(?:\.|$)")
BOX = ";"
PIECE = 50_000
MOST = 10_000
"""Lines one record may become."""


def is_path(heading: str) -> bool:
    """Whether a heading reaches into a record."""
    return bool(re.search(r"\w[.\[]\w", heading)) and steps(heading) is not None


def steps(path: str) -> list[tuple[str, str | None]] | None:
    """Take a path apart: names and what stands in brackets; None when it is no path."""
    found, at = [], 0
    while at < len(path):
        step = STEP.match(path, at)
        if step is None:
            return None
        found.append((step[1], step[2]))
        at = step.end()
    return found


def reached(record: Any, path: str) -> str | None:
    """The text at a path; of several, all, joined by ";"."""
    if isinstance(record, Mapping) and path in record:
        return _text(record[path])
    found = [record]
    for name, chosen in steps(path) or []:
        found = [each for value in found for each in _below(value, name, chosen)]
    texts = [text for value in found if (text := _text(value)) is not None]
    return BOX.join(texts) if texts else None


def _below(value: Any, name: str, chosen: str | None) -> Iterator[Any]:
    holders = value if isinstance(value, list) else [value]
    for holder in holders:
        if isinstance(holder, Mapping) and name in holder:
            yield from _chosen(holder[name], chosen)


def _chosen(value: Any, chosen: str | None) -> Iterator[Any]:
    entries = value if isinstance(value, list) else [value]
    if chosen is None:
        yield from entries
    elif chosen.isdecimal():
        yield from entries[int(chosen) : int(chosen) + 1]
    else:
        path, _, wanted = chosen.partition("=")
        yield from (each for each in entries if (reached(each, path) or "").casefold() == wanted.strip().casefold())


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return BOX.join(str(_text(each)).replace(BOX, ",") for each in value if each is not None) or None
    return json.dumps(value) if isinstance(value, Mapping) else str(value)


def exploded(record: Mapping[str, Any], rows: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """The record once for every entry of the list at a path; as it is where there is none."""
    if not rows:
        yield record
        return
    listed = record.get(rows[0])
    entries = [each for each in (listed if isinstance(listed, list) else [listed]) if isinstance(each, Mapping)]
    if not entries:
        yield record
    for entry in entries:
        for below in exploded(entry, rows[1:]):
            yield {**record, rows[0]: below}


def nested(file: RawFile, headings: Sequence[str], rows: str | None) -> Iterator[RawTable]:
    """Read JSON records by paths, piece by piece; `row` numbers records, of which one may give several lines."""
    path = rows.split(".") if rows else []
    lines: list[dict[str, Any]] = []
    bad: list[dict[str, object]] = []
    read, began = 0, False
    for row, record in enumerate(file.objects, start=1):
        read += 1
        made = _lines_of(record, row, headings, path)
        if isinstance(made, list):
            lines += made
        else:
            bad.append({"row": row, "value": str(record)[:200], "reason": made, "advice": "correct the record"})
        if len(lines) >= PIECE or len(bad) >= PIECE:
            yield _piece(file.name, headings, lines, bad, read)
            lines, bad, read, began = [], [], 0, True
    if read or not began:
        yield _piece(file.name, headings, lines, bad, read)


def _lines_of(record: Any, row: int, headings: Sequence[str], rows: Sequence[str]) -> list[dict[str, Any]] | str:
    if isinstance(record, ValueError):
        return str(record)
    if not isinstance(record, Mapping):
        return "the record is no JSON object"
    made: list[dict[str, Any]] = []
    for line in exploded(record, rows):
        made.append({**{each: reached(line, each) for each in headings}, "row": row})
        if len(made) > MOST:
            return f"the record has more than {MOST:,} lines"
    return made


def _piece(
    name: str, headings: Sequence[str], lines: list[dict[str, Any]], bad: list[dict[str, object]], read: int
) -> RawTable:
    schema = {**dict.fromkeys(headings, pl.String()), "row": pl.Int64()}
    frame = pl.DataFrame(lines, schema=schema)
    found = [each for each in headings if frame[each].null_count() < frame.height]
    complaints = bad_rows(bad).select(no_rows().columns)
    return RawTable(name, found, frame, complaints, read)
