"""What decides of one delivery, and how it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple


class Facts(NamedTuple):
    """What decides, of one delivery; the three headquarters are `country|basis|registration` with empty parts."""

    day: dt.date
    label: str | None
    letter: str | None
    chip: str | None
    family: str | None
    data_center: bool | None
    controlled: bool | None
    destination: str | None
    from_us: bool
    stays: bool
    addressed: str
    consignee: str | None
    end_user: str | None
    intermediate_consignee: str | None

    @property
    def exceptable(self) -> bool:
        """Whether the items are those NAC and ACA are for: .b, or not designed for data centers."""
        return self.letter == "b" or (self.letter in ("a", "z") and self.data_center is False)


def headquarters_parts(packed: str | None) -> tuple[str, str, str]:
    """Take apart `country|basis|registration`; unknown parts are empty."""
    country, basis, registration = (packed or "||").split("|")
    return country, basis, registration


def item_words(facts: Facts) -> str:
    """Say what the goods are, as the controls of the day see them."""
    if facts.label is not None:
        return f"{facts.chip}: {facts.label}" if facts.chip else f"declared {facts.label}"
    if facts.family is None:
        return "goods not recognized"
    if facts.controlled is None and facts.family != "other":
        return f"{facts.chip or facts.family}: class not known"
    return f"{facts.chip or facts.family}: in no class of the controls of that day"


def destination_words(facts: Facts, *, needed: bool) -> str:
    """Say where the goods go; `needed` when the class needs a license for there."""
    if facts.destination is None:
        return "destination not on record"
    where = f"destination {facts.destination}{' (counts as China)' if facts.destination == 'HK' else ''}"
    if facts.letter is None:
        return where
    return f"{where} needs {'a' if needed else 'no'} license for the class"


def headquarters_words(facts: Facts) -> Iterator[str]:
    """Say where consignee and end user are headquartered, of goods in a class."""
    for role in ("consignee", "end_user"):
        packed = getattr(facts, role)
        if packed is not None and facts.letter is not None:
            country, basis, registration = headquarters_parts(packed)
            known = f"in {country} ({basis.replace('_', ' ')})" if country else "not on record"
            words = known if country or not registration else f"{known}; registration in {registration}"
            yield f"headquarters of the {role.replace('_', ' ')} {words}"
