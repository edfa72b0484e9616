"""Read every source once: inbox and declared files in, canonical records out, every row accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.errors import EntrepotError, InputError, SourceFailed
from pipelines.inbox import Recognized, files_in, recognize, table_named
from pipelines.reading import quarantine
from pipelines.reading.columns import LARGEST
from pipelines.reading.mapping import ColumnMapping, nearest, read_mapping
from pipelines.reading.raw import RawFile, date_in_name, open_raw
from pipelines.reading.versions import no_records
from pipelines.source import SourceReport, SourceSetting
from pipelines.sources import SOURCES, read_records
from pipelines.tables import FILES
from pipelines.tally import Tally

Say = Callable[[str], None]

UNREADABLE = (
    pl.exceptions.PolarsError, ValueError, OSError, MemoryError, RecursionError, KeyError, TypeError, AttributeError,
)  # fmt: skip
"""What a file of any content may raise while it is taken apart; it fails that file only."""

BROKEN_JSON = "is broken or cut off JSON, so that nobody can say what it is; copy or download it again"

LONG = 1_000_000
"""Bytes from which reading a file takes long enough to be announced."""


@dataclass(frozen=True)
class Ingested:
    """What one reading of all sources gave.

    `records` has a frame for every contract table, empty where nobody supplied it: the columns of its file, then
    provenance (`pipelines.reading.versions.PROVENANCE`), every version of a record. `not_understood` has one line per
    file.
    """

    records: Mapping[str, pl.DataFrame]
    quarantine: pl.DataFrame
    reports: tuple[SourceReport, ...]
    not_understood: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[str, ...]:
        """One line per file or source that could not be read."""
        return tuple(line for each in self.reports for line in each.failures)


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


@dataclass(frozen=True)
class _How:
    """How files are to be read: as declared, or (None) as they show themselves."""

    setting: SourceSetting | None = None
    table: str | None = None
    mapping: ColumnMapping | None = None

    def setting_of(self, source: str) -> SourceSetting:
        """In the inbox the files of one table are one source, named like it; a published source keeps its id."""
        return self.setting or SourceSetting(id=source)


class _Reader:
    """Reads file after file and keeps what each source gave."""

    def __init__(self, say: Say, largest: int) -> None:
        self.say = say
        self.largest = largest
        self.tallies: dict[tuple[str, str], Tally] = {}
        self.not_understood: list[str] = []

    def tally(self, setting: SourceSetting, table: str) -> Tally:
        return self.tallies.setdefault((setting.id, table), Tally(setting, table))

    def declared(self, setting: SourceSetting) -> None:
        """Read the files of one declared source."""
        try:
            how = _declared(setting)
            paths = _paths(setting)
        except EntrepotError as error:
            self.tally(setting, setting.table or "").fail(str(error))
        else:
            self.take(paths, how)

    def dropped(self, inbox: Path) -> None:
        """Read what lies in the inbox."""
        if inbox.is_dir():
            self.take([(path, path.relative_to(inbox).as_posix()) for path in files_in(inbox)], _How())
        else:
            line = f"{inbox}: the inbox is no folder; make it with `entrepot init {inbox.parent}`"
            self.tally(SourceSetting(id="inbox"), "").fail(line)

    def take(self, paths: Iterable[tuple[Path, str]], how: _How) -> None:
        """Read files one by one, then those of a published source together."""
        held: dict[str, list[RawFile]] = {}
        for path, shown in paths:
            try:
                if path.stat().st_size >= LONG:
                    self.say(f"reading {shown}")
                self.file(open_raw(path, shown=shown, largest=self.largest), how, held)
            except EntrepotError as error:
                self.fail(how, how.table or table_named(path.name), shown, str(error))
            except UNREADABLE as error:
                line = f"{shown}: cannot be read ({_first_line(error)}); export it again"
                self.fail(how, how.table or table_named(path.name), shown, line)
        for source, files in held.items():
            self.published(how.setting_of(source), source, files)

    def file(self, file: RawFile, how: _How, held: dict[str, list[RawFile]]) -> None:
        """Read one file, or hold it until all of its published source are there."""
        if not file.content.strip():
            raise SourceFailed(f"{file.name}: is empty; give it a header line and rows, or remove it")
        what = Recognized(how.table, how.table) if how.table else recognize(file)
        if what is None and file.is_broken_json:
            self.fail(_How(SourceSetting(id=file.path.stem)), None, file.name, f"{file.name}: {BROKEN_JSON}")
        elif what is None:
            self.fail(how, None, file.name, _not_understood(file))
        elif what.table is None:
            held.setdefault(what.source, []).append(file)
        else:
            try:
                for extract in read_records(file, what.table, how.mapping):
                    self.tally(how.setting_of(what.source), what.table).add(extract, [file])
            except EntrepotError as error:
                self.fail(how, what.table, file.name, str(error))

    def published(self, setting: SourceSetting, source: str, files: Sequence[RawFile]) -> None:
        """Read the files of a published source: one body if it feeds several tables, else one by one."""
        of = next(each for each in SOURCES if each.id == source)
        for group in [files] if of.together or len(of.tables) > 1 else [[file] for file in files]:
            first = group[0].name
            try:
                for extract in of.read(group):
                    self.tally(setting, extract.table).add(extract, group, of.expected)
            except EntrepotError as error:
                self.tally(setting, of.tables[0]).fail(str(error), first)
            except UNREADABLE as error:
                line = f"{first}: is no {of.title} as published ({_first_line(error)}); download it again"
                self.tally(setting, of.tables[0]).fail(line, first)

    def fail(self, how: _How, table: str | None, shown: str, line: str) -> None:
        """Note a file that could not be read; one in the inbox that is of no source is only named."""
        if how.setting or table:
            self.tally(how.setting_of(table or ""), table or "").fail(line, shown)
        else:
            self.not_understood.append(line)

    def result(self, as_of: dt.date) -> Ingested:
        """Add up what all sources gave."""
        records: dict[str, list[pl.DataFrame]] = {}
        reports = []
        for tally in self.tallies.values():
            frame, report = tally.result(as_of)
            reports.append(report)
            records.setdefault(tally.table, []).append(frame)
        bad = [frame for tally in self.tallies.values() for frame in tally.bad]
        return Ingested(
            records={table: pl.concat(records[table]) if table in records else no_records(table) for table in FILES},
            quarantine=pl.concat(bad) if bad else quarantine.empty(),
            reports=tuple(reports),
            not_understood=tuple(self.not_understood),
        )


def _declared(setting: SourceSetting) -> _How:
    """Say how a declared source is read.

    Raises
    ------
    InputError
        Its mapping does not hold, or its table is none.
    """
    mapping = read_mapping(setting.mapping, setting.table) if setting.mapping else None
    table = mapping.table if mapping else setting.table
    published = {source.id for source in SOURCES}
    if table is not None and table not in FILES and table not in published:
        known = [*FILES, *sorted(published)]
        raise InputError(
            f"source {setting.id}: table = {table!r} is no table{nearest(table, known)}; tables are {', '.join(known)}"
        )
    return _How(setting, table if table in FILES else None, mapping)


def _paths(setting: SourceSetting) -> list[tuple[Path, str]]:
    """List the files of a declared source; of a dated full dump only the newest date counts."""
    if setting.path is None and setting.glob is None:
        raise InputError(f"source {setting.id}: neither `path` nor `glob` is set; set one")
    if setting.path is not None:
        found = files_in(setting.path) if setting.path.is_dir() else [setting.path]
    else:
        pattern = Path(setting.glob or "")
        root = Path(pattern.anchor or ".")
        found = sorted(path for path in root.glob(str(pattern.relative_to(root))) if path.is_file())
    if not found:
        raise InputError(f"source {setting.id}: no file at {setting.path or setting.glob}; correct `path` or `glob`")
    newest = max((day for path in found if (day := date_in_name(path.name))), default=None)
    if setting.mode == "snapshot" and newest:
        found = [path for path in found if date_in_name(path.name) in (None, newest)]
    return [(path, path.name) for path in found]


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _not_understood(file: RawFile) -> str:
    shown = ", ".join(heading.strip()[:40] for heading in file.headings[:6])
    what = f"its columns are {shown}" if shown else "no table or list we know"
    return f"{file.name}: not understood ({what}); spell its columns as the contract does, or declare a mapping"
