"""The list of the United Nations: names, other names by quality, addresses, days."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest import Ingested, ingest
from pipelines.listings import listings
from pipelines.source import SourceSetting
from tests.shared_data import real_data

FILE = Path(__file__).parents[2] / "files" / "un_consolidated.xml"
DAY = dt.date.fromisoformat


def read(path: Path) -> Ingested:
    return ingest([SourceSetting(id="un", path=path)], None, as_of=DAY("2026-01-01"))


def test_a_person_has_all_names_and_none_of_birth_or_papers() -> None:
    orlov = read(FILE).records["listings"].row(0, named=True)
    assert (orlov["list"], orlov["name"], orlov["kind"]) == ("UN", "ANTON IVAR ORLOV", "person")
    assert orlov["aliases"] == ["Антон Орлов", "Antoni ORLOW", "A. I. Orlov", "Big Anton"]
    assert (orlov["country"], orlov["addresses"], orlov["identifiers"]) == (["EE"], [], [])
    assert (orlov["published_on"], orlov["citation"], orlov["program"]) == (DAY("2012-12-31"), "OMi.001", "Ostmark")
    assert not any(paper in str(orlov) for paper in ("1970", "400555777"))


def test_an_entity_has_addresses_ships_and_the_day_it_left() -> None:
    cargo = read(FILE).records["listings"].row(1, named=True)
    assert (cargo["kind"], cargo["aliases"]) == ("entity", ["TSC", "Tallvik Lines"])
    assert (cargo["addresses"], cargo["country"]) == (["1 Pier, Tallvik, 10111, Estonia"], ["EE", "PA"])
    assert cargo["identifiers"] == ["IMO 9100001", "IMO 9100002"]
    assert (cargo["published_on"], cargo["delisted_on"]) == (DAY("2016-03-02"), DAY("2024-05-01"))


def test_an_entry_without_a_name_is_told_and_weak_aliases_are_counted() -> None:
    found = read(FILE)
    assert found.quarantine["row"].to_list() == [2]
    (report,) = found.reports
    assert (report.read, report.accepted, report.quarantined) == (3, 2, 1)
    assert "un_consolidated.xml: 1 aliases of one word and low quality are not matched by" in report.notes


def test_the_list_has_an_effect() -> None:
    merged = listings(read(FILE).records["listings"], names_fold=str.casefold)
    assert merged["effect"].to_list() == ["prohibits", "prohibits"]


@pytest.mark.parametrize(
    "text",
    [
        FILE.read_text(encoding="utf-8")[:-300],
        '<?xml version="1.0"?><CONSOLIDATED_LIST></CONSOLIDATED_LIST>',
        '<!DOCTYPE x [<!ENTITY a "b">]><CONSOLIDATED_LIST><ENTITY><DATAID>&a;</DATAID></ENTITY></CONSOLIDATED_LIST>',
    ],
)
def test_a_list_that_is_cut_off_empty_or_hostile_gives_one_line_and_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "un.xml").write_text(text, encoding="utf-8")
    found = ingest([], tmp_path, as_of=DAY("2026-01-01"))
    lines = [*found.failed, *found.not_understood]
    assert len(lines) == 1
    assert lines[0].startswith("un.xml: ")
    assert found.records["listings"].is_empty()


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_damaged_list_is_refused_or_accounted_for(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(FILE.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "un.xml").write_bytes(bytes(content))
    for report in read(tmp_path / "un.xml").reports:
        assert report.read == report.accepted + report.duplicate + report.quarantined


def test_the_real_list_is_read_in_full() -> None:
    found = read(real_data() / "lists" / "un_consolidated.xml")
    (report,) = found.reports
    assert (report.read, report.accepted, report.quarantined) == (1_003, 1_003, 0)
    rows = found.records["listings"]
    assert dict(rows["kind"].value_counts().iter_rows()) == {"person": 730, "entity": 273}
    assert rows["published_on"].null_count() == 0
    assert rows["citation"].n_unique() == 1_003
    assert rows["aliases"].list.len().sum() > 2_700
