"""Alerts as e-mail: plain text and HTML, one message per alert, the same Message-ID on every try."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import partial

import structlog

from monitor.channel import Channel, Unreachable, command
from monitor.channels.letter import letter, one_line
from monitor.journal import Delivery
from monitor.red_flag import Severity
from monitor.settings import MailSetting, reveal
from pipelines.errors import InputError, NotDelivered

EVENTS = ("alert.raised", "alert.updated", "alert.withdrawn", "alert.digest")
"""What mail tells: closing is an act of the reader's own."""

NEUTRAL = {
    "operator.source_failed": "Entrepot: a source needs your attention",
    "operator.source_recovered": "Entrepot: a source is well again",
}
"""Subjects of messages to the operator: no source is named in them."""

LONGEST_SUBJECT = 150


def channel(setting: MailSetting) -> Channel:
    """Make the channel of one `[[channel]]` of type mail."""
    return Channel(
        setting.name,
        partial(post, setting),
        setting.detail,
        Severity(setting.min_severity),
        EVENTS,
        confidential=setting.confidential,
        operator=setting.operator,
    )


def post(setting: MailSetting, delivery: Delivery) -> None:
    """Give one message to the mail server.

    Raises
    ------
    NotDelivered
        The server cannot be reached, or took the message for no recipient.
    """
    message = compose(setting, delivery)
    try:
        with _connect(setting) as server:
            refused = server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        raise NotDelivered(f"{setting.host}:{setting.port}: refused the message: {one_line(str(error))}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(f"{setting.host}:{setting.port}: {one_line(str(error)) or type(error).__name__}") from error
    for recipient, why in refused.items():
        structlog.get_logger().warning("recipient refused", channel=setting.name, recipient=recipient, why=str(why))


def compose(setting: MailSetting, delivery: Delivery) -> EmailMessage:
    """Write the message of one delivery. Text from records never reaches a header but as one clean line."""
    sender, domain = _address(setting, setting.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = [_address(setting, each)[0] for each in setting.to]
    message["Subject"] = subject(delivery)
    message["Date"] = format_datetime(delivery.queued_at)
    message["Message-ID"] = f"<{delivery.id}@{domain}>"
    if delivery.alert:
        message["References"] = f"<{delivery.alert.replace('/', '.')}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    text, html = letter(delivery, brief=setting.detail == "brief")
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def subject(delivery: Delivery) -> str:
    """Say in one line what a message is about."""
    data = delivery.body["data"]
    if delivery.event in NEUTRAL:
        return NEUTRAL[delivery.event]
    if delivery.event == "alert.digest":
        return f"{data['count']} alerts from records before {data['deliver_from']}"
    said = "" if delivery.event == "alert.raised" else f"{delivery.event.removeprefix('alert.')}: "
    title = one_line(str(data.get("title") or command(data["id"])))
    text = f"[{data['severity']}] {said}{title}"
    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 1]}…"


def _connect(setting: MailSetting) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if setting.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            setting.host, setting.port, timeout=setting.timeout_seconds, context=context
        )  # fmt: skip
    else:
        server = smtplib.SMTP(setting.host, setting.port, timeout=setting.timeout_seconds)
    try:
        if setting.security == "starttls":
            server.starttls(context=context)
        if setting.username is not None:
            server.login(setting.username, reveal(setting.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _address(setting: MailSetting, text: str) -> tuple[Address, str]:
    name, bare = parseaddr(text)
    try:
        address = Address(display_name=name, addr_spec=bare)
    except (ValueError, IndexError) as error:
        raise InputError(f"channel {setting.name}: {text!r} is no e-mail address; mend it") from error
    if not address.domain or not text.isprintable():
        raise InputError(f"channel {setting.name}: {text!r} is no e-mail address; mend it")
    return address, address.domain
