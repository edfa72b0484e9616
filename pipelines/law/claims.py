"""What a record claims as license, and whether that counts: a number, an available exception, VEU, TGL."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import NamedTuple

import polars as pl

from pipelines.configuration import config_toml
from pipelines.law.country_groups import groups_on
from pipelines.law.measure import Measure, of_kind


@cache
def _words(which: str) -> frozenset[str]:
    return frozenset(config_toml("license_claims.toml")[which])


class Claim(NamedTuple):
    """What one license column says: none, nlr, number, exception, veu, tgl or unclear; the symbol or number."""

    kind: str
    symbol: str


def claim(text: str | None) -> Claim:
    """Read a license column.

    AES codes C32 and C33 and "no license required" are NLR; C30 without a number says only that there is one.
    """
    plain = re.sub(r"[^A-Z0-9]", "", (text or "").upper())
    if not plain:
        return Claim("none", "")
    if plain in _words("nothing"):
        return Claim("nlr", plain)
    words = set(re.findall(r"[A-Z0-9]+", (text or "").upper()))
    if words & {"VEU", "C57"}:
        return Claim("veu", "VEU")
    if words & {"TGL"} or re.fullmatch(r"TGL[0-9]*", plain):
        return Claim("tgl", "TGL")
    if words & _words("symbols"):
        return Claim("exception", min(words & _words("symbols")))
    if words & {"NLR"}:
        return Claim("nlr", "NLR")
    if plain in _words("unclear") or not any(letter.isdigit() for letter in plain):
        return Claim("unclear", plain)
    return Claim("number", re.sub(r"^C3[01](?=.{5})", "", plain))


class Standing(NamedTuple):
    """What decides whether a claim counts for one delivery; `license` is what the licenses on record say of it."""

    kind: str
    symbol: str
    license: str | None
    records: bool | None
    letter: str | None
    data_center: bool | None
    destination: str | None
    embargoed: bool
    listed: bool
    owned: bool
    day: dt.date


def on_record(facts: Standing) -> tuple[str, str | None]:
    """Say yes, no or unknown, with the reason."""
    match facts.kind:
        case "number":
            return _by_number(facts)
        case "exception":
            return _by_exception(facts)
        case "veu":
            return ("no", "VEU claimed; not for a listed party") if facts.listed else ("yes", "VEU claimed")
        case "tgl":
            return _by_general_license(facts)
        case "unclear":
            return "unknown", "the license column is not clear"
    if facts.license == "covers" and facts.kind == "none":
        return "yes", "a license on record covers this consignee, class and day; the row does not name it"
    if facts.records:
        return "no", "NLR is claimed" if facts.kind == "nlr" else "no license is named"
    return "unknown", "the source does not record licenses"


def _by_number(facts: Standing) -> tuple[str, str]:
    reasons = {"expired": "the license named was not valid that day", "other": "the license named is for other parties"}
    wrong = reasons.get(facts.license or "")
    return ("no", wrong) if wrong else ("yes", "a license number is on record")


def _by_exception(facts: Standing) -> tuple[str, str]:
    if facts.listed or facts.owned:
        return "no", f"exception {facts.symbol} is not available to a listed party (§ 740.2)"
    if facts.letter is None:
        return "yes", f"exception {facts.symbol} claimed"
    if any(_opens(measure, facts) for measure in of_kind("exception")):
        return "yes", f"exception {facts.symbol} claimed and available"
    return "no", f"exception {facts.symbol} is not available for these goods and parties (§ 740.2)"


def _opens(measure: Measure, facts: Standing) -> bool:
    values = measure.parameters
    by_notice = (facts.letter or "").startswith("notice")
    if by_notice or not measure.binds(facts.day) or facts.symbol not in values["symbol"].split():
        return False
    if facts.embargoed and values.get("arms_embargoed") is False:
        return False
    spared = facts.letter == "b" or (facts.letter in ("a", "z") and facts.data_center is False)
    reach = {"any": True, "not_data_center": spared, "memory": facts.letter == "c"}
    return reach[values["for"]]


def _by_general_license(facts: Standing) -> tuple[str, str]:
    if facts.listed:
        return "no", "TGL claimed; not for a listed party"
    if facts.owned:
        ends = max(
            each.parameters["temporary_license_until"]
            for each in of_kind("ownership")
            if "temporary_license_until" in each.parameters
        )
        friendly = bool(groups_on(facts.destination, facts.day) & {"A:5", "A:6"})
        return (
            ("yes", "TGL claimed") if friendly and facts.day <= ends else ("no", "TGL claimed; it does not reach this")
        )
    return "yes", "TGL claimed"


def licensed(goods: pl.DataFrame, licenses: pl.DataFrame) -> pl.DataFrame:
    """Say per judged goods what the licenses on record tell: covers, expired or other; only rows they speak of.

    A license named by number is looked up; where the row names none, one for this consignee (or end user), class
    and day covers it.
    """
    if licenses.is_empty():
        return goods.head(0).select("row", "license")
    plain = pl.col("number").str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    known = licenses.select(
        plain.alias("symbol"),
        pl.col("licensee"),
        pl.col("consignee").alias("for"),
        pl.col("end_user").alias("user"),
        pl.col("eccn").alias("licensed_eccn"),
        "from_day",
        "until_day",
    )
    named = goods.filter(pl.col("kind") == "number").join(known, on="symbol", maintain_order="left")
    consignees = pl.coalesce("for", "user").alias("whose")
    silent = goods.filter(pl.col("kind") == "none")
    theirs = known.drop("symbol").with_columns(consignees).filter(pl.col("whose").is_not_null())
    open_ = [
        silent.join(theirs, left_on=role, right_on="whose", maintain_order="left") for role in ("consignee", "end_user")
    ]
    covering = (
        pl.concat(open_)
        .filter(_in_time(), _same_parties(), _same_class())
        .with_columns(pl.lit("covers").alias("license"))
    )
    verdict = (
        pl.when(~_in_time())
        .then(pl.lit("expired"))
        .when(~_same_parties())
        .then(pl.lit("other"))
        .otherwise(pl.lit("covers"))
    )
    spoken = pl.concat([named.with_columns(verdict.alias("license")), covering], how="diagonal_relaxed")
    best = spoken.sort(pl.col("license").replace_strict({"covers": 0, "other": 1, "expired": 2}), maintain_order=True)
    return best.unique("row", keep="first", maintain_order=True).select("row", "license")


def _in_time() -> pl.Expr:
    begun = (pl.col("from_day") <= pl.col("day")).fill_null(True)
    return begun & (pl.col("until_day") >= pl.col("day")).fill_null(True)


def _same_parties() -> pl.Expr:
    licensee = pl.col("licensee").is_null() | pl.col("licensee").eq_missing(pl.col("shipper"))
    return licensee & _receives("for") & _receives("user")


def _receives(party: str) -> pl.Expr:
    named = (pl.col(party).eq_missing(pl.col(role)) for role in ("consignee", "end_user"))
    return pl.col(party).is_null() | pl.any_horizontal(named)


def _same_class() -> pl.Expr:
    return (
        pl.col("licensed_eccn").is_null()
        | pl.col("letter").is_null()
        | (
            pl.col("licensed_eccn").str.slice(0, 5).str.to_uppercase().is_in(["3A090", "4A090"])
            & pl.col("letter").is_in(["a", "b", "z"])
        )
    )
