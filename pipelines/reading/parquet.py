"""Parquet files as tables of text, some row groups at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.errors import SourceFailed
from pipelines.reading.raw_table import RawTable, no_rows

BOX = ";"
ROWS = 250_000
"""Rows of one piece."""

BROKEN = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


def parquet_headings(file: Path | bytes, name: str) -> list[str]:
    """Give the columns of a Parquet file.

    Raises
    ------
    SourceFailed
        It is broken.
    """
    try:
        return list(pl.read_parquet_schema(_opened(file)))
    except BROKEN as error:
        raise _broken(name, error) from error


def parquet_pieces(file: Path | bytes, name: str, rows: int = ROWS) -> Iterator[RawTable]:
    """Read a Parquet file piece by piece; row numbers go on from piece to piece.

    Raises
    ------
    SourceFailed
        It is broken.
    """
    try:
        scan = pl.scan_parquet(_opened(file))
        schema = scan.collect_schema()
        height = int(scan.select(pl.len()).collect().item())
    except BROKEN as error:
        raise _broken(name, error) from error
    columns = [column for column in schema.names() if column != "row"]
    texts = scan.select(as_text(pl.col(column), schema[column]).alias(column) for column in columns)
    for first in range(0, max(height, 1), rows):
        try:
            frame = texts.slice(first, rows).collect()
        except BROKEN as error:
            raise _broken(name, error) from error
        numbers = pl.int_range(first + 1, first + 1 + frame.height, dtype=pl.Int64, eager=True).alias("row")
        yield RawTable(name, columns, frame.with_columns(numbers), no_rows(), frame.height)


def _opened(file: Path | bytes) -> Path | io.BytesIO:
    return io.BytesIO(file) if isinstance(file, bytes) else file


def _broken(name: str, error: BaseException) -> SourceFailed:
    line = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return SourceFailed(f"{name}: cannot be read: the Parquet file is broken ({line}); copy it again")


def as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Spell values as a delimited file would."""
    if isinstance(dtype, pl.List):
        return column.list.eval(pl.element().cast(pl.String)).list.join(BOX)
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S")
    if dtype.is_float():
        whole = (column == column.round(0)) & (column.abs() < 1e15)
        return (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
    if dtype.is_nested():
        return pl.lit(None, pl.String).alias(column.meta.output_name())
    return column.cast(pl.String, strict=False)
