"""Persons with significant control: the snapshot of the UK register, one line per person, statement or exemption.

Companies are named by number alone. A line that says that there is no owner, or that he is secret, is kept as an
interest without an owner; what nobody computes with (nationality, day of birth) is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipelines.errors import Unusable
from pipelines.normalize.natures import nature_of
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

NUMBER = re.compile(r"[A-Z]{0,2}[0-9]{1,8}[A-Z]?")
TITLE = re.compile(
    r"^(?:(?:mr|mrs|ms|miss|mx|dr|sir|dame|lord|lady|prof|professor|rev|the hon)\b\.?\s+)+", re.IGNORECASE
)
OWNERS = ("individual", "corporate-entity", "legal-person")
TOTALS = "totals#"
OVERSEAS = "OE"
"""Beginning of the numbers of companies of other countries that own land in the UK."""
BRITISH = ("companies house", "united kingdom", "england", "wales", "scotland", "northern ireland", "great britain")
ADDRESS = ("care_of", "po_box", "premises", "address_line_1", "address_line_2", "locality", "region", "postal_code")


def is_uk_psc(file: RawFile) -> bool:
    """Whether the first record is a line of the snapshot."""
    if not file.is_json:
        return False
    first = next(iter(file.objects), None)
    data = mapping_of(first, "data")
    kind = str(data.get("kind"))
    told = "company_number" in first if isinstance(first, Mapping) else False
    return kind.startswith(TOTALS) or (told and ("significant-control" in kind or "links" in data or "etag" in data))


def read_uk_psc(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read lines one by one: an interest per nature of control, and a party per owner who is named."""
    pieces = Pieces()
    for file in files:
        for number, line in enumerate(file.objects, start=1):
            at = At(file.name, number)
            try:
                _line(line, at, pieces)
            except Unusable as why:
                pieces.refuse("ownership", at, why)
            yield from pieces.full()
    yield from pieces.rest("ownership")


def _line(line: object, at: At, pieces: Pieces) -> None:
    data = mapping_of(line, "data")
    kind = str(data.get("kind") or "")
    if kind.startswith(TOTALS):
        pieces.note("lines state the totals of the register")
        return
    if not isinstance(line, Mapping) or not data or not kind:
        raise Unusable("data", line, "is no line of the register", "download the snapshot again")
    number = _company(line.get("company_number"))
    place = None if number.startswith(OVERSEAS) else "GB"
    known = {"owned_id": number, "owned_country": place, "recorded_at": moment_of(line.get("ContentDate"))}
    record = text_of(mapping_of(data, "links").get("self")) or f"{number}/{text_of(data.get('etag')) or kind}"
    if kind.startswith(OWNERS):
        _interests(data, kind, record, known, at, pieces)
    elif kind.startswith("exemptions"):
        _exemptions(data, record, known, at, pieces)
    else:
        said = text_of(data.get("statement")) or kind
        _unowned(said, record, known, at, pieces, from_on=data.get("notified_on"), until_on=data.get("ceased_on"))


def _company(number: object) -> str:
    written = company_number(text_of(number))
    if written is None:
        raise Unusable("company_number", number, "is no company number", "download the snapshot again")
    return written


def company_number(text: str | None) -> str | None:
    """Write a number of the UK register as the register does, eight characters: "686734" is 00686734."""
    number = re.sub(r"[\s.-]", "", text or "").upper()
    if not NUMBER.fullmatch(number):
        return None
    letters = re.match(r"[A-Z]*", number)
    stem = letters[0] if letters else ""
    return stem + number[len(stem) :].zfill(8 - len(stem))


def _interests(
    data: Mapping[str, object], kind: str, record: str, known: Mapping[str, object], at: At, pieces: Pieces
) -> None:
    owner = _owner(data, kind, record)
    period = _period(data.get("notified_on"), data.get("ceased_on"))
    pieces.add("parties", at, **owner, record=record, recorded_at=known["recorded_at"])
    parts = {f"owner_{part}": owner[part] for part in ("id", "name", "country")}
    for code in dict.fromkeys(texts_of(data.get("natures_of_control"))) or [""]:
        pieces.add("ownership", at, **known, **parts, **nature_of(code), **period, record=f"{record}#{code}")


