"""The store: Delta Lake tables in numbered runs; a run appears whole or not at all, and can be opened as of then.

A run is one line of the table `runs`, written last: the version of every other table. What a killed run left
behind stands in versions that no line names; the next run puts the tables back before it writes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl
from deltalake import DeltaTable

from pipelines.errors import StoreError, UnknownRun
from pipelines.store.adding import Adding
from pipelines.store.delta import fingerprint, holdable, open_table, replace_or_append, signed
from pipelines.store.ledger import opened, same_files, taken_down
from pipelines.store.lines import chosen, infos, kept, lines
from pipelines.store.lock import FileLock
from pipelines.store.run_info import RUNS, RunInfo
from pipelines.store.stored_run import StoredRun, records_of

__all__ = ["RunInfo", "RunWriter", "Store", "StoredRun"]

UNUSABLE = frozenset("[]^|%\\")
"""Characters in a folder's name that Delta Lake reads as part of an address."""


class Store:
    """Delta Lake tables under one folder (or one address of an object store).

    Raises
    ------
    StoreError
        The folder's name has a character Delta Lake cannot take.
    """

    def __init__(self, url: str | Path) -> None:
        self.url = str(url).removeprefix("file://").rstrip("/")
        if self.local:
            self.url = str(Path(self.url).resolve())
            unusable = sorted(UNUSABLE & set(Path(self.url).as_posix()))
            if unusable:
                raise StoreError(
                    f"{self.url}: the store cannot lie in a folder with {unusable[0]!r} in its name; choose another"
                )

    @property
    def local(self) -> bool:
        return "://" not in self.url

    def address(self, name: str) -> str:
        """Where a table lies."""
        return f"{self.url}/{name}"

    def delta(self, name: str, version: int | None = None) -> DeltaTable | None:
        """Open a Delta table; None when there is none."""
        return open_table(self.address(name), version)

    def runs(self) -> pl.DataFrame:
        """List the complete runs, oldest first."""
        return kept(self.lines())

    def lines(self) -> pl.DataFrame:
        """List every run ever completed, oldest first, with the time it was retired; null while it can be opened."""
        return lines(self.delta("runs"), self.delta("retired"), self.url)

    def infos(self) -> list[RunInfo]:
        """Tell all of every run ever completed, oldest first."""
        return infos(self.delta("runs"), self.url)

    def last(self) -> RunInfo | None:
        """Tell the last complete run; None before the first."""
        found = infos(self.delta("runs"), self.url, pl.col("run") == pl.col("run").max())
        return found[0] if found else None

    def open(self, run: int | dt.date | None = None) -> StoredRun:
        """Open a run: the last one, one by its number, or the last one made on or before a day.

        Raises
        ------
        StoreError
            There is no such run.
        """
        table = self.delta("runs")
        every = lines(table, self.delta("retired"), self.url)
        if every.is_empty():
            raise StoreError(f"{self.url}: no run is stored yet; make one with `entrepot run`")
        try:
            number = chosen(every, run)
        except UnknownRun as error:
            raise UnknownRun(f"{self.url}: {error}") from None
        return StoredRun(self, infos(table, self.url, pl.col("run") == number)[0])

    def begin(self) -> RunWriter:
        """Begin the next run; put back what a killed one left behind.

        Raises
        ------
        StoreError
            Another process is writing, or the store cannot be read.
        """
        lock = self.lock()
        try:
            return RunWriter(self, self.last(), lock)
        except BaseException:
            lock.release()
            raise

    def lock(self) -> FileLock:
        """Keep every other writer out, until it is released."""
        return FileLock(self._lock_path())

    def _lock_path(self) -> Path:
        if not self.local:
            name = hashlib.sha256(self.url.encode()).hexdigest()[:16]
            return Path(tempfile.gettempdir()) / f"entrepot-{name}.lock"
        if Path(self.url).exists() and not Path(self.url).is_dir():
            raise StoreError(f"{self.url}: is a file; [store] path must name a folder")
        return Path(self.url) / ".lock"


