"""Alerts are raised once, updated when they change, withdrawn when they no longer follow; nothing is told twice."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from monitor.journal import DISPOSITIONS, Journal
from pipelines.errors import InputError, StoreError
from tests.monitor.passes import NOON, alert, pass_of, told


def test_a_new_alert_is_raised_and_told_once(journal: Journal) -> None:
    assert pass_of(journal, alert()).raised == ("a-1",)
    assert told(journal) == [("alert.raised", "a-1")]
    again = pass_of(journal, alert(snapshot={"run": 2}), run=2, day=1)
    assert (again.raised, again.updated, again.unchanged) == ((), (), ("a-1",))
    assert told(journal) == []
    assert journal.last_raised() == 2


def test_raising_the_same_run_again_tells_nobody(journal: Journal) -> None:
    pass_of(journal, alert())
    pass_of(journal, alert(), day=1)
    assert told(journal) == [("alert.raised", "a-1")]
    assert len(journal.history("a-1")) == 1


def test_an_alert_is_given_as_the_contract_has_it(journal: Journal) -> None:
    pass_of(journal, alert())
    given = journal.alert("a-1")
    assert given["raised_at"] == given["updated_at"] == given["clock"]["first_raised"] == "2024-07-01T12:00:00Z"
    assert given["clock"]["known_since"] == "2024-07-01"
    assert (given["status"], given["disposition"]) == ("open", None)
    assert {name: given[name] for name in ("id", "kind", "paths", "party")} == {
        name: alert()[name] for name in ("id", "kind", "paths", "party")
    }


def test_alerts_are_listed_worst_first_and_by_status(journal: Journal) -> None:
    pass_of(journal, alert("a"), alert("b", severity="critical"), alert("c", score=9.0))
    journal.review("a", "ana", "looking", NOON)
    assert [each["id"] for each in journal.alerts()] == ["b", "c", "a"]
    assert [each["id"] for each in journal.alerts("open")] == ["b", "c"]
    assert [each["id"] for each in journal.alerts(["in_review", "closed"])] == ["a"]


def test_a_changed_alert_is_updated_and_keeps_its_first_time(journal: Journal) -> None:
    pass_of(journal, alert())
    assert pass_of(journal, alert(title="another"), run=2, day=1).updated == ("a-1",)
    assert told(journal) == [("alert.raised", "a-1"), ("alert.updated", "a-1")]
    now = journal.alert("a-1")
    assert (now["title"], now["raised_at"][:10], now["updated_at"][:10]) == ("another", "2024-07-01", "2024-07-02")
    assert journal.history("a-1")[-1]["why"] == "changed: title"


def test_a_changed_alert_stays_in_review(journal: Journal) -> None:
    pass_of(journal, alert())
    journal.review("a-1", "ana", "looking", NOON)
    pass_of(journal, alert(title="another"), run=2)
    assert journal.alert("a-1")["status"] == "in_review"


@pytest.mark.parametrize("act", ["nothing", "review", "escalate"])
def test_an_open_alert_that_no_longer_follows_is_withdrawn_with_a_reason(journal: Journal, act: str) -> None:
    pass_of(journal, alert())
    if act != "nothing":
        getattr(journal, act)("a-1", "ana", "looking", NOON)
    assert pass_of(journal, run=2).withdrawn == ("a-1",)
    assert journal.alert("a-1")["status"] == "withdrawn"
    assert "run 2" in journal.history("a-1")[-1]["why"]
    assert told(journal)[-1] == ("alert.withdrawn", "a-1")
    assert pass_of(journal, run=3).withdrawn == ()


def test_a_withdrawn_alert_that_follows_again_is_open_again(journal: Journal) -> None:
    pass_of(journal, alert())
    pass_of(journal, run=2)
    report = pass_of(journal, alert(), run=3)
    assert (report.reopened, report.updated) == (("a-1",), ("a-1",))
    assert journal.alert("a-1")["status"] == "open"
    assert told(journal)[-1] == ("alert.updated", "a-1")


@pytest.mark.parametrize(
    ("after", "opens"),
    [
        pytest.param({"title": "another"}, None, id="other words"),
        pytest.param({"severity": "low"}, None, id="lower severity"),
        pytest.param({"severity": "critical"}, "severity rose from high to critical", id="higher severity"),
        pytest.param({"ends": ("qinglan", "suntide")}, "1 new end", id="a new end"),
        pytest.param({"ends": ()}, None, id="fewer ends"),
        pytest.param(
            {"paths": [{"end": {"id": "qinglan"}, "legs": [{"record": "A9"}]}]}, "1 new path", id="a new path"
        ),
    ],
)
def test_a_closed_alert_opens_again_only_for_more(journal: Journal, after: dict[str, Any], opens: str | None) -> None:
    pass_of(journal, alert())
    journal.close("a-1", "explained", "ana", "own stock", NOON)
    told(journal)
    report = pass_of(journal, alert(**after), run=2)
    assert journal.alert("a-1")["status"] == ("open" if opens else "closed")
    assert report.reopened == (("a-1",) if opens else ())
    assert told(journal) == ([("alert.updated", "a-1")] if opens else [])
    if opens:
        assert journal.history("a-1")[-1]["why"] == opens
        assert journal.alert("a-1")["disposition"] is None


def test_a_closed_alert_that_no_longer_follows_stays_closed(journal: Journal) -> None:
    pass_of(journal, alert())
    journal.close("a-1", "explained", "ana", "own stock", NOON)
    assert pass_of(journal, run=2).withdrawn == ()
    assert journal.alert("a-1")["disposition"] == "explained"


def test_closing_is_told_and_needs_a_known_disposition_and_a_reason(journal: Journal) -> None:
    pass_of(journal, alert())
    with pytest.raises(InputError, match="use one of explained"):
        journal.close("a-1", "boring", "ana", "because", NOON)
    with pytest.raises(InputError, match="say why"):
        journal.close("a-1", "explained", "ana", " ", NOON)
    journal.close("a-1", "explained", "ana", "own stock", NOON)
    with pytest.raises(InputError, match="closed already"):
        journal.close("a-1", "explained", "ana", "own stock", NOON)
    assert told(journal) == [("alert.raised", "a-1"), ("alert.closed", "a-1")]
    assert set(DISPOSITIONS.values()) == {"false", "unclear", "true"}


def test_an_unknown_alert_is_refused(journal: Journal) -> None:
    for act in (lambda: journal.alert("x"), lambda: journal.history("x"), lambda: journal.note("x", "n", "ana", NOON)):
        with pytest.raises(InputError, match="no alert 'x'"):
            act()


def test_every_act_stands_in_the_history(journal: Journal) -> None:
    pass_of(journal, alert())
    journal.assign("a-1", "bo", "ana", NOON)
    journal.note("a-1", "asked the forwarder", "bo", NOON)
    journal.review("a-1", "bo", "looking", NOON)
    journal.escalate("a-1", "bo", "for counsel", NOON)
    journal.close("a-1", "referred_to_counsel", "bo", "done here", NOON)
    with pytest.raises(InputError, match="reopen it first"):
        journal.review("a-1", "bo", "looking", NOON)
    journal.reopen("a-1", "bo", "new letter", NOON)
    whats = ["raised", "assigned", "noted", "reviewed", "escalated", "closed", "reopened"]
    assert [each["what"] for each in journal.history("a-1")] == whats
    assert journal.alert("a-1")["assignee"] == "bo"
    assert journal.verify() == []


@pytest.mark.parametrize(
    "tampering",
    ["UPDATE alert_events SET why = 'x' WHERE number = 2", "DELETE FROM alert_events WHERE number = 2",
     "UPDATE alert_events SET at = '2020-01-01 00:00:00.000000' WHERE number = 1"],
)  # fmt: skip
def test_a_changed_history_shows(journal: Journal, tampering: str) -> None:
    pass_of(journal, alert())
    journal.note("a-1", "one", "ana", NOON)
    journal.note("a-1", "two", "ana", NOON)
    with journal.database.writing() as connection:
        connection.execute(text(tampering))
    assert journal.verify() != []


def test_hostile_values_are_kept_in_a_form_every_database_takes(journal: Journal) -> None:
    hostile: dict[str, Any] = {
        "title": "a\x00b\ud800",
        "score": float("nan"),
        "on": dt.date(2024, 1, 1),
        "set": {"b", "a"},
    }
    pass_of(journal, alert(**hostile))
    given = journal.alert("a-1")
    assert (given["title"], given["score"], given["on"], given["set"]) == ("ab?", None, "2024-01-01", ["a", "b"])


def test_what_is_no_journal_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_text("no database at all, but long enough to look like a file with a header")
    with pytest.raises(StoreError, match="not a database") as refused:
        Journal(tmp_path / "journal.db")
    assert "\n" not in str(refused.value)
    with pytest.raises(InputError, match="is not a database URL"):
        Journal("pigeon://x")
    with pytest.raises(StoreError, match="unable to open"):
        Journal(tmp_path)
    with pytest.raises(StoreError, match="cannot be written"):
        Journal(tmp_path / "journal.db" / "inside.db")


@pytest.mark.parametrize("name", ["two words", "a?b=c#d", "50%20", "żółć"])
def test_a_journal_may_lie_anywhere(tmp_path: Path, name: str) -> None:
    Journal(tmp_path / name / "journal.db")
    assert (tmp_path / name / "journal.db").exists()


def test_a_journal_of_a_newer_layout_is_refused(journal: Journal, journal_url: str) -> None:
    with journal.database.writing() as connection:
        connection.execute(text("UPDATE state SET value = '99' WHERE name = 'layout'"))
    with pytest.raises(StoreError, match="newer version"):
        Journal(journal_url)


def test_a_server_that_is_not_there_is_named_in_one_line() -> None:
    with pytest.raises(
        StoreError, match=r"journal postgresql\+psycopg://me:\*\*\*@127\.0\.0\.1:1/d: .*refused"
    ) as refused:
        Journal("postgresql+psycopg://me:s3cret@127.0.0.1:1/d")
    assert "\n" not in str(refused.value)
    with pytest.raises(InputError, match="is not a database URL") as refused:
        Journal("postgresql+psycopg://me:s3cret@h:port/d")
    assert "s3cret" not in str(refused.value)


def test_several_may_open_a_new_journal_at_once(journal_url: str) -> None:
    with ThreadPoolExecutor(4) as several:
        made = list(several.map(Journal, [journal_url] * 4))
    assert [each.last_raised() for each in made] == [None] * 4
    for each in made:
        each.database.engine.dispose()


def test_a_reader_sees_one_state(journal: Journal) -> None:
    pass_of(journal, alert())
    with journal.database.reading() as connection:
        before = connection.execute(text("SELECT count(*) FROM alerts")).scalar()
        pass_of(journal, alert(), alert("a-2"), run=2)
        assert connection.execute(text("SELECT count(*) FROM alerts")).scalar() == before
