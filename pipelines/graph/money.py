"""Payments, and the shipments they pay."""

from __future__ import annotations

import polars as pl

from pipelines.graph.movements import graph_id
from pipelines.normalize.exchange_rates import in_usd
from pipelines.tables import GRAPH, conform


def payments(resolved: pl.DataFrame, shipments: pl.DataFrame, rates: pl.DataFrame | None = None) -> pl.DataFrame:
    """Link payments to what they pay.

    By order where both sides name one; a payment without an order pays what its payee ships to its payer (as
    consignee or purchaser). `buyer` is the purchaser of those shipments, else the consignee.
    """
    usd = in_usd(resolved, "amount", "paid_on", rates)
    frame = resolved.with_columns(id=graph_id("payments"), record=pl.col("id"), amount_usd=usd)
    paid = (
        pl.concat([_by_order(frame, shipments), _by_parties(frame, shipments)])
        .sort("id", "shipment")
        .group_by("id", maintain_order=True)
        .agg(
            shipments=pl.col("shipment").unique(maintain_order=True),
            buyer=pl.coalesce(pl.col("purchaser").drop_nulls().first(), pl.col("consignee").first()),
        )
    )
    return conform(frame.join(paid, on="id", how="left"), GRAPH["payments"]).sort("id")


_LINK = ("id", "shipment", "purchaser", "consignee")


def _by_order(payments: pl.DataFrame, shipments: pl.DataFrame) -> pl.DataFrame:
    sides = shipments.filter(pl.col("order_id").is_not_null()).rename({"id": "shipment"})
    orders = payments.filter(pl.col("order_id").is_not_null()).select("id", "order_id")
    return orders.join(sides, on="order_id").select(_LINK)


def _by_parties(payments: pl.DataFrame, shipments: pl.DataFrame) -> pl.DataFrame:
    sides = shipments.rename({"id": "shipment"})
    bought = pl.concat([sides.with_columns(payer=pl.col(side)) for side in ("consignee", "purchaser")])
    loose = payments.filter(pl.col("order_id").is_null()).select("id", "payer", payee="payee")
    return loose.join(bought, left_on=["payee", "payer"], right_on=["shipper", "payer"]).select(_LINK).unique()
