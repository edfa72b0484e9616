"""What came to a party and what it sent on, with sums over a window of days.

Deliveries have `party`, `delivery`, `supplier`, `named_group`, `came_day`, `came_carried`, `came_pieces`, `came_chips`;
legs `party`, `shipment`, `consignee`, `consignee_group`, `left_day`, `carried`, `leg_pieces`, `leg_chips`. A shipment
that may carry several products has a row for each.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from monitor.evidence import Frame, following, moving, possible_products, same_product, true, with_group
from pipelines import Tables


def deliveries(tables: Tables) -> Frame:
    """Controlled goods, and unknown ones that may be such, as they came to each consignee."""
    named = with_group(possible_products(tables).filter(moving(), nw.col("pieces") > 0), tables, "end_user")
    return named.select(
        "item", "hs_code", "eccn", "form", party="consignee", delivery="id", supplier="shipper",
        named_group="end_user_group", came_day=nw.coalesce("arrived_day", "shipped_day"), came_pieces="pieces",
        came_chips="carried_chips", came_carried="carried", came_known=true("recognized"),
    )  # fmt: skip


def legs(tables: Tables) -> Frame:
    """Controlled goods, and unknown ones that may be such, as they left each shipper."""
    moved = possible_products(tables).filter(moving(), nw.col("pieces") > 0)
    grouped = with_group(with_group(moved, tables, "shipper"), tables, "consignee")
    return grouped.select(
        "source", "item", "hs_code", "eccn", "form", "vague", "fit", "carried", "consignee", "consignee_group",
        "origin_country", "destination_country", party="shipper", shipment="id", left_day="shipped_day",
        mine=true("mine"), on="shipped_on", leg_pieces="pieces", leg_chips="carried_chips", known=true("recognized"),
        in_group=nw.col("shipper_group") == nw.col("consignee_group"),
    )  # fmt: skip


def per_leg(pairs: Frame, leg: Sequence[str], **sums: nw.Expr) -> Frame:
    """Sum what had come before each leg: `all_pieces`, `all_chips`, `named_pieces`, how many deliveries, which.

    `named_pieces` are those whose papers name the very consignee of the leg, or its group, as end user.
    """
    as_named = (nw.col("named_group") == nw.col("consignee_group")).fill_null(value=False)
    return pairs.with_columns(named=nw.when(as_named).then(nw.col("came_pieces")).otherwise(nw.lit(0.0))).group_by(
        *leg
    ).agg(
        all_pieces=nw.col("came_pieces").sum(), all_chips=nw.col("came_chips").sum(),
        named_pieces=nw.col("named").sum(), came_times=nw.len(), first=nw.col("delivery").min(),
        last=nw.col("delivery").max(), **sums,
    )  # fmt: skip


def with_deliveries(found: Frame, columns: Sequence[str]) -> Frame:
    """Give each leg a row for the first and one for the last delivery before it, by their ids."""
    told = found.unpivot(on=["first", "last"], index=list(columns), value_name="delivery")
    return told.drop("variable").unique()


def so_far(went: Frame, days: int, also: Sequence[str] = ()) -> Frame:
    """Add to legs what had left in the `days` up to each, itself included: `upto_pieces`, `upto_chips`, `unsized`.

    Legs of the same day, product and columns `also` are summed first.
    """
    day = ["party", "left_day", "carried", *also]
    summed = went.group_by(day).agg(
        nw.col("leg_pieces").sum(), nw.col("leg_chips").sum(), unsized=nw.col("leg_chips").is_null().any()
    )
    renamed = {each: f"sent_{each}" for each in ("left_day", "carried", *also)}
    pairs = following(
        summed.rename(renamed), went.select(*day).unique(), first_day="sent_left_day", then_day="left_day", days=days,
        also=[(f"sent_{each}", each) for each in also],
    ).filter(same_product("sent_carried", "carried"))  # fmt: skip
    upto = (
        pairs.rename({f"sent_{each}": each for each in also})
        .group_by(day)
        .agg(
            upto_pieces=nw.col("leg_pieces").sum(), upto_chips=nw.col("leg_chips").sum(),
            unsized=nw.col("unsized").any(),
        )
    )  # fmt: skip
    return went.join(upto, on=day)
