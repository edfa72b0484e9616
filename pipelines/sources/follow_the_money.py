"""FollowTheMoney entities, also as OpenSanctions publishes them: parties, ownership, offices, lists, customs, payments.

Links name entities by id. Where a row needs more of them than the id (the name of an officer, of a listed entity, an
address) the file is read twice before it is read for good: what is wanted, then that alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.errors import Unusable
from pipelines.normalize.designations import TARGET, list_of, lists_of
from pipelines.normalize.entities import (
    IDENTIFIERS,
    LISTED,
    PARTIES,
    Entity,
    address_of,
    earliest,
    entities,
    is_entity,
    latest,
    party_of,
    shares_of,
)
from pipelines.pieces import At, Pieces
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

NAMED = ("Address", "Identification", "Passport")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass
class _Known:
    """What is wanted of other entities, and what was found of them."""

    wanted: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    found: dict[str, Entity] = field(default_factory=dict)

    def want(self, entity: Entity) -> None:
        """Note whose particulars rows of this entity will need."""
        if entity.schema == "Sanction":
            self.listed.update(entity.all("entity"))
        if entity.schema == "Directorship":
            self.wanted.update(entity.all("director"))
        if entity.schema in LISTED and not entity.first("address"):
            self.wanted.update(entity.all("addressEntity")[:1])

    def find(self, entity: Entity) -> None:
        """Keep an entity that is wanted."""
        if entity.id in self.wanted or entity.id in self.listed:
            self.found[entity.id] = entity

    def address(self, entity: Entity) -> str | None:
        """The address of an entity's own address entity."""
        at = entity.first("addressEntity")
        return address_of(self.found[at]) if at in self.found else None


def is_follow_the_money(file: RawFile) -> bool:
    """Whether the first record is an entity."""
    return file.is_json and is_entity(next(iter(file.objects), None))


