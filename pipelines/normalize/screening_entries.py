"""One entry of the US Consolidated Screening List, from its official columns to a listing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipelines.normalize.citations import effective_first, published_by_page, published_first
from pipelines.normalize.countries import country_code
from pipelines.normalize.denials import order_of, runs_from
from pipelines.normalize.entries import (
    addresses_in,
    countries_of,
    date_of,
    footnotes_in,
    is_address_only,
    names_in,
    several,
    unique,
)
from pipelines.normalize.remarks import identifying, program_tags, sites, weak_aliases

SHORT = {"CAP": "CAPTA", "NS-MBS List": "MBS", "NS-MBS": "MBS", "NS-PLC": "PLC", "NS-CMIC": "CMIC"}
KINDS = {"individual": "person", "vessel": "vessel", "aircraft": "aircraft"}
MERGED = re.compile(r"\s*;\s*")


def short_name(source: str) -> str:
    """Name a list shortly: "Entity List (EL) - Bureau …" is EL."""
    found = re.search(r"\(([^()]+)\)", source)
    short = found[1].strip() if found else source.strip()
    return SHORT.get(short, short)


def screening_entry(row: Mapping[str, str]) -> dict[str, Any]:
    """Read an entry from its columns as text; several values of one column are parted by semicolons."""
    of, written, cited = short_name(row.get("source", "")), row.get("name", ""), row.get("federal_register_notice", "")
    scope = row.get("license_requirement", "")
    name, inside = names_in(written) if written and not is_address_only(written) else (None, [])
    aliases, slipped = several(MERGED.split(row.get("alt_names", "")))
    aliases += weak_aliases(row.get("remarks"))
    addresses = unique([*addresses_in(row.get("addresses")), *slipped])
    countries = _countries(row)
    published, started = published_first(cited) or published_by_page(cited), date_of(row.get("start_date"))
    kind = KINDS.get(row.get("type", "").lower(), "entity") if name else "address"
    return {
        "list": of,
        "name": name,
        "aliases": [alias for alias in unique([*inside, *aliases]) if alias != name],
        "kind": kind,
        "country": countries or _nationalities(row),
        "addresses": addresses,
        "identifiers": _identifiers(row, person=kind == "person"),
        "published_on": published,
        "effective_on": effective_first(cited) or (runs_from(started, published) if of == "DPL" else started),
        "delisted_on": date_of(row.get("end_date")),
        "scope": scope or order_of(row.get("standard_order")),
        "footnotes": footnotes_in(scope) if of == "EL" else [],
        "citation": cited or None,
        "program": program_tags(MERGED.split(row.get("programs", "")), row.get("remarks"), row.get("ids")),
        "record": " | ".join([of, row.get("entity_number", ""), written, *sorted(countries), *addresses[:1], cited]),
    }


def _countries(row: Mapping[str, str]) -> list[str]:
    """Name the countries stated, those the addresses end in, and the flag of a vessel."""
    flag = country_code(row["vessel_flag"]) if row.get("vessel_flag") else None
    stated = _spelled(row.get("countries", "")) or _spelled(row.get("country", ""))
    return unique([*stated, *countries_of(row.get("addresses", "").split(";")), *([flag] if flag else [])])


def _nationalities(row: Mapping[str, str]) -> list[str]:
    return unique([*_spelled(row.get("nationalities", "")), *_spelled(row.get("citizenships", ""))])


def _spelled(text: str) -> list[str]:
    """Read countries written 'CN HK', 'CN; HK' or by name."""
    whole = country_code(text)
    if whole or not text:
        return [whole] if whole else []
    tokens = re.split(r"[;,\s]+", text)
    if all(len(token) == 2 for token in tokens):
        return [code for token in tokens if (code := country_code(token))]
    parts = [code for part in re.split(r"\s*[;,]\s*", text) if (code := country_code(part))]
    return parts or [token for token in tokens if len(token) == 2 and token.isupper() and country_code(token) == token]


def _identifiers(row: Mapping[str, str], *, person: bool) -> list[str]:
    texts = [row.get("ids"), row.get("remarks")]
    numbers = [number for text in texts for number in identifying(text, person=person)]
    sign = row.get("call_sign", "")
    return unique([*numbers, *([sign] if len(sign) >= 4 else []), *(host for text in texts for host in sites(text))])
