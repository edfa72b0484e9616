"""Read ownership registers in tests: excerpts by name, damaged ones as bytes, and what must hold of every reading."""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from pipelines.errors import SourceFailed
from pipelines.reading.raw import RawFile, open_raw
from pipelines.source import Source

FILES = Path(__file__).parents[2] / "files"
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**20), st.floats(), st.text(max_size=8), st.just("x" * 1_000_000),
    st.just("\ud800"), st.just("9999-99-99"), st.just([]), st.just({}), st.just([None, {}, ["a"]]), st.just({"a": {}}),
)  # fmt: skip
"""Values of every kind that a field may wrongly hold."""


def rows_of(source: Source, *files: RawFile) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Read files with a source: rows by table and what was refused; every piece must account for its rows."""
    rows: dict[str, list[pl.DataFrame]] = defaultdict(list)
    refused = []
    for piece in source.read(files):
        assert piece.read == piece.rows.height + piece.repeated + piece.quarantined.height
        assert piece.rows.height <= 60_000
        rows[piece.table].append(piece.rows)
        refused.append(piece.quarantined)
    return {table: pl.concat(frames) for table, frames in rows.items()}, pl.concat(refused)


def excerpt(source: Source, *names: str) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Read excerpts, each of which the source must recognize."""
    files = [open_raw(FILES / name) for name in names]
    assert all(source.recognizes(file) for file in files)
    return rows_of(source, *files)


def survives(source: Source, path: Path, content: bytes) -> None:
    """Read damaged content: refused with one line, or every row accounted for."""
    path.write_bytes(content)
    with suppress(SourceFailed):
        file = open_raw(path)
        source.recognizes(file)
        rows_of(source, file)


def fields(record: object, way: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """List the ways to every field of a JSON record."""
    if isinstance(record, dict):
        inner = [(key, value) for key, value in record.items()]
    elif isinstance(record, list):
        inner = list(enumerate(record))
    else:
        return [way]
    return [way, *(deeper for key, value in inner for deeper in fields(value, (*way, key)))]


def spoiled(record: object, way: tuple[object, ...], value: object) -> object:
    """Give a record with another value at one field."""
    if not way:
        return value
    copied = json.loads(json.dumps(record))
    inner = copied
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return copied
