"""What of the rows just read is new: compared with each other, and with every version known from earlier runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.reading.versions import RECORDED, VERSION
from pipelines.standing import COPIES, SEEN, SUPERSEDED, Standing


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
    copies: Mapping[int, dt.date] | None = None,
    beside: Standing | None = None,
) -> Compared:
    """Compare the staged rows of one table with what is known.

    `staged` has source, key, version, recorded_on, recorded_at, reading, head; `known` has source, key, version, file,
    recorded_on, recorded_at of (at least) every known version of a staged key. `files` names each reading's source and
    files, `again` the readings of files that were read before, `copies` those that are full copies, with their day.
    A row counts as duplicate when its version was staged before, or is known from a file that was not read again.
    """
    before = beside or Standing()
    reread = [(source, file) for at in again for source, each in [files[at]] for file in each]
    from_reread = known.join(_pairs(reread), on=["source", "file"], how="semi")
    marked = staged.with_columns(
        first=pl.struct(VERSION).is_first_distinct(),
        known=_is_in(staged, known),
        elsewhere=_is_in(staged, known.join(_pairs(reread), on=["source", "file"], how="anti")),
    )
    fresh = marked.select(pl.col("first") & ~pl.col("known")).to_series()
    counts = (
        marked.with_columns(
            accepted=pl.col("first") & ~pl.col("elsewhere"),
            another=~pl.col("key").is_first_distinct() | pl.col("key").is_in(known.get_column("key").implode()),
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
            seen=_seen(table, staged, known, before),
            superseded=_superseded(table, staged, from_reread, before, files, again),
            copies=_copied(table, staged, copies or {}, before),
        ),
    )


def _pairs(files: Collection[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(list(files), schema={"source": pl.String, "file": pl.String}, orient="row")


def _is_in(staged: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    there = known.select(VERSION).unique().with_columns(there=pl.lit(value=True))
    return (
        staged.select(VERSION)
        .join(there, on=VERSION, how="left", maintain_order="left")["there"]
        .fill_null(value=False)
    )


def _of(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    return frame.filter(pl.col("table") == table)


def _seen(table: str, staged: pl.DataFrame, known: pl.DataFrame, before: Standing) -> pl.DataFrame:
    """Keep the last record of each version that was recorded later than the fact itself says."""
    dated = staged.filter(pl.col("recorded_on").is_not_null())
    old = _of(before.seen, table)
    if dated.is_empty():
        return old
    own = pl.concat([known.select(*VERSION, *RECORDED), staged.select(*VERSION, *RECORDED)]).unique(
        VERSION, keep="first", maintain_order=True
    )
    stated = pl.concat([dated.select(*VERSION, *RECORDED), old.select(*VERSION, *RECORDED)])
    last = stated.sort(RECORDED, nulls_last=False).unique(VERSION, keep="last", maintain_order=True)
    later = last.join(own, on=VERSION, how="left", suffix="_own").filter(
        pl.col("recorded_on_own").is_null()
        | (pl.col("recorded_on") > pl.col("recorded_on_own"))
        | (
            (pl.col("recorded_on") == pl.col("recorded_on_own"))
            & pl.col("recorded_at").is_not_null()
            & (pl.col("recorded_at_own").is_null() | (pl.col("recorded_at") > pl.col("recorded_at_own")))
        )
    )
    kept = old.join(last, on=VERSION, how="anti")
    return pl.concat([kept, later.with_columns(table=pl.lit(table)).select(list(SEEN))]).sort(VERSION)


def _superseded(
    table: str,
    staged: pl.DataFrame,
    from_reread: pl.DataFrame,
    before: Standing,
    files: Mapping[int, tuple[str, frozenset[str]]],
    again: Collection[int],
) -> pl.DataFrame:
    """A version stands no more when the file that gave it now gives another version of the same record."""
    old = _of(before.superseded, table)
    named = [(at, source, file) for at in again for source, each in [files[at]] for file in each]
    readings = pl.DataFrame(named, schema={"reading": pl.Int32, "source": pl.String, "file": pl.String}, orient="row")
    keys = staged.join(readings, on="reading").select("source", "file", "key").unique()
    replaced = from_reread.join(keys, on=["source", "file", "key"], how="semi").with_columns(table=pl.lit(table))
    every = pl.concat([old, replaced.select(list(SUPERSEDED))]).unique()
    return every.join(staged, on=VERSION, how="anti").sort(VERSION)


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
