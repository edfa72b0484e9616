"""The law as dated data: measures with a status for every day, the lists' effects, the regimes of ownership.

Everything is read from `config/`; nothing here decides about a shipment, `licensing` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipelines.configuration import config_toml
from pipelines.law.classification import accelerator_class, classify, declared_class, item_class
from pipelines.law.country_groups import arms_embargoed, changes, countries, license_country
from pipelines.law.measure import Measure, Stretch, measures, of_kind
from pipelines.tables import day_number

__all__ = [
    "Effect",
    "Measure",
    "Regime",
    "Stretch",
    "accelerator_class",
    "arms_embargoed",
    "classify",
    "countries",
    "declared_class",
    "effects",
    "item_class",
    "license_country",
    "measures",
    "on",
    "regimes",
    "turns",
]


def on(day: dt.date) -> tuple[Measure, ...]:
    """Measures that existed on a day, whatever their status; `measure.status_on(day)` names it."""
    return tuple(each for each in measures() if each.status_on(day) not in ("not_yet", "ended"))


@cache
def turns() -> tuple[dt.date, ...]:
    """First days on which any measure or country group differs from the day before, in order."""
    return tuple(sorted({day for each in measures() for day in each.turns} | set(changes())))


@dataclass(frozen=True)
class Effect:
    """What being on a list does to a delivery; see `config/list_effects.toml`."""

    list: str
    title: str
    effect: str
    goods: str
    citation: str
    words: str
    license_lifts: bool = False
    exceptions: bool = True
    regimes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    verify: bool = False


@cache
def effects() -> Mapping[str, Effect]:
    """Effects by the short name of the list, other spellings of the name included."""
    entries = {name: _effect(name, row) for name, row in config_toml("list_effects.toml").items()}
    return entries | {name: entry for entry in entries.values() for name in entry.also}


def _effect(name: str, row: Mapping[str, Any]) -> Effect:
    plain = {key: value for key, value in row.items() if key not in ("regimes", "also")}
    return Effect(list=name, regimes=tuple(row["regimes"]), also=tuple(row.get("also", ())), **plain)


@dataclass(frozen=True)
class Regime:
    """One regime's ownership test: `strict` asks for more than `threshold` percent, else for at least that.

    `lists` are the short names whose entries are its restricted owners; `aggregate` adds their shares up.
    """

    id: str
    threshold: float
    strict: bool
    aggregate: bool
    lists: tuple[str, ...]
    measure: Measure
    foreign_only: bool = False
    license_lifts: bool = False

    @property
    def citation(self) -> str:
        return self.measure.citation

    @property
    def status(self) -> tuple[Stretch, ...]:
        """Stretches of time with their status; before the first the test did not exist."""
        return self.measure.status

    @property
    def intervals(self) -> tuple[tuple[int | None, int | None, str, bool], ...]:
        """First day, last day, status and whether to verify, in days since 1970, as the ownership tests read them."""
        return tuple(
            (
                day_number(each.from_on),
                None if each.until_on is None else day_number(each.until_on),
                each.status,
                each.verify,
            )
            for each in self.status
        )

    def status_on(self, day: dt.date) -> str:
        return self.measure.status_on(day)

    def to_verify(self, day: dt.date) -> bool:
        return self.measure.to_verify(day)


@cache
def regimes() -> list[Regime]:
    """The ownership tests of BIS, OFAC, the EU and the UK."""
    return [_regime(measure) for measure in of_kind("ownership")]


def _regime(measure: Measure) -> Regime:
    values = measure.parameters
    feeding = (name for name, entry in effects().items() if values["regime"] in entry.regimes)
    return Regime(
        values["regime"],
        float(values["threshold"]),
        values["strict"],
        values["aggregate"],
        tuple(feeding),
        measure,
        values.get("foreign_only", False),
        values.get("license_lifts", False),
    )
