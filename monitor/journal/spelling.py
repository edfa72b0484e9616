"""An alert as it is told: what its run said, with what has happened to it since."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Row

from monitor.journal.content import Alert
from monitor.journal.history import iso
from monitor.red_flag import Severity


def spell(row: Row[Any]) -> Alert:
    """Write one alert in the contract of alerts out."""
    return told(
        row.body,
        first_raised_at=row.first_raised_at,
        updated_at=row.updated_at,
        status=row.status,
        disposition=row.disposition,
        assignee=row.assignee,
    )


def told(said: Alert, *, first_raised_at: dt.datetime, updated_at: dt.datetime, **life: str | None) -> Alert:
    """Put what an alert says and what has happened to it together."""
    body: Alert = dict(said)
    clock = {**(body.get("clock") or {}), "first_raised": iso(first_raised_at)}
    body.update(life, raised_at=iso(first_raised_at), updated_at=iso(updated_at), clock=clock)
    return body


def worst_first(alert: Alert) -> tuple[int, float, str]:
    """Sort key: severity, score, id."""
    return (-Severity(alert["severity"]).rank, -float(alert.get("score") or 0), str(alert["id"]))
