"""The UK register of persons with significant control: codes to shares, owners told apart, every line accounted for."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.normalize.natures import nature_of
from pipelines.reading.raw import open_raw
from pipelines.sources.uk_psc import UK_PSC, company_number
from tests.pipelines.sources.registers import FILES, ODD, excerpt, fields, rows_of, spoiled, survives
from tests.shared_data import SHARED, WHY

DAY = dt.date.fromisoformat
SURPLUS = "rightsToSurplusAssetsOnDissolution"
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LINES = [json.loads(line) for line in (FILES / "uk_psc.jsonl").read_text().splitlines() if line.startswith("{")]
real = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)


@pytest.mark.parametrize(
    ("code", "kind", "share"),
    [
        ("ownership-of-shares-25-to-50-percent", "shareholding", (25, 50, True, False)),
        ("ownership-of-shares-50-to-75-percent", "shareholding", (50, 75, True, True)),
        ("ownership-of-shares-75-to-100-percent-as-firm", "shareholding", (75, 100, False, False)),
        ("voting-rights-25-to-50-percent-limited-liability-partnership", "votingRights", (25, 50, True, False)),
        ("part-right-to-share-surplus-assets-75-to-100-percent", SURPLUS, (75, 100, False, False)),
        ("voting-rights-more-than-25-percent-registered-overseas-entity", "votingRights", (25, 100, True, False)),
        ("right-to-appoint-and-remove-members-as-trust", "appointmentOfBoard", (None,) * 4),
        ("significant-influence-or-control-as-firm", "otherInfluenceOrControl", (None,) * 4),
        ("something-new", "unknownInterest", (None,) * 4),
    ],
)  # fmt: skip
def test_a_nature_of_control_is_an_interest_with_the_share_its_law_words(
    code: str, kind: str, share: tuple[float | None, ...]
) -> None:
    read = nature_of(code)
    ends = tuple(read[part] for part in ("share_min", "share_max", "share_min_open", "share_max_open"))
    assert (read["interest"], ends, read["details"]) == (kind, share, code)
    assert (read["directness"] == "indirect") == ("-as-" in code)


def test_lines_become_interests_with_days_and_owners() -> None:
    tables, _ = excerpt(UK_PSC, "uk_psc.jsonl")
    held = tables["ownership"].filter(row=1)
    assert held["interest"].to_list() == [
        "shareholding",
        "votingRights",
        "appointmentOfBoard",
        "otherInfluenceOrControl",
    ]
    assert held["owner_name"].unique().to_list() == ["Ottoline Marchbank"]
    assert held["owner_id"].unique().to_list() == ["ottoline marchbank 1971-03"]
    ended = tables["ownership"].row(by_predicate=pl.col("row") == 2, named=True)
    assert (ended["from_on"], ended["until_on"]) == (DAY("2016-04-06"), DAY("2021-05-04"))
    assert (ended["owned_id"], ended["owned_country"], ended["owner_country"]) == ("09000001", "GB", "GB")


def test_a_british_owner_bears_the_number_its_own_owners_are_registered_under() -> None:
    tables, _ = excerpt(UK_PSC, "uk_psc.jsonl")
    owner = tables["ownership"].row(by_predicate=pl.col("row") == 2, named=True)["owner_id"]
    assert owner in tables["ownership"].filter(row=3)["owned_id"].to_list()
    foreign = tables["parties"].row(by_predicate=pl.col("row") == 3, named=True)
    assert (foreign["country"], foreign["registration_number"]) == ("HK", "1234567")


def test_what_the_register_says_in_place_of_an_owner_is_kept_without_one() -> None:
    tables, _ = excerpt(UK_PSC, "uk_psc.jsonl")
    said = tables["ownership"].filter(pl.col("owner_id").is_null())
    assert said.select("row", "details").rows() == [
        (5, "no-individual-or-entity-with-signficant-control"),
        (6, "super-secure-person-with-significant-control"),
        (7, "psc-exempt-as-trading-on-uk-regulated-market"),
        (7, "psc-exempt-as-trading-on-uk-regulated-market"),
    ]
    assert said["until_on"].to_list() == [None, None, DAY("2020-12-31"), None]


def test_companies_of_other_countries_are_not_called_british() -> None:
    tables, _ = excerpt(UK_PSC, "uk_psc.jsonl")
    assert tables["ownership"].filter(row=4)["owned_country"].to_list() == [None]


def test_lines_that_cannot_be_used_are_named_with_their_reason() -> None:
    _, refused = excerpt(UK_PSC, "uk_psc.jsonl")
    assert dict(refused.select("row", "reason").rows()) == {
        8: "is no company number",
        9: "is before from_on",
        10: "is no line of the register",
    }


def test_the_totals_of_the_register_are_noted_and_are_no_records() -> None:
    pieces = list(UK_PSC.read([open_raw(FILES / "uk_psc.jsonl")]))
    assert [note for piece in pieces for note in piece.notes] == ["1 lines state the totals of the register"]


@pytest.mark.parametrize(
    ("written", "number"),
    [("686734", "00686734"), ("sc 1234", "SC001234"), ("OE029880", "OE029880"), ("41-0406690 x", None), ("", None)],
)
def test_numbers_are_written_as_the_register_writes_them(written: str, number: str | None) -> None:
    assert company_number(written) == number


@QUIET
@given(data=st.data())
def test_a_field_of_any_kind_loses_no_line(tmp_path: Path, data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(LINES))
    bad = spoiled(line, data.draw(st.sampled_from(fields(line))), data.draw(ODD))
    survives(UK_PSC, tmp_path / "psc.jsonl", "\n".join(map(json.dumps, [LINES[0], bad, LINES[1]])).encode())


@QUIET
@given(at=st.integers(0, 3000), piece=st.binary(max_size=6), gone=st.integers(0, 40))
def test_damaged_bytes_lose_no_line(tmp_path: Path, at: int, piece: bytes, gone: int) -> None:
    content = (FILES / "uk_psc.jsonl").read_bytes()
    survives(UK_PSC, tmp_path / "psc.jsonl", content[:at] + piece + content[at + gone :])


@real
def test_every_kind_of_real_line_is_read() -> None:
    file = open_raw(SHARED / "ownership" / "uk_psc" / "psc_snapshot_sample.jsonl")
    tables, refused = rows_of(UK_PSC, file)
    assert (refused.height, tables["parties"].height, tables["ownership"]["row"].n_unique()) == (0, 17, 19)
