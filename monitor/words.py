"""How numbers, dates and lists are written for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

DISCLAIMER = (
    "This is a screening result for review. It states what records show; it is not a finding that any person broke "
    "the law."
)


def number(value: float) -> str:
    """Write a count with separators, without a fraction where there is none."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def usd(value: float) -> str:
    """Write an amount of money, short above a million."""
    return f"${value / 1e6:,.1f} million" if abs(value) >= 1e6 else f"${value:,.0f}"


def day(value: dt.date | str) -> str:
    """Write a day: 1 June 2024."""
    date = dt.date.fromisoformat(value) if isinstance(value, str) else value
    return f"{date.day} {date:%B %Y}"


def days(values: Sequence[dt.date]) -> str:
    """Write the days of several events, or their span when there are more than three."""
    dates = sorted(set(values))
    if not dates:
        return "on a day not recorded"
    if len(dates) > 3:
        return f"from {day(dates[0])} to {day(dates[-1])}"
    return "on " + listed([day(each) for each in dates])


def listed(parts: Sequence[str], *, most: int = 5) -> str:
    """Join parts as a sentence does, naming at most so many."""
    shown, left = list(parts[:most]), len(parts) - most
    if left > 0:
        return f"{', '.join(shown)} and {left} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


def plural(count: float, one: str) -> str:
    """Write a count with its noun."""
    return f"{number(count)} {one if count == 1 else one + 's'}"
