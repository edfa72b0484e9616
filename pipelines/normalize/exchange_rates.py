"""Dated exchange rates: what an amount was worth in US dollars on the day goods or money moved.

A rate holds from its day until the next one of its currency, the last one for two years; days up to two years before
the first are taken at that first rate. Beyond, and in a currency that is not in the table, the worth is unknown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.configuration import config_path
from pipelines.errors import InputError
from pipelines.normalize.numbers import number

HOLDS_DAYS = 730
"""Days a rate is used beyond the table's own."""

COLUMNS = ("currency", "from_on", "usd")
LARGEST = 5_000_000
"""Bytes a table of rates may have."""


def exchange_rates(path: Path | None = None) -> pl.DataFrame:
    """Read a table of rates: currency, from_on (first day), usd (dollars for one unit); without a path the shipped one.

    Raises
    ------
    InputError
        It cannot be read, lacks a column or a row of it is no rate: one line that says which.
    """
    at = path or config_path("exchange_rates.csv")
    try:
        if at.stat().st_size > LARGEST:
            raise InputError(f"exchange_rates {at}: larger than {LARGEST:,} bytes; keep one rate per currency and day")
        texts = pl.read_csv(at, infer_schema=False, comment_prefix="#")
    except OSError as error:
        raise InputError(f"exchange_rates {at}: cannot be read ({error.strerror}); correct the path") from error
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"exchange_rates {at.name}: is no CSV ({str(error).splitlines()[0]}); export it again"
        ) from error
    lacking = [name for name in COLUMNS if name not in texts.columns]
    if lacking:
        raise InputError(
            f"exchange_rates {at.name}: has no column {lacking[0]}; give it the columns {', '.join(COLUMNS)}"
        )
    return _checked(texts, at.name)


def _checked(texts: pl.DataFrame, name: str) -> pl.DataFrame:
    rates = texts.select(
        currency=pl.col("currency").str.strip_chars().str.to_uppercase(),
        from_on=pl.col("from_on").str.strip_chars().str.to_date("%Y-%m-%d", strict=False),
        usd=number(pl.col("usd").str.strip_chars(), "point"),
    ).with_row_index("row", offset=1)
    good = pl.col("currency").str.contains(r"^[A-Z]{3}$") & pl.col("from_on").is_not_null() & (pl.col("usd") > 0)
    wrong = rates.filter(~good.fill_null(value=False))
    if wrong.height:
        raise InputError(
            f"exchange_rates {name}: row {wrong['row'][0]} is no rate; write it as EUR,2024-01-01,1.08 and correct it"
        )
    twice = rates.filter(pl.struct("currency", "from_on").is_duplicated())
    if twice.height:
        day = f"{twice['currency'][0]} from {twice['from_on'][0]}"
        raise InputError(f"exchange_rates {name}: {day} stands twice; leave one row")
    return rates.drop("row")


def in_usd(frame: pl.DataFrame, amount: str, on: str, rates: pl.DataFrame | None = None) -> pl.Series:
    """Take an amount in its row's currency (USD where none is named) in USD, at the rate of the row's day."""
    asked = frame.select(
        amount=pl.col(amount), currency=pl.col("currency").str.to_uppercase().fill_null("USD"), day=pl.col(on)
    )
    days = asked.filter(pl.col("amount").is_not_null(), pl.col("currency") != "USD").select("currency", "day").unique()
    found = _rates_of(days.drop_nulls(), exchange_rates() if rates is None else rates)
    worth = pl.when(pl.col("currency") == "USD").then(1.0).otherwise(pl.col("rate"))
    priced = asked.join(found, on=["currency", "day"], how="left", maintain_order="left")
    return priced.select((pl.col("amount") * worth).alias(f"{amount}_usd")).to_series()


def without_rate(frame: pl.DataFrame, amount: str, on: str, rates: pl.DataFrame | None = None) -> dict[str, int]:
    """Count, by currency, the amounts whose worth in USD is unknown."""
    unknown = pl.Series("unknown", in_usd(frame, amount, on, rates).is_null())
    lost = frame.select(amount, "currency").with_columns(unknown).filter(pl.col(amount).is_not_null(), "unknown")
    counted = (
        lost.group_by(pl.col("currency").str.to_uppercase()).len().sort("len", "currency", descending=[True, False])
    )
    return {str(currency): int(count) for currency, count in counted.rows()}


def _rates_of(days: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    """The rate of each currency and day."""
    table = rates.select("currency", "usd", day="from_on").sort("day")
    asked = days.sort("day")
    before = _nearest(asked, table, "backward").rename({"usd": "before"})
    both = before.with_columns(after=_nearest(asked, table, "forward")["usd"])
    return both.select("currency", "day", rate=pl.coalesce("before", "after"))


def _nearest(days: pl.DataFrame, table: pl.DataFrame, side: Literal["backward", "forward"]) -> pl.DataFrame:
    tolerance = f"{HOLDS_DAYS}d"
    return days.join_asof(table, on="day", by="currency", strategy=side, tolerance=tolerance, check_sortedness=False)
