"""Orders denying export privileges: what kind one is, and the days it runs from and to."""

from __future__ import annotations

import datetime as dt
import re

STANDARD = "standard denial order"
OWN_TERMS = "denial order with terms of its own"


def order_of(text: str | None) -> str | None:
    """Say what an order denies: a standard one ("Y", "Standard") all dealings; another ("N") what its terms say."""
    plain = (text or "").strip().lower()
    if plain in {"y", "yes", "standard"}:
        return STANDARD
    return OWN_TERMS if plain in {"n", "no", "non-standard", "nonstandard"} else None


def american_day(text: str | None) -> dt.date | None:
    """Read a day written 06/19/2003 or 2003-06-19; None when it is neither."""
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", (text or "").strip())
    iso = re.match(r"(\d{4})-(\d{2})-(\d{2})", (text or "").strip())
    try:
        if american:
            return dt.date(int(american[3]), int(american[1]), int(american[2]))
        return dt.date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else None
    except ValueError:
        return None


def runs_from(stated: dt.date | None, published_on: dt.date | None) -> dt.date | None:
    """Say since when a party is denied: an order renewed states its last renewal, its citations the first order."""
    return min(filter(None, (stated, published_on)), default=None) if stated else None
