"""What complete copies of published lists held on which day, and what has been taken off between two of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

ENTRIES = {
    "source": pl.String(),
    "list": pl.String(),
    "record": pl.String(),
    "first_on": pl.Date(),
    "last_on": pl.Date(),
}
"""A record of one list of one source, and the days of the first and the last complete copy that has it."""

COPIES = {"source": pl.String(), "list": pl.String(), "dated_on": pl.Date()}
"""The days of the complete copies of one list that were read from one source."""

KEY = ("source", "list", "record")


@dataclass(frozen=True)
class Presence:
    """What every complete copy read so far held. The order in which copies are read does not count."""

    entries: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ENTRIES))
    copies: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COPIES))

    def frames(self) -> dict[str, pl.DataFrame]:
        """Name the two tables as the store does."""
        return {"list_entries": self.entries, "list_copies": self.copies}

    def held(self, source: str, until: dt.date) -> dict[str, int]:
        """Count the entries of each list in the last complete copy of a source; those of a later day do not count."""
        newest = self.copies.filter(source=source).group_by("list").agg(pl.col("dated_on").max())
        mine = self.entries.filter(source=source).join(newest, on="list")
        there = mine.filter((pl.col("last_on") == pl.col("dated_on")) & (pl.col("dated_on") <= until))
        return {str(name): int(count) for name, count in there.group_by("list").len().iter_rows()}

    def noted(self, records: pl.DataFrame, source: str, lists: Iterable[str], dated_on: dt.date) -> Presence:
        """Add one complete copy: its records (`list`, `record`) of `lists`, and its day.

        The day is the file's own date, else the day it was read. A copy noted twice changes nothing; two of one day
        are one.
        """
        named = sorted(set(lists))
        held = records.filter(pl.col("list").is_in(named)).select(
            pl.lit(source).alias("source"), "list", "record", first_on=pl.lit(dated_on), last_on=pl.lit(dated_on)
        )
        copies = pl.DataFrame([(source, each, dated_on) for each in named], schema=COPIES, orient="row")
        seen = pl.concat([self.entries, held]).group_by(KEY).agg(pl.col("first_on").min(), pl.col("last_on").max())
        return Presence(seen.sort(KEY), pl.concat([self.copies, copies]).unique().sort(*COPIES))


def delisted(records: pl.DataFrame, presence: Presence) -> pl.DataFrame:
    """Give each record of a list the day it was taken off, when no source states it: `delisted_on`, inferred.

    A record that an earlier complete copy of its source has, and a later one has not, was taken off between the two:
    it counts as listed until the day of the first copy without it, and is marked `delisted_inferred`. One that is in
    the newest copy is on the list, whatever copies in between lacked. `seen_on` is the newest complete copy that has
    it; null for records no complete copy has.
    """
    gone = (
        presence.entries.join(presence.copies, on=["source", "list"])
        .filter(pl.col("dated_on") > pl.col("last_on"))
        .group_by(KEY)
        .agg(gone_on=pl.col("dated_on").min())
    )
    known = presence.entries.join(gone, on=KEY, how="left").rename({"last_on": "seen_on"}).drop("first_on")
    inferred = pl.col("gone_on").is_not_null() & pl.col("delisted_on").is_null()
    return (
        records.drop("seen_on", "delisted_inferred", strict=False)
        .join(known, on=KEY, how="left", maintain_order="left")
        .with_columns(delisted_on=pl.coalesce("delisted_on", "gone_on"), delisted_inferred=inferred)
        .drop("gone_on")
    )
