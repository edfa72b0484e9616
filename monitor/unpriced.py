"""Amounts nobody can price: in a currency without an exchange rate on their day."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.normalize.exchange_rates import without_rate

PRICED = {"shipments": ("value", "shipped_on"), "payments": ("amount", "paid_on")}
SHOWN = 5


def unpriced(records: Mapping[str, pl.DataFrame], rates: pl.DataFrame) -> list[str]:
    """Say one line per table that has such amounts: how many, in which currencies, and what to do."""
    told = []
    for table, (amount, on) in PRICED.items():
        counts = without_rate(records[table], amount, on, rates) if table in records else {}
        if counts:
            first = ", ".join(f"{count:,} in {currency}" for currency, count in list(counts.items())[:SHOWN])
            told.append(
                f"{table}: {sum(counts.values()):,} amounts have no exchange rate on their day ({first}): what they are"
                " worth is unknown; give rates for them with exchange_rates in monitor.toml"
            )
    return told
