"""LEI data: XML, golden copy and API say the same; relations carry no share; nothing is lost, whatever the bytes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.graph.ownership.interests import interests
from pipelines.graph.ownership.parents import DIRECT, ULTIMATE, related
from pipelines.reading.raw import open_raw
from pipelines.sources.gleif import GLEIF
from tests.pipelines.sources.registers import FILES, ODD, excerpt, fields, rows_of, spoiled, survives
from tests.shared_data import SHARED, WHY

DAY = dt.date.fromisoformat
HARBOR, PACIFIC, TIDE = "529900HARBORCLOUD011", "529900PACIFICGAIN022", "529900TIDEWATER00033"
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
real = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)
ANSWER = {
    "meta": {"goldenCopy": {"publishDate": "2025-05-15T00:00:00Z"}},
    "data": [
        {
            "type": "relationship-records",
            "attributes": {
                "relationship": {
                    "startNode": {"id": HARBOR, "type": "LEI"},
                    "endNode": {"id": PACIFIC, "type": "LEI"},
                    "type": "IS_DIRECTLY_CONSOLIDATED_BY",
                    "status": "ACTIVE",
                    "periods": [
                        {"startDate": "2000-01-01T00:00:00Z", "type": "ACCOUNTING_PERIOD"},
                        {"startDate": "2023-02-01T00:00:00Z", "type": "RELATIONSHIP_PERIOD"},
                    ],
                },
                "registration": {"lastUpdateDate": "2025-05-18T15:41:20.212Z", "status": "PUBLISHED"},
            },
        },
        {
            "type": "lei-records",
            "attributes": {
                "lei": PACIFIC,
                "entity": {
                    "legalName": {"name": "Pacific Gain Limited"},
                    "otherNames": [{"name": "PGL", "type": "TRADING_OR_OPERATING_NAME"}],
                    "legalAddress": {"addressLines": ["1 Pier"], "city": "Kowloon", "country": "HK"},
                    "jurisdiction": "HK",
                    "status": "ACTIVE",
                },
                "registration": {"status": "ISSUED"},
            },
        },
    ],
}


def test_an_lei_record_becomes_a_party_with_its_names_places_and_number() -> None:
    tables, refused = excerpt(GLEIF, "gleif_lei.xml")
    harbor, pacific = tables["parties"].rows(named=True)
    assert (harbor["id"], harbor["lei"], harbor["name"]) == (HARBOR, HARBOR, "Harbor Cloud Sdn Bhd")
    assert harbor["aliases"] == ["Harbour Hosting Sdn Bhd", "HCloud"]
    assert (harbor["country"], harbor["headquarters_country"], harbor["status"]) == ("MY", "HK", "active")
    assert harbor["address"] == "12 Jalan Bukit, Level 3, Johor, MY-01, 80000, MY"
    assert (harbor["registration_number"], harbor["incorporated_on"]) == ("202301001234", DAY("2023-02-01"))
    assert (pacific["registration_number"], pacific["status"]) == ("1234567", "inactive, LEI lapsed")
    assert pacific["recorded_at"] == dt.datetime(2023, 12, 31, 17)  # noqa: DTZ001 times are kept in UTC without a zone
    assert refused["reason"].to_list() == ["is no LEI"]


def test_the_end_node_stands_above_the_start_node_without_a_share() -> None:
    tables, refused = excerpt(GLEIF, "gleif_rr.xml")
    rows = tables["ownership"].rows(named=True)
    assert [(row["owner_id"], row["owned_id"]) for row in rows] == [
        (PACIFIC, HARBOR), (TIDE, HARBOR), (TIDE, PACIFIC), (PACIFIC, TIDE), (None, TIDE)]  # fmt: skip
    assert [row["from_on"] for row in rows] == [DAY("2023-02-01")] * 2 + [DAY("2020-01-01")] * 3
    assert [row["until_on"] for row in rows] == [None, DAY("2024-06-30"), DAY("2025-05-18"), None, None]
    assert {row["share_min"] for row in rows} == {None}
    assert refused.select("column", "value").rows() == [("Relationship.EndNode", "nobody")]


def test_relations_serve_direct_and_ultimate_parents_and_branches_their_head_office() -> None:
    rows = excerpt(GLEIF, "gleif_rr.xml")[0]["ownership"]
    named = rows.with_columns(owner=pl.col("owner_id"), owned=pl.col("owned_id"), source=pl.lit("gleif"))
    held = interests(named)
    assert related(held, ULTIMATE).select("owner", "owned").rows() == [(TIDE, HARBOR)]
    direct = related(held, DIRECT).select("owner", "owned").rows()
    assert direct == [(PACIFIC, HARBOR), (TIDE, PACIFIC), (PACIFIC, TIDE)]


def test_a_reporting_exception_is_kept_without_an_owner() -> None:
    tables, refused = excerpt(GLEIF, "gleif_exceptions.xml")
    assert tables["ownership"].select("owner_id", "owned_id", "details").rows() == [
        (None, TIDE, "ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT: NON_PUBLIC"),
        (None, PACIFIC, "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT: NO_LEI, BINDING_LEGAL_COMMITMENTS"),
    ]
    assert tables["ownership"]["recorded_at"].dt.date().to_list() == [DAY("2025-06-01")] * 2
    assert refused["column"].to_list() == ["ExceptionCategory"]


def test_the_golden_copy_says_what_the_xml_says() -> None:
    own = ("row", "file")
    for table, xml, csv in (
        ("parties", "gleif_lei.xml", "gleif_lei_golden_copy.csv"),
        ("ownership", "gleif_rr.xml", "gleif_rr_golden_copy.csv"),
    ):
        first = excerpt(GLEIF, xml)[0][table].drop(own).head(1)
        assert excerpt(GLEIF, csv)[0][table].drop(own).to_dicts() == first.to_dicts()
    said = excerpt(GLEIF, "gleif_exceptions_golden_copy.csv")[0]["ownership"]["details"].to_list()
    assert said == excerpt(GLEIF, "gleif_exceptions.xml")[0]["ownership"]["details"].to_list()


def test_an_answer_of_the_api_says_what_the_files_say(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(ANSWER))
    assert GLEIF.recognizes(open_raw(path))
    tables, _ = rows_of(GLEIF, open_raw(path))
    first = excerpt(GLEIF, "gleif_rr.xml")[0]["ownership"].head(1)
    assert tables["ownership"].drop("file").to_dicts() == first.drop("file").to_dicts()
    assert tables["parties"].select("name", "address", "country").rows() == [
        ("Pacific Gain Limited", "1 Pier, Kowloon, HK", "HK")
    ]


def test_files_are_given_on_in_pieces(tmp_path: Path) -> None:
    content = (FILES / "gleif_rr.xml").read_text()
    record = content[content.index("    <rr:RelationshipRecord>") : content.index("  </rr:RelationshipRecords>")]
    path = tmp_path / "rr.xml"
    path.write_text(content.replace(record, record * 10_000))
    sizes = [piece.read for piece in GLEIF.read([open_raw(path)])]
    assert (sum(sizes), max(sizes)) == (60_000, 25_000)


@QUIET
@given(data=st.data())
def test_an_answer_with_a_field_of_any_kind_loses_nothing(tmp_path: Path, data: st.DataObject) -> None:
    bad = spoiled(ANSWER, data.draw(st.sampled_from(fields(ANSWER))), data.draw(ODD))
    survives(GLEIF, tmp_path / "answer.json", json.dumps(bad).encode())


@QUIET
@given(
    name=st.sampled_from(["gleif_lei.xml", "gleif_rr.xml", "gleif_exceptions.xml", "gleif_lei_golden_copy.csv"]),
    at=st.integers(0, 4000),
    piece=st.binary(max_size=6),
    gone=st.integers(0, 40),
)
def test_damaged_bytes_lose_no_record(tmp_path: Path, name: str, at: int, piece: bytes, gone: int) -> None:
    content = (FILES / name).read_bytes()
    survives(GLEIF, tmp_path / name, content[:at] + piece + content[at + gone :])


@QUIET
@given(text=st.text(max_size=30), element=st.sampled_from(["LEI", "LegalName", "Country", "LastUpdateDate", "EndDate"]))
def test_an_element_of_any_text_loses_no_record(tmp_path: Path, text: str, element: str) -> None:
    name = "gleif_rr.xml" if element == "EndDate" else "gleif_lei.xml"
    content = (FILES / name).read_text()
    start = content.index(f"{element}>") + len(element) + 1
    survives(GLEIF, tmp_path / name, (content[:start] + text + content[start:]).encode("utf-8", "replace"))


@real
def test_real_files_are_read_whole() -> None:
    folder = SHARED / "ownership" / "gleif"
    counts = {}
    for path in sorted(folder.glob("*.xml")):
        assert GLEIF.recognizes(open_raw(path))
        tables, refused = rows_of(GLEIF, open_raw(path))
        counts[path.name] = sum(frame.height for frame in tables.values())
        assert refused.is_empty()
    assert counts == {
        "lei-data.xml": 13, "lei-updates-data2-new.xml": 12, "repex-data.xml": 10, "rr-data.xml": 10,
        "rr-updates-data2-new.xml": 10,
    }  # fmt: skip


@real
def test_real_answers_are_read_whole() -> None:
    files = [open_raw(path) for path in sorted((SHARED / "ownership" / "gleif" / "api").glob("*.json"))]
    assert all(GLEIF.recognizes(file) for file in files)
    tables, refused = rows_of(GLEIF, *files)
    assert refused.is_empty()
    assert tables["ownership"].height == sum(len(json.loads(file.path.read_bytes())["data"]) for file in files)
