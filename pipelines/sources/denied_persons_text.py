"""The Denied Persons List as the text BIS publishes: one order and address a line, parted by tabs, with headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.normalize.citations import effective_first, published_by_page, published_first
from pipelines.normalize.countries import country_code
from pipelines.normalize.denials import american_day, order_of, runs_from
from pipelines.normalize.entries import names_in, spoken
from pipelines.reading.listed import listed, nameless
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile, spelled
from pipelines.source import Extract, Source

NEEDED = frozenset({"name", "effective_date", "expiration_date", "standard_order", "fr_citation"})
PLACE = ("street_address", "city", "state", "postal_code", "country")
FILLED = frozenset(
    {"list", "name", "aliases", "kind", "country", "addresses", "published_on", "effective_on", "delisted_on", "scope"}
) | {"citation"}


def is_denied_persons(file: RawFile) -> bool:
    """Whether the headings are those of the Denied Persons List."""
    return not file.is_json and file.spelled >= NEEDED


def read_denied_persons(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read each file's orders as listings, piece by piece."""
    for file in files:
        for raw in file.batches():
            frame = raw.frame.rename({heading: spelled(heading) for heading in raw.headings if spelled(heading)})
            rows, bad = [], []
            for written in frame.iter_rows(named=True):
                entry = _entry({key: spoken(None if value is None else str(value)) for key, value in written.items()})
                if entry["name"]:
                    rows.append({**entry, "row": written["row"]})
                else:
                    bad.append(nameless(written["row"], written["name"], "has no name"))
            quarantined = pl.concat([raw.bad.select(bad_rows().columns), bad_rows(bad)]).sort("row")
            yield Extract("listings", listed(rows), quarantined, raw.read, columns=FILLED)


def _entry(row: Mapping[str, str]) -> dict[str, Any]:
    name, aliases = names_in(row["name"]) if row["name"] else ("", [])
    cited, effective = row["fr_citation"], row["effective_date"]
    published = published_first(cited) or published_by_page(cited)
    place = [row.get(part, "") for part in PLACE]
    country = country_code(place[-1]) or _american(row)
    address = ", ".join(filter(None, place))
    return {
        "list": "DPL",
        "name": name,
        "aliases": aliases,
        "kind": "entity",
        "country": [country] if country else [],
        "addresses": [address] if any(place[:4]) else [],
        "identifiers": [],
        "footnotes": [],
        "published_on": published,
        "effective_on": effective_first(cited) or runs_from(american_day(effective), published),
        "delisted_on": american_day(row["expiration_date"]),
        "scope": order_of(row["standard_order"]),
        "citation": cited or None,
        "record": " | ".join(["DPL", row["name"], address, effective, cited]),
    }


def _american(row: Mapping[str, str]) -> str | None:
    """Take an address with a state of two letters and a ZIP code, and no country, for one in the United States."""
    state, code = row.get("state", ""), row.get("postal_code", "")
    fits = re.fullmatch(r"[A-Z]{2}", state) and re.fullmatch(r"\d{5}(?:-\d{4})?", code)
    return "US" if fits and not row.get("country") else None


DENIED_PERSONS_TEXT = Source(
    id="denied_persons_text",
    title="Denied Persons List (text)",
    publisher="Bureau of Industry and Security",
    license="US government work",
    tables=("listings",),
    recognizes=is_denied_persons,
    read=read_denied_persons,
    expected=(300, 5_000),
)
