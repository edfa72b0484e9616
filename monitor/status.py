"""What was read, in the JSON shapes of `check`, `run` and `sources status`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from monitor.journal import Journal
from monitor.run import Pass, source_rows
from monitor.settings import Settings
from pipelines.ingest import Ingested


def reading_as_json(ingested: Ingested) -> dict[str, Any]:
    """The answer of `check --json`."""
    return {
        "run": None,
        "sources": source_rows(ingested.reports),
        "not_understood": list(ingested.not_understood),
        "quarantine": ingested.quarantine.head(1000).to_dicts(),
        "quarantined": ingested.quarantine.height,
    }


def pass_as_json(done: Pass) -> dict[str, Any]:
    """The answer of `run --json`."""
    return {
        "run": done.run,
        "new_run": done.new_run,
        "sources": source_rows(done.reports),
        "not_understood": list(done.not_understood),
        "not_recognized": dict(done.not_recognized),
        "alerts": done.raised.counts,
        "notes": list(done.notes),
        "seconds": round(done.seconds, 2),
    }


def read_status(journal: Journal, settings: Settings, now: dt.datetime) -> list[dict[str, Any]]:
    """The answer of `sources status`: what the last pass read of each source, how old it is, and when it is due."""
    read_at, rows = journal.last_reading()
    every = settings.daemon.every
    if read_at is None:
        return []
    when = {
        "last_read_at": read_at,
        "age_hours": round((now - read_at).total_seconds() / 3600, 1),
        "next_due_at": read_at + every if every else None,
    }
    return [{**row, **when} for row in rows]
