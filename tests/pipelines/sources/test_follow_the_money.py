"""FollowTheMoney entities: links, designations, declarations and payments, nested or flat; none is lost."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.normalize.entities import Entity, shares_of
from pipelines.reading.raw import open_raw
from pipelines.sources.follow_the_money import FOLLOW_THE_MONEY
from tests.pipelines.sources.registers import FILES, ODD, excerpt, fields, rows_of, spoiled, survives
from tests.shared_data import SHARED, WHY

DAY = dt.date.fromisoformat
NAME = "follow_the_money.jsonl"
LINES = [json.loads(line) for line in (FILES / NAME).read_text().splitlines() if line.startswith("{")]
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rows(table: str) -> list[dict[str, Any]]:
    return excerpt(FOLLOW_THE_MONEY, NAME)[0][table].rows(named=True)


def test_entities_become_parties_with_the_address_they_point_to() -> None:
    harbor, pacific, orlov, quay = rows("parties")
    assert (harbor["name"], harbor["aliases"]) == ("Harbor Cloud Sdn Bhd", ["Harbour Cloud", "HCloud"])
    assert (harbor["country"], harbor["address"]) == ("MY", "12 Jalan Bukit, Johor, Malaysia")
    assert (harbor["registration_number"], harbor["lei"]) == ("202301001234", "529900HARBORCLOUD011")
    assert (harbor["incorporated_on"], pacific["address"]) == (DAY("2023-02-01"), "1 Pier, Kowloon")
    assert (orlov["kind"], orlov["country"], quay["kind"], quay["country"]) == ("person", "SG", "vessel", "PA")


def test_links_become_interests_between_every_owner_and_asset() -> None:
    parent, *owned = rows("ownership")
    assert (parent["owner_id"], parent["owned_id"], parent["interest"]) == ("q-pacific", "q-harbor", "parent")
    assert [(row["owner_id"], row["line"]) for row in owned] == [("q-orlov", 1), ("q-pacific", 2)]
    first = owned[0]
    assert (first["share_min"], first["share_max"], first["share_min_open"]) == (25.0, 100.0, True)
    assert (first["from_on"], first["until_on"]) == (DAY("2020-01-01"), DAY("2022-03-31"))
    assert first["details"] == "shareholder; > 25 %"


def test_an_office_takes_the_name_of_its_holder_and_is_refused_without_one() -> None:
    tables, refused = excerpt(FOLLOW_THE_MONEY, NAME)
    office = tables["officers"].row(0, named=True)
    assert (office["party_id"], office["person_name"], office["birth_date"]) == ("q-harbor", "Anton Orlov", "1970-05")
    assert (7, "director") in refused.select("row", "column").rows()


def test_designations_become_listings_under_the_names_lists_have_here() -> None:
    found = {row["name"]: row for row in rows("listings")}
    assert {name: row["list"] for name, row in found.items()} == {
        "Harbor Cloud Sdn Bhd": "EL",
        "Anton Orlov": "SDN",
        "MV Quay": "UK",
    }
    harbor, orlov = found["Harbor Cloud Sdn Bhd"], found["Anton Orlov"]
    assert (harbor["effective_on"], harbor["citation"], harbor["kind"]) == (DAY("2024-01-05"), "89 FR 1", "entity")
    assert harbor["addresses"] == ["12 Jalan Bukit, Johor, Malaysia"]
    assert (orlov["published_on"], orlov["delisted_on"]) == (DAY("2023-04-01"), DAY("2025-01-01"))
    assert (orlov["aliases"], orlov["country"]) == (["Антон Орлов"], ["SG"])


def test_customs_declarations_become_shipments_and_payments_payments() -> None:
    shipment, payment = rows("shipments")[0], rows("payments")[0]
    assert (shipment["shipper_id"], shipment["consignee_id"]) == ("q-pacific", "q-harbor")
    assert (shipment["item"], shipment["hs_code"], shipment["value"]) == ("H100 SXM modules", "8471500000", 1250000.5)
    assert (shipment["kind"], shipment["shipped_on"]) == ("import", DAY("2024-06-01"))
    assert (payment["payer_id"], payment["payee_id"], payment["amount"]) == ("q-harbor", "q-pacific", 1250000.0)


def test_what_gives_no_row_is_counted_in_notes() -> None:
    notes = [note for piece in FOLLOW_THE_MONEY.read([open_raw(FILES / NAME)]) for note in piece.notes]
    assert notes == [
        "1 Address entities only describe others",
        "1 Family entities say nothing that is computed with",
    ]


def test_what_cannot_be_used_is_refused_with_its_reason() -> None:
    refused = excerpt(FOLLOW_THE_MONEY, NAME)[1]
    assert sorted(refused.select("row", "reason").rows()) == [
        (7, "is described nowhere in the file"),
        (12, "is empty"),
        (15, "is no FollowTheMoney entity"),
    ]


def test_nested_entities_are_read_like_flat_ones(tmp_path: Path) -> None:
    """Bulk files of targets hold the links of an entity inside it, without saying again whose they are."""
    sanction, own = ({**LINES[at], "properties": dict(LINES[at]["properties"])} for at in (7, 4))
    del sanction["properties"]["entity"], own["properties"]["asset"]
    own["properties"]["owner"] = [LINES[3], LINES[2]]
    nested = {**LINES[0], "properties": {**LINES[0]["properties"], "addressEntity": [LINES[1]]}}
    nested["properties"] |= {"sanctions": [sanction], "ownershipAsset": [own]}
    path = tmp_path / "targets.nested.json"
    path.write_text(json.dumps(nested))
    tables, refused = rows_of(FOLLOW_THE_MONEY, open_raw(path))
    flat = excerpt(FOLLOW_THE_MONEY, NAME)[0]
    assert refused.is_empty()
    assert tables["listings"].drop("row", "file").to_dicts() == flat["listings"].drop("row", "file").head(1).to_dicts()
    columns = ("owner_id", "owned_id", "share_min")
    assert sorted(tables["ownership"].select(columns).rows(), key=str) == sorted(
        flat["ownership"].select(columns).rows(), key=str
    )


@pytest.mark.parametrize(
    ("written", "share"),
    [
        (["51"], (51, 51, False)),
        (["33,3 %"], (33.3, 33.3, False)),
        (["25-50%"], (25, 50, False)),
        (["48", "51"], (48, 51, False)),
        (["more than 50"], (50, 100, True)),
        (["75% or more"], (75, 100, False)),
        (["majority"], None),
        (["10000"], None),
        ([], None),
    ],
)
def test_percentages_are_read_as_they_are_written(written: list[str], share: tuple[float, float, bool] | None) -> None:
    found = shares_of(Entity("", "", None, {"percentage": written}, (), None))
    ends = (found["share_min"], found["share_max"], found["share_min_open"]) if found else None
    assert ends == share


@QUIET
@given(data=st.data())
def test_a_field_of_any_kind_loses_no_entity(tmp_path: Path, data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(LINES))
    bad = spoiled(line, data.draw(st.sampled_from(fields(line))), data.draw(ODD))
    survives(FOLLOW_THE_MONEY, tmp_path / "ftm.jsonl", "\n".join(map(json.dumps, [*LINES[:4], bad])).encode())


@QUIET
@given(at=st.integers(0, 4000), piece=st.binary(max_size=6), gone=st.integers(0, 40))
def test_damaged_bytes_lose_no_entity(tmp_path: Path, at: int, piece: bytes, gone: int) -> None:
    content = (FILES / NAME).read_bytes()
    survives(FOLLOW_THE_MONEY, tmp_path / "ftm.jsonl", content[:at] + piece + content[at + gone :])


def test_nesting_beyond_reason_is_refused(tmp_path: Path) -> None:
    deep: dict[str, Any] = {"id": "0", "schema": "Company", "properties": {}}
    for number in range(1, 40):
        deep = {"id": str(number), "schema": "Company", "properties": {"name": ["x"], "parent": [deep]}}
    survives(FOLLOW_THE_MONEY, tmp_path / "deep.json", json.dumps(deep).encode())


@pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)
def test_real_entities_are_read_whole() -> None:
    tables, refused = rows_of(FOLLOW_THE_MONEY, open_raw(SHARED / "ownership" / "ftm" / "zala.entities.ftm.json"))
    assert refused.is_empty()
    counts = {table: frame.height for table, frame in tables.items() if table != "listings"}
    assert counts == {"parties": 17, "ownership": 14, "officers": 3}
    assert {"EL", "SDN", "EU", "UK"} <= set(tables["listings"]["list"])
