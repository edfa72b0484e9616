"""Addresses in use against the addresses of listings, with or without a name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from pipelines.normalize.address import Address, parse_address
from pipelines.normalize.addresses import same_unit_parsed
from pipelines.resolve.evidence import same_country
from pipelines.resolve.listing_index import Entry, addresses_in, entries_of
from pipelines.tables import GRAPH, conform

_BUSIEST = 500
"""An address key that more listed addresses share says too little to compare them all."""


@dataclass(frozen=True, slots=True)
class _Use:
    """One address in use: by a party, or only as the delivery address of a shipment."""

    party: str | None
    shipment: str | None
    text: str
    country: str | None


def screen_addresses(
    parties: pl.DataFrame, mentions: pl.DataFrame, shipments: pl.DataFrame, listings: pl.DataFrame
) -> pl.DataFrame:
    """Compare every address of every party, and every delivery address, with every address of every listing.

    Rows agree at least on the house; `unit_level` says whether down to the unit. `crowd` counts the parties that use
    the address (its unit, else its house). An address without house number, street or building is not compared.
    """
    uses = _uses(parties, mentions, shipments)
    known = [(entry, text, parse_address(text)) for entry in entries_of(listings) for text in entry.addresses]
    blocks = _blocks(known)
    asked: dict[str, list[tuple[Entry, str, bool, str]]] = {}
    for text in dict.fromkeys(use.text for use in uses):
        asked[text] = _found(text, known, blocks)
    rows = [_row(use, *each) for use in uses for each in asked[use.text] if _may_be(use, each[0], each[1])]
    if not rows:
        return GRAPH["address_listings"].empty()
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(_crowd())
    order = ["listing", "party", "shipment", "unit_level", "address"]
    frame = frame.sort(order, descending=[False, False, False, True, False], nulls_last=True)
    return conform(
        frame.unique(["listing", "party", "shipment"], keep="first", maintain_order=True), GRAPH["address_listings"]
    )


def _crowd() -> pl.Expr:
    place = pl.when(pl.col("unit_level")).then(pl.col("listed_address")).otherwise(pl.col("house"))
    return pl.col("party").drop_nulls().n_unique().over(place, pl.col("unit_level")).cast(pl.Int64).alias("crowd")


def _uses(parties: pl.DataFrame, mentions: pl.DataFrame, shipments: pl.DataFrame) -> list[_Use]:
    said = (
        pl.concat(
            [
                parties.select(party="id", address="address", country="country"),
                mentions.select("party", "address", "country"),
            ]
        )
        .unique()
        .sort("party", "address", "country")
    )
    found = [
        _Use(party, None, text, country) for party, whole, country in said.iter_rows() for text in addresses_in(whole)
    ]
    if "delivery_address" in shipments.columns:
        country = (
            pl.col("destination_country") if "destination_country" in shipments.columns else pl.lit(None, pl.String)
        )
        sent = shipments.filter(pl.col("delivery_address").is_not_null()).select(
            "id", "delivery_address", country.alias("to")
        )
        found += [
            _Use(None, shipment, text, to) for shipment, whole, to in sent.iter_rows() for text in addresses_in(whole)
        ]
    return found


def _blocks(known: list[tuple[Entry, str, Address]]) -> dict[str, list[int]]:
    blocks: dict[str, list[int]] = defaultdict(list)
    for place, (_, _, address) in enumerate(known):
        for key in _block_keys(address):
            blocks[key].append(place)
    return {key: places for key, places in blocks.items() if len(places) <= _BUSIEST}


def _block_keys(address: Address) -> set[str]:
    """Key an address by its numbers with the first letters of what may be a street or a building."""
    numbers = {str(end) for end in address.numbers or ()} | set(address.units)
    starts = {"".join(address.words[place:])[:5] for place in range(len(address.words))}
    return {f"{number}:{start}" for number in numbers for start in starts if len(start) > 2} | {
        f"={building}" for building in address.buildings if len(building) >= 4
    }


def _found(
    text: str, known: list[tuple[Entry, str, Address]], blocks: dict[str, list[int]]
) -> list[tuple[Entry, str, bool, str]]:
    address = parse_address(text)
    places = sorted({place for key in _block_keys(address) for place in blocks.get(key, ())})
    found = []
    for place in places:
        entry, listed, other = known[place]
        unit, detail = same_unit_parsed(address, other)
        if unit or detail.startswith(("same house", "same building")):
            found.append((entry, listed, unit, detail))
    return found


def _may_be(use: _Use, entry: Entry, listed: str) -> bool:
    """Whether countries allow it: those stated, unless both texts name the same city."""
    countries = {use.country} if use.country else set()
    if same_country(countries, entry.countries) != "different":
        return True
    return bool(parse_address(use.text).places & parse_address(listed).places)


def _row(use: _Use, entry: Entry, listed: str, unit: bool, detail: str) -> dict[str, object]:
    row, since = entry.row, entry.since
    house = " ".join(detail.split(",")[:1])
    return {
        "party": use.party,
        "shipment": use.shipment,
        "address": use.text,
        "listing": entry.id,
        "list": entry.list,
        "entry": entry.name or f"address {listed}",
        "address_only": entry.kind == "address" or entry.name is None,
        "unit_level": unit,
        "effect": row.get("effect"),
        "dated": since is not None,
        "since_on": since,
        "until_on": row.get("delisted_on"),
        "published_on": row.get("published_on"),
        "citation": row.get("citation"),
        "detail": f"{detail} (listed: {listed})",
        "delisted_inferred": row.get("delisted_inferred"),
        "confidential": row.get("confidential"),
        "listed_address": listed,
        "house": house,
    }
