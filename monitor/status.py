"""What was read, in the JSON shapes of `check`, `run` and `sources status`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from monitor.daemon import trigger
from monitor.journal import Journal
from monitor.run import Pass, source_rows
from monitor.settings import DaemonSetting, Settings
from pipelines.errors import InputError
from pipelines.fetching.fetch import next_due
from pipelines.fetching.setting import FetchSetting
from pipelines.graph import movements
from pipelines.ingest import Ingested
from pipelines.known.readings import Reading, report, restored
from pipelines.normalize.catalog import catalog
from pipelines.normalize.items import recognize
from pipelines.reading.query_setting import QuerySetting
from pipelines.source import SourceSetting
from pipelines.store import StoredRun

MOST = 1000
"""Quarantined rows that JSON carries."""


def reading_as_json(ingested: Ingested, seconds: float) -> dict[str, Any]:
    """The answer of `check --json`: that of `run`, with the quarantined rows and nothing raised."""
    return {
        "run": None,
        "sources": source_rows(ingested.reports),
        "not_understood": list(ingested.not_understood),
        "not_recognized": _not_recognized(ingested),
        "alerts": {"raised": 0, "updated": 0, "withdrawn": 0},
        "quarantine": ingested.quarantine.head(MOST).to_dicts(),
        "quarantined": ingested.quarantine.height,
        "seconds": round(seconds, 2),
    }


def _not_recognized(ingested: Ingested) -> dict[str, int]:
    """Count the shipments just read whose goods are not recognized."""
    shipments = movements.prepared(ingested.records["shipments"])
    known = recognize(shipments, catalog=catalog(), user_items=ingested.records["items"])
    return {"shipments": known.get_column("family").null_count(), "of": known.height}


def pass_as_json(done: Pass) -> dict[str, Any]:
    """The answer of `run --json`."""
    return {
        "run": done.run,
        "new_run": done.new_run,
        "sources": source_rows(done.reports),
        "not_understood": list(done.not_understood),
        "not_recognized": dict(done.not_recognized),
        "alerts": done.raised.counts,
        "quarantined": done.quarantine.height,
        "notes": list(done.notes),
        "seconds": round(done.seconds, 2),
    }


def read_status(journal: Journal, settings: Settings, now: dt.datetime) -> list[dict[str, Any]]:
    """The answer of `sources status`: what the last pass read of each source, how old it is, and when it is due."""
    read_at, rows = journal.last_reading()
    if read_at is None:
        return []
    due = _next_due(settings.daemon, read_at)
    remote = {each.id: each.fetch or each.query for each in settings.sources}
    return [
        {**row, **_when(row, read_at, now), "next_due_at": _asked(remote.get(row["source"]), settings, due)}
        for row in rows
    ]


def _when(row: Mapping[str, Any], read_at: dt.datetime, now: dt.datetime) -> dict[str, Any]:
    """When a source was read last: what did not change was, what failed was not."""
    own = row.get("last_read_at")
    last = read_at if not row["failed"] else dt.datetime.fromisoformat(own) if isinstance(own, str) else own
    return {"last_read_at": last, "age_hours": None if last is None else _hours(now - last)}


def _asked(
    remote: FetchSetting | QuerySetting | None, settings: Settings, due: dt.datetime | None
) -> dt.datetime | None:
    """When a source is due: with the next pass, or later where it is not asked for so soon."""
    try:
        earliest = next_due(remote, settings.downloads) if remote else None
    except InputError:  # its address is not in the environment of this command
        earliest = None
    return max(due, earliest) if due and earliest else earliest or due


def status_then(run: StoredRun, settings: Settings) -> list[dict[str, Any]]:
    """The same as it was at a run: by what the run kept of its files. Failures are of no run."""
    if "readings" not in run.names():
        return []
    left = {(row[0], row[1]): row[2] for row in _left(run).iter_rows()}
    declared = {each.id: each for each in settings.sources}
    of: dict[tuple[str, str], list[Reading]] = {}
    for each in restored(run.table("readings").collect()):
        if each.source:
            of.setdefault((each.source, each.table), []).append(each)
    reports = [
        report(readings, declared.get(key[0]) or SourceSetting(id=key[0]), [], left.get(key, 0))
        for key, readings in of.items()
    ]
    return [
        {**row, "age_hours": _hours(run.info.made_at - row["last_read_at"]), "next_due_at": None}
        for row in source_rows(reports)
    ]


def _left(run: StoredRun) -> pl.DataFrame:
    return run.table("quarantine").group_by("source", "table").len().collect()


def _hours(passed: dt.timedelta) -> float:
    return round(passed.total_seconds() / 3600, 1)


def _next_due(daemon: DaemonSetting, read_at: dt.datetime) -> dt.datetime | None:
    """When the daemon reads next, by an interval since the last reading or by the clock."""
    if daemon.every:
        return read_at + daemon.every
    due: Callable[..., dt.datetime | None] = trigger(daemon).get_next_fire_time
    return due(None, read_at)
