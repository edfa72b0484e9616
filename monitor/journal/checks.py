"""Name in one line each thing in a journal that does not add up: events, alerts, messages, runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from monitor.journal import contents, history
from monitor.journal.content import digest, fingerprint
from monitor.journal.outbox import message_id
from monitor.journal.tables import ALERT_CONTENTS, ALERT_EVENTS, ALERTS, OUTBOX, RUNS_RAISED

Snapshot = Mapping[str, Any]


def wrong(connection: Connection, runs: Mapping[int, Snapshot]) -> Iterator[str]:
    """Check everything; `runs` has the snapshot of every run of the store."""
    yield from (f"journal: {line}" for line in history.breaks(connection))
    yield from _raised(connection, runs)
    events: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(select(ALERT_EVENTS).order_by(ALERT_EVENTS.c.number)):
        events.setdefault(row.alert, []).append(row)
    for row in connection.execute(select(ALERTS).order_by(ALERTS.c.id)):
        yield from _alert(row, events.get(row.id, []))
        yield from _snapshot(row, runs)
    for row in connection.execute(select(ALERT_CONTENTS).order_by(ALERT_CONTENTS.c.number)):
        if fingerprint(row.body) != row.fingerprint:
            yield f"journal: what alert {row.alert} said at run {row.run} is not as it was written"
    for row in connection.execute(select(OUTBOX).order_by(OUTBOX.c.number)):
        yield from _message(row)


def _raised(connection: Connection, runs: Mapping[int, Snapshot]) -> Iterator[str]:
    lost = [run for run in connection.execute(select(RUNS_RAISED.c.run)).scalars() if run not in runs]
    if lost:
        yield (
            f"journal: alerts of run {max(lost)} were raised, which the store does not have: it was begun anew, or "
            "lost runs; restore it, or begin a journal of its own"
        )


def _alert(row: Row[Any], events: list[Row[Any]]) -> Iterator[str]:
    """An alert says what its last event says, and is what became of it."""
    said = [each.detail["fingerprint"] for each in events if "fingerprint" in (each.detail or {})]
    if fingerprint(row.body) != row.fingerprint or (said and said[-1] != row.fingerprint):
        yield f"journal: alert {row.id} is not as run {row.updated_run} wrote it"
    if not events:
        yield f"journal: alert {row.id} has no history"
        return
    life = contents.life_of(events)
    if life["status"] != row.status or life["disposition"] != row.disposition:
        yield f"journal: alert {row.id} is {_state(row.status, row.disposition)}, by its history " + _state(
            life["status"], life["disposition"]
        )


def _state(status: str, disposition: str | None) -> str:
    return f"{status} ({disposition})" if disposition else status


def _snapshot(row: Row[Any], runs: Mapping[int, Snapshot]) -> Iterator[str]:
    """The run an alert names is one the store has, and was made of the same."""
    said = row.body.get("snapshot") or {}
    known = runs.get(said.get("run") or 0)
    if known is None:
        yield f"journal: alert {row.id} rests on run {said.get('run')}, which the store does not have"
    elif any(_plain(said[name]) != _plain(known[name]) for name in said.keys() & known.keys()):
        yield f"journal: alert {row.id} rests on another run {said['run']} than the store has"


def _plain(value: Any) -> Any:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else value


def _message(row: Row[Any]) -> Iterator[str]:
    """A message is as it was queued, and waits, is delivered, or was dropped for a reason."""
    if digest(row.body) != row.content or row.id != message_id(
        channel=row.channel, alert=row.alert, event=row.event, run=row.run, content=row.content
    ):
        yield f"journal: message {row.id} to {row.channel} is not as it was queued"
    waits, delivered = row.next_try_at is not None, row.delivered_at is not None
    if waits and delivered:
        yield f"journal: message {row.id} to {row.channel} is delivered and waits"
    if not (waits or delivered or row.error):
        yield f"journal: message {row.id} to {row.channel} neither waits nor was delivered, and no error says why"
