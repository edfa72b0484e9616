"""Stretches of time: rows that hold from `first` to `last`, both days included, as days since 1970."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import pairwise

import polars as pl

ALWAYS = -10_000_000
"""Stands for "no first day on record"."""
FOREVER = 10_000_000
"""Stands for "no last day on record"."""

Span = tuple[int, int, int]
"""First day, last day, rank."""


def with_stretch(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `first` and `last` from `from_on` and `until_on`; drop rows that end before they begin."""
    days = rows.with_columns(
        first=pl.col("from_on").dt.epoch("d").cast(pl.Int64).fill_null(ALWAYS),
        last=pl.col("until_on").dt.epoch("d").cast(pl.Int64).fill_null(FOREVER),
    )
    return days.filter(pl.col("first") <= pl.col("last"))


def with_dates(rows: pl.DataFrame) -> pl.DataFrame:
    """Turn `first` and `last` back into `from_on` and `until_on`."""
    return rows.with_columns(from_on=_date("first"), until_on=_date("last")).drop("first", "last")


def _date(day: str) -> pl.Expr:
    known = pl.col(day).is_between(ALWAYS, FOREVER, closed="none")
    return pl.when(known).then(pl.col(day)).cast(pl.Int32).cast(pl.Date)


def clip(rows: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """Keep what lies between two days."""
    cut = rows.with_columns(first=pl.col("first").clip(lower_bound=first), last=pl.col("last").clip(upper_bound=last))
    return cut.filter(pl.col("first") <= pl.col("last"))


def overlap(left: pl.DataFrame, right: pl.DataFrame, left_on: str, right_on: str) -> pl.DataFrame:
    """Join rows while both hold; columns of the right that clash get `_of_right`."""
    both = left.join(right, left_on=left_on, right_on=right_on, suffix="_of_right")
    met = both.with_columns(
        first=pl.max_horizontal("first", "first_of_right"), last=pl.min_horizontal("last", "last_of_right")
    )
    return met.filter(pl.col("first") <= pl.col("last")).drop("first_of_right", "last_of_right")


def topmost(rows: pl.DataFrame, key: Sequence[str], rank: Sequence[str]) -> pl.DataFrame:
    """Cut rows so that on every day only one row of a key holds: the greatest by `rank`, nulls least."""
    counted = rows.with_columns(pl.len().over(key).alias("place"))
    single, several = counted.filter(pl.col("place") == 1), counted.filter(pl.col("place") > 1)
    if several.is_empty():
        return rows
    ordered = several.drop("place").sort([*key, *rank], nulls_last=False).with_row_index("place")
    by_day = ordered.sort([*key, "first"])
    reach = pl.col("last").cum_max().shift(1).over(key)
    crossing = by_day.filter((pl.col("first") <= reach).fill_null(value=False)).select(key).unique()
    alone = ordered.join(crossing, on=key, how="anti", nulls_equal=True)
    crossed = ordered.join(crossing, on=key, how="semi", nulls_equal=True)
    return pl.concat([each.drop("place") for each in (single, alone, _swept(crossed, key))])


def _swept(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    kept: list[Span] = []
    for group in rows.select(*key, "first", "last", "place").partition_by(key, include_key=False):
        kept += sweep(group.rows())
    spans = pl.DataFrame(
        kept, schema={"first": pl.Int64, "last": pl.Int64, "place": rows.schema["place"]}, orient="row"
    )
    return spans.join(rows.drop("first", "last"), on="place").select(rows.columns)


def sweep(spans: Sequence[Span]) -> list[Span]:
    """Cut spans so that on every day only the one of greatest rank remains; ranks are distinct."""
    waiting = sorted(spans, reverse=True)
    points = sorted({day for first, last, _ in spans for day in (first, last + 1)})
    active: list[tuple[int, int]] = []
    kept: list[Span] = []
    for point, following in pairwise(points):
        while waiting and waiting[-1][0] <= point:
            _, last, rank = waiting.pop()
            heapq.heappush(active, (-rank, last))
        while active and active[0][1] < point:
            heapq.heappop(active)
        if active:
            _append(kept, (point, following - 1, -active[0][0]))
    return kept


def _append(kept: list[Span], span: Span) -> None:
    if kept and kept[-1][2] == span[2] and kept[-1][1] + 1 == span[0]:
        span = (kept.pop()[0], span[1], span[2])
    kept.append(span)


def merged(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Join neighboring stretches that say the same: all columns but `first` and `last` are equal."""
    said = [name for name in rows.columns if name not in ("first", "last")]
    ordered = rows.sort([*key, "first"], maintain_order=True)
    alike = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in said)
    touching = pl.col("first") == pl.col("last").shift(1) + 1
    run = (~(alike & touching).fill_null(value=False)).cum_sum().alias("run")
    joined = ordered.group_by(run, maintain_order=True).agg(
        *(pl.col(name).first() for name in said), pl.col("first").first(), pl.col("last").last()
    )
    return joined.select(rows.columns)
