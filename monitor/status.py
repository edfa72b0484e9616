"""What was read, in the JSON shapes of `check`, `run` and `sources status`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from monitor.run import Pass
from monitor.settings import Settings
from pipelines.ingest import Ingested
from pipelines.source import SourceReport
from pipelines.store import StoredRun


def source_rows(reports: Sequence[SourceReport]) -> list[dict[str, Any]]:
    """A row per source and table."""
    keep = ("source", "table", "files", "read", "accepted", "duplicate", "quarantined", "version", "failed", "notes")
    return [{name: value for name, value in asdict(each).items() if name in keep} for each in reports]


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


def stored_status(run: StoredRun, settings: Settings, now: dt.datetime) -> list[dict[str, Any]]:
    """The answer of `sources status`: what the last run read of each source, how old it is, and when it is due."""
    rows = run.table("readings").collect().to_dicts()
    every = settings.daemon.every
    for row in rows:
        read_at = row["last_read_at"]
        row["age_hours"] = round((now - read_at).total_seconds() / 3600, 1)
        row["next_due_at"] = read_at + every if every else None
    return rows
