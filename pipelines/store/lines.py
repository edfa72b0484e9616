"""The lines of `runs`: every run ever completed, those that were retired, and which one is meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
from deltalake import DeltaTable

from pipelines.errors import StoreError, UnknownRun
from pipelines.store.delta import one_line, scan
from pipelines.store.run_info import BRIEF, RUNS, RunInfo

RETIRED = {"run": pl.Int64(), "retired_at": pl.Datetime("us", "UTC")}
"""The table `retired`: runs that are no longer kept. Their lines in `runs` stay."""


def lines(runs: DeltaTable | None, retired: DeltaTable | None, url: str) -> pl.DataFrame:
    """List every run ever completed, oldest first, with when it was retired."""
    gone = _read(retired, f"{url}/retired", RETIRED).unique("run", keep="first")
    found = _read(runs, f"{url}/runs", {name: RUNS[name] for name in BRIEF})
    return found.join(gone, on="run", how="left", maintain_order="left").sort("run")


def infos(runs: DeltaTable | None, url: str, where: pl.Expr | None = None) -> list[RunInfo]:
    """Tell all of the runs asked for, oldest first."""
    found = _read(runs, f"{url}/runs", RUNS, where).sort("run")
    return [_info(row, url) for row in found.iter_rows(named=True)]


def _info(row: Mapping[str, Any], url: str) -> RunInfo:
    try:
        return RunInfo.of(row)
    except (ValueError, TypeError) as error:
        raise StoreError(
            f"{url}/runs: the line of run {row['run']} cannot be read; restore it from a backup"
        ) from error


def kept(every: pl.DataFrame) -> pl.DataFrame:
    """Leave those that can be opened."""
    return every.filter(pl.col("retired_at").is_null()).drop("retired_at")


def chosen(every: pl.DataFrame, wanted: int | dt.date | None) -> int:
    """Name the run that is meant: the last, one by its number, or the last one made on or before a day.

    Raises
    ------
    UnknownRun
        There is none, or it was retired: another run would tell something else than what was known then.
    """
    if wanted is None:
        return int(every["run"][-1])
    by_day = isinstance(wanted, dt.date)
    found = every.filter(pl.col("made_at").dt.date() <= wanted if by_day else pl.col("run") == wanted).tail(1)
    if found.is_empty():
        there = kept(every)
        first, last = there["run"][0], there["run"][-1]
        asked = f"on or before {wanted}" if by_day else str(wanted)
        raise UnknownRun(f"no run {asked}; there are {first} to {last}, the first of {there['made_at'][0].date()}")
    line = found.row(0, named=True)
    if line["retired_at"] is not None:
        raise UnknownRun(
            f"run {line['run']} of {line['made_at']:%Y-%m-%d} was retired on {line['retired_at']:%Y-%m-%d} and is no "
            f"longer kept; {_nearest(kept(every), line['run'])}"
        )
    return int(line["run"])


def _nearest(there: pl.DataFrame, run: int) -> str:
    before, after = there.filter(pl.col("run") < run).tail(1), there.filter(pl.col("run") > run).head(1)
    rows = [*before.iter_rows(named=True), *after.iter_rows(named=True)]
    return "the nearest kept: " + " and ".join(f"run {each['run']} of {each['made_at']:%Y-%m-%d}" for each in rows)


def _read(
    table: DeltaTable | None, address: str, schema: Mapping[str, pl.DataType], where: pl.Expr | None = None
) -> pl.DataFrame:
    """Read columns of a table; those an earlier version of this code did not write are null."""
    if table is None:
        return pl.DataFrame(schema=dict(schema))
    try:
        found = scan(table, address)
        found = found if where is None else found.filter(where)
        there = found.collect_schema()
        missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in there]
        return found.with_columns(missing).select(list(schema)).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise StoreError(f"{address}: cannot be read: {one_line(error)}") from error
