"""Why a delivery needs a license, or no license helps, because of lists: by name, by address, by ownership."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipelines.law.controls import effects, regimes
from pipelines.law.grounds import ON_CCL

ROLES = ("consignee", "end_user", "intermediate_consignee")
"""Receiving roles, the most telling first: a party in several counts once, in the first."""
CHECK_DAYS = 7
"""A shipment this many days before publication has a date to be checked: effect may precede publication."""

COLUMNS = {
    "row": pl.UInt32(),
    "party": pl.String(),
    "role": pl.String(),
    "rule": pl.String(),
    "need": pl.String(),
    "regime": pl.String(),
    "list": pl.String(),
    "entry": pl.String(),
    "citation": pl.String(),
    "since_on": pl.Date(),
    "until_on": pl.Date(),
    "on_the_day": pl.Boolean(),
    "verify": pl.Boolean(),
    "inferred": pl.Boolean(),
    "notice": pl.Boolean(),
    "treated": pl.Boolean(),
    "because": pl.String(),
    "chain": pl.List(pl.String()),
}
"""What every frame of grounds has; `need` may also be `condition` or `note`, which only speak."""


def receivers(goods: pl.DataFrame) -> pl.DataFrame:
    """One row per judged goods and party that receives them."""
    each = [goods.with_columns(pl.lit(role).alias("role"), pl.col(role).alias("party")) for role in ROLES]
    together = pl.concat(each).filter(pl.col("party").is_not_null(), ~pl.col("stays"))
    return together.unique(["row", "party"], keep="first", maintain_order=True)


def list_grounds(
    goods: pl.DataFrame,
    *,
    parties: pl.DataFrame,
    screenings: pl.DataFrame,
    address_listings: pl.DataFrame,
    ownership_tests: pl.DataFrame,
    as_of: dt.date,
) -> pl.DataFrame:
    """Find every ground that rests on a list, for judged goods (see `judged.judged`); look-backs included."""
    receiving = receivers(goods)
    found = [
        _by_name(receiving, screenings),
        _by_address(receiving, goods, address_listings),
        _by_ownership(receiving, ownership_tests, parties),
    ]
    together = pl.concat(
        [each.select(pl.selectors.by_name(*COLUMNS, require_all=False)) for each in found], how="diagonal_relaxed"
    )
    timed = together.filter(pl.col("on_the_day") | (pl.col("since_on") <= as_of))
    return timed.select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())


def _effects() -> pl.DataFrame:
    rows = [
        {
            "list": name,
            "goods_in_scope": each.goods,
            "lifts": each.license_lifts,
            "list_effect": each.effect,
            "list_verify": each.verify,
            "words": each.words,
            "list_citation": each.citation,
            "regime": "ofac" if "ofac" in each.regimes else (each.regimes or ("bis",))[0],
        }
        for name, each in effects().items()
    ]
    return pl.DataFrame(rows)


def _with_effects(hits: pl.DataFrame) -> pl.DataFrame:
    """Join what the lists do; a list nobody ships an effect for keeps the effect its entries state."""
    return hits.join(_effects(), on="list", how="left").with_columns(
        pl.coalesce("effect", "list_effect").alias("effect"),
        pl.col("goods_in_scope").fill_null("any"),
        pl.col("lifts").fill_null(False),
        pl.col("list_verify").fill_null(False),
        pl.col("list_effect").is_null().alias("private"),
    )


def _by_name(receiving: pl.DataFrame, screenings: pl.DataFrame) -> pl.DataFrame:
    hits = screenings.select(
        "party",
        "list",
        "entry",
        "by",
        "band",
        "second_link",
        "person",
        "effect",
        "limits",
        "dated",
        "since_on",
        "since_day",
        "until_on",
        "until_day",
        "published_on",
        "citation",
        "delisted_inferred",
    ).filter(pl.col("band") == "match", pl.col("limits").ne_missing("project"))
    hits = _with_effects(hits).filter(pl.col("effect").is_in(["prohibits", "conditions"]))
    name_alone = pl.col("person").fill_null(False) & (pl.col("by") != "identifier") & pl.col("second_link").is_null()
    weak = name_alone | (pl.col("limits") == "excepted")
    found = _timed(receiving.join(hits, on="party", maintain_order="left")).filter(_in_scope(), _beyond_us())
    return found.with_columns(
        pl.when("private").then(pl.lit("watch_list")).otherwise(pl.lit("listed")).alias("rule"),
        _list_need().alias("need"),
        (weak.fill_null(False) | _to_verify()).alias("verify"),
        _words(pl.col("entry")).alias("because"),
    )


def _by_address(receiving: pl.DataFrame, goods: pl.DataFrame, address_listings: pl.DataFrame) -> pl.DataFrame:
    hits = address_listings.select(
        "party",
        "shipment",
        "list",
        "entry",
        "address",
        "address_only",
        "unit_level",
        "effect",
        "dated",
        "since_on",
        "since_day",
        "until_on",
        "until_day",
        "published_on",
        "citation",
        "delisted_inferred",
    ).filter(pl.col("address_only"), pl.col("unit_level").ne_missing(False))
    hits = _with_effects(hits).filter(pl.col("effect") == "prohibits").with_columns(pl.lit("ccl").alias("limits"))
    delivered = goods.filter(~pl.col("stays")).with_columns(
        pl.lit("consignee").alias("role"), pl.col("consignee").alias("party")
    )
    own = receiving.join(hits.filter(pl.col("shipment").is_null()).drop("shipment"), on="party", maintain_order="left")
    there = delivered.join(
        hits.filter(pl.col("shipment").is_not_null()).drop("party"), on="shipment", maintain_order="left"
    )
    found = _timed(pl.concat([own, there], how="diagonal_relaxed")).filter(_in_scope(), _beyond_us())
    return found.with_columns(
        pl.lit("listed_address").alias("rule"),
        _list_need().alias("need"),
        (pl.col("unit_level").is_null() | _to_verify()).alias("verify"),
        _words(pl.col("address")).alias("because"),
    )


def _by_ownership(receiving: pl.DataFrame, tests: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    known = pl.DataFrame(
        [{"regime": each.id, "lifts": each.license_lifts, "foreign_only": each.foreign_only} for each in regimes()]
    )
    hits = tests.filter(pl.col("result").is_in(["positive", "undetermined"])).join(known, on="regime")
    hits = (
        hits.rename({"from_on": "since_on", "from_day": "since_day"})
        .join(
            parties.select(pl.col("id").alias("party"), pl.col("country").alias("registered")),
            on="party",
            how="left",
        )
        .filter(~(pl.col("foreign_only") & pl.col("registered").eq_missing("US")))
    )
    found = _timed(receiving.join(hits, on="party", maintain_order="left")).filter("on_the_day", _beyond_us())
    counts = (pl.col("result") == "positive") & (pl.col("status") == "in_force")
    undecided = (pl.col("result") == "undetermined") & (pl.col("status") == "in_force")
    need = pl.when(counts).then(_liftable()).when(undecided).then(pl.lit("undetermined")).otherwise(pl.lit("note"))
    return found.with_columns(
        pl.lit("owned_50_percent").alias("rule"),
        need.alias("need"),
        pl.col("entries").list.join(", ").alias("entry"),
        pl.col("verify").fill_null(False).alias("verify"),
        pl.format(
            "{} ownership test of {} by {}: {}, rule {}",
            "regime",
            _role_words(),
            pl.col("entries").list.join(", ").fill_null("listed owners"),
            "result",
            "status",
        ).alias("because"),
    )


def _timed(found: pl.DataFrame) -> pl.DataFrame:
    """Keep what was in force on the day of the goods, and what began later; an undated entry counts every day."""
    begun = pl.col("since_day").is_null() | (pl.col("since_day") <= pl.col("day"))
    over = pl.col("until_day") < pl.col("day")
    return found.filter(~over.fill_null(False)).with_columns(
        begun.alias("on_the_day"),
        pl.lit(False).alias("inferred"),
        pl.lit(True).alias("notice"),
        pl.lit(False).alias("treated"),
    )


def _in_scope() -> pl.Expr:
    """Whether the goods are in the entry's scope; unknown goods are judged as what they may carry, when anything."""
    unknown = pl.col("family").is_null()
    ccl = pl.col("family").is_in(ON_CCL) | pl.col("eccn").str.contains(r"^[0-9][A-E][0-9]{3}").fill_null(False)
    narrow = pl.col("limits").eq_missing("ccl") & (pl.col("list") == "EL")
    narrow |= pl.col("goods_in_scope").is_in(["military_end_use", "defense"])
    return ~narrow | ccl.fill_null(False) | (unknown & ~pl.col("on_the_day"))


