"""Read what changed: inbox and declared files in, canonical records out, every row accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.ingest.accounts import Fresh, account
from pipelines.ingest.reader import Carried, Reader
from pipelines.known.kept import Kept
from pipelines.known.presence import Presence
from pipelines.known.readings import Reading, same
from pipelines.known.standing import Standing
from pipelines.reading.stored import LARGEST
from pipelines.source import SourceReport, SourceSetting

Say = Callable[[str], None]


@dataclass(frozen=True)
class Ingested:
    """What one reading of all sources gave.

    `records` has the fresh versions of records of every contract table, empty where nobody supplied any: the columns
    of its file, then provenance (`pipelines.reading.versions.PROVENANCE`). `readings` is what is now known of every
    file, read this time or before, `beside` which versions still stand, `presence` what complete
    copies of lists held, `quarantine` every row still not usable.
    `not_understood` has one line per file. `changed`: something was read that was not known before.
    """

    records: Mapping[str, pl.DataFrame]
    quarantine: pl.DataFrame
    reports: tuple[SourceReport, ...]
    readings: tuple[Reading, ...] = ()
    beside: Standing = field(default_factory=Standing)
    presence: Presence = field(default_factory=Presence)
    not_understood: tuple[str, ...] = ()
    changed: bool = True

    @property
    def failed(self) -> tuple[str, ...]:
        """One line per file or source that could not be read."""
        return tuple(line for each in self.reports for line in each.failures)

    def pieces(self, table: str) -> Iterator[pl.DataFrame]:
        """Give the fresh versions of one table piece by piece; columns that no file had are missing."""
        return self.records.pieces(table) if isinstance(self.records, Fresh) else iter((self.records[table],))


def ingest(
    settings: Sequence[SourceSetting],
    inbox: Path | None,
    *,
    as_of: dt.date,
    now: dt.datetime | None = None,
    kept: Kept | None = None,
    progress: Say | None = None,
    largest: int = LARGEST,
    downloads: Path = Path("downloads"),
) -> Ingested:
    """Read what changed in the declared sources and in the inbox since `kept`; all of it when nothing is.

    A file that cannot be read is named in its source's report and the others go on. `largest` bounds the bytes
    of one file; `downloads` is the folder of fetched copies.
    """
    at = now or dt.datetime.combine(as_of, dt.time(), dt.UTC)
    before = kept or Kept()
    reader = Reader(before, as_of, at, progress or _silent, largest, downloads)
    for setting in settings:
        reader.declared(setting)
    if inbox is not None:
        reader.dropped(inbox)
    for via in {each.via for each in before.readings} - reader.met:
        gone = {origin.name for each in before.readings for origin in each.origins if each.via == via}
        reader.carry(via, Carried(gone=gone))
    accounts = account(reader)
    return Ingested(
        records=accounts.fresh,
        quarantine=accounts.bad,
        reports=accounts.reports,
        readings=accounts.readings,
        beside=accounts.beside,
        presence=accounts.presence,
        not_understood=tuple(reader.not_understood),
        changed=not same(before.readings, accounts.readings),
    )


def _silent(_: str) -> None:
    """Say nothing."""
