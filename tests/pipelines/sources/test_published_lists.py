"""Published lists, in excerpts written by hand in the official layouts."""

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest import Ingested, ingest
from pipelines.listings import listings
from pipelines.source import SourceSetting
from tests.shared_data import SHARED, WHY

FILES = Path(__file__).parents[2] / "files"
DAY = dt.date.fromisoformat
real = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)


def read(*names: str, folder: Path = FILES) -> Ingested:
    sources = [SourceSetting(id=f"source {number}", path=folder / name) for number, name in enumerate(names)]
    return ingest(sources, None, as_of=DAY("2026-01-01"))


def entries(*names: str) -> dict[str, dict[str, object]]:
    merged = listings(read(*names).records["listings"], names_fold=str.casefold)
    return {row["name"] or row["id"]: row for row in merged.iter_rows(named=True)}


def test_the_official_layout_gives_addresses_dates_and_identifiers() -> None:
    rows = entries("csl_official_layout.csv")
    qinglan = rows["Qinglan (Beijing) Electronic Information Industry Co., Ltd."]
    assert qinglan["list"] == "EL"
    assert qinglan["effect"] == "prohibits"
    assert qinglan["aliases"] == ["Qinglan Beijing Electronic Information Co., Ltd.", "QBEI"]
    assert qinglan["country"] == ["CN", "HK"]
    assert (qinglan["published_on"], qinglan["effective_on"]) == (DAY("2025-03-28"), DAY("2025-03-25"))
    assert qinglan["footnotes"] == ["4"]
    denied = rows["MERIDIAN OPTICS INTL., INC."]
    assert (denied["published_on"], denied["effective_on"]) == (DAY("1993-04-09"), DAY("1993-04-02"))
    assert denied["delisted_on"] == DAY("2003-04-02")
    assert rows["ORLOV, Anton"]["kind"] == "person"
    assert rows["ORLOV, Anton"]["identifiers"] == ["7719000123"]
    assert (rows["Northgale Bank"]["list"], rows["Northgale Bank"]["addresses"]) == ("MBS", [])


def test_the_flat_layout_gives_countries_and_quarantines_addresses_without_address() -> None:
    found = read("csl_flat_layout.csv")
    rows = {row["name"]: row for row in found.records["listings"].iter_rows(named=True)}
    assert {row["list"] for row in rows.values()} == {"EL", "CAPTA", "UVL"}
    assert rows["Qinglan (Beijing) Electronic Information Industry Co., Ltd."]["country"] == ["CN", "HK"]
    assert rows["Harbor Optics LLC"]["country"] == ["AE"]
    assert found.quarantine["row"].to_list() == [2]


def test_the_entity_list_gives_addresses_scopes_and_first_dates() -> None:
    rows = entries("entity_list_layout.json")
    qinglan = rows["Qinglan (Beijing) Electronic Information Industry Co., Ltd."]
    assert qinglan["addresses"] == [
        "2 Shangdi Road, Haidian District, Beijing, China",
        "4/F Sunrise Tower, 21 Argyle Road, Hong Kong",
        "9 Lane, Tianjin, China",
    ]
    assert (qinglan["published_on"], qinglan["effective_on"]) == (DAY("2025-03-28"), DAY("2025-03-25"))
    pipes = rows["Velograd Pipe Works"]
    assert pipes["aliases"] == ["VPW", "Velograd Trubny"]
    assert pipes["addresses"] == ["13 Demidova Street, Velograd, Russia"]
    assert (pipes["limits"], pipes["published_on"]) == ("project", DAY("2016-09-07"))
    cargo = rows["Tallvik Sea Cargo (TSC)"]
    assert (cargo["limits"], cargo["published_on"], cargo["country"]) == ("excepted", None, ["UA"])
    assert cargo["aliases"] == ["Tallvik Sea Cargo"]


def test_an_address_entry_has_no_name_and_counts_from_its_stated_day() -> None:
    rows = [row for row in entries("entity_list_layout.json").values() if row["kind"] == "address"]
    assert len(rows) == 1
    assert rows[0]["name"] is None
    assert rows[0]["addresses"] == ["Unit 07, 9/F Sunrise Tower, No. 21 Argyle Road, Hong Kong"]
    assert (rows[0]["published_on"], rows[0]["effective_on"]) == (DAY("2024-06-18"), DAY("2024-06-12"))
    assert (rows[0]["limits"], rows[0]["country"]) == ("ccl", ["CN", "HK"])


def test_one_entry_in_three_files_is_one_listing() -> None:
    rows = entries("csl_official_layout.csv", "csl_flat_layout.csv", "entity_list_layout.json")
    qinglan = rows["Qinglan (Beijing) Electronic Information Industry Co., Ltd."]
    assert {"QBEI", "Qinglan Information", "Qinglan Beijing Electronic Information Co., Ltd."} == set(
        qinglan["aliases"]
    )
    assert qinglan["effective_on"] == DAY("2025-03-25")
    assert len(qinglan["sources"]) == 3


def test_the_merge_of_lists_does_not_depend_on_the_order_of_records() -> None:
    records = read("csl_official_layout.csv", "csl_flat_layout.csv", "entity_list_layout.json").records["listings"]
    turned = listings(records.reverse(), names_fold=str.casefold)
    assert turned.equals(listings(records, names_fold=str.casefold))


