"""Ownership records as the graph holds them, and the listed owners the legal tests start from."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipelines.law.controls import Regime
from pipelines.tables import GRAPH, conform


def interests(resolved: pl.DataFrame) -> pl.DataFrame:
    """Complete resolved ownership records to the graph's table.

    No interest stated is a shareholding; no share stated is 0 to 100 percent; one end stated alone is both.
    """
    least, most = pl.coalesce("share_min", "share_max"), pl.coalesce("share_max", "share_min")
    low, high = (pl.col(f"share_{end}_open").fill_null(False) for end in ("min", "max"))
    frame = resolved.with_columns(
        least=least.fill_null(0.0),
        most=most.fill_null(100.0),
        open=pl.when(low & high)
        .then(pl.lit("both"))
        .when(low)
        .then(pl.lit("least"))
        .when(high)
        .then(pl.lit("most"))
        .otherwise(pl.lit("none")),
        interest=pl.col("interest").fill_null("shareholding"),
    )
    return conform(frame, GRAPH["ownership"]).filter(pl.col("owner") != pl.col("owned"))


def listed_owners(screenings: pl.DataFrame, regimes: Iterable[Regime]) -> pl.DataFrame:
    """List the parties whose shares count under each regime: `party, regime, entry, list, since_day, until_day`.

    Only matches count, never near names; which lists feed which regime is the regime's own.
    """
    matches = screenings.filter(pl.col("band") == "match")
    feeding = pl.DataFrame(
        [{"regime": regime.id, "list": name} for regime in regimes for name in regime.lists],
        schema={"regime": pl.String, "list": pl.String},
    )
    return (
        matches.join(feeding, on="list")
        .select("party", "regime", "entry", "list", "since_day", "until_day")
        .unique()
        .sort("party", "regime", "entry")
    )
