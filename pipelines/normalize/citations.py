"""Federal Register citations as lists write them, their dates, and the notices whose effect came on another day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from pipelines.configuration import config_toml

CITED = re.compile(r"(?P<volume>\d{1,3})\s*\.?\s*F\.?\s*R\.?\s*(?P<page>[\d,]{1,7})", re.IGNORECASE)
AMERICAN = re.compile(r"(?<!\d)(\d{1,2})/+(\d{1,2})/+(\d{4}|\d{2})(?!\d)")
IN_WORDS = re.compile(r"\b([A-Z][a-z]{2,8})\.? (\d{1,2}), (\d{4})\b")
MONTHS = {
    month: number
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
CENTURY = 70
"""Two-digit years from here on are of the last century."""


@dataclass(frozen=True)
class Citation:
    """One citation: volume, page, and the day it says; each null where the text has none."""

    volume: int | None
    page: int | None
    published_on: dt.date | None


def citations(text: str | None) -> list[Citation]:
    """Read the citations of a text in order: '76 FR 71869, 11/21/11' or 'Vol. 88, No. 151, 08/08/2023'."""
    if not text:
        return []
    starts = [match.start() for match in CITED.finditer(text)]
    bounds = [*starts, len(text)] if starts else [0, len(text)]
    parts = [text[start:end] for start, end in pairwise(bounds)]
    return [_citation(part) for part in parts]


def published_first(text: str | None) -> dt.date | None:
    """Day of the earliest notice a text cites, null where it gives no date."""
    days = [day for day in _dates(text or "") if day]
    return min(days, default=None)


def effective_first(text: str | None) -> dt.date | None:
    """Day the earliest notice a text cites took effect, where that is stated to be another than its publication."""
    cited = citations(text)
    dated = [each for each in cited if each.published_on]
    first = min(dated, key=lambda each: each.published_on or dt.date.max) if dated else next(iter(cited), None)
    return _stated(first) if first else None


def amended(text: str | None) -> list[dt.date]:
    """Days of the notices that changed an entry after the first: each once, in order.

    What they changed is not said: names and addresses may have been added, the scope may have been another before.
    A notice cited without a day counts where its pages are stated.
    """
    days = {day for each in citations(text) if (day := each.published_on or _published(each))}
    return sorted(days)[1:]


def published_by_page(text: str | None) -> dt.date | None:
    """Publication day of the first notice cited without a date, where its pages are stated."""
    cited = citations(text)
    return _published(cited[0]) if cited else None


def _citation(part: str) -> Citation:
    found = CITED.search(part)
    days = _dates(part)
    page = found["page"].replace(",", "") if found else ""
    return Citation(int(found["volume"]) if found else None, int(page) if page else None, days[0] if days else None)


def _dates(text: str) -> list[dt.date]:
    found = [(match.start(), _day(int(match[3]), int(match[1]), int(match[2]))) for match in AMERICAN.finditer(text)]
    found += [
        (match.start(), _day(int(match[3]), MONTHS.get(match[1][:3].lower(), 0), int(match[2])))
        for match in IN_WORDS.finditer(text)
    ]
    return [day for _, day in sorted(found, key=lambda each: each[0]) if day]


def _day(year: int, month: int, day: int) -> dt.date | None:
    if year < 100:
        year += 1900 if year >= CENTURY else 2000
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _published(citation: Citation) -> dt.date | None:
    notice = _notice(citation)
    return notice["published_on"] if notice else None


def _stated(citation: Citation) -> dt.date | None:
    notice = _notice(citation)
    return notice.get("effective_on") if notice else None


def _notice(citation: Citation) -> Mapping[str, Any] | None:
    for notice in _notices():
        pages = notice["first_page"] <= (citation.page or 0) <= notice["last_page"]
        if citation.volume == notice["volume"] and pages and citation.published_on in (None, notice["published_on"]):
            return notice
    return None


@cache
def _notices() -> Sequence[Mapping[str, Any]]:
    return tuple(config_toml("listing_dates.toml")["notice"])