def _beyond_us() -> pl.Expr:
    """Lists that only ask for a license do not reach a delivery within the United States."""
    return (pl.col("destination").ne_missing("US")) | ~pl.col("lifts")


def _list_need() -> pl.Expr:
    """What a listing asks for; goods that may not be subject to the EAR leave a list of the EAR undetermined."""
    return (
        pl.when(pl.col("effect") == "conditions")
        .then(pl.lit("condition"))
        .when(_perhaps_not_subject())
        .then(pl.lit("undetermined"))
        .otherwise(_liftable())
    )


def _liftable() -> pl.Expr:
    return pl.when("lifts").then(pl.lit("required")).otherwise(pl.lit("prohibited"))


def _to_verify() -> pl.Expr:
    dated = pl.col("dated").fill_null(True) & pl.col("since_day").is_not_null()
    to_check = ~pl.col("on_the_day") & (pl.col("published_on").dt.epoch("d") - pl.col("day")).is_between(1, CHECK_DAYS)
    return pl.col("list_verify") | ~dated | to_check.fill_null(False) | _perhaps_not_subject()


def _perhaps_not_subject() -> pl.Expr:
    """Ordinary goods that are not known to come from the United States, under a list of goods subject to the EAR."""
    ordinary = (pl.col("family") == "other") & ~pl.col("from_us") & (pl.col("goods_in_scope") != "any")
    return ordinary.fill_null(False)


def _words(what: pl.Expr) -> pl.Expr:
    since = (
        pl.when(pl.col("since_on").is_null())
        .then(pl.lit("listing date not in the source"))
        .otherwise(pl.format("since {}", pl.col("since_on").dt.to_string("%Y-%m-%d")))
    )
    inferred = pl.when(pl.col("delisted_inferred").fill_null(False)).then(pl.lit(" as its copies show"))
    until = pl.format(" until {}{}", pl.col("until_on").dt.to_string("%Y-%m-%d"), inferred.otherwise(pl.lit("")))
    return pl.format(
        "{} matches {} entry {} ({}{}): {}",
        _role_words(),
        "list",
        what.fill_null("?"),
        since,
        until.fill_null(""),
        pl.col("words").fill_null("on a private list"),
    )


def _role_words() -> pl.Expr:
    return pl.col("role").str.replace_all("_", " ")
