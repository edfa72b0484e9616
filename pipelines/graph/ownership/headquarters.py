"""Where a party is headquartered: as stated for its ultimate parent, else for itself.

The EAR gives no numeric test for "ultimate parent": here it is the top of known majorities. Where nothing is stated,
the registration of the top counts only when that country is under arms embargo; everything else is undetermined.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipelines.graph.ownership.holdings import holdings
from pipelines.graph.ownership.parents import running, tops
from pipelines.graph.ownership.stretches import ALWAYS, FOREVER, merged, overlap, topmost, with_dates, with_stretch
from pipelines.tables import GRAPH, conform, day_number


def headquarters(
    ownership: pl.DataFrame, parties: pl.DataFrame, *, as_of: dt.date, countries: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Say where every party is headquartered, stretch by stretch: rows of `GRAPH["headquarters"]`.

    Natural persons own but are no parent company. `countries` are the country groups (`GRAPH["countries"]`);
    without them no registration counts. `ultimate_parent` is null when less than half of the top's shares is
    known, when an owner of it may hold the majority, or when the chain runs in a loop; the country then rests on
    the highest party known, and `because` says so.
    """
    people = parties.filter(pl.col("kind") == "person")["id"].to_list()
    companies = ownership.filter(~pl.col("owner").is_in(people))
    rows = _with_tops(parties, tops(companies).filter(pl.col("first") <= day_number(as_of)))
    doubted = _flagged(rows, "open_top", _open_tops(ownership, people), "top", "owned")
    stated = _with_places(doubted, parties)
    judged = _flagged(stated, "embargoed", _embargoes(countries), "top_country", "country")
    found = judged.with_columns(_basis()).with_columns(country=_country())
    told = found.select("party", _parent(), "country", "basis", because=_because(), first="first", last="last")
    return conform(with_dates(merged(told, ("party",))), GRAPH["headquarters"]).sort(
        "party", "from_on", nulls_last=False
    )


def _with_tops(parties: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    ids = parties.select(party="id").unique()
    alone = ids.join(found, on="party", how="anti").select(
        "party", top="party", looped=pl.lit(value=False), first=pl.lit(ALWAYS, pl.Int64), last=pl.lit(FOREVER, pl.Int64)
    )
    return pl.concat([found.join(ids, on="party", how="semi"), alone])


def _open_tops(ownership: pl.DataFrame, people: list[str]) -> pl.DataFrame:
    """Find when owners are on record but less than half is known, or one of them may hold the majority."""
    may = (pl.col("most") > 50) & (pl.col("least") <= 50) & ~pl.col("owner").is_in(people)
    shares = holdings(ownership).filter(pl.col("owner") != pl.col("owned"))
    sums = running(shares, ("owned",), known=pl.col("least"), owners=pl.lit(1), may=may)
    doubt = (pl.col("owners") > 0) & ((pl.col("known") < 50) | (pl.col("may") > 0))
    return sums.filter(doubt).select("owned", "first", "last")


def _embargoes(countries: pl.DataFrame | None) -> pl.DataFrame:
    if countries is None:
        countries = GRAPH["countries"].empty()
    return with_stretch(countries).filter(pl.col("arms_embargoed")).select("country", "first", "last")


def _flagged(rows: pl.DataFrame, flag: str, when: pl.DataFrame, on: str, key: str) -> pl.DataFrame:
    """Cut rows where a condition on one of their columns begins or ends, and mark the days it holds."""
    met = overlap(rows.filter(pl.col(on).is_not_null()), when.rename({key: "key_of_flag"}), on, "key_of_flag")
    both = [rows.with_columns(pl.lit(value=False).alias(flag)), met.with_columns(pl.lit(value=True).alias(flag))]
    return topmost(pl.concat([each.select([*rows.columns, flag]) for each in both]), ("party",), (flag, "first"))


def _with_places(rows: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    place = parties.unique("id", keep="first")
    own = place.select(party="id", own="headquarters_country")
    top = place.select(top="id", top_name="name", top_country="country", top_stated="headquarters_country")
    return rows.join(own, on="party", how="left").join(top, on="top", how="left")


def _basis() -> pl.Expr:
    return (
        pl.when(pl.col("top_stated").is_not_null() & ~pl.col("looped")).then(pl.lit("stated"))
        .when(pl.col("own").is_not_null()).then(pl.lit("stated"))
        .when(pl.col("embargoed") & ~pl.col("looped")).then(pl.lit("registration_of_parent"))
        .otherwise(pl.lit("undetermined"))
        .alias("basis")
    )  # fmt: skip


def _country() -> pl.Expr:
    return (
        pl.when(pl.col("top_stated").is_not_null() & ~pl.col("looped")).then(pl.col("top_stated"))
        .when(pl.col("own").is_not_null()).then(pl.col("own"))
        .when(pl.col("basis") == "registration_of_parent").then(pl.col("top_country"))
    )  # fmt: skip


def _parent() -> pl.Expr:
    return pl.when(~pl.col("looped") & ~pl.col("open_top")).then(pl.col("top")).alias("ultimate_parent")


def _because() -> pl.Expr:
    itself = pl.col("top") == pl.col("party")
    name = pl.coalesce("top_name", "top")
    who = pl.when(itself).then(pl.lit("itself")).otherwise(pl.format("its ultimate parent {}", name))
    by_parent = pl.col("top_stated").is_not_null() & ~pl.col("looped")
    said = (
        pl.when(by_parent).then(pl.format("stated for {}", who))
        .when(pl.col("own").is_not_null()).then(pl.format("stated for itself, not for {}", name))
        .when(pl.col("basis") == "registration_of_parent")
        .then(pl.format("not stated; {} is registered in {}, which is under arms embargo", name, pl.col("top_country")))
        .otherwise(pl.format("stated neither for it nor for {}, whose registration does not tell", name))
    )  # fmt: skip
    return pl.concat_str(said, _doubts(name))


def _doubts(name: pl.Expr) -> pl.Expr:
    return (
        pl.when(pl.col("looped")).then(pl.lit("; its owners own each other in a loop"))
        .when(pl.col("open_top")).then(pl.format("; who holds the majority of {} is not known", name))
        .otherwise(pl.lit(""))
    )  # fmt: skip
