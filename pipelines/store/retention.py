"""Which runs are kept: every one of the last days, and of older ones the last of each month or year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

Older = Literal["monthly", "yearly", "none"]

PERIODS: Mapping[Older, str] = {"monthly": "%Y-%m", "yearly": "%Y"}


@dataclass(frozen=True)
class Retention:
    """How long runs are kept; `days` None: for ever. `older`: what is kept of those before."""

    days: int | None = None
    older: Older = "monthly"


def to_retire(kept: pl.DataFrame, retention: Retention, today: dt.date, needed: Collection[int] = ()) -> list[int]:
    """Name the runs that are no longer to be kept: never the last one, nor any that is needed."""
    if retention.days is None or kept.is_empty():
        return []
    since = today - dt.timedelta(days=min(retention.days, today.toordinal() - 1))
    old = kept.filter(pl.col("made_at").dt.date() <= since, pl.col("run") != kept["run"].max())
    stays = {*needed, *_last_of_each(kept, retention.older)}
    return [run for run in old.get_column("run").to_list() if run not in stays]


def _last_of_each(kept: pl.DataFrame, older: Older) -> list[int]:
    if older not in PERIODS:
        return []
    period = pl.col("made_at").dt.strftime(PERIODS[older])
    return kept.group_by(period).agg(pl.col("run").max()).get_column("run").to_list()
