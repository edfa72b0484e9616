"""The tables of the journal: the state that is not derived from records, in SQLite or PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

LAYOUT = 1
"""Number of this layout of tables; a journal of a newer one is refused."""

METADATA = MetaData()


class UtcTime(TypeDecorator[dt.datetime]):
    """A point in time: with a time zone in Python, as UTC in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=dt.UTC)


ALERTS = Table(
    "alerts",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("severity", String(16), nullable=False),
    Column("subject", Text),
    Column("body", JSON, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("raised_run", Integer, nullable=False),
    Column("updated_run", Integer, nullable=False),
    Column("first_raised_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("assignee", Text),
    Column("disposition", String(32)),
    Column("at_closing", JSON),
)
"""One row per alert; `at_closing` is what was known when it was closed: severity, ends, paths."""

ALERT_EVENTS = Table(
    "alert_events",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("alert", String(64), ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", String(32), nullable=False),
    Column("why", Text, nullable=False),
    Column("run", Integer),
    Column("detail", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)
"""What happened to alerts: only added to; each row's hash covers the row before."""

ALERT_CONTENTS = Table(
    "alert_contents",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("alert", String(64), ForeignKey("alerts.id"), nullable=False, index=True),
    Column("run", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("body", JSON, nullable=False),
)
"""What an alert said from one run to the next that changed it: only added to."""

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("alert", String(64), ForeignKey("alerts.id")),
    Column("event", String(32), nullable=False),
    Column("run", Integer, nullable=False),
    Column("content", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("body", JSON, nullable=False),
    Column("queued_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try_at", UtcTime, index=True),
    Column("delivered_at", UtcTime),
    Column("error", Text),
    UniqueConstraint("channel", "alert", "event", "run", "content"),
)
"""One row per message to one channel; `next_try_at` is null once it is delivered or dropped."""

RUNS_RAISED = Table(
    "runs_raised",
    METADATA,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
)
"""The runs whose alerts were raised."""

LEASES = Table(
    "leases",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", UtcTime, nullable=False),
)
"""Who alone may do a thing, and until when."""

STATE = Table(
    "state",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", JSON),
)
"""Single values: the layout, the channels told last."""
