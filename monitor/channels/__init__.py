"""The channels there are, one file each."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.channel import Channel
from monitor.channels import mail, webhook
from monitor.settings import MailSetting, WebhookSetting

__all__ = ["open_channels"]


def open_channels(settings: Sequence[MailSetting | WebhookSetting]) -> list[Channel]:
    """Make a channel of each setting; nothing is connected yet."""
    return [mail.channel(each) if isinstance(each, MailSetting) else webhook.channel(each) for each in settings]
