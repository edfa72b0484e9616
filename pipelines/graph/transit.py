"""How long goods are usually on the way."""

from __future__ import annotations

import polars as pl

TRANSIT_DAYS = {"air": 10, "courier": 10, "mail": 30, "road": 21, "rail": 30, "sea": 60}
"""Longest usual transit of a mode, in days; 60 where the mode is unknown (semantics: times)."""

UNKNOWN_TRANSIT_DAYS = 60


def transit_days() -> pl.Expr:
    """Give the longest usual transit of a row's mode, in days."""
    return pl.col("mode").replace_strict(TRANSIT_DAYS, default=UNKNOWN_TRANSIT_DAYS, return_dtype=pl.Int64)
