"""Partial shipments: one line that other papers tell in several."""

from __future__ import annotations

import polars as pl

from pipelines.graph.joining.compared import SAME_QUANTITY
from pipelines.graph.joining.matching import Numbers

KEYS = ("order", "invoice", "bill")
"""Papers under which a whole and its parts stand."""

ON_THE_WAY = ("export", "reexport", "import", "transfer")
"""Kinds of row that record goods on their way, rather than what was agreed."""


def partial(rows: pl.DataFrame, group: Numbers) -> pl.DataFrame:
    """Find lines told in parts elsewhere: `whole` and `part` name groups by a row; a part is of one whole only.

    Under one order, invoice or bill, between the same parties and of the same goods: a row that is the only one of
    its class there, and rows of another class that are each less and together not more. Both are without another
    counterpart in the other's class. `leaves` says that the whole was agreed and the parts record goods on their way.
    """
    goods = pl.coalesce(pl.when("known").then(pl.coalesce("chip", "family")), "hs6", "text")
    each = rows.select(
        "row", "label", "shipper", "consignee", *KEYS, goods=goods, amount=pl.coalesce("chips", "pieces"),
        moves=pl.col("kind").is_in(ON_THE_WAY), group=pl.Series(group),
    ).filter(pl.col("amount") > 0)  # fmt: skip
    found = pl.concat([_under(each.filter(pl.col(key).is_not_null()), key, place) for place, key in enumerate(KEYS)])
    best = found.sort("place", "whole", "label", "part").with_columns(
        first=pl.col("label").first().over("whole", "leaves")
    )
    once = best.filter((pl.col("label") == pl.col("first")) | pl.col("leaves"))
    return once.unique("part", keep="first", maintain_order=True).select("whole", "part", "leaves")


def _under(rows: pl.DataFrame, key: str, place: int) -> pl.DataFrame:
    block = [key, "shipper", "consignee", "goods"]
    mixed = rows.group_by(block).agg(
        (pl.col(name).min() != pl.col(name).max()).alias(name) for name in ("label", "amount")
    )
    shared = rows.join(mixed.filter("label", "amount"), on=block, how="semi")
    wholes = shared.filter(pl.len().over(*block, "label") == 1).select(
        *block, whole="group", most=pl.col("amount") * (1 + SAME_QUANTITY), of="amount", whole_label="label",
        agreed=~pl.col("moves"),
    )  # fmt: skip
    parts = shared.select(*block, "label", "amount", "moves", part="group")
    met = wholes.join(parts, on=block).filter(pl.col("label") != pl.col("whole_label"))
    taken = shared.select(whole="group", label="label").unique()
    free = met.join(taken, on=["whole", "label"], how="anti").join(
        taken.rename({"whole": "part", "label": "whole_label"}), on=["part", "whole_label"], how="anti"
    )
    fits = (pl.col("amount").sum() <= pl.col("most").first()) & (pl.col("amount").max() < pl.col("of").first())
    return free.filter(fits.over("whole", "label", *block)).select(
        "whole", "part", "label", place=pl.lit(place, pl.Int8), leaves=pl.col("agreed") & pl.col("moves")
    )
