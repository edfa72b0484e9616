"""Read one file by one source, as ingestion does, and check that every record of it is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import strategies as st

from pipelines.errors import EntrepotError
from pipelines.reading.raw import open_files
from pipelines.source import Source
from pipelines.tables import FILES

EXCERPTS = Path(__file__).parent / "files"


def read(source: Source, path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Give its rows, what is quarantined, and notes; what was read must be one or the other."""
    rows, bad, notes = [], [], []
    for extract in source.read(open_files(path)):
        assert extract.read == extract.rows.height + extract.repeated + extract.quarantined.height
        assert {"row"} <= set(extract.rows.columns) <= {*FILES[extract.table].schema, "row", "line", "recorded_at"}
        typed = {name: FILES[extract.table].schema[name] for name in extract.columns}
        assert {name: extract.rows.schema[name] for name in typed} == typed
        assert extract.quarantined.select(pl.col("reason").is_not_null().all()).item()
        rows += extract.rows.to_dicts()
        bad += extract.quarantined.to_dicts()
        notes += extract.notes
    return rows, bad, notes


def survives(source: Source, path: Path) -> None:
    """Whatever lies there: it is read with counts that add up, or refused by one line."""
    refused = ""
    try:
        for file in open_files(path):
            source.recognizes(file)
        read(source, path)
    except EntrepotError as error:
        refused = str(error)
    assert "\n" not in refused
    assert path.name in (refused or path.name)


def spoiled(text: str, tmp_path: Path) -> Callable[[st.DataObject], Path]:
    """Write a file with a few of its bytes changed, dropped or doubled, or cut off."""

    def write(data: st.DataObject) -> Path:
        content = bytearray(text.encode())
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, max(0, len(content) - 1)))
            act = data.draw(st.sampled_from(["change", "drop", "double", "cut"]))
            if act == "change":
                content[at : at + 1] = bytes([data.draw(st.integers(0, 255))])
            elif act == "drop":
                del content[at : at + data.draw(st.integers(1, 20))]
            elif act == "double":
                content[at:at] = content[at : at + data.draw(st.integers(1, 40))]
            else:
                del content[at + len(content) // 2 :]
        path = tmp_path / "spoiled.edi"
        path.write_bytes(bytes(content))
        return path

    return write
