"""What alerts said at an earlier run, and what had become of them by then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from monitor.journal.content import Alert, fingerprint
from monitor.journal.spelling import told
from monitor.journal.tables import ALERT_CONTENTS, ALERT_EVENTS, ALERTS, RUNS_RAISED
from pipelines.errors import WrongUse

BECAME = {
    "raised": "open",
    "reopened": "open",
    "reviewed": "in_review",
    "escalated": "escalated",
    "closed": "closed",
    "withdrawn": "withdrawn",
}
"""The status an alert has after each event that changes it."""


def keep(connection: Connection, alert: Alert, run: int) -> None:
    """Keep what an alert says as of a run."""
    values = {"alert": alert["id"], "run": run, "fingerprint": fingerprint(alert), "body": alert}
    connection.execute(ALERT_CONTENTS.insert().values(**values))


def at(connection: Connection, run: int) -> list[Alert]:
    """Tell the alerts there were when the alerts of a run had been raised, as they were then.

    Raises
    ------
    WrongUse
        The alerts of that run were not raised.
    """
    raised_at = connection.execute(select(RUNS_RAISED.c.at).where(RUNS_RAISED.c.run == run)).scalar()
    if raised_at is None:
        raise WrongUse(f"--known: the alerts of run {run} were not raised by this journal; choose another run")
    events = _by_alert(connection.execute(_events(run, raised_at)))
    rows = connection.execute(select(ALERTS).where(ALERTS.c.id.in_(list(events)))).all()
    return [alert for row in rows for alert in _then(connection, row, events[row.id], run)]


def history_at(connection: Connection, run: int) -> int:
    """Number the last event there was when the alerts of a run had been raised."""
    raised_at = connection.execute(select(RUNS_RAISED.c.at).where(RUNS_RAISED.c.run == run)).scalar_one()
    return max((row.number for row in connection.execute(_events(run, raised_at))), default=0)


def _events(run: int, raised_at: dt.datetime) -> Select[Any]:
    until = (ALERT_EVENTS.c.run <= run) & (ALERT_EVENTS.c.at <= raised_at)
    return select(ALERT_EVENTS).where(until).order_by(ALERT_EVENTS.c.number)


def _by_alert(rows: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.alert, []).append(row)
    return found


def _then(connection: Connection, row: Row[Any], events: list[Row[Any]], run: int) -> Iterator[Alert]:
    """Tell one alert as it was; nothing when a journal of an earlier version did not keep that."""
    newest = (
        select(ALERT_CONTENTS.c.body)
        .where(ALERT_CONTENTS.c.alert == row.id, ALERT_CONTENTS.c.run <= run)
        .order_by(ALERT_CONTENTS.c.number.desc())
        .limit(1)
    )
    body = connection.execute(newest).scalar() or (row.body if row.updated_run <= run else None)
    if body is not None:
        first, last = events[0].at, events[-1].at
        yield told(body, first_raised_at=first, updated_at=last, **life_of(events))


def life_of(events: Iterable[Row[Any]]) -> Mapping[str, Any]:
    """Tell status, disposition and assignee after these events of one alert."""
    life: dict[str, Any] = {"status": "open", "disposition": None, "assignee": None}
    for each in events:
        life["status"] = BECAME.get(each.what, life["status"])
        if each.what == "assigned":
            life["assignee"] = each.detail.get("assignee")
        elif each.what in ("closed", "reopened"):
            life["disposition"] = each.detail.get("disposition") if each.what == "closed" else None
    return life
