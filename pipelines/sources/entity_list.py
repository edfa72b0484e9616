"""The BIS Entity List with its addresses, and other US lists in the same JSON layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.errors import SourceFailed
from pipelines.normalize.entries import names_in, spoken
from pipelines.normalize.published_entries import Published, published_entry
from pipelines.normalize.published_notes import listed_together
from pipelines.reading.listed import STATED, listed, nameless, names_somebody
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

LISTS = {
    "bis-entity-list": "EL",
    "bis-meu": "MEU",
    "bis-dpl": "DPL",
    "bis-uvl": "UVL",
    "ofac-nscmic": "CMIC",
    "dow-1260h": "1260H",
    "dow-1286": "1286",
}


def list_id(file: RawFile) -> str | None:
    """Give the `list_id` of a JSON object with `entities`; None when it is none."""
    if not file.is_json or (b'"list_id"' not in file.head and b'"entities"' not in file.head):
        return None
    document = file.document
    fits = isinstance(document, Mapping) and {"entities", "list_id"} <= set(document)
    return str(document["list_id"]) if fits else None


def is_entity_list(file: RawFile) -> bool:
    """Whether it is the Entity List."""
    return list_id(file) == "bis-entity-list"


def is_other_list(file: RawFile) -> bool:
    """Whether it is another list in the same layout."""
    return list_id(file) not in (None, "bis-entity-list")


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
        entry = _entry(entity, name) if isinstance(entity, Mapping) else None
        if entry and names_somebody(entry):
            rows += [{**line, "row": number} for line in (entry, *_together(entry, entity))]
        else:
            bad.append(nameless(number, entity))
    read = len(rows) + len(bad)
    return Extract("listings", listed(rows), bad_rows(bad), read, notes=_notes(document, file), columns=_filled(name))


def _filled(of: str) -> frozenset[str]:
    return STATED - ({"scope", "footnotes"} if of not in ("EL", "DPL") else {"delisted_on"} if of == "EL" else set())


def _notes(document: Mapping[str, Any], file: RawFile) -> tuple[str, ...]:
    count, there = document.get("count"), len(document["entities"])
    if isinstance(count, int) and count != there:
        return (f"{file.name}: says it has {count:,} entries and has {there:,}; download it again",)
    return ()


def _entry(entity: Mapping[str, Any], of: str) -> dict[str, Any]:
    stated = entity.get("aliases")
    return published_entry(
        Published(
            list=of,
            name=_text(entity, "name"),
            aliases=tuple(_plain(each) for each in stated) if isinstance(stated, list) else (),
            country=spoken(_text(entity, "country")),
            address=_text(entity, "address"),
            cited=_text(entity, "federal_register"),
            notes=_text(entity, "notes"),
            effective=_text(entity, "effective_date"),
        )
    )


def _together(entry: Mapping[str, Any], entity: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the companies an entry lists with it, entries as it is: further lines of its record."""
    for line, written in enumerate(listed_together(_text(entity, "notes")), start=2):
        name, aliases = names_in(written)
        bare: dict[str, Any] = {"country": [], "addresses": [], "identifiers": [], "delisted_on": None}
        yield {**entry, **bare, "name": name, "aliases": aliases, "line": line}


def _text(entity: Mapping[str, Any], key: str) -> str:
    value = entity.get(key)
    return "; ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> str:
    """Write one value as text; half a character becomes a question mark."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode()


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
OTHER_LIST = Source(
    id="other_list",
    title="Further US lists in the layout of the Entity List",
    publisher="US government",
    license="US government work",
    tables=("listings",),
    recognizes=is_other_list,
    read=read_entity_list,
    expected=(20, 5_000),
)
