"""Beneficial ownership statements of every version: versions of records, chains, owners nobody names, whole files."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.graph.ownership.holdings import holdings
from pipelines.graph.ownership.interests import interests
from pipelines.normalize.replaced import Replacements
from pipelines.reading.raw import open_raw
from pipelines.reading.versions import winners, with_provenance
from pipelines.sources.bods import BODS
from tests.pipelines.sources.registers import FILES, ODD, excerpt, fields, rows_of, spoiled, survives
from tests.shared_data import SHARED, WHY

DAY = dt.date.fromisoformat
OLD: list[Any] = json.loads((FILES / "bods_02.json").read_text())
NEW = [json.loads(line) for line in (FILES / "bods_04.jsonl").read_text().splitlines() if line.startswith("{")]
DELIVERED = [each for each in NEW if each["statementId"] != "r2b"] + OLD[1:8]
"""Statements that stand alone: none closes another barely, or replaces one that is itself replaced."""

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
real = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)


def kept(table: str, *names: str) -> pl.DataFrame:
    """The winning version of every record."""
    rows = excerpt(BODS, *names)[0][table]
    return winners(with_provenance(rows, table, "bods", "", None))


def read(folder: Path, *statements: Any) -> dict[str, pl.DataFrame]:
    path = folder / "statements.json"
    path.write_text(json.dumps(statements))
    return rows_of(BODS, open_raw(path))[0]


def relation(number: int, **parts: Any) -> dict[str, Any]:
    """A relationship statement of 0.4 between a and b."""
    own = {"recordStatus": parts.pop("status", "new"), "statementDate": parts.pop("date", "2020-01-01")}
    return {
        "statementId": f"s{number}", "recordId": "r", "recordType": "relationship", **own,
        "recordDetails": {"subject": "a", "interestedParty": "b", **parts},
    }  # fmt: skip


def held(share: object, **parts: Any) -> dict[str, Any]:
    return {"type": "shareholding", "share": share, **parts}


def test_statements_become_parties_and_ownership() -> None:
    parties = {row["id"]: row for row in kept("parties", "bods_04.jsonl").iter_rows(named=True)}
    assert set(parties) == {"ent-harbor", "ent-pacific", "per-orlov", "per-nobody"}
    harbor = parties["ent-harbor"]
    assert (harbor["country"], harbor["headquarters_country"]) == ("MY", "HK")
    assert harbor["address"] == "12 Jalan Bukit, Johor, 80000, Malaysia"
    assert (harbor["lei"], harbor["registration_number"]) == ("5493000HARBOR0000012", "202301001234")
    assert harbor["incorporated_on"] == DAY("2023-02-01")
    assert (parties["per-orlov"]["kind"], parties["per-orlov"]["country"]) == ("person", "SG")
    assert (parties["ent-pacific"]["aliases"], parties["per-nobody"]["name"]) == (["PGL"], None)


def test_the_latest_statement_of_a_record_counts_and_a_closing_one_ends_it() -> None:
    rows = kept("ownership", "bods_04.jsonl").sort("record", "line")
    first = rows.filter(record="rel-1").rows(named=True)
    assert [(row["interest"], row["share_min"], row["share_max"]) for row in first] == [
        ("shareholding", 25.0, 50.0),
        ("votingRights", 25.0, 50.0),
    ]
    assert [(row["share_min_open"], row["share_max_open"]) for row in first] == [(True, False), (True, True)]
    assert (first[0]["owner_id"], first[0]["owned_id"]) == ("ent-pacific", "ent-harbor")
    closed = rows.filter(record="rel-2").row(0, named=True)
    assert (closed["share_min"], closed["share_min_open"], closed["until_on"]) == (75.0, False, DAY("2024-01-01"))


def test_statements_that_name_nobody_are_kept_without_an_owner() -> None:
    rows = kept("ownership", "bods_04.jsonl", "bods_02.json").filter(pl.col("owner_id").is_null())
    said = rows.filter(pl.col("details") != "no longer stated")["details"]
    assert set(said) == {"noBeneficialOwners: widely held", "no-beneficial-owners: widely held"}


def test_every_statement_is_accounted_for() -> None:
    tables, refused = excerpt(BODS, "bods_04.jsonl")
    assert refused.select("row", "reason").rows() == [(12, "is no BODS statement")]
    assert {*tables["parties"]["row"], *tables["ownership"]["row"]} == set(range(1, 12))


def test_an_older_version_is_read_like_the_newest() -> None:
    parties = {row["id"]: row for row in kept("parties", "bods_02.json").iter_rows(named=True)}
    assert parties["oe-1"]["name"] == "Harbor Cloud Berhad"
    before = excerpt(BODS, "bods_02.json")[0]["parties"].row(0, named=True)
    assert (before["registration_number"], before["incorporated_on"]) == ("202301001234", DAY("2018-03-01"))
    assert before["address"] == "12 Jalan Bukit, 80000, MY"
    assert (parties["op-1"]["name"], parties["op-1"]["country"]) == ("Anton Orlov", None)


def test_a_statement_that_replaces_another_is_its_next_version() -> None:
    rows = kept("ownership", "bods_02.json").filter(record="oc-1").sort("line").rows(named=True)
    assert [(row["owner_id"], row["owned_id"], row["share_min"]) for row in rows] == [
        ("oe-2", "oe-1", 51.0), (None, "oe-1", None)]  # fmt: skip
    assert rows[0]["until_on"] == DAY("2021-06-01")
    assert rows[1]["details"] == "no longer stated"


def test_marks_of_excluded_ends_are_read_as_older_versions_write_them() -> None:
    first = excerpt(BODS, "bods_02.json")[0]["ownership"].row(0, named=True)
    parts = ("share_min", "share_max", "share_min_open", "share_max_open", "interest")
    assert [first[part] for part in parts] == [50.0, 75.0, True, False, "shareholding"]


def test_a_summed_up_chain_is_indirect_and_not_added_to_its_parts() -> None:
    rows = kept("ownership", "bods_02.json")
    assert rows.filter(record="oc-3")["directness"].to_list() == ["indirect"]
    found = holdings(interests(rows.rename({"owner_id": "owner", "owned_id": "owned"})))
    assert set(found.select("owner", "owned").rows()) == {("oe-2", "oe-1"), ("op-1", "oe-2")}


def test_a_package_is_read_like_its_statements(tmp_path: Path) -> None:
    for package in ({"statements": OLD}, {"entityStatements": OLD[:2], "ownershipOrControlStatements": OLD[4:5]}):
        path = tmp_path / "package.json"
        path.write_text(json.dumps(package))
        assert BODS.recognizes(open_raw(path))
        tables, refused = rows_of(BODS, open_raw(path))
        assert refused.is_empty()
        assert tables["ownership"]["owner_id"].to_list()[0] == "oe-2"


def test_a_closing_statement_of_the_same_day_comes_last_whatever_the_order(tmp_path: Path) -> None:
    said = [relation(1, interests=[held({"exact": 60})]), relation(2, status="closed", interests=[held({"exact": 60})])]
    for order in (said, said[::-1]):
        rows = winners(with_provenance(read(tmp_path, *order)["ownership"], "ownership", "bods", "", None))
        assert rows["until_on"].to_list() == [DAY("2020-01-01")]


def test_a_bare_closing_ends_the_interests_stated_before(tmp_path: Path) -> None:
    first = relation(1, interests=[held({"exact": 60}), {"type": "votingRights"}])
    last = relation(2, status="closed", date="2022-05-05", interests=[])
    for order in ((first, last), (last, first)):
        rows = winners(with_provenance(read(tmp_path, *order)["ownership"], "ownership", "bods", "", None))
        assert rows.select("share_min", "until_on").rows() == [(60.0, DAY("2022-05-05")), (None, DAY("2022-05-05"))]


@pytest.mark.parametrize("share", [{"exact": 101}, {"minimum": 60, "maximum": 40}, {"minimum": "most"}])
def test_a_share_that_is_none_is_refused(tmp_path: Path, share: object) -> None:
    path = tmp_path / "statements.json"
    path.write_text(json.dumps([relation(1, interests=[held(share)])]))
    _, refused = rows_of(BODS, open_raw(path))
    assert refused["column"].str.starts_with("share").to_list() == [True]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefgh"), max_size=3), max_size=8))
def test_replacements_in_chains_and_loops_have_one_oldest_statement(replaced: dict[str, list[str]]) -> None:
    found = Replacements()
    for each, others in replaced.items():
        found.see(each, others)
    found.settle()
    for each, others in replaced.items():
        root = found.root(each)
        assert found.root(root) == root
        assert {found.root(other) for other in others} <= {root}
        assert found.depth(each) <= len(replaced)


@QUIET
@given(st.lists(st.sampled_from(NEW + OLD), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_statements_changes_nothing(tmp_path: Path, said: list[Any], chance: Any) -> None:
    turned = said[:]
    chance.shuffle(turned)
    first, second = (read(tmp_path, *order) for order in (said, turned))
    for table in first:
        parts = ("record", "line", "content")
        rows = [
            winners(with_provenance(each[table], table, "bods", "", None)).select(parts) for each in (first, second)
        ]
        assert rows[0].equals(rows[1])


@QUIET
@given(data=st.data())
def test_a_field_of_any_kind_loses_no_statement(tmp_path: Path, data: st.DataObject) -> None:
    statement = data.draw(st.sampled_from(NEW + OLD))
    bad = spoiled(statement, data.draw(st.sampled_from(fields(statement))), data.draw(ODD))
    survives(BODS, tmp_path / "bods.jsonl", "\n".join(map(json.dumps, [NEW[0], bad, OLD[0]])).encode())


@QUIET
@given(name=st.sampled_from(["bods_02.json", "bods_04.jsonl"]), at=st.integers(0, 5000), piece=st.binary(max_size=6))
def test_damaged_bytes_lose_no_statement(tmp_path: Path, name: str, at: int, piece: bytes) -> None:
    content = (FILES / name).read_bytes()
    survives(BODS, tmp_path / name, content[:at] + piece + content[at + 3 :])


@real
def test_real_groups_and_teaching_examples_are_read_whole() -> None:
    folder = SHARED / "ownership" / "bods"
    for path in sorted([*folder.rglob("*.json"), *folder.rglob("*.jsonl")]):
        assert BODS.recognizes(open_raw(path))
        assert rows_of(BODS, open_raw(path))[1].is_empty(), path.name


@real
def test_real_bands_are_read_as_the_register_words_them() -> None:
    path = SHARED / "ownership" / "bods" / "bods04_gleif_uk_demo.jsonl"
    rows = rows_of(BODS, open_raw(path))[0]["ownership"].filter(interest="shareholding")
    bands = rows.group_by("share_min", "share_min_open", "share_max_open").len()
    assert set(bands.drop("len").rows()) == {(25.0, True, False), (50.0, True, True), (75.0, False, False)}


@QUIET
@given(st.lists(st.sampled_from(DELIVERED), max_size=10), st.integers(0, 10))
def test_two_deliveries_give_what_one_gives(tmp_path: Path, said: list[Any], cut: int) -> None:
    """Relations name parties by id alone, so that a delivery need not describe the parties of another."""
    whole, parts = read(tmp_path, *said), [read(tmp_path, *each) for each in (said[:cut], said[cut:])]
    for table in whole:
        once = winners(with_provenance(whole[table], table, "bods", "", None))
        twice = winners(
            with_provenance(pl.concat(each[table] for each in parts if table in each), table, "bods", "", None)
        )
        columns = ("record", "line", "content")
        assert twice.select(columns).equals(once.select(columns))
