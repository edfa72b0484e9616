"""What several red flags start from: who appears with which goods, what held on the day, which shipments follow."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from pipelines import Tables

Frame = nw.LazyFrame[Any]

RECEIVES = ("consignee", "intermediate_consignee", "end_user", "purchaser")
"""Roles in which a party gets the goods."""

BINDS_EVERY_ROLE = ("SDN", "DPL")
"""Lists that prohibit dealing with a party in any role and any goods, not only sending it some."""

CONSIGNED_TO = ("logistics", "bank", "mailbox")
"""Trades of parties that pass goods on for others."""

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
    """Whether a license is on record, a row per shipment."""
    return tables.license_needs.group_by("shipment").agg(licensed=(nw.col("on_record") == "yes").any())


def possible(unit_value: float) -> nw.Expr:
    """Say whether goods are controlled, accelerators of unknown class, or unknown with an accelerator's value."""
    unclassed = (nw.col("family") == "accelerator") & nw.col("controlled").is_null()
    unknown = ~true("recognized") & nw.col("family").is_null() & (nw.col("unit_value_usd") >= unit_value)
    return true("controlled") | unclassed.fill_null(value=False) | unknown.fill_null(value=False)


def possible_shipments(tables: Tables, unit_value: float) -> Frame:
    """Shipments whose goods are controlled, or unknown with the value of an accelerator, or a restricted end.

    A restricted end (made in pipelines) of unknown goods exists only where those goods are plausible.
    """
    ends = tables.restricted_ends.select(end="shipment").unique().with_columns(is_end=nw.lit(value=True))
    unknown = ~true("recognized") & nw.col("family").is_null()
    return (
        tables.shipments.join(ends, left_on="id", right_on="end", how="left")
        .filter(possible(unit_value) | (unknown & true("is_end")))
        .drop("is_end")
    )


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
        receives=nw.col("role").is_in(RECEIVES), licensed=true("licensed")
    )


def reaches() -> nw.Expr:
    """Say whether a U.S. prohibition by license surely reaches this role and these goods.

    It binds who receives goods subject to the EAR: recognized advanced goods wherever made, anything else only from
    the United States or from the user.
    """
    ordinary = nw.col("family").is_null() | (nw.col("family") == "other")
    from_home = true("mine") | (nw.col("origin_country") == "US").fill_null(value=False)
    return nw.col("receives") & (~ordinary | from_home)


def following(first: Frame, then: Frame, *, first_day: str, then_day: str, days: int) -> Frame:
    """Pair rows of one party where the second comes on the day of the first or at most `days` later.

    Both have `party`; columns of the second must not be named like those of the first. A window in time is a join
    on a bucket of days and the next one, which runs on every engine.
    """
    bucketed = first.with_columns(bucket=nw.col(first_day) // days)
    both = nw.concat([bucketed, bucketed.with_columns(bucket=nw.col("bucket") + 1)], how="vertical")
    return (
        both.join(then.with_columns(bucket=nw.col(then_day) // days), on=["party", "bucket"])
        .filter(nw.col(then_day) >= nw.col(first_day), nw.col(then_day) <= nw.col(first_day) + days)
        .drop("bucket")
    )
