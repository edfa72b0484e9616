"""Word what is wrong with a mapping, and how names are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def nearest(name: str, among: Iterable[str]) -> str:
    """Word a suggestion: "; did you mean …?", or nothing."""
    spelled = {each.lower(): each for each in reversed(list(among))}
    close = get_close_matches(name.lower(), spelled, n=1, cutoff=0.5)
    return f"; did you mean {spelled[close[0]]!r}?" if close else ""


def plain(heading: str) -> str:
    """Spell a heading as headings are compared: case, spaces, underscores and points do not matter."""
    return re.sub(r"[\s_.\u00a0]+", " ", heading).strip().casefold()


def some(names: Sequence[str], shown: int = 8) -> str:
    """List names, the first ones if there are many."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(name[:60] for name in names[:shown]) + more


def not_used(file: str, headings: Sequence[str]) -> list[str]:
    """Word which columns of a file nothing is taken from."""
    return [f"{file}: not used: column{'s' * (len(headings) > 1)} {some(headings)}"] if headings else []
