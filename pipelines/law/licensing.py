"""The law for one shipment: whether it needed a license on the day, whether one is on record, what holds today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from pipelines.law.circumstances import Circumstances
from pipelines.law.judged import judged
from pipelines.normalize.catalog import catalog
from pipelines.tables import GRAPH, conform

IF_RECEIVED = "if the goods are those received"


def license_needs(
    shipments: pl.DataFrame,
    *,
    parties: pl.DataFrame,
    screenings: pl.DataFrame,
    address_listings: pl.DataFrame,
    headquarters: pl.DataFrame,
    ownership_tests: pl.DataFrame,
    licenses: pl.DataFrame,
    sources: pl.DataFrame,
    as_of: dt.date,
    accelerators: pl.DataFrame | None = None,
    carried: Sequence[str] = (),
) -> pl.DataFrame:
    """Judge every shipment by item, destination, end user, headquarters and lists: GRAPH["license_needs"].

    Goods that are not recognized are *undetermined*. With `carried`, each of their shipments has further rows, one
    per goods key it may be (`assumed`, `goods`). `accelerators` says what chips are (exceptions exist for those that
    are not for data centers); it defaults to the shipped catalog.
    """
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
    then = around.needs(judged(shipments, accelerators, carried=carried))
    now = around.needs(judged(shipments, accelerators, carried=carried, today=as_of))
    together = then.join(now.select("row", need_today="need"), on="row", how="left", maintain_order="left")
    supposed = pl.col("carried").is_not_null()
    return conform(
        together.with_columns(
            assumed=supposed, goods="carried",
            because=pl.when(supposed).then(pl.concat_list(pl.lit(IF_RECEIVED), "because")).otherwise("because"),
        ),
        GRAPH["license_needs"],
    )  # fmt: skip
