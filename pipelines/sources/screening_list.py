"""The US Consolidated Screening List: the official CSV of 28 or 29 columns, and the flat one with countries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.normalize.citations import effective_first, published_by_page, published_first
from pipelines.normalize.countries import country_code
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
from pipelines.reading.delimited import RawTable
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile, spelled
from pipelines.source import Extract, Source
from pipelines.tables import FILES

NEEDED = frozenset({"source", "name", "alt_names", "federal_register_notice", "source_list_url"})
SHORT = {"CAP": "CAPTA", "NS-MBS List": "MBS", "NS-MBS": "MBS", "NS-PLC": "PLC"}
KINDS = {"individual": "person", "vessel": "vessel", "aircraft": "aircraft"}
IDENTIFYING = re.compile(
    r"\b(?:registration|tax id|identification|lei|imo|v\.?a\.?t|license|trade|business|company|enterprise|"
    r"social credit|swift|duns|gazette|matricula|nit|rif|vessel|aircraft)",
    re.IGNORECASE,
)
SCHEMA = {**FILES["listings"].schema, "row": pl.Int64(), "record": pl.String()}
FILLED = frozenset(FILES["listings"].schema) - {"letter_type", "confidential"}


def is_screening_list(file: RawFile) -> bool:
    """Whether the headings are those of the Consolidated Screening List, in either layout."""
    return not file.is_json and file.spelled >= NEEDED


def read_screening_list(files: Sequence[RawFile]) -> list[Extract]:
    """Read each file's rows as listings; the list a row is of is in its `source`."""
    return [_read(file.table()) for file in files]


def _read(raw: RawTable) -> Extract:
    frame = raw.frame.rename({heading: spelled(heading) for heading in raw.headings if spelled(heading)})
    rows, bad = [], []
    for written in frame.iter_rows(named=True):
        row = _entry({key: spoken(str(value)) if value is not None else "" for key, value in written.items()})
        if row["list"] and (row["name"] or row["addresses"]):
            rows.append({**row, "row": written["row"]})
        else:
            bad.append(
                {
                    "row": written["row"],
                    "column": "name",
                    "value": written["name"],
                    "reason": "is an address entry without its address"
                    if is_address_only(written["name"])
                    else "has no list or neither name nor address",
                    "advice": "add the Entity List with addresses, or the official layout",
                }
            )
    quarantined = pl.concat([raw.bad.select(bad_rows().columns), bad_rows(bad)]).sort("row")
    return Extract("listings", pl.DataFrame(rows, schema=SCHEMA), quarantined, raw.read, columns=FILLED)


def short_name(source: str) -> str:
    """Name a list shortly: "Entity List (EL) - Bureau …" is EL."""
    found = re.search(r"\(([^()]+)\)", source)
    short = found[1].strip() if found else source.strip()
    return SHORT.get(short, short)


def _entry(row: Mapping[str, str]) -> dict[str, Any]:
    of, cited, scope = short_name(row["source"]), row["federal_register_notice"], row.get("license_requirement", "")
    name, inside = names_in(row["name"]) if row["name"] and not is_address_only(row["name"]) else (None, [])
    aliases, slipped = several(re.split(r"\s*;\s*", row["alt_names"]))
    addresses = unique([*addresses_in(row.get("addresses")), *slipped])
    countries = unique([*_countries(row.get("countries", "")), *countries_of(row.get("addresses", "").split(";"))])
    published, started = published_first(cited) or published_by_page(cited), date_of(row.get("start_date"))
    return {
        "list": of,
        "name": name,
        "aliases": [alias for alias in unique([*inside, *aliases]) if alias != name],
        "kind": KINDS.get(row.get("type", "").lower(), "entity") if name else "address",
        "country": countries,
        "addresses": addresses,
        "identifiers": _identifiers(row.get("ids", "")),
        "published_on": published,
        "effective_on": effective_first(cited) or started,
        "delisted_on": date_of(row.get("end_date")),
        "scope": scope or None,
        "footnotes": footnotes_in(scope) if of == "EL" else [],
        "citation": cited or None,
        "program": row.get("programs") or None,
        "record": " | ".join(
            [of, row.get("entity_number", ""), row["name"], *sorted(countries), *addresses[:1], cited]
        ),
    }


def _countries(text: str) -> list[str]:
    """Read countries written 'CN HK', 'CN; HK' or by name."""
    whole = country_code(text)
    if whole or not text:
        return [whole] if whole else []
    tokens = re.split(r"[;,\s]+", text)
    if all(len(token) == 2 for token in tokens):
        return [code for token in tokens if (code := country_code(token))]
    parts = [code for part in re.split(r"\s*[;,]\s*", text) if (code := country_code(part))]
    return parts or [token for token in tokens if len(token) == 2 and token.isupper() and country_code(token) == token]


def _identifiers(text: str) -> list[str]:
    """Keep what identifies: the numbers of entries such as '1148904001971, Registration ID'."""
    found = []
    for entry in text.split(";"):
        if IDENTIFYING.search(entry):
            found += [part for part in map(str.strip, entry.split(",")) if len(part) >= 5 and re.search(r"\d{3}", part)]
    return unique(found)


SCREENING_LIST = Source(
    id="screening_list",
    title="Consolidated Screening List",
    publisher="US International Trade Administration",
    license="US government work",
    tables=("listings",),
    recognizes=is_screening_list,
    read=read_screening_list,
    expected=(15_000, 60_000),
)
