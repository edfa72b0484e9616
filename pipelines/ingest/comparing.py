"""What of the rows just read is new: compared with each other, and with every version known from earlier runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.known.standing import COPIES, SEEN, SUPERSEDED, Standing
from pipelines.reading.versions import RECORDED, VERSION


@dataclass(frozen=True)
class Compared:
    """The rows of one contract table, as staged: which are fresh, and what each reading's rows counted as.

    `fresh` is a mask over the staged rows in order. `counts` has reading, accepted, corrections. `learned` are
    the keys of fresh versions. `beside` is what is now said of versions of this table.
    """

    fresh: pl.Series
    counts: pl.DataFrame
    learned: pl.DataFrame
    beside: Standing


def compare(
    table: str,
    staged: pl.DataFrame,
    known: pl.DataFrame,
    *,
    files: Mapping[int, tuple[str, frozenset[str]]],
    again: Collection[int] = (),
    edited: Collection[int] = (),
    copies: Mapping[int, dt.date] | None = None,
    beside: Standing | None = None,
) -> Compared:
    """Compare the staged rows of one table with what is known.

    `staged` has source, key, version, recorded_on, recorded_at, reading, head; `known` has source, key, version, file,
    recorded_on, recorded_at of (at least) every known version of a staged key. `files` names each reading's source and
    files, `again` the readings of files that were read before, `edited` those of them whose files changed, `copies`
    those that are full copies, with their day.
    A row counts as duplicate when its version was staged before, or is known from a file that was not read again.
    """
    before = beside or Standing()
    unread = known.join(_pairs(again, files), on=["source", "file"], how="anti")
    said_anew = staged.join(_pairs(edited, files), on=["reading", "source"]).select("source", "file", "key").unique()
    repeated = staged["key"].n_unique() < staged.height  # hardly ever, and looking is quicker than comparing
    marked = staged.with_columns(
        first=pl.struct(VERSION).is_first_distinct() if repeated else pl.lit(value=True),
        known=_is_in(staged, known),
        elsewhere=_is_in(staged, unread),
    )
    fresh = marked.select(pl.col("first") & ~pl.col("known")).to_series()
    counts = (
        marked.with_columns(
            accepted=pl.col("first") & ~pl.col("elsewhere"),
            another=(~pl.col("key").is_first_distinct() if repeated else pl.lit(value=False))
            | pl.col("key").is_in(known.get_column("key").implode()),
        )
        .group_by("reading")
        .agg(
            accepted=(pl.col("accepted") & pl.col("head")).sum(),
            corrections=(pl.col("first") & ~pl.col("known") & pl.col("another")).sum(),
        )
    )
    return Compared(
        fresh,
        counts,
        staged.filter(fresh).select("key").unique(),
        Standing(
            seen=_seen(table, staged, known, said_anew, before),
            superseded=_superseded(table, staged, known, said_anew, before),
            copies=_copied(table, staged, copies or {}, before),
        ),
    )


def _pairs(readings: Collection[int], files: Mapping[int, tuple[str, frozenset[str]]]) -> pl.DataFrame:
    """Name the files of readings."""
    named = [(at, source, file) for at in readings for source, each in [files[at]] for file in each]
    return pl.DataFrame(named, schema={"reading": pl.Int32, "source": pl.String, "file": pl.String}, orient="row")


def _is_in(staged: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    if known.is_empty():
        return pl.repeat(value=False, n=staged.height, dtype=pl.Boolean, eager=True)
    there = known.select(VERSION).unique().with_columns(there=pl.lit(value=True))
    return (
        staged.select(VERSION)
        .join(there, on=VERSION, how="left", maintain_order="left")["there"]
        .fill_null(value=False)
    )


def _those_in(staged: pl.DataFrame, named: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    return staged.join(named, on=list(on), how="semi") if named.height else staged.clear()


def _of(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    return frame.filter(pl.col("table") == table)


def _seen(
    table: str, staged: pl.DataFrame, known: pl.DataFrame, said_anew: pl.DataFrame, before: Standing
) -> pl.DataFrame:
    """Keep the last record of each version, where it is another than the fact itself bears.

    `said_anew` names the records edited files speak of: of these only what files say now counts, and those that repeat
    them were all read; so it does for a version that its file had replaced, and another file brings back.
    """
    old = _of(before.seen, table)
    replaced = _those_in(staged, _of(before.superseded, table), VERSION)
    anew = pl.concat([_those_in(staged, said_anew, ["key"]), replaced]).select(VERSION).unique()
    still = known.join(anew, on=VERSION, how="semi").join(said_anew, on=["source", "file", "key"], how="anti")
    still = still.join(replaced, on=VERSION, how="anti")
    stated = staged.filter(pl.col("recorded_on").is_not_null() | _is_in(staged, anew))
    if stated.is_empty():
        return old
    earlier = old.join(anew, on=VERSION, how="anti")
    every = pl.concat([each.select(*VERSION, *RECORDED) for each in (stated, earlier, still)])
    last = every.sort(RECORDED, nulls_last=False).unique(VERSION, keep="last", maintain_order=True)
    facts = [known.select(*VERSION, *RECORDED), staged.select(*VERSION, *RECORDED)]
    own = pl.concat(facts).unique(VERSION, keep="first", maintain_order=True)
    both = last.join(own, on=VERSION, how="left", suffix="_own", maintain_order="left")
    other = pl.any_horizontal(~pl.col(each).eq_missing(pl.col(f"{each}_own")) for each in RECORDED)
    mine = both.filter(other & (_is_in(both, anew) | _is_later()))
    kept = old.join(last, on=VERSION, how="anti")
    return pl.concat([kept, mine.with_columns(table=pl.lit(table)).select(list(SEEN))]).sort(VERSION)


def _is_later() -> pl.Expr:
    """Whether a statement was recorded later than the fact says; without a day is earliest, then without an hour."""
    day, hour = pl.col("recorded_on"), pl.col("recorded_at")
    own_day, own_hour = pl.col("recorded_on_own"), pl.col("recorded_at_own")
    longer = (day == own_day) & hour.is_not_null() & (own_hour.is_null() | (hour > own_hour))
    return day.is_not_null() & (own_day.is_null() | (day > own_day) | longer)


def _superseded(
    table: str, staged: pl.DataFrame, known: pl.DataFrame, said_anew: pl.DataFrame, before: Standing
) -> pl.DataFrame:
    """A version stands no more when the file that gave it now gives another version of the same record."""
    replaced = known.join(said_anew, on=["source", "file", "key"], how="semi").with_columns(table=pl.lit(table))
    every = pl.concat([_of(before.superseded, table), replaced.select(list(SUPERSEDED))]).unique()
    return every.join(staged, on=VERSION, how="anti").sort(VERSION) if every.height else every


def _copied(table: str, staged: pl.DataFrame, copies: Mapping[int, dt.date], before: Standing) -> pl.DataFrame:
    old = _of(before.copies, table)
    if not copies:
        return old
    day = pl.col("reading").replace_strict(dict(copies), default=None, return_dtype=pl.Date)
    held = staged.select("source", *VERSION, first_on=day, last_on=day, table=pl.lit(table)).drop_nulls("first_on")
    return (
        pl.concat([old, held.select(list(COPIES))])
        .group_by("source", "table", *VERSION)
        .agg(pl.col("first_on").min(), pl.col("last_on").max())
        .sort("source", *VERSION)
    )
