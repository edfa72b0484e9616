"""A channel: who is told, of what, how much; and the act of delivering what waits, at least once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import structlog

from monitor.confidential import LIST, withheld
from monitor.journal import Delivery, Journal
from monitor.red_flag import Severity
from pipelines.errors import NotDelivered

EVERYTHING = ("alert.raised", "alert.updated", "alert.withdrawn", "alert.closed", "alert.digest")
"""What can be told of alerts."""

OPERATOR = ("operator.source_failed", "operator.source_recovered")
"""What is told of sources, to channels that want it."""

FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=6)
LEASE_SECONDS = 3600
"""How long one process may deliver alone; a dead one of this machine holds nothing."""

BRIEF = ("id", "status", "severity", "kind", "raised_at", "updated_at")
"""What a brief message carries of an alert."""


@dataclass(frozen=True)
class Channel:
    """One channel. `send` gives a message that is already cut to `detail`, or raises `NotDelivered`.

    `confidential`: lists marked confidential may be named in it; `operator`: it is told of sources that fail.
    """

    name: str
    send: Callable[[Delivery], None]
    detail: Literal["full", "brief"] = "full"
    min_severity: Severity = Severity.LOW
    events: tuple[str, ...] = EVERYTHING
    confidential: bool = False
    operator: bool = True

    def wants(self, delivery: Delivery) -> bool:
        """Whether this channel is to be told."""
        if delivery.event in OPERATOR:
            return self.operator
        return delivery.event in self.events and Severity(delivery.severity).rank >= self.min_severity.rank

    def cut(self, delivery: Delivery) -> Delivery:
        """Leave in a message what this channel may carry."""
        data = delivery.body["data"]
        if delivery.event in OPERATOR:
            data = self._of_source(data)
        elif delivery.event == "alert.digest":
            alerts = [each for each in data["alerts"] if Severity(each["severity"]).rank >= self.min_severity.rank]
            left_out = len(data["alerts"]) - len(alerts)
            data = {
                **data,
                "count": data["count"] - left_out,
                "alerts": [self._told(each, "raised") for each in alerts],
            }
        else:
            data = self._told(data, delivery.event.removeprefix("alert."))
        return replace(delivery, body={**delivery.body, "data": data})

    def _told(self, alert: Mapping[str, Any], event: str) -> dict[str, Any]:
        if self.detail == "brief":
            return brief(alert, event)
        return dict(alert) if self.confidential else withheld(alert)

    def _of_source(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Name a source of confidential lists only where they may be named; a brief message gives no reasons."""
        hidden = data["private"] and not self.confidential
        said = {**data, "source": LIST} if hidden else dict(data)
        return {**said, "lines": []} if hidden or self.detail == "brief" else said


@dataclass(frozen=True)
class DeliveryReport:
    """What one round of delivering did. `busy`: another process is delivering; nothing was tried."""

    delivered: int = 0
    failed: int = 0
    dropped: int = 0
    errors: tuple[str, ...] = ()
    busy: bool = False


def brief(alert: Mapping[str, Any], event: str) -> dict[str, Any]:
    """Say that there is an alert and how to see it; no names."""
    said = {name: alert.get(name) for name in BRIEF}
    title = f"{str(alert['severity']).capitalize()} {str(alert['kind']).replace('_', ' ')} alert {event}"
    return {**said, "title": title, "command": command(alert["id"])}


def command(alert: str) -> str:
    """What to type to see an alert."""
    return f"entrepot alerts show {alert}"


def wait_after(attempts: int) -> dt.timedelta:
    """How long to wait after so many failed tries: twice as long each time, six hours at most."""
    doubled: int = 2 ** min(max(attempts - 1, 0), 20)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def deliver(journal: Journal, channels: Sequence[Channel], now: dt.datetime) -> DeliveryReport:
    """Give every message that is due to its channel; what fails is tried again later, and holds up no other channel."""
    if not channels or not journal.lease("deliver", now, LEASE_SECONDS):
        return DeliveryReport(busy=bool(channels))
    try:
        outcomes = [outcome for channel in channels for outcome in _deliver_to(journal, channel, now)]
    finally:
        journal.give_back("deliver")
    errors = tuple(each for each in outcomes if each not in (_DELIVERED, _DROPPED))
    return DeliveryReport(outcomes.count(_DELIVERED), len(errors), outcomes.count(_DROPPED), errors)


_DELIVERED, _DROPPED = "delivered", "dropped"


def _deliver_to(journal: Journal, channel: Channel, now: dt.datetime) -> Iterable[str]:
    log = structlog.get_logger().bind(channel=channel.name)
    while due := journal.due(now, [channel.name]):
        for delivery in due:
            if not channel.wants(delivery):
                journal.failed(delivery.id, "below the channel's severity, or of an event it is not told", None)
                yield _DROPPED
                continue
            error = _try(channel, delivery)
            if error is None:
                journal.delivered(delivery.id, now)
                yield _DELIVERED
                continue
            next_try = now + wait_after(delivery.attempts + 1)
            log.warning("not delivered", delivery=delivery.id, error=error.args[0], next_try=next_try.isoformat())
            journal.failed(delivery.id, error.args[0], next_try)
            yield f"{channel.name}: {error.args[0]}"
            if isinstance(error, Unreachable):
                return  # the other messages wait for the next round, untried


class Unreachable(NotDelivered):
    """Nothing can be given to this channel at present."""


def _try(channel: Channel, delivery: Delivery) -> NotDelivered | None:
    try:
        channel.send(channel.cut(delivery))
    except NotDelivered as error:
        return error
    except Exception as error:  # noqa: BLE001  # one message or channel must not keep the others from being told
        return NotDelivered(f"{type(error).__name__}: {error}")
    return None
