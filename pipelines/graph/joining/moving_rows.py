"""What is said of a row that repeats a movement, said of the row that moves its goods."""

from __future__ import annotations

import polars as pl


def on_moving_rows(said: pl.DataFrame, shipments: pl.DataFrame) -> pl.DataFrame:
    """Let the `shipment` of each row be the one that moves its goods, each row once."""
    moving = shipments.filter(~pl.col("repeats").fill_null(value=False)).select("movement", _moving="id")
    repeating = shipments.filter("repeats").select("movement", shipment="id").join(moving, on="movement")
    if repeating.is_empty():
        return said
    told = said.join(repeating.select("shipment", "_moving"), on="shipment", how="left", maintain_order="left")
    moved = told.with_columns(shipment=pl.coalesce("_moving", "shipment"))
    return moved.drop("_moving").unique(maintain_order=True)
