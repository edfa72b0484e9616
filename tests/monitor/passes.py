"""Passes over made-up alerts, and a reader who takes every message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from monitor.journal import Journal, RaiseReport

NOON = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
LONG_AGO = dt.date(2020, 1, 1)


def alert(
    name: str = "a-1", *, severity: str = "high", ends: tuple[str, ...] = ("qinglan",), **parts: Any
) -> dict[str, Any]:
    legs = [{"record": "A1", "departed_on": "2024-05-02", "arrived_on": "2024-05-09"}]
    return {
        "id": name, "kind": "diversion", "status": "open", "severity": severity, "score": 3.0, "title": f"{name} title",
        "severity_reason": "two families", "raised_at": None, "updated_at": None, "party": {"id": "harbor"},
        "paths": [{"end": {"id": end}, "legs": [*legs, {"record": f"to-{end}"}]} for end in ends],
        "clock": {"first_raised": None, "known_since": "2024-07-01"}, "disposition": None,
        "snapshot": {"run": 1}, **parts,
    }  # fmt: skip


def pass_of(
    journal: Journal, *alerts: Mapping[str, Any], run: int = 1, day: int = 0, since: dt.date = LONG_AGO
) -> RaiseReport:
    now = NOON + dt.timedelta(days=day)
    return journal.raise_all(list(alerts), run=run, now=now, channels=("mail", "hook"), deliver_from=since)


def told(journal: Journal, channel: str = "hook") -> list[tuple[str, str | None]]:
    """Take everything from the outbox as a channel would."""
    taken: list[tuple[str, str | None]] = []
    later = NOON + dt.timedelta(days=999)
    while due := journal.due(later):
        for each in due:
            taken += [(each.event, each.alert)] if each.channel == channel else []
            journal.delivered(each.id, later)
    return taken
