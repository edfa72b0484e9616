"""Frames to Delta Lake tables and back, exactly: kinds of column that Delta Lake lacks are held as others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from pipelines.errors import StoreError
from pipelines.tables import Table

OF_EVERY_TABLE: Mapping[str, str | None] = {
    "delta.logRetentionDuration": "interval 3650 days",
    "delta.deletedFileRetentionDuration": "interval 3650 days",
    "delta.checkpointInterval": "20",
}
"""Settings of every table: its past stays, and opening it reads a checkpoint and at most so many entries of its log."""

HELD_AS: Mapping[str, pl.DataType] = {
    "UInt8": pl.Int16(),
    "UInt16": pl.Int32(),
    "UInt32": pl.Int64(),
    "UInt64": pl.Int64(),
    "Categorical": pl.String(),
}
"""Kinds Delta Lake lacks, and what stands for them there; a column of kind Null is not written at all."""

MANY_FILES = 100
"""A table that is only added to is rewritten in few files when it has more than this; old versions keep theirs."""

SIGNATURE = "entrepot.run"
"""What a commit of ours bears in the log of a table: the run that wrote it."""

ROWS = "_rows"
"""Stands for the rows of a table that has no column Delta Lake could hold."""

Columns = dict[str, str | None]
"""The columns of one table in order; with the kind Delta Lake lacks, when it is one of those."""


def open_table(address: str, version: int | None = None) -> DeltaTable | None:
    """Open a table; None when there is none.

    Raises
    ------
    StoreError
        It is there and cannot be read.
    """
    try:
        return DeltaTable(address, version=version)
    except TableNotFoundError:
        return None
    except (DeltaError, OSError) as error:
        raise StoreError(f"{address}: cannot be read: {one_line(error)}") from error


def scan(table: DeltaTable, address: str) -> pl.LazyFrame:
    """Read one version of a table lazily.

    Of a local table the files are read by their names: the addresses Delta Lake gives for them are percent-encoded,
    and lead nowhere when a folder's name has a space or a letter beyond ASCII.
    """
    if "://" in address:
        return pl.scan_delta(table)
    schema = pl.Schema(table.schema())
    files = [Path(address) / uri.rsplit("/", 1)[-1] for uri in table.file_uris()]
    if not files:
        return pl.LazyFrame(schema=schema)
    return pl.scan_parquet(
        files, schema=schema, missing_columns="insert", extra_columns="ignore", glob=False, hive_partitioning=False
    )


def signed(run: int) -> CommitProperties:
    """Mark what is written to a table as that run's, so that what somebody else wrote shows."""
    return CommitProperties(custom_metadata={SIGNATURE: str(run)})


def replace_or_append(address: str, frame: pl.DataFrame, *, append: bool, run: int) -> int:
    """Write a frame as the next version of a table, made when it is not there; return the version to read."""
    table = open_table(address)
    try:
        write_deltalake(
            table or address,
            frame,
            mode="append" if append else "overwrite",
            schema_mode="merge" if append else "overwrite",
            configuration=OF_EVERY_TABLE if table is None else None,
            commit_properties=signed(run),
        )
        table = table or DeltaTable(address)
        return compacted(table, run) if append else table.version()
    except (DeltaError, OSError, ValueError) as error:
        raise StoreError(f"{address}: cannot be written: {one_line(error)}") from error


def compacted(table: DeltaTable, run: int) -> int:
    """Put the files of a table together when they are many; return the version to read."""
    if len(table.file_uris()) > MANY_FILES:
        table.optimize.compact(commit_properties=signed(run))
    return table.version()


def holdable(frame: pl.DataFrame, name: str) -> tuple[pl.DataFrame, Columns]:
    """Make a frame Delta Lake can hold; tell what its columns were."""
    kinds = {column: str(dtype.base_type()) for column, dtype in frame.schema.items()}
    columns: Columns = {column: kind if kind in HELD_AS or kind == "Null" else None for column, kind in kinds.items()}
    try:
        held = frame.select(
            pl.col(column).cast(HELD_AS[kind]) if kind in HELD_AS else pl.col(column)
            for column, kind in kinds.items()
            if kind != "Null"
        )
    except pl.exceptions.PolarsError as error:
        raise StoreError(f"table {name}: {one_line(error)}") from error
    if not held.width:
        held = pl.DataFrame({ROWS: [True] * frame.height}, schema={ROWS: pl.Boolean()})
    return held, columns


def as_written(frame: pl.LazyFrame, columns: Columns) -> pl.LazyFrame:
    """Undo `holdable`; a column that was never written, or only as Null, comes back as Null."""
    nulls = [pl.lit(None, dtype=pl.Null).alias(name) for name, kind in columns.items() if kind == "Null"]
    return frame.with_columns(nulls).select(_as_it_was(name, kind) for name, kind in columns.items())


def _as_it_was(name: str, kind: str | None) -> pl.Expr:
    return pl.col(name) if kind is None else pl.col(name).cast(getattr(pl, kind))


def widened(frame: pl.LazyFrame, of: Table) -> pl.LazyFrame:
    """Give a table the columns of today's vocabulary: those it lacks are null, those no longer known go."""
    schema = frame.collect_schema()
    if dict(schema) == of.schema:
        return frame
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in of.schema.items() if name not in schema]
    return frame.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in of.schema.items())


def fingerprint(frame: pl.DataFrame) -> str:
    """Hash the columns of a frame and its rows, as a set with repetitions."""
    rows = frame.hash_rows(seed=0).sort().to_numpy().tobytes() if frame.width and frame.height else b""
    head = json.dumps([frame.height, [[name, str(dtype)] for name, dtype in frame.schema.items()]])
    return hashlib.sha256(head.encode() + rows).hexdigest()


def one_line(error: BaseException) -> str:
    """Tell an error in its first line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
