"""Tell the operator that a source cannot be read, is refused or stale, and that it is well again: once each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from monitor.journal import Journal
from pipelines.source import SourceReport, SourceSetting
from pipelines.store import Store

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

TITLES: Mapping[str, str] = {
    "failed": "A source cannot be read; what was read of it before stays, and grows old.",
    "refused": "A copy of a list is not complete and was refused; the last good copy stays.",
    "stale": "A source was not renewed for longer than it is set to last.",
    "recovered": "A source that needed your attention is well again.",
}
"""What a message says; the source is named beside it, where it may be."""

LONGEST = 20
"""Lines a message gives."""


def notice(
    journal: Journal,
    reports: Sequence[SourceReport],
    now: dt.datetime,
    channels: Sequence[str],
    *,
    settings: Sequence[SourceSetting] = (),
    store: Store | None = None,
) -> tuple[str, ...]:
    """Queue a message for each source that began to fail or is well again since the last pass; name those sources.

    `settings` say after how many days a declared source is stale; `store` which sources are of confidential lists. The
    messages are kept with the change in the journal, and delivered at least once like those of alerts.
    """
    lasting = {each.id: each.stale_after_days for each in settings if each.stale_after_days}
    troubles = _troubles(reports, lasting, now.date())
    private = confidential_sources(store) if troubles and store else frozenset()
    told = {source: {**trouble, "private": source in private} for source, trouble in troubles.items()}
    return journal.note_troubles(told, channels, now)


def confidential_sources(store: Store) -> frozenset[str]:
    """Name the sources of confidential lists, as far as the last run knows."""
    if store.last() is None:
        return frozenset()
    listings = store.open().tables().polars("listings")
    marked = listings.filter(pl.col("confidential").fill_null(value=False))
    return frozenset(marked.select(pl.col("sources").explode().unique()).collect().to_series().drop_nulls())


def _troubles(reports: Sequence[SourceReport], lasting: Mapping[str, int], today: dt.date) -> dict[str, dict[str, Any]]:
    """Say what is wrong with each source: the worst first, a source's tables together."""
    found: dict[str, dict[str, list[str]]] = {}
    for report in reports:
        lines = {
            "failed": [line for line in report.failures if line not in report.refused],
            "refused": [*report.refused],
            "stale": _stale(report, lasting.get(report.source), today),
        }
        for state, each in lines.items():
            if each:
                found.setdefault(report.source, {}).setdefault(state, []).extend(each)
    return {source: _trouble(states) for source, states in found.items()}


def _trouble(states: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    state = next(name for name in TITLES if name in states)
    lines = list(dict.fromkeys(line for name in TITLES for line in states.get(name, ())))
    return {
        "state": state,
        "title": TITLES[state],
        "recovered": TITLES["recovered"],
        "lines": lines[:LONGEST],
    }


def _stale(report: SourceReport, lasts: int | None, today: dt.date) -> list[str]:
    days = sorted(dt.date.fromisoformat(day) for day in DAY.findall(report.version or ""))
    age = (today - days[-1]).days if days else 0
    if not lasts or age <= lasts:
        return []
    return [f"its newest file is of {days[-1]}, {age} days old, more than the {lasts} set; fetch or copy a newer one"]
