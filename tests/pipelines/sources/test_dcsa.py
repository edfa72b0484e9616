"""DCSA shipping instructions and transport documents."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.reading.raw import open_files
from pipelines.sources.dcsa import DCSA
from tests.documents import EXCERPTS, read, spoiled, survives
from tests.shared_data import SHARED, WHY

INSTRUCTION = EXCERPTS / "dcsa_instruction.json"
DAY = dt.date.fromisoformat
real = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)


def written(tmp_path: Path, **changes: Any) -> Path:
    document = {**json.loads(INSTRUCTION.read_text()), **changes}
    path = tmp_path / "instruction.json"
    path.write_text(json.dumps({key: value for key, value in document.items() if value is not None}))
    return path


def test_an_instruction_gives_a_row_per_cargo_item() -> None:
    rows, bad, notes = read(DCSA, INSTRUCTION)
    first, second = rows
    assert (bad, notes) == ([], [])
    assert (first["id"], first["line"], second["line"]) == ("ORLU7700400", 1, 2)
    assert (first["shipped_on"], first["order_id"]) == (DAY("2024-06-10"), "PO-9003")
    assert (first["shipper_name"], first["shipper_country"], first["shipper_id"]) == (
        "Halcyon Systems Co., Ltd.", "TW", "HALC",
    )  # fmt: skip
    assert (first["consignee_name"], first["notify_party_name"]) == ("Borneo Data Sdn Bhd", "Kinabalu Trading Sdn Bhd")
    assert first["forwarder_name"] == "Swift Harbor Forwarding"
    assert (first["port_of_lading"], first["port_of_unlading"]) == ("TWKHH", "MYPKG")
    assert (first["origin_country"], first["destination_country"]) == ("TW", "MY")
    assert (first["quantity"], first["unit"], first["weight_kg"]) == (1, "carton", 260)
    assert (second["quantity"], second["unit"], round(second["weight_kg"], 1)) == (2, "carton", 280)


def test_a_later_version_is_known_by_when_it_was_updated(tmp_path: Path) -> None:
    rows, _, _ = read(DCSA, written(tmp_path, updatedDateTime="2024-06-11T08:30:00+02:00"))
    assert rows[0]["recorded_at"] == dt.datetime.fromisoformat("2024-06-11T06:30:00")
    rows, _, _ = read(DCSA, written(tmp_path, updatedDateTime="yesterday"))
    assert rows[0]["recorded_at"] is None


def test_a_planned_day_stands_for_the_actual_one_and_is_told(tmp_path: Path) -> None:
    rows, _, notes = read(DCSA, written(tmp_path, shippedOnBoardDate=None))
    assert rows[0]["shipped_on"] == DAY("2024-06-09")
    assert "in 2 lines of goods the planned day of departure stands for the actual one" in notes[0]


def test_a_document_without_any_day_is_quarantined(tmp_path: Path) -> None:
    rows, bad, _ = read(DCSA, written(tmp_path, shippedOnBoardDate=None, issueDate=None, transports=None))
    assert rows == []
    assert {each["column"] for each in bad} == {"shipped_on"}


def test_version_3_names_parties_and_packaging_otherwise(tmp_path: Path) -> None:
    parties = {
        "shipper": {"partyName": "Halcyon Systems Co., Ltd.", "address": {"city": "Kaohsiung", "countryCode": "TW"}},
        "consignee": {"partyName": "Borneo Data Sdn Bhd", "address": {"countryCode": "MY"}},
        "notifyParties": [{"partyName": "Kinabalu Trading Sdn Bhd"}],
        "other": [{"party": {"partyName": "Swift Harbor Forwarding"}, "partyFunction": "DDS"}],
    }
    cargo = {
        "cargoGrossWeight": {"value": 540.5, "unit": "KGM"},
        "outerPackaging": {"packageCode": "4C", "numberOfPackages": 3},
    }
    item = {"descriptionOfGoods": ["GPU servers", "8x H100"], "HSCodes": ["847180"], "cargoItems": [cargo]}
    rows, bad, _ = read(DCSA, written(tmp_path, documentParties=parties, consignmentItems=[item]))
    assert bad == []
    row = rows[0]
    assert (row["shipper_name"], row["consignee_country"]) == ("Halcyon Systems Co., Ltd.", "MY")
    assert (row["notify_party_name"], row["forwarder_name"]) == ("Kinabalu Trading Sdn Bhd", "Swift Harbor Forwarding")
    assert (row["item"], row["hs_code"]) == ("GPU servers 8x H100", "847180")
    assert (row["quantity"], row["unit"], row["weight_kg"]) == (3, "box", 540.5)


def test_documents_line_by_line_are_read_and_a_spoiled_one_is_told(tmp_path: Path) -> None:
    line = json.dumps(json.loads(INSTRUCTION.read_text()))
    path = tmp_path / "many.jsonl"
    path.write_text(f'{line}\n{{"broken": \n{line.replace("ORLU7700400", "ORLU7700401")}\n"text"\n')
    rows, bad, _ = read(DCSA, path)
    assert [row["id"] for row in rows] == ["ORLU7700400"] * 2 + ["ORLU7700401"] * 2
    assert [each["row"] for each in bad] == [2, 4]


def test_what_stands_in_place_of_an_item_is_told(tmp_path: Path) -> None:
    item = json.loads(INSTRUCTION.read_text())["consignmentItems"][0]
    rows, bad, _ = read(DCSA, written(tmp_path, consignmentItems=["lost", {**item, "cargoItems": [7, {}]}]))
    assert len(rows) == 0
    assert [(each["column"], each["value"]) for each in bad if each["reason"] == "is no item"] == [
        ("consignmentItems", "lost"), ("cargoItems", "7"),
    ]  # fmt: skip


def test_other_json_is_none_of_it(tmp_path: Path) -> None:
    for text in ('[{"id": "A"}]', '{"consignmentItems": []}', "[1, 2]", "{}", "id\n1\n"):
        path = tmp_path / "other.json"
        path.write_text(text)
        assert not any(DCSA.recognizes(file) for file in open_files(path))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_of_bytes_makes_it_fail_or_lose_count(data: st.DataObject, tmp_path: Path) -> None:
    survives(DCSA, spoiled(INSTRUCTION.read_text(), tmp_path)(data))


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ANY = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*sorted(json.loads(INSTRUCTION.read_text())), "updatedDateTime"]), value=ANY)
def test_no_value_of_another_kind_makes_it_fail(name: str, value: Any, tmp_path: Path) -> None:
    survives(DCSA, written(tmp_path, **{name: value}))


@real
def test_the_published_examples_lack_parties_and_days_and_are_told() -> None:
    for name, items in (
        ("ValidShippingInstruction.json", 1),
        ("ValidShippingInstructionMultipleCarrierBookingReferences.json", 2),
    ):
        rows, bad, _ = read(DCSA, SHARED / "shipments" / name)
        assert (rows, len(bad)) == ([], items)
        assert "no day of departure" in bad[0]["reason"]
