"""Measure a CSV file of shipments to stored tables, beside polars and DuckDB that only read it, then 1 % more.

`python -m tests.benchmarks.ingest [--rows N] [--repeats N]`. Each measurement is a process of its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from monitor.run import kept_of, kept_tables
from pipelines.ingest import ingest
from pipelines.reading.versions import record_schema
from pipelines.store import Store
from pipelines.tables import FILES

AT_ONCE = 250_000
PARTIES = 20_000
ITEMS = (
    "NVIDIA H100 80GB SXM5 module", "Server XE9680, 8 GPU", "Optical transceiver 800G", "Laptop computers 14 inch",
    "HGX H200 8-GPU baseboard", "RTX 4090 graphics cards", "Power supply units 3kW",
)  # fmt: skip
COUNTRIES = ("SG", "MY", "HK", "AE", "TR", "KR", "NL", "VN")
PORTS = ("Port Klang", "Singapore", "Hong Kong", "Rotterdam", "Busan")


def shipments(first: int, count: int) -> pl.DataFrame:
    """Make shipments in 22 columns; a few parties have most of them. The same numbers give the same rows."""
    draw = np.random.default_rng(first + 5)
    shipper, consignee = (draw.zipf(1.3, count) % PARTIES for _ in range(2))
    day = np.datetime64("2023-01-01") + draw.integers(0, 900, count)
    number = pl.int_range(first, first + count, eager=True).cast(pl.String)
    named = {"shipper": pl.Series(shipper).cast(pl.String), "consignee": pl.Series(consignee).cast(pl.String)}
    return pl.DataFrame(
        {
            "id": "S" + number,
            "kind": np.take(("sale", "export", "import"), draw.integers(0, 3, count)),
            "shipped_on": day,
            "arrived_on": day + draw.integers(1, 40, count),
            "shipper_name": named["shipper"] + " Harbor Trading Co., Ltd",
            "shipper_country": np.take(COUNTRIES, shipper % 8),
            "shipper_address": named["shipper"] + " Long Quay Road, Building 7",
            "consignee_name": named["consignee"] + " Alder Data Systems Sdn Bhd",
            "consignee_country": np.take(COUNTRIES, consignee % 8),
            "consignee_address": named["consignee"] + " Jalan Besar, Unit 4-2",
            "forwarder_name": pl.Series(shipper % 200).cast(pl.String) + " Express Forwarding",
            "origin_country": np.take(COUNTRIES, shipper % 8),
            "destination_country": np.take(COUNTRIES, consignee % 8),
            "port_of_lading": np.take(PORTS, shipper % 5),
            "mode": np.take(("air", "sea"), shipper % 2),
            "item": np.take(ITEMS, draw.integers(0, len(ITEMS), count)),
            "hs_code": np.take(("847150", "847180", "854231"), draw.integers(0, 3, count)),
            "quantity": draw.integers(1, 400, count),
            "value": np.round(draw.lognormal(10, 2, count), 2),
            "currency": "USD",
            "weight_kg": np.round(draw.lognormal(3, 1, count), 1),
            "bill_of_lading": "BL" + pl.Series(draw.integers(10**8, 10**9, count)).cast(pl.String),
        }
    )


def make(path: Path, count: int) -> None:
    """Write a file of shipments, some at a time."""
    with path.open("wb") as file:
        for first in range(0, count, AT_ONCE):
            shipments(first, min(AT_ONCE, count - first)).write_csv(file, include_header=first == 0)
    _lie_long(path)


def make_more(path: Path, count: int, after: int) -> None:
    """Write a file of which half is new, and half corrects shipments there are."""
    corrected = shipments(0, min(AT_ONCE, after)).head(count // 2).with_columns(pl.col("quantity") + 1)
    pl.concat([corrected, shipments(after, count - corrected.height)]).write_csv(path)
    _lie_long(path)


def _lie_long(path: Path) -> None:
    """Let a file be older than a pass, as files are."""
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3600))


def polars_alone(inbox: Path, _: Path) -> int:
    return pl.read_csv(inbox / "shipments.csv", infer_schema=False).height


def duckdb_alone(inbox: Path, _: Path) -> int:
    reader = duckdb.connect()
    reader.execute("CREATE TABLE t AS SELECT * FROM read_csv(?, all_varchar = true)", [str(inbox / "shipments.csv")])
    return int(reader.execute("SELECT count(*) FROM t").fetchall()[0][0])


def ours(inbox: Path, folder: Path) -> int:
    """Read what is new in the inbox and store it as a run; give the rows accepted."""
    now, store = dt.datetime.now(dt.UTC), Store(folder)
    with store.begin() as writer:
        base = store.open() if writer.base else None
        read = ingest((), inbox, as_of=now.date(), now=now, kept=kept_of(base))
        for name in FILES:
            writer.append(name, read.pieces(name), record_schema(name))
        for name, frame in kept_tables(read).items():
            writer.write(name, frame)
        writer.commit(as_of=now.date(), made_at=now)
    return sum(each.accepted for each in read.reports)


WAYS: dict[str, Callable[[Path, Path], int]] = {"polars": polars_alone, "duckdb": duckdb_alone, "ours": ours}


def once(way: str, inbox: Path, folder: Path) -> tuple[float, float, int]:
    """Measure one way in this process: seconds, peak memory in MB, rows."""
    began = time.monotonic()
    rows = WAYS[way](inbox, folder)
    return time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rows


def apart(way: str, inbox: Path, folder: Path) -> tuple[float, float, int]:
    """Measure one way in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.ingest", "--way", way, "--in", str(inbox), "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    seconds, peak, rows = done.stdout.split()
    return float(seconds), float(peak), int(rows)


