"""The Denied Persons List as text, and what its JSON says the same: orders from a day to a day."""

import datetime as dt
import json
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest import Ingested, ingest
from pipelines.listings import listings
from pipelines.normalize.names import fold
from pipelines.source import SourceSetting
from tests.shared_data import real_data

FILE = Path(__file__).parents[2] / "files" / "dpl.txt"
DAY = dt.date.fromisoformat


def read(*paths: Path) -> Ingested:
    declared = [SourceSetting(id=f"list {number}", path=path) for number, path in enumerate(paths)]
    return ingest(declared, None, as_of=DAY("2026-01-01"))


def entries(found: Ingested) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in found.records["listings"].iter_rows(named=True)}


def test_an_order_runs_from_a_day_to_a_day() -> None:
    orlov = entries(read(FILE))["ANTON ORLOV"]
    assert (orlov["list"], orlov["scope"]) == ("DPL", "standard denial order")
    assert (orlov["published_on"], orlov["effective_on"]) == (DAY("2020-11-05"), DAY("2020-10-30"))
    assert orlov["delisted_on"] == DAY("2026-03-13")
    assert orlov["country"] == ["US"]
    assert orlov["addresses"] == ["UPON THE DATE OF THE ORDER AT: 12 HARBOR STREET, APT. 7, ROCKY HARBOR, OH, 44116"]


def test_an_order_without_an_end_runs_on_and_one_of_own_terms_says_so() -> None:
    optics = entries(read(FILE))["MERIDIAN OPTICS INTL., INC."]
    assert (optics["delisted_on"], optics["scope"]) == (None, "denial order with terms of its own")
    assert (optics["published_on"], optics["country"]) == (DAY("1993-04-09"), ["EE"])


def test_an_order_renewed_counts_from_the_first_one() -> None:
    aviation = entries(read(FILE))["VELOGRAD AVIATION"]
    assert aviation["aliases"] == ["VELOGRAD AIR"]
    assert (aviation["effective_on"], aviation["delisted_on"]) == (DAY("2011-08-31"), DAY("2022-11-09"))


def test_a_line_that_names_nobody_is_told() -> None:
    found = read(FILE)
    assert found.quarantine["row"].to_list() == [4]
    (report,) = found.reports
    assert (report.read, report.accepted, report.quarantined) == (4, 3, 1)


def test_the_json_of_the_same_order_is_the_same_listing(tmp_path: Path) -> None:
    order = {"name": "ANTON ORLOV", "aliases": [], "country": "United States", "status": None}
    order |= {"address": "12 HARBOR STREET, APT. 7, ROCKY HARBOR, OH, US, 44116", "effective_date": "2020-10-30"}
    order |= {"federal_register": "85 F.R. 99001 11/5/2020", "notes": "Type of denial: Standard; Expires: 2026-03-13"}
    (tmp_path / "dpl.json").write_text(json.dumps({"list_id": "bis-dpl", "count": 1, "entities": [order]}))
    merged = listings(read(FILE, tmp_path / "dpl.json").records["listings"], names_fold=fold)
    orlov = merged.row(by_predicate=pl.col("name") == "ANTON ORLOV", named=True)
    assert len(orlov["sources"]) == 2
    assert (orlov["scope"], orlov["delisted_on"]) == ("standard denial order", DAY("2026-03-13"))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_damaged_list_is_refused_or_accounted_for(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(FILE.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "dpl.txt").write_bytes(bytes(content))
    found = read(tmp_path / "dpl.txt")
    for report in found.reports:
        assert report.read == report.accepted + report.duplicate + report.quarantined
    assert found.quarantine.height == sum(report.quarantined for report in found.reports)


def test_the_real_lists_of_two_years_are_read_in_full() -> None:
    folder = real_data() / "lists"
    found = read(folder / "dpl_2022.txt", folder / "bis_dpl.json")
    text, as_json = found.reports
    assert (text.read, text.quarantined, as_json.read, as_json.quarantined) == (581, 0, 564, 0)
    rows = found.records["listings"]
    ends = rows.group_by("source", maintain_order=True).agg(pl.col("delisted_on").is_not_null().sum())
    assert ends["delisted_on"].to_list() == [526, 509]
    assert rows["effective_on"].null_count() == 0
