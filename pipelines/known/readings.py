"""What one reading of one file gave for one table, kept so that unchanged files need not be read again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.source import SourceReport, SourceSetting

SCHEMA: Mapping[str, pl.DataType] = {
    "via": pl.String(),
    "source": pl.String(),
    "table": pl.String(),
    "read_at": pl.Datetime("us", "UTC"),
    "there": pl.Boolean(),
    "reading": pl.String(),
}
"""The stored table; `reading` is the whole of it as JSON."""

DATES = ("first_day", "last_day", "filed_on")


@dataclass(frozen=True)
class Origin:
    """A file as it was when it was read: the name shown, the hash of its bytes, its size and time of change."""

    name: str
    fingerprint: str
    size: int
    changed_at: int

    def same_stat(self, path: Path) -> bool:
        """Whether the file has the size and time of change it had."""
        stat = path.stat()
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.changed_at)


@dataclass(frozen=True)
class Reading:
    """What files read together gave for one table of one source.

    `via` is the declared source they belong to, empty for the inbox; `format` the published source they are, empty
    for canonical files; `how` names the settings they were read by. `filled` has the rows with a value per column the
    files have. `there` is false once they are gone. `complete`: a full copy of a list, by its coverage.
    """

    via: str
    source: str
    table: str
    format: str
    origins: tuple[Origin, ...]
    files: tuple[str, ...]
    how: str
    read_at: dt.datetime
    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    corrections: int = 0
    filled: Mapping[str, int] = field(default_factory=dict)
    rows: int = 0
    unlicensed: bool = False
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    filed_on: dt.date | None = None
    complete: bool = False
    there: bool = True
    notes: tuple[str, ...] = ()

    @property
    def version(self) -> list[str]:
        """The day of the files, else the hash of each."""
        return [self.filed_on.isoformat()] if self.filed_on else [each.fingerprint for each in self.origins]

    def row(self) -> dict[str, object]:
        """Spell it for the store."""
        return {
            **{name: getattr(self, name) for name in SCHEMA if name != "reading"},
            "reading": json.dumps(asdict(self), default=lambda day: day.isoformat(), sort_keys=True),
        }

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Reading:
        """Read it back."""
        said = json.loads(row["reading"])
        said |= {name: dt.date.fromisoformat(said[name]) for name in DATES if said[name]}
        said |= {name: tuple(said[name]) for name in ("files", "notes")}
        said["origins"] = tuple(Origin(**each) for each in said["origins"])
        said["read_at"] = dt.datetime.fromisoformat(said["read_at"])
        return cls(**{each.name: said[each.name] for each in fields(cls) if each.name in said})


def stored(readings: Iterable[Reading]) -> pl.DataFrame:
    """Give the table the store keeps."""
    return pl.DataFrame([each.row() for each in readings], schema=dict(SCHEMA))


def restored(frame: pl.DataFrame) -> tuple[Reading, ...]:
    """Read the stored table back."""
    return tuple(Reading.of(row) for row in frame.iter_rows(named=True))


def same(one: Sequence[Reading], other: Sequence[Reading]) -> bool:
    """Whether two states differ in nothing but when files were last touched or looked at."""
    return [_plain(each) for each in one] == [_plain(each) for each in other]


def _plain(reading: Reading) -> Reading:
    untouched = tuple(replace(each, changed_at=0) for each in reading.origins)
    return replace(reading, origins=untouched, read_at=dt.datetime.min.replace(tzinfo=dt.UTC))


def newest_copies(readings: Iterable[Reading], modes: Mapping[str, str]) -> dict[str, dict[str, dt.date]]:
    """Per table, the day of the newest full copy of each source that hands over full copies."""
    found: dict[str, dict[str, dt.date]] = {}
    for each in readings:
        if modes.get(each.source) == "snapshot":
            newest = found.setdefault(each.table, {})
            newest[each.source] = max(newest.get(each.source, dt.date.min), copied_on(each))
    return found


def copied_on(reading: Reading) -> dt.date:
    """The day a full copy is of: the file's own, else the day it was read."""
    return reading.filed_on or reading.read_at.date()


def report(
    readings: Sequence[Reading], setting: SourceSetting, failures: Sequence[str], still_bad: int
) -> SourceReport:
    """Add up what all files of one source gave for one table.

    `still_bad` are the quarantined rows no later file has corrected.
    """
    read, quarantined = (sum(getattr(each, name) for each in readings) for name in ("read", "quarantined"))
    first, last = _span(readings)
    return SourceReport(
        source=readings[0].source if readings else setting.id,
        table=readings[0].table if readings else setting.table or "",
        files=tuple(dict.fromkeys(file for each in readings for file in each.files)),
        read=read,
        accepted=sum(each.accepted for each in readings),
        duplicate=sum(each.duplicate for each in readings),
        quarantined=quarantined,
        corrected=quarantined - still_bad,
        corrections=sum(each.corrections for each in readings),
        columns_filled=_filled(readings),
        first_day=first,
        last_day=last,
        version=", ".join(sorted({part for each in readings for part in each.version})) or None,
        mode=setting.mode,
        records_licenses=_records_licenses(readings, setting),
        sites_complete=setting.sites_complete,
        complete=setting.complete,
        register_complete_for=setting.register_complete_for,
        moves_goods=setting.moves_goods,
        prefix=setting.prefix,
        notes=tuple(dict.fromkeys(note for each in readings for note in _notes(each))),
        failures=tuple(dict.fromkeys(failures)),
        failed=" | ".join(dict.fromkeys(failures)) or None,
        last_read_at=max((each.read_at for each in readings), default=None),
    )


def _notes(reading: Reading) -> tuple[str, ...]:
    if reading.there or not reading.read:
        return reading.notes
    return (f"{', '.join(reading.files)}: no longer there; what was read of it stays",)


def _span(readings: Sequence[Reading]) -> tuple[dt.date | None, dt.date | None]:
    first = min((each.first_day for each in readings if each.first_day), default=None)
    return first, max((each.last_day for each in readings if each.last_day), default=None)


def _filled(readings: Sequence[Reading]) -> dict[str, float]:
    """Share of rows that have a value, of each column any of the files has."""
    rows = sum(each.rows for each in readings)
    columns = sorted({column for each in readings for column in each.filled if each.rows})
    return {column: sum(each.filled.get(column, 0) for each in readings) / rows for column in columns} if rows else {}


def _records_licenses(readings: Sequence[Reading], setting: SourceSetting) -> bool:
    """Whether rows would show a license: as declared, else whether every file with rows has such a column."""
    if setting.records_licenses is not None:
        return setting.records_licenses
    told = [each for each in readings if each.rows]
    return any("license" in each.filled for each in told) and not any(each.unlicensed for each in told)
