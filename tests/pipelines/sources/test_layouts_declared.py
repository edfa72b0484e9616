"""Shipped mappings of declarations and filings by the names of their fields."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import EntrepotError
from tests.documents import EXCERPTS
from tests.layouts import read, written

DAY = dt.date.fromisoformat
LINES: Mapping[str, Mapping[str, str]] = tomllib.loads((EXCERPTS / "declared_lines.toml").read_text(encoding="utf-8"))
CURRENCY = {"singapore": "SGD", "hong": "HKD", "thailand": "THB", "indonesia": "USD", "uae": "AED"}
COUNTRY = {"singapore": "SG", "hong": "HK", "thailand": "TH", "indonesia": "ID", "uae": "AE"}


@pytest.mark.parametrize("name", sorted(set(LINES) - {"us_export_filings"}))
def test_declarations_by_the_names_of_their_fields_are_read(name: str, tmp_path: Path) -> None:
    row = LINES[name]
    mapping, rows, bad = read(written(tmp_path / "declared.csv", list(row), row, 1))
    assert (mapping, bad) == (name, [])
    read_row, at = rows[0], name.split("_")[0]
    assert read_row["id"] == f"{next(iter(row.values()))}-{list(row.values())[1]}"
    assert read_row["shipped_on"] == DAY("2025-03-28")
    assert (read_row["quantity"], read_row["unit"], read_row["item"]) == (16, "piece", "H100 GPU")
    assert read_row["currency"] == CURRENCY[at]
    own = (
        ("origin_country", "shipper_country")
        if name.endswith("exports")
        else ("destination_country", "consignee_country")
    )
    assert {read_row[column] for column in own} == {COUNTRY[at]}


def test_an_export_filing_gives_its_license_and_class(tmp_path: Path) -> None:
    mapping, rows, bad = read(
        written(tmp_path / "aes.csv", list(LINES["us_export_filings"]), LINES["us_export_filings"], 1)
    )
    assert (mapping, bad) == ("us_export_filings", [])
    row = rows[0]
    assert (row["id"], row["filing_number"]) == ("X20250328123456-1", "X20250328123456")
    assert (row["shipped_on"], row["mode"], row["destination_country"]) == (DAY("2025-03-28"), "air", "SG")
    assert (row["license"], row["eccn"], row["hs_code"]) == ("NLR", "3A090.a", "8473301180")
    assert (row["quantity"], row["unit"], row["weight_kg"], row["value"]) == (16, "piece", 48, 480_000)
    assert row["routed_export"] is True
    assert row["intermediate_consignee_name"] == "Swift Harbor"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_of_cells_makes_it_fail_or_lose_count(data: st.DataObject, tmp_path: Path) -> None:
    row = dict(data.draw(st.sampled_from(list(LINES.values()))))
    for heading in data.draw(st.lists(st.sampled_from(sorted(row)), max_size=4)):
        row[heading] = data.draw(
            st.text(max_size=12) | st.sampled_from(["", "-1", "1e309", "NULL", "03/04/2025", "1.234,5"])
        )
    path = written(tmp_path / "changed.csv", list(row), row, data.draw(st.integers(1, 6)))
    try:
        _, rows, bad = read(path)
    except EntrepotError:
        return
    assert len(rows) + len(bad) <= 1
