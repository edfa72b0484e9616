"""Remove what no kept run needs: runs that are due are retired first, then files that only they had go.

A run is marked as retired before any file is touched, and files of kept runs are never touched: a vacuum that is
killed leaves every kept run as it was, and the next one goes on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from deltalake.exceptions import DeltaError

from pipelines.errors import StoreError
from pipelines.store.delta import one_line, replace_or_append, signed
from pipelines.store.lines import RETIRED, kept
from pipelines.store.retention import Retention, to_retire
from pipelines.store.run_info import RunInfo
from pipelines.store.store import Store

OUR_OWN = ("runs", "retired")
"""Tables of which only what they hold now is needed."""


@dataclass(frozen=True)
class Vacuumed:
    """What was removed, or would be: runs no longer kept, files, and their bytes where they can be told."""

    retired: tuple[int, ...] = ()
    kept: int = 0
    files: int = 0
    bytes: int = 0
    tables: tuple[str, ...] = ()


def vacuum(
    store: Store,
    retention: Retention,
    *,
    now: dt.datetime,
    needed: Collection[int] = (),
    dry_run: bool = False,
) -> Vacuumed:
    """Retire the runs that are due, and remove the files no kept run needs. `needed` runs are never retired.

    Raises
    ------
    StoreError
        Another process is writing, or the store cannot be read.
    """
    last = store.last()
    if last is None:
        return Vacuumed()
    if dry_run:
        return _removed(store, to_retire(kept(store.lines()), retention, now.date(), needed), dry_run=True)
    with store.begin():  # keeps other writers out, and puts back what a killed run left behind
        due = to_retire(kept(store.lines()), retention, now.date(), needed)
        if due:
            marks = pl.DataFrame([(run, now) for run in due], schema=RETIRED, orient="row")
            replace_or_append(store.address("retired"), marks, append=True, run=last.run)
        return _removed(store, due, dry_run=False)


def _removed(store: Store, due: Sequence[int], *, dry_run: bool) -> Vacuumed:
    gone = {*due, *store.lines().filter(pl.col("retired_at").is_not_null()).get_column("run")}
    every = store.infos()
    staying = [each for each in every if each.run not in gone]
    swept = {name: _sweep(store, name, staying, dry_run=dry_run) for name in _names(every)}
    return Vacuumed(
        retired=tuple(due),
        kept=len(staying),
        files=sum(count for count, _ in swept.values()),
        bytes=sum(size for _, size in swept.values()),
        tables=tuple(name for name, (count, _) in swept.items() if count),
    )


def _names(every: Sequence[RunInfo]) -> list[str]:
    return [*sorted({name for each in every for name in each.versions}), *OUR_OWN]


def _sweep(store: Store, name: str, staying: Sequence[RunInfo], *, dry_run: bool) -> tuple[int, int]:
    """Remove the files of one table that no kept run needs; count them and their bytes."""
    table = store.delta(name)
    if table is None or (store.local and name not in OUR_OWN and not _strays(store, name, staying)):
        return 0, 0
    versions = sorted({each.versions[name] for each in staying if name in each.versions})
    options = {"retention_hours": 0, "enforce_retention_duration": False, "full": True}
    try:
        named = table.vacuum(dry_run=True, keep_versions=versions or None, **options)  # type: ignore[arg-type]
        found = _sizes(store, name, named)
        if found and not dry_run:
            run = max(each.run for each in staying)
            table.vacuum(dry_run=False, keep_versions=versions or None, commit_properties=signed(run), **options)  # type: ignore[arg-type]
    except (DeltaError, OSError) as error:
        raise StoreError(f"{store.address(name)}: cannot be vacuumed: {one_line(error)}") from error
    return len(found), sum(found.values())


def _strays(store: Store, name: str, staying: Sequence[RunInfo]) -> bool:
    """Whether a table has files that no kept run wrote; what a kept run wrote, it needs."""
    ours = {file for each in staying for file in each.files.get(name, {}).get("files", ())}
    return any(path.name not in ours for path in Path(store.address(name)).glob("*.parquet"))


def _sizes(store: Store, name: str, named: Sequence[str]) -> Mapping[str, int]:
    """Give the bytes of those files that are still there; the log also names those removed long ago."""
    if not store.local:
        return dict.fromkeys(named, 0)
    paths = {each: Path(store.address(name)) / each for each in named}
    return {each: path.stat().st_size for each, path in paths.items() if path.is_file()}
