"""The names and addresses of all listings, taken apart once."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.normalize.address import Address, parse_address
from pipelines.normalize.names import Name, fold, parse_name, spellings, words

NOT_PARTIES = frozenset({"vessel", "aircraft", "address"})
_BRACKET = re.compile(r"\s*[(（]([^()（）]*)[)）]\s*")
_SEVERAL = re.compile(r"\s*;\s*(?:and\s+)?|\s+and;\s+")
_IDENTIFIER = re.compile(r"[A-Za-z0-9]{6,}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One listing, as far as matching needs it."""

    id: str
    list: str
    name: str | None
    kind: str | None
    countries: frozenset[str]
    addresses: tuple[str, ...]
    identifiers: frozenset[str]
    row: dict[str, Any]

    @property
    def person(self) -> bool:
        return self.kind in {"person", "individual"}

    @property
    def since(self) -> dt.date | None:
        since = self.row.get("effective_on") or self.row.get("published_on")
        return since if isinstance(since, dt.date) else None

    @property
    def parsed(self) -> tuple[Address, ...]:
        return tuple(map(parse_address, self.addresses))


@dataclass(frozen=True)
class ListingIndex:
    """Every entry; every spelling of every name with the entry it is of and whether it is its name or an alias."""

    entries: list[Entry]
    names: list[Name]
    owners: list[int]
    by: list[str]


def listing_index(listings: pl.DataFrame) -> ListingIndex:
    """Take all listings apart."""
    entries = entries_of(listings)
    index = ListingIndex(entries, [], [], [])
    for place, entry in enumerate(entries):
        if entry.kind == "address":
            continue
        for by, texts in (("name", [entry.name]), ("alias", entry.row.get("aliases") or [])):
            for name in dict.fromkeys(name for text in texts if text for name in _names(text)):
                index.names.append(name)
                index.owners.append(place)
                index.by.append(by)
    return index


def entries_of(listings: pl.DataFrame) -> list[Entry]:
    """Read every listing as an entry."""
    return [_entry(row) for row in listings.iter_rows(named=True)]


def _entry(row: dict[str, Any]) -> Entry:
    addresses = tuple(part for text in row.get("addresses") or [] for part in addresses_in(text))
    identifiers = {word.upper() for text in row.get("identifiers") or [] for word in _IDENTIFIER.findall(text or "")}
    return Entry(
        row["id"],
        row["list"],
        row["name"],
        row["kind"],
        frozenset(row["country"] or []),
        addresses,
        frozenset(each for each in identifiers if any(map(str.isdigit, each))),
        row,
    )


def addresses_in(text: str | None) -> list[str]:
    """Split a text that holds several addresses."""
    return [part.strip(" .,") for part in _SEVERAL.split(text or "") if part.strip(" .,")]


def _names(text: str) -> list[Name]:
    found = []
    for spelling in spellings(text):
        found.append(parse_name(spelling))
        shorter = _BRACKET.sub(lambda part: part.group() if _is_place(part.group(1)) else " ", spelling).strip()
        if shorter and shorter != spelling and len(parse_name(shorter).tokens) > 1:
            found.append(parse_name(shorter))
    return [name for name in found if name.tokens]


def _is_place(text: str) -> bool:
    inside = fold(text).split()
    return bool(inside) and all(word in words().places for word in inside)
