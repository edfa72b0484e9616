"""Ownership records in Senzing's entity layout, as Open Ownership publishes its register: companies point to owners."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pipelines.errors import Unusable
from pipelines.normalize.entries import unique
from pipelines.normalize.replaced import Replacements
from pipelines.normalize.stated_interests import band_of
from pipelines.normalize.written import (
    country_of,
    first_day,
    last_day,
    list_of,
    mapping_of,
    moment_of,
    text_of,
    texts_of,
)
from pipelines.pieces import At, Pieces
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

ROLE = re.compile(r"([a-z_]+)(?: (\d{1,3}(?:\.\d+)?)%)?(?: (\d{1,3}(?:\.\d+)?)%)?")
NAMES = ("PRIMARY_NAME_ORG", "PRIMARY_NAME_FULL", "NAME_ORG", "NAME_FULL", "ALTERNATE_NAME_FULL", "ALTERNATE_NAME_ORG")
INTERESTS = frozenset(
    (
        "shareholding",
        "voting_rights",
        "appointment_of_board",
        "other_influence_or_control",
        "senior_managing_official",
        "settlor",
        "trustee",
        "protector",
        "beneficiary_of_legal_arrangement",
        "rights_to_surplus_assets_on_dissolution",
        "rights_to_profit_or_income",
        "rights_granted_by_contract",
        "conditional_rights_granted_by_contract",
        "control_via_company_rules_or_articles",
        "control_by_legal_framework",
        "board_member",
        "board_chair",
        "unknown_interest",
        "unpublished_interest",
        "enjoyment_and_use_of_assets",
        "right_to_profit_or_income_from_assets",
        "nominee",
        "nominator",
    )
)
"""Roles that are interests; a pointer of another role is a relation of another kind."""


def is_senzing(file: RawFile) -> bool:
    """Whether the first record is an entity with its relationships."""
    first = next(iter(file.objects), None) if file.is_json else None
    return isinstance(first, Mapping) and {"DATA_SOURCE", "RECORD_ID", "RELATIONSHIPS"} <= first.keys()


def read_senzing(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read records one by one: a party each, and an interest per pointer of a company to its owner."""
    versions, pieces = Replacements(), Pieces()
    for file in files:
        for record in file.objects:
            versions.see(*_replaces(record))
    versions.settle()
    for file in files:
        for number, record in enumerate(file.objects, start=1):
            at = At(file.name, number)
            try:
                _add(record, versions, at, pieces)
            except Unusable as why:
                pieces.refuse("parties", at, why)
            yield from pieces.full()
    yield from pieces.rest("parties")


def _replaces(record: object) -> tuple[str, list[str]]:
    named = mapping_of({"": record}, "").get("RECORD_ID")
    older = (text_of(mapping_of({"": each}, "").get("statementID")) for each in list_of(record, "replaces_statements"))
    return text_of(named) or "", [each for each in older if each]


def _add(record: object, versions: Replacements, at: At, pieces: Pieces) -> None:
    body = mapping_of({"": record}, "")
    name = text_of(body.get("RECORD_ID"))
    if name is None:
        raise Unusable("RECORD_ID", record, "is no record of this layout", "export the file again")
    own = versions.root(name)
    moment = moment_of(body.get("statementDate"), later=versions.depth(name))
    pieces.add("parties", at, record=own, recorded_at=moment, id=own, **_party(body))
    for relation in list_of(body, "RELATIONSHIPS"):
        said = mapping_of({"": relation}, "")
        if "REL_POINTER_KEY" not in said:
            continue
        try:
            row = _interest(said, own, versions, british=body.get("REGISTRATION_COUNTRY") == "GB")
        except Unusable as why:
            pieces.refuse("ownership", at, why)
            continue
        pieces.add("ownership", at, recorded_at=moment, **row)


def _party(body: Mapping[str, object]) -> dict[str, object]:
    named = [body, *list_of(body, "NAMES")]
    names = unique(text for key in NAMES for each in named for text in texts_of(mapping_of({"": each}, "").get(key)))
    addresses = [mapping_of({"": each}, "") for each in list_of(body, "ADDRESSES")]
    numbers = [mapping_of({"": each}, "") for each in list_of(body, "IDENTIFIERS")]
    registered = (text_of(each.get("NATIONAL_ID_NUMBER")) for each in numbers if each.get("NATIONAL_ID_TYPE"))
    places = (country_of(each.get("ADDR_COUNTRY")) for each in addresses)
    return {
        "name": names[0] if names else None,
        "aliases": names[1:],
        "kind": "person" if body.get("RECORD_TYPE") == "PERSON" else "organization",
        "country": country_of(body.get("REGISTRATION_COUNTRY")) or next(filter(None, places), None),
        "address": next(filter(None, (text_of(each.get("ADDR_FULL")) for each in addresses)), None),
        "registration_number": next(filter(None, registered), None),
        "lei": next(filter(None, (text_of(each.get("LEI_NUMBER")) for each in [body, *numbers])), None),
        "incorporated_on": first_day("REGISTRATION_DATE", body.get("REGISTRATION_DATE")),
        "dissolved_on": last_day("dissolutionDate", body.get("dissolutionDate")),
    }


def _interest(said: Mapping[str, object], own: str, versions: Replacements, *, british: bool) -> dict[str, object]:
    role, owner = text_of(said.get("REL_POINTER_ROLE")) or "", text_of(said.get("REL_POINTER_KEY"))
    found = ROLE.fullmatch(role)
    if owner is None or found is None or found[1] not in INTERESTS:
        raise Unusable("REL_POINTER_ROLE", role, "is no interest in a company", "only interests are read")
    first, *others = found[1].split("_")
    return {
        "record": f"{own} {versions.root(owner)} {role} {text_of(said.get('REL_POINTER_FROM_DATE')) or ''}".strip(),
        "owner_id": versions.root(owner),
        "owned_id": own,
        "interest": first + "".join(word.capitalize() for word in others),
        "from_on": first_day("REL_POINTER_FROM_DATE", said.get("REL_POINTER_FROM_DATE")),
        "until_on": last_day("REL_POINTER_THRU_DATE", said.get("REL_POINTER_THRU_DATE")),
        "details": role,
        **band_of(found[2], found[3], by_law=british),
    }


SENZING = Source(
    id="senzing",
    title="Ownership records in Senzing's entity layout",
    publisher="Open Ownership, or whoever exports to it",
    license="as the publisher states",
    tables=("parties", "ownership"),
    recognizes=is_senzing,
    read=read_senzing,
)
