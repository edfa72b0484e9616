"""What several red flags start from: who appears with which goods, what held on the day, which shipments follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw

from pipelines import Tables

Frame = nw.LazyFrame[Any]

RECEIVES = ("consignee", "intermediate_consignee", "end_user", "purchaser")
"""Roles in which a party gets the goods."""

TAKES_PART = (*RECEIVES, "forwarder")
"""Parties to the transaction under § 748.5(c) to (f): a forwarding agent abroad counts as intermediate consignee."""

BINDS_EVERY_ROLE = ("SDN", "DPL")
"""Lists that prohibit dealing with a party in any role and any goods, not only sending it some."""

CONSIGNED_TO = ("logistics", "bank", "mailbox")
"""Trades of parties that pass goods on for others."""

HS_CODES = ("847141", "847149", "847150", "847180", "847190", "847330", "847350", "854231", "854239")
"""Codes under which accelerators, boards and servers are declared; practice differs by country."""

LEAST_FIT = 0.25
"""Fit below which a line has one sign of the goods it may carry and at least two against."""

COMES_BACK = ("return", "repair")
"""Kinds of movement that undo a delivery."""


def holds(day: str, since: str = "from_day", until: str = "until_day") -> nw.Expr:
    """Say whether a stretch covers the day; an end that is null is open."""
    return (nw.col(since).is_null() | (nw.col(since) <= nw.col(day))) & (
        nw.col(until).is_null() | (nw.col(until) >= nw.col(day))
    )


def true(column: str) -> nw.Expr:
    """Read a flag column, null as false."""
    return nw.col(column).fill_null(value=False)


def graded(otherwise: str, *steps: tuple[nw.Expr, str]) -> nw.Expr:
    """Grade a severity: the first condition that is known to hold decides."""
    grade = nw.lit(otherwise)
    for condition, severity in reversed(steps):
        grade = nw.when(condition).then(nw.lit(severity)).otherwise(grade)
    return grade


def same_country(country: str) -> nw.Expr:
    """Read a country as the EAR does: Hong Kong is China."""
    return nw.when(nw.col(country) == "HK").then(nw.lit("CN")).otherwise(nw.col(country))


def with_embargo(frame: Frame, tables: Tables, country: str, day: str, name: str) -> Frame:
    """Add whether the country is under arms embargo on the day; null where the country is unknown."""
    embargoed = tables.countries.filter(nw.col("arms_embargoed")).select(
        "from_day", "until_day", embargoed_country="country"
    )
    known = (
        frame.select(country, day)
        .unique()
        .join(embargoed, left_on=country, right_on="embargoed_country")
        .filter(holds(day))
        .select(country, day)
        .unique()
        .with_columns(nw.lit(value=True).alias(name))
    )
    marked = frame.join(known, on=[country, day], how="left")
    unknown = nw.col(country).is_null()
    return marked.with_columns(nw.when(~unknown).then(nw.col(name).fill_null(value=False)).alias(name))


def licensed(tables: Tables) -> Frame:
    """Whether a license is on record, and whether the records could not show one, a row per shipment."""
    return tables.license_needs.group_by("shipment").agg(
        licensed=(nw.col("on_record") == "yes").any(),
        unshown=(~nw.col("on_record").is_in(["yes", "no"]).fill_null(value=False)).any(),
    )


def controlled() -> nw.Expr:
    """Say whether a row names controlled goods: accelerators of undetermined class count."""
    unclassed = (nw.col("family") == "accelerator") & nw.col("controlled").is_null()
    return true("controlled") | unclassed.fill_null(value=False)


def alike() -> nw.Expr:
    """Say whether a line fits the goods it may carry by more than one sign that others contradict; unknown does."""
    return (nw.col("fit") >= LEAST_FIT).fill_null(value=True)


def carriers(tables: Tables) -> Frame:
    """Lines that name controlled goods or may well carry some that had arrived, with `may`."""
    return tables.may_carry.filter(alike()).select(line="shipment").unique().with_columns(may=nw.lit(value=True))


def possible_shipments(tables: Tables) -> Frame:
    """Shipments of controlled goods, and those of unknown goods that may carry some that had arrived (`may_carry`).

    A high value alone makes nobody's goods accelerators, nor does a value that weight and HS code both contradict.
    """
    marked = tables.shipments.join(carriers(tables), left_on="id", right_on="line", how="left")
    return marked.filter(~true("repeats"), controlled() | true("may")).drop("may")


def possible_products(tables: Tables) -> Frame:
    """The same, and those that fit badly, with a row for every product a shipment may carry.

    `carried` is the product ("" when any may be in it), `carried_chips` how many accelerators that would be at most,
    `fit` how well the line fits it.
    """
    unknown = tables.may_carry.filter(~true("recognized")).select(
        "chips_most", "fit", line="shipment", product=nw.col("goods").str.replace_all("^[^/]*/?", "")
    )
    return (
        tables.shipments.join(unknown, left_on="id", right_on="line", how="left")
        .filter(~true("repeats"), controlled() | ~nw.col("product").is_null())
        .with_columns(
            carried=nw.coalesce("chip", "product").fill_null(""),
            carried_chips=nw.coalesce("chips", "chips_most"),
            fit=nw.col("fit").fill_null(1.0),
        )
        .drop("product", "chips_most")
    )


def same_product(came: str, went: str) -> nw.Expr:
    """Say whether two products are one; "" may be any."""
    return (nw.col(came) == "") | (nw.col(went) == "") | (nw.col(came) == nw.col(went))


def in_set(hs_codes: Sequence[str]) -> nw.Expr:
    """Whether the HS code is in the set; null when it is unknown or too short to say."""
    return nw.when(nw.col("hs_code").str.len_chars() >= 6).then(nw.col("hs_code").str.slice(0, 6).is_in(hs_codes))


def with_group(frame: Frame, tables: Tables, role: str) -> Frame:
    """Add the group of the party in a role as `<role>_group`; a party of no known group is its own."""
    name = f"{role}_group"
    groups = tables.parties.select(nw.col("id").alias(role), nw.col("group").alias(name))
    return frame.join(groups, on=role, how="left").with_columns(nw.coalesce(name, role).alias(name))


def moving() -> nw.Expr:
    """Say whether a row moves goods onward: not a second paper of a movement, a return or a repair."""
    kept = ~nw.col("kind").is_in(COMES_BACK).fill_null(value=False)
    return kept & nw.col("moves_goods").fill_null(value=True)


def appearances(tables: Tables) -> Frame:
    """Each party in each role, with the goods of the shipment and whether a license is on record for it."""
    goods = tables.shipments.select(
        "family", "recognized", "vague", "unit_value_usd", "origin_country", shipment="id"
    ).join(licensed(tables), on="shipment", how="left")
    return tables.appearances.join(goods, on="shipment", how="left").with_columns(
        receives=nw.col("role").is_in(TAKES_PART), licensed=true("licensed"), unshown=true("unshown")
    )


def reaches() -> nw.Expr:
    """Say whether a U.S. prohibition by license surely reaches this role and these goods.

    It binds who receives goods subject to the EAR: recognized advanced goods wherever made, anything else only from
    the United States or from the user. Where the records cannot show a license, none may be missing.
    """
    ordinary = nw.col("family").is_null() | (nw.col("family") == "other")
    from_home = true("mine") | (nw.col("origin_country") == "US").fill_null(value=False)
    return nw.col("receives") & (~ordinary | from_home) & ~nw.col("unshown")


def following(first: Frame, then: Frame, *, first_day: str, then_day: str, days: int,
              also: Sequence[tuple[str, str]] = ()) -> Frame:  # fmt: skip
    """Pair rows of one party where the second comes on the day of the first or at most `days` later.

    Both have `party`; columns of the second must not be named like those of the first; `also` are further columns that
    must agree. A window in time is a join on a bucket of days and the next one, which runs on every engine.
    """
    bucketed = first.with_columns(bucket=nw.col(first_day) // days)
    both = nw.concat([bucketed, bucketed.with_columns(bucket=nw.col("bucket") + 1)], how="vertical")
    left, right = ["party", "bucket"], ["party", "bucket"]
    return (
        both.join(
            then.with_columns(bucket=nw.col(then_day) // days),
            left_on=left + [one for one, _ in also],
            right_on=right + [other for _, other in also],
        )
        .filter(nw.col(then_day) >= nw.col(first_day), nw.col(then_day) <= nw.col(first_day) + days)
        .drop("bucket")
    )
