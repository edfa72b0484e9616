"""What is known of a mention, or of several that are one party, and what speaks against joining two."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.normalize.address import Address, parse_address
from pipelines.normalize.contacts import email_key, phone_key
from pipelines.normalize.names import Name, fold, parse_name, words
from pipelines.resolve.evidence import same_address, same_country, similar_name

_REGISTER = re.compile(r"^[A-Z]{2}-[A-Z]{2,5}-")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_LONG_WORD = 6
_PLACEHOLDERS = frozenset({"", "NA", "NONE", "NULL", "UNKNOWN", "NIL", "TBD", "TBA", "NOTAVAILABLE", "X", "XX", "XXX"})


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one party so far."""

    core: str
    cores: frozenset[str]
    spellings: frozenset[str]
    countries: frozenset[str]
    addresses: tuple[Address, ...]
    contacts: frozenset[str]
    identifiers: frozenset[str]
    leis: frozenset[str]
    registrations: frozenset[tuple[str, str]]
    source_ids: frozenset[tuple[str, str]]
    forms: frozenset[str]
    person: bool
    company: bool
    first_on: dt.date | None

    @property
    def is_registered(self) -> bool:
        """Whether it has an identity of its own that others of its name may contradict."""
        return bool(self.leis or self.registrations or (self.person and self.source_ids))

    def merged(self, other: Profile) -> Profile:
        """Put what is known of two together."""
        dates = [each for each in (self.first_on, other.first_on) if each]
        return Profile(
            self.core or other.core,
            self.cores | other.cores,
            self.spellings | other.spellings,
            self.countries | other.countries,
            tuple(dict.fromkeys((*self.addresses, *other.addresses)))[:50],
            self.contacts | other.contacts,
            self.identifiers | other.identifiers,
            self.leis | other.leis,
            self.registrations | other.registrations,
            self.source_ids | other.source_ids,
            self.forms | other.forms,
            self.person or other.person,
            self.company or other.company,
            min(dates, default=None),
        )

    def linked(self, other: Profile) -> bool:
        """Whether they share an address, a contact or an identifier."""
        if self.contacts & other.contacts or self.identifiers & other.identifiers:
            return True
        return same_address(self.addresses, other.addresses) is not None


@dataclass(frozen=True, slots=True, order=True)
class Verdict:
    """Whether two profiles are one party, may be, and why."""

    same: bool
    possible: bool
    score: float
    detail: str


def profiles(mentions: pl.DataFrame) -> dict[str, Profile]:
    """Take every mention apart: key → profile."""
    rows = mentions.rows(named=True)
    registered: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["registration_number"] and row["country"]:
            registered[_number(row["registration_number"])].add(row["country"])
    return {row["key"]: _profile(row, registered) for row in rows}


def _profile(row: dict[str, Any], registered: Mapping[str, set[str]]) -> Profile:
    unnamed = bool(row.get("unnamed"))
    name, aliases = parse_name("" if unnamed else row["name"]), _telling(row["aliases"])
    country, code, number = row["country"], _code(row["id"]), _number(row["registration_number"])
    lei = next((each for each in (_code(row["lei"]), code) if _LEI.fullmatch(each)), "")
    contacts = {*map(phone_key, row["phones"] or []), *map(email_key, row["emails"] or [])}
    return Profile(
        core=name.core,
        cores=frozenset({name.core, *(each.core for each in aliases)} - {""}),
        spellings=frozenset({*([] if unnamed else [row["name"]]), *(each.text for each in aliases)}),
        countries=frozenset({country} if country else name.countries if len(name.countries) == 1 else ()),
        addresses=(parse_address(row["address"]),) if row["address"] else (),
        contacts=frozenset(filter(None, contacts)),
        identifiers=_identifiers(row["namespace"], code, lei, country, number, registered),
        leis=frozenset({lei} if lei else ()),
        registrations=frozenset({(country, number)} if number and country else ()),
        source_ids=frozenset({(str(row["namespace"]), code)} if code else ()),
        forms=name.forms,
        person=row["kind"] == "person",
        company=bool(name.legal or set(name.tokens) & words().generic),
        first_on=row["first_on"],
    )


