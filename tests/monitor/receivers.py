"""An alert to tell, and those who are told: a web server and a mail server of our own."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from pydantic import SecretStr

from monitor.journal import Delivery, Journal
from monitor.settings import MailSetting, WebhookSetting

NOON = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
SIGNED_WITH = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


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
        "searched": {"max_legs": 6, "truncated": False}, "clock": {},
        "mine": {"shipments": ["A1"], "quantity": 30, "value_usd": 8_100_000, "units": []}, **parts,
    }  # fmt: skip


def raised(journal: Journal, *alerts: dict[str, Any], run: int = 1, since: dt.date = dt.date.min) -> None:
    journal.raise_all(alerts, run=run, now=NOON, channels=("mail", "hook"), deliver_from=since)


def delivery(event: str = "alert.raised", **parts: Any) -> Delivery:
    body: dict[str, Any] = {"type": event, "timestamp": "2024-07-01T12:00:00Z", "data": alert(raised_at="x", **parts)}
    return Delivery("msg_1", "mail", event, body["data"]["id"], 1, body["data"]["severity"], body, 0, NOON)


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


def parts_of(message: EmailMessage) -> tuple[str, str]:
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (cast(EmailMessage, body).get_content() for body in bodies)
    return text, html
