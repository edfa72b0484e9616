"""Records of the LEI system, whatever they are written in, as one flat form, and what they say of parties.

The flat form is that of the golden copy: "Entity.LegalAddress.Country" → texts, in order, without the numbers that its
headings give to repeated parts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from lxml import etree

from pipelines.errors import Unusable
from pipelines.normalize.countries import country_code
from pipelines.normalize.entries import unique
from pipelines.normalize.written import first_day, last_day, list_of, mapping_of, moment_of, text_of

Record = Mapping[str, Sequence[str]]

LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
API_RECORDS = {"lei-records": "party", "relationship-records": "relation", "reporting-exceptions": "exception"}
NAMES = (
    "Entity.OtherEntityNames.OtherEntityName",
    "Entity.TransliteratedOtherEntityNames.TransliteratedOtherEntityName",
)
REGISTER = ("Entity.RegistrationAuthority.RegistrationAuthorityEntityID", "Entity.BusinessRegisterEntityID")
LINES = ("FirstAddressLine", "AddressNumber", "AdditionalAddressLine", "City", "Region", "PostalCode", "Country")
VOID = ("ANNULLED", "DUPLICATE")
"""States of a registration that say: this was never so."""

UNREAD = frozenset({"Extension", "Entity.OtherAddresses", "Relationship.RelationshipPeriods"})
"""Parts of XML records nothing is read of, or that are read otherwise."""

READ = re.compile(
    r"LEI|Entity\.(?:LegalName|LegalJurisdiction|EntityStatus|EntityCreationDate|EntityExpirationDate)"
    r"|Entity\.(?:LegalAddress|HeadquartersAddress)\.(?!xmllang|MailRouting).*"
    r"|Entity\.(?:Transliterated)?OtherEntityNames\.\w+\.\d+|Entity\..*EntityID"
    r"|Relationship\.(?:StartNode|EndNode)\.NodeID|Relationship\.Relationship(?:Type|Status)|Relationship\.Period\..*"
    r"|Registration\.(?:LastUpdateDate|RegistrationStatus)|Exception\.(?:Category|Reason)(?:\.\d+)?"
)
"""Headings of the golden copy that are read, of more than three hundred."""

BRANCH = "IS_INTERNATIONAL_BRANCH_OF"


def party(record: Record) -> dict[str, object]:
    """Read who an LEI stands for.

    Raises
    ------
    Unusable
        It has no LEI or name, or a date that is none.
    """
    lei, name = _lei("LEI", _first(record, "LEI")), _first(record, "Entity.LegalName")
    if name is None:
        raise Unusable("name", lei, "has no legal name", "download the file again")
    place = _first(record, "Entity.LegalJurisdiction") or _first(record, "Entity.LegalAddress.Country")
    return {
        "record": lei,
        "recorded_at": moment_of(_first(record, "Registration.LastUpdateDate")),
        "id": lei,
        "lei": lei,
        "name": name,
        "aliases": [each for each in unique(each for key in NAMES for each in record.get(key, ())) if each != name],
        "country": _country(place),
        "headquarters_country": _country(_first(record, "Entity.HeadquartersAddress.Country")),
        "address": _address(record, "Entity.LegalAddress"),
        "registration_number": next(filter(None, (_first(record, key) for key in REGISTER)), None),
        "incorporated_on": first_day("incorporated_on", _first(record, "Entity.EntityCreationDate")),
        "dissolved_on": last_day("dissolved_on", _first(record, "Entity.EntityExpirationDate")),
        "status": _status(record),
    }


def relation(record: Record) -> dict[str, object]:
    """Read who consolidates, manages or is the head office of whom: the end node stands above the start node.

    An inactive relation without a last day ended when that was recorded; a void one has no owner.

    Raises
    ------
    Unusable
        A side has no LEI, the relation no type, or a date is none.
    """
    child = _lei("Relationship.StartNode", _first(record, "Relationship.StartNode.NodeID"))
    parent = _lei("Relationship.EndNode", _first(record, "Relationship.EndNode.NodeID"))
    kind = _first(record, "Relationship.RelationshipType")
    if kind is None:
        raise Unusable("Relationship.RelationshipType", child, "is empty", "download the file again")
    updated = moment_of(_first(record, "Registration.LastUpdateDate"))
    void = _first(record, "Registration.RegistrationStatus") in VOID
    start, end = (_first(record, f"Period.{part}") for part in ("start", "end"))
    first, until = first_day("from_on", start), last_day("until_on", end)
    if until is None and _first(record, "Relationship.RelationshipStatus") == "INACTIVE":
        until = max(filter(None, (updated and updated.date(), first)), default=None)
    return {
        "record": " ".join([child, kind, parent, *([first.isoformat()] if first else [])]),
        "recorded_at": updated,
        "owner_id": None if void else parent,
        "owned_id": child,
        "interest": "otherInfluenceOrControl",
        "details": f"{kind}, its direct parent" if kind == BRANCH else kind,
        "from_on": first,
        "until_on": until,
    }


def unreported(record: Record) -> dict[str, object]:
    """Read why an entity reports no parent: an interest without an owner, its reason in `details`.

    Raises
    ------
    Unusable
        It has no LEI or no category.
    """
    lei, category = _lei("LEI", _first(record, "LEI")), _first(record, "Category")
    if category is None:
        raise Unusable("ExceptionCategory", lei, "is empty", "download the file again")
    reasons = ", ".join(record.get("Reason", ())) or "no reason given"
    return {
        "record": f"{lei} {category}",
        "recorded_at": moment_of(_first(record, "Written")),
        "owned_id": lei,
        "interest": "unknownInterest",
        "details": f"{category}: {reasons}",
    }


def of_element(element: etree._Element, written: str | None) -> Record:
    """Flatten an XML record; `written` is the day its file was."""
    found: dict[str, list[str]] = defaultdict(list)
    _flatten(element, "", found)
    for period in element.iter("{*}RelationshipPeriod"):
        parts = {etree.QName(each).localname: each.text for each in period if isinstance(each.tag, str)}
        _add_period(found, parts.get("PeriodType"), parts.get("StartDate"), parts.get("EndDate"))
    found["Category"] = found.get("ExceptionCategory", [])
    found["Reason"] = [*found.get("ExceptionReason", []), *found.get("ExceptionReasons.ExceptionReason", [])]
    found["Written"] = [written] if written else []
    return found


def _flatten(element: etree._Element, path: str, found: dict[str, list[str]]) -> None:
    """Descend without recursion: elements may be nested as deep as somebody likes."""
    waiting = [(each, path) for each in reversed(element)]
    while waiting:
        inner, above = waiting.pop()
        if not isinstance(inner.tag, str):
            continue
        name = above + inner.tag.rpartition("}")[2]
        if name in UNREAD:
            continue
        if len(inner):
            waiting += [(each, f"{name}.") for each in reversed(inner)]
        elif text := text_of(inner.text):
            found[name].append(text)


def of_row(row: Mapping[str, object]) -> Record:
    """Flatten a line of the golden copy."""
    found: dict[str, list[str]] = defaultdict(list)
    periods: dict[str, dict[str, str]] = defaultdict(dict)
    for heading, value in row.items():
        text = text_of(value) if value is not None and heading != "row" else None
        if text is None:
            continue
        name, number = _heading(heading)
        if name.startswith("Relationship.Period."):
            periods[number][name.rpartition(".")[2].lower()] = text
        else:
            found[name].append(text)
    for each in periods.values():
        _add_period(found, each.get("periodtype"), each.get("startdate"), each.get("enddate"))
    found["Category"], found["Reason"] = found.get("Exception.Category", []), found.get("Exception.Reason", [])
    return found


@cache
def _heading(heading: str) -> tuple[str, str]:
    """Part a heading from the number of a repeated part: "Exception.Reason.2" is Exception.Reason and 2."""
    number = re.search(r"\.(\d+)(?=\.|$)", heading)
    return re.sub(r"\.\d+(?=\.|$)", "", heading), number[1] if number else ""


def _add_period(found: dict[str, list[str]], kind: str | None, start: str | None, end: str | None) -> None:
    """Keep the stretch a relation holds; those of accounts and filings say nothing of it."""
    if kind in (None, "RELATIONSHIP_PERIOD") and not found.get("Period.start"):
        found["Period.start"], found["Period.end"] = [start or ""], [end or ""]


def of_api(item: object) -> Record:
    """Flatten a record of an answer of the API."""
    said = mapping_of(item, "attributes")
    if mapping_of(said, "relationship"):
        return _relation_of_api(said)
    entity, registration = mapping_of(said, "entity"), mapping_of(said, "registration")
    found: dict[str, list[str]] = defaultdict(list)
    stated = {
        "LEI": said.get("lei"),
        "Category": said.get("category"),
        "Reason": said.get("reason"),
        "Entity.LegalName": mapping_of(entity, "legalName").get("name"),
        "Entity.LegalJurisdiction": entity.get("jurisdiction"),
        REGISTER[0]: entity.get("registeredAs"),
        "Entity.EntityCreationDate": entity.get("creationDate"),
        "Entity.EntityExpirationDate": mapping_of(entity, "expiration").get("date"),
        "Entity.EntityStatus": entity.get("status"),
        "Registration.RegistrationStatus": registration.get("status"),
        "Registration.LastUpdateDate": registration.get("lastUpdateDate"),
    }
    for key, value in stated.items():
        found[key] += filter(None, [text_of(value)])
    for key, part in zip(NAMES, ("otherNames", "transliteratedOtherNames"), strict=True):
        named = (text_of(mapping_of({"": each}, "").get("name")) for each in list_of(entity, part))
        found[key] += filter(None, named)
    _addresses_of_api(entity, found)
    return found


def _addresses_of_api(entity: Mapping[str, object], found: dict[str, list[str]]) -> None:
    for kind, part in (("LegalAddress", "legalAddress"), ("HeadquartersAddress", "headquartersAddress")):
        address = mapping_of(entity, part)
        lines = list_of(address, "addressLines")
        for name in ("city", "region", "postalCode", "country"):
            found[f"Entity.{kind}.{name[0].upper()}{name[1:]}"] += filter(None, [text_of(address.get(name))])
        found[f"Entity.{kind}.FirstAddressLine"] += filter(None, map(text_of, lines))


def _relation_of_api(said: Mapping[str, object]) -> Record:
    between, registration = mapping_of(said, "relationship"), mapping_of(said, "registration")
    stated = {
        "Relationship.StartNode.NodeID": mapping_of(between, "startNode").get("id"),
        "Relationship.EndNode.NodeID": mapping_of(between, "endNode").get("id"),
        "Relationship.RelationshipType": between.get("type"),
        "Relationship.RelationshipStatus": between.get("status"),
        "Registration.RegistrationStatus": registration.get("status"),
        "Registration.LastUpdateDate": registration.get("lastUpdateDate"),
    }
    found = {key: list(filter(None, [text_of(value)])) for key, value in stated.items()}
    for period in list_of(between, "periods"):
        days = mapping_of({"": period}, "")
        _add_period(found, *(text_of(days.get(part)) for part in ("type", "startDate", "endDate")))
    return found


def _first(record: Record, key: str) -> str | None:
    return next((each for each in record.get(key, ()) if each), None)


def _lei(column: str, text: str | None) -> str:
    code = (text or "").upper()
    if not LEI.fullmatch(code):
        raise Unusable(column, text, "is no LEI", "an LEI has 18 letters and digits and two check digits")
    return code


def _country(text: str | None) -> str | None:
    return country_code(text.split("-")[0]) if text and len(text) < 12 else None


def _address(record: Record, of: str) -> str | None:
    lines = [each for part in LINES for each in record.get(f"{of}.{part}", ())]
    return ", ".join(unique(lines)) or None


def _status(record: Record) -> str | None:
    """Say whether the entity is active, and what is unusual of its LEI."""
    entity, registration = (_first(record, key) for key in ("Entity.EntityStatus", "Registration.RegistrationStatus"))
    unusual = f"LEI {registration.lower()}" if registration and registration != "ISSUED" else None
    return ", ".join(filter(None, (entity and entity.lower(), unusual))) or None
