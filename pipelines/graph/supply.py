"""The IT load a group's sites can supply on a day: known, leased and energizing ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

ENERGIZING = 365
"""Days before its opening from which a site counts: equipment arrives before the power does."""


@dataclass(frozen=True)
class Part:
    """Megawatts a group has at one site over a stretch of days; null = unknown, negative = leased to others."""

    site: str
    megawatts: float | None
    from_day: int | None
    until_day: int | None

    def holds(self, day: int) -> bool:
        return (self.from_day is None or self.from_day <= day) and (self.until_day is None or day <= self.until_day)


@dataclass
class Supply:
    """All parts of one group; `complete` when the records name every site, so that none means nothing."""

    complete: bool
    parts: list[Part] = field(default_factory=list)

    def megawatts(self, day: int) -> float | None:
        """Add up what it has on a day; null where a site's supply is unknown or none is on record yet."""
        sites: dict[str, float] = {}
        for part in self.parts:
            if part.holds(day):
                if part.megawatts is None:
                    return None
                sites[part.site] = sites.get(part.site, 0.0) + part.megawatts
        if not sites and not self.complete:
            return None
        return sum(max(each, 0.0) for each in sites.values())

    def names(self, day: int) -> list[str]:
        """Name the sites that count on a day."""
        return sorted({part.site for part in self.parts if part.holds(day) and (part.megawatts or 0.0) >= 0})


def supplies(
    sites: pl.DataFrame, tenancies: pl.DataFrame, groups: Mapping[str, str], *, complete: bool
) -> dict[str, Supply]:
    """Collect the supply of every group with a site or lease of known megawatts.

    Leased megawatts count for the tenant and no longer for the operator; a lease of unknown size leaves the operator
    all of it and the tenant's supply unknown. A site without an opening day is open.
    """
    made: dict[str, Supply] = {}
    places = {row["id"]: row for row in sites.iter_rows(named=True)}
    for row in places.values():
        group = groups.get(row["operator"], row["operator"])
        made.setdefault(group, Supply(complete)).parts.append(
            Part(row["name"], row["megawatts"], _opens(row["opened_day"]), None)
        )
    for lease in tenancies.iter_rows(named=True):
        tenant = groups.get(lease["tenant"], lease["tenant"])
        site = places.get(lease["site"])
        _lease(made, tenant, lease, site, groups, complete=complete)
    return {group: each for group, each in made.items() if any((part.megawatts or 0) > 0 for part in each.parts)}


def _opens(opened_day: int | None) -> int | None:
    return None if opened_day is None else opened_day - ENERGIZING


def _lease(
    made: dict[str, Supply], tenant: str, lease: Mapping[str, object], site: Mapping[str, object] | None,
    groups: Mapping[str, str], *, complete: bool,
) -> None:  # fmt: skip
    """Move the megawatts of one lease from the operator to the tenant; a lease within a group moves nothing."""
    operator = None if site is None else str(site["operator"])
    landlord = None if operator is None else groups.get(operator, operator)
    if landlord == tenant:
        return
    name = str(lease["site"] if site is None else site["name"])
    size, since, until = lease["megawatts"], lease["from_day"], lease["until_day"]
    megawatts = float(size) if isinstance(size, int | float) else None
    from_day, until_day = since if isinstance(since, int) else None, until if isinstance(until, int) else None
    made.setdefault(tenant, Supply(complete)).parts.append(Part(name, megawatts, from_day, until_day))
    if landlord is not None and megawatts is not None:
        made[landlord].parts.append(Part(name, -megawatts, from_day, until_day))