def read_follow_the_money(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read entities one by one, nested ones too; those that only describe others are counted in a note."""
    known, pieces = _Known(), Pieces()
    for _, entity in _all(files, None):
        known.want(entity)
    if known.wanted or known.listed:
        for _, entity in _all(files, None):
            known.find(entity)
    for at, entity in _all(files, pieces):
        try:
            _add(entity, known, at, pieces)
        except Unusable as why:
            pieces.refuse(TABLES.get(entity.schema, "parties"), at, why)
        yield from pieces.full()
    yield from pieces.rest("parties")


def _all(files: Sequence[RawFile], pieces: Pieces | None) -> Iterator[tuple[At, Entity]]:
    """Take entities apart; with `pieces`, records that are none are refused there."""
    for file in files:
        for number, record in enumerate(file.objects, start=1):
            at = At(file.name, number)
            try:
                for entity in entities(record):
                    yield at, entity
            except Unusable as why:
                if pieces:
                    pieces.refuse("parties", at, why)


def _add(entity: Entity, known: _Known, at: At, pieces: Pieces) -> None:
    schema = entity.schema
    if schema in PARTIES:
        pieces.add("parties", at, **party_of(entity, known.address(entity)))
        _add_parents(entity, at, pieces)
    elif schema in LINKS:
        LINKS[schema](entity, known, at, pieces)
    elif schema in NAMED:
        pieces.note(f"{schema} entities only describe others")
    elif schema not in LISTED:
        pieces.note(f"{schema[:40]} entities say nothing that is computed with")
    if schema in LISTED and entity.id not in known.listed and TARGET in entity.all("topics"):
        for name in lists_of(entity):
            _add_listing(entity, None, name, known, at, pieces)


def _add_parents(entity: Entity, at: At, pieces: Pieces) -> None:
    for parent in entity.all("parent"):
        sides = {"owner_id": parent, "owned_id": entity.id}
        pieces.add("ownership", at, **_of(entity), **sides, interest="parent", line=1)


def _of(entity: Entity) -> dict[str, object]:
    return {"record": entity.id, "recorded_at": entity.changed}


def _period(entity: Entity) -> dict[str, object]:
    return {"from_on": earliest(entity, "startDate", "date"), "until_on": latest(entity, "endDate")}


def _sides(entity: Entity, first: str, second: str) -> list[tuple[str, str]]:
    """Pair every entity on one side of a link with every one on the other."""
    for side in (first, second):
        if not entity.first(side):
            raise Unusable(side, entity.id, "names nobody", "a link needs an entity on both sides")
    return [(one, other) for one in entity.all(first) for other in entity.all(second)]


def _add_ownership(entity: Entity, _: _Known, at: At, pieces: Pieces) -> None:
    said = entity.all("role", "ownershipType", "legalBasis", "percentage")
    row = {
        **_of(entity),
        "interest": "shareholding",
        **shares_of(entity),
        **_period(entity),
        "directness": "indirect" if any("indirect" in each.lower() for each in said) else None,
        "details": "; ".join(said) or None,
    }
    for line, (owner, owned) in enumerate(_sides(entity, "owner", "asset"), start=1):
        pieces.add("ownership", at, **row, line=line, owner_id=owner, owned_id=owned)


def _add_office(entity: Entity, known: _Known, at: At, pieces: Pieces) -> None:
    for line, (person, party) in enumerate(_sides(entity, "director", "organization"), start=1):
        officer = known.found.get(person)
        if officer is None or not officer.names:
            why = Unusable("director", person, "is described nowhere in the file", "add the file that names the person")
            pieces.refuse("officers", at, why)
            continue
        row = {
            **_of(entity),
            **_period(entity),
            "party_id": party,
            "person_id": person,
            "person_name": officer.names[0],
            "birth_date": officer.first("birthDate"),
            "role": entity.first("role"),
        }
        pieces.add("officers", at, **row, line=line)


def _add_sanction(entity: Entity, known: _Known, at: At, pieces: Pieces) -> None:
    for name in entity.all("entity") or [""]:
        listed = known.found.get(name)
        if listed is None or not listed.names:
            why = Unusable(
                "entity", name or entity.id, "is described nowhere in the file", "add the file that names it"
            )
            pieces.refuse("listings", at, why)
        else:
            _add_listing(listed, entity, list_of(entity), known, at, pieces)


def _add_listing(listed: Entity, sanction: Entity | None, of: str, known: _Known, at: At, pieces: Pieces) -> None:
    names, told = listed.names, sanction or listed
    if not names:
        return
    row = {
        "record": f"{told.id} {listed.id} {of}",
        "recorded_at": told.changed,
        "list": of,
        "name": names[0],
        "aliases": names[1:],
        "kind": LISTED.get(listed.schema, "entity"),
        "country": listed.countries,
        "addresses": [*listed.all("address"), *filter(None, [known.address(listed)])],
        "identifiers": listed.all(*IDENTIFIERS),
        "program": "; ".join(told.all("programId", "program")) or None,
    }
    dates = {
        "published_on": earliest(sanction, "listingDate", "startDate"),
        "effective_on": earliest(sanction, "startDate"),
        "delisted_on": latest(sanction, "endDate"),
        "citation": sanction.first("authorityId", "recordId"),
    } if sanction else {}  # fmt: skip
    pieces.add("listings", at, **row, **dates)


def _add_declaration(entity: Entity, _: _Known, at: At, pieces: Pieces) -> None:
    shipped = earliest(entity, "date", "startDate")
    item = entity.first("goodsDescription", "vedCodeDescription", "vedCode")
    for column, value in (("startDate", shipped), ("goodsDescription", item)):
        if value is None:
            raise Unusable(column, entity.id, "is empty", "a declaration needs a day and goods")
    (sender, receiver), *_rest = _sides(entity, "sender", "receiver")
    number = entity.first("ccdNumber")
    row = {
        **_of(entity),
        "id": number or entity.id,
        "kind": (entity.first("directionOfTransportation") or "").lower() or None,
        "shipped_on": shipped,
        "shipper_id": sender,
        "consignee_id": receiver,
        "origin_country": _country(entity, "departureCountry"),
        "destination_country": _country(entity, "destinationCountry"),
        "item": item,
        "hs_code": "".join(filter(str.isdigit, entity.first("vedCode") or "")) or None,
        "value": _number(entity.first("invoiceAmount", "customsAmount", "ccdValue")),
        "currency": entity.first("currency"),
        "filing_number": number,
    }
    pieces.add("shipments", at, **row)


def _add_payment(entity: Entity, _: _Known, at: At, pieces: Pieces) -> None:
    paid, amount = earliest(entity, "date", "startDate"), _number(entity.first("amountUsd", "amount"))
    if paid is None or amount is None:
        raise Unusable("amount" if paid else "date", entity.id, "is empty", "a payment needs a day and an amount")
    currency = "USD" if entity.first("amountUsd") else entity.first("currency")
    row = {**_of(entity), "paid_on": paid, "amount": amount, "currency": currency}
    for line, (payer, payee) in enumerate(_sides(entity, "payer", "beneficiary"), start=1):
        pieces.add("payments", at, **row, id=entity.id, line=line, payer_id=payer, payee_id=payee)


def _country(entity: Entity, name: str) -> str | None:
    return Entity("", "", None, {"country": entity.all(name)}, (), None).country


def _number(text: str | None) -> float | None:
    """Read an amount; null when it is none."""
    bare = (text or "").replace(",", "").replace(" ", "")
    return float(bare) if len(bare) <= 20 and NUMBER.fullmatch(bare) else None


LINKS: Mapping[str, Callable[[Entity, _Known, At, Pieces], None]] = {
    "Ownership": _add_ownership,
    "Directorship": _add_office,
    "Sanction": _add_sanction,
    "EconomicActivity": _add_declaration,
    "Payment": _add_payment,
}
TABLES = {
    "Ownership": "ownership",
    "Directorship": "officers",
    "Sanction": "listings",
    "EconomicActivity": "shipments",
    "Payment": "payments",
}

FOLLOW_THE_MONEY = Source(
    id="follow_the_money",
    title="FollowTheMoney entities (OpenSanctions and others)",
    publisher="any publisher of FollowTheMoney data",
    license="as the publisher states",
    tables=("parties", "ownership", "officers", "listings", "shipments", "payments"),
    recognizes=is_follow_the_money,
    read=read_follow_the_money,
)
