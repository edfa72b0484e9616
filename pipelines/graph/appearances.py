"""Who appears where: every party in every role of every shipment and payment."""

from __future__ import annotations

import polars as pl

from pipelines.tables import GRAPH, conform
from pipelines.tables.files import PAYMENTS, SHIPMENTS


def appearances(shipments: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """List a row per party, role and record; the forwarder and the bank are parties like any other."""
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
    rows = pl.concat([conform(each, GRAPH["appearances"]) for each in (*moved, *paid)])
    return rows.filter(pl.col("party").is_not_null()).sort("party", "role", "shipment", "payment", nulls_last=True)


def first_seen(appearances: pl.DataFrame) -> pl.DataFrame:
    """Give the first day any shipment or payment names a party: `id`, `first_seen_on`."""
    return appearances.group_by(id="party").agg(first_seen_on=pl.col("on").min())
