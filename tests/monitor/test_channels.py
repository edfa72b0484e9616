"""Alerts arrive by mail and webhook: whole, signed, at least once, and without names where that was asked for."""

from __future__ import annotations

import datetime as dt
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from standardwebhooks import Webhook

from monitor.channel import Channel, deliver, wait_after
from monitor.channels import mail, open_channels, webhook
from monitor.channels.letter import one_line
from monitor.journal import Delivery, Journal
from monitor.red_flag import Severity
from monitor.settings import MailSetting, WebhookSetting
from monitor.words import DISCLAIMER
from pipelines.errors import InputError, NotDelivered

NOON = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
SIGNED_WITH = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TEMPLATES = Path(__file__).parents[2] / "monitor" / "templates"
ACCUSING = ["smuggle", "launder", "illegal", "criminal", "evade", "guilty", "front", "shell", "hides", "violates"]
HOSTILE = "Harbor\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script> \u202egnp.exe"


def alert(name: str = "a-1", **parts: Any) -> dict[str, Any]:
    leg: dict[str, Any] = {
        "kind": "shipment", "from": {"id": "h", "name": "Harbor Cloud"}, "to": {"id": "b", "name": "Brightquay"},
        "record": "A3", "departed_on": "2024-06-01", "arrived_on": "2024-06-04", "item": "computer parts",
        "quantity": 36, "law": {"on_date": {"license": "required", "on_record": "no", "because": []}},
    }  # fmt: skip
    units = {"least": 26, "likely": 27, "first_in_first_out": 30, "most": 30}
    return {
        "id": name, "kind": "diversion", "status": "open", "severity": "high", "severity_reason": "two families",
        "score": 3.0, "title": "36 units may have been passed on", "summary": "Harbor Cloud is recorded as …",
        "party": {"id": "h", "name": "Harbor Cloud"},
        "findings": [{"flag": "goods_change_on_the_way", "party": {"name": "Harbor Cloud"}, "severity": "high",
                      "reason": "40 servers came, 36 “computer parts” left", "shipments": ["A3"],
                      "cites": [{"document": "Guidance", "passage": "row 4", "verify": True}]}],
        "paths": [{"end": {"id": "q", "name": "Qinglan", "restricted_because": [
                      {"rule": "destination", "on_the_day": True, "certainty": "inferred"}]}, "legs": [leg, leg],
                   "links": [{"from_leg": 0, "to_leg": 1, "observed": False, "basis": ["quantity"],
                              "against": ["hs_code"]}]}],
        "units": [{"end": {"id": "q", "name": "Qinglan"}, "assumes": ["the same goods"],
                   "recognized": {"units": dict.fromkeys(units, 0)}, "if_same_goods": {"units": units}}],
        "explanations": [{"innocent_reading": "own stock", "would_be_shown_by": "a count"}],
        "not_evaluable": [{"flag": "site_lacks_power", "because": "no sites"}],
        "searched": {"max_legs": 6, "truncated": False}, "clock": {}, **parts,
    }  # fmt: skip


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.db")


def raised(journal: Journal, *alerts: dict[str, Any], run: int = 1, since: dt.date = dt.date.min) -> None:
    journal.raise_all(alerts, run=run, now=NOON, channels=("mail", "hook"), deliver_from=since)


def delivery(event: str = "alert.raised", **parts: Any) -> Delivery:
    body: dict[str, Any] = {"type": event, "timestamp": "2024-07-01T12:00:00Z", "data": alert(raised_at="x", **parts)}
    return Delivery("msg_1", "mail", event, body["data"]["id"], 1, body["data"]["severity"], body, 0, NOON)


# ---- a web server and a mail server of our own


@dataclass
class Hook:
    """A web server that answers as told and keeps what it is sent."""

    answers: list[int] = field(default_factory=list)
    slow: float = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def setting(self, **parts: Any) -> WebhookSetting:
        return WebhookSetting(type="webhook", name="hook", url=self.url, secret=SecretStr(SIGNED_WITH), **parts)


@contextmanager
def web_server(hook: Hook) -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name the server calls
            body = self.rfile.read(int(self.headers["content-length"]))
            hook.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(hook.slow)
            self.send_response(hook.answers.pop(0) if hook.answers else 200)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # nothing on the test's output
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        hook.url = f"http://127.0.0.1:{server.server_port}/hook"
        yield hook
        server.shutdown()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with web_server(Hook()) as running:
        yield running


