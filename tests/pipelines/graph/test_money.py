"""Money in US dollars: rounded rates for what has one, unknown for the rest."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.graph.movements import in_usd


@pytest.mark.parametrize(
    ("amount", "currency", "usd"),
    [(250.0, "USD", 250.0), (250.0, None, 250.0), (40_000_000.0, "JPY", 280_000.0), (100.0, "eur", 108.0),
     (100.0, "XYZ", None), (None, "EUR", None)],
)  # fmt: skip
def test_an_amount_is_taken_in_dollars_where_its_currency_has_a_rate(
    amount: float | None, currency: str | None, usd: float | None
) -> None:
    frame = pl.DataFrame(
        {"value": [amount], "currency": [currency]}, schema={"value": pl.Float64, "currency": pl.String}
    )
    found = frame.select(in_usd("value")).item()
    assert found == (usd if usd is None else pytest.approx(usd))
