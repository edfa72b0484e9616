"""What happened to alerts, in a chain: each row's hash covers the row before, so that a change shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from monitor.journal.content import digest
from monitor.journal.tables import ALERT_EVENTS

NOBODY = "0" * 64
"""What the first row follows."""

SELF = "entrepot"
"""Who acts when no person does."""


def record(
    connection: Connection,
    alert: str,
    what: str,
    *,
    at: dt.datetime,
    why: str,
    who: str = SELF,
    run: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add what happened to the chain."""
    last = select(ALERT_EVENTS.c.hash).order_by(ALERT_EVENTS.c.number.desc()).limit(1)
    row = {"alert": alert, "at": at, "who": who, "what": what, "why": why, "run": run, "detail": dict(detail or {})}
    row["previous"] = connection.execute(last).scalar() or NOBODY
    connection.execute(ALERT_EVENTS.insert().values(**row, hash=_hash(row)))


def of_alert(connection: Connection, alert: str, until: int | None = None) -> list[dict[str, Any]]:
    """List what happened to one alert, oldest first; `until` is the number of the last event to tell."""
    wanted = select(ALERT_EVENTS).where(ALERT_EVENTS.c.alert == alert).order_by(ALERT_EVENTS.c.number)
    rows = connection.execute(wanted if until is None else wanted.where(ALERT_EVENTS.c.number <= until))
    return [
        {"at": iso(row.at), "who": row.who, "what": row.what, "why": row.why, "run": row.run, "detail": row.detail}
        for row in rows
    ]


def breaks(connection: Connection) -> list[str]:
    """Name every row that is not as it was written, or does not follow the one before."""
    found, previous = [], NOBODY
    for row in connection.execute(select(ALERT_EVENTS).order_by(ALERT_EVENTS.c.number)):
        if row.previous != previous:
            found.append(f"event {row.number} of alert {row.alert} does not follow the event before it")
        if row.hash != _hash(_values(row)):
            found.append(f"event {row.number} of alert {row.alert} is not as it was written")
        previous = row.hash
    return found


def _values(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in ("number", "hash")}


def _hash(row: Mapping[str, Any]) -> str:
    return digest({**row, "at": iso(row["at"])})


def iso(at: dt.datetime) -> str:
    """Write a time as ISO 8601 in UTC."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