@dataclass
class Mailbox:
    """A mail server that keeps what it is sent and refuses whom it is told to."""

    refuses: tuple[str, ...] = ()
    busy: int = 0
    got: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.busy:
            self.busy -= 1
            return "451 try again later"
        self.got.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def setting(self, **parts: Any) -> MailSetting:
        to = parts.pop("to", ("compliance@example.org",))
        return MailSetting.model_validate(
            {"type": "mail", "host": "127.0.0.1", "port": self.port, "security": "none", "to": to,
             "from": "Entrepot <entrepot@example.org>", **parts}
        )  # fmt: skip


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        box = Mailbox(port=free.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


# ---- webhooks


def test_a_webhook_is_signed_and_carries_the_whole_alert(journal: Journal, hook: Hook) -> None:
    raised(journal, alert())
    assert deliver(journal, [webhook.channel(hook.setting())], NOON).delivered == 1
    headers, body = hook.got[0]
    said = Webhook(SIGNED_WITH).verify(body, headers)
    assert (said["type"], said["timestamp"]) == ("alert.raised", "2024-07-01T12:00:00Z")
    assert said["data"] == journal.alert("a-1")
    assert [leg["record"] for leg in said["data"]["paths"][0]["legs"]] == ["A3", "A3"]
    assert headers["webhook-id"].startswith("msg_")
    assert headers["content-type"] == "application/json"


def test_a_busy_server_is_tried_again_with_the_same_id(journal: Journal, hook: Hook) -> None:
    hook.answers = [500, 200]
    pauses: list[float] = []
    raised(journal, alert())
    assert deliver(journal, [webhook.channel(hook.setting(), pauses.append)], NOON).delivered == 1
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1
    assert (len(hook.got), pauses) == (2, [0.5])


def test_what_fails_waits_in_the_outbox_and_is_delivered_later(journal: Journal, hook: Hook) -> None:
    hook.answers = [500, 503, 500]
    raised(journal, alert())
    channels = [webhook.channel(hook.setting(), lambda _: None)]
    assert deliver(journal, channels, NOON).errors == (f"hook: {hook.url}: answered 500",)
    assert deliver(journal, channels, NOON).failed == 0, "not due yet"
    assert deliver(journal, channels, NOON + wait_after(1)).delivered == 1
    assert deliver(journal, channels, NOON + wait_after(1)).delivered == 0
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1


def test_a_slow_server_is_given_up_and_the_others_are_told(journal: Journal, hook: Hook, mailbox: Mailbox) -> None:
    hook.slow = 1.0
    raised(journal, alert(), alert("a-2"))
    channels = [webhook.channel(hook.setting(timeout_seconds=0.1)), mail.channel(mailbox.setting())]
    report = deliver(journal, channels, NOON)
    assert report.errors == (f"hook: {hook.url}: no answer within 0.1 s",)
    assert (report.delivered, len(hook.got)) == (2, 1), "the second message waits untried"


@pytest.mark.parametrize(("status", "told"), [(404, "answered 404"), (301, "answered 301 \\(moved\\)")])
def test_a_refusal_is_not_tried_at_once_again(hook: Hook, status: int, told: str) -> None:
    hook.answers = [status]
    with pytest.raises(NotDelivered, match=told):
        webhook.post(hook.setting(), delivery())
    assert len(hook.got) == 1


def test_nobody_listening_is_told(journal: Journal) -> None:
    with web_server(Hook()) as gone:
        setting = gone.setting()
    raised(journal, alert())
    assert deliver(journal, [webhook.channel(setting)], NOON).failed == 1


def test_a_secret_that_is_none_is_told(hook: Hook) -> None:
    setting = hook.setting().model_copy(update={"secret": SecretStr("whsec_")})
    with pytest.raises(InputError, match="secret is not base64"):
        webhook.post(setting, delivery())


# ---- mail


def test_a_mail_tells_the_alert_in_text_and_html(journal: Journal, mailbox: Mailbox) -> None:
    raised(journal, alert())
    assert deliver(journal, [mail.channel(mailbox.setting())], NOON).delivered == 1
    message = mailbox.got[0]
    assert message["Subject"] == "[high] 36 units may have been passed on"
    assert message["To"] == "compliance@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    for text in parts_of(message):
        for said in ("Qinglan", "computer parts", "A3", "icense", "Guidance", "likely 27", "own stock", "6 legs"):
            assert said in text, said
        assert "entrepot alerts show a-1" in text
        assert " ".join(DISCLAIMER.split()) in " ".join(text.split())
    lines = parts_of(message)[0].splitlines()
    assert "  1. to Qinglan: destination, inferred" in lines
    assert "     2024-06-01 to 2024-06-04: Harbor Cloud -> Brightquay, 36 x computer" in lines


def test_a_mail_that_is_tried_again_has_the_same_id(journal: Journal, mailbox: Mailbox) -> None:
    mailbox.busy = 1
    raised(journal, alert())
    channels = [mail.channel(mailbox.setting())]
    assert deliver(journal, channels, NOON).failed == 1
    waiting = journal.due(NOON + wait_after(1), ["mail"])[0]
    assert deliver(journal, channels, NOON + wait_after(1)).delivered == 1
    assert mailbox.got[0]["Message-ID"] == f"<{waiting.id}@example.org>"


def test_names_from_records_cannot_write_headers_or_markup(mailbox: Mailbox) -> None:
    hostile: dict[str, Any] = alert(title=HOSTILE, summary=HOSTILE)
    hostile["paths"][0]["end"]["name"] = HOSTILE
    mail.post(mailbox.setting(), delivery(**hostile))
    message = mailbox.got[0]
    assert message["Bcc"] is None
    assert message["Subject"] == "[high] Harbor Bcc: all@example.org <script>alert(1)</script> gnp.exe"
    text, html = parts_of(message)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    for each in (text, html):
        assert "\u202e" not in each
        assert not re.search(r"^Bcc:", each, re.MULTILINE)


def test_updates_withdrawals_and_digests_say_what_they_are(journal: Journal, mailbox: Mailbox) -> None:
    raised(journal, alert(), alert("a-2", severity="low"), since=dt.date(2024, 7, 1))
    raised(journal, alert(title="other"), run=2)
    deliver(journal, [mail.channel(mailbox.setting())], NOON)
    subjects = [each["Subject"] for each in mailbox.got]
    assert subjects == [
        "2 alerts from records before 2024-07-01",
        "[high] updated: other",
        "[low] withdrawn: 36 units may have been passed on",
    ]
    digest, _, withdrawn = (parts_of(each)[0] for each in mailbox.got)
    assert digest.count("Qinglan") >= 2
    assert "run 2" in withdrawn


def test_closing_is_not_mailed(journal: Journal, mailbox: Mailbox, hook: Hook) -> None:
    raised(journal, alert())
    journal.close("a-1", "explained", "ana", "own stock", NOON)
    report = deliver(journal, [mail.channel(mailbox.setting()), webhook.channel(hook.setting())], NOON)
    assert (report.delivered, report.dropped) == (3, 1)
    assert [json.loads(body)["type"] for _, body in hook.got] == ["alert.raised", "alert.closed"]


def test_a_mail_nobody_may_have_fails_and_one_somebody_may_have_does_not(mailbox: Mailbox) -> None:
    mailbox.refuses = ("gone@example.org",)
    mail.post(mailbox.setting(to=("gone@example.org", "here@example.org")), delivery())
    assert len(mailbox.got) == 1
    with pytest.raises(NotDelivered, match="refused the message"):
        mail.post(mailbox.setting(to=("gone@example.org",)), delivery())


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_encryption_is_not_used_unless_told(mailbox: Mailbox, security: str) -> None:
    with pytest.raises(NotDelivered):
        mail.post(mailbox.setting(security=security, timeout_seconds=2), delivery())
    assert mailbox.got == []


@pytest.mark.parametrize("address", ["nobody", "a@b@c", "x@y\r\nBcc: z@z", ""])
def test_what_is_no_address_is_refused(mailbox: Mailbox, address: str) -> None:
    setting = mailbox.setting().model_copy(update={"sender": address})
    with pytest.raises(InputError, match="no e-mail address"):
        mail.compose(setting, delivery())


# ---- brief, thresholds, words


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


@given(text=st.text())
def test_cleaned_text_is_one_printable_line(text: str) -> None:
    clean = one_line(text)
    assert len(clean.splitlines()) <= 1
    assert clean == one_line(clean)
    assert all(each.isprintable() for each in clean)


def parts_of(message: EmailMessage) -> tuple[str, str]:
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (cast(EmailMessage, body).get_content() for body in bodies)
    return text, html
