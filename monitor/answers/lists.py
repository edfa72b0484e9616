"""What the restricted-party lists of a run hold, how old they are, and how they differ between two runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from monitor.answers.answer import Answer, known
from pipelines.coverage import REFUSED, is_bounded
from pipelines.known.presence import COPIES
from pipelines.store import StoredRun

COMPARED = (
    "name", "aliases", "country", "addresses", "published_on", "effective_on", "amended_on", "delisted_on", "footnotes",
    "scope", "effect", "citation", "program", "letter_type",
)  # fmt: skip
"""What makes an entry another than before."""

COPIES_TABLE = "list_copies"
"""Where a run keeps the days of complete copies."""


def status(run: StoredRun, refused: Mapping[str, str] | None = None) -> Answer:
    """Say of each list and source: file, version, entries in force, newest date, coverage, age.

    `refused` gives by source why its newest copy was refused; the last good one is told. Coverage is complete, excerpt
    (who is not in it is unknown), or not_judged: a list nobody publishes, like one of the user's own.
    """
    tables = run.tables()
    as_of = run.info.as_of
    entries = tables.frame("listings").select(
        "list", "effect", "sources", "delisted_on", newest=_newest(), ended=_over(as_of)
    )
    counted = (
        entries.explode("sources")
        .group_by("list", source="sources")
        .agg(
            entries=(~pl.col("ended")).sum(),
            ended=pl.col("ended").sum(),
            newest_on=pl.col("newest").max(),
            effect=pl.col("effect").first(),
        )
        .join(_files(run), on=["list", "source"], how="left")
        .join(_coverage(run), on=["list", "source"], how="left")
        .sort("list", "source")
    )
    versions = dict(tables.frame("sources").filter(pl.col("table") == "listings").select("id", "version").iter_rows())
    rows = [_row(each, versions, refused or {}, as_of) for each in counted.to_dicts()]
    return {"on": None, "known": known(run), "lists": rows}


def refusals(troubles: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Say by source why its newest copy was refused, of what the operator was told."""
    lines = {source: [line for line in each["lines"] if REFUSED in line] for source, each in troubles.items()}
    return {source: "; ".join(told) for source, told in lines.items() if told}


def difference(before: StoredRun, after: StoredRun) -> Answer:
    """Name the entries added, removed and changed between two runs.

    An entry is removed when it is no longer in force on the later run's day, or no longer there at all.
    """
    one, two = _entries(before), _entries(after)
    added = [_entry(two[name]) for name in sorted(two.keys() - one.keys())]
    removed = [_entry(_since(one[name], after)) for name in sorted(one.keys() - two.keys())]
    changed = [
        {**_entry(two[name]), "changes": changes}
        for name in sorted(one.keys() & two.keys())
        if (changes := _changes(one[name], two[name]))
    ]
    return {"on": None, "from": known(before), "known": known(after), "added": added, "removed": removed,
            "changed": changed}  # fmt: skip


def _newest() -> pl.Expr:
    """The newest day an entry says: listed, in effect, amended."""
    last = pl.col("amended_on").list.max().str.to_date(strict=False)
    return pl.max_horizontal("published_on", "effective_on", last)


def _over(as_of: dt.date) -> pl.Expr:
    return (pl.col("delisted_on") < as_of).fill_null(value=False)


def _files(run: StoredRun) -> pl.DataFrame:
    """The newest file of each list and source, and its own date."""
    records = run.records("listings").select("list", "source", "file", "recorded_on")
    newest = records.sort("recorded_on", "file", nulls_last=False).group_by("list", "source", maintain_order=True)
    return newest.agg(pl.col("file").last(), dated_on=pl.col("recorded_on").last()).collect()


def _coverage(run: StoredRun) -> pl.DataFrame:
    """The day of the newest complete copy of each list and source."""
    copies = run.table(COPIES_TABLE).collect() if COPIES_TABLE in run.names() else pl.DataFrame(schema=COPIES)
    return copies.group_by("list", "source").agg(complete_on=pl.col("dated_on").max())


def _row(row: Answer, versions: Mapping[str, str | None], refused: Mapping[str, str], as_of: dt.date) -> Answer:
    dated_on: dt.date | None = row["dated_on"] or row["complete_on"]
    return {
        "list": row["list"],
        "source": row["source"],
        "file": row["file"],
        "version": row["dated_on"].isoformat() if row["dated_on"] else versions.get(row["source"]),
        "entries": row["entries"],
        "ended": row["ended"],
        "newest_on": row["newest_on"],
        "effect": row["effect"],
        "coverage": "complete" if row["complete_on"] else "excerpt" if is_bounded(row["list"]) else "not_judged",
        "complete_on": row["complete_on"],
        "refused": refused.get(row["source"]),
        "age_days": (as_of - dated_on).days if dated_on else None,
    }


def _entries(run: StoredRun) -> dict[str, Answer]:
    """The entries in force on the run's day, by listing id."""
    listings = run.tables().frame("listings").filter(~_over(run.info.as_of))
    return {row["id"]: row for row in listings.iter_rows(named=True)}


def _since(row: Answer, after: StoredRun) -> Answer:
    """Give an entry as the later run knows it, where it still does: with its last day."""
    now = after.tables().frame("listings").filter(pl.col("id") == row["id"])
    return now.row(0, named=True) if now.height else row


def _entry(row: Answer) -> Answer:
    names = ("list", "name", "country", "published_on", "effective_on", "delisted_on", "delisted_inferred", "citation")
    return {"id": row["id"], **{name: row[name] for name in names}, "sources": row["sources"]}


def _changes(one: Answer, two: Answer) -> dict[str, Answer]:
    return {name: {"from": one[name], "to": two[name]} for name in COMPARED if _plain(one[name]) != _plain(two[name])}


def _plain(value: object) -> object:
    """Compare lists as sets, null as empty."""
    return sorted(map(str, value)) if isinstance(value, list) else value or None
