"""Judge whether one reading of a published list is all of that list: what is cut off must not clear anybody."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from pipelines.configuration import config_toml
from pipelines.source import Coverage, Source

CLAIMS = 0.2
"""Share of the fewest entries of a complete list from which a reading is taken for one, whole or cut off."""

FEWEST = 20
"""Entries below which a reading that says nothing of itself is an excerpt, however short the list."""

SHRINKS = 0.8
"""Share of the records of the last complete copy below which a copy is taken to be cut off: lists hardly shrink."""

MOST_NAMED = 3

REFUSED = "is no complete copy"
"""What every line of a refusal says, so that it can be told from other failures."""

REMEDY = 'download it again, or declare coverage = "excerpt" for it in monitor.toml if it is meant to hold no more'


@dataclass(frozen=True)
class Verdict:
    """What to do with one reading of one list.

    `refused` is one line, null when it may be used; `complete` says that who is missing in it is not on the list;
    `lists` are the short names it holds in full.
    """

    refused: str | None = None
    complete: bool = False
    notes: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bounds:
    """What a complete copy of one list holds."""

    least: int
    most: int
    known: tuple[str, ...] = ()
    since: dt.date | None = None


def judged(
    source: Source,
    listings: pl.DataFrame,
    read: int,
    *,
    coverage: Coverage,
    passed_before: bool,
    held_before: Mapping[str, int] | None = None,
    shown: str = "",
    dated_on: dt.date | None = None,
) -> Verdict:
    """Judge one reading of a published list source.

    `listings` are its rows with the columns of `FILES["listings"]`, `read` the records it had. A reading claims to be
    complete as `coverage` says, or ("auto") when it is large enough for a complete one or the same file
    `passed_before`. One that claims it and lacks known names or is outside the bounds is refused; what is smaller is
    an excerpt. `held_before` are the entries of each list in the last complete copy of the source, when this one is no
    older. `shown` names it in messages; `dated_on` is its own day: lists begun later need not be in it.
    """
    counts = {str(name): int(count) for name, count in listings.get_column("list").value_counts().iter_rows()}
    due = {name: each for name, each in _due(source, counts).items() if _begun(each, dated_on)}
    if coverage == "auto" and source.id in _config()["collections"]:
        return Verdict()
    claims = coverage == "complete" or (coverage == "auto" and (passed_before or _large(due, max(read, len(listings)))))
    name = shown or source.title
    if not claims:
        return Verdict(notes=_excerpt(name, due, len(listings)) if due else ())
    lacks = [line for each, bounds in sorted(due.items()) for line in _lacks(each, bounds, listings)]
    if not due and listings.is_empty():
        lacks = ["it has no entries"]
    lacks += _shrunk(counts, held_before or {})
    if lacks:
        return Verdict(refused=f"{name}: {REFUSED}: {'; '.join(lacks)}; the last good copy stays; {REMEDY}")
    return Verdict(complete=True, lists=tuple(sorted(due.keys() | counts.keys())))


def is_bounded(name: str) -> bool:
    """Whether it is known what a complete copy of a list holds."""
    return name in _bounds()


def _due(source: Source, counts: Mapping[str, int]) -> dict[str, Bounds]:
    """Which lists the reading is of: all that its source publishes together, else those it has entries of."""
    names: Sequence[str] = _holds().get(source.id) or sorted(counts)
    return {name: _bounds()[name] for name in names if name in _bounds()}


def _begun(bounds: Bounds, dated_on: dt.date | None) -> bool:
    return not (bounds.since and dated_on and dated_on < bounds.since)


def _large(due: Mapping[str, Bounds], entries: int) -> bool:
    return bool(due) and entries >= max(FEWEST, CLAIMS * sum(each.least for each in due.values()))


def _excerpt(name: str, due: Mapping[str, Bounds], entries: int) -> tuple[str, ...]:
    if not entries:
        return ()
    least = sum(each.least for each in due.values())
    told = f"{entries:,} {'entry' if entries == 1 else 'entries'}; a complete copy has at least {least:,}"
    return (f"{name}: is an excerpt: {told}; parties not in it are not screened",)


def _shrunk(counts: Mapping[str, int], before: Mapping[str, int]) -> list[str]:
    return [
        f"{name} has {counts[name]:,} entries where the last complete copy had {before[name]:,}"
        for name in sorted(counts.keys() & before.keys())
        if counts[name] < SHRINKS * before[name]
    ]


def _lacks(name: str, bounds: Bounds, listings: pl.DataFrame) -> list[str]:
    """Say what one list of a reading lacks, or has too much of."""
    of = listings.filter(pl.col("list") == name)
    if of.is_empty():
        return [f"{name} has no entries"]
    lines = []
    if not bounds.least <= of.height <= bounds.most:
        lines.append(f"{name} has {of.height:,} entries where {bounds.least:,} to {bounds.most:,} are expected")
    text = _text(of)
    missing = [each for each in bounds.known if f" {_plain(each)} " not in text]
    if missing:
        told = ", ".join(missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        lines.append(f"{name} lacks {told}{more}, which {'have' if len(missing) > 1 else 'has'} long been on it")
    return lines


def _text(of: pl.DataFrame) -> str:
    """Write all names and aliases as one text, a space on either side of each word."""
    names = pl.concat([of.get_column("name"), of.get_column("aliases").explode(empty_as_null=True)]).drop_nulls()
    return " | ".join(["", *map(_plain, names), ""])


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.lower()).strip()


@cache
def _bounds() -> Mapping[str, Bounds]:
    return {
        name: Bounds(entry["least"], entry["most"], tuple(entry.get("known", ())), entry.get("since"))
        for name, entry in _config().items()
        if isinstance(entry, Mapping) and "least" in entry
    }


def _holds() -> Mapping[str, Sequence[str]]:
    return dict(_config()["holds"])


@cache
def _config() -> Mapping[str, Any]:
    return config_toml("list_coverage.toml")
