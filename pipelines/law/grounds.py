"""Why a delivery needs a license by item, destination and headquarters: one judgment per combination of facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.law.country_groups import (
    arms_embargoed,
    changes,
    groups_on,
    license_country,
    standing,
    treated_as_before,
)
from pipelines.law.facts import Facts, destination_words, headquarters_parts, headquarters_words, item_words
from pipelines.law.measure import Measure, of_kind

ON_CCL = ("accelerator", "memory", "semiconductor_equipment", "design_software")
"""Families whose every member is on the Commerce Control List, controlled or not."""
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Ground:
    """One reason why a license is needed.

    `need` is required, exception_possible, undetermined or prohibited (no license changes it). An undetermined one is
    `treated` as if required, or not. `inferred`: headquarters were taken from a registration. `notice`: an exception
    would need a notice first.
    """

    role: str
    rule: str
    need: str
    citation: str
    because: str
    since_on: dt.date | None = None
    regime: str | None = "bis"
    verify: bool = False
    inferred: bool = False
    notice: bool = False
    treated: bool = False


@dataclass(frozen=True)
class Judgment:
    """Grounds found, the chain of reasons, whether something unknown decides, and whether D:5 or Macau is touched."""

    grounds: tuple[Ground, ...] = ()
    because: tuple[str, ...] = ()
    undetermined: bool = False
    embargoed: bool = False


def judge(facts: Facts) -> Judgment:
    """Judge one combination of facts."""
    item = item_words(facts)
    if facts.destination == "US":
        return Judgment(because=(item, "within or into the United States: no export"))
    if facts.stays:
        return Judgment(because=(item, "stays with one party in one country: no transfer"))
    by_destination = tuple(_by_destination(facts))
    by_headquarters = () if arms_embargoed(facts.destination, facts.day) else tuple(_by_headquarters(facts))
    found = (*by_destination, *by_headquarters, *_by_embargo(facts))
    if not any(each.need == "required" for each in found):
        found += tuple(_by_letter(facts))
    words = (item, destination_words(facts, needed=bool(by_destination)), *headquarters_words(facts))
    embargoed = arms_embargoed(facts.destination, facts.day) or bool(by_headquarters)
    return Judgment(found, words, _undetermined(facts, found), embargoed)


def _by_destination(facts: Facts) -> Iterator[Ground]:
    for measure in of_kind("destination"):
        if (
            measure.binds(facts.day)
            and _names_class(measure, facts)
            and in_scope(measure, facts.destination, facts.day)
        ):
            as_before = bool(treated_as_before(facts.destination, facts.day))
            embargoed = arms_embargoed(facts.destination, facts.day)
            yield Ground(
                "consignee",
                "destination",
                "undetermined" if as_before else _need(facts, embargoed=embargoed),
                measure.citation,
                f"{measure.title}: destination {facts.destination}",
                since_on=_since(measure, facts),
                verify=as_before or measure.to_verify(facts.day),
                notice=embargoed,
                treated=as_before,
            )


def _by_headquarters(facts: Facts) -> Iterator[Ground]:
    for measure in of_kind("headquarters"):
        if measure.binds(facts.day) and _names_class(measure, facts):
            for role, country, stated in _embargoed_headquarters(facts):
                how = "" if stated else " (by registration)"
                yield Ground(
                    role,
                    "headquarters",
                    _need(facts, embargoed=True),
                    measure.citation,
                    f"{role.replace('_', ' ')} headquartered in {country}{how}",
                    since_on=measure.applies_from,
                    # the text names consignee and end user; an intermediate consignee is one only in a wide reading
                    verify=role == "intermediate_consignee" or measure.to_verify(facts.day),
                    inferred=not stated,
                    notice=True,
                )


def _by_letter(facts: Facts) -> Iterator[Ground]:
    for measure in of_kind("letter"):
        named = _names_class(measure, facts) or facts.chip in measure.parameters.get("chips", ())
        if not (named and measure.binds(facts.day)):
            continue
        bound = measure.id in facts.addressed.split(";")
        words = measure.title if bound else f"{measure.title}: binds its addressee, for others undetermined"
        for role, inferred in _letter_roles(measure, facts):
            yield Ground(
                role,
                "letter",
                "required" if bound else "undetermined",
                measure.citation,
                words,
                since_on=measure.applies_from,
                verify=not bound or measure.to_verify(facts.day),
                inferred=inferred,
                notice=True,
                treated=measure.parameters.get("treat_others_alike", False),
            )


def _letter_roles(measure: Measure, facts: Facts) -> Iterator[tuple[str, bool]]:
    if in_scope(measure, facts.destination, facts.day):
        yield "consignee", False
    elif measure.parameters.get("headquarters"):
        yield from ((role, not stated) for role, _, stated in _embargoed_headquarters(facts))


def _by_embargo(facts: Facts) -> Iterator[Ground]:
    for measure in of_kind("embargo"):
        if measure.binds(facts.day) and in_scope(measure, facts.destination, facts.day):
            everything = facts.from_us and measure.parameters.get("everything_from_us", False)
            if facts.family in ON_CCL or everything:
                yield Ground(
                    "consignee",
                    "embargo",
                    "required",
                    measure.citation,
                    f"{measure.title}: destination {facts.destination}",
                    measure.applies_from,
                    notice=True,
                    verify=measure.to_verify(facts.day),
                )


def _names_class(measure: Measure, facts: Facts) -> bool:
    return facts.letter is not None and facts.letter in measure.parameters.get("classes", ())


def in_scope(measure: Measure, country: str | None, day: dt.date) -> bool:
    """Say whether a measure's destinations held a country on a day; an unknown country is in none."""
    if country is None:
        return False
    match measure.parameters["destinations"]:
        case "china":
            return standing(country) == "CN"
        case "macau":
            return country == "MO"
        case "china_and_russia":
            return standing(country) in ("CN", "RU")
        case "russia_belarus":
            return country in ("RU", "BY")
        case "arms_embargoed":
            return arms_embargoed(country, day)
        case "license_countries":
            return license_country(country, day)
        case "embargoed":
            return bool(groups_on(country, day) & {"E:1", "E:2"})
        case other:
            return bool(other == "worldwide")


