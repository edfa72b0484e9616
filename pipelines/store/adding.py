"""Add rows to a table on this machine: files written beside those it has, then one entry of its log that names them.

Files that no entry names belong to no version: what a killed run wrote is not there, and a vacuum removes it.
"""

from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from pipelines.errors import StoreError
from pipelines.store.delta import compacted, one_line, open_table, replace_or_append, signed

ROWS = 250_000
"""Rows of a file, about: smaller pieces are put together."""

AT_ONCE = 2
"""Files written at a time; more would only hold more rows in memory."""


class Adding:
    """Rows that are being added to one table; none is there before `commit`."""

    def __init__(self, address: str, run: int) -> None:
        self.address, self.run = address, run
        self.held: list[pl.DataFrame] = []
        self.writers = ThreadPoolExecutor(AT_ONCE)
        self.files: list[Future[AddAction]] = []

    def put(self, held: pl.DataFrame) -> None:
        """Take rows to be written. Columns without a value stay out of the file: they are null to every reader."""
        if held.is_empty():
            return
        if not fits(self._table(), held):
            replace_or_append(self.address, held, append=True, run=self.run)
            return
        self.held.append(held)
        if sum(each.height for each in self.held) >= ROWS:
            self._write()

    def _write(self) -> None:
        """Write what is held to a file, while the next rows are made."""
        held, self.held = pl.concat(self.held, how="diagonal"), []
        if len(self.files) >= AT_ONCE:
            self.files[-AT_ONCE].result()
        self.files.append(self.writers.submit(_written, Path(self.address), held))

    def commit(self) -> int:
        """Make the rows part of the table; return the version to read."""
        if self.held:
            self._write()
        self.writers.shutdown()
        actions: list[AddAction | RemoveAction] = [each.result() for each in self.files]
        table = self._table()
        try:
            if actions:
                table.create_write_transaction(actions, "append", table.schema(), commit_properties=signed(self.run))
                table = self._table()
            return compacted(table, self.run)
        except (DeltaError, OSError, ValueError) as error:
            raise StoreError(f"{self.address}: cannot be written: {one_line(error)}") from error

    def _table(self) -> DeltaTable:
        table = open_table(self.address)
        if table is None:
            raise StoreError(f"{self.address}: is missing; restore it from a backup, or start a new store")
        return table


def _written(folder: Path, held: pl.DataFrame) -> AddAction:
    """Write rows to a file of a table; give what the table's log says of it."""
    path = folder / f"part-{uuid.uuid4()}.zstd.parquet"
    filled = [name for name in held.columns if held[name].null_count() < held.height]
    try:
        held.select(filled).write_parquet(path, compression="zstd", compression_level=1, statistics=False)
        size = path.stat().st_size
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StoreError(f"{folder}: cannot be written: {one_line(error)}") from error
    stats = json.dumps({"numRecords": held.height})
    return AddAction(path.name, size, {}, int(time.time() * 1000), data_change=True, stats=stats)


def fits(table: DeltaTable, held: pl.DataFrame) -> bool:
    """Whether a table has all columns of a frame, of the same kinds."""
    there = pl.Schema(table.schema())
    return all(there.get(name) == dtype for name, dtype in held.schema.items())