def _telling(aliases: list[str] | None) -> list[Name]:
    """Take apart the aliases that say who: not three letters, not a trade alone."""
    parsed = [parse_name(alias) for alias in aliases or [] if alias]
    return [name for name in parsed if name.weight >= 0.75 and len(name.squeezed) > 3]


def _identifiers(
    namespace: str | None, code: str, lei: str, country: str | None, number: str, registered: Mapping[str, set[str]]
) -> frozenset[str]:
    """List identifiers: source id, LEI, registration number; a source id may be a number some party registered."""
    found = {f"{namespace}:{code}"} if code else set()
    found |= {lei} if lei else set()
    found |= {f"{country}:{number}"} if number and country else set()
    places = registered.get(_number(code), set()) if code else set()
    place = country if country in places else next(iter(places)) if len(places) == 1 and not country else None
    return frozenset(found | ({f"{place}:{_number(code)}"} if place else set()))


def _number(text: str | None) -> str:
    """Write a registration number without the prefix of its register and leading zeros."""
    return _code(_REGISTER.sub("", (text or "").upper())).lstrip("0")


def _code(text: str | None) -> str:
    code = re.sub(r"[^0-9A-Z]", "", (text or "").upper()) or fold(text or "").upper()
    return "" if code in _PLACEHOLDERS or not code.strip("0") else code


def contradiction(first: Profile, second: Profile, *, strong: bool = False) -> str | None:
    """Say why two profiles cannot be one party; null when nothing speaks against it.

    Two LEIs, two registration numbers of one country, or (unless an identifier says so: `strong`) two countries; a
    person is not joined to another with another id of the same source.
    """
    if first.leis and second.leis and not first.leis & second.leis:
        return "different LEIs"
    numbers = dict(first.registrations)
    if any(country in numbers and numbers[country] != code for country, code in second.registrations):
        return "different registration numbers in one country"
    if same_country(first.countries, second.countries) == "different":
        alike = strong and (not (first.core and second.core) or _similar(first.core, second.core))
        return None if alike or (strong and bool(first.leis & second.leis)) else "different countries"
    if not strong and (first.person or second.person) and _other_ids(first, second):
        return "persons with different ids"
    if not strong and first.forms and second.forms and not first.forms & second.forms and not first.linked(second):
        return "different legal forms, nothing else in common"
    if not strong and same_country(first.countries, second.countries) == "china" and not first.linked(second):
        return "Hong Kong and the mainland, no address in common"
    return None


def _similar(first: str, second: str) -> bool:
    return similar_name(parse_name(first), parse_name(second)).score >= 0.6


def _other_ids(first: Profile, second: Profile) -> bool:
    spaces = {space for space, _ in first.source_ids} & {space for space, _ in second.source_ids}
    return bool(spaces) and not first.source_ids & second.source_ids


def judged_same(first: Profile, second: Profile) -> Verdict:
    """Judge two clusters whose names are alike but not the same."""
    likeness = max(
        (similar_name(parse_name(a), parse_name(b)) for a in sorted(first.spellings) for b in sorted(second.spellings)),
        key=lambda each: (each.score, each.detail),
    )
    if likeness.score < 0.8 or likeness.conflict or contradiction(first, second):
        return Verdict(False, False, likeness.score, likeness.detail)
    sure = likeness.rare >= 1 and _may_be_misspelled(first, second)
    typo = (
        likeness.edits == 1
        and likeness.shortest >= _LONG_WORD
        and not ("−" in likeness.detail or "+" in likeness.detail)
    )
    placed = bool(first.countries and second.countries) and not _apart(first, second)
    near = likeness.edits == 0 or likeness.shortest >= _LONG_WORD - 1
    same = sure and ((typo and placed and likeness.score >= 0.88) or (near and first.linked(second)))
    return Verdict(same, likeness.rare >= 1 and likeness.score >= 0.85, likeness.score, likeness.detail)


def _may_be_misspelled(first: Profile, second: Profile) -> bool:
    """Whether both are companies by their names: two people's names often differ by one letter."""
    return not (first.person or second.person) and (first.company or second.company)


def _apart(first: Profile, second: Profile) -> bool:
    """Whether both state addresses or ids of one source and these differ."""
    if first.addresses and second.addresses and not same_address(first.addresses, second.addresses):
        return True
    return _other_ids(first, second)
