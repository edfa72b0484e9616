"""Country groups of the EAR as dated data: who was under arms embargo, or needed a license, on which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from pipelines.configuration import config_toml
from pipelines.tables import GRAPH, conform

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Membership:
    """One stretch of time of one country in one group; None is open."""

    country: str
    group: str
    from_on: dt.date | None = None
    until_on: dt.date | None = None
    as_before: bool = False

    def holds(self, day: dt.date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day <= self.until_on)


@cache
def memberships() -> tuple[Membership, ...]:
    """Every membership on record; `as_before` marks those that only say how an undetermined country is treated."""
    config = config_toml("country_groups.toml")
    whole = (Membership(country, group) for group, all_ in config["members"].items() for country in all_)
    dated = (_membership(row, as_before=False) for row in config["membership"])
    before = (_membership(row, as_before=True) for row in config["treated_as_before"])
    return (*whole, *dated, *before)


def _membership(row: Mapping[str, Any], *, as_before: bool) -> Membership:
    return Membership(row["country"], row["group"], row.get("from_on"), row.get("until_on"), as_before)


def standing(country: str | None) -> str | None:
    """Name the country whose place in the groups this one shares: Hong Kong's is China's."""
    return None if country is None else stands_as().get(country, country)


@cache
def stands_as() -> Mapping[str, str]:
    """Countries without a place of their own in the groups, and the country whose place they share."""
    shared: Mapping[str, str] = config_toml("country_groups.toml")["stands_as"]
    return shared


def groups_on(country: str | None, day: dt.date) -> frozenset[str]:
    """Groups a country was in on a day; none for an unknown country."""
    return frozenset(each.group for each in _of(standing(country)) if not each.as_before and each.holds(day))


def treated_as_before(country: str | None, day: dt.date) -> frozenset[str]:
    """Groups a country has left for some of its entities only, so that the others are still treated as members."""
    return frozenset(each.group for each in _of(standing(country)) if each.as_before and each.holds(day))


def arms_embargoed(country: str | None, day: dt.date) -> bool:
    """Say whether a country was in Country Group D:5, or is Macau."""
    return "D:5" in groups_on(country, day) or standing(country) in _beside()


def license_country(country: str | None, day: dt.date) -> bool:
    """Say whether a country was in D:1, D:4 or D:5 or is Macau, and not also in A:5 or A:6."""
    if treated_as_before(country, day):
        return True
    groups = groups_on(country, day)
    return (bool(groups & {"D:1", "D:4", "D:5"}) or standing(country) in _beside()) and not groups & {"A:5", "A:6"}


@cache
def _of(country: str | None) -> tuple[Membership, ...]:
    return tuple(each for each in memberships() if each.country == country)


@cache
def _beside() -> frozenset[str]:
    return frozenset(config_toml("country_groups.toml")["beside"]["D:5"])


@cache
def countries() -> pl.DataFrame:
    """Every country of any group, one row per stretch of time; a country that is absent is in none."""
    schema = {name: dtype for name, dtype in GRAPH["countries"].schema.items() if not name.endswith("_day")}
    names = sorted({each.country for each in memberships()} | _beside() | set(stands_as()))
    rows = [row for country in names for row in _stretches(country)]
    return conform(pl.DataFrame(rows, schema=schema), GRAPH["countries"])


def changes(country: str | None = None) -> list[dt.date]:
    """First days on which the groups of a country (of any country when None) differ from the day before."""
    chosen = memberships() if country is None else _of(standing(country))
    starts = {each.from_on for each in chosen} | {each.until_on and each.until_on + DAY for each in chosen}
    return sorted(day for day in starts if day is not None)


def _stretches(country: str) -> Iterator[dict[str, object]]:
    firsts = [None, *changes(country)]
    for first, following in zip(firsts, [*firsts[1:], None], strict=True):
        day = first or (following - DAY if following else dt.date.min)
        yield {
            "country": country,
            "from_on": first,
            "until_on": following - DAY if following else None,
            "arms_embargoed": arms_embargoed(country, day),
            "license_country": license_country(country, day),
            "groups": sorted(groups_on(country, day)),
        }
