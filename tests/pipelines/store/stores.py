"""Small stores for tests: runs made in a few milliseconds, and what each of them shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipelines.store import Store, StoredRun

NOON = dt.datetime(2024, 1, 2, 12, tzinfo=dt.UTC)


def one_run(store: Store, facts: Sequence[int] = (), table: Sequence[int] | None = None, at: dt.datetime = NOON) -> int:
    """Add facts and replace a table, in a run made at a time."""
    with store.begin() as writer:
        writer.append("facts", pl.DataFrame({"n": facts}, schema={"n": pl.Int64}))
        if table is not None:
            writer.write("table", pl.DataFrame({"n": table}, schema={"n": pl.Int64}))
        return writer.commit(as_of=at.date(), made_at=at, version="0.1.0")


def daily(store: Store, count: int) -> None:
    """Make a run a day: each adds a fact and replaces the table."""
    for number in range(count):
        one_run(store, [number], [number, number + 1], NOON + dt.timedelta(days=number))


def shown(run: StoredRun) -> dict[str, list[tuple[object, ...]]]:
    """Give everything a run shows, whatever the order of rows."""
    return {name: sorted(run.table(name).collect().rows(), key=repr) for name in run.names()}


def size(folder: Path) -> int:
    """Count the bytes of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
