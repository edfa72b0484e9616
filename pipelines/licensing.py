"""The law for one shipment: whether it needed a license on the day, whether one is on record, what holds today."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipelines.circumstances import Circumstances
from pipelines.judged import judged
from pipelines.normalize.catalog import catalog
from pipelines.tables import GRAPH, conform


def license_needs(
    shipments: pl.DataFrame,
    *,
    parties: pl.DataFrame,
    countries: pl.DataFrame,
    screenings: pl.DataFrame,
    address_listings: pl.DataFrame,
    headquarters: pl.DataFrame,
    ownership_tests: pl.DataFrame,
    licenses: pl.DataFrame,
    sources: pl.DataFrame,
    as_of: dt.date,
    accelerators: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Judge every shipment by item, destination, end user, headquarters and lists: GRAPH["license_needs"].

    Goods that are not recognized are *undetermined*. `accelerators` says which chips are not for data centers
    (exceptions exist for those); it defaults to the shipped catalog.
    """
    del countries  # the groups come from the same dated data this table is made from
    accelerators = catalog().accelerators if accelerators is None else accelerators
    around = Circumstances(
        parties=parties,
        screenings=screenings,
        address_listings=address_listings,
        headquarters=headquarters,
        ownership_tests=ownership_tests,
        licenses=conform(licenses, GRAPH["licenses"]),
        sources=sources,
        as_of=as_of,
    )
    then = around.needs(judged(shipments, accelerators))
    now = around.needs(judged(shipments, accelerators, today=as_of)).select("row", pl.col("need").alias("need_today"))
    together = then.join(now, on="row", how="left", maintain_order="left").with_columns(assumed=pl.lit(False))
    return conform(together, GRAPH["license_needs"])
