"""Measure resolution and screening on the complete real lists: `python -m tests.benchmarks.screening [parties]`."""

from __future__ import annotations

import datetime as dt
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from shutil import copy

import polars as pl

from models.worlds.names import Names
from pipelines.ingest import ingest
from pipelines.listings import listings
from pipelines.normalize.names import fold
from pipelines.resolve.screen import screen
from pipelines.tables import GRAPH, conform
from tests.shared_data import shared_data

REPEATS = 3
COUNTRIES = ("MY", "SG", "TH", "HK", "AE", "VN", "TW", "IN")


def parties(count: int) -> pl.DataFrame:
    """Make invented companies of hub countries."""
    rng = random.Random(5)  # noqa: S311 - invented companies
    names = Names(rng)
    stems = [names.stem() for _ in range(700)]
    rows = [
        {
            "id": f"p{number}",
            "kind": "organization",
            "country": country,
            "name": Names.formed(
                f"{rng.choice(stems)} {rng.choice(('Trading', 'Tech', 'Global', 'Star'))} {number}", country
            ),
        }
        for number in range(count)
        for country in [rng.choice(COUNTRIES)]
    ]
    return conform(pl.DataFrame(rows), GRAPH["parties"])


def main() -> None:
    """Print the median time to screen invented companies against every entry, and how many were hit."""
    folder = shared_data()
    if folder is None:
        print("the real lists are not here: set ENTREPOT_SHARED")
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory() as inbox:
        for name in ("bis_entity_list.json", "csl_2026-07-31.csv"):
            copy(folder / "lists" / name, inbox)
        read = ingest((), Path(inbox), as_of=dt.date(2026, 7, 31))
    entries, asked = listings(read.records["listings"], names_fold=fold), parties(count)
    times, found = [], pl.DataFrame()
    for _ in range(REPEATS):
        began = time.monotonic()
        found = screen(asked, GRAPH["mentions"].empty(), entries)
        times.append(time.monotonic() - began)
    hits = found.filter(pl.col("band") == "match").get_column("party").n_unique() if found.height else 0
    median = statistics.median(times)
    print(
        f"{count:,} companies against {entries.height:,} entries: {median:.1f} s, {count / median:,.0f} a second; "
        f"{hits} hit by a match, {1e4 * hits / count:.1f} per 10,000"
    )


if __name__ == "__main__":
    main()
