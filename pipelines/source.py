"""What a source is: who publishes it, how to read it, what may be asked of it, and what one reading of it gave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.fetching.setting import FetchSetting
from pipelines.reading.query_setting import QuerySetting
from pipelines.reading.raw import RawFile
from pipelines.tables import GRAPH, conform, day_number

Mode = Literal["append", "snapshot"]
Coverage = Literal["auto", "complete", "excerpt"]


@dataclass(frozen=True)
class SourceSetting:
    """What `monitor.toml` may declare of one source; every default holds for the inbox.

    Its files are at `path` or `glob`, or it is fetched, or asked of a database.

    `records_licenses` None means: yes where the file has a `license` column. `as_of` is the file's own date.
    `table` None means: recognized by content. `coverage` says whether a published list is all of that list
    (`pipelines.coverage`); "auto": by how much it holds. `stale_after_days` None means: it is never told as stale;
    `encoding` None: as the files show.
    """

    id: str
    path: Path | None = None
    glob: str | None = None
    table: str | None = None
    mapping: Path | None = None
    mode: Mode = "append"
    records_licenses: bool | None = None
    sites_complete: bool = False
    complete: bool = False
    register_complete_for: tuple[str, ...] = ()
    moves_goods: bool = True
    as_of: dt.date | None = None
    prefix: str = ""
    coverage: Coverage = "auto"
    stale_after_days: int | None = None
    encoding: str | None = None
    fetch: FetchSetting | None = None
    query: QuerySetting | None = None


@dataclass(frozen=True)
class Extract:
    """What one file gave for one table: canonical rows as text or typed, and those it could not use.

    `rows` has a column `row`; `read` counts every record, so that read + extra = rows + repeated + quarantined:
    `extra` are the rows beyond one per record, where records give several lines (same `row`, `line` 1, 2 …). Such a
    record is used or quarantined as a whole.
    """

    table: str
    rows: pl.DataFrame
    quarantined: pl.DataFrame
    read: int
    repeated: int = 0
    notes: tuple[str, ...] = ()
    columns: frozenset[str] = frozenset()
    extra: int = 0


@dataclass(frozen=True)
class Source:
    """A kind of source: who publishes it under which license, what it feeds, and the two acts on its files.

    `recognizes` looks at a file's content; `read` gives its records, piece by piece where files can be large:
    nothing is held longer than it must. `expected` bounds the rows of a complete file; outside is told. `together`
    has `read` given all files of the source at once, as one that feeds several tables is: they complete each other.
    """

    id: str
    title: str
    publisher: str
    license: str
    tables: tuple[str, ...]
    recognizes: Callable[[RawFile], bool]
    read: Callable[[Sequence[RawFile]], Iterable[Extract]]
    expected: tuple[int, int] = (0, 100_000_000)
    together: bool = False


@dataclass(frozen=True)
class SourceReport:
    """What the files of one source gave for one table. read = accepted + duplicate + quarantined.

    `corrected` are quarantined rows that a later file gave again, and right.
    `failures` has a line per file that could not be read, `failed` all of them on one line; `refused` a line per copy
    of a list that claims to be complete and is not, so that the last good one stays; `columns_filled` is
    the share of rows, 0 to 1, that have a value, per column the files have. `version` is the file's date, else
    the hash of its content.
    """

    source: str
    table: str
    files: tuple[str, ...] = ()
    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    corrected: int = 0
    corrections: int = 0
    columns_filled: Mapping[str, float] = field(default_factory=dict)
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    version: str | None = None
    mode: Mode = "append"
    records_licenses: bool = False
    sites_complete: bool = False
    complete: bool = False
    register_complete_for: tuple[str, ...] = ()
    moves_goods: bool = True
    prefix: str = ""
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    failed: str | None = None
    refused: tuple[str, ...] = ()
    last_read_at: dt.datetime | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """The notes, each naming the source where it names no file of it."""
        return tuple(
            note if any(note.startswith(file) for file in self.files) else f"{self.source}: {note}"
            for note in self.notes
        )


def sources(reports: Sequence[SourceReport], before: pl.DataFrame | None = None) -> pl.DataFrame:
    """Give the graph's table `sources`: what each source may be asked about.

    `before` is the table of the last run: a source whose files are no longer there still has its records, so what was
    known of it stays; the days its records span only widen, unless it is a snapshot.
    """
    rows = [
        {
            "id": each.source,
            "table": each.table,
            "records_licenses": each.records_licenses,
            "sites_complete": each.sites_complete,
            "complete": each.complete,
            "register_complete_for": list(each.register_complete_for),
            "moves_goods": each.moves_goods,
            "first_day": None if each.first_day is None else day_number(each.first_day),
            "last_day": None if each.last_day is None else day_number(each.last_day),
            "version": each.version,
        }
        for each in reports
        if each.read
    ]
    now = conform(pl.DataFrame(rows, schema=GRAPH["sources"].schema), GRAPH["sources"])
    if before is None:
        return now
    anew = [each.source for each in reports if each.mode == "snapshot"]
    spans = before.filter(~pl.col("id").is_in(anew)).select("id", "table", first="first_day", last="last_day")
    widened = now.join(spans, on=["id", "table"], how="left", maintain_order="left").with_columns(
        first_day=pl.min_horizontal("first_day", "first"), last_day=pl.max_horizontal("last_day", "last")
    )
    return pl.concat([widened.select(now.columns), before.join(now, on=["id", "table"], how="anti")])


def fills(reports: Sequence[SourceReport], before: pl.DataFrame | None = None) -> pl.DataFrame:
    """Give the graph's table `fills`: how far each source fills each column, when it was last read."""
    rows = [
        {"source": each.source, "table": each.table, "column": column, "share": share}
        for each in reports
        for column, share in each.columns_filled.items()
    ]
    now = pl.DataFrame(rows, schema=GRAPH["fills"].schema)
    return now if before is None else pl.concat([now, before.join(now, on=["source", "table"], how="anti")])
