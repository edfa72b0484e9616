"""Shareholdings: the interests that count for the 50 percent test and the economic share.

Registers give a row per interest (shares, votes, board): only `shareholding` is ownership; summing all would give
150 to 200 percent. Of rows that overlap in time between one owner and one owned party the newest counts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque

import polars as pl

from pipelines.graph.ownership.stretches import clip, topmost, with_stretch
from pipelines.tables import day_number

COLUMNS = ("owner", "owned", "least", "most", "above", "below", "first", "last")
"""`above`: more than `least`; `below`: less than `most`."""


def kind_of(interest: str = "interest") -> pl.Expr:
    """Fold an interest type to letters only; null means shareholding."""
    return letters(interest).fill_null("shareholding")


def letters(text: str) -> pl.Expr:
    """Fold a text column to its letters."""
    return pl.col(text).str.to_lowercase().str.replace_all(r"[^a-z]", "")


def holdings(ownership: pl.DataFrame, kind: str = "shareholding") -> pl.DataFrame:
    """Clean the interests of one kind: one row per owner, owned and stretch, ends as percent 0 to 100.

    Unknown ends become 0 and 100. Interests of 0 percent are none. An indirect statement is left out where a
    chain of direct ones stands for it.
    """
    rows = with_stretch(ownership).filter(
        kind_of() == kind, pl.col("owner").is_not_null(), pl.col("owned").is_not_null()
    )
    rows = _without_repeats(_with_ends(rows).filter(pl.col("most") > 0))
    rank = ("first", "record", "source", "least", "most")
    return topmost(rows, ("owner", "owned"), rank).select(COLUMNS)


def holdings_on(ownership: pl.DataFrame, day: int | dt.date) -> pl.DataFrame:
    """Shareholdings of one day, given as a date or as days since 1970."""
    number = day if isinstance(day, int) else day_number(day)
    return clip(holdings(ownership.filter(on_day(number))), number, number)


def on_day(day: int) -> pl.Expr:
    """Whether an interest may hold on the day."""
    began = (pl.col("from_on").dt.epoch("d") <= day).fill_null(value=True)
    goes_on = (pl.col("until_on").dt.epoch("d") >= day).fill_null(value=True)
    return began & goes_on


def _with_ends(rows: pl.DataFrame) -> pl.DataFrame:
    opened = pl.col("open").fill_null("none")
    least = pl.col("least").fill_nan(None).fill_null(0.0).clip(0.0, 100.0)
    most = pl.col("most").fill_nan(None).fill_null(100.0).clip(0.0, 100.0)
    ends = rows.with_columns(least=least, most=pl.max_horizontal(least, most))
    exact = pl.col("least") == pl.col("most")
    return ends.with_columns(
        above=opened.is_in(["least", "both"]) & ~exact, below=opened.is_in(["most", "both"]) & ~exact
    )


def _without_repeats(rows: pl.DataFrame) -> pl.DataFrame:
    if "directness" not in rows.columns:
        return rows
    indirect = (pl.col("directness").str.to_lowercase() == "indirect").fill_null(value=False)
    stated = rows.filter(indirect)
    direct = rows.filter(~indirect)
    if stated.is_empty():
        return rows
    owned_by = _owned_by(direct)
    alone = [not _chained(owned_by, *row) for row in stated.select("owner", "owned", "first", "last").iter_rows()]
    return pl.concat([direct, stated.filter(pl.Series(alone, dtype=pl.Boolean))])


def _owned_by(direct: pl.DataFrame) -> dict[str, list[tuple[str, int, int]]]:
    links: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for owner, owned, first, last in direct.select("owner", "owned", "first", "last").iter_rows():
        links[owner].append((owned, first, last))
    return links


def _chained(links: dict[str, list[tuple[str, int, int]]], owner: str, owned: str, first: int, last: int) -> bool:
    seen, waiting = {owner}, deque([owner])
    while waiting:
        for party, begins, ends in links.get(waiting.popleft(), ()):
            if ends < first or begins > last:
                continue
            if party == owned:
                return True
            if party not in seen:
                seen.add(party)
                waiting.append(party)
    return False


def share_words(least: float, most: float, *, above: bool, below: bool) -> str:
    """Say a share as people do: `60 %`, `more than 25 to 50 %`, `an unknown share`."""
    if least == most:
        return f"{least:g} %"
    if least <= 0 and most >= 100:
        return "an unknown share"
    start = f"more than {least:g}" if above else f"{least:g}"
    return f"{start} to {'less than ' if below else ''}{most:g} %"
