"""Measure reach and paths on a generated world: `python -m tests.benchmarks.reach [shipments] [--full]`.

Plain: one key, known goods, the same answer asked of DuckDB's recursive SQL. Full (`--full`): 30 % of parties with
extra keys, 15 % intermediates, 20 % unknown goods. Prints medians of seconds, and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
import time
from collections.abc import Callable

import duckdb
import numpy as np
import polars as pl

from pipelines.graph.tracing.reach import Reach, reach
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.schemes import schemes
from pipelines.graph.tracing.traced import traced
from pipelines.tables import GRAPH, Tables, conform

DAYS = 1_460
LEGS = 6


def world(shipments: int, *, full: bool, seed: int = 7) -> Tables:
    """Make shipments among a tenth as many parties, with heavy-tailed degrees; one in 5,000 is a restricted end."""
    draw = np.random.default_rng(seed)
    parties = max(shipments // 10, 10)
    shipper, consignee = ((parties * draw.random(shipments) ** 3).astype(int) for _ in range(2))
    consignee = np.where(draw.random(shipments) < 0.5, consignee, draw.permutation(parties)[consignee])
    shipped = draw.integers(0, DAYS, shipments)
    chip = draw.choice(["h100", "a100", "h200", "b200"], shipments)
    unknown = draw.random(shipments) < (0.2 if full else 0.0)
    pieces = draw.integers(1, 40, shipments).astype(float)
    between = np.where(draw.random(shipments) < (0.15 if full else 0.0), draw.integers(0, parties, shipments), -1)
    rows = pl.DataFrame(
        {
            "id": np.arange(shipments),
            "shipper": shipper,
            "consignee": consignee,
            "between": between,
            "shipped": shipped,
            "arrived": shipped + draw.integers(1, 40, shipments),
            "chip": chip,
            "unknown": unknown,
            "pieces": pieces,
        }
    ).with_columns(known=~pl.col("unknown"))
    start = pl.lit(dt.date(2021, 1, 1))
    moved = rows.select(
        pl.format("s{}", "id").alias("id"),
        source=pl.lit("shipments"),
        shipper=pl.format("p{}", "shipper"),
        consignee=pl.format("p{}", "consignee"),
        intermediate_consignee=pl.when(pl.col("between") >= 0).then(pl.format("p{}", "between")),
        shipped_on=start + pl.duration(days="shipped"),
        arrived_on=start + pl.duration(days="arrived"),
        family=pl.when("known").then(pl.lit("accelerator")),
        chip=pl.when("known").then("chip"),
        form=pl.when("known").then(pl.lit("server")),
        recognized="known",
        pieces="pieces",
        quantity="pieces",
        chips_per_piece=pl.when("known").then(8.0),
        chips=pl.when("known").then(pl.col("pieces") * 8),
        unit_value_usd=pl.lit(260_000.0),
        hs_code=pl.lit("847150"),
    )
    ends = moved.filter(pl.col("shipper").hash(seed) % 2 == 0).sample(shipments // 5_000, seed=seed)
    restricted = ends.select(
        shipment="id",
        party="consignee",
        goods=pl.format("accelerator/{}", pl.col("chip").fill_null("h100")),
        rule=pl.lit("destination"),
        on_the_day=pl.lit(True),
        certainty=pl.lit("on_record"),
        verify=pl.lit(False),
    )
    frames = {"shipments": moved, "restricted_ends": restricted} | (
        {"party_keys": _keys(parties, draw)} if full else {}
    )
    return Tables({name: conform(frame, GRAPH[name]).lazy() for name, frame in frames.items()}, dt.date(2026, 1, 1))


def _keys(parties: int, draw: np.random.Generator) -> pl.DataFrame:
    some = draw.choice(parties, parties * 3 // 10, replace=False)
    return pl.DataFrame({"number": some, "at": draw.integers(0, max(len(some) // 3, 1), len(some))}).select(
        party=pl.format("p{}", "number"),
        kind=pl.lit("address"),
        key=pl.format("k{}", "at"),
        crowd=pl.len().over("at").cast(pl.Int64),
    )


RECURSIVE = """
WITH RECURSIVE reached AS (
  SELECT id, shipper, chip, shipped_day, 1 AS legs FROM moved SEMI JOIN ends ON moved.id = ends.shipment
  UNION
  SELECT m.id, m.shipper, m.chip, m.shipped_day, r.legs + 1
  FROM reached r JOIN moved m ON m.consignee = r.shipper AND m.chip = r.chip
    AND r.shipped_day BETWEEN m.arrived_day AND m.arrived_day + 180
  WHERE r.legs < {legs}
)
SELECT id, min(legs) AS legs FROM reached GROUP BY id
"""


def by_duckdb(tables: Tables) -> dict[str, int]:
    """Ask DuckDB for the fewest legs of every shipment that reaches an end."""
    with duckdb.connect() as base:
        base.register("moved", tables.frame("shipments").filter(pl.col("shipper") != pl.col("consignee")).to_arrow())
        base.register("ends", tables.frame("restricted_ends").to_arrow())
        return dict(base.execute(RECURSIVE.format(legs=LEGS)).fetchall())


def by_reach(found: Reach) -> dict[str, int]:
    hit = np.flatnonzero(found.legs)
    return dict(zip(found.moves.frame["id"].gather(found.states.move[hit]), found.legs[hit].tolist(), strict=True))


def seconds(act: Callable[[], object], times: int) -> float:
    """Median of some runs."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("shipments", type=int, nargs="?", default=1_000_000)
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--times", type=int, default=3)
    given = asked.parse_args()
    tables = world(given.shipments, full=given.full)
    rules = Rules(max_legs=LEGS)
    found = reach(tables, rules=rules)
    reaching = int((found.legs > 0).sum())
    print(f"{given.shipments:,} shipments, {len(found.states):,} states, {reaching:,} reach an end in {LEGS} legs")
    print(f"reach: {seconds(lambda: reach(tables, rules=rules), given.times):.2f} s")
    if not given.full:
        same = by_duckdb(tables) == by_reach(found)
        print(f"DuckDB recursive: {seconds(lambda: by_duckdb(tables), 1):.2f} s, the same answer: {same}")
    of = traced(found)
    begun = time.perf_counter()
    told = list(schemes(of, 10))
    print(f"{len(told):,} subjects, 10 best paths each: {time.perf_counter() - begun:.2f} s")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.1f} GiB")


if __name__ == "__main__":
    main()
