"""Add up what the files of one source gave for one table, so that every row read is accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.reading import quarantine
from pipelines.reading.raw import RawFile
from pipelines.reading.versions import corrected, distinct, no_records, with_provenance
from pipelines.source import Extract, SourceReport, SourceSetting
from pipelines.tables import FILES

FIRST_DAY_OF: Mapping[str, str] = {
    "shipments": "shipped_on",
    "orders": "version_on",
    "payments": "paid_on",
    "service": "on",
    "stock": "counted_on",
    "installations": "seen_on",
    "attestations": "given_on",
}
"""Column that says when a row of a table happened; tables of standing facts have none."""


@dataclass
class Tally:
    """What is known of one source and table while its files are read."""

    setting: SourceSetting
    table: str
    frames: list[pl.DataFrame] = field(default_factory=list)
    bad: list[pl.DataFrame] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    read: int = 0
    rejected: int = 0
    repeated: int = 0
    columns: set[str] = field(default_factory=set)
    unlicensed: bool = False
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)

    def add(self, extract: Extract, files: Sequence[RawFile], expected: tuple[int, int] | None = None) -> None:
        """Count what one file, or several read together, gave; say when it is not about as much as expected."""
        dates = {file.name: self.setting.as_of or file.dated_on for file in files}
        for name, rows in _by_file(extract.rows, files[0].name):
            self.frames.append(with_provenance(rows, self.table, self.setting.id, name, dates.get(name)))
        for name, rows in _by_file(extract.quarantined, files[0].name):
            told = rows.with_columns(file=pl.lit(name), source=pl.lit(self.setting.id))
            self.bad.append(told.select(quarantine.SCHEMA.keys()))
        self.files += dates
        self.read += extract.read
        self.rejected += extract.quarantined.height
        self.repeated += extract.repeated
        self.notes += extract.notes
        self.versions |= {
            day.isoformat() if day else file.version for file, day in zip(files, dates.values(), strict=True)
        }
        if expected and not expected[0] <= extract.read <= expected[1]:
            usual = f"{expected[0]:,} to {expected[1]:,}"
            self.notes.append(f"{files[0].name}: {extract.read:,} records; a complete file has {usual}")
        if extract.rows.height:
            self.columns |= extract.columns
            self.unlicensed |= "license" not in extract.columns

    def fail(self, line: str, file: str | None = None) -> None:
        """Note why a file, or all of the source, could not be read."""
        self.failures.append(line)
        self.files += [file] if file else []

    def result(self, as_of: dt.date) -> tuple[pl.DataFrame, SourceReport]:
        """Give the records, one of each record and content, and the report."""
        none = no_records(self.table) if self.table in FILES else pl.DataFrame()
        every = pl.concat(self.frames) if self.frames else none
        frame = distinct(every) if self.frames else every
        duplicate = every.height - frame.height + self.repeated
        report = SourceReport(
            source=self.setting.id,
            table=self.table,
            files=tuple(dict.fromkeys(self.files)),
            read=self.read,
            accepted=self.read - duplicate - self.rejected,
            duplicate=duplicate,
            quarantined=self.rejected,
            columns_filled=_filled(frame, self.columns),
            version=", ".join(sorted(self.versions)) or None,
            mode=self.setting.mode,
            records_licenses=self._records_licenses(),
            sites_complete=self.setting.sites_complete,
            complete=self.setting.complete,
            register_complete_for=self.setting.register_complete_for,
            moves_goods=self.setting.moves_goods,
            prefix=self.setting.prefix,
            notes=tuple(dict.fromkeys(self.notes)),
            failures=tuple(dict.fromkeys(self.failures)),
            failed=" | ".join(dict.fromkeys(self.failures)) or None,
        )
        return frame, _told(report, frame, as_of)

    def _records_licenses(self) -> bool:
        """Whether rows would show a license: as declared, else whether every file with rows has such a column."""
        if self.setting.records_licenses is not None:
            return self.setting.records_licenses
        return "license" in self.columns and not self.unlicensed


def _by_file(frame: pl.DataFrame, otherwise: str) -> list[tuple[str, pl.DataFrame]]:
    if "file" not in frame.columns:
        return [(otherwise, frame)]
    return [(str(name), rows) for (name,), rows in frame.partition_by("file", as_dict=True).items()]


def _filled(frame: pl.DataFrame, columns: Iterable[str]) -> dict[str, float]:
    named = sorted(columns)
    if frame.is_empty() or not named:
        return {}
    empty = [_is_empty(name, frame.schema[name]).mean().alias(name) for name in named]
    return {name: 1 - float(share) for name, share in frame.select(empty).row(0, named=True).items()}


def _is_empty(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    return (column.is_null() | (column.list.len() == 0)) if isinstance(dtype, pl.List) else column.is_null()


def _told(report: SourceReport, frame: pl.DataFrame, as_of: dt.date) -> SourceReport:
    """Add the days the records span, and what a reader should know of them."""
    if frame.is_empty():
        return report
    notes = list(report.notes)
    versions = corrected(frame)
    if versions:
        notes.append(
            f"{versions:,} records have several versions; the one recorded last counts "
            "(lines of one movement need a `line` column)"
        )
    day = FIRST_DAY_OF.get(report.table)
    first = last = None
    if day:
        first, last = frame.select(pl.col(day).min().alias("first"), pl.col(day).max().alias("last")).row(0)
        later = int(frame.select((pl.col(day) > as_of).sum()).item())
        if later:
            notes.append(f"{later:,} rows have a {day} after {as_of}")
    return replace(report, corrections=versions, first_day=first, last_day=last, notes=tuple(notes))
