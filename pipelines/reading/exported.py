"""An export of quarantined rows, to be corrected in a spreadsheet and read again: what it has beside the rows."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from pipelines.reading.raw_table import RawTable

CORRECTS = "quarantined_as"
"""Heading that says which quarantined row each row was; several where a correction was quarantined itself."""

BESIDE = ("reason", "advice", "file")
"""Headings that tell a reader about the row."""

FORMULA = r"^\s*[=+\-@\t\r\x{FF0B}\x{FF0D}\x{FF1D}\x{FF20}]"
"""How a cell begins that a spreadsheet would take for a formula."""

GUARDED = r"^'+(?:\s*[=+\-@\t\r\x{FF0B}\x{FF0D}\x{FF1D}\x{FF20}])"


def guarded(rows: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before cells that a spreadsheet would take for a formula, and before those that have one."""
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    return rows.with_columns(
        pl.when(pl.col(name).str.contains(FORMULA) | pl.col(name).str.contains(GUARDED))
        .then("'" + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )


def unguarded(raw: RawTable) -> RawTable:
    """Take the apostrophes from an export again; any other file is as it is."""
    if CORRECTS not in raw.headings:
        return raw
    texts = [name for name, dtype in raw.frame.schema.items() if dtype == pl.String]
    frame = raw.frame.with_columns(
        pl.when(pl.col(name).str.contains(GUARDED)).then(pl.col(name).str.slice(1)).otherwise(pl.col(name)).alias(name)
        for name in texts
    )
    return replace(raw, frame=frame)
