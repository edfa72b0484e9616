"""FollowTheMoney entities: properties that are lists, nested entities taken apart, and what each says of a party."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.errors import Unusable
from pipelines.normalize.entries import unique
from pipelines.normalize.written import (
    country_of,
    first_day,
    last_day,
    list_of,
    moment_of,
    text_of,
    texts_of,
)

PARTIES = {
    "Company": "organization", "Organization": "organization", "LegalEntity": "organization",
    "PublicBody": "organization", "Person": "person", "Vessel": "vessel",
}  # fmt: skip
LISTED = {**dict.fromkeys(PARTIES, "entity"), "Person": "person", "Vessel": "vessel", "Airplane": "aircraft"}
NAMES = ("name", "alias", "previousName", "abbreviation")
"""Properties that name an entity; a weak alias names too many."""

COUNTRIES = ("jurisdiction", "mainCountry", "country", "flag")
NUMBERS = ("ogrnCode", "registrationNumber", "uscCode")
IDENTIFIERS = (
    *NUMBERS,
    "innCode",
    "taxNumber",
    "leiCode",
    "imoNumber",
    "dunsCode",
    "vatCode",
    "uniqueEntityId",
    "mmsi",
)
INVERSE = {
    "sanctions": "entity",
    "ownershipOwner": "owner",
    "ownershipAsset": "asset",
    "directorshipDirector": "director",
    "directorshipOrganization": "organization",
}
"""Properties that hold nested links, and the property of the link that names the entity around it."""

DEEPEST = 12
NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d+)?(?!\d)")
ABOVE = re.compile(r">(?!=)|more than|over|above|exceed", re.IGNORECASE)
AT_LEAST = re.compile(r">=|≥|at least|or more|not less|\+$", re.IGNORECASE)


@dataclass(frozen=True)
class Entity:
    """One entity: its schema, its properties as lists of texts, the data sets it is of, when it last changed."""

    id: str
    schema: str
    caption: str | None
    properties: Mapping[str, list[str]]
    datasets: tuple[str, ...]
    changed: dt.datetime | None

    def first(self, *names: str) -> str | None:
        """Give the first value of the first of these properties that has one."""
        return next((value for name in names for value in self.properties.get(name, ())), None)

    def all(self, *names: str) -> list[str]:
        return unique(value for name in names for value in self.properties.get(name, ()))

    @property
    def names(self) -> list[str]:
        """Its names, the one it is shown by first."""
        named = self.all(*NAMES)
        return unique([self.caption, *named]) if self.caption in named and self.caption else named

    @property
    def country(self) -> str | None:
        return next(iter(self.countries), None)

    @property
    def countries(self) -> list[str]:
        return unique(code for code in map(country_of, self.all(*COUNTRIES)) if code)


def is_entity(record: object) -> bool:
    """Whether a record is an entity: an id, a schema and properties."""
    return isinstance(record, dict) and isinstance(record.get("properties"), dict) and {"id", "schema"} <= record.keys()


def entities(record: object) -> Iterator[Entity]:
    """Give an entity and all that are nested in it.

    Raises
    ------
    Unusable
        It is none, or nested beyond reason.
    """
    waiting: list[tuple[object, int, dict[str, str]]] = [(record, 0, {})]
    while waiting:
        body, depth, around = waiting.pop()
        name = text_of(body.get("id")) if isinstance(body, dict) and is_entity(body) else None
        if name is None or not isinstance(body, dict) or depth > DEEPEST:
            raise Unusable("schema", body, "is no FollowTheMoney entity", "download or export the file again")
        properties: dict[str, list[str]] = {key: [value] for key, value in around.items()}
        for key, value in body["properties"].items():
            texts, nested = _taken(value)
            properties.setdefault(key, texts)
            waiting += [(each, depth + 1, {INVERSE[key]: name} if key in INVERSE else {}) for each in nested]
        yield Entity(
            id=name,
            schema=text_of(body["schema"]) or "",
            caption=text_of(body.get("caption")),
            properties=properties,
            datasets=tuple(texts_of(list_of(body, "datasets"))),
            changed=moment_of(body.get("last_change")),
        )


def _taken(value: object) -> tuple[list[str], list[object]]:
    """Read the texts of a property, and the entities nested in it, which stand there by their ids."""
    texts: list[str] = []
    nested: list[object] = []
    for each in value if isinstance(value, list) else (value,):
        if isinstance(each, dict) and is_entity(each):
            nested.append(each)
        text = text_of(each.get("id") if isinstance(each, dict) else each)
        if text:
            texts.append(text)
    return texts, nested


def party_of(entity: Entity, address: str | None) -> dict[str, object]:
    """Read who an entity is; `address` is that of the address entity it names.

    Raises
    ------
    Unusable
        It has no name, or a date that is none.
    """
    names = entity.names
    if not names:
        raise Unusable("name", entity.id, "is empty", "nothing is assumed of an entity without a name")
    return {
        "record": entity.id,
        "recorded_at": entity.changed,
        "id": entity.id,
        "name": names[0],
        "aliases": names[1:],
        "kind": PARTIES[entity.schema],
        "country": entity.country,
        "address": entity.first("address") or address,
        "phone": entity.first("phone"),
        "email": entity.first("email"),
        "website": entity.first("website"),
        "registration_number": entity.first(*NUMBERS),
        "lei": entity.first("leiCode"),
        "industry": entity.first("sector", "classification"),
        "incorporated_on": earliest(entity, "incorporationDate"),
        "dissolved_on": latest(entity, "dissolutionDate"),
        "status": entity.first("status"),
    }


def earliest(entity: Entity, *names: str) -> dt.date | None:
    """Give the first day any of these properties names."""
    days = (first_day(name, value) for name in names for value in entity.properties.get(name, ()))
    return min((day for day in days if day), default=None)


def latest(entity: Entity, *names: str) -> dt.date | None:
    """Give the last day any of these properties names."""
    days = (last_day(name, value) for name in names for value in entity.properties.get(name, ()))
    return max((day for day in days if day), default=None)


def address_of(entity: Entity) -> str | None:
    """Write an address entity on one line."""
    whole = entity.first("full")
    parts = (entity.first(part) for part in ("street", "street2", "postalCode", "city", "region", "country"))
    return whole or ", ".join(filter(None, parts)) or None


def shares_of(entity: Entity) -> dict[str, object]:
    """Read percentages: "51", "25-50 %", ">25", "75 or more"; several values are a range, other texts no share.

    >>> shares_of(Entity("", "", None, {"percentage": ["> 25 %"]}, (), None))["share_min_open"]
    True
    """
    texts = [text for text in entity.all("percentage") if len(text) <= 80]
    numbers = [float(each.replace(",", ".")) for text in texts for each in NUMBER.findall(text)]
    if not numbers or max(numbers) > 100 or any(not NUMBER.search(text) for text in texts):
        return {}
    least, most = min(numbers), max(numbers)
    above = len(texts) == 1 and least == most and bool(ABOVE.search(texts[0]))
    upward = above or (len(texts) == 1 and least == most and bool(AT_LEAST.search(texts[0])))
    ends = {"share_min": least, "share_max": 100.0 if upward else most}
    return {**ends, "share_min_open": above and not AT_LEAST.search(texts[0]), "share_max_open": False}
