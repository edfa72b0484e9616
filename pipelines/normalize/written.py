"""Single values as registers write them in JSON and XML: texts, and dates of which only the year or month is known."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache

from pipelines.errors import Unusable
from pipelines.normalize.countries import country_at_end, country_code
from pipelines.normalize.entries import spoken

PARTIAL = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?", re.DOTALL)
LONGEST_DATE = 40
LONGEST_PLACE = 200


def text_of(value: object) -> str | None:
    """Read a text or number; null when it is empty or something else."""
    if type(value) is str:
        return " ".join(value.split()) or None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return spoken(str(value)) or None


def first_day(column: str, value: object) -> dt.date | None:
    """Read the first day a date means: "2017" is 2017-01-01; null when nothing is written.

    Raises
    ------
    Unusable
        Something is written that is no date.
    """
    return _day(column, value, last=False)


def last_day(column: str, value: object) -> dt.date | None:
    """Read the last day a date means: "2017-11" is 2017-11-30; null when nothing is written.

    Raises
    ------
    Unusable
        Something is written that is no date.
    """
    return _day(column, value, last=True)


def _day(column: str, value: object, *, last: bool) -> dt.date | None:
    if value is None or value == "":
        return None
    text = text_of(value)
    day = _parsed(text, last=last) if text and len(text) <= LONGEST_DATE else None
    if day is None:
        raise Unusable(column, value, "is no date", "write it as 2024-05-31, 2024-05 or 2024")
    return day


@lru_cache(100_000)
def _parsed(text: str, *, last: bool) -> dt.date | None:
    found = PARTIAL.fullmatch(text)
    try:
        return _of_parts(*found.groups(), last=last) if found else None
    except ValueError:
        return None


def _of_parts(year: str, month: str | None, day: str | None, *, last: bool) -> dt.date:
    number = int(month) if month else 12 if last else 1
    if day:
        return dt.date(int(year), number, int(day))
    start = dt.date(int(year), number, 1)
    return start.replace(day=calendar.monthrange(start.year, number)[1]) if last else start


def moment_of(value: object, *, later: int = 0) -> dt.datetime | None:
    """Read when something was recorded, in UTC; null when it is no time.

    `later` puts what was said after something else of the same moment behind it.
    """
    text = text_of(value)
    if text is None or len(text) > LONGEST_DATE:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
        plain = moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
        return plain + dt.timedelta(microseconds=later)
    except (ValueError, OverflowError):
        return None


def country_of(value: object) -> str | None:
    """Name the country a text means or ends in: "Minnesota, USA" is US, "GB-SCT" is GB; null when none."""
    text = text_of(value)
    if text is None or len(text) > LONGEST_PLACE:
        return None
    return _country(text)


@lru_cache(10_000)
def _country(text: str) -> str | None:
    code = text[:2] if re.fullmatch(r"[A-Za-z]{2}-[A-Za-z0-9]{1,3}", text) else text
    return country_code(code) or country_at_end(text)


def mapping_of(body: object, key: str) -> Mapping[str, object]:
    """Give a part of a record that should be an object; empty when it is none."""
    part = body.get(key) if isinstance(body, dict) else None
    return part if isinstance(part, dict) else {}


def list_of(body: object, key: str) -> list[object]:
    """Give a part of a record that should be a list; empty when it is none."""
    part = body.get(key) if isinstance(body, dict) else None
    return part if isinstance(part, list) else []


def texts_of(values: object) -> list[str]:
    """List the texts of a value that is one or a list of some."""
    several = values if isinstance(values, list) else [values]
    return [text for text in map(text_of, several) if text]