def compare(count: int, repeats: int) -> None:
    """Print the medians of all ways in turn, and what 1 % more costs."""
    with tempfile.TemporaryDirectory(prefix="entrepot-benchmark-") as made:
        inbox, folder = Path(made) / "inbox", Path(made) / "store"
        inbox.mkdir()
        make(inbox / "shipments.csv", count)
        print(f"{count:,} rows, {(inbox / 'shipments.csv').stat().st_size / 1e6:,.0f} MB")
        told: dict[str, list[tuple[float, float, int]]] = {way: [] for way in (*WAYS, "1 % more")}
        for _ in range(repeats):
            shutil.rmtree(folder, ignore_errors=True)
            for way, runs in list(told.items())[:-1]:
                runs.append(apart(way, inbox, folder))
            make_more(inbox / "shipments_more.csv", count // 100, count)
            told["1 % more"].append(apart("ours", inbox, folder))
            (inbox / "shipments_more.csv").unlink()
        _print(told)


def _print(told: dict[str, list[tuple[float, float, int]]]) -> None:
    medians = {way: [statistics.median(each) for each in zip(*runs, strict=True)] for way, runs in told.items()}
    for way, (seconds, peak, _) in medians.items():
        rows = told[way][0][2] if way != "1 % more" else told[way][0][2] - told["ours"][0][2]
        against = f"{seconds / medians['polars'][0]:5.1f} x polars"
        share = f"{seconds / medians['ours'][0]:.1%} of the full load" if way == "1 % more" else against
        print(f"{way:<9} {seconds:7.2f} s {rows / seconds:>11,.0f} rows/s {peak:>7,.0f} MB  {share}")


def main() -> None:
    """Print the table, or measure one way for the process that asks."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--way", choices=sorted(WAYS))
    asked.add_argument("--in", type=Path, dest="inbox")
    asked.add_argument("--out", type=Path, dest="folder")
    wanted = asked.parse_args()
    if wanted.way:
        print(*once(wanted.way, wanted.inbox, wanted.folder))
    else:
        compare(wanted.rows, wanted.repeats)


if __name__ == "__main__":
    main()
