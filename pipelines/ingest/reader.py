"""Read the files that changed, each whole or not at all; carry over what is known of the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from pipelines.coverage import judged
from pipelines.errors import EntrepotError, SourceFailed
from pipelines.fetching.fetch import fetch, shown_name
from pipelines.fetching.setting import FetchSetting
from pipelines.inbox import Recognized, files_in, recognize, table_named
from pipelines.ingest.finding import How, declared, files_of
from pipelines.ingest.jobs import Identified, Job, first_table, jobs_of, joined_formats, setting_of, source_of
from pipelines.ingest.staging import Staging
from pipelines.ingest.tally import Tally
from pipelines.known.kept import Kept, how_read, origin_of, to_read_again, unchanged
from pipelines.known.readings import Origin, Reading, copied_on
from pipelines.reading.ahead import ahead
from pipelines.reading.query_setting import QuerySetting
from pipelines.reading.raw import RawFile, open_files
from pipelines.source import Extract, SourceSetting
from pipelines.sources import read_records

Say = Callable[[str], None]

UNREADABLE = (
    pl.exceptions.PolarsError, ValueError, OSError, MemoryError, RecursionError, KeyError, TypeError, AttributeError,
    IndexError,
)  # fmt: skip
"""What a file of any content may raise while it is taken apart; it fails that file only."""

BROKEN_JSON = "is broken or cut off JSON, so that nobody can say what it is; copy or download it again"

LONG = 1_000_000
"""Bytes from which reading a file takes long enough to be announced."""


@dataclass(frozen=True)
class Carried:
    """By what it is decided which earlier readings still hold.

    `read` are the files and members read this time, `opened` the files opened for it, `gone` those no longer there;
    `origins` the unchanged ones, as they are now. Of a `snapshot` what is gone is withdrawn.
    """

    read: frozenset[str] = frozenset()
    opened: AbstractSet[str] = frozenset()
    gone: AbstractSet[str] = frozenset()
    snapshot: bool = False
    origins: Mapping[str, Origin] = field(default_factory=dict)


@dataclass
class Reader:
    """Reads file after file into the staging; notes of each what it gave."""

    kept: Kept
    as_of: dt.date
    now: dt.datetime
    say: Say
    largest: int
    downloads: Path = Path("downloads")
    staging: Staging = field(default_factory=Staging)
    tallies: dict[int, tuple[Reading, Tally]] = field(default_factory=dict)
    started: int = 0
    carried: list[Reading] = field(default_factory=list)
    failures: dict[tuple[str, str], list[tuple[str, str | None]]] = field(default_factory=dict)
    settings: dict[str, SourceSetting] = field(default_factory=dict)
    not_understood: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    refused: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    lists: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def declared(self, setting: SourceSetting) -> None:
        """Read the files of one declared source."""
        self.settings[setting.id] = setting
        try:
            remote = setting.fetch or setting.query
            paths, dated = self.fetched(setting, remote) if remote else (files_of(setting), None)
            how = declared(replace(setting, as_of=setting.as_of or dated))
        except EntrepotError as error:
            self.fail(setting, setting.table or "", str(error))
            self.carry(setting.id, Carried())
        else:
            self.take(paths, how)

    def fetched(
        self, setting: SourceSetting, remote: FetchSetting | QuerySetting
    ) -> tuple[list[tuple[Path, str]], dt.date | None]:
        """Fetch a source, or ask its database; give the copy to read, and the day the server says it is of.

        Raises
        ------
        SourceFailed
            There is neither a new copy nor an old one.
        """
        copy = fetch(remote, self.downloads, now=self.now, say=self.say)
        if copy.failure:
            self.fail(setting, setting.table or "", copy.failure)
        return [(copy.path, shown_name(remote, copy))], copy.dated_on

    def dropped(self, inbox: Path) -> None:
        """Read what lies in the inbox."""
        if inbox.is_dir():
            self.take([(path, path.relative_to(inbox).as_posix()) for path in files_in(inbox)], How())
        else:
            line = f"{inbox}: the inbox is no folder; make it with `entrepot init {inbox.parent}`"
            self.fail(SourceSetting(id="inbox"), "", line)

    def take(self, paths: Sequence[tuple[Path, str]], how: How) -> None:
        """Read those of the files that changed, with those that must be read along."""
        before = [each for each in self.kept.readings if each.via == how.via]
        state = {origin.name: (origin, each) for each in before for origin in each.origins}
        as_before = how_read(how.setting)
        origins: dict[str, Origin] = {}
        for path, shown in paths:
            origin = _as_before(path, state.get(shown), as_before)
            if origin:
                origins[shown] = origin
        gone = set(state) - {shown for _, shown in paths}
        changed = {shown for _, shown in paths} - set(origins)
        known = self.identified((each for each in paths if each[1] in changed), how)
        snapshot = bool(how.setting and how.setting.mode == "snapshot")
        again = to_read_again(
            before, changed | gone, snapshot=snapshot, formats=joined_formats(known), edited=changed & set(state)
        ) & set(origins)
        known += self.identified((each for each in paths if each[1] in again), how)
        order = {shown: at for at, (_, shown) in enumerate(paths)}
        jobs = jobs_of(sorted(known, key=lambda each: order[each[1].name]))
        read = {file.name for job in jobs if self.run(job, how, as_before) for file in job.files}
        self.carry(how.via, Carried(frozenset(read), changed | again, gone, snapshot, origins))

    def carry(self, via: str, seen: Carried) -> None:
        """Keep what is known of files not read this time; those of a full copy that are gone are withdrawn."""
        self.met.add(via)
        for each in self.kept.readings:
            names = {origin.name for origin in each.origins}
            if each.via != via or set(each.files) & seen.read or (seen.snapshot and names and names <= seen.gone):
                continue
            if not each.source and names & seen.opened:
                continue
            now = tuple(seen.origins.get(origin.name, origin) for origin in each.origins)
            there = not names & seen.gone and not (names & seen.opened and not names & self.failed)
            self.carried.append(replace(each, origins=now, there=there))
            if not each.source and there:
                self.not_understood += each.notes

    def identified(self, paths: Iterable[tuple[Path, str]], how: How) -> list[Identified]:
        """Open files and say what they are; what cannot be opened, or is nothing we know, is noted."""
        return [
            (file, origin, what)
            for path, shown in paths
            for file, origin in self.opened(path, shown, how)
            if (what := self.recognized(file, origin, how)) is not None
        ]

    def opened(self, path: Path, shown: str, how: How) -> Iterator[tuple[RawFile, Origin]]:
        """Open what a path holds."""
        table = how.table or table_named(path.name)
        try:
            if path.stat().st_size >= LONG:
                self.say(f"reading {shown}")
            origin = origin_of(path, shown)
            encoding = how.setting.encoding if how.setting else None
            files = open_files(path, shown=shown, largest=self.largest, encoding=encoding)
            yield from ((file, origin) for file in files)
        except EntrepotError as error:
            self.failed.add(shown)
            self.fail_file(how, table, shown, str(error))
        except UNREADABLE as error:
            self.failed.add(shown)
            line = f"{shown}: cannot be read ({_first_line(error)}); export it again"
            self.fail_file(how, table, shown, line)

    def recognized(self, file: RawFile, origin: Origin, how: How) -> Recognized | None:
        """Say what a file is; None when it is nothing we know, which is noted."""
        try:
            if not (file.is_parquet or file.head.strip()):
                raise SourceFailed(f"{file.name}: is empty; give it a header line and rows, or remove it")
            what = Recognized(how.table, how.table) if how.table else recognize(file)
            if what is None and file.is_broken_json:
                self.failed.add(origin.name)
                self.fail(SourceSetting(id=file.path.stem), "", f"{file.name}: {BROKEN_JSON}", file.name)
                return None
        except EntrepotError as error:
            self.failed.add(origin.name)
            self.fail_file(how, how.table or table_named(file.path.name), file.name, str(error))
            return None
        except UNREADABLE as error:
            self.failed.add(origin.name)
            line = f"{file.name}: cannot be read ({_first_line(error)}); export it again"
            self.fail_file(how, how.table or table_named(file.path.name), file.name, line)
            return None
        if what is None and how.setting:
            self.failed.add(origin.name)
            self.fail(how.setting, "", _not_understood(file), file.name)
        elif what is None:
            self.not_understood.append(_not_understood(file))
            self.carried.append(
                Reading("", "", "", "", (origin,), (file.name,), how_read(None), self.now,
                        notes=(self.not_understood[-1],))
            )  # fmt: skip
        return what

    def run(self, job: Job, how: How, as_before: str) -> bool:
        """Read the files of one job, whole or not at all."""
        setting = setting_of(job, how)
        self.settings[setting.id] = setting
        mine: dict[str, int] = {}
        try:
            for extract in self.extracts(job, how):
                if extract.table not in mine:
                    mine[extract.table] = self.begin(job, how.via, setting, extract.table, as_before)
                at = mine[extract.table]
                for rows in self.tallies[at][1].add(extract, self.as_of):
                    self.staging.add(extract.table, at, rows, split=extract.extra > 0)
            if not mine:
                self.begin(job, how.via, setting, first_table(job), as_before)
            self.judge(job, mine, setting)
        except EntrepotError as error:
            return self.undo(job, mine, setting, str(error))
        except UNREADABLE as error:
            title = f"table of {job.what.table}" if job.what.table else source_of(job.what.source).title
            line = f"{job.files[0].name}: is no {title} we can read ({_first_line(error)}); export or download it again"
            return self.undo(job, mine, setting, line)
        return True

    def begin(self, job: Job, via: str, setting: SourceSetting, table: str, as_before: str) -> int:
        """Begin to count what a job gives for one table."""
        filed = {file.name: setting.as_of or file.dated_on for file in job.files}
        reading = Reading(
            via, setting.id, table, "" if job.what.table else job.what.source, tuple(dict.fromkeys(job.origins)),
            tuple(filed), as_before, self.now, filed_on=max(filter(None, filed.values()), default=None),
        )  # fmt: skip
        self.started += 1
        self.tallies[self.started] = (reading, Tally(setting, table, filed))
        return self.started

    def extracts(self, job: Job, how: How) -> Iterable[Extract]:
        """Take the files of a job apart."""
        if job.what.table:
            return ahead(read_records(job.files[0], job.what.table, job.what.mapping or how.mapping))
        return source_of(job.what.source).read(job.files)

    def judge(self, job: Job, mine: Mapping[str, int], setting: SourceSetting) -> None:
        """Refuse a list that claims to be complete and is not.

        Raises
        ------
        SourceFailed
            It lacks names or lists that it must have.
        """
        if job.what.table or "listings" not in mine:
            return
        at = mine["listings"]
        reading, tally = self.tallies[at]
        names = {origin.name for origin in reading.origins}
        passed = any(each.complete and names & {origin.name for origin in each.origins} for each in self.kept.readings)
        verdict = judged(
            source_of(job.what.source), self.staging.of("listings", at), tally.read, coverage=setting.coverage,
            passed_before=passed, held_before=self.kept.presence.held(reading.source, copied_on(reading)),
            shown=job.files[0].name, dated_on=reading.filed_on,
        )  # fmt: skip
        if verdict.refused:
            self.refused.setdefault((setting.id, "listings"), []).append(verdict.refused)
            raise SourceFailed(verdict.refused)
        tally.notes += verdict.notes
        self.lists[at] = verdict.lists
        self.tallies[at] = (replace(reading, complete=verdict.complete), tally)

    def undo(self, job: Job, mine: Mapping[str, int], setting: SourceSetting, line: str) -> bool:
        """Forget what a job gave so far, and say why."""
        self.failed |= {origin.name for origin in job.origins}
        for at in mine.values():
            self.staging.discard(at)
            del self.tallies[at]
        self.fail(setting, first_table(job), line, job.files[0].name)
        return False

    def fail(self, setting: SourceSetting, table: str, line: str, file: str | None = None) -> None:
        """Note why a file, or all of the source, could not be read."""
        self.settings.setdefault(setting.id, setting)
        self.failures.setdefault((setting.id, table), []).append((line, file))

    def fail_file(self, how: How, table: str | None, shown: str, line: str) -> None:
        """Note a file that could not be read; one in the inbox that is of no source is only named."""
        if how.setting or table:
            self.fail(how.setting_of(table or ""), table or "", line, shown)
        else:
            self.not_understood.append(line)


def _as_before(path: Path, state: tuple[Origin, Reading] | None, how: str) -> Origin | None:
    """Give the origin of a file that is what it was when it was read, and would be read the same way."""
    if state is None or state[1].how != how:
        return None
    try:
        return unchanged(path, state[0], state[1].read_at)
    except (OSError, SourceFailed):
        return None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _not_understood(file: RawFile) -> str:
    shown = ", ".join(heading.strip()[:40] for heading in file.headings[:6])
    what = f"its columns are {shown}" if shown else "no table or list we know"
    todo = "spell its columns as the contract does, or declare a mapping (`entrepot check --suggest` proposes one)"
    return f"{file.name}: not understood ({what}); {todo}"
