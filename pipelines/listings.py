"""Listings: the records of all lists, one row per entry whatever file it came from, with what the list does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import polars as pl

from pipelines.configuration import config_toml
from pipelines.normalize.citations import amended
from pipelines.tables import GRAPH, conform

PROJECT = r"746\.8\(a\)\(4\)"
EXCEPTED = r"(?i)except|when used in|apart from"
CCL = r"(?i)items on the CCL"
WIDEST = ("all", "excepted", "ccl", "project")
"""Of several scopes stated for one entry the widest counts."""

PREFERRED = ("entity_list", "entity_list_text", "listings")
"""Sources whose spelling of an entry is taken first: they carry addresses."""


def listings(
    records: pl.DataFrame, *, names_fold: Callable[[str], str], effects: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Merge records of lists into the graph's table `listings`.

    An entry is its list and folded name, or its list and address when it has no name. Aliases, countries and
    addresses are united; a date is taken from whichever file has it: the earliest publication and effect, the
    last day only when each row of some file gives one, or when no copy has the entry any more (`presence.delisted`).
    `effective_on` null means no source gives a date. `effects` names each list's effect (default:
    `config/list_effects.toml`); a list nobody knows is one of the user's own: being on it is to be reviewed, unless
    its letter says that a license is needed.
    """
    if records.is_empty():
        return GRAPH["listings"].empty()
    keyed = _keyed(_ranked(_dated(records)), names_fold).with_columns(_limits().alias("limits"))
    merged = keyed.group_by("id", maintain_order=True).agg(*_united())
    merged = merged.join(_ends(keyed), on="id", how="left")
    known = effects if effects is not None else shipped_effects()
    effect = pl.col("list").replace_strict(dict(known), default=None, return_dtype=pl.String)
    letter = pl.when(pl.col("letter_type") == "is_informed").then(pl.lit("prohibits")).otherwise(pl.lit("conditions"))
    return conform(merged.with_columns(effect=pl.coalesce(effect, letter)), GRAPH["listings"]).sort("id")


def shipped_effects() -> dict[str, str]:
    """Effect of each list by its short name and by the other names it goes by."""
    lists = config_toml("list_effects.toml")
    return {name: str(entry["effect"]) for short, entry in lists.items() for name in (short, *entry.get("also", ()))}


def _dated(records: pl.DataFrame) -> pl.DataFrame:
    """Bring together how a day may be said: an expiry is a last day, a citation names the days of amendments."""
    absent: Mapping[str, pl.DataType] = {
        "expires_on": pl.Date(), "amended_on": pl.List(pl.String()), "seen_on": pl.Date(),
        "delisted_inferred": pl.Boolean(),
    }  # fmt: skip
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in absent.items() if name not in records.columns]
    cited = records.get_column("citation").drop_nulls().unique()
    days = {text: [day.isoformat() for day in amended(text)] for text in cited.to_list()} or {"": []}
    return records.with_columns(missing).with_columns(
        delisted_on=pl.min_horizontal("delisted_on", "expires_on"),
        delisted_inferred=pl.col("delisted_inferred").fill_null(value=False),
        amended_on=pl.concat_list(
            pl.col("amended_on").fill_null([]),
            pl.col("citation").replace_strict(days, default=[], return_dtype=pl.List(pl.String)),
        ),
    )


def _ranked(records: pl.DataFrame) -> pl.DataFrame:
    """Put the rows in an order that does not depend on the order of reading."""
    rank = pl.col("source").replace_strict({name: at for at, name in enumerate(PREFERRED)}, default=len(PREFERRED))
    ties = [name for name in ("source", "name", "record", "content", "file", "row") if name in records.columns]
    return records.with_columns(rank.alias("rank")).sort("rank", *ties, nulls_last=True)


