"""Webhooks are signed, tried again with the same id, and hold up nobody else."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from monitor.channel import deliver, wait_after
from monitor.channels import mail, webhook
from monitor.journal import Journal
from pipelines.errors import InputError, NotDelivered
from tests.monitor.receivers import NOON, SIGNED_WITH, Hook, Mailbox, alert, delivery, raised, web_server


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
