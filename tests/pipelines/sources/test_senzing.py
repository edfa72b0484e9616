"""Ownership in Senzing's entity layout: companies point to their owners."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.reading.raw import open_raw
from pipelines.sources.senzing import SENZING
from tests.pipelines.sources.registers import FILES, ODD, excerpt, fields, rows_of, spoiled, survives
from tests.shared_data import SHARED, WHY

DAY = dt.date.fromisoformat
LINES = [json.loads(line) for line in (FILES / "senzing_ownership.jsonl").read_text().splitlines()]


def test_a_company_points_to_its_owner_with_a_share() -> None:
    tables, refused = excerpt(SENZING, "senzing_ownership.jsonl")
    first, second = tables["ownership"].rows(named=True)
    assert (first["owner_id"], first["owned_id"], first["interest"]) == ("201", "100", "shareholding")
    ends = ("share_min", "share_max", "share_min_open", "share_max_open")
    assert [first[end] for end in ends] == [25.0, 50.0, True, False]
    assert (first["from_on"], first["until_on"]) == (DAY("2020-03-18"), DAY("2020-04-29"))
    assert (second["interest"], second["share_min"], second["share_max"]) == ("votingRights", 33.3, 33.3)
    assert refused["value"].to_list() == ["SPOUSE"]


def test_a_record_that_replaces_another_keeps_its_id() -> None:
    parties = excerpt(SENZING, "senzing_ownership.jsonl")[0]["parties"].rows(named=True)
    assert [(row["id"], row["name"], row["country"]) for row in parties] == [
        ("100", "HARBOR QUAY LIMITED", "GB"),
        ("201", "Ottoline Marchbank", "DK"),
    ]
    assert (parties[0]["aliases"], parties[0]["registration_number"]) == (["Quay"], "09000001")
    assert parties[1]["registration_number"] is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_field_of_any_kind_loses_no_record(tmp_path: Path, data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(LINES))
    bad = spoiled(line, data.draw(st.sampled_from(fields(line))), data.draw(ODD))
    survives(SENZING, tmp_path / "owners.jsonl", "\n".join(map(json.dumps, [LINES[0], bad])).encode())


@pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)
def test_real_records_are_read_whole() -> None:
    tables, refused = rows_of(SENZING, open_raw(SHARED / "ownership" / "open-ownership.json"))
    assert (tables["parties"].height, tables["ownership"].height, refused.height) == (316, 771, 0)
