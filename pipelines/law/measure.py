"""A measure: one version of one rule, with its citation, its dates and its status on every day."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pipelines.configuration import config_path

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """One status over one stretch of time: in_force, suspended, not_enforced, rescinded, proposed or reported."""

    status: str
    from_on: dt.date
    until_on: dt.date | None = None
    verify: bool = False

    def holds(self, day: dt.date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True)
class Measure:
    """One version of one rule.

    `valid_from` is the day the text took effect, `applies_from` the first day it bound a shipment (None: it never
    did), `valid_to` the last day of this version. `verify` says that something about it is to be checked.
    """

    id: str
    kind: str
    title: str
    citation: str
    valid_from: dt.date
    confidence: str
    applies_from: dt.date | None = None
    valid_to: dt.date | None = None
    savings_until: dt.date | None = None
    url: str | None = None
    verify: bool = False
    addressee: tuple[str, ...] = ()
    status: tuple[Stretch, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def status_on(self, day: dt.date) -> str:
        """Name the status of a day; `not_yet` before the measure, `ended` after this version."""
        if day < self.valid_from:
            return "not_yet"
        if self.valid_to is not None and day > self.valid_to:
            return "ended"
        return next((each.status for each in self.status if each.holds(day)), "published")

    def binds(self, day: dt.date) -> bool:
        """Say whether a shipment of that day had to follow the measure."""
        begun = self.applies_from is not None and self.applies_from <= day
        return begun and self.status_on(day) == "in_force"

    def to_verify(self, day: dt.date) -> bool:
        """Say whether the measure, or its status on that day, is to be verified."""
        return self.verify or any(each.verify for each in self.status if each.holds(day))

    @property
    def turns(self) -> frozenset[dt.date]:
        """First days on which the measure differs from the day before."""
        inside = [day for name, day in self.parameters.items() if name.endswith("_until")]
        ends = [self.valid_to, *(each.until_on for each in self.status), *inside]
        starts = [self.valid_from, self.applies_from, *(each.from_on for each in self.status)]
        return frozenset([day for day in starts if day] + [day + DAY for day in ends if day])


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure on record, file by file."""
    return tuple(_measure(row) for path in sorted(config_path("controls").glob("*.toml")) for row in _rows(path.name))


def of_kind(kind: str) -> tuple[Measure, ...]:
    """Measures of one kind: items, destination, headquarters, letter, exception, embargo, ownership or policy."""
    return tuple(each for each in measures() if each.kind == kind)


def _rows(name: str) -> Iterator[Mapping[str, Any]]:
    yield from tomllib.loads((config_path("controls") / name).read_text(encoding="utf-8"))["measure"]


def _measure(row: Mapping[str, Any]) -> Measure:
    fields = {name: value for name, value in row.items() if name not in ("status", "addressee")}
    stretches = tuple(
        Stretch(each["is"], each["from_on"], each.get("until_on"), each.get("verify", False)) for each in row["status"]
    )
    return Measure(**fields, addressee=tuple(row.get("addressee", ())), status=stretches)
