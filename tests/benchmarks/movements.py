"""Measure joining the rows of movements: `python -m tests.benchmarks.movements [rows]`."""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time

import numpy as np
import polars as pl

from pipelines.graph.joining.told import MADE, told_once
from pipelines.tables import GRAPH, conform

PARTIES = 20_000
CHIPS = ("h100", "h200", "a100", "b200")


def rows(count: int, *, papers: bool) -> pl.DataFrame:
    """Make half as many movements, each told by a sale and an import; every fifth bill is a placeholder."""
    rng = np.random.default_rng(7)
    half = count // 2
    numbers = pl.Series(np.arange(half))
    shipper, consignee = rng.integers(0, PARTIES, half), rng.integers(0, PARTIES, half)
    pieces = rng.integers(1, 500, half).astype(float)
    day = rng.integers(0, 700, half)
    sale = pl.DataFrame({"number": numbers, "shipper": shipper, "consignee": consignee, "pieces": pieces, "day": day})
    sale = sale.with_columns(chip=pl.Series(np.take(CHIPS, rng.integers(0, len(CHIPS), half))))
    bill = pl.when(pl.col("number") % 5 == 0).then(pl.lit("UNKNOWN")).otherwise(pl.format("BL{}", "number"))
    each = [
        sale.with_columns(
            id=pl.format(f"{kind}{{}}", "number"), kind=pl.lit(kind), source=pl.lit(kind),
            shipped_on=dt.date(2023, 1, 1) + pl.duration(days=pl.col("day") + late),
            bill_of_lading=bill if papers else None,
        )
        for kind, late in (("sale", 0), ("import", 2))
    ]  # fmt: skip
    frame = pl.concat(each).with_columns(
        pl.format("p{}", "shipper").alias("shipper"), pl.format("p{}", "consignee").alias("consignee"),
        record="id", quantity="pieces", chips="pieces", family=pl.lit("accelerator"), recognized=pl.lit(value=True),
        chips_per_piece=pl.lit(1.0), item=pl.lit("GPU"), moves_goods=pl.lit(value=True), mine=pl.lit(value=False),
    )  # fmt: skip
    return conform(frame, GRAPH["shipments"]).drop(MADE)


def main() -> None:
    """Print seconds and peak memory with papers and without."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for papers in (True, False):
        given = rows(count, papers=papers)
        began, worked = time.monotonic(), time.process_time()
        told = told_once(given, GRAPH["sources"].empty())
        seconds, work = time.monotonic() - began, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        named = "papers on four of five" if papers else "no papers"
        print(
            f"{count:,} rows, {named}: {told['movement'].n_unique():,} movements in {seconds:.1f} s, "
            f"{work:.1f} s of processors, peak {peak:.1f} GB with the rows"
        )


if __name__ == "__main__":
    main()