class RunWriter:
    """Writes one run. Nothing is visible before `commit`; without it the next `begin` undoes what was written."""

    def __init__(self, store: Store, base: RunInfo | None, lock: FileLock) -> None:
        self.store = store
        self.base = base
        self.run = base.run + 1 if base else 1
        self.versions = dict(base.versions) if base else {}
        self.columns = dict(base.columns) if base else {}
        self.contents = dict(base.contents) if base else {}
        self.written: set[str] = set()
        self._before: dict[str, DeltaTable] = {}
        self._lock = lock
        for name, version in self.versions.items():
            self.versions[name] = self._put_back(name, version)

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let others write; what was not committed will be undone."""
        self._lock.release()

    @property
    def changed(self) -> bool:
        """Whether any table got new content since the last run."""
        return bool(self.written)

    def append(
        self, name: str, pieces: pl.DataFrame | Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType] | None = None
    ) -> None:
        """Add facts to `records_<name>`, marked with this run as `known_run`; columns may be added, never retyped.

        Pieces are written as they come. `schema` names the columns of the whole table: those a piece lacks are null.
        """
        name = records_of(name)
        given = [pieces] if isinstance(pieces, pl.DataFrame) else pieces
        whole = {**schema, "known_run": pl.Int64()} if schema else None
        marked = (each.with_columns(pl.lit(self.run, pl.Int64).alias("known_run")) for each in given)
        adding = Adding(self.store.address(name), self.run)
        for facts in marked:
            if facts.is_empty() and name in self.versions:
                continue
            self._fit(name, pl.DataFrame(schema=whole) if whole else facts.clear())
            held, _ = holdable(facts.select(each for each in whole or facts.columns if each in facts.columns), name)
            if self.store.local:
                adding.put(held)
            else:
                self._write(name, held, append=True)
        if self.store.local and name in self.written:
            self.versions[name] = adding.commit()

    def _fit(self, name: str, shape: pl.DataFrame) -> None:
        """Make the table of facts, or give it the columns it lacks."""
        known = self.columns.get(name, {}) if name in self.versions else {}
        held, columns = holdable(shape, name)
        self.columns[name] = known | {
            each: kind for each, kind in columns.items() if kind != "Null" or each not in known
        }
        there = {each for each, kind in known.items() if kind != "Null"}
        if name not in self.versions or not there.issuperset(held.columns):
            self._write(name, held, append=name in self.versions)
        self.written.add(name)

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Replace a table, unless it holds these very rows already (their order does not count)."""
        content = fingerprint(frame)
        if name in self.versions and self.contents.get(name) == content:
            return
        held, self.columns[name] = holdable(frame, name)
        self.contents[name] = content
        self._write(name, held, append=False)

    def commit(
        self,
        *,
        as_of: dt.date,
        made_at: dt.datetime,
        lists: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        judgments: int = 0,
        version: str = "",
    ) -> int:
        """Make the run visible and let others write; return its number. `made_at` must bear a time zone.

        Raises
        ------
        StoreError
            Another writer has stored a run meanwhile.
        """
        last = self.store.last()
        if (last.run if last else 0) != self.run - 1:
            raise StoreError(f"{self.store.url}: another process stored run {self.run} meanwhile; run again")
        info = RunInfo(
            self.run, as_of, made_at, self.versions, lists or {}, parameters or {}, judgments, version, self.columns,
            self.contents, self._files(), self.base.hash if self.base else "",
        )  # fmt: skip
        line = pl.DataFrame([info.row()], schema=dict(RUNS))
        self._write("runs", line, append=True)
        self.close()
        return self.run

    def _put_back(self, name: str, version: int) -> int:
        table = self.store.delta(name)
        if table is None:
            raise StoreError(f"{self.store.address(name)}: is missing; restore it from a backup, or start a new store")
        if table.version() == version:
            self._before[name] = table
            return version
        self._before[name] = before = opened(self.store.address(name), version)
        if same_files(before, table):  # only a vacuum was noted in its log
            return version
        table.restore(version, commit_properties=signed(self.run))
        return table.version()

    def _files(self) -> dict[str, dict[str, Any]]:
        """Take down what every table got since the last run."""
        before = self.base.versions if self.base else {}
        return {
            name: taken_down(self.store.address(name), self._before.get(name), version, self.run)
            for name, version in self.versions.items()
            if version != before.get(name)
        }

    def _write(self, name: str, frame: pl.DataFrame, *, append: bool) -> None:
        self.versions[name] = replace_or_append(self.store.address(name), frame, append=append, run=self.run)
        self.written.add(name)
