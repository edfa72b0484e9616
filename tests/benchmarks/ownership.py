"""Measure ownership on half a million invented interests: `python -m tests.benchmarks.ownership [interests]`."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.graph.ownership import control
from pipelines.graph.ownership.chains import chains
from pipelines.graph.ownership.economic import economic
from pipelines.graph.ownership.headquarters import headquarters
from pipelines.graph.ownership.parents import groups
from pipelines.tables import GRAPH, conform, day_number

AS_OF = dt.date(2026, 1, 1)
LISTED = 500


@dataclass(frozen=True)
class Rule:
    id: str
    threshold: float = 50.0
    strict: bool = False
    aggregate: bool = True
    intervals: tuple[tuple[int | None, int | None, str, bool], ...] = ((None, None, "in_force", False),)
    citation: str = "benchmark"
    foreign_only: bool = False


def invented(count: int, seed: int = 1) -> pl.DataFrame:
    """Make interests without loops: each party is owned by some of the parties before it, mostly by one or two."""
    random = np.random.default_rng(seed)
    parties = int(count / 1.5)
    owned = np.sort(random.integers(1, parties, count))
    owner = (owned * random.random(count) ** 2).astype(np.int64)
    share = random.choice([10.0, 25.0, 30.0, 50.0, 51.0, 100.0], count)
    wide = random.random(count) < 0.2
    days = random.integers(14_000, 20_000, count)
    rows = pl.DataFrame({"owner": owner, "owned": owned, "least": share, "day": days, "wide": wide}).with_columns(
        owner=pl.format("party-{}", "owner"), owned=pl.format("party-{}", "owned"),
        most=pl.when("wide").then(pl.min_horizontal(pl.col("least") + 25, pl.lit(100.0))).otherwise("least"),
        open=pl.when("wide").then(pl.lit("least")).otherwise(pl.lit("none")),
        from_on=pl.col("day").cast(pl.Int32).cast(pl.Date),
        until_on=pl.when(pl.col("day") % 10 == 0).then(pl.col("day") + 900).cast(pl.Int32).cast(pl.Date),
        record=pl.int_range(pl.len()).cast(pl.String),
    )  # fmt: skip
    return conform(rows, GRAPH["ownership"])


def invented_list(ownership: pl.DataFrame, regimes: list[Rule]) -> pl.DataFrame:
    chosen = ownership["owner"].unique().sort().sample(LISTED, seed=3)
    rows = [
        {"party": party, "regime": rule.id, "entry": party, "list": "SDN", "since_day": 17_000 + place}
        for place, party in enumerate(chosen.to_list())
        for rule in regimes
    ]
    return pl.DataFrame(rows, schema_overrides={"since_day": pl.Int32}).with_columns(until_day=pl.lit(None, pl.Int32))


def measure(what: str, work: Callable[[], pl.DataFrame | list[object]]) -> None:
    begin = time.perf_counter()
    result = work()
    rows = result.height if isinstance(result, pl.DataFrame) else len(result)
    sys.stdout.write(f"{what:<48} {time.perf_counter() - begin:7.2f} s  {rows:>9,} rows\n")


def main(count: int) -> None:
    ownership = invented(count)
    regimes = [Rule("bis"), Rule("ofac")]
    apart = [Rule("uk", strict=True, aggregate=False)]
    owners, alone = invented_list(ownership, regimes), invented_list(ownership, apart)
    parties = conform(
        ownership.select(id="owned")
        .unique()
        .with_columns(name="id", kind=pl.lit("organization"), country=pl.lit("SG")),
        GRAPH["parties"],
    )
    day = day_number(AS_OF)
    sys.stdout.write(f"{count:,} interests, {LISTED} listed owners\n")
    measure(
        "legal test, one regime, one day", lambda: control.tests_on(ownership, owners, regimes=regimes[:1], day=day)
    )
    measure("legal test, two regimes, all time", lambda: control.ownership_tests(ownership, owners, regimes=regimes))
    measure("legal test, owner by owner, all time", lambda: control.ownership_tests(ownership, alone, regimes=apart))
    measure("ultimate parents, all time", lambda: groups(ownership, AS_OF))
    measure("headquarters, all time", lambda: headquarters(ownership, parties, as_of=AS_OF))
    last = str(ownership["owned"][-1])
    measure("economic shares in one party", lambda: economic(ownership, on_day=day, owned=[last]))
    measure("chains of one party's owners", lambda: list[object](chains(ownership, last, on_day=day)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