def _owner(data: Mapping[str, object], kind: str, record: str) -> dict[str, object]:
    person = kind.startswith("individual")
    name = _person_name(data) if person else text_of(data.get("name"))
    if not name:
        raise Unusable("name", data.get("name"), "is empty", "nothing is assumed of an owner without a name")
    address = mapping_of(data, "address")
    registration = mapping_of(data, "identification")
    place = _registered_in(registration)
    number = text_of(registration.get("registration_number"))
    lives = country_of(data.get("country_of_residence"))
    written = company_number(number) if place == "GB" else None
    return {
        "id": _person_id(name, data, record) if person else written or record,
        "name": name,
        "kind": "person" if person else "organization",
        "country": (lives if person else place) or country_of(address.get("country")),
        "address": _address(address),
        "registration_number": None if person else written or number,
    }


def _person_name(data: Mapping[str, object]) -> str | None:
    parts = mapping_of(data, "name_elements")
    named = [text_of(parts.get(part)) for part in ("forename", "middle_name", "surname")]
    whole = TITLE.sub("", text_of(data.get("name")) or "")
    return " ".join(filter(None, named)) if named[-1] else whole or None


def _person_id(name: str, data: Mapping[str, object], record: str) -> str:
    """Tell persons of one name apart by the month they were born in; where that is not given nobody is the same."""
    born = mapping_of(data, "date_of_birth")
    year, month = text_of(born.get("year")), text_of(born.get("month"))
    return f"{name.lower()} {year}-{month.zfill(2)}" if year and month else record


def _registered_in(registration: Mapping[str, object]) -> str | None:
    """Name the country a company is registered in, by what it wrote of its register, else of its law."""
    for part in ("country_registered", "place_registered", "legal_authority"):
        text = text_of(registration.get(part))
        if text and any(place in text.lower() for place in BRITISH):
            return "GB"
        if found := country_of(text):
            return found
    return None


def _address(address: Mapping[str, object]) -> str | None:
    lines = [text_of(address.get(part)) for part in (*ADDRESS, "country")]
    return ", ".join(filter(None, lines)) or None


def _period(start: object, end: object) -> dict[str, object]:
    return {"from_on": first_day("from_on", start), "until_on": last_day("until_on", end)}


def _exemptions(data: Mapping[str, object], record: str, known: Mapping[str, object], at: At, pieces: Pieces) -> None:
    listed = data.get("exemptions")
    groups: Iterable[object] = listed if isinstance(listed, list) else mapping_of(data, "exemptions").values()
    given = False
    for group in groups:
        kind = text_of(mapping_of({"": group}, "").get("exemption_type")) or "exempt"
        for place, item in enumerate(list_of(group, "items")):
            days = mapping_of({"": item}, "")
            start, end = days.get("exempt_from"), days.get("exempt_to")
            _unowned(kind, f"{record}#{kind}/{place}", known, at, pieces, from_on=start, until_on=end)
            given = True
    if not given:
        _unowned("exemptions", record, known, at, pieces)


def _unowned(
    said: str,
    record: str,
    known: Mapping[str, object],
    at: At,
    pieces: Pieces,
    *,
    from_on: object = None,
    until_on: object = None,
) -> None:
    """Keep what the register says in place of an owner."""
    period = _period(from_on, until_on)
    pieces.add("ownership", at, **known, **period, interest="unknownInterest", details=said, record=record)


UK_PSC = Source(
    id="uk_psc",
    title="UK register of persons with significant control (snapshot)",
    publisher="Companies House",
    license="Open Government Licence 3.0",
    tables=("ownership", "parties"),
    recognizes=is_uk_psc,
    read=read_uk_psc,
)
