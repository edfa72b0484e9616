"""Who appears where: every party in every role of every shipment and payment."""

from __future__ import annotations

import polars as pl

from pipelines.graph.joining.moving_rows import on_moving_rows
from pipelines.tables import GRAPH, conform
from pipelines.tables.files import PAYMENTS, SHIPMENTS


def appearances(shipments: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """List a row per party, role and record; the forwarder and the bank are parties like any other.

    Several rows that describe one movement are one record: the one that moves the goods, with everybody any row names.
    """
    moved = [
        shipments.select(
            party=role,
            role=pl.lit(role),
            shipment="id",
            on="shipped_on",
            controlled=pl.col("controlled").fill_null(False),
            mine="mine",
        )
        for role in SHIPMENTS.roles
    ]
    paid = [payments.select(party=role, role=pl.lit(role), payment="id", on="paid_on") for role in PAYMENTS.roles]
    shipped = on_moving_rows(pl.concat(conform(each, GRAPH["appearances"]) for each in moved), shipments)
    rows = pl.concat([_of_movement(shipped, shipments), *(conform(each, GRAPH["appearances"]) for each in paid)])
    return rows.filter(pl.col("party").is_not_null()).sort("party", "role", "shipment", "payment", nulls_last=True)


def _of_movement(rows: pl.DataFrame, shipments: pl.DataFrame) -> pl.DataFrame:
    """Date and class every appearance as the row it stands for."""
    told = shipments.select(
        shipment="id", on="shipped_on", controlled=pl.col("controlled").fill_null(False), mine="mine"
    )
    kept = rows.drop("on", "on_day", "controlled", "mine").unique(["party", "role", "shipment"])
    return conform(kept.join(told, on="shipment", how="left"), GRAPH["appearances"])


def first_seen(appearances: pl.DataFrame) -> pl.DataFrame:
    """Give the first day any shipment or payment names a party: `id`, `first_seen_on`."""
    return appearances.group_by(id="party").agg(first_seen_on=pl.col("on").min())
