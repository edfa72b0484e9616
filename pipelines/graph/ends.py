"""Restricted ends: deliveries that needed a license not on record, or that a list prohibits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from pipelines.graph.joining.moving_rows import on_moving_rows
from pipelines.law.circumstances import Circumstances
from pipelines.law.judged import judged
from pipelines.tables import GRAPH, conform


def restricted_ends(
    shipments: pl.DataFrame,
    needs: pl.DataFrame,
    *,
    screenings: pl.DataFrame,
    address_listings: pl.DataFrame,
    ownership_tests: pl.DataFrame,
    headquarters: pl.DataFrame,
    accelerators: pl.DataFrame,
    sources: pl.DataFrame,
    as_of: dt.date,
    carried: Sequence[str] = (),
    parties: pl.DataFrame | None = None,
    licenses: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Find every delivery that is a restricted end, party by party: GRAPH["restricted_ends"].

    Goods nobody recognized, or only by their family, are judged as each goods key in `carried`, on the shipment's own
    day; `goods` names the key, null means whatever is on the shipment. Deliveries to parties or addresses listed
    later are there with `on_the_day` false. A license on record (`needs.on_record`) removes an end that a license
    would lift; it does not lift the prohibition of the Denied Persons List or of blocking sanctions. What any row of
    a movement makes an end is one of the row that moves the goods.
    """
    around = Circumstances(
        parties=GRAPH["parties"].empty() if parties is None else parties,
        screenings=screenings,
        address_listings=address_listings,
        headquarters=headquarters,
        ownership_tests=ownership_tests,
        licenses=GRAPH["licenses"].empty() if licenses is None else conform(licenses, GRAPH["licenses"]),
        sources=sources,
        as_of=as_of,
    )
    goods = judged(shipments, accelerators, carried=carried)
    found = around.grounds(goods)
    answers = around.needs(goods, found).select(
        "row",
        "shipment",
        pl.col("carried").alias("goods"),
        "family",
        "records",
        pl.col("on_record").alias("_on_record"),
    )
    stated = needs.filter(~pl.col("assumed").fill_null(False)).select("shipment", pl.col("on_record").alias("_stated"))
    told = answers.join(stated.unique("shipment"), on="shipment", how="left", maintain_order="left").with_columns(
        pl.when(pl.col("goods").is_null())
        .then(pl.coalesce("_stated", "_on_record"))
        .otherwise("_on_record")
        .alias("on_record")
    )
    ends = found[0].join(told, on="row", maintain_order="left").filter(_is_end())
    ends = ends.with_columns(_certainty().alias("certainty"), _verify().alias("verify"))
    once = ["shipment", "party", "goods", "rule", "regime", "list", "entry", "since_on"]
    moved = on_moving_rows(ends, shipments)
    return conform(moved.unique(once, keep="first", maintain_order=True), GRAPH["restricted_ends"])


def _is_end() -> pl.Expr:
    """Prohibited, or in need of a license that is not on record.

    Where an exception needs no notice and the source could not show it, the delivery is ordinary trade.
    """
    unlicensed = pl.col("on_record") != "yes"
    lawful = (pl.col("need") == "exception_possible") & ~pl.col("notice") & (pl.col("on_record") == "unknown")
    by_law = pl.col("need").is_in(["required", "exception_possible"]) & unlicensed & ~lawful
    treated = (pl.col("need") == "undetermined") & pl.col("treated").fill_null(False) & unlicensed
    return (
        (pl.col("need") == "prohibited") | by_law | treated | (~pl.col("on_the_day") & (pl.col("need") == "required"))
    )


def _certainty() -> pl.Expr:
    unknown = pl.col("goods").is_not_null() | pl.col("family").is_null()
    shown = (pl.col("need") == "prohibited") | (pl.col("on_record") == "no")
    inferred = unknown | pl.col("inferred").fill_null(False)
    return (
        pl.when(inferred)
        .then(pl.lit("inferred"))
        .when(shown)
        .then(pl.lit("on_record"))
        .otherwise(pl.lit("unknown_license"))
    )


def _verify() -> pl.Expr:
    return pl.col("verify").fill_null(False) | pl.col("need").is_in(["undetermined", "exception_possible"])
