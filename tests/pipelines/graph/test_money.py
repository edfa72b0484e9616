"""Money in US dollars: the rate of the day for what has one, unknown for the rest."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import InputError
from pipelines.normalize.exchange_rates import exchange_rates, in_usd, without_rate

OWN = "currency,from_on,usd\nEUR,2024-01-01,1.10\nEUR,2024-07-01,1.20\n"


def usd(amount: float | None, currency: str | None, day: str, rates: pl.DataFrame | None = None) -> float | None:
    row = {"value": [amount], "currency": [currency], "shipped_on": [dt.date.fromisoformat(day)]}
    frame = pl.DataFrame(row, schema={"value": pl.Float64, "currency": pl.String, "shipped_on": pl.Date})
    found: float | None = in_usd(frame, "value", "shipped_on", rates).item()
    return found


@pytest.mark.parametrize(
    ("amount", "currency", "day", "usd_then"),
    [(250.0, "USD", "1999-01-01", 250.0), (250.0, None, "2024-05-01", 250.0),
     (40_000_000.0, "JPY", "2024-05-01", 264_000),
     (40_000_000.0, "JPY", "2021-05-01", 364_400), (100.0, "eur", "2023-05-01", 108.1),
     (100.0, "XYZ", "2024-05-01", None), (None, "EUR", "2024-05-01", None),
     (100.0, "TRY", "2018-06-01", 20.7), (100.0, "TRY", "2025-06-01", 2.53)],
)  # fmt: skip
def test_an_amount_is_taken_in_dollars_at_the_rate_of_its_day(
    amount: float | None, currency: str | None, day: str, usd_then: float | None
) -> None:
    assert usd(amount, currency, day) == (usd_then if usd_then is None else pytest.approx(usd_then, rel=0.01))


@pytest.mark.parametrize(
    ("day", "usd_then"),
    [("2024-06-30", 110.0), ("2024-07-01", 120.0), ("2026-06-30", 120.0), ("2026-07-02", None),
     ("2022-01-02", 110.0), ("2021-12-31", None)],
)  # fmt: skip
def test_a_rate_holds_until_the_next_and_two_years_beyond_the_table(
    tmp_path: Path, day: str, usd_then: float | None
) -> None:
    (tmp_path / "rates.csv").write_text(OWN)
    assert usd(100, "EUR", day, exchange_rates(tmp_path / "rates.csv")) == (
        usd_then if usd_then is None else pytest.approx(usd_then)
    )


def test_the_order_of_rows_stays(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(OWN)
    days = [dt.date(2024, 8, 1), dt.date(2024, 2, 1), dt.date(2024, 8, 1)]
    frame = pl.DataFrame({"value": [1.0, 2.0, 3.0], "currency": ["EUR", "EUR", "USD"], "shipped_on": days})
    assert in_usd(frame, "value", "shipped_on", exchange_rates(tmp_path / "rates.csv")).to_list() == [1.2, 2.2, 3.0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("currency,usd\nEUR,1\n", "has no column from_on"),
        (f"{OWN}EUR,2024-07-01,1.3\n", "EUR from 2024-07-01 stands twice"),
        (f"{OWN}EUR,01/08/2024,1.3\n", "row 3 is no rate"),
        (f"{OWN}EUR,2024-08-01,0\n", "row 3 is no rate"),
        ("", "is no CSV"),
    ],
)
def test_a_table_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "rates.csv").write_text(text)
    with pytest.raises(InputError) as refused:
        exchange_rates(tmp_path / "rates.csv")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_shipped_rates_know_every_year_and_the_currencies_of_the_shipped_mappings() -> None:
    rates = exchange_rates()
    years = rates.group_by("currency").len()
    assert years["len"].unique().to_list() == [9]
    asian = {"VND", "IDR", "INR", "THB", "MYR", "KRW", "HKD", "SGD", "CNY", "TWD", "JPY", "PKR"}
    assert asian | {"KZT", "RUB", "TRY", "UAH", "UZS", "MXN", "BRL", "AED", "EUR", "GBP", "USD"} <= set(
        rates["currency"]
    )


def test_amounts_without_a_rate_are_counted_by_currency() -> None:
    days = [dt.date(2024, 8, 1)] * 4
    frame = pl.DataFrame({"value": [1.0, 2.0, None, 4.0], "currency": ["XYZ", "xyz", "XYZ", "EUR"], "shipped_on": days})
    assert without_rate(frame, "value", "shipped_on") == {"XYZ": 2}
