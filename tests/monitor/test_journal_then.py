"""What alerts were at an earlier run, and whether the journal adds up, on every database it may be kept in."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from monitor.journal import Journal
from pipelines.errors import WrongUse
from tests.monitor.passes import NOON, alert, pass_of

RUNS = {number: {"run": number} for number in (1, 2, 3)}


def at(journal: Journal, run: int) -> dict[str, tuple[str, str]]:
    return {each["id"]: (each["status"], each["severity"]) for each in journal.alerts_at(run)}


def test_alerts_are_told_as_they_were_when_a_run_was_raised(journal: Journal) -> None:
    pass_of(journal, alert("a"), alert("b"), run=1, day=0)
    journal.close("b", "explained", "ada", "a sale", NOON + dt.timedelta(hours=1))
    journal.assign("a", "ada", "ada", NOON + dt.timedelta(hours=2))
    pass_of(journal, alert("a", severity="critical"), alert("b"), alert("c"), run=2, day=1)
    journal.review("c", "ada", "looks odd", NOON + dt.timedelta(days=1, hours=1))
    pass_of(journal, alert("b"), alert("c"), run=3, day=2)
    assert at(journal, 1) == {"a": ("open", "high"), "b": ("open", "high")}
    assert at(journal, 2) == {"a": ("open", "critical"), "b": ("closed", "high"), "c": ("open", "high")}
    assert at(journal, 3) == {"a": ("withdrawn", "critical"), "b": ("closed", "high"), "c": ("in_review", "high")}
    assert journal.alerts_at(3) == journal.alerts()
    assert [each["what"] for each in journal.history_at("b", 1)] == ["raised"]
    assert [each["assignee"] for run in (1, 2) for each in journal.alerts_at(run) if each["id"] == "a"] == [None, "ada"]
    with pytest.raises(WrongUse, match="run 7 were not raised"):
        journal.alerts_at(7)


def test_a_journal_nobody_touched_adds_up_and_names_the_runs_it_needs(journal: Journal) -> None:
    assert journal.wrong({}) == []
    pass_of(journal, alert("a"), alert("b", snapshot={"run": 2}), run=1)
    pass_of(journal, alert("a", severity="low"), run=2, day=1)
    journal.close("a", "explained", "ada", "a sale", NOON + dt.timedelta(days=2))
    assert journal.wrong(RUNS) == []
    assert journal.runs_needed([1, 2, 3]) == {1, 3}


def test_a_change_behind_its_back_is_named(journal: Journal) -> None:
    pass_of(journal, alert("a"), run=1)
    with journal.database.writing() as connection:
        connection.execute(text("UPDATE alerts SET status = 'closed', disposition = 'explained'"))
        connection.execute(text("UPDATE outbox SET channel = 'letter' WHERE channel = 'mail'"))
    found = journal.wrong({})
    assert [line for line in found if line.startswith("journal: alert a is closed (explained), by its history open")]
    assert [line for line in found if "to letter is not as it was queued" in line]
    assert [line for line in found if "alert a rests on run 1, which the store does not have" in line]
    assert [line for line in found if "alerts of run 1 were raised" in line]


def test_when_the_store_was_vacuumed_is_kept(journal: Journal) -> None:
    assert journal.last_vacuum() is None
    journal.note_vacuum(NOON)
    journal.note_vacuum(NOON + dt.timedelta(days=1))
    assert journal.last_vacuum() == NOON + dt.timedelta(days=1)
