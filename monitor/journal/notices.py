"""What the operator was told of sources: a message when one begins to fail, and one when it is well again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from monitor.journal.content import plain
from monitor.journal.history import iso
from monitor.journal.outbox import queue_notice
from monitor.journal.tables import STATE

NAME = "troubles"

Trouble = Mapping[str, Any]
"""`state` (failed, refused or stale), `lines`, `title`, `recovered` (its title when it is well again), `private`."""


def note(
    connection: Connection, troubles: Mapping[str, Trouble], channels: Sequence[str], now: dt.datetime
) -> tuple[str, ...]:
    """Compare the sources in trouble with those told before, queue a message for each change; name the changed."""
    before = last(connection)
    told: dict[str, Any] = {}
    changed = []
    for source, trouble in sorted(troubles.items()):
        known = before.get(source)
        since = known["since"] if known else iso(now)
        told[source] = {**trouble, "since": since}
        if known is None or known["state"] != trouble["state"]:
            _queue(connection, channels, "operator.source_failed", source, told[source], now)
            changed.append(source)
    for source in sorted(before.keys() - troubles.keys()):
        well = {**before[source], "state": "recovered", "title": before[source]["recovered"], "lines": []}
        _queue(connection, channels, "operator.source_recovered", source, {**well, "since": iso(now)}, now)
        changed.append(source)
    connection.execute(delete(STATE).where(STATE.c.name == NAME))
    connection.execute(insert(STATE).values(name=NAME, value=plain(told)))
    return tuple(changed)


def last(connection: Connection) -> dict[str, dict[str, Any]]:
    """The sources in trouble when they were last noted, and since when."""
    return dict(connection.execute(select(STATE.c.value).where(STATE.c.name == NAME)).scalar() or {})


def _queue(
    connection: Connection, channels: Sequence[str], event: str, source: str, said: Trouble, now: dt.datetime
) -> None:
    data = {"source": source, **{name: value for name, value in said.items() if name != "recovered"}}
    queue_notice(connection, channels, event, plain({**data, "command": "entrepot sources status"}), at=now)
