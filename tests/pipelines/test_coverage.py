"""A list that claims to be complete and is not is refused; a small one is an excerpt."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.configuration import config_toml
from pipelines.coverage import Verdict, judged
from pipelines.known.presence import Presence
from pipelines.reading.raw import open_files, open_raw
from pipelines.source import Source
from pipelines.sources import SOURCES
from pipelines.sources.entity_list import ENTITY_LIST
from pipelines.sources.screening_list import SCREENING_LIST
from pipelines.tables import FILES
from tests.shared_data import real_data

LISTS = config_toml("list_coverage.toml")
HOLDS, COLLECTIONS = LISTS.pop("holds"), LISTS.pop("collections")


def rows(name: str, count: int, *, without: str = "") -> list[dict[str, Any]]:
    """A list of so many entries, the known names first."""
    known = [each.upper() + ", Ltd." for each in LISTS[name].get("known", ()) if each != without]
    return [{"list": name, "name": each} for each in [*known, *(f"Entry {at}" for at in range(count - len(known)))]]


def listings(*lists: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([row for each in lists for row in each], schema=FILES["listings"].schema)


def verdict(frame: pl.DataFrame, of: Source = ENTITY_LIST, **said: Any) -> Verdict:
    return judged(of, frame, frame.height, **{"coverage": "auto", "passed_before": False, **said})


def full(**but: int) -> pl.DataFrame:
    """A Consolidated Screening List with the fewest entries of every list, but for those said."""
    return listings(*(rows(name, but.get(name, LISTS[name]["least"])) for name in HOLDS["screening_list"]))


def test_a_list_with_all_known_names_within_the_bounds_is_complete() -> None:
    assert verdict(listings(rows("EL", 3400))) == Verdict(complete=True, lists=("EL",))


def test_a_list_that_lacks_a_known_name_is_refused_and_says_what_to_do() -> None:
    refused = verdict(listings(rows("EL", 3400, without="Gazprom Neft")), shown="el.json").refused
    assert refused
    assert refused.startswith("el.json: is no complete copy: EL lacks Gazprom Neft, which has long been on it; ")
    assert "the last good copy stays" in refused
    assert 'coverage = "excerpt"' in refused
    assert "\n" not in refused


@pytest.mark.parametrize("count", [600, 2499, 8001])
def test_a_list_outside_the_bounds_is_refused(count: int) -> None:
    assert f"EL has {count:,} entries" in (verdict(listings(rows("EL", count))).refused or "")


def test_a_copy_much_shorter_than_the_last_one_is_refused() -> None:
    refused = verdict(listings(rows("EL", 2600)), held_before={"EL": 3400, "DPL": 9000}).refused
    assert refused
    assert "EL has 2,600 entries where the last complete copy had 3,400" in refused
    assert verdict(listings(rows("EL", 3000)), held_before={"EL": 3400}).complete


def test_what_the_last_complete_copy_held_is_known_unless_it_is_of_a_later_day() -> None:
    first, second = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
    entries = pl.DataFrame({"list": ["EL"] * 3 + ["DPL"], "record": ["a", "b", "c", "d"]})
    present = Presence().noted(entries, "lists", ["EL", "DPL"], first).noted(entries.head(2), "lists", ["EL"], second)
    assert present.held("lists", second) == {"EL": 2, "DPL": 1}
    assert present.held("lists", first) == {"DPL": 1}


def test_a_small_list_is_an_excerpt_and_is_told_so() -> None:
    found = verdict(listings(rows("EL", 13)), shown="small.json")
    assert not found.refused
    assert not found.complete
    assert found.notes == (
        "small.json: is an excerpt: 13 entries; a complete copy has at least 2,500; parties not in it are not screened",
    )


@pytest.mark.parametrize("said", [{"coverage": "complete"}, {"passed_before": True}])
def test_a_small_list_is_refused_where_it_is_said_to_be_complete(said: dict[str, Any]) -> None:
    assert verdict(listings(rows("EL", 13)), **said).refused


@pytest.mark.parametrize("said", [{"coverage": "complete"}, {"passed_before": True}])
def test_an_empty_copy_never_replaces_a_complete_one(said: dict[str, Any]) -> None:
    assert "has no entries" in (verdict(listings(), **said).refused or "")


def test_what_is_declared_an_excerpt_is_never_refused() -> None:
    found = verdict(listings(rows("EL", 2000)), coverage="excerpt", passed_before=True)
    assert (found.refused, found.complete, found.lists) == (None, False, ())


def test_a_list_nobody_knows_is_complete_only_when_declared() -> None:
    own = pl.DataFrame([{"list": "MINE", "name": "Tallvik"}], schema=FILES["listings"].schema)
    assert verdict(own) == Verdict()
    assert verdict(own, coverage="complete") == Verdict(complete=True, lists=("MINE",))


def test_a_collection_of_lists_is_judged_only_when_declared_complete() -> None:
    gathered = next(source for source in SOURCES if source.id == COLLECTIONS[0])
    assert verdict(listings(rows("SDN", 3000)), gathered) == Verdict()
    assert verdict(listings(rows("SDN", 3000)), gathered, coverage="complete").refused


def test_several_lists_in_one_file_are_judged_one_by_one() -> None:
    assert verdict(full(), SCREENING_LIST).lists == tuple(sorted(HOLDS["screening_list"]))
    assert "SSI has 120 entries" in (verdict(full(SSI=120), SCREENING_LIST).refused or "")


def test_a_file_that_lacks_one_of_its_lists_was_cut_off() -> None:
    frame = full().filter(pl.col("list") != "UVL")
    assert "UVL has no entries" in (verdict(frame, SCREENING_LIST).refused or "")


def test_a_copy_older_than_a_list_need_not_have_it() -> None:
    frame = full().filter(~pl.col("list").is_in(["MEU", "CMIC", "MBS"]))
    assert verdict(frame, SCREENING_LIST, dated_on=dt.date(2019, 12, 1)).complete
    assert verdict(frame, SCREENING_LIST, dated_on=dt.date(2024, 12, 1)).refused


def test_known_names_are_found_among_aliases_whatever_their_punctuation() -> None:
    frame = listings(
        [
            *rows("MEU", 60, without="Beijing Guang Ming Electronics"),
            {"list": "MEU", "name": "BGM", "aliases": ["BEIJING  Guang-Ming electronics Co."]},
        ]
    )
    assert verdict(frame).complete


@given(kept=st.integers(0, 3400))
@settings(max_examples=60, deadline=None)
def test_no_part_of_a_list_passes_as_all_of_it(kept: int) -> None:
    """Whatever its length, a copy cut off is complete only when nothing that is known is missing."""
    whole = listings(rows("EL", 3400)).reverse()
    found = verdict(whole.head(kept))
    assert found.complete == (kept == 3400)
    assert bool(found.refused) == (500 <= kept < 3400)


@pytest.mark.parametrize(
    "names",
    [
        ["bis_entity_list.json"], ["bis_dpl.json"], ["bis_meu.json"], ["dow_1260h.json"], ["ofac_nscmic.json"],
        ["dpl_2022.txt"], ["un_consolidated.xml"], ["ofac/sdn_2023-11.csv", "ofac/add_2023-11.csv"],
    ],
    ids=lambda names: names[0],
)  # fmt: skip
def test_the_real_lists_pass(names: list[str]) -> None:
    files = [file for name in names for file in open_files(real_data() / "lists" / name)]
    source = next(each for each in SOURCES if each.recognizes(files[0]))
    found = verdict(pl.concat([each.rows for each in source.read(files)], how="diagonal_relaxed"), source)
    assert found.refused is None
    assert found.complete


def test_every_source_of_several_lists_is_bounded_by_lists_that_are_known() -> None:
    assert {*HOLDS, *COLLECTIONS} <= {source.id for source in SOURCES}
    assert all(set(names) <= set(LISTS) for names in HOLDS.values())


def test_the_real_screening_list_passes_whole_and_not_cut_off() -> None:
    (extract,) = SCREENING_LIST.read([open_raw(real_data() / "lists/csl_2026-07-31.csv")])
    assert verdict(extract.rows, SCREENING_LIST).complete
    for share in (0.2, 0.5, 0.9, 0.985, 0.995):
        assert verdict(extract.rows.head(int(extract.rows.height * share)), SCREENING_LIST).refused, share


@pytest.mark.parametrize("year", [2019, 2025])
def test_the_samples_of_the_official_layout_are_excerpts(year: int) -> None:
    (extract,) = SCREENING_LIST.read([open_raw(real_data() / f"lists/csl_official_layout_{year}_sample.csv")])
    found = verdict(extract.rows, SCREENING_LIST)
    assert (found.refused, found.complete) == (None, False)
    assert "is an excerpt" in found.notes[0]


@pytest.mark.parametrize("name", ["bis_entity_list.json", "dow_1260h.json"])
def test_a_real_list_cut_off_is_refused(name: str) -> None:
    (extract,) = ENTITY_LIST.read([open_raw(real_data() / f"lists/{name}")])
    for share in (0.3, 0.6, 0.9):
        assert verdict(extract.rows.head(int(extract.rows.height * share))).refused, share
