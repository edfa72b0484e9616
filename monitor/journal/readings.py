"""What was read last of every source, and when; when the store was vacuumed: state, not a fact of any run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from monitor.journal.content import plain
from monitor.journal.tables import STATE

NAME = "readings"
VACUUM = "vacuum"


def note(connection: Connection, rows: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Keep the counts of one reading."""
    connection.execute(delete(STATE).where(STATE.c.name == NAME))
    value = {"at": now.isoformat(), "sources": [plain(row) for row in rows]}
    connection.execute(insert(STATE).values(name=NAME, value=value))


def last(connection: Connection) -> tuple[dt.datetime | None, list[dict[str, Any]]]:
    """When sources were read last, and the counts of that reading."""
    value = connection.execute(select(STATE.c.value).where(STATE.c.name == NAME)).scalar()
    return (dt.datetime.fromisoformat(value["at"]), value["sources"]) if value else (None, [])


def note_vacuum(connection: Connection, now: dt.datetime) -> None:
    """Keep when the store was vacuumed."""
    connection.execute(delete(STATE).where(STATE.c.name == VACUUM))
    connection.execute(insert(STATE).values(name=VACUUM, value=now.isoformat()))


def last_vacuum(connection: Connection) -> dt.datetime | None:
    """When the store was vacuumed last."""
    value = connection.execute(select(STATE.c.value).where(STATE.c.name == VACUUM)).scalar()
    return dt.datetime.fromisoformat(value) if value else None
