"""Alerts are raised once, updated when they change, withdrawn when they no longer follow; nothing is told twice."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from monitor.journal import DISPOSITIONS, Journal
from monitor.journal.content import fingerprint, latest_evidence, plain, reach
from pipelines.errors import InputError, StoreError

NOON = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
LONG_AGO = dt.date(2020, 1, 1)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.db")


def alert(
    name: str = "a-1", *, severity: str = "high", ends: tuple[str, ...] = ("qinglan",), **parts: Any
) -> dict[str, Any]:
    legs = [{"record": "A1", "departed_on": "2024-05-02", "arrived_on": "2024-05-09"}]
    return {
        "id": name, "kind": "diversion", "status": "open", "severity": severity, "score": 3.0, "title": f"{name} title",
        "severity_reason": "two families", "raised_at": None, "updated_at": None, "party": {"id": "harbor"},
        "paths": [{"end": {"id": end}, "legs": [*legs, {"record": f"to-{end}"}]} for end in ends],
        "clock": {"first_raised": None, "known_since": "2024-07-01"}, "disposition": None,
        "snapshot": {"run": 1}, **parts,
    }  # fmt: skip


def pass_of(journal: Journal, *alerts: Mapping[str, Any], run: int = 1, day: int = 0, since: dt.date = LONG_AGO) -> Any:
    now = NOON + dt.timedelta(days=day)
    return journal.raise_all(list(alerts), run=run, now=now, channels=("mail", "hook"), deliver_from=since)


def told(journal: Journal, channel: str = "hook") -> list[tuple[str, str | None]]:
    """Take everything from the outbox as a channel would."""
    taken: list[tuple[str, str | None]] = []
    later = NOON + dt.timedelta(days=999)
    while due := journal.due(later):
        for each in due:
            taken += [(each.event, each.alert)] if each.channel == channel else []
            journal.delivered(each.id, later)
    return taken


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


def test_history_is_told_in_one_digest_on_the_first_pass(journal: Journal) -> None:
    fresh = alert("new", paths=[{"legs": [{"record": "B1", "departed_on": "2024-06-30", "arrived_on": "2024-07-02"}]}])
    worse = alert("old-2", severity="critical")
    report = pass_of(journal, worse, alert("old-1"), fresh, since=dt.date(2024, 7, 1))
    assert report.raised == ("old-2", "old-1", "new")
    assert report.digested == ("old-2", "old-1")
    messages = [each for each in journal.due(NOON) if each.channel == "mail"]
    assert [each.event for each in messages] == ["alert.raised", "alert.digest"]
    data = messages[1].body["data"]
    assert (data["count"], [each["id"] for each in data["alerts"]]) == (2, ["old-2", "old-1"])
    assert messages[1].severity == "critical"
    later = pass_of(journal, worse, alert("old-1"), fresh, alert("old-3"), run=2, since=dt.date(2024, 7, 1))
    assert later.digested == ()
    assert told(journal)[-1] == ("alert.raised", "old-3")


def test_a_large_digest_tells_the_worst_in_full_and_the_others_in_short(journal: Journal) -> None:
    pass_of(journal, *(alert(f"a-{n}", summary="x" * 200_000) for n in range(4)), since=dt.date(2024, 7, 1))
    data = journal.due(NOON)[0].body["data"]
    assert (data["count"], len(data["alerts"])) == (4, 4)
    assert ["summary" in each for each in data["alerts"]] == [True, True, False, False]


def test_the_day_of_the_first_pass_is_where_deliveries_start_by_default(journal: Journal) -> None:
    report = journal.raise_all([alert()], run=1, now=NOON, channels=("hook",))
    assert report.digested == ("a-1",)


def test_a_failed_message_waits_for_its_next_try_and_holds_back_later_ones_of_its_alert(journal: Journal) -> None:
    pass_of(journal, alert(), alert("a-2"))
    pass_of(journal, alert(title="another"), alert("a-2"), run=2)
    first, other = [each for each in journal.due(NOON) if each.channel == "hook"]
    assert (first.alert, first.event, other.alert) == ("a-1", "alert.raised", "a-2")
    in_an_hour = NOON + dt.timedelta(hours=1)
    journal.failed(first.id, "status 500", in_an_hour)
    assert [each.alert for each in journal.due(NOON) if each.channel == "hook"] == ["a-2"]
    again = next(each for each in journal.due(in_an_hour) if each.channel == "hook")
    assert (again.id, again.attempts, again.error) == (first.id, 1, "status 500")
    assert journal.waiting()[0] == {"channel": "hook", "delivered": 0, "waiting": 3, "error": "status 500"}
    journal.delivered(first.id, in_an_hour)
    assert ("alert.updated", "a-1") in told(journal)


def test_a_dropped_message_is_not_tried_again(journal: Journal) -> None:
    pass_of(journal, alert())
    for each in journal.due(NOON):
        journal.failed(each.id, "nobody wants it", None)
    assert told(journal) == []


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


def test_the_journal_survives_a_kill_in_the_middle_of_raising(tmp_path: Path) -> None:
    code = (
        "import datetime as dt, os, signal, sys; from monitor.journal import Journal, raising\n"
        "from monitor.journal import outbox\n"
        "put, seen = outbox.queue, []\n"
        "def queue(*a, **k):\n"
        "    put(*a, **k); seen.append(1)\n"
        "    if len(seen) == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "outbox.queue = queue\n"
        "alerts = [{'id': f'a-{n}', 'kind': 'site', 'severity': 'low', 'title': ''} for n in range(4)]\n"
        "Journal(sys.argv[1]).raise_all(alerts, run=1, now=dt.datetime(2024, 7, 1, tzinfo=dt.UTC), channels=('hook',),"
        " deliver_from=dt.date.min)\n"
    )
    path = tmp_path / "journal.db"
    assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == -9  # noqa: S603
    journal = Journal(path)
    assert journal.last_raised() is None
    assert journal.alerts() == []
    four = [{"id": f"a-{n}", "kind": "site", "severity": "low", "title": ""} for n in range(4)]
    journal.raise_all(four, run=1, now=NOON, channels=("hook",), deliver_from=dt.date.min)
    assert len(told(journal)) == 4


def test_a_lease_is_held_by_one_living_process_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal(path)
    assert journal.lease("deliver", NOON, 60)
    assert journal.lease("deliver", NOON, 60), "its holder may renew it"
    take = (
        "import datetime as dt, sys; from monitor.journal import Journal\n"
        "print(Journal(sys.argv[1]).lease('deliver', dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC), 60))"
    )

    def another() -> str:
        run = subprocess.run([sys.executable, "-c", take, path], check=True, capture_output=True, text=True)  # noqa: S603
        return run.stdout.strip()

    assert another() == "False"
    journal.give_back("deliver")
    assert another() == "True"
    assert journal.lease("deliver", NOON, 60), "the other process is dead"


def test_what_is_no_journal_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_text("no database at all, but long enough to look like a file with a header")
    with pytest.raises(StoreError, match="not a database") as refused:
        Journal(tmp_path / "journal.db")
    assert "\n" not in str(refused.value)
    with pytest.raises(InputError, match="is not a database URL"):
        Journal("pigeon://x")
    with pytest.raises(StoreError, match="unable to open"):
        Journal(tmp_path)


@pytest.mark.parametrize("name", ["two words", "a?b=c#d", "50%20", "żółć"])
def test_a_journal_may_lie_anywhere(tmp_path: Path, name: str) -> None:
    Journal(tmp_path / name / "journal.db")
    assert (tmp_path / name / "journal.db").exists()


def test_a_journal_of_a_newer_layout_is_refused(journal: Journal, tmp_path: Path) -> None:
    with journal.database.writing() as connection:
        connection.execute(text("UPDATE state SET value = '99' WHERE name = 'layout'"))
    with pytest.raises(StoreError, match="newer version"):
        Journal(tmp_path / "journal.db")


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        ({}, dt.date(2024, 5, 9)),
        ({"clock": {"latest_evidence_on": "2025-01-01"}}, dt.date(2025, 1, 1)),
        ({"paths": [], "searched": {"records_to": "2024-09-06"}}, dt.date(2024, 9, 6)),
        ({"paths": None, "searched": None, "clock": None}, None),
        ({"paths": [{"legs": [{"departed_on": "soon"}]}]}, None),
    ],
    ids=["legs", "as the alert says", "end of the records", "nothing said", "no date"],
)
def test_the_latest_evidence_of_an_alert(parts: dict[str, Any], day: dt.date | None) -> None:
    assert latest_evidence(alert(**parts)) == day


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(parts=st.dictionaries(st.sampled_from(["title", "score", "findings", "units", "searched"]), VALUES))
def test_the_fingerprint_ignores_what_only_the_journal_says_and_the_order_of_keys(parts: dict[str, Any]) -> None:
    one = plain({"id": "a", **parts})
    other = dict(reversed(list(one.items()))) | {"status": "closed", "updated_at": "x", "snapshot": {"run": 9}}
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint({**one, "title": [one.get("title")]})


def test_the_fingerprint_ignores_the_last_digits_and_the_end_of_the_records() -> None:
    assert fingerprint(alert(score=0.1 + 0.2)) == fingerprint(alert(score=0.3))
    assert fingerprint(alert(searched={"max_legs": 6, "records_to": "2024-01-01"})) == fingerprint(
        alert(searched={"max_legs": 6, "records_to": "2024-01-02"})
    )
    assert fingerprint(alert(searched={"max_legs": 6})) != fingerprint(alert(searched={"max_legs": 5}))
    assert reach(alert(ends=("b", "a"))) == {"ends": ["a", "b"], "paths": ["A1>to-a", "A1>to-b"]}


@given(
    passes=st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from(["t1", "t2"]), max_size=3), max_size=5),
    repeats=st.lists(st.booleans(), min_size=5, max_size=5),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_reader_of_the_messages_knows_the_alerts(
    tmp_path_factory: pytest.TempPathFactory, passes: list[dict[str, str]], repeats: list[bool]
) -> None:
    """Whatever the passes, and whether they are repeated, replaying the messages gives the open alerts."""
    journal, knows = Journal(tmp_path_factory.mktemp("j") / "journal.db"), dict[str, str]()
    for run, (made, twice) in enumerate(zip(passes, repeats, strict=False), 1):
        for _ in range(1 + twice):
            pass_of(journal, *(alert(name, title=title) for name, title in made.items()), run=run)
    for each in journal_messages(journal):
        if each["type"] == "alert.withdrawn":
            del knows[each["data"]["id"]]
        else:
            knows[each["data"]["id"]] = each["data"]["title"]
    assert knows == (passes[-1] if passes else {})
    assert journal.verify() == []


def journal_messages(journal: Journal) -> list[dict[str, Any]]:
    taken: list[dict[str, Any]] = []
    while due := [each for each in journal.due(NOON + dt.timedelta(days=9)) if each.channel == "hook"]:
        for each in due:
            taken.append(each.body)
            journal.delivered(each.id, NOON)
    return taken
