"""Shipments as the graph holds them: ids, dates, money in USD, countries, whose they are."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from pipelines.graph.joining.told import MADE, told_once
from pipelines.graph.transit import transit_days
from pipelines.normalize.exchange_rates import in_usd
from pipelines.tables import GRAPH, conform


def graph_id(table: str) -> pl.Expr:
    """Name a record for people: its own id, prefixed by the source unless it came through the inbox."""
    own = pl.when(pl.col("line") > 1).then(pl.format("{}#{}", "id", "line")).otherwise(pl.col("id"))
    return pl.when(pl.col("source") == table).then(own).otherwise(pl.format("{}:{}", "source", own))


def prepared(records: pl.DataFrame, rates: pl.DataFrame | None = None) -> pl.DataFrame:
    """Give shipment records their graph ids and the columns item recognition asks for.

    `rates` are the exchange rates (`pipelines.normalize.exchange_rates`); those shipped where none are given.
    """
    return records.with_columns(
        id=graph_id("shipments"),
        record=pl.col("id"),
        value_usd=in_usd(records, "value", "shipped_on", rates),
        hs_code=pl.col("hs_code").str.replace_all(r"\D", ""),
        eccn=pl.col("eccn").str.to_uppercase().str.strip_chars(),
        mode=pl.col("mode").str.to_lowercase(),
        kind=pl.col("kind").str.to_lowercase(),
    )


def shipments(
    recognized: pl.DataFrame, parties: pl.DataFrame, sources: pl.DataFrame, own: Collection[str]
) -> pl.DataFrame:
    """Complete recognized, resolved shipment records to the graph's table.

    `own` are the party ids of the user. Origin and destination fall back to the countries of shipper and
    consignee; a missing arrival is bounded by the usual transit of the mode.
    """
    country = parties.select("id", "country")
    frame = (
        recognized.join(country.rename({"id": "shipper", "country": "_from"}), on="shipper", how="left")
        .join(country.rename({"id": "consignee", "country": "_to"}), on="consignee", how="left")
        .join(
            sources.filter(pl.col("table") == "shipments").select(source="id", moves_goods="moves_goods"),
            on="source",
            how="left",
        )
        .with_columns(
            origin_country=pl.coalesce("origin_country", "_from"),
            destination_country=pl.coalesce("destination_country", "_to"),
            arrived_by_on=pl.coalesce("arrived_on", pl.col("shipped_on") + pl.duration(days=transit_days())),
            mine=pl.col("shipper").is_in(list(own)),
            moves_goods=pl.col("moves_goods").fill_null(True),
        )
    )
    return (
        told_once(conform(frame, GRAPH["shipments"]).drop(MADE), sources).pipe(conform, GRAPH["shipments"]).sort("id")
    )
