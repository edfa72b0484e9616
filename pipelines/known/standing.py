"""Which versions of records still stand. Facts are only added to; what files said of them later is kept beside them.

`seen`: a version that was stated again, with the last day it was recorded. `superseded`: versions that their own file
replaced by another. `copies`: the versions full copies of a source hold, with the first and last day of such a copy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines.reading.versions import RECORDED, VERSION, winners

SEEN: Mapping[str, pl.DataType] = {
    "table": pl.String(), "key": pl.Int64(), "version": pl.Int64(),
    "recorded_on": pl.Date(), "recorded_at": pl.Datetime("us"),
}  # fmt: skip
SUPERSEDED: Mapping[str, pl.DataType] = {"table": pl.String(), "key": pl.Int64(), "version": pl.Int64()}
COPIES: Mapping[str, pl.DataType] = {
    "source": pl.String(), "table": pl.String(), "key": pl.Int64(), "version": pl.Int64(),
    "first_on": pl.Date(), "last_on": pl.Date(),
}  # fmt: skip


def _none(schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(schema))


@dataclass(frozen=True)
class Standing:
    """The three side tables, of all contract tables together."""

    seen: pl.DataFrame = field(default_factory=lambda: _none(SEEN))
    superseded: pl.DataFrame = field(default_factory=lambda: _none(SUPERSEDED))
    copies: pl.DataFrame = field(default_factory=lambda: _none(COPIES))

    def frames(self) -> dict[str, pl.DataFrame]:
        """Name them as the store does."""
        return {"seen": self.seen, "superseded": self.superseded, "copies": self.copies}


def standing(
    records: pl.DataFrame, table: str, beside: Standing, newest: Mapping[str, dt.date] | None = None
) -> pl.DataFrame:
    """Give the winning version of every record that stands.

    `records` holds every version known of one table. `newest` names, per source that hands over full copies, the day
    of the newest one: what that copy does not hold is withdrawn.
    """
    return winners(_recorded(_present(_in_force(records, table, beside), table, beside, newest or {}), table, beside))


def _in_force(records: pl.DataFrame, table: str, beside: Standing) -> pl.DataFrame:
    gone = beside.superseded.filter(pl.col("table") == table)
    return records.join(gone, on=VERSION, how="anti", maintain_order="left") if gone.height else records


def _present(records: pl.DataFrame, table: str, beside: Standing, newest: Mapping[str, dt.date]) -> pl.DataFrame:
    if not newest:
        return records
    held = beside.copies.filter(
        pl.col("table") == table,
        pl.col("last_on") == pl.col("source").replace_strict(dict(newest), default=None, return_dtype=pl.Date),
    )
    full = pl.col("source").is_in(list(newest))
    return pl.concat([records.filter(~full), records.filter(full).join(held, on=VERSION, how="semi")])


def _recorded(records: pl.DataFrame, table: str, beside: Standing) -> pl.DataFrame:
    """Take the last day a version was recorded, where it was stated again."""
    again = beside.seen.filter(pl.col("table") == table).select(
        *VERSION, *(pl.col(each).alias(f"_{each}") for each in RECORDED), _again=pl.lit(value=True)
    )
    if again.is_empty():
        return records
    later = records.join(again, on=VERSION, how="left", maintain_order="left")
    last = (pl.when("_again").then(f"_{each}").otherwise(each).alias(each) for each in RECORDED)
    return later.with_columns(last).select(records.columns)
