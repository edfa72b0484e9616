"""Account for every row that was read: fresh, repeated, corrected or not usable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.ingest.comparing import Compared, compare
from pipelines.ingest.reader import Reader
from pipelines.ingest.staging import Staging
from pipelines.known.presence import Presence
from pipelines.known.readings import Origin, Reading, copied_on, report
from pipelines.known.standing import Standing
from pipelines.reading import quarantine
from pipelines.reading.versions import no_records, record_schema
from pipelines.source import SourceReport, SourceSetting
from pipelines.tables import FILES


class Fresh(Mapping[str, pl.DataFrame]):
    """The staged rows that are fresh, made one frame of when asked for."""

    def __init__(self, staging: Staging, fresh: Mapping[str, pl.Series]) -> None:
        self.staging, self.fresh = staging, fresh

    def pieces(self, table: str) -> Iterator[pl.DataFrame]:
        """Give those of one table piece by piece; columns that no file had are missing."""
        at = 0
        for piece in self.staging.pieces(table):
            mask = self.fresh[table].slice(at, piece.height)
            at += piece.height
            yield piece if mask.all() else piece.filter(mask)

    def __getitem__(self, table: str) -> pl.DataFrame:
        if table not in FILES:
            raise KeyError(table)
        whole = pl.concat([no_records(table), *self.pieces(table)], how="diagonal")
        return whole.select(list(record_schema(table)))

    def __iter__(self) -> Iterator[str]:
        return iter(FILES)

    def __len__(self) -> int:
        return len(FILES)


@dataclass(frozen=True)
class Accounts:
    """What a pass read, added up."""

    fresh: Fresh
    bad: pl.DataFrame
    reports: tuple[SourceReport, ...]
    readings: tuple[Reading, ...]
    beside: Standing
    presence: Presence


def account(reader: Reader) -> Accounts:
    """Compare what was read with what was known, and add up."""
    compared = {table: _compared(reader, table) for table, staged in reader.staging.tables.items() if staged}
    readings = _in_order((*reader.carried, *_counted(reader, compared)))
    bad = _still_bad(reader, compared)
    return Accounts(
        Fresh(reader.staging, {table: each.fresh for table, each in compared.items()}),
        bad,
        _reports(reader, readings, bad),
        readings,
        _together(reader.kept.beside, compared),
        _present(reader, readings),
    )


def _in_order(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    return tuple(sorted(readings, key=lambda each: (each.via, each.source, each.table, each.files)))


def _compared(reader: Reader, table: str) -> Compared:
    keys = reader.staging.keys(table)
    again = _read_again(reader)
    files = {
        at: (reading.source, frozenset((*reading.files, *again.get(at, ()))))
        for at, (reading, _) in reader.tallies.items()
    }
    full = {
        at: copied_on(reading) for at, (reading, tally) in reader.tallies.items() if tally.setting.mode == "snapshot"
    }
    known = reader.kept.versions(table, keys.select("key"))
    return compare(
        table, keys, known, files=files, again=list(again), edited=_edited(reader), copies=full,
        beside=reader.kept.beside,
    )  # fmt: skip


def _read_again(reader: Reader) -> dict[int, tuple[str, ...]]:
    """Readings of files that were read before, with the names their rows then came under."""
    before: dict[tuple[str, str], set[str]] = {}
    for each in reader.kept.readings:
        for origin in each.origins:
            before.setdefault((each.via, origin.name), set()).update(each.files)
    found = {
        at: sorted(set().union(*(before.get((reading.via, origin.name), set()) for origin in reading.origins)))
        for at, (reading, _) in reader.tallies.items()
    }
    return {at: tuple(names) for at, names in found.items() if names}


def _edited(reader: Reader) -> list[int]:
    """Readings of files that were read before and changed since, or are read in another way now."""
    before = {
        (each.via, origin.name): (origin.fingerprint, each.how)
        for each in reader.kept.readings
        for origin in each.origins
    }
    return [
        at
        for at, (reading, _) in reader.tallies.items()
        if any(
            before.get((reading.via, each.name), (each.fingerprint, reading.how)) != (each.fingerprint, reading.how)
            for each in reading.origins
        )
    ]


def _untrusted(reading: Reader, origins: Sequence[Origin]) -> tuple[Origin, ...]:
    """Forget the hash of files of which some part failed, so that they are read again."""
    return tuple(replace(each, fingerprint="") if each.name in reading.failed else each for each in origins)


def _counted(reader: Reader, compared: Mapping[str, Compared]) -> Iterator[Reading]:
    """Complete the readings of this pass with what their rows counted as."""
    for at, (reading, tally) in reader.tallies.items():
        counts = compared[reading.table].counts.filter(reading=at).to_dicts() if reading.table in compared else []
        accepted, corrections = (int(counts[0][name]) if counts else 0 for name in ("accepted", "corrections"))
        yield replace(
            reading,
            origins=_untrusted(reader, reading.origins),
            read=tally.read,
            accepted=accepted,
            duplicate=tally.read - tally.rejected - accepted,
            quarantined=tally.rejected,
            corrections=corrections,
            filled=dict(tally.filled),
            rows=tally.rows,
            unlicensed=tally.unlicensed,
            first_day=min(tally.days, default=None),
            last_day=max(tally.days, default=None),
            notes=tally.told(corrections, reader.as_of),
        )


def _still_bad(reader: Reader, compared: Mapping[str, Compared]) -> pl.DataFrame:
    """Keep the rows that are still not usable.

    Those of a file that was read again are what it gives now. Of others a row is done with when a file names it in
    `quarantined_as`, or gives a version of its record that was not known.
    """
    held = {(each.source, file) for each in reader.carried for file in each.files}
    before = reader.kept.quarantine
    if before.height:
        pairs = pl.DataFrame(list(held), schema={"source": pl.String, "file": pl.String}, orient="row")
        before = before.join(pairs, on=["source", "file"], how="semi", maintain_order="left")
        before = before.filter(~_is_corrected(before, compared))
    now = [frame for _, tally in reader.tallies.values() for frame in tally.bad]
    every = pl.concat([before, *now]) if now else before
    done = [name for _, tally in reader.tallies.values() for names in tally.corrects for name in names.split()]
    return every.filter(~pl.col("quarantined_as").is_in(done)) if done else every


def _is_corrected(before: pl.DataFrame, compared: Mapping[str, Compared]) -> pl.Series:
    keyed = before.with_columns(key=quarantine.key())
    learned = pl.concat(
        [each.learned.with_columns(table=pl.lit(table)) for table, each in compared.items()]
        or [pl.DataFrame(schema={"key": pl.Int64, "table": pl.String})]
    )
    marked = learned.unique().with_columns(there=pl.lit(value=True))
    return keyed.join(marked, on=["key", "table"], how="left", maintain_order="left")["there"].fill_null(value=False)


def _reports(reader: Reader, readings: Sequence[Reading], bad: pl.DataFrame) -> tuple[SourceReport, ...]:
    left = {(row[0], row[1]): row[2] for row in bad.group_by("source", "table").len().iter_rows()}
    of: dict[tuple[str, str], list[Reading]] = {}
    for each in readings:
        if each.source:
            of.setdefault((each.source, each.table), []).append(each)
    reports = []
    for source, table in dict.fromkeys((*of, *reader.failures)):
        setting = reader.settings.get(source) or SourceSetting(id=source)
        lines = reader.failures.get((source, table), [])
        told = report(of.get((source, table), []), setting, [line for line, _ in lines], left.get((source, table), 0))
        shown = (*told.files, *(file for _, file in lines if file))
        refused = tuple(reader.refused.get((source, table), ()))
        reports.append(replace(told, source=source, table=table, files=tuple(dict.fromkeys(shown)), refused=refused))
    return tuple(reports)


def _together(before: Standing, compared: Mapping[str, Compared]) -> Standing:
    """Put the side tables of all contract tables together; those of tables nothing was read of stay."""
    frames = {}
    for name, old in before.frames().items():
        kept = old.filter(~pl.col("table").is_in(list(compared)))
        frames[name] = pl.concat([kept, *(each.beside.frames()[name] for each in compared.values())])
    return Standing(**frames)


def _present(reader: Reader, readings: Sequence[Reading]) -> Presence:
    """Note the complete copies of lists that were read."""
    present = reader.kept.presence
    complete = {(each.source, each.files) for each in readings if each.complete}
    for at, (reading, _) in reader.tallies.items():
        if (reading.source, reading.files) in complete and reading.table == "listings":
            rows = reader.staging.of("listings", at)
            present = present.noted(rows, reading.source, reader.lists[at], copied_on(reading))
    return present
