"""The questions as Python: who is meant, and what every answer carries."""

from __future__ import annotations

import datetime as dt

import pytest

from monitor import ask, lookup
from pipelines.errors import UnknownParty, WrongUse
from pipelines.store import StoredRun
from tests.command import entrepot, write_csv
from tests.test_example import write_example

LEI = "529900T8BM49AURSDO55"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> StoredRun:
    from pipelines.store import Store

    folder = tmp_path_factory.mktemp("ask")
    entrepot("init", folder)
    (folder / "monitor.toml").write_text('as_of = "2026-06-30"\n' + (folder / "monitor.toml").read_text())
    write_example(folder / "inbox")
    named = {"country": "MY", "registration_number": "", "lei": ""}
    rows = [
        {"id": "H0", "name": "Harbor Cloud Sdn Bhd", **named, "registration_number": "202301004455", "lei": LEI},
        {"id": "H1", "name": "Harbor Light Sdn Bhd", **named},
    ]
    write_csv(folder / "inbox" / "parties.csv", rows)
    assert entrepot("run", config=folder / "monitor.toml").exit_code == 0
    return Store(folder / "store").open()


@pytest.mark.parametrize(
    "text", ["H0", LEI, "202301004455", "Harbor Cloud", "HARBOR CLOUD SDN. BHD.", "harbor cloud sdn bhd", "r Cloud"]
)
def test_a_party_is_meant_by_id_registration_or_name(run: StoredRun, text: str) -> None:
    tables = run.tables()
    meant = lookup.party(tables, text)
    assert lookup.spelled(tables, [meant])[meant]["name"] == "Harbor Cloud Sdn Bhd"
    assert lookup.party(tables, meant) == meant


@pytest.mark.parametrize("text", ["", " ", "%", "no such party", "H", "\x1b[31m"])
def test_nobody_or_several_are_never_guessed(run: StoredRun, text: str) -> None:
    with pytest.raises(UnknownParty):
        lookup.party(run.tables(), text)


def test_every_answer_says_of_which_day_and_what_was_known(run: StoredRun) -> None:
    answers = [
        ask.screen(run, "Qinglan"),
        ask.owners(run, "H0", on=dt.date(2025, 1, 1)),
        ask.owned(run, "H0"),
        ask.trace(run, "A1"),
        ask.path(run, "H0", "Orion Boards GmbH"),
        ask.neighbors(run, "H0"),
    ]
    assert [each["on"] for each in answers] == [None, dt.date(2025, 1, 1), dt.date(2026, 6, 30), None, None, None]
    assert {each["known"]["run"] for each in answers} == {1}


def test_a_party_without_owners_on_record_is_told_as_that(run: StoredRun) -> None:
    found = ask.owners(run, "H0")
    assert (found["chains"], found["totals"]) == ([], [])
    assert found["ultimate_parent"] is None or found["ultimate_parent"]["name"]


def test_a_country_or_regime_that_is_none_is_wrong_use(run: StoredRun) -> None:
    with pytest.raises(WrongUse, match="Atlantis"):
        ask.screen(run, "Qinglan", country="Atlantis")
    with pytest.raises(WrongUse, match="mars"):
        ask.owners(run, "H0", regime="mars")


def test_a_screened_name_without_words_matches_nothing(run: StoredRun) -> None:
    for name in ("", "…", "Ltd"):
        assert ask.screen(run, name)["matches"] == []
