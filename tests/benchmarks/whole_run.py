"""Measure one whole pass on made-up worlds: `python -m tests.benchmarks.whole_run [shipments …]`."""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 3


def once(shipments: int) -> tuple[float, float]:
    """Make a world, run it once in this process; give seconds and peak memory in MB."""
    from monitor.demo import make_and_run

    now = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory() as folder:
        demo = make_and_run(Path(folder), seed=7, shipments=shipments, now=now, say=lambda _: None)
    return demo.done.seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the medians of several runs, each in a process of its own."""
    for shipments in [int(each) for each in sys.argv[1:]] or [4_000, 100_000]:
        runs = []
        for _ in range(REPEATS):
            began = time.monotonic()
            code = f"from tests.benchmarks.whole_run import once; print(*once({shipments}))"
            out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            seconds, memory = map(float, out.stdout.split())
            runs.append((seconds, memory, time.monotonic() - began))
        seconds, memory, wall = (statistics.median(each) for each in zip(*runs, strict=True))
        print(f"{shipments:>9,} shipments: {seconds:6.1f} s, {wall:6.1f} s with start and files, {memory:7,.0f} MB")


if __name__ == "__main__":
    main()
