"""Looking at texts first must come to the same as cleaning and reading every one of them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalize.looked import distinct_of, looked
from pipelines.normalize.numbers import evidence, evidence_of_plain
from pipelines.normalize.values import clean

TEXT = st.one_of(st.none(), st.sampled_from(["", " ", "N/A", "null", "a", " a", "a\u00a0", "Seoul", "x  y", "-"]))
PLAIN = st.from_regex(r"[+-]?([0-9]{1,5}\.?[0-9]{0,5}|\.[0-9]{1,5})([eE][0-9]{1,2})?", fullmatch=True)


@given(texts=st.lists(TEXT, max_size=60))
def test_cleaning_what_needs_it_is_cleaning_everything(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"name": texts, "row": range(len(texts))}, schema={"name": pl.String, "row": pl.Int64})
    found = looked(frame, ["name"], {})
    assert found.texts.equals(frame.with_columns(clean(pl.col("name"))))
    assert set(found.of("name").to_list()) == set(found.texts["name"].to_list())


@given(texts=st.lists(st.one_of(st.none(), PLAIN), max_size=12))
def test_plain_numbers_show_what_any_numbers_show(texts: list[str | None]) -> None:
    column = pl.Series("value", texts, dtype=pl.String)
    assert evidence_of_plain([column]) == evidence([column])


def test_days_and_numbers_are_read_only_where_all_are_plain() -> None:
    frame = pl.DataFrame({"on": ["2024-05-01", None], "value": ["1.5", "-2"], "paid": ["1,5", "2"], "row": [1, 2]})
    found = looked(frame, ["on", "value", "paid"], {"on": "date", "value": "number", "paid": "number"})
    assert found.values["on"].to_list() == [dt.date(2024, 5, 1), None]
    assert found.values["value"].to_list() == [1.5, -2.0]
    assert "paid" not in found.values


@pytest.mark.parametrize("text", [" 2024-05-01", "1700-01-01", "2024-05", "", "NaN"])
def test_a_single_other_text_leaves_a_column_of_days_to_care(text: str) -> None:
    frame = pl.DataFrame({"on": ["2024-05-01", text], "row": [1, 2]})
    assert looked(frame, ["on"], {"on": "date"}).values == {}


@pytest.mark.parametrize("text", ["nan", "inf", "1e16", "", " 5", "n/a"])
def test_a_single_other_text_leaves_a_column_of_numbers_to_care(text: str) -> None:
    frame = pl.DataFrame({"value": ["1.5", text], "row": [1, 2]})
    assert looked(frame, ["value"], {"value": "number"}).values == {}


def test_texts_are_listed_once_where_they_repeat() -> None:
    assert distinct_of(pl.Series(["a", "b"] * 10)).sort().to_list() == ["a", "b"]
    assert len(distinct_of(pl.Series([str(each) for each in range(20)]))) == 20


def test_rows_without_anything_leave_no_value_read_ahead() -> None:
    frame = pl.DataFrame({"value": ["1.5", None], "row": [1, 2]})
    full = looked(frame, ["value"], {"value": "number"}).full(["row"])
    assert (full.texts.height, full.values) == (1, {})