def test_a_private_list_is_a_canonical_file(tmp_path: Path) -> None:
    (tmp_path / "listings.csv").write_text(
        "list,name,addresses,letter_type\nletters,Harbor Cloud,,is_informed\nwatch,,1 Pier; 2 Pier,\nwatch,,,\n"
    )
    found = ingest([], tmp_path, as_of=DAY("2026-01-01"))
    rows = listings(found.records["listings"], names_fold=str.casefold).rows(named=True)
    assert [(row["id"], row["effect"]) for row in rows] == [
        ("letters|harbor cloud", "prohibits"),
        ("watch|@1 pier", "conditions"),
    ]
    assert rows[1]["addresses"] == ["1 Pier", "2 Pier"]
    assert found.quarantine.rows(named=True)[0]["reason"] == "name and addresses are both empty"


@real
def test_the_footnotes_and_scopes_of_the_real_entity_list_are_those_counted_by_hand() -> None:
    records = read("bis_entity_list.json", folder=SHARED / "lists").records["listings"]
    counts = dict(records["footnotes"].explode().drop_nulls().value_counts().iter_rows())
    assert counts == {"1": 130, "4": 96, "5": 16, "3": 773}
    scope = pl.col("scope")
    assert records.filter(scope.str.contains("(?i)except|when used in")).height == 97
    assert records.filter(scope.str.contains(r"746\.8\(a\)\(4\)")).height == 83
    assert records.filter(kind="address").height == 19
    assert records.height == 3409
    merged = listings(records, names_fold=str.casefold)
    assert merged.filter(limits="project").height == 83
    assert merged.filter(limits="ccl").height == 19
    assert records["published_on"].null_count() == 0
    assert records["country"].list.len().min() == 1


@real
def test_the_real_screening_list_is_read_whole() -> None:
    found = read("csl_2026-07-31.csv", folder=SHARED / "lists")
    report = found.reports[0]
    assert (report.read, report.quarantined) == (25_921, 19)
    assert report.read == report.accepted + report.duplicate + report.quarantined
    dated = found.records["listings"].group_by("list").agg(pl.col("published_on").is_not_null().any())
    assert set(dated.filter(~pl.col("published_on"))["list"]) == {
        "CAPTA",
        "CMIC",
        "DTC",
        "MBS",
        "PLC",
        "SDN",
        "SSI",
        "UVL",
    }


ENTITY = {"name": "Harbor Group", "aliases": ["HG"], "country": "China", "address": "1 Pier", "notes": None}
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=6,
)
KEYS = st.sampled_from([*ENTITY, "federal_register", "effective_date"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    of=st.sampled_from(["bis-entity-list", "bis-dpl", "ofac-nscmic", "dow-1260h"]), changes=st.dictionaries(KEYS, ANY)
)
def test_an_entry_of_unexpected_values_is_read_or_told(tmp_path: Path, of: str, changes: dict[str, object]) -> None:
    entities = [{**ENTITY, **changes}, ENTITY, changes.get("name")]
    (tmp_path / "a.json").write_text(json.dumps({"list_id": of, "count": 3, "entities": entities}))
    found = ingest([SourceSetting(id="list", path=tmp_path / "a.json")], None, as_of=DAY("2026-01-01"))
    assert found.failed == ()
    (report,) = found.reports
    assert report.read == report.accepted + report.duplicate + report.quarantined >= 3


@real
def test_further_real_lists_are_read_in_full_with_what_their_notes_say() -> None:
    folder = SHARED / "lists"
    found = read("bis_meu.json", "dow_1260h.json", "ofac_nscmic.json", folder=folder)
    assert [(report.read, report.quarantined) for report in found.reports] == [(70, 0), (187, 0), (68, 0)]
    rows = found.records["listings"]
    companies = rows.filter(list="CMIC")
    assert companies["published_on"].null_count() == 0
    assert companies.filter(pl.col("identifiers").list.len() > 0).height == 58
    assert companies["program"].str.starts_with("CMIC-EO13959").all()
    assert (
        rows.filter(pl.col("list").is_in(["MEU", "1260H"]))["scope"].null_count()
        == 70 + rows.filter(list="1260H").height
    )
    assert rows.filter(list="1260H").height > 150


def test_companies_listed_together_are_entries_of_their_own(tmp_path: Path) -> None:
    notes = "Listed together with subsidiaries: Alder Co., Ltd., Birch, Inc. | Harbor is owned by nobody."
    entity = {"name": "Harbor Group", "aliases": ["HG"], "country": "China", "notes": notes}
    entity |= {"effective_date": "2026-06-10", "federal_register": "91 FR 35189 (June 10, 2026)"}
    (tmp_path / "a.json").write_text(json.dumps({"list_id": "dow-1260h", "count": 1, "entities": [entity]}))
    found = ingest([], tmp_path, as_of=DAY("2026-01-01"))
    rows = found.records["listings"].sort("line")
    assert rows["name"].to_list() == ["Harbor Group", "Alder Co., Ltd.", "Birch, Inc."]
    assert rows["aliases"].to_list() == [["HG"], [], []]
    assert set(rows["published_on"]) == {DAY("2026-06-10")}
    assert (found.reports[0].read, found.reports[0].accepted) == (3, 3)
