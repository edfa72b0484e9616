"""The shipped mappings: each is recognized by the headings of its layout and gives the right canonical values."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.configuration import config_path
from pipelines.inbox import canonical_table
from pipelines.reading.mapping.shipped import mapping_of, shipped_mappings
from pipelines.reading.raw import spelled
from pipelines.tables import FILES
from tests.layouts import made_up, read, written
from tests.shared_data import SHARED, WHY

DAY = dt.date.fromisoformat
real = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)
NAMED = ("Brazil", "India", "Kazakhstan", "Malaysia", "Mexico", "Russia", "Turkey", "US", "Vietnam")


def layouts() -> Mapping[str, Mapping[str, Any]]:
    listed: dict[str, dict[str, Any]] = json.loads((SHARED / "shipments/customs_column_layouts.json").read_text())
    return listed


def extract(name: str, tmp_path: Path, **changes: str) -> tuple[str, dict[str, Any]]:
    layout = layouts()[name]
    row = {each: changes.get(each.replace(" ", "_"), made_up(each)) for each in layout["columns"]}
    mapping, rows, bad = read(written(tmp_path / "extract.csv", layout["columns"], row, layout["header_row"]))
    assert bad == []
    assert len(rows) == 1
    return mapping, rows[0]


FULL = {
    "shipped_on": DAY("2025-03-29"), "shipper_name": "Halcyon Systems Co", "consignee_name": "Borneo Data Sdn Bhd",
    "hs_code": "84718000", "item": "GPU SERVER 8X H100", "currency": "USD", "value": 520_000,
}  # fmt: skip
PIECES = {"quantity": 16, "unit": "piece"}
IMPORT = {**FULL, "kind": "import", "arrived_on": DAY("2025-03-29")}
EXPORT = {**FULL, "kind": "export", "arrived_on": None}
MONTH = {
    "shipped_on": DAY("2025-01-01"), "shipper_name": "Halcyon Systems Co", "consignee_name": "Borneo Data Sdn Bhd",
    "hs_code": "84718000", "quantity": 16, "unit": "unstated",
}  # fmt: skip

EXPECTED: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Brazil BL Export S (1)": ("brazil_bills_of_lading", {
        **FULL, "kind": "import", "id": "IMP-R7", "quantity": 260.5, "unit": "kg", "weight_kg": 260.5, "mode": "air",
        "forwarder_name": "Swift Harbor Forwarding", "notify_party_name": "Kinabalu Trading", "shipper_country": "SG",
    }),
    "Brazil Import F": ("brazil_import_declarations", {
        **IMPORT, **PIECES, "id": "11.222.333/0001-44-R7", "destination_country": "BR", "origin_country": "SG",
        "mode": "air",
        "consignee_id": "11.222.333/0001-44", "weight_kg": 260.5,
    }),
    "Brazil Import S": ("brazil_imports_by_month", {**MONTH, "kind": "import", "origin_country": "SG"}),
    "India Export USA 610990 (1)": ("india_exports", {
        **EXPORT, **PIECES, "id": "INMAA4-D-1001-INV-9-3", "mode": "air", "origin_country": "IN",
        "destination_country": "TW",
        "shipper_id": "0305012345", "invoice_number": "INV-9", "filing_number": "D-1001",
        "shipper_name": "Halcyon Systems Co",
    }),
    "India Import F": ("india_imports", {
        **IMPORT, **PIECES, "mode": "air", "origin_country": "SG", "destination_country": "IN",
        "filing_number": "D-1001",
    }),
    "India Import S": ("india_imports_by_day", {
        **MONTH, "shipped_on": DAY("2025-03-29"), "kind": "import", "origin_country": "SG", "value": 520_000,
    }),
    "Kazakhstan Export F": ("kazakhstan_exports", {
        **EXPORT, **PIECES, "id": "D-1001-R7", "shipper_country": "KZ", "consignee_country": "SG", "mode": "air",
        "destination_country": "SG", "weight_kg": 260.5,
    }),
    "Kazakhstan Import F": ("kazakhstan_imports", {**IMPORT, **PIECES, "id": "D-1001-R7", "consignee_country": "KZ"}),
    "Kazakhstan Export S": ("kazakhstan_exports_by_month", {**MONTH, "kind": "export", "origin_country": "KZ"}),
    "Kazakhstan Import S": ("kazakhstan_imports_by_month", {**MONTH, "kind": "import", "destination_country": "KZ"}),
    "Malaysia Export F": ("malaysia_exports", {
        **EXPORT, **PIECES, "id": "D-1001-3", "origin_country": "MY", "destination_country": "SG", "mode": "air",
        "weight_kg": 260.5, "invoice_number": "INV-9", "filing_number": "D-1001",
    }),
    "Malaysia Import F": ("malaysia_imports", {
        **IMPORT, **PIECES, "id": "D-1001-3", "destination_country": "MY", "origin_country": "SG", "mode": "air",
    }),
    "Malaysia Export S": ("malaysia_exports_by_month", {**MONTH, "kind": "export", "destination_country": "SG"}),
    "Malaysia Import S": ("malaysia_imports_by_month", {**MONTH, "kind": "import", "origin_country": "SG"}),
    "Mexico Export F": ("mexico_exports", {
        **EXPORT, **PIECES, "id": "D-1001-R7", "destination_country": "SG", "mode": "air", "weight_kg": 260.5,
    }),
    "Mexico Import F": ("mexico_imports", {**IMPORT, **PIECES, "id": "D-1001-R7", "origin_country": "SG",
    "mode": "air"}),
    "Mexico  Import S": ("mexico_imports_by_month", {**MONTH, "kind": "import", "destination_country": "MX"}),
    "Russia Export Full": ("russia_exports", {**EXPORT, **PIECES, "id": "D-1001-3", "destination_country": "SG"}),
    "Russia Import Full": ("russia_imports", {
        **IMPORT, **PIECES, "id": "D-1001-3", "delivery_address": "WAREHOUSE_OF_IMPORTER a", "weight_kg": 260.5,
    }),
    "Russia Export Short": ("russia_exports_by_month", {**MONTH, "kind": "export", "origin_country": "SG"}),
    "Russia Import Short": ("russia_imports_by_month", {**MONTH, "kind": "import", "destination_country": "RU"}),
    "Turkey Export F": ("turkiye_exports", {**EXPORT, **PIECES, "id": "D-1001-3", "destination_country": "SG"}),
    "Turkey Import F": ("turkiye_imports", {**IMPORT, **PIECES, "id": "D-1001-3", "origin_country": "SG"}),
    "Turkey Export S": ("turkiye_exports_by_month", {**MONTH, "kind": "export", "origin_country": "TR"}),
    "Turkey Import S": ("turkiye_imports_by_month", {**MONTH, "kind": "import", "origin_country": "SG"}),
    "US Import 610990  (1)": ("us_bills_of_lading", {
        **IMPORT, "id": "ORLU7700123-R7", "quantity": 16, "unit": "carton", "mode": "sea", "origin_country": "TW",
        "destination_country": "US", "bill_of_lading": "ORLU7700123", "notify_party_name": "Kinabalu Trading",
    }),
    "Vietnam Export full": ("vietnam_exports", {**EXPORT, **PIECES, "id": "D-1001-R7", "destination_country": "SG"}),
    "Vietnam import full": ("vietnam_imports", {**IMPORT, **PIECES, "id": "D-1001-R7", "origin_country": "SG"}),
    "Vietnam export s": ("vietnam_exports_by_month", {**MONTH, "kind": "export", "item": "84718000"}),
    "Vietnam import short": ("vietnam_imports_by_month", {**MONTH, "kind": "import", "origin_country": "SG"}),
}  # fmt: skip


@real
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_layout_gives_the_right_values(name: str, tmp_path: Path) -> None:
    mapping, row = extract(name, tmp_path)
    expected_mapping, expected = EXPECTED[name]
    assert mapping == expected_mapping
    assert {column: row.get(column) for column in expected} == expected


@real
def test_every_extract_of_a_named_country_is_read_without_quarantine(tmp_path: Path) -> None:
    named = [name for name in layouts() if name.split()[0] in NAMED]
    assert len(named) == 34
    for name in named:
        mapping, row = extract(name, tmp_path)
        assert mapping.split("_")[0] == {"turkey": "turkiye"}.get(name.split()[0].lower(), name.split()[0].lower())
        assert row["id"]
        assert row["kind"] in ("import", "export")


@real
def test_layouts_of_other_countries_are_not_taken_for_one_of_these() -> None:
    others = [name for name in layouts() if name.split()[0] not in NAMED]
    assert len(others) == 29
    assert {name: mapping_of(layouts()[name]["columns"]) for name in others} == dict.fromkeys(others)


@real
@pytest.mark.parametrize("name", ["Brazil BL Export S", "Brazil BL Import S", "Mexico  Export S"])
def test_a_party_no_extract_names_is_never_the_same_in_two_rows(name: str, tmp_path: Path) -> None:
    _, one = extract(name, tmp_path)
    _, other = extract(name, tmp_path, HS_CODE="85176200")
    unnamed = "consignee_name" if name.startswith("Mexico") else "shipper_name"
    assert one[unnamed] != other[unnamed]
    assert one["id"] != other["id"]


@real
def test_a_corrected_amount_keeps_the_id_of_its_row(tmp_path: Path) -> None:
    for name in ("Malaysia Export F", "Turkey Export S", "Brazil BL Export S"):
        _, one = extract(name, tmp_path)
        _, other = extract(name, tmp_path, QUANTITY="17", TOTALQUANTITY="17", SUMOFGROSS_WEIGHT="9")
        assert one["id"] == other["id"]
        assert one["quantity"] != other["quantity"]


@real
def test_an_ambiguous_day_of_a_united_states_extract_is_not_guessed(tmp_path: Path) -> None:
    layout = layouts()["US Import 610990  (1)"]
    row = {each: "03/04/2025" if "DATE" in each else made_up(each) for each in layout["columns"]}
    _, rows, bad = read(written(tmp_path / "us.csv", layout["columns"], row, 6))
    assert rows == []
    assert bad[0]["column"] == "shipped_on"


@real
def test_real_korean_declarations_are_read_in_full() -> None:
    mapping, rows, bad = read(SHARED / "shipments" / "korea_customs_synthetic_valid.csv")
    assert mapping == "korea_import_declarations"
    assert len(rows) + len(bad) == 8_134
    assert bad == []
    first = next(row for row in rows if row["id"] == "56839011")
    assert (first["shipper_name"], first["consignee_name"], first["quantity"], first["unit"]) == (
        "249LO7A", "SHHZGSL", 901.2, "kg",
    )  # fmt: skip
    assert (first["currency"], first["value"], first["mode"], first["origin_country"]) == (
        "KRW",
        415_092.72,
        "air",
        "CN",
    )


def test_canonical_files_call_for_no_mapping() -> None:
    for table in FILES.values():
        assert mapping_of(list(table.schema)) is None


def test_no_shipped_layout_looks_canonical() -> None:
    for mapping in shipped_mappings():
        assert canonical_table(frozenset(map(spelled, mapping.headings)), "extract.csv") in (None, "shipments")
        assert mapping.title
        assert mapping.table == "shipments"


def test_every_mapping_says_what_its_layout_is() -> None:
    for path in config_path("mappings").glob("*.toml"):
        first, second = path.read_text(encoding="utf-8").splitlines()[:2]
        assert first.startswith("# ")
        assert second.startswith("# ")


@real
def test_an_unstated_unit_is_no_piece_and_an_unstated_currency_no_dollar(tmp_path: Path) -> None:
    _, row = extract("Malaysia Export F", tmp_path, UNIT="", CURRENCY="", TOTAL_VALUE_USD="")
    assert (row["quantity"], row["unit"]) == (16, "unstated")
    assert (row["value"], row["currency"]) == (520_000, "XXX")
    _, row = extract("Malaysia Export F", tmp_path, QUANTITY="", WEIGHT_UNIT="")
    assert (row["quantity"], row["unit"], row["weight_kg"]) == (260.5, "kg", 260.5)
