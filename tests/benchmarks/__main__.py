"""Run every measurement, one after the other: `uv run python -m tests.benchmarks [NAME …]`."""

from __future__ import annotations

import runpy
import sys

ALL = ("ingest", "movements", "over_purchase", "ownership", "reach", "screening", "whole_run")


def main() -> None:
    """Run the named measurements, or all of them."""
    for name in sys.argv[1:] or ALL:
        if name not in ALL:
            sys.exit(f"no measurement {name!r}; there are {', '.join(ALL)}")
        print(f"== {name}", flush=True)
        sys.argv = [name]
        runpy.run_module(f"tests.benchmarks.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
