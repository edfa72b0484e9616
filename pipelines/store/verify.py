"""Recompute what the runs of a store say of themselves, and name in one line each thing that does not add up.

What a killed run left behind is no error: no run shows it, and the next one undoes it. It is told beside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable

from pipelines.errors import StoreError
from pipelines.store.delta import one_line
from pipelines.store.ledger import file_hash, files_of, foreign, log_name, picture
from pipelines.store.run_info import RunInfo
from pipelines.store.store import Store
from pipelines.store.stored_run import StoredRun
from pipelines.store.verify_rows import rows_that_do_not_add_up


@dataclass
class Verified:
    """What does not add up, line by line; what is told beside; how much was looked at."""

    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    runs: int = 0
    retired: int = 0
    tables: int = 0
    files: int = 0


def verify(store: Store) -> Verified:
    """Verify every kept run of a store: lines, logs, files, rows.

    Raises
    ------
    StoreError
        The lines of the runs cannot be read at all.
    """
    found = Verified()
    try:
        _verify(store, found)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        found.wrong.append(f"runs: a line says what no line can ({one_line(error)})")
    return found


def _verify(store: Store, found: Verified) -> None:
    said, gone = store.infos(), set(_retired(store))
    found.runs = len([each for each in said if each.run not in gone])
    found.retired = len(said) - found.runs
    found.wrong += [*_lines(said), *_marks(store)]
    every = [each for each in said if _is_as_written(each)]  # what a changed line says is no measure of the tables
    staying = [each for each in every if each.run not in gone]
    found.tables = len({name for each in staying for name in each.versions})
    for name in sorted({name for each in staying for name in each.versions}):
        _table(store, name, every, staying, found)
    if not found.wrong:  # rows cannot be counted where files are gone
        for each in staying[-1:]:
            found.wrong += rows_that_do_not_add_up(StoredRun(store, each))


def _retired(store: Store) -> list[int]:
    return store.lines().filter(pl.col("retired_at").is_not_null()).get_column("run").to_list()


def _lines(every: Sequence[RunInfo]) -> Iterator[str]:
    """Check that runs are numbered without gaps, and that every line is as it was written."""
    numbers = Counter(each.run for each in every)
    last = max(numbers, default=0)
    yield from (f"runs: run {run} has {count} lines" for run, count in sorted(numbers.items()) if count > 1)
    yield from (f"runs: the line of run {run} is missing" for run in range(1, last + 1) if run not in numbers)
    before = None
    for each in every:
        if each.hash or (before and before.hash):
            if not each.hash or not _is_as_written(each):
                yield f"runs: the line of run {each.run} is not as it was written"
            elif before and before.run == each.run - 1 and each.previous != before.hash:
                yield f"runs: the line of run {each.run} does not follow that of run {before.run} as it was written"
        before = each


def _is_as_written(line: RunInfo) -> bool:
    """Whether a line bears its own hash; lines of old stores bear none."""
    return not line.hash or line.row()["hash"] == line.hash


def _marks(store: Store) -> list[str]:
    """Check that nobody else marked runs as retired."""
    table = store.delta("retired")
    strange = foreign(table, -1) if table else []
    return [f"retired: version {each} was not written by a vacuum of Entrepot" for each in strange]


def _table(store: Store, name: str, every: Sequence[RunInfo], staying: Sequence[RunInfo], found: Verified) -> None:
    """Check one table: its log, every version a kept run shows, and the files of these."""
    entries = [each.files[name] for each in every if name in each.files]
    ledger: dict[str, list[Any]] = {file: said for each in entries for file, said in each["files"].items()}
    pictures = {each.versions[name]: each.files[name]["picture"] for each in every if name in each.files}
    found.wrong += _log(store, name, entries)
    shown: dict[str, tuple[int | None, int]] = {}
    for version, runs in _versions(name, staying).items():
        try:
            table = _opened(store, name, version)
            shown |= files_of(table)
            if pictures.get(version, seen := picture(table)) != seen:
                found.wrong.append(f"{name}: version {version} is not what {_runs(runs)} wrote: its log was changed")
        except StoreError as error:
            found.wrong.append(f"{name}: version {version} of {_runs(runs)} cannot be opened: {error}")
    found.files += len(shown)
    for file, said in sorted(shown.items()):
        found.wrong += _file(store, name, file, said, ledger.get(file))
    _beyond(store, name, every, found)


def _versions(name: str, staying: Sequence[RunInfo]) -> Mapping[int, list[int]]:
    versions: dict[int, list[int]] = {}
    for each in staying:
        if name in each.versions:
            versions.setdefault(each.versions[name], []).append(each.run)
    return versions


def _runs(runs: Sequence[int]) -> str:
    return f"run {runs[0]}" if len(runs) == 1 else f"runs {runs[0]} to {runs[-1]}"


def _opened(store: Store, name: str, version: int | None = None) -> DeltaTable:
    table = store.delta(name, version)
    if table is None:
        raise StoreError("it is missing")
    return table


def _log(store: Store, name: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Check the entries of a table's log by their bytes."""
    for each in entries:
        for version, said in each["log"].items():
            entry = log_name(int(version))
            try:
                if said and file_hash(store.address(name), entry) != said:
                    yield f"{name}: {entry} is not as run {each['run']} wrote it"
            except OSError as error:
                yield f"{name}: {entry}, written by run {each['run']}, cannot be read: {error.strerror}"


def _file(
    store: Store, name: str, file: str, logged: tuple[int | None, int], said: Sequence[Any] | None
) -> Iterator[str]:
    """Check one file: that it is there, as it was written, with the rows the log counts."""
    rows, size = logged
    if said is not None and (said[0], said[1]) != (rows, size):
        yield f"{name}: the log counts {rows} rows and {size} bytes in {file}; written were {said[0]} and {said[1]}"
    if not store.local:
        return
    path = Path(store.address(name)) / file
    if not path.is_file():
        yield f"{name}: {file} is missing"
    elif said is not None and said[2] and file_hash(store.address(name), file) != said[2]:
        yield f"{name}: {file} is not as it was written: its hash is another"
    elif path.stat().st_size != size:
        yield f"{name}: {file} has {path.stat().st_size} bytes, where the log counts {size}"
    else:
        yield from _counted(name, path, rows)


def _counted(name: str, path: Path, rows: int | None) -> Iterator[str]:
    try:
        count = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        yield f"{name}: {path.name} cannot be read: {one_line(error)}"
        return
    if rows is not None and count != rows:
        yield f"{name}: {path.name} has {count} rows, where the log counts {rows}"


def _beyond(store: Store, name: str, every: Sequence[RunInfo], found: Verified) -> None:
    """Look at what came after the last run: left by a killed one, or written by somebody else."""
    last = max((each.versions[name] for each in every if name in each.versions), default=0)
    if name not in every[-1].versions:
        return
    try:
        table = _opened(store, name)
        strange = foreign(table, last)
    except StoreError as error:
        found.wrong.append(f"{name}: cannot be opened: {error}")
        return
    found.wrong += [
        f"{name}: version {each} was not written by a run of Entrepot; no run shows it, and the next one undoes it"
        for each in strange
    ]
    try:
        left = not strange and table.version() > last and picture(table) != picture(_opened(store, name, last))
    except StoreError:
        return
    if left:
        found.notes.append(
            f"{name}: holds rows of a run that is being made, or was killed; no run shows them (no error)"
        )