def _keyed(records: pl.DataFrame, names_fold: Callable[[str], str]) -> pl.DataFrame:
    names = records["name"].drop_nulls().unique()
    folded = {name: names_fold(name) or name.lower().strip() for name in names.to_list()} or {"": ""}
    first = pl.col("addresses").list.first()
    addresses = records.select(first).to_series().drop_nulls().unique()
    places = {address: re.sub(r"\W+", " ", address.lower()).strip() for address in addresses.to_list()} or {"": ""}
    key = pl.coalesce(
        pl.col("name").replace_strict(folded, default=None, return_dtype=pl.String),
        pl.concat_str(pl.lit("@"), first.replace_strict(places, default=None, return_dtype=pl.String)),
    )
    return records.with_columns(id=pl.concat_str("list", key, separator="|")).filter(pl.col("id").is_not_null())


def _limits() -> pl.Expr:
    scope = pl.col("scope")
    return (
        pl.when(scope.str.contains(PROJECT))
        .then(pl.lit("project"))
        .when(pl.col("name").is_null() & pl.col("list").eq("EL"))
        .then(pl.lit("ccl"))
        .when(scope.str.contains(CCL))
        .then(pl.lit("ccl"))
        .when(scope.str.contains(EXCEPTED))
        .then(pl.lit("excepted"))
        .when(scope.is_not_null())
        .then(pl.lit("all"))
    )


def _united() -> list[pl.Expr]:
    width = pl.col("limits").replace_strict(
        {name: at for at, name in enumerate(WIDEST)}, default=None, return_dtype=pl.Int8
    )
    widest = width.drop_nulls().min().replace_strict(dict(enumerate(WIDEST)), default=None, return_dtype=pl.String)
    names = pl.concat([pl.col("aliases").explode(), pl.col("name").slice(1)]).drop_nulls().unique(maintain_order=True)
    return [
        *(pl.col(column).drop_nulls().first() for column in ("list", "name", "kind", "source", "letter_type")),
        names.filter(names != pl.col("name").drop_nulls().first().fill_null("")).alias("aliases"),
        *(
            pl.col(column).explode().drop_nulls().unique(maintain_order=True)
            for column in ("country", "addresses", "identifiers")
        ),
        pl.col("footnotes").explode().drop_nulls().unique().sort(),
        pl.col("published_on").min(),
        pl.coalesce("effective_on", "published_on").min().alias("effective_on"),
        _amended(),
        pl.col("scope").sort_by(width, nulls_last=True).drop_nulls().first(),
        widest.fill_null("all").alias("limits"),
        pl.col("citation").drop_nulls().unique(maintain_order=True).str.join("; "),
        pl.col("program").str.split("; ").explode().drop_nulls().unique(maintain_order=True).str.join("; "),
        pl.col("confidential").any(),
        pl.col("source").unique().sort().alias("sources"),
    ]


def _amended() -> pl.Expr:
    """Of all days on which notices listed or changed an entry, those after its first."""
    listed = pl.col("published_on").dt.to_string("%Y-%m-%d")
    days = pl.concat([pl.col("amended_on").explode(), listed]).drop_nulls().unique().sort()
    return days.filter(days > listed.min().fill_null("")).alias("amended_on")


def _ends(keyed: pl.DataFrame) -> pl.DataFrame:
    """Find the last day of each entry, and whether it is inferred from copies that no longer have it.

    Stated: where every row of a file has one, the latest. Inferred: where every row is gone from its source, or was
    last seen before the others were gone; another list's newer copy that still has the entry keeps it listed.
    """
    said = keyed.filter(~pl.col("delisted_inferred"))
    last = pl.when(pl.col("delisted_on").is_not_null().all()).then(pl.col("delisted_on").max())
    stated = said.group_by("id", "file").agg(last.alias("stated")).group_by("id").agg(pl.col("stated").max())
    gone = pl.col("delisted_inferred")
    inferred = keyed.group_by("id").agg(
        pl.col("delisted_on").filter(gone).max().alias("gone"),
        seen=pl.col("seen_on").filter(~gone).max(),
        unseen=pl.col("seen_on").filter(~gone).is_null().any(),
    )
    off = ~pl.col("unseen") & (pl.col("seen").is_null() | (pl.col("seen") < pl.col("gone")))
    both = inferred.join(stated, on="id", how="left").with_columns(gone=pl.when(off).then("gone"))
    return both.select(
        "id",
        delisted_on=pl.coalesce("stated", "gone"),
        delisted_inferred=pl.col("stated").is_null() & pl.col("gone").is_not_null(),
    )
