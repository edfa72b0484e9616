"""One run, opened for reading."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from pipelines.errors import StoreError
from pipelines.store.delta import as_written, scan, widened
from pipelines.store.run_info import RunInfo
from pipelines.tables import GRAPH, Tables

if TYPE_CHECKING:
    from pipelines.store.store import Store


@dataclass(frozen=True)
class StoredRun:
    """One complete run, open for reading: one consistent picture, whatever is written meanwhile."""

    store: Store
    info: RunInfo

    def names(self) -> list[str]:
        """Name the tables this run has."""
        return sorted(self.info.versions)

    def table(self, name: str) -> pl.LazyFrame:
        """One table, exactly as it was written.

        Raises
        ------
        StoreError
            This run has no such table.
        """
        if name not in self.info.versions:
            raise StoreError(f"{self.store.url}: run {self.info.run} has no table {name!r}")
        delta = self.store.delta(name, self.info.versions[name])
        if delta is None:
            raise StoreError(f"{self.store.address(name)}: is missing; restore it from a backup")
        return as_written(scan(delta, self.store.address(name)), self.info.columns[name])

    def records(self, name: str) -> pl.LazyFrame:
        """Every fact known at this run of one contract table, with the run that learned it as `known_run`."""
        return self.table(records_of(name))

    def tables(self) -> Tables:
        """The graph of this run; tables later versions of the vocabulary widened get the new columns as null."""
        return self._tables

    @cached_property
    def _tables(self) -> Tables:
        frames = {name: widened(self.table(name), GRAPH[name]) for name in self.names() if name in GRAPH}
        supplied = self.info.parameters.get("supplied", list(frames))
        return Tables(frames, self.info.as_of, frozenset(supplied))


def records_of(name: str) -> str:
    """Name the table of the facts of a contract table."""
    return name if name.startswith("records_") else f"records_{name}"