def _since(measure: Measure, facts: Facts) -> dt.date | None:
    """First day of the stretch over which the measure has reached the destination."""
    since = measure.applies_from
    for turn in changes(facts.destination):
        entered = since is not None and since < turn <= facts.day
        if entered and not in_scope(measure, facts.destination, turn - DAY):
            since = turn
    return since


def _need(facts: Facts, *, embargoed: bool) -> str:
    open_to = [
        measure
        for measure in of_kind("exception")
        if measure.binds(facts.day)
        and not (embargoed and measure.parameters.get("arms_embargoed") is False)
        and (
            (measure.parameters["for"] == "not_data_center" and facts.exceptable)
            or (measure.parameters["for"] == "memory" and facts.letter == "c")
        )
    ]
    return "exception_possible" if open_to else "required"


def _embargoed_headquarters(facts: Facts) -> Iterator[tuple[str, str, bool]]:
    """Roles whose headquarters are under arms embargo: role, country, whether that is stated."""
    for role in ("consignee", "end_user", "intermediate_consignee"):
        country, basis, registration = headquarters_parts(getattr(facts, role))
        # what was looked for and left undetermined stays so; a registration speaks where nobody looked
        seat, stated = (country, basis == "stated") if country or basis else (registration, False)
        if seat and arms_embargoed(seat, facts.day):
            yield role, seat, stated


def _undetermined(facts: Facts, found: tuple[Ground, ...]) -> bool:
    if facts.family is None or facts.destination is None:
        return True
    if facts.controlled is None and facts.family != "other":
        return True
    embargoed = any(
        measure.binds(facts.day) and in_scope(measure, facts.destination, facts.day) for measure in of_kind("embargo")
    )
    return (embargoed and not found) or any(_silent_headquarters(facts))


def _silent_headquarters(facts: Facts) -> Iterator[bool]:
    """Yield for each named consignee and end user whose registration says nothing about its headquarters."""
    if arms_embargoed(facts.destination, facts.day):
        return
    for measure in of_kind("headquarters"):
        if measure.binds(facts.day) and _names_class(measure, facts):
            for role in ("consignee", "end_user"):
                country, _, registration = headquarters_parts(getattr(facts, role))
                if not country and registration in measure.parameters.get("says_nothing", ()):
                    yield True
