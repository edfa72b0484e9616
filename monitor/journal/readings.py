"""What was read last of every source, and when: state, not a fact of any run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from monitor.journal.content import plain
from monitor.journal.tables import STATE

NAME = "readings"


def note(connection: Connection, rows: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Keep the counts of one reading."""
    connection.execute(delete(STATE).where(STATE.c.name == NAME))
    value = {"at": now.isoformat(), "sources": [plain(row) for row in rows]}
    connection.execute(insert(STATE).values(name=NAME, value=value))


def last(connection: Connection) -> tuple[dt.datetime | None, list[dict[str, Any]]]:
    """When sources were read last, and the counts of that reading."""
    value = connection.execute(select(STATE.c.value).where(STATE.c.name == NAME)).scalar()
    return (dt.datetime.fromisoformat(value["at"]), value["sources"]) if value else (None, [])
