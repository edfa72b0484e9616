"""Who is told of what, how much, and in which words."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.channel import Channel, deliver, wait_after
from monitor.channels import mail, open_channels, webhook
from monitor.channels.letter import one_line
from monitor.guidance import DOCUMENTS
from monitor.journal import Delivery, Journal
from monitor.red_flag import Severity
from monitor.red_flags import FLAGS
from monitor.summary import RULES
from pipelines.configuration import config_path
from pipelines.law.controls import effects
from pipelines.law.measure import measures
from tests.monitor.receivers import NOON, Hook, Mailbox, alert, parts_of, raised

TEMPLATES = Path(__file__).parents[2] / "monitor" / "templates"
ACCUSING = ["smuggle", "launder", "illegal", "criminal", "evade", "guilty", "front", "shell", "hides", "violates"]


@pytest.mark.parametrize("event", ["alert.raised", "alert.updated", "alert.withdrawn"])
def test_brief_messages_bear_no_names(journal: Journal, mailbox: Mailbox, hook: Hook, event: str) -> None:
    raised(journal, alert())
    if event != "alert.raised":
        raised(journal, *([alert(title="Harbor Cloud again")] if event == "alert.updated" else []), run=2)
    channels = [mail.channel(mailbox.setting(detail="brief")), webhook.channel(hook.setting(detail="brief"))]
    deliver(journal, channels, NOON)
    said = json.loads(hook.got[-1][1])
    assert said["type"] == event
    assert set(said["data"]) == {"id", "status", "severity", "kind", "raised_at", "updated_at", "command", "title"}
    assert said["data"]["command"] == "entrepot alerts show a-1"
    everything = mailbox.got[-1].as_string() + json.dumps(said) + "".join(parts_of(mailbox.got[-1]))
    for name in ("Harbor", "Brightquay", "Qinglan", "computer parts"):
        assert name not in everything


def test_a_brief_digest_bears_no_names(journal: Journal, mailbox: Mailbox, hook: Hook) -> None:
    raised(journal, alert(), alert("a-2"), since=dt.date(2024, 7, 1))
    channels = [mail.channel(mailbox.setting(detail="brief")), webhook.channel(hook.setting(detail="brief"))]
    deliver(journal, channels, NOON)
    everything = hook.got[0][1].decode() + "".join(parts_of(mailbox.got[0]))
    assert "entrepot alerts show a-2" in everything
    assert "Harbor" not in everything


def test_a_channel_is_told_only_what_weighs_enough(journal: Journal, hook: Hook) -> None:
    raised(journal, alert("a-1", severity="medium"), alert("a-2", severity="high"))
    raised(journal, alert("a-2", severity="low"), run=2)
    channel = webhook.channel(hook.setting(min_severity="high"))
    report = deliver(journal, [channel], NOON)
    told = [(json.loads(body)["type"], json.loads(body)["data"]["id"]) for _, body in hook.got]
    assert told == [("alert.raised", "a-2"), ("alert.updated", "a-2")], "that it weighs less now is news"
    assert report.dropped == 2


def test_a_digest_holds_only_what_weighs_enough(journal: Journal, hook: Hook) -> None:
    raised(journal, alert("a-1"), alert("a-2", severity="low"), since=dt.date(2024, 7, 1))
    deliver(journal, [webhook.channel(hook.setting(min_severity="high"))], NOON)
    data = json.loads(hook.got[0][1])["data"]
    assert (data["count"], [each["id"] for each in data["alerts"]]) == (1, ["a-1"])


def test_a_channel_that_breaks_keeps_no_other_from_being_told(journal: Journal, hook: Hook) -> None:
    def breaks(_: Delivery) -> None:
        raise ZeroDivisionError("oh")

    raised(journal, alert())
    report = deliver(journal, [Channel("mail", breaks), webhook.channel(hook.setting())], NOON)
    assert (report.delivered, report.errors) == (1, ("mail: ZeroDivisionError: oh",))


def test_one_process_delivers_at_a_time(journal: Journal, hook: Hook) -> None:
    raised(journal, alert())
    other = threading.Thread(target=lambda: journal.lease("deliver", NOON, 60))
    other.start()
    other.join()
    assert deliver(journal, [webhook.channel(hook.setting())], NOON).busy
    assert hook.got == []


def test_waits_double_up_to_six_hours() -> None:
    assert [wait_after(n).total_seconds() for n in (1, 2, 3, 10, 11, 5000)] == [30, 60, 120, 15360, 21600, 21600]


def test_channels_are_made_of_their_settings(mailbox: Mailbox, hook: Hook) -> None:
    mails, hooks = open_channels([mailbox.setting(detail="brief"), hook.setting(min_severity="critical")])
    assert (mails.name, mails.detail, hooks.name, hooks.min_severity) == ("mail", "brief", "hook", Severity.CRITICAL)


@pytest.mark.parametrize("word", ACCUSING)
def test_templates_accuse_nobody(word: str) -> None:
    for path in sorted(TEMPLATES.iterdir()):
        assert word not in path.read_text(encoding="utf-8").lower(), path.name
    assert len(list(TEMPLATES.iterdir())) == 2


def sent() -> Iterator[str]:
    """Every word of ours an alert can carry, beside the templates."""
    for document in DOCUMENTS:
        yield document.title
        yield from (cite.text for cite in document)
    for flag in FLAGS:
        yield from (flag.title, flag.says, flag.misses, *(text for pair in flag.innocent for text in pair))
    yield from (effect.words for effect in effects().values())
    yield from (measure.title for measure in measures())
    yield from RULES.values()
    yield config_path("questionnaire.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ACCUSING)
def test_what_alerts_are_made_of_accuses_nobody(word: str) -> None:
    assert [text for text in sent() if word in text.lower()] == []


@given(text=st.text())
def test_cleaned_text_is_one_printable_line(text: str) -> None:
    clean = one_line(text)
    assert len(clean.splitlines()) <= 1
    assert clean == one_line(clean)
    assert all(each.isprintable() for each in clean)
