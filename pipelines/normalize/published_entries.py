"""One entry of a list as its publisher words it, from its parts as text to a listing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipelines.normalize.citations import effective_first, published_by_page, published_first
from pipelines.normalize.denials import runs_from
from pipelines.normalize.entries import (
    addresses_in,
    countries_of,
    date_of,
    is_address_only,
    names_in,
    several,
    spoken,
    unique,
)
from pipelines.normalize.published_notes import noted


@dataclass(frozen=True)
class Published:
    """The parts of an entry as written; `notes` are the license requirement on the Entity List."""

    list: str
    name: str
    aliases: tuple[str, ...] = ()
    country: str = ""
    address: str = ""
    cited: str = ""
    notes: str = ""
    effective: str = ""


def published_entry(entry: Published) -> dict[str, Any]:
    """Read an entry: names apart from aliases, addresses one by one, days, scope and footnotes."""
    written, cited = spoken(entry.name), spoken(entry.cited).rstrip(". ")
    name, inside = names_in(written) if written and not is_address_only(written) else (None, [])
    aliases, slipped = several(entry.aliases)
    addresses = unique([*addresses_in(entry.address, entry.country), *slipped])
    said = noted(entry.list, entry.notes)
    published = published_first(cited) or published_by_page(cited) or said.pop("published_on", None)
    stated = date_of(entry.effective)
    return {
        "list": entry.list,
        "name": name,
        "aliases": _others(name, [*inside, *aliases]),
        "kind": "entity" if name else "address",
        "country": countries_of(addresses, entry.country),
        "addresses": addresses,
        "identifiers": [],
        **said,
        "published_on": published,
        "effective_on": effective_first(cited) or (runs_from(stated, published) if entry.list == "DPL" else stated),
        "citation": cited or None,
        "record": " | ".join([entry.list, written, entry.country, *addresses[:1], cited]),
    }


def _others(name: str | None, aliases: Iterable[str]) -> list[str]:
    return [alias for alias in unique(aliases) if alias != name]
