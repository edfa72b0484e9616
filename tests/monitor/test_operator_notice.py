"""The operator is told once that a source fails, and once that it is well again."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.channel import deliver
from monitor.channels import mail, webhook
from monitor.confidential import LIST
from monitor.journal import Journal
from monitor.operator_notice import notice
from monitor.run import run
from monitor.settings import read_settings
from monitor.workspace import make_workspace
from pipelines.source import SourceReport, SourceSetting
from tests.monitor.receivers import NOON, SIGNED_WITH, Hook, Mailbox, parts_of

GOOD = SourceReport(source="erp", table="shipments", read=3, accepted=3)
BAD = SourceReport(source="erp", table="shipments", failures=("erp.csv: is empty; give it rows",), failed="erp.csv: …")
REFUSED = SourceReport(source="el", table="listings", refused=("el.json: is no complete copy: …; again",))


def told(journal: Journal, *reports: SourceReport, hours: int = 0, **said: object) -> tuple[str, ...]:
    return notice(journal, reports, NOON + dt.timedelta(hours=hours), ("mail", "hook"), **said)  # type: ignore[arg-type]


def events(journal: Journal) -> list[tuple[str, str]]:
    messages = journal.due(NOON + dt.timedelta(days=9), ["hook"])
    return [(each.event.removeprefix("operator.source_"), each.body["data"]["source"]) for each in messages]


def test_a_source_that_fails_is_told_once_and_again_when_it_is_well(journal: Journal) -> None:
    assert told(journal, BAD) == ("erp",)
    assert told(journal, BAD, hours=1) == ()
    assert told(journal, GOOD, hours=2) == ("erp",)
    assert told(journal, GOOD, hours=3) == ()
    assert events(journal) == [("failed", "erp"), ("recovered", "erp")]


def test_a_second_failure_later_is_a_message_of_its_own(journal: Journal) -> None:
    for hours, report in enumerate((BAD, GOOD, BAD, GOOD)):
        told(journal, report, hours=hours)
    assert [event for event, _ in events(journal)] == ["failed", "recovered", "failed", "recovered"]


def test_a_refused_list_and_a_failed_source_are_told_apart(journal: Journal) -> None:
    told(journal, BAD, REFUSED)
    said = {each.body["data"]["source"]: each.body["data"]["state"] for each in journal.due(NOON, ["hook"])}
    assert said == {"erp": "failed", "el": "refused"}
    assert journal.troubles()["el"]["lines"] == ["el.json: is no complete copy: …; again"]


@pytest.mark.parametrize(("version", "stale"), [("2024-05-01", True), ("2024-06-20", False), ("1f3c", False)])
def test_a_source_not_renewed_for_longer_than_set_is_stale(journal: Journal, version: str, stale: bool) -> None:
    report = SourceReport(source="csl", table="listings", read=9, version=version)
    assert told(journal, report, settings=[SourceSetting(id="csl", stale_after_days=30)]) == (("csl",) if stale else ())


def test_a_source_without_a_limit_is_never_stale(journal: Journal) -> None:
    report = SourceReport(source="csl", table="listings", read=9, version="1999-01-01")
    assert told(journal, report, settings=[SourceSetting(id="csl")]) == ()


def test_the_operator_gets_a_webhook_and_a_mail_with_a_neutral_subject(
    journal: Journal, mailbox: Mailbox, hook: Hook
) -> None:
    told(journal, BAD)
    deliver(journal, [mail.channel(mailbox.setting()), webhook.channel(hook.setting(min_severity="critical"))], NOON)
    said = json.loads(hook.got[0][1])
    assert said["type"] == "operator.source_failed"
    assert said["data"] == {
        "source": "erp", "state": "failed", "since": "2024-07-01T12:00:00Z", "private": False,
        "title": "A source cannot be read; what was read of it before stays, and grows old.",
        "lines": ["erp.csv: is empty; give it rows"], "command": "entrepot sources status",
    }  # fmt: skip
    assert mailbox.got[0]["Subject"] == "Entrepot: a source needs your attention"
    for part in parts_of(mailbox.got[0]):
        assert "erp.csv: is empty" in part
        assert "entrepot sources status" in part


def test_a_channel_that_is_not_the_operators_is_not_told(journal: Journal, hook: Hook) -> None:
    told(journal, BAD)
    report = deliver(journal, [webhook.channel(hook.setting(operator=False))], NOON)
    assert (hook.got, report.dropped) == ([], 1)


def test_a_message_that_was_not_taken_is_tried_again(journal: Journal, hook: Hook) -> None:
    hook.answers = [400]
    told(journal, BAD)
    deliver(journal, [webhook.channel(hook.setting())], NOON)
    hook.answers = []
    deliver(journal, [webhook.channel(hook.setting())], NOON + dt.timedelta(days=1))
    assert json.loads(hook.got[-1][1])["data"]["source"] == "erp"


@pytest.mark.parametrize("detail", ["full", "brief"])
def test_a_source_of_confidential_lists_is_not_named(journal: Journal, hook: Hook, detail: str) -> None:
    trouble = {"state": "failed", "title": "t", "recovered": "r", "lines": ["blue.csv: is empty"], "private": True}
    journal.note_troubles({"blue": trouble}, ["hook"], NOON)
    deliver(journal, [webhook.channel(hook.setting(detail=detail))], NOON)
    assert b"blue" not in hook.got[0][1]
    assert json.loads(hook.got[0][1])["data"]["source"] == LIST


def test_a_channel_that_may_name_confidential_lists_names_their_source(journal: Journal, hook: Hook) -> None:
    trouble = {"state": "failed", "title": "t", "recovered": "r", "lines": ["blue.csv: is empty"], "private": True}
    journal.note_troubles({"blue": trouble}, ["hook"], NOON)
    deliver(journal, [webhook.channel(hook.setting(confidential=True))], NOON)
    assert json.loads(hook.got[0][1])["data"]["lines"] == ["blue.csv: is empty"]


def test_a_pass_tells_of_the_sources_it_could_not_read_and_of_those_it_can_again(tmp_path: Path, hook: Hook) -> None:
    make_workspace(tmp_path)
    config, file = tmp_path / "monitor.toml", tmp_path / "inbox" / "parties.csv"
    channel = f'[[channel]]\ntype = "webhook"\nname = "hook"\nurl = "{hook.url}"\nsecret = "{SIGNED_WITH}"\n'
    config.write_text(config.read_text() + channel)
    for hours, text in enumerate(("", "", "id,name\n1,Tallvik Works\n")):
        file.write_text(text)
        run(read_settings(config), now=NOON + dt.timedelta(hours=hours))
    said = [json.loads(body) for _, body in hook.got]
    assert [(each["type"], each["data"]["source"]) for each in said] == [
        ("operator.source_failed", "parties"),
        ("operator.source_recovered", "parties"),
    ]
    assert "parties.csv" in said[0]["data"]["lines"][0]


@given(st.lists(st.sets(st.sampled_from("abc")), max_size=8))
@settings(max_examples=25, deadline=None)
def test_every_change_is_told_and_nothing_twice(passes: list[set[str]]) -> None:
    """Against an oracle: what is told is the difference of what failed in one pass and in the next."""
    with TemporaryDirectory() as folder:
        journal, before = Journal(Path(folder) / "journal.db"), set[str]()
        for hours, failing in enumerate(passes):
            reports = [SourceReport(source=name, table="shipments", failures=("x",)) for name in failing]
            assert set(told(journal, *reports, hours=hours)) == failing ^ before
            before = failing
