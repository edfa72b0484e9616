"""Mail tells an alert in text and HTML; what records say writes neither headers nor markup."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from monitor.channel import deliver, wait_after
from monitor.channels import mail, webhook
from monitor.journal import Journal
from monitor.words import DISCLAIMER
from pipelines.errors import InputError, NotDelivered
from tests.monitor.receivers import NOON, Hook, Mailbox, alert, delivery, parts_of, raised

HOSTILE = "Harbor\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script> \u202egnp.exe"


def test_a_mail_tells_the_alert_in_text_and_html(journal: Journal, mailbox: Mailbox) -> None:
    raised(journal, alert())
    assert deliver(journal, [mail.channel(mailbox.setting())], NOON).delivered == 1
    message = mailbox.got[0]
    assert message["Subject"] == "[high] 36 units may have been passed on"
    assert message["To"] == "compliance@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    for text in parts_of(message):
        for said in (
            "Qinglan",
            "computer parts",
            "A3",
            "icense",
            "Guidance",
            "likely 27",
            "own stock",
            "6 legs",
            "8,100,000 USD",
        ):
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


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_and_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str) -> None:
    certificate, key = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("MAIL_PASSWORD", "secret")
    context, box, logins = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Mailbox(), list[bytes]()
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, login: Any) -> AuthResult:
        logins.extend((login.login, login.password))
        return AuthResult(success=True)

    inside: dict[str, Any] = {"tls_context": context, "require_starttls": True} if security == "starttls" else {}
    outside: dict[str, Any] = {"ssl_context": context} if security == "tls" else {}
    server = Controller(
        box, hostname="127.0.0.1", port=box.port, authenticator=authenticate, auth_required=security == "starttls",
        **inside, **outside,
    )  # fmt: skip
    server.start()
    try:
        login = {"username": "entrepot", "password": "env:MAIL_PASSWORD"} if security == "starttls" else {}
        mail.post(box.setting(host="localhost", security=security, **login), delivery())
    finally:
        server.stop()
    assert len(box.got) == 1
    assert logins == ([b"entrepot", b"secret"] if security == "starttls" else [])


def certified(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
