"""Rows that may describe one movement, found by equal keys: never all against all."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from pipelines.graph.joining.comparable import PAPERS

CROWD = 25
"""Rows that share a key are all compared up to this many; beyond, only those of equal parties, goods and amount."""

TIERS = ("bill", "serial", "order", "filing", "invoice", "loose")
"""What names a movement, strongest first; `loose`: nothing does but parties, goods, amount and days."""

WINDOW = 120
"""Days between two rows of one movement, at most."""

PAIR = {"a": pl.UInt32, "b": pl.UInt32, "tier": pl.Int8}


def named(rows: pl.DataFrame) -> pl.DataFrame:
    """Pair rows of different classes that share a paper or a serial number: `a` < `b`, and the strongest `tier`."""
    by_paper = [_tier(_meeting(rows, [pl.col(name)]), name) for name in PAPERS]
    pairs = pl.concat([*by_paper, _tier(_serials(rows), "serial")])
    return pairs.group_by("a", "b").agg(pl.col("tier").min()).sort("a", "b")


def loose(rows: pl.DataFrame) -> pl.DataFrame:
    """Pair rows of different classes with the same parties and goods: of one product, text or HS code."""
    parties = pl.concat_str("shipper", pl.lit("\n"), "consignee", pl.lit("\n"))
    product = pl.when("known").then(pl.concat_str("family", pl.lit("/"), pl.col("chip").fill_null("")))
    exact = pl.concat_str(parties, pl.coalesce(product, "text"))
    coded = pl.concat_str(parties, "hs6")
    pairs = pl.concat([_meeting(rows, [exact]), _meeting(rows, [coded])])
    return _tier(pairs.unique(), "loose").sort("a", "b")


def _tier(pairs: pl.DataFrame, name: str) -> pl.DataFrame:
    return pairs.select("a", "b", tier=pl.lit(TIERS.index(name), pl.Int8)).cast(PAIR)  # type: ignore[arg-type]


def _serials(rows: pl.DataFrame) -> pl.DataFrame:
    each = rows.filter(pl.col("serials").list.len() > 0).explode("serials").rename({"serials": "serial"})
    return _meeting(each, [pl.col("serial")]).unique()


def _meeting(rows: pl.DataFrame, key: list[pl.Expr]) -> pl.DataFrame:
    """Pair rows with an equal key; what is crowded must have equal parties, goods and amount too."""
    narrow = [
        pl.col("shipper"),
        pl.col("consignee"),
        pl.coalesce("chip", "family", "text"),
        pl.coalesce("chips", "pieces", "quantity").round(3).cast(pl.String),
    ]
    few, crowd = _split(rows, key)
    less, stream = _split(crowd, [pl.col("block"), *narrow])
    return pl.concat([_all(few), _all(less), _nearest(stream)])


def _split(rows: pl.DataFrame, key: list[pl.Expr]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number the blocks of rows with an equal key; keep those with two classes, few rows apart from a crowd."""
    keyed = rows.select(
        "row", "label", "day", "shipper", "consignee", "chip", "family", "text", "chips", "pieces", "quantity", *(
            ["block"] if "block" in rows.columns else []
        ), _key=pl.struct([each.alias(str(place)) for place, each in enumerate(key)]) if len(key) > 1 else key[0],
    ).filter(pl.col("_key").is_not_null())  # fmt: skip
    blocks = (
        keyed.group_by("_key")
        .agg(_rows=pl.len(), _mixed=pl.col("label").min() != pl.col("label").max())
        .filter("_mixed")
        .select("_key", "_rows")
        .with_row_index("_block")
    )
    held = keyed.join(blocks, on="_key").with_columns(block=pl.col("_block")).drop("_key", "_block")
    return held.filter(pl.col("_rows") <= CROWD), held.filter(pl.col("_rows") > CROWD)


def _all(rows: pl.DataFrame) -> pl.DataFrame:
    side = rows.select("block", "row", "label")
    both = side.join(side, on="block", suffix="_b")
    return both.filter(pl.col("row") < pl.col("row_b"), pl.col("label") != pl.col("label_b")).select(a="row", b="row_b")


def _nearest(rows: pl.DataFrame) -> pl.DataFrame:
    """Pair equal rows of a crowd with other classes': of the same day in turn, and the nearest before and after."""
    rows = rows.sort("block", "day", "row").with_columns(turn=pl.int_range(pl.len()).over("block", "day", "label"))
    found = [_empty()]
    labels = rows["label"].unique().sort().to_list()
    for one, other in combinations(labels, 2):
        left, right = (rows.filter(pl.col("label") == label).sort("day", "row") for label in (one, other))
        same = left.join(right, on=["block", "day", "turn"], suffix="_b").select("row", "row_b")
        found.append(same.select(a=pl.min_horizontal("row", "row_b"), b=pl.max_horizontal("row", "row_b")))
        for first, then in ((left, right), (right, left)):
            found += [_beside(first, then, "backward"), _beside(first, then, "forward")]
    return pl.concat(found).unique()


def _beside(rows: pl.DataFrame, others: pl.DataFrame, strategy: str) -> pl.DataFrame:
    near = rows.join_asof(
        others.select("block", "day", row_b="row"), on="day", by="block", strategy=strategy, tolerance=WINDOW,  # type: ignore[arg-type]
        check_sortedness=False,
    )  # fmt: skip
    held = near.drop_nulls("row_b")
    return held.select(a=pl.min_horizontal("row", "row_b"), b=pl.max_horizontal("row", "row_b"))


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema={"a": pl.UInt32, "b": pl.UInt32})
