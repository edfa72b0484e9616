"""The Consolidated Screening List as JSON says what its official CSV says."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import SourceFailed
from pipelines.ingest import Ingested, ingest
from pipelines.reading.raw import open_files
from pipelines.source import SourceSetting
from pipelines.sources.screening_list import read_screening_list
from pipelines.sources.screening_list_json import is_screening_json, read_screening_json

FILES = Path(__file__).parents[2] / "files"
BULK = FILES / "csl_bulk.json"
AS_OF = dt.date(2026, 1, 1)
SAID = ["list", "name", "aliases", "kind", "country", "addresses", "identifiers", "published_on", "effective_on"]
SAID += ["delisted_on", "scope", "footnotes", "citation", "program"]


def read(path: Path) -> Ingested:
    return ingest([SourceSetting(id="csl", path=path)], None, as_of=AS_OF)


def rows(path: Path) -> pl.DataFrame:
    return read(path).records["listings"].select(SAID)


def records() -> list[Any]:
    return list(json.loads(BULK.read_text(encoding="utf-8"))["results"])


def test_the_bulk_file_says_what_the_official_csv_says() -> None:
    of_csv = rows(FILES / "csl_official_layout.csv")
    assert rows(BULK).head(4).equals(of_csv)


def test_records_that_name_nobody_are_told_with_their_number() -> None:
    found = read(BULK)
    assert found.quarantine["row"].to_list() == [6, 7]
    (report,) = found.reports
    assert (report.read, report.accepted, report.quarantined) == (7, 5, 2)


def test_a_country_beside_the_addresses_and_a_notice_by_volume_are_read() -> None:
    harbor = rows(BULK).row(4, named=True)
    assert (harbor["list"], harbor["name"], harbor["aliases"]) == ("ISN", "SPC Harbormaster", ["Super Harbor"])
    assert (harbor["country"], harbor["program"]) == (["TH"], "Fictional Weapons Act")
    assert harbor["published_on"] == dt.date(2023, 8, 8)


@pytest.mark.parametrize("layout", ["lines", "array", "one line", "indented"])
def test_every_layout_of_json_gives_the_same(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "csl.json"
    good = records()[:5]
    written = {
        "lines": "\n".join(map(json.dumps, good)),
        "array": json.dumps(good, ensure_ascii=False),
        "one line": json.dumps({"total": 5, "results": good}),
        "indented": json.dumps({"results": good, "total": 5}, indent=2),
    }
    path.write_text(written[layout], encoding="utf-8")
    assert rows(path).equals(rows(BULK))


def test_an_answer_of_the_interface_that_holds_only_some_is_told(tmp_path: Path) -> None:
    path = tmp_path / "csl.json"
    path.write_text(json.dumps({"total": 25_921, "offset": 0, "results": records()[:2]}))
    notes = read(path).reports[0].notes
    assert "csl.json: holds 2 of 25,921 records; download the whole list" in notes


def test_a_document_that_breaks_off_gives_nothing(tmp_path: Path) -> None:
    path = tmp_path / "csl.json"
    path.write_text(BULK.read_text(encoding="utf-8")[:-400], encoding="utf-8")
    with pytest.raises(SourceFailed, match="breaks off"):
        next(iter(read_screening_json(open_files(path))))


def test_a_large_document_is_read_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "csl.json"
    record = {"source": "(DPL)", "source_list_url": ""}
    path.write_text(json.dumps({"results": [{**record, "name": f"HOUSE {n} INC."} for n in range(50_003)]}))
    extracts = list(read_screening_json(open_files(path)))
    assert [extract.rows.height for extract in extracts] == [50_000, 3]
    assert extracts[-1].rows["row"].to_list() == [50_001, 50_002, 50_003]


def test_a_line_of_any_length_is_read(tmp_path: Path) -> None:
    path = tmp_path / "csl.json"
    long = {**records()[2], "places_of_birth": ["x" * 1_000_000]}
    path.write_text(json.dumps({"results": [long] * 17}))
    assert sum(extract.read for extract in read_screening_json(open_files(path))) == 17


def test_other_json_is_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"results": [{"name": "x", "source": "y"}]}')
    assert not is_screening_json(open_files(path)[0])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_accounted_for(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(BULK.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "csl.json"
    path.write_bytes(bytes(content))
    for report in read(path).reports:
        assert report.read == report.accepted + report.duplicate + report.quarantined


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(sorted(records()[0])), VALUES), min_size=1, max_size=4))
def test_a_record_of_unexpected_values_is_read_or_told(tmp_path: Path, changes: list[tuple[str, Any]]) -> None:
    path = tmp_path / "csl.json"
    path.write_text(json.dumps({"results": [{**records()[0], **dict(changes)}, records()[1]]}))
    report = read(path).reports[0]
    assert report.read == report.accepted + report.duplicate + report.quarantined == 2


def test_the_official_csv_is_read_piece_by_piece() -> None:
    extracts = list(read_screening_list(open_files(FILES / "csl_official_layout.csv")))
    assert sum(extract.read for extract in extracts) == 4
