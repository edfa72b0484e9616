"""Controlling parents over time: who holds the majority of whom, and who is at the top.

A parent is whoever holds more than half for certain (or half, when nobody else can hold as much), itself or through
parties it controls; failing that, whom a consolidation relation (GLEIF) names. Such relations carry no share.
"""

from __future__ import annotations

import datetime as dt
from math import ceil, log2

import polars as pl

from pipelines.graph.ownership.holdings import holdings, kind_of, letters
from pipelines.graph.ownership.stretches import ALWAYS, FOREVER, merged, overlap, topmost, with_dates, with_stretch
from pipelines.tables import day_number

DIRECT = r"direct.*(parent|consolidat)|^parent"
ULTIMATE = r"ultimate"
"""How consolidation relations read in interest type and details, folded to letters."""

ROUNDS = 20
"""So often holdings are added up by parents found so far; real structures need two or three."""


def groups(ownership: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Name the ultimate parent of every party that owns or is owned, stretch by stretch.

    Columns party, parent, from_on, until_on (null = without end); stretches of a party cover all its time, and a
    party without a known parent is its own. Members of a loop share the least id of the loop.
    """
    rows = tops(ownership).filter(pl.col("first") <= day_number(as_of)).select("party", "first", "last", parent="top")
    known = merged(rows.select("party", "parent", "first", "last"), ("party",))
    return with_dates(known).sort("party", "from_on", nulls_last=False)


def tops(ownership: pl.DataFrame) -> pl.DataFrame:
    """Rows of party, top, looped, first, last: who is at the top, and whether that is a loop of owners."""
    shares, ids = holdings(ownership), _ids(ownership)
    parents = _known(ownership, shares)
    found = _complete(climb(parents), ids)
    for _ in range(ROUNDS):
        candidates = pl.concat([parents, *_through_others(ownership, shares, found)])
        more = topmost(candidates, ("owned",), ("rank", "first", "owner"))
        if _days(more) == _days(parents):
            break
        parents, found = more, _complete(climb(more), ids)
    return found.sort("party", "first")


def _ids(ownership: pl.DataFrame) -> pl.DataFrame:
    both = [ownership.select(owned=pl.col(side).cast(pl.String)) for side in ("owner", "owned")]
    return pl.concat(both).drop_nulls().unique().sort("owned")


def _complete(found: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Add the parties that no parent is known of, each at its own top for all time."""
    alone = ids.join(found, left_on="owned", right_on="party", how="anti")
    always = (pl.lit(ALWAYS, pl.Int64).alias("first"), pl.lit(FOREVER, pl.Int64).alias("last"))
    return pl.concat(
        [
            found,
            alone.select(pl.lit(value=False).alias("looped"), *always, party="owned", top="owned").select(
                found.columns
            ),
        ]
    )


def _days(rows: pl.DataFrame) -> int:
    return int(rows.select((pl.col("last") - pl.col("first") + 1).sum()).item())


def _known(ownership: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """List parents on record, one per owned party and day: by shares, else votes, else relation."""
    ranked = (majorities(shares), majorities(holdings(ownership, "votingrights")),
              related(ownership, DIRECT), related(ownership, ULTIMATE))  # fmt: skip
    rows = [each.with_columns(rank=pl.lit(-place, pl.Int64)) for place, each in enumerate(ranked)]
    return topmost(pl.concat(rows), ("owned",), ("rank", "first", "owner"))


def majorities(shares: pl.DataFrame) -> pl.DataFrame:
    """Keep owners of more than half, and of half on days when nobody else can hold half."""
    others = shares.filter(pl.col("owner") != pl.col("owned"))
    over = (pl.col("least") > 50) | ((pl.col("least") == 50) & pl.col("above"))
    half = others.filter((pl.col("least") == 50) & ~pl.col("above")).select("owner", "owned", "first", "last")
    return pl.concat([others.filter(over), _unrivaled(half, others)], how="diagonal").select(
        "owner", "owned", "first", "last"
    )


def _unrivaled(half: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    may = (pl.col("most") > 50) | ((pl.col("most") == 50) & ~pl.col("below"))
    rivals = shares.filter(may).select("owned", "first", "last", rival="owner")
    met = overlap(half, rivals, "owned", "owned").filter(pl.col("rival") != pl.col("owner")).drop("rival")
    both = [half.with_columns(rank=pl.lit(0)), met.with_columns(rank=pl.lit(1))]
    return topmost(pl.concat(both), ("owned", "owner"), ("rank", "first")).filter(pl.col("rank") == 0).drop("rank")


def related(ownership: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Read consolidation relations of one kind as parents; an interest with a share is none."""
    said = kind_of()
    if "details" in ownership.columns:
        said = pl.concat_str(said, letters("details").fill_null(""))
    rows = with_stretch(ownership.drop_nulls(["owner", "owned"]))
    named = ~kind_of().is_in(["shareholding", "votingrights"]) & said.str.replace_all("indirect", "").str.contains(
        pattern
    )
    return rows.filter(named, pl.col("owner") != pl.col("owned")).select("owner", "owned", "first", "last")


def _through_others(ownership: pl.DataFrame, shares: pl.DataFrame, found: pl.DataFrame) -> list[pl.DataFrame]:
    """List parents that show only once tops are known: by shares held through several, or named from below."""
    pooled = pooled_majorities(shares, found).with_columns(rank=pl.lit(-10, pl.Int64))
    named = _named_from_below(ownership, found).with_columns(rank=pl.lit(-11, pl.Int64))
    return [pooled, named]


def pooled_majorities(shares: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Add up what parties of one top hold: two sisters with half each make their parent the owner of all."""
    held = overlap(shares, found.drop("looped"), "owner", "party").filter(pl.col("top") != pl.col("owned"))
    several = held.group_by("owned", "top").agg(pl.col("owner").n_unique().alias("owners")).filter(pl.col("owners") > 1)
    sums = running(
        held.join(several, on=["owned", "top"]), ("owned", "top"), least=pl.col("least"), above=pl.col("above")
    )
    over = (pl.col("least") > 50) | ((pl.col("least") == 50) & (pl.col("above") > 0))
    return sums.filter(over).select("owned", "first", "last", owner="top").select("owner", "owned", "first", "last")


def running(rows: pl.DataFrame, key: tuple[str, ...], **totals: pl.Expr) -> pl.DataFrame:
    """Sum over the rows that hold, day by day: one row per key and stretch between changes."""
    gained = rows.select(*key, day="first", **{name: of.cast(pl.Float64) for name, of in totals.items()})
    lost = rows.select(*key, day=pl.col("last") + 1, **{name: -of.cast(pl.Float64) for name, of in totals.items()})
    change = pl.concat([gained, lost]).group_by(*key, "day").sum().sort(*key, "day")
    summed = change.with_columns(
        *(pl.col(name).cum_sum().over(key).round(6) for name in totals), last=pl.col("day").shift(-1).over(key) - 1
    )
    return summed.filter(pl.col("last").is_not_null()).rename({"day": "first"})


def _named_from_below(ownership: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Take what a party's relation says of its ultimate parent for the top its own chain ends at."""
    named = overlap(related(ownership, ULTIMATE), found.drop("looped"), "owned", "party")
    higher = overlap(named, found.drop("looped").rename({"top": "above"}), "owner", "party")
    rows = higher.filter(pl.col("above") != pl.col("top"))
    return rows.select("owner", "first", "last", owned="top").select("owner", "owned", "first", "last")


def climb(parents: pl.DataFrame) -> pl.DataFrame:
    """Follow parents to the top, doubling the step each time; who still moves after as many steps runs in a loop."""
    reach = _filled(parents)
    for _ in range(ceil(log2(max(reach["party"].n_unique(), 2))) + 1):
        moving = reach.filter(~pl.col("arrived"))
        if moving.is_empty():
            break
        reach = pl.concat([reach.filter("arrived"), _onward(moving, reach)])
    rows = pl.concat([reach.filter("arrived"), _loops(reach)])
    return rows.select("party", "top", "first", "last", looped=~pl.col("arrived")).select(
        "party", "top", "looped", "first", "last"
    )


def _onward(moving: pl.DataFrame, reach: pl.DataFrame) -> pl.DataFrame:
    """Go on from where each party has got to as far as that party has got; `least` is the least id on the way."""
    met = _met(moving, reach).with_columns(least=pl.min_horizontal("least", "least_of"))
    return met.select("party", "first", "last", "least", top="on", arrived="there").select(moving.columns)


def _loops(reach: pl.DataFrame) -> pl.DataFrame:
    """Name the loop of whoever has not arrived: the way from there leads around it, past its least id."""
    met = _met(reach.filter(~pl.col("arrived")), reach)
    return met.select("party", "first", "last", "least", "arrived", top="least_of").select(reach.columns)


def _met(moving: pl.DataFrame, reach: pl.DataFrame) -> pl.DataFrame:
    further = reach.select("first", "last", via="party", on="top", least_of="least", there="arrived")
    return overlap(moving, further, "top", "via")


def _filled(parents: pl.DataFrame) -> pl.DataFrame:
    """Give every party a step for all its time: to its parent, or to itself where it has none."""
    steps = parents.select("first", "last", party="owned", top="owner").sort("party", "first")
    before = (pl.col("last").shift(1).over("party") + 1).fill_null(ALWAYS)
    gaps = steps.select("party", top="party", first=before, last=pl.col("first") - 1)
    tails = (
        steps.group_by("party")
        .agg(first=pl.col("last").max() + 1)
        .with_columns(top="party", last=pl.lit(FOREVER, pl.Int64))
    )
    never = parents.select(party="owner").unique().join(steps, on="party", how="anti")
    nothing = never.with_columns(top="party", first=pl.lit(ALWAYS, pl.Int64), last=pl.lit(FOREVER, pl.Int64))
    columns = ("party", "top", "first", "last")
    rows = pl.concat([each.select(columns) for each in (steps, gaps, tails, nothing)])
    kept = rows.filter(pl.col("first") <= pl.col("last"))
    return kept.with_columns(least=pl.min_horizontal("party", "top"), arrived=pl.col("party") == pl.col("top"))
