"""Messages wait until they are delivered, survive a kill, and together tell every alert."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.journal import Journal
from tests.monitor.passes import NOON, alert, pass_of, told


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
    assert told(journal) == [("alert.raised", "a-1")], "a digest of one is the alert itself"


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


def test_the_journal_survives_a_kill_in_the_middle_of_raising(journal: Journal, journal_url: str) -> None:
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
    assert subprocess.run([sys.executable, "-c", code, journal_url], check=False).returncode == -9
    assert journal.last_raised() is None
    assert journal.alerts() == []
    four = [{"id": f"a-{n}", "kind": "site", "severity": "low", "title": ""} for n in range(4)]
    journal.raise_all(four, run=1, now=NOON, channels=("hook",), deliver_from=dt.date.min)
    assert len(told(journal)) == 4


def test_a_lease_is_held_by_one_living_process_at_a_time(journal: Journal, journal_url: str) -> None:
    assert journal.lease("deliver", NOON, 60)
    assert journal.lease("deliver", NOON, 60), "its holder may renew it"
    take = (
        "import datetime as dt, sys; from monitor.journal import Journal\n"
        "print(Journal(sys.argv[1]).lease('deliver', dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC), 60))"
    )

    def another() -> str:
        run = subprocess.run([sys.executable, "-c", take, journal_url], check=True, capture_output=True, text=True)
        return run.stdout.strip()

    assert another() == "False"
    journal.give_back("deliver")
    assert another() == "True"
    assert journal.lease("deliver", NOON, 60), "the other process is dead"


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
