"""BODS statements of every version in one form: who says what of whom, since when, in place of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.errors import Unusable
from pipelines.normalize.entries import spoken, unique
from pipelines.normalize.written import (
    country_of,
    first_day,
    last_day,
    list_of,
    mapping_of,
    text_of,
    texts_of,
)

KINDS = {
    "entity": "entity",
    "person": "person",
    "relationship": "relationship",
    "entityStatement": "entity",
    "personStatement": "person",
    "ownershipOrControlStatement": "relationship",
}
"""Record types of 0.4 and statement types before it."""

PACKAGES = ("statements", "entityStatements", "personStatements", "ownershipOrControlStatements")
STATUS = ("new", "updated", "closed")
SEAT = ("headquarters", "business")
RANKS = ("registered", "business", "headquarters", "service", "alternative")
REFERENCES = ("describedByEntityStatement", "describedByPersonStatement")
NOT_OF_REGISTERS = ("XI-LEI", "OPENCORPORATES")


@dataclass(frozen=True)
class Statement:
    """One statement: `record` is what it is a version of, `replaces` the statements it stands in place of.

    `rank` puts statements of one day in order: new, updated, closed.
    """

    kind: str
    id: str
    record: str
    replaces: tuple[str, ...]
    stated: str | None
    rank: int
    details: Mapping[str, object]

    @property
    def closed(self) -> bool:
        return self.rank == STATUS.index("closed")


def is_statement(record: object) -> bool:
    """Whether a record is a statement of any version, or a package of some."""
    first = next(iter(unpacked(record)), None)
    if not isinstance(first, Mapping):
        return False
    return {"statementId", "recordType"} <= first.keys() or {"statementID", "statementType"} <= first.keys()


def unpacked(record: object) -> Iterator[object]:
    """Take statements out of a package; anything else is one itself."""
    packed = [each for name in PACKAGES for each in list_of(record, name)] if isinstance(record, Mapping) else []
    if packed or (isinstance(record, Mapping) and "statements" in record):
        yield from packed
    else:
        yield record


def statement(body: object) -> Statement:
    """Read a statement of 0.4, or of 0.1 to 0.3, where a statement is its own record until another replaces it.

    Raises
    ------
    Unusable
        It is none.
    """
    if not isinstance(body, Mapping):
        raise Unusable("statementId", body, "is no BODS statement", "download or export the file again")
    before = "statementID" in body
    kind = KINDS.get(str(body.get("statementType" if before else "recordType")))
    name = text_of(body.get("statementID" if before else "statementId"))
    record = name if before else text_of(body.get("recordId"))
    if kind is None or record is None or (not before and not isinstance(body.get("recordDetails"), Mapping)):
        raise Unusable("recordType", dict(body), "is no BODS statement", "download or export the file again")
    status = str(body.get("recordStatus"))
    return Statement(
        kind=kind,
        id=name or record,
        record=record,
        replaces=tuple(texts_of(body.get("replacesStatements"))) if before else (),
        stated=text_of(body.get("statementDate"))
        or text_of(mapping_of(body, "publicationDetails").get("publicationDate")),
        rank=STATUS.index(status) if status in STATUS else 0,
        details=body if before else mapping_of(body, "recordDetails"),
    )


def party_of(kind: str, details: Mapping[str, object]) -> dict[str, object]:
    """Read who an entity or person is; one that nobody may or can name has no name.

    Raises
    ------
    Unusable
        A date is none.
    """
    names = _names(details)
    addresses = [each for each in list_of(details, "addresses") if isinstance(each, Mapping)]
    places = [_place(each.get("country")) for each in addresses]
    seats = (place for place, each in zip(places, addresses, strict=True) if each.get("type") in SEAT)
    return {
        "name": names[0] if names else None,
        "aliases": names[1:],
        "kind": "person" if kind == "person" else "organization",
        "country": _registered_in(details) or next(filter(None, places), None),
        "headquarters_country": next(filter(None, seats), None),
        "address": next(filter(None, map(_address, sorted(addresses, key=_rank))), None),
        **_numbers(details),
        "incorporated_on": first_day("foundingDate", details.get("foundingDate")),
        "dissolved_on": last_day("dissolutionDate", details.get("dissolutionDate")),
    }


def _numbers(details: Mapping[str, object]) -> dict[str, object]:
    """Take the LEI and the number in a register, which says which register, from the identifiers."""
    told = [each for each in list_of(details, "identifiers") if isinstance(each, Mapping)]
    pairs = [(text_of(each.get("scheme")) or "", text_of(each.get("id"))) for each in told]
    own = [(scheme, number) for scheme, number in pairs if number and "/" not in number]
    registered = [number for scheme, number in own if scheme not in NOT_OF_REGISTERS]
    named = [number for scheme, number in own if scheme and scheme not in NOT_OF_REGISTERS]
    leis = (number for scheme, number in own if scheme == "XI-LEI")
    return {"registration_number": next(iter([*named, *registered]), None), "lei": next(leis, None)}


def _names(details: Mapping[str, object]) -> list[str]:
    """List the names of a party, the first one first."""
    stated = [
        details.get("name"),
        *map(_full, list_of(details, "names")),
        *texts_of(details.get("alternateNames")),
    ]
    return unique(text for text in map(text_of, stated) if text)


def _full(name: object) -> str | None:
    if not isinstance(name, Mapping):
        return text_of(name)
    parts = (text_of(name.get(part)) for part in ("givenName", "patronymicName", "familyName"))
    return text_of(name.get("fullName")) or spoken(" ".join(filter(None, parts)))


def _registered_in(details: Mapping[str, object]) -> str | None:
    return _place(details.get("incorporatedInJurisdiction")) or _place(details.get("jurisdiction"))


def _place(place: object) -> str | None:
    """Name a country given as an object with code and name, or as one of the two."""
    if not isinstance(place, Mapping):
        return country_of(place)
    return country_of(place.get("code")) or country_of(place.get("name"))


def _address(address: Mapping[str, object]) -> str | None:
    """Write an address on one line."""
    place = address.get("country")
    written = [address.get("address"), address.get("postCode"), mapping_of(address, "country").get("name") or place]
    lines = [text for text in map(text_of, written) if text]
    return ", ".join(lines) if text_of(address.get("address")) else None


def _rank(address: Mapping[str, object]) -> int:
    kind = address.get("type")
    return RANKS.index(kind) if isinstance(kind, str) and kind in RANKS else len(RANKS)


def meant(reference: object) -> str | None:
    """Name the record or statement a reference means; null when it means none."""
    if isinstance(reference, Mapping):
        return next(filter(None, (text_of(reference.get(key)) for key in REFERENCES)), None)
    return text_of(reference)


def unspecified(reference: object) -> str:
    """Say why a reference means nobody, in the words of the statement."""
    said = mapping_of(reference, "unspecified") or mapping_of({"": reference}, "")
    parts = (text_of(said.get(part)) for part in ("reason", "unspecifiedReason", "description"))
    return ": ".join(filter(None, parts)) or "unspecified"


def is_indirect(details: Mapping[str, object]) -> bool:
    """Whether other statements spell out the chain this one sums up."""
    return bool(list_of(details, "componentRecords") or list_of(details, "componentStatementIDs"))
