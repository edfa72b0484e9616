"""Interests of BODS statements of every version: what kind, which share with which ends, from when to when."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping

from pipelines.errors import Unusable
from pipelines.normalize.written import first_day, last_day, mapping_of, text_of

BAND = re.compile(r"(\d{2,3})-to-(\d{2,3})-percent")
ENDS = {25.0: (True, False), 50.0: (True, True), 75.0: (False, False)}
"""The UK register writes "more than 25", "more than 50 and less than 75" and "75 or more" as 25-to-50, 50-to-75 and
75-to-100: whether each end is excluded, by the lower one."""

CLOSED = (False, False)

KINDS = {
    "influence-or-control": "otherInfluenceOrControl",
    "rights-to-surplus-assets": "rightsToSurplusAssetsOnDissolution",
    "rights-to-profit-or-income": "rightsToProfitOrIncome",
}
"""Types as versions before 0.3 spell them, where the 0.4 spelling is not the same words."""

NO_SHARE: dict[str, object] = dict.fromkeys(("share_min", "share_max", "share_min_open", "share_max_open"))


def interest_of(
    interest: Mapping[str, object], ended_on: dt.date | None, *, through: bool = False
) -> dict[str, object]:
    """Read an interest; `ended_on` is the day its statement was closed, `through` that others stand between.

    Raises
    ------
    Unusable
        A date is none, or a share is no percentage.
    """
    details, kind = text_of(interest.get("details")), _kind(text_of(interest.get("type")))
    told = text_of(interest.get("directOrIndirect")) or text_of(interest.get("interestLevel"))
    return {
        "interest": kind,
        "from_on": first_day("startDate", interest.get("startDate")),
        "until_on": last_day("endDate", interest.get("endDate")) or ended_on,
        "directness": "indirect" if through and told in (None, "unknown") else told,
        "details": details,
        **_share(mapping_of(interest, "share"), details or "", kind),
    }


def _kind(written: str | None) -> str:
    if written is None:
        return "unknownInterest"
    if written in KINDS:
        return KINDS[written]
    first, *others = written.removesuffix("-of-trust").split("-")
    return first + "".join(other.capitalize() for other in others)


def _share(share: Mapping[str, object], details: str, kind: str) -> dict[str, object]:
    """Read a share: exact, or two ends; a register's band where nothing else is said, as its law words it."""
    exact, least, most = (_percent(key, share.get(key)) for key in ("exact", "minimum", "maximum"))
    if exact is not None:
        return {"share_min": exact, "share_max": exact, "share_min_open": False, "share_max_open": False}
    above, below = (_end(key, share.get(key)) for key in ("exclusiveMinimum", "exclusiveMaximum"))
    least = above[1] if above[1] is not None else least
    most = below[1] if below[1] is not None else most
    band = _band(details, kind)
    if band and least is None and most is None:
        least, most = band
    if least is None and most is None:
        return dict(NO_SHARE)
    if least is not None and most is not None and least > most:
        raise Unusable("share", dict(share), "has a minimum above its maximum", "exchange or correct the two")
    by_law = ENDS.get(band[0], CLOSED) if band and band == (least, most) else CLOSED
    return {
        "share_min": least,
        "share_max": most,
        "share_min_open": above[0] or by_law[0],
        "share_max_open": below[0] or by_law[1],
    }


def _end(key: str, value: object) -> tuple[bool, float | None]:
    """Read an excluded end: before 0.4 a mark on the other number, since then a number of its own."""
    if isinstance(value, bool):
        return value, None
    number = _percent(key, value)
    return number is not None, number


def _percent(key: str, value: object) -> float | None:
    text = text_of(value)
    if text is None:
        return None
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise Unusable(f"share.{key}", value, "is no percentage", "write percent, 0 to 100")
    return number


def _band(details: str, kind: str) -> tuple[float, float] | None:
    """Find the band the details name for this interest."""
    words = {"shareholding": "ownership-of-shares", "votingRights": "voting-rights"}.get(kind)
    for found in BAND.finditer(details):
        if words is None or words in details[: found.start()].rsplit("'", 1)[-1]:
            return float(found[1]), float(found[2])
    return None


def band_of(least: str | None, most: str | None, *, by_law: bool) -> dict[str, object]:
    """Read a share written as one or two numbers; `by_law`: two are a band of the UK register.

    Raises
    ------
    Unusable
        One is no percentage, or the first is above the second.
    """
    if least is None:
        return dict(NO_SHARE)
    share: dict[str, object] = {"exact": least} if most is None else {"minimum": least, "maximum": most}
    low, high = (float(each) if each is not None else None for each in (least, most))
    if by_law and low in ENDS and high == low + 25:
        share["exclusiveMinimum"], share["exclusiveMaximum"] = ENDS[low]
    return _share(share, "", "")
