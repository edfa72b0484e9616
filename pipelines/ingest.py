"""Read every source once: inbox and declared files in, canonical records out, every row accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from glob import glob
from pathlib import Path

import polars as pl

from pipelines import quarantine
from pipelines.errors import EntrepotError, InputError, SourceFailed
from pipelines.inbox import files_in, recognize
from pipelines.mapping import ColumnMapping, read_mapping
from pipelines.raw import RawFile, open_raw
from pipelines.reading import LARGEST
from pipelines.source import Extract, SourceReport, SourceSetting
from pipelines.sources import SOURCES, read_records
from pipelines.tables import FILES
from pipelines.versions import corrected, distinct, no_records, with_provenance

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

Say = Callable[[str], None]


@dataclass(frozen=True)
class Ingested:
    """What one reading of all sources gave.

    `records` has a frame for every contract table, empty where nobody supplied it: the columns of its file, then
    provenance (`pipelines.versions.PROVENANCE`), every version of a record. `not_understood` has one line per file.
    """

    records: Mapping[str, pl.DataFrame]
    quarantine: pl.DataFrame
    reports: tuple[SourceReport, ...]
    not_understood: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[str, ...]:
        """One line per file or source that could not be read."""
        return tuple(each.failed for each in self.reports if each.failed)


@dataclass
class _Reading:
    """What is known of one source and table while its files are read."""

    setting: SourceSetting
    table: str
    frames: list[pl.DataFrame] = field(default_factory=list)
    bad: list[pl.DataFrame] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    read: int = 0
    rejected: int = 0
    repeated: int = 0
    rows: int = 0
    columns: set[str] = field(default_factory=set)
    unlicensed: bool = False
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)


def ingest(
    settings: Sequence[SourceSetting],
    inbox: Path | None,
    *,
    as_of: dt.date,
    progress: Say | None = None,
    largest: int = LARGEST,
) -> Ingested:
    """Read the declared sources and whatever lies in the inbox.

    A file that cannot be read is named in its source's report and the others go on. `largest` bounds the bytes
    of one file.
    """
    reader = _Reader(progress or _silent, largest)
    for setting in settings:
        reader.declared(setting)
    if inbox is not None:
        reader.dropped(inbox)
    return reader.result(as_of)


def _silent(_: str) -> None:
    """Say nothing."""


class _Reader:
    """Reads file after file and keeps what each source gave."""

    def __init__(self, say: Say, largest: int) -> None:
        self.say = say
        self.largest = largest
        self.readings: dict[tuple[str, str], _Reading] = {}
        self.not_understood: list[str] = []

    def reading(self, setting: SourceSetting, table: str) -> _Reading:
        return self.readings.setdefault((setting.id, table), _Reading(setting, table))

    def declared(self, setting: SourceSetting) -> None:
        """Read the files of one declared source."""
        try:
            mapping = read_mapping(setting.mapping, setting.table) if setting.mapping else None
            paths = _paths(setting)
        except EntrepotError as error:
            self.fail(setting, setting.table or "", str(error))
            return
        table = mapping.table if mapping else setting.table
        if table is not None and table not in FILES:
            self.fail(
                setting, table, f"source {setting.id}: table = {table!r} is no table; tables are {', '.join(FILES)}"
            )
            return
        self.take(paths, lambda _: setting, table, mapping)

    def dropped(self, inbox: Path) -> None:
        """Read what lies in the inbox."""
        if not inbox.is_dir():
            self.not_understood.append(f"{inbox}: the inbox is no folder; make it with `entrepot init`")
            return
        self.take([(path, path.relative_to(inbox).as_posix()) for path in files_in(inbox)], _inbox_setting, None, None)

    def take(
        self,
        paths: Iterable[tuple[Path, str]],
        setting_of: Callable[[str], SourceSetting],
        table: str | None,
        mapping: ColumnMapping | None,
    ) -> None:
        """Read files one by one; those of a published source together."""
        together: dict[str, list[RawFile]] = {}
        for path, shown in paths:
            meant = table or ""
            try:
                self.say(f"reading {shown}")
                file = open_raw(path, shown=shown, largest=self.largest)
                if not file.content.strip():
                    raise SourceFailed(f"{shown}: is empty; give it a header line and rows, or remove it")
                if table is None:
                    what = recognize(file)
                    if what is None:
                        self.not_understood.append(_not_understood(file))
                        continue
                    if what.table is None:
                        together.setdefault(what.source, []).append(file)
                        continue
                    meant = what.table
                self.add(setting_of(meant), file, read_records(file, meant, mapping))
            except EntrepotError as error:
                self.broken(setting_of(meant or _stem(path)), meant, shown, str(error))
            except (pl.exceptions.PolarsError, ValueError, OSError, MemoryError, RecursionError) as error:
                self.broken(
                    setting_of(meant or _stem(path)), meant, shown, f"{shown}: cannot be read ({_first_line(error)})"
                )
        for source, files in together.items():
            self.published(setting_of(source), source, files)

    def published(self, setting: SourceSetting, source: str, files: Sequence[RawFile]) -> None:
        """Read the files of a published source."""
        of = next(each for each in SOURCES if each.id == source)
        groups = [files] if len(of.tables) > 1 else [[file] for file in files]
        for group in groups:
            try:
                for extract in of.read(group):
                    self.add(setting, group[0], extract, of.expected if len(group) == 1 else None)
            except EntrepotError as error:
                self.broken(setting, of.tables[0], group[0].name, str(error))
            except (pl.exceptions.PolarsError, ValueError, KeyError, TypeError, AttributeError) as error:
                self.broken(
                    setting,
                    of.tables[0],
                    group[0].name,
                    f"{group[0].name}: is no {of.title} as published ({_first_line(error)}); download it again",
                )

    def add(
        self, setting: SourceSetting, file: RawFile, extract: Extract, expected: tuple[int, int] | None = None
    ) -> None:
        """Keep what one file gave."""
        reading = self.reading(setting, extract.table)
        filed_on = setting.as_of or file.dated_on
        frames = (
            extract.rows.partition_by("file", as_dict=True)
            if "file" in extract.rows.columns
            else {(file.name,): extract.rows}
        )
        for (name,), rows in frames.items():
            reading.frames.append(with_provenance(rows, extract.table, setting.id, str(name), filed_on))
        bad = (
            extract.quarantined
            if "file" in extract.quarantined.columns
            else extract.quarantined.with_columns(file=pl.lit(file.name))
        )
        reading.bad.append(bad.with_columns(source=pl.lit(setting.id)).select(quarantine.SCHEMA.keys()))
        reading.files.append(file.name)
        reading.read += extract.read
        reading.rejected += extract.quarantined.height
        reading.repeated += extract.repeated
        reading.rows += extract.rows.height
        if extract.rows.height:
            reading.columns |= extract.columns
            reading.unlicensed |= "license" not in extract.columns
        reading.notes += extract.notes
        reading.versions.add(filed_on.isoformat() if filed_on else file.version)
        if expected and not expected[0] <= extract.read <= expected[1]:
            reading.notes.append(
                f"{file.name}: {extract.read:,} records; a complete file has {expected[0]:,} to {expected[1]:,}"
            )

    def broken(self, setting: SourceSetting, table: str, shown: str, line: str) -> None:
        """Note a file that could not be read; one that is of no source is only named."""
        if not table:
            self.not_understood.append(line)
            return
        self.fail(setting, table, line, shown)

    def fail(self, setting: SourceSetting, table: str, line: str, shown: str | None = None) -> None:
        reading = self.reading(setting, table)
        reading.failures.append(line)
        if shown:
            reading.files.append(shown)

    def result(self, as_of: dt.date) -> Ingested:
        """Add up what all sources gave."""
        records: dict[str, list[pl.DataFrame]] = {}
        reports = []
        for reading in self.readings.values():
            frame, report = _summed(reading, as_of)
            reports.append(report)
            if reading.table in FILES:
                records.setdefault(reading.table, []).append(frame)
        bad = [frame for reading in self.readings.values() for frame in reading.bad]
        return Ingested(
            records={table: pl.concat(records[table]) if table in records else no_records(table) for table in FILES},
            quarantine=pl.concat(bad) if bad else quarantine.empty(),
            reports=tuple(reports),
            not_understood=tuple(self.not_understood),
        )


def _inbox_setting(source: str) -> SourceSetting:
    """Files of one table are one source named like the table; a published source keeps its id."""
    return SourceSetting(id=source)


def _paths(setting: SourceSetting) -> list[tuple[Path, str]]:
    if setting.path is not None and setting.path.is_dir():
        return [(path, path.name) for path in files_in(setting.path)]
    if setting.path is not None:
        return [(setting.path, setting.path.name)]
    found = sorted(glob(setting.glob or "", recursive=True))
    if not found:
        raise InputError(f"source {setting.id}: no file fits {setting.glob!r}; correct `path` or `glob`")
    return [(Path(path), Path(path).name) for path in found]


def _stem(path: Path) -> str:
    return path.name.split(".")[0].lower() or path.name


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _not_understood(file: RawFile) -> str:
    shown = ", ".join(heading.strip()[:40] for heading in file.headings[:6])
    return (
        f"{file.name}: not understood ({f'its columns are {shown}' if shown else 'no table or list we know'}); "
        "spell its columns as the contract does, or declare it with a mapping"
    )


def _summed(reading: _Reading, as_of: dt.date) -> tuple[pl.DataFrame, SourceReport]:
    setting, table = reading.setting, reading.table
    every = pl.concat(reading.frames) if reading.frames else no_records(table) if table in FILES else pl.DataFrame()
    frame = distinct(every) if reading.frames else every
    duplicate = every.height - frame.height + reading.repeated
    report = SourceReport(
        source=setting.id,
        table=table,
        files=tuple(dict.fromkeys(reading.files)),
        read=reading.read,
        accepted=reading.read - duplicate - reading.rejected,
        duplicate=duplicate,
        quarantined=reading.rejected,
        columns_filled=_filled(frame, reading.columns),
        version=", ".join(sorted(reading.versions)) or None,
        mode=setting.mode,
        records_licenses=_records_licenses(reading),
        sites_complete=setting.sites_complete,
        complete=setting.complete,
        register_complete_for=setting.register_complete_for,
        moves_goods=setting.moves_goods,
        prefix=setting.prefix,
        notes=tuple(dict.fromkeys(reading.notes)),
        failed="; ".join(reading.failures) or None,
    )
    return frame, _told(report, frame, as_of)


def _records_licenses(reading: _Reading) -> bool:
    """Whether rows would show a license: as declared, else whether every file with rows has a `license` column."""
    if reading.setting.records_licenses is not None:
        return reading.setting.records_licenses
    return "license" in reading.columns and not reading.unlicensed


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
