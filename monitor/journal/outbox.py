"""Messages to be delivered: kept with the change they tell of, and tried until they are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from monitor.journal.content import Alert, digest
from monitor.journal.history import iso
from monitor.journal.tables import OUTBOX

DIGEST = "alert.digest"
MOST_CHARACTERS = 500_000
"""How much of a digest is alerts in full: many web servers take no more than a megabyte."""

SHORT = ("id", "kind", "status", "severity", "title", "raised_at", "updated_at", "confidential")
"""What a digest says of the alerts beyond that."""


@dataclass(frozen=True)
class Delivery:
    """One message to one channel. `body` is what a webhook is sent: type, timestamp, data."""

    id: str
    channel: str
    event: str
    alert: str | None
    run: int
    severity: str
    body: dict[str, Any]
    attempts: int
    queued_at: dt.datetime
    error: str | None = None


def queue(
    connection: Connection,
    channels: Sequence[str],
    event: str,
    alert: Alert,
    *,
    run: int,
    at: dt.datetime,
    severity: str | None = None,
) -> None:
    """Put a message about one alert in the outbox of every channel, unless it is there.

    `severity` is what the channel's threshold is held against: the higher of before and after.
    """
    body = {"type": event, "timestamp": iso(at), "data": alert}
    _put(connection, channels, body, alert["id"], severity or alert["severity"], run, at)


def queue_digest(
    connection: Connection,
    channels: Sequence[str],
    alerts: Sequence[Alert],
    since: dt.date,
    *,
    run: int,
    at: dt.datetime,
) -> None:
    """Put one message about many alerts in the outbox of every channel; they come worst first."""
    if not alerts:
        return
    sizes = accumulate(len(json.dumps(each)) for each in alerts)
    said = [
        each if size <= MOST_CHARACTERS else {name: each[name] for name in SHORT if name in each}
        for each, size in zip(alerts, sizes, strict=True)
    ]
    data = {"count": len(alerts), "deliver_from": since.isoformat(), "alerts": said}
    body = {"type": DIGEST, "timestamp": iso(at), "data": data}
    _put(connection, channels, body, None, alerts[0]["severity"], run, at)


def queue_notice(
    connection: Connection, channels: Sequence[str], event: str, data: dict[str, Any], *, at: dt.datetime
) -> None:
    """Put one message to the operator in the outbox of every channel: it is of no alert and no run."""
    _put(connection, channels, {"type": event, "timestamp": iso(at), "data": data}, None, "high", 0, at)


def _put(
    connection: Connection,
    channels: Sequence[str],
    body: dict[str, Any],
    alert: str | None,
    severity: str,
    run: int,
    at: dt.datetime,
) -> None:
    content = digest(body)
    for channel in channels:
        key = {"channel": channel, "alert": alert, "event": body["type"], "run": run, "content": content}
        name = message_id(**key)
        if connection.execute(select(exists().where(OUTBOX.c.id == name))).scalar():
            continue
        connection.execute(
            OUTBOX.insert().values(
                **key, id=name, severity=severity, body=body, queued_at=at, next_try_at=at, attempts=0
            )
        )


def message_id(**key: Any) -> str:
    """Name a message by its channel, alert, event, run and content."""
    return f"msg_{digest(key)[:32]}"


def due(connection: Connection, now: dt.datetime, channels: Sequence[str] | None, most: int) -> list[Delivery]:
    """List what is to be tried now, oldest first; of one alert and channel only the oldest that is not settled."""
    earlier = OUTBOX.alias()
    waits = exists().where(
        earlier.c.channel == OUTBOX.c.channel,
        earlier.c.alert == OUTBOX.c.alert,
        earlier.c.number < OUTBOX.c.number,
        earlier.c.next_try_at.is_not(None),
    )
    rows = select(OUTBOX).where(OUTBOX.c.next_try_at <= now, ~waits).order_by(OUTBOX.c.number).limit(most)
    if channels is not None:
        rows = rows.where(OUTBOX.c.channel.in_(channels))
    return [_delivery(row) for row in connection.execute(rows)]


def settle(
    connection: Connection,
    delivery: str,
    *,
    delivered_at: dt.datetime | None = None,
    error: str | None = None,
    next_try: dt.datetime | None = None,
) -> None:
    """Note the outcome of one try; with neither a time nor a next try it is dropped."""
    connection.execute(
        OUTBOX.update()
        .where(OUTBOX.c.id == delivery, OUTBOX.c.delivered_at.is_(None))
        .values(attempts=OUTBOX.c.attempts + 1, delivered_at=delivered_at, error=error, next_try_at=next_try)
    )


def waiting(connection: Connection) -> list[dict[str, Any]]:
    """Count per channel what is delivered, what waits, and say the newest error of what waits."""
    open_ = OUTBOX.c.next_try_at.is_not(None)
    counts = select(
        OUTBOX.c.channel,
        func.count(OUTBOX.c.delivered_at).label("delivered"),
        func.count(OUTBOX.c.next_try_at).label("waiting"),
    ).group_by(OUTBOX.c.channel)
    said = []
    for row in connection.execute(counts.order_by(OUTBOX.c.channel)).all():
        newest = select(OUTBOX.c.error).where(OUTBOX.c.channel == row.channel, open_, OUTBOX.c.error.is_not(None))
        error = connection.execute(newest.order_by(OUTBOX.c.number.desc()).limit(1)).scalar()
        said.append({"channel": row.channel, "delivered": row.delivered, "waiting": row.waiting, "error": error})
    return said


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{name: row._mapping[name] for name in Delivery.__dataclass_fields__})
