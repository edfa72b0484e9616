"""Check the rows of a run against one another: what was read is accounted for, what is said of records is of some."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.known.readings import restored
from pipelines.known.standing import Standing
from pipelines.store.stored_run import StoredRun

VERSION = ("key", "version")


def rows_that_do_not_add_up(run: StoredRun) -> Iterator[str]:
    """Name everything that does not add up in the tables of one run."""
    yield from _facts(run)
    if "readings" in run.names():
        yield from _read(run)
        yield from _quarantined(run)
        yield from _beside(run)


def _facts(run: StoredRun) -> Iterator[str]:
    """Facts are learned by a run there was, and each version of a record once."""
    for name in (each for each in run.names() if each.startswith("records_")):
        facts = run.table(name)
        late = facts.filter(~pl.col("known_run").is_between(1, run.info.run)).select(pl.len()).collect().item()
        if late:
            yield f"{name}: {late} rows name a run later than run {run.info.run}, or none"
        if set(VERSION) <= set(facts.collect_schema()):
            twice = facts.group_by(VERSION).len().filter(pl.col("len") > 1).select(pl.len()).collect().item()
            if twice:
                yield f"{name}: {twice} versions of records are there more than once"


def _read(run: StoredRun) -> Iterator[str]:
    """Rows read = accepted + duplicate + quarantined, of every file; what was accepted is there."""
    accepted: dict[tuple[str, str], int] = {}
    for each in restored(run.table("readings").collect()):
        if each.read != each.accepted + each.duplicate + each.quarantined or min(each.accepted, each.duplicate) < 0:
            yield (
                f"readings: {', '.join(each.files)}: {each.read} rows read are not {each.accepted} accepted + "
                f"{each.duplicate} duplicate + {each.quarantined} quarantined"
            )
        accepted[each.source, each.table] = accepted.get((each.source, each.table), 0) + each.accepted
    held = _held(run)
    for (source, table), count in accepted.items():
        if held.get((source, table), 0) < count:
            yield (
                f"records_{table}: {held.get((source, table), 0)} rows of source {source}, "
                f"where {count} were accepted of its files"
            )


def _held(run: StoredRun) -> dict[tuple[str, str], int]:
    """Count the versions of records of each source and table."""
    held: dict[tuple[str, str], int] = {}
    for name in (each for each in run.names() if each.startswith("records_")):
        facts = run.table(name)
        if "source" in facts.collect_schema():
            counts = facts.group_by("source").len().collect()
            held |= {(source, name.removeprefix("records_")): count for source, count in counts.iter_rows()}
    return held


def _quarantined(run: StoredRun) -> Iterator[str]:
    """No more rows are in quarantine than the files had that could not be used."""
    counted: dict[tuple[str, str], int] = {}
    for each in restored(run.table("readings").collect()):
        counted[each.source, each.table] = counted.get((each.source, each.table), 0) + each.quarantined
    there = run.table("quarantine").group_by("source", "table").len().collect()
    for source, table, count in there.iter_rows():
        if count > counted.get((source, table), 0):
            yield (
                f"quarantine: {count} rows of source {source} for {table}, "
                f"where {counted.get((source, table), 0)} were quarantined"
            )


def _beside(run: StoredRun) -> Iterator[str]:
    """What is kept of versions of records is of versions there are."""
    for name in Standing().frames():
        said = run.table(name)
        for table in said.select("table").unique().collect().get_column("table").to_list():
            of = said.filter(pl.col("table") == table)
            facts = run.records(table).select(VERSION) if f"records_{table}" in run.names() else None
            lost = of if facts is None else of.join(facts, on=VERSION, how="anti")
            count = lost.select(pl.len()).collect().item()
            if count:
                yield f"{name}: {count} entries are of versions of records of {table} that are not there"
