"""Alerts as signed webhooks (standardwebhooks.com): at least once, the delivery's id in `webhook-id`."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import httpx
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from monitor.channel import Channel, Unreachable
from monitor.journal import Delivery
from monitor.red_flag import Severity
from monitor.settings import WebhookSetting, reveal
from pipelines.errors import InputError, NotDelivered

PAUSES = (0.5, 2.0)
"""Seconds to wait before trying again at once; after that the message waits in the outbox."""


def channel(setting: WebhookSetting, pause: Callable[[float], None] = time.sleep) -> Channel:
    """Make the channel of one `[[channel]]` of type webhook."""
    send = partial(post, setting, pause=pause)
    return Channel(
        setting.name,
        send,
        setting.detail,
        Severity(setting.min_severity),
        confidential=setting.confidential,
        operator=setting.operator,
    )


def post(setting: WebhookSetting, delivery: Delivery, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Post one message, with a second and third try when the server is busy.

    Raises
    ------
    NotDelivered
        The server did not answer with 2xx.
    """
    body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":"))
    for wait in (*PAUSES, None):
        try:
            _post_once(setting, delivery.id, body)
        except _Busy as busy:
            if wait is None:
                raise NotDelivered(*busy.args) from busy
            pause(wait)
        else:
            return


class _Busy(NotDelivered):
    """The server may take the message in a moment."""


def _post_once(setting: WebhookSetting, delivery: str, body: str) -> None:
    # a loopback address is never behind a proxy; nothing is read of the answer but its status
    with httpx.Client(timeout=setting.timeout_seconds, trust_env=not _is_loopback(setting.url)) as client:
        try:
            headers = _headers(setting, delivery, body)
            with client.stream("POST", setting.url, content=body.encode(), headers=headers) as answer:
                status = answer.status_code
        except httpx.TimeoutException as error:
            raise Unreachable(f"{setting.url}: no answer within {setting.timeout_seconds:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{setting.url}: {error or type(error).__name__}") from error
    if 300 <= status < 400:
        raise NotDelivered(f"{setting.url}: answered {status} (moved); set the new url")
    if status == 429 or status >= 500:
        raise _Busy(f"{setting.url}: answered {status}")
    if status >= 400:
        raise NotDelivered(f"{setting.url}: answered {status}")


def _headers(setting: WebhookSetting, delivery: str, body: str) -> dict[str, str]:
    now = dt.datetime.now(dt.UTC)  # of this try: receivers refuse what is older than five minutes
    try:
        signature = Webhook(reveal(setting.secret)).sign(delivery, now, body)
    except (ValueError, RuntimeError, EmptyWebhookSecretError) as error:
        raise InputError(f"channel {setting.name}: secret is not base64 (whsec_…); make a new one") from error
    return {
        "content-type": "application/json",
        "user-agent": f"entrepot/{_version()}",
        "webhook-id": delivery,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }


def _version() -> str:
    try:
        return version("entrepot")
    except PackageNotFoundError:
        return "0"


def _is_loopback(url: str) -> bool:
    host = httpx.URL(url).host
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
