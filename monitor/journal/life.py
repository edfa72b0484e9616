"""What people do with an alert: each act is one row of its history, with who, when and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Row, select

from monitor.journal import history, outbox
from monitor.journal.content import reach
from monitor.journal.spelling import spell
from monitor.journal.tables import ALERTS, STATE
from pipelines.errors import InputError, WrongUse

DISPOSITIONS = {
    "explained": "false",
    "data_error": "false",
    "same_name": "false",
    "declined_business": "unclear",
    "inconclusive": "unclear",
    "diversion_confirmed": "true",
    "referred_to_counsel": "true",
    "disclosed": "true",
}
"""How an alert can end, and what it counts as when learning."""


def known(connection: Connection, alert: str) -> Row[Any]:
    """Look an alert up by its id.

    Raises
    ------
    InputError
        There is none.
    """
    row = connection.execute(select(ALERTS).where(ALERTS.c.id == alert)).one_or_none()
    if row is None:
        raise WrongUse(f"no alert {alert!r}; `entrepot alerts list` names them")
    return row


def close(connection: Connection, alert: str, disposition: str, *, who: str, why: str, now: dt.datetime) -> None:
    """End an alert, and tell the channels.

    Raises
    ------
    InputError
        Unknown alert or disposition, no reason, or closed already.
    """
    if disposition not in DISPOSITIONS:
        raise WrongUse(f"disposition {disposition!r} is unknown; use one of {', '.join(DISPOSITIONS)}")
    row = _in_reason(connection, alert, why)
    if row.status == "closed":
        raise InputError(f"alert {alert} is closed already ({row.disposition}); reopen it first")
    at_closing = {"severity": row.severity, **reach(row.body)}
    change(connection, alert, now, status="closed", disposition=disposition, at_closing=at_closing)
    history.record(
        connection, alert, "closed", at=now, who=who, why=why, run=row.updated_run, detail={"disposition": disposition}
    )
    channels = connection.execute(select(STATE.c.value).where(STATE.c.name == "channels")).scalar() or []
    outbox.queue(connection, channels, "alert.closed", spell(known(connection, alert)), run=row.updated_run, at=now)


def move(connection: Connection, alert: str, status: str, what: str, *, who: str, why: str, now: dt.datetime) -> None:
    """Take an open alert into review, or escalate it."""
    row = _in_reason(connection, alert, why)
    if row.status in ("closed", "withdrawn"):
        raise InputError(f"alert {alert} is {row.status}; reopen it first")
    change(connection, alert, now, status=status)
    history.record(connection, alert, what, at=now, who=who, why=why, run=row.updated_run)


def reopen(connection: Connection, alert: str, *, who: str, why: str, now: dt.datetime) -> None:
    """Open a closed alert again; its disposition stays in its history."""
    row = _in_reason(connection, alert, why)
    if row.status != "closed":
        raise InputError(f"alert {alert} is {row.status}, not closed")
    change(connection, alert, now, status="open", disposition=None, at_closing=None)
    history.record(connection, alert, "reopened", at=now, who=who, why=why, run=row.updated_run)


def assign(connection: Connection, alert: str, assignee: str | None, *, who: str, why: str, now: dt.datetime) -> None:
    """Give an alert to somebody, or to nobody."""
    row = known(connection, alert)
    change(connection, alert, now, assignee=assignee)
    history.record(
        connection, alert, "assigned", at=now, who=who, why=why, run=row.updated_run, detail={"assignee": assignee}
    )


def note(connection: Connection, alert: str, text: str, *, who: str, now: dt.datetime) -> None:
    """Write a note into an alert's history."""
    row = _in_reason(connection, alert, text)
    history.record(connection, alert, "noted", at=now, who=who, why=text, run=row.updated_run)


def change(connection: Connection, alert: str, now: dt.datetime, **values: object) -> None:
    """Change columns of one alert."""
    connection.execute(ALERTS.update().where(ALERTS.c.id == alert).values(updated_at=now, **values))


def _in_reason(connection: Connection, alert: str, why: str) -> Row[Any]:
    if not why.strip():
        raise WrongUse(f"alert {alert}: say why in a few words; the reason is kept with who and when")
    return known(connection, alert)
