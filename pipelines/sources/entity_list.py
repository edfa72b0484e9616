"""The BIS Entity List with its addresses, and other US lists in the same JSON layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.errors import SourceFailed
from pipelines.normalize.citations import effective_first, published_by_page, published_first
from pipelines.normalize.entries import (
    addresses_in,
    countries_of,
    date_of,
    footnotes_in,
    is_address_only,
    names_in,
    several,
    spoken,
    unique,
)
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source
from pipelines.tables import FILES

LISTS = {
    "bis-entity-list": "EL",
    "bis-meu": "MEU",
    "bis-dpl": "DPL",
    "bis-uvl": "UVL",
    "ofac-nscmic": "CMIC",
    "dow-1260h": "1260H",
}
SCHEMA = {**FILES["listings"].schema, "row": pl.Int64(), "record": pl.String()}


def is_entity_list(file: RawFile) -> bool:
    """Whether a file is a JSON object with `list_id` and `entities`."""
    document = file.document if file.is_json else None
    return isinstance(document, Mapping) and "entities" in document and "list_id" in document


def read_entity_list(files: Sequence[RawFile]) -> list[Extract]:
    """Read each file's entries as listings.

    Raises
    ------
    SourceFailed
        `entities` is no list.
    """
    return [_read(file) for file in files]


def _read(file: RawFile) -> Extract:
    document = file.document
    entities = document.get("entities")
    if not isinstance(entities, list):
        raise SourceFailed(f"{file.name}: `entities` is no list; download the list again")
    name = LISTS.get(str(document["list_id"]), str(document["list_id"]))
    rows, bad = [], []
    for number, entity in enumerate(entities, start=1):
        row = _entry(entity, name) if isinstance(entity, Mapping) else None
        if row and (row["name"] or row["addresses"]):
            rows.append({**row, "row": number})
        else:
            bad.append(
                {
                    "row": number,
                    "column": "name",
                    "value": str(entity)[:200],
                    "reason": "has neither name nor address",
                    "advice": "download the list again",
                }
            )
    frame = pl.DataFrame(rows, schema=SCHEMA)
    return Extract(
        "listings", frame, bad_rows(bad), len(entities), notes=_notes(document, file), columns=frozenset(_FILLED)
    )


_FILLED = (
    "list",
    "name",
    "aliases",
    "kind",
    "country",
    "addresses",
    "published_on",
    "effective_on",
    "scope",
    "footnotes",
    "citation",
)


def _notes(document: Mapping[str, Any], file: RawFile) -> tuple[str, ...]:
    count, there = document.get("count"), len(document["entities"])
    if isinstance(count, int) and count != there:
        return (f"{file.name}: says it has {count:,} entries and has {there:,}; download it again",)
    return ()


def _entry(entity: Mapping[str, Any], of: str) -> dict[str, Any]:
    written, cited = spoken(_text(entity, "name")), spoken(_text(entity, "federal_register"))
    country, scope = spoken(_text(entity, "country")), spoken(_text(entity, "notes"))
    addresses = addresses_in(_text(entity, "address"), country)
    name, inside = names_in(written) if written and not is_address_only(written) else (None, [])
    stated = entity.get("aliases")
    aliases, slipped = several(str(each) for each in stated) if isinstance(stated, list) else ([], [])
    addresses = unique([*addresses, *slipped])
    return {
        "list": of,
        "name": name,
        "aliases": [alias for alias in unique([*inside, *aliases]) if alias != name],
        "kind": "entity" if name else "address",
        "country": countries_of(addresses, country),
        "addresses": addresses,
        "identifiers": [],
        "published_on": published_first(cited) or published_by_page(cited),
        "effective_on": effective_first(cited) or date_of(entity.get("effective_date")),
        "scope": scope or None,
        "footnotes": footnotes_in(scope),
        "citation": cited or None,
        "record": " | ".join([of, written, country, *addresses[:1], cited]),
    }


def _text(entity: Mapping[str, Any], key: str) -> str | None:
    value = entity.get(key)
    return "; ".join(map(str, value)) if isinstance(value, list) else None if value is None else str(value)


ENTITY_LIST = Source(
    id="entity_list",
    title="Entity List, with addresses",
    publisher="Bureau of Industry and Security (Supplement No. 4 to Part 744 of the EAR)",
    license="US government work",
    tables=("listings",),
    recognizes=is_entity_list,
    read=read_entity_list,
    expected=(2_500, 6_000),
)
