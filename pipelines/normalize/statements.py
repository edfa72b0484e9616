"""Parts of BODS statements: names, places, interests with their shares."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from pipelines.normalize.countries import country_code
from pipelines.normalize.entries import date_of, spoken, unique

BAND = re.compile(r"(\d{2,3})-to-(\d{2,3})-percent")
OPEN_BELOW = frozenset({25.0, 50.0})
"""Registers of the UK write "more than 25" and "more than 50 percent" as 25 and 50; 75 is "75 or more"."""


def interest_of(interest: Mapping[str, Any], ended_on: dt.date | None) -> dict[str, Any]:
    """Read an interest; `ended_on` is the day its statement was closed."""
    details = spoken(str(interest.get("details") or ""))
    kind = str(interest.get("type") or "unknownInterest")
    until = date_of(interest.get("endDate")) or ended_on
    return {
        "interest": kind,
        "from_on": date_of(interest.get("startDate")),
        "until_on": until,
        "directness": str(interest.get("directOrIndirect") or "") or None,
        "details": details or None,
        **_share(part(interest, "share"), details, kind),
    }


def _share(share: Mapping[str, Any], details: str, kind: str) -> dict[str, Any]:
    """Read a share: exact, or two ends with "exclusive" ones open; a register's band as its law words it."""
    exact, above, below = (_number(share.get(key)) for key in ("exact", "exclusiveMinimum", "exclusiveMaximum"))
    least, most = _number(share.get("minimum")), _number(share.get("maximum"))
    if exact is not None:
        return {"share_min": exact, "share_max": exact, "share_min_open": False, "share_max_open": False}
    band = _band(details, kind)
    if band and (least, most, above, below) == (None, None, None, None):
        least, most = band
    if all(each is None for each in (least, most, above, below)):
        return {"share_min": None, "share_max": None, "share_min_open": None, "share_max_open": None}
    opened = above is not None or (band == (least, most) and least in OPEN_BELOW)
    return {
        "share_min": above if above is not None else least,
        "share_max": below if below is not None else most,
        "share_min_open": opened,
        "share_max_open": below is not None,
    }


def _band(details: str, kind: str) -> tuple[float, float] | None:
    """Find the band the details name for this interest."""
    words = {"shareholding": "ownership-of-shares", "votingRights": "voting-rights"}.get(kind)
    for found in BAND.finditer(details):
        if words is None or words in details[: found.start()].rsplit("'", 1)[-1]:
            return float(found[1]), float(found[2])
    return None


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 <= number <= 100 else None


def names_of(details: Mapping[str, Any]) -> list[str]:
    """List the names of a party, the first one first."""
    stated = [
        details.get("name"),
        *(_full(each) for each in items_of(details, "names")),
        *items_of(details, "alternateNames"),
    ]
    return unique(spoken(str(each)) for each in stated if each)


def _full(name: object) -> str:
    if not isinstance(name, Mapping):
        return str(name)
    parts = (name.get("givenName"), name.get("patronymicName"), name.get("familyName"))
    return str(name.get("fullName") or " ".join(str(part) for part in parts if part))


def registered_in(details: Mapping[str, Any]) -> str | None:
    """Name the country of registration."""
    place = part(details, "incorporatedInJurisdiction") or part(details, "jurisdiction")
    return _code(place)


def _code(place: Mapping[str, Any]) -> str | None:
    code = str(place.get("code") or "").split("-")[0]
    return country_code(code) or country_code(str(place.get("name") or ""))


def country_of(address: Mapping[str, Any]) -> str | None:
    """Name the country of an address."""
    place = address.get("country")
    return _code(place) if isinstance(place, Mapping) else country_code(str(place)) if place else None


def address_of(address: Mapping[str, Any]) -> str | None:
    """Write an address on one line."""
    place = address.get("country")
    name = place.get("name") if isinstance(place, Mapping) else place
    parts = [spoken(str(part)) for part in (address.get("address"), address.get("postCode"), name) if part]
    return ", ".join(parts) if address.get("address") else None


def rank_of(address: Mapping[str, Any]) -> int:
    """Rank an address: the registered one first."""
    order = ("registered", "business", "headquarters", "service", "alternative")
    return order.index(str(address.get("type"))) if address.get("type") in order else len(order)


def part(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Give a part of a statement, empty when it is not there."""
    value = body.get(key)
    return value if isinstance(value, Mapping) else {}


def items_of(body: Mapping[str, Any], key: str) -> list[Any]:
    """Give a list of a statement, empty when it is not there."""
    value = body.get(key)
    return value if isinstance(value, list) else []
