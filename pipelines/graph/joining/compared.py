"""Whether two rows can describe one movement, and how well they do."""

from __future__ import annotations

import polars as pl

from pipelines.graph.joining.candidates import TIERS, WINDOW

SAME_QUANTITY = 0.02
"""Quantities that differ by less are equal."""

SAME_ARRIVAL = 10
"""Days between two recorded arrivals of one movement, where no paper names it."""

LEAST_RATIO = 0.5
"""Least quantity over the other that papers of one movement may state; and values, where no paper names it."""

ORDER = ("tier", "unsure", "other_goods", "conflicts", "value_gap", "gap", "a_id", "b_id")
"""What makes a pair better than another, first things first."""


def compared(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the pairs that can be one movement: `a`, `b`, `same` (quantity; null when unknown), best first by `ORDER`.

    Consecutive legs are never one: who receives in one row and ships in the other hands the goods on. A paper or a
    serial number shared asks for one shipper, or one that is the other's forwarder or another name of it; without one,
    parties, goods, quantity and days must all agree, and no paper that both name may differ.
    """
    a, b = (rows[pairs[side].to_numpy()].select(pl.all().name.prefix(f"{side}_")) for side in ("a", "b"))
    both = pl.concat([pairs, a, b], how="horizontal").with_columns(loose=pl.col("tier") == TIERS.index("loose"))
    both = both.with_columns(**_parties(), **_goods(), **_quantity(), **_days(), **_papers())
    kept = both.filter(
        ~pl.col("legs"),
        pl.col("shipper") | pl.col("agent") | _misnamed(),
        pl.col("goods"),
        pl.col("same") | pl.col("near") | pl.col("same").is_null(),
        pl.col("gap") <= WINDOW,
        pl.col("shipper") & pl.col("consignee") | (pl.col("gap") <= pl.col("usual")),
        ~pl.col("contradicted"),
        ~pl.col("loose") | _agrees(),
    )
    first, second = pl.col("a_id"), pl.col("b_id")
    kept = kept.with_columns(a_id=pl.min_horizontal(first, second), b_id=pl.max_horizontal(first, second))
    return kept.select("a", "b", "same", *ORDER).sort(ORDER)


def _eq(name: str) -> pl.Expr:
    return (pl.col(f"a_{name}") == pl.col(f"b_{name}")).fill_null(value=False)


def _ne(name: str) -> pl.Expr:
    """Say whether both name it, differently."""
    return (pl.col(f"a_{name}") != pl.col(f"b_{name}")).fill_null(value=False)


def _parties() -> dict[str, pl.Expr]:
    hands_on = [
        (pl.col(f"{one}_{role}") == pl.col(f"{other}_shipper")).fill_null(value=False)
        for one, other in (("a", "b"), ("b", "a"))
        for role in ("consignee", "between")
    ]
    same = _eq("shipper") & _eq("consignee")
    agents = [
        (pl.col(f"{one}_shipper") == pl.col(f"{other}_forwarder")).fill_null(value=False)
        for one, other in (("a", "b"), ("b", "a"))
    ]
    return {
        "shipper": _eq("shipper"),
        "consignee": _eq("consignee"),
        "agent": pl.any_horizontal(agents),
        "legs": pl.any_horizontal(hands_on) & ~same,
    }


def _goods() -> dict[str, pl.Expr]:
    """Known goods must be of one product; of unknown goods a paper may tell that they are the same."""
    known, unknown = pl.col("a_known") & pl.col("b_known"), ~pl.col("a_known") & ~pl.col("b_known")
    alike = _eq("text") | _eq("hs6")
    other = _eq("family") & (pl.col("a_family") == "other")
    product = _eq("family") & ~_ne("chip")
    coded = _ne("text") & _ne("hs6")
    goods = (
        pl.when(known & other).then(alike | (~pl.col("loose") & ~coded))
        .when(known).then(product & (~pl.col("loose") | _eq("chip") | alike))
        .when(unknown).then(pl.when("loose").then(alike & ~coded).otherwise(pl.lit(value=True)))
        .otherwise(pl.when("loose").then(_eq("hs6")).otherwise(~_one_is_other()))
    )  # fmt: skip
    return {"goods": goods.fill_null(value=False), "other_goods": (~alike & ~(known & _eq("chip"))).cast(pl.Int8)}


def _one_is_other() -> pl.Expr:
    """Say whether one row is known to be of other goods, and the codes do not agree with the unknown row's."""
    other = (pl.col("a_family") == "other").fill_null(value=False) | (pl.col("b_family") == "other").fill_null(
        value=False
    )
    return other & ~_eq("hs6")


def _ratio(name: str) -> pl.Expr:
    one, other = pl.col(f"a_{name}"), pl.col(f"b_{name}")
    most = pl.max_horizontal(one, other)
    return pl.when(one.is_not_null() & other.is_not_null() & (most > 0)).then(pl.min_horizontal(one, other) / most)


def _quantity() -> dict[str, pl.Expr]:
    chips, pieces = _ratio("chips"), _ratio("pieces")
    counted = pl.when(_eq("unit") | (pl.col("a_unit").is_null() & pl.col("b_unit").is_null())).then(_ratio("quantity"))
    best = pl.max_horizontal(chips, pieces)
    strict = pl.coalesce(chips, pieces, counted)
    ratio = pl.when("loose").then(strict).otherwise(pl.coalesce(best, counted))
    return {
        "same": ratio >= 1 - SAME_QUANTITY,
        "near": (ratio >= LEAST_RATIO).fill_null(value=False),
        "unsure": ratio.is_null().cast(pl.Int8),
        "value_ratio": _ratio("value_usd"),
        "value_gap": (1 - _ratio("value_usd")).fill_null(0.0).round(3),
    }


def _days() -> dict[str, pl.Expr]:
    usual = pl.max_horizontal("a_days", "b_days")
    arrived = (pl.col("a_arrived") - pl.col("b_arrived")).abs()
    last = [pl.coalesce(f"{side}_arrived", pl.col(f"{side}_day") + pl.col(f"{side}_days")) for side in ("a", "b")]
    overlap = (pl.col("a_day") <= last[1]) & (pl.col("b_day") <= last[0])
    return {
        "gap": (pl.col("a_day") - pl.col("b_day")).abs(),
        "usual": usual,
        "in_time": overlap.fill_null(value=False) & (arrived <= SAME_ARRIVAL).fill_null(value=True),
    }


def _papers() -> dict[str, pl.Expr]:
    serials = [pl.col(f"{side}_serials") for side in ("a", "b")]
    disjoint = (
        (serials[0].list.len() > 0)
        & (serials[1].list.len() > 0)
        & (serials[0].list.set_intersection(serials[1]).list.len() == 0)
    ).fill_null(value=False)
    tier = pl.col("tier")
    weak = tier >= TIERS.index("order")
    same_books = _eq("source") & _ne("order")
    veto = disjoint | same_books | (weak & _ne("bill")) | ((tier == TIERS.index("order")) & _ne("invoice"))
    strict = pl.col("loose") & (_ne("bill") | _ne("order") | _ne("invoice"))
    conflicts = pl.sum_horizontal(_ne(name).cast(pl.Int8) for name in ("bill", "order", "invoice"))
    return {"contradicted": veto | strict, "conflicts": conflicts}


def _misnamed() -> pl.Expr:
    """Whether two shippers may be one under two names: one bill or serials, one consignee, equal quantities.

    Where goods had been sent to both, neither may be taken for the other: the way through one would be cut.
    """
    strong = pl.col("tier") <= TIERS.index("serial")
    return strong & pl.col("consignee") & pl.col("same").fill_null(value=False) & ~(
        pl.col("a_supplied") & pl.col("b_supplied")
    )  # fmt: skip


def _agrees() -> pl.Expr:
    """What must hold where no paper names the movement; an unknown kind is no other kind of one source."""
    nameless = _eq("source") & ((pl.col("a_kind") == "") | (pl.col("b_kind") == ""))
    return (
        pl.col("shipper") & pl.col("consignee") & pl.col("same").fill_null(value=False) & pl.col("in_time")
        & (pl.col("value_ratio") >= LEAST_RATIO).fill_null(value=True) & ~nameless
    )  # fmt: skip
