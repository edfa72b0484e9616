"""An alert as it is told: what its run said, with what has happened to it since."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from monitor.journal.content import Alert
from monitor.journal.history import iso
from monitor.red_flag import Severity


def spell(row: Row[Any]) -> Alert:
    """Write one alert in the contract of alerts out."""
    body: Alert = dict(row.body)
    clock = dict(body.get("clock") or {})
    clock["first_raised"] = iso(row.first_raised_at)
    body.update(
        status=row.status,
        raised_at=iso(row.first_raised_at),
        updated_at=iso(row.updated_at),
        clock=clock,
        disposition=row.disposition,
        assignee=row.assignee,
    )
    return body


def worst_first(alert: Alert) -> tuple[int, float, str]:
    """Sort key: severity, score, id."""
    return (-Severity(alert["severity"]).rank, -float(alert.get("score") or 0), str(alert["id"]))
