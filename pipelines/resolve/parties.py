"""The parties: one row each, from everything its mentions and records say."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.normalize.address import parse_address
from pipelines.normalize.names import fold, parse_name
from pipelines.resolve.mentions import with_party_ids
from pipelines.tables import GRAPH, conform

_STATED = (
    "headquarters_country",
    "phone",
    "email",
    "website",
    "registration_number",
    "lei",
    "industry",
    "incorporated_on",
    "dissolved_on",
    "employees",
    "revenue",
    "paid_in_capital",
    "kind",
)
_LISTS = ("aliases", "roles")


def mentions_table(mentions: pl.DataFrame, mention_to_party: pl.DataFrame) -> pl.DataFrame:
    """Write mentions as the graph's table: each with its party."""
    return conform(mentions.join(mention_to_party, on="key", how="inner").sort("party", "key"), GRAPH["mentions"])


def parties(
    mentions: pl.DataFrame, mention_to_party: pl.DataFrame, records: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Describe every party: the spelling most used, other names, and what the rows of `parties` state.

    Where rows differ the one recorded last counts (ties: the most complete, then the alphabet). `country` is the one
    stated, else the one its mentions use most. Left null here: trade, implausible_trade, group, mine, listed.
    """
    said = mentions.join(mention_to_party, on="key", how="inner")
    found = _spelled(said).join(_seen(said), on="id", how="left")
    found = found.join(_stated(records, mention_to_party), on="id", how="left", suffix="_stated")
    kind = pl.coalesce("kind", "kind_said", pl.lit("organization"))
    return conform(
        found.with_columns(
            kind=kind,
            aliases=_union("aliases", "aliases_stated").list.set_difference(pl.concat_list("name")),
            roles=_union("roles", "roles_stated"),
            country=pl.coalesce("country_stated", "country", _country_implied()),
            address=pl.coalesce("address", "address_stated"),
            phone=pl.coalesce("phone_stated", "phone"),
            email=pl.coalesce("email_stated", "email"),
            registration_number=pl.coalesce("registration_number_stated", "registration_number"),
            lei=pl.coalesce("lei_stated", "lei"),
            revenue_usd=pl.col("revenue"),
            paid_in_capital_usd=pl.col("paid_in_capital"),
        ),
        GRAPH["parties"],
    ).sort("id")


def _country_implied() -> pl.Expr:
    """Take the country of a legal form that only one country has, else the one the address names."""
    return pl.struct("name", "address").map_elements(_implied, return_dtype=pl.String)


def _implied(row: dict[str, str | None]) -> str | None:
    by_form = parse_name(row["name"] or "").countries
    by_address = {place[:2] for place in parse_address(row["address"]).places} if row["address"] else set()
    return next((min(each) for each in (by_form, by_address) if len(each) == 1), None)


def _union(first: str, second: str) -> pl.Expr:
    empty = pl.lit([], pl.List(pl.String))
    return pl.col(first).fill_null(empty).list.set_union(pl.col(second).fill_null(empty)).list.drop_nulls().list.sort()


def _spelled(said: pl.DataFrame) -> pl.DataFrame:
    """Choose of each part the spelling most used."""
    parts = [_name(said), *(_most_used(said, part) for part in ("country", "address", "registration_number", "lei"))]
    found = said.select(id="party").unique().sort("id")
    for part in parts:
        found = found.join(part, on="id", how="left")
    return found


def _name(said: pl.DataFrame) -> pl.DataFrame:
    """Choose the name most used, however it is written; ties: the one seen first; then its spelling most used.

    An id stands for a name only where nobody gives one.
    """
    loud = pl.col("name").str.to_uppercase() == pl.col("name")
    named = said.with_columns(plain=pl.col("name").map_elements(fold, return_dtype=pl.String), loud=loud)
    counted = named.with_columns(
        used=pl.col("records").sum().over("party", "plain"),
        since=pl.col("first_on").min().over("party", "plain"),
        written=pl.col("records").sum().over("party", "name"),
    )
    order = ["party", "unnamed", "used", "since", "plain", "loud", "written", "name"]
    down = [False, False, True, False, False, False, True, False]
    ranked = counted.sort(order, descending=down, nulls_last=True)
    return ranked.group_by("party", maintain_order=True).agg(pl.col("name").first()).rename({"party": "id"})


def _most_used(said: pl.DataFrame, part: str) -> pl.DataFrame:
    counted = said.filter(pl.col(part).is_not_null()).group_by("party", part).agg(pl.col("records").sum())
    return (
        counted.sort(["party", "records", part], descending=[False, True, False])
        .group_by("party", maintain_order=True)
        .agg(pl.col(part).first())
        .rename({"party": "id"})
    )


def _seen(said: pl.DataFrame) -> pl.DataFrame:
    return said.group_by(pl.col("party").alias("id")).agg(
        pl.concat_list(pl.concat_list("name"), pl.col("aliases").fill_null([]))
        .explode()
        .drop_nulls()
        .unique()
        .sort()
        .alias("aliases"),
        pl.col("roles").explode().drop_nulls().unique().sort(),
        pl.col("phones").explode().drop_nulls().sort().first().alias("phone"),
        pl.col("emails").explode().drop_nulls().sort().first().alias("email"),
        pl.col("kind").drop_nulls().sort().first().alias("kind_said"),
        pl.col("first_on").min().alias("first_seen_on"),
        pl.col("id").drop_nulls().unique().sort().alias("source_ids"),
    )


def _stated(records: Mapping[str, pl.DataFrame], mention_to_party: pl.DataFrame) -> pl.DataFrame:
    """Take each value from the row of `parties` that was recorded last and has it."""
    schema: dict[str, pl.DataType] = {
        "id": pl.String(),
        **{name: GRAPH["parties"].schema.get(name, pl.Float64()) for name in _STATED},
        "country": pl.String(),
        "address": pl.String(),
        **{f"{name}": pl.List(pl.String) for name in _LISTS},
    }
    if "parties" not in records or not records["parties"].height:
        return pl.DataFrame(schema=schema)
    frame = with_party_ids(records["parties"], "parties", mention_to_party).drop("id").rename({"party": "id"})
    frame = frame.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns
    )
    filled = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int32) for name in _STATED)
    order = [name for name in ("recorded_on",) if name in frame.columns]
    frame = frame.with_columns(filled=filled).sort([*order, "filled", "name"], nulls_last=False)
    return (
        frame.filter(pl.col("id").is_not_null())
        .group_by("id")
        .agg(
            *(pl.col(name).drop_nulls().last() for name in (*_STATED, "country", "address")),
            *(pl.col(name).explode().drop_nulls().unique().sort() for name in _LISTS),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    )
