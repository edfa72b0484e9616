"""Passes over a folder that changes, each knowing what the ones before it kept, without the store between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.ingest import Ingested, ingest
from pipelines.known.kept import KNOWN, Kept
from pipelines.known.readings import newest_copies, restored, stored
from pipelines.known.standing import standing
from pipelines.source import SourceSetting

FIRST = dt.datetime(2026, 1, 1, 6, tzinfo=dt.UTC)
HEAD = "id,shipped_on,shipper_name,consignee_name,item,quantity"


@dataclass
class Passes:
    """What passes over one folder keep for each other."""

    inbox: Path | None
    sources: Sequence[SourceSetting] = ()
    known: dict[str, pl.DataFrame] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)
    made: int = 0
    last: Ingested | None = None

    def next(self) -> Ingested:
        """Make the next pass, a day after the last one."""
        now = FIRST + dt.timedelta(days=self.made)
        self.made += 1
        found = ingest(self.sources, self.inbox, as_of=now.date(), now=now, kept=self.kept)
        for table in found.records:
            fresh = found.records[table]
            if fresh.height:
                self.known[table] = pl.concat([self.known[table], fresh]) if table in self.known else fresh
        self.kept = Kept(
            restored(stored(found.readings)), found.quarantine, found.beside, found.presence, versions=self.versions
        )
        self.last = found
        return found

    def versions(self, table: str, keys: pl.DataFrame) -> pl.DataFrame:
        if table not in self.known:
            return pl.DataFrame(schema=KNOWN)
        return self.known[table].select(list(KNOWN)).join(keys, on="key", how="semi")

    def stands(self, table: str = "shipments") -> list[tuple[object, ...]]:
        """The winning records: what they are, what they say, and when it was recorded last."""
        if self.last is None or table not in self.known:
            return []
        newest = newest_copies(self.last.readings, {each.id: each.mode for each in self.sources})
        won = standing(self.known[table], table, self.last.beside, newest.get(table))
        return won.select("source", "record", "line", "content", "recorded_on", "recorded_at").rows()


def counts(found: Ingested) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Rows read, accepted, duplicate and quarantined of every source and table."""
    return {
        (each.source, each.table): (each.read, each.accepted, each.duplicate, each.quarantined)
        for each in found.reports
        if each.read
    }


def line(record: str, quantity: object, recorded_at: str = "") -> str:
    """One row of a file of shipments."""
    return f"{record},2024-05-02,Alder,Harbor,H100,{quantity},{recorded_at}"


def write(path: Path, rows: Sequence[str]) -> None:
    """Write a file of shipments."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([f"{HEAD},recorded_at", *rows]) + "\n", encoding="utf-8")
