"""The consolidated list of the United Nations Security Council, as its XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from pipelines.errors import SourceFailed
from pipelines.normalize.countries import country_code
from pipelines.normalize.entries import date_of, spoken, unique
from pipelines.reading.listed import in_pieces, listed, nameless
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
PLACE = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
IMO = re.compile(r"\bIMO\b[^\d;.]{0,20}(\d{7})\b", re.IGNORECASE)
FILLED = frozenset(
    {"list", "name", "aliases", "kind", "country", "addresses", "identifiers", "published_on", "citation", "program"}
)


def is_un_list(file: RawFile) -> bool:
    """Whether the root element is that of the consolidated list."""
    return file.root == "CONSOLIDATED_LIST"


def read_un_list(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read each file's individuals and entities as listings, piece by piece.

    Raises
    ------
    SourceFailed
        A file is broken or holds nobody.
    """
    for file in files:
        notes = _checked(file)
        for piece in in_pieces(enumerate(map(_entry, _elements(file)), start=1)):
            yield _piece(piece, notes)
            notes = ()


def _elements(file: RawFile) -> Iterator[etree._Element]:
    return file.elements("INDIVIDUAL", "ENTITY")


def _checked(file: RawFile) -> tuple[str, ...]:
    """Read it through once before anything of it is taken; say how many aliases are too weak to match by."""
    entries = weak = 0
    for element in _elements(file):
        entries += 1
        weak += sum(1 for alias, low in _aliases(element) if _weak(alias, low=low))
    if not entries:
        raise SourceFailed(f"{file.name}: has neither individuals nor entities; download it again")
    return (f"{file.name}: {weak:,} aliases of one word and low quality are not matched by",) if weak else ()


def _piece(entries: Sequence[tuple[int, dict[str, Any]]], notes: tuple[str, ...]) -> Extract:
    rows = [{**entry, "row": number} for number, entry in entries if entry["name"]]
    bad = [nameless(number, entry["record"]) for number, entry in entries if not entry["name"]]
    return Extract("listings", listed(rows), bad_rows(bad), len(entries), notes=notes, columns=FILLED)


def _entry(element: etree._Element) -> dict[str, Any]:
    person = etree.QName(element).localname == "INDIVIDUAL"
    name = spoken(" ".join(_text(element, part) for part in NAMES))
    aliases = unique([alias for alias, low in _aliases(element) if not _weak(alias, low=low)])
    places = [[_text(place, part) for part in PLACE] for place in _below(element, "_ADDRESS")]
    countries = unique(code for *_, country in places if (code := country_code(country)))
    reference = _text(element, "REFERENCE_NUMBER")
    return {
        "list": "UN",
        "name": name,
        "aliases": [alias for alias in aliases if alias != name],
        "kind": "person" if person else "entity",
        "country": countries or [code for text in _values(element, "NATIONALITY") if (code := country_code(text))],
        "addresses": unique(", ".join(filter(None, place)) for place in places if any(place[:4])),
        "identifiers": [] if person else unique(f"IMO {number}" for number in IMO.findall(_text(element, "COMMENTS1"))),
        "footnotes": [],
        "published_on": date_of(_text(element, "LISTED_ON")),
        "delisted_on": date_of(_text(element, "DELISTED_ON")),
        "citation": reference or None,
        "program": _text(element, "UN_LIST_TYPE") or None,
        "record": f"UN | {reference or _text(element, 'DATAID') or name}",
    }


def _aliases(element: etree._Element) -> list[tuple[str, bool]]:
    """Give other names, each with whether its quality is low; a name in its own script is one."""
    found = [(_text(element, "NAME_ORIGINAL_SCRIPT"), False)]
    for alias in _below(element, "_ALIAS"):
        low = _text(alias, "QUALITY").lower() == "low"
        found += [(name.strip(), low) for name in _text(alias, "ALIAS_NAME").split(";")]
    return [(name, low) for name, low in found if name]


def _weak(alias: str, *, low: bool) -> bool:
    return low and len(alias.split()) == 1


def _below(element: etree._Element, ending: str) -> Iterator[etree._Element]:
    return (child for child in element if isinstance(child.tag, str) and child.tag.endswith(ending))


def _text(element: etree._Element, name: str) -> str:
    found = element.find(f"{{*}}{name}")
    return "" if found is None else spoken(found.text)


def _values(element: etree._Element, name: str) -> list[str]:
    return [spoken(value.text) for value in element.iterfind(f"{{*}}{name}/{{*}}VALUE")]


UN_LIST = Source(
    id="un_list",
    title="Consolidated list of the Security Council",
    publisher="United Nations",
    license="United Nations, free use with attribution",
    tables=("listings",),
    recognizes=is_un_list,
    read=read_un_list,
    expected=(500, 5_000),
)
