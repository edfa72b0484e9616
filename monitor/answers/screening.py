"""Compare a name, or an address, with every list of a run."""

from __future__ import annotations

import polars as pl

from monitor.answers.answer import Answer, known
from pipelines import Tables
from pipelines.errors import WrongUse
from pipelines.normalize.countries import country_code
from pipelines.resolve.listing_keys import listings_near
from pipelines.resolve.screen import Match, screen_name
from pipelines.resolve.screen_addresses import screen_addresses
from pipelines.store import StoredRun
from pipelines.tables import GRAPH, conform


def screen(run: StoredRun, name: str, *, country: str | None = None, address: str | None = None) -> Answer:
    """Compare a name, and an address by itself, with every listing of the run.

    `ended` are matches with entries that were taken off, or expired, before the run's day.

    Raises
    ------
    WrongUse
        The country is not understood.
    """
    code = country_code(country) if country else None
    if country and code is None:
        raise WrongUse(f"country {country!r} is not understood; give an ISO code or a name")
    tables = run.tables()
    listings = tables.frame("listings")
    matches = [_match(each) for each in screen_name(name, code, address, _near(run, name, listings))]
    matches += _at_address(address, code, listings) if address else []
    ended = [each for each in matches if each["delisted_on"] and each["delisted_on"] < run.info.as_of]
    return {
        "query": {"name": name, "country": code, "address": address},
        "on": None,
        "known": known(run),
        "matches": [each for each in matches if each not in ended],
        "ended": ended,
        "searched": {"lists": _lists(tables, listings)},
    }


def _near(run: StoredRun, name: str, listings: pl.DataFrame) -> pl.DataFrame:
    """Leave out listings that share no blocking key with the name: the answer is the same, and there sooner."""
    if "listing_keys" not in run.names():
        return listings
    return listings.filter(pl.col("id").is_in(listings_near(name, run.table("listing_keys").collect())))


def _lists(tables: Tables, listings: pl.DataFrame) -> dict[str, Answer]:
    """Per list: how many entries it has, and the versions of the files they are from."""
    versions = tables.frame("sources").filter(pl.col("table") == "listings").select(sources="id", version="version")
    files = listings.select("list", "sources").explode("sources").unique().join(versions, on="sources", how="left")
    named = dict(files.group_by("list").agg(pl.col("version").drop_nulls().unique().sort()).iter_rows())
    counted = listings.group_by("list").len().sort("list").iter_rows()
    return {name: {"version": ", ".join(named[name]) or None, "entries": entries} for name, entries in counted}


def _match(found: Match) -> Answer:
    row = found.entry.row
    return {
        "list": found.list,
        "entry": found.entry.name,
        "name": found.name,
        "score": round(found.score, 3),
        "band": found.band,
        "published_on": row.get("published_on"),
        "effective_on": row.get("effective_on"),
        "amended_on": row.get("amended_on") or [],
        "delisted_on": row.get("delisted_on"),
        "delisted_inferred": bool(row.get("delisted_inferred")),
        "citation": row.get("citation"),
        "evidence": [{"claim": each.claim, "detail": each.detail, "weight": each.weight} for each in found.evidence],
    }


def _at_address(address: str, country: str | None, listings: pl.DataFrame) -> list[Answer]:
    """Listings at the address: an address-only entry at the unit is a match, anything else is for review."""
    party = conform(
        pl.DataFrame([{"id": "asked", "name": "asked", "address": address, "country": country}]), GRAPH["parties"]
    )
    found = screen_addresses(party, GRAPH["mentions"].empty(), GRAPH["shipments"].empty(), listings)
    return [
        {
            "list": row["list"],
            "entry": row["entry"],
            "name": None,
            "score": 1.0 if row["unit_level"] else 0.5,
            "band": "match" if row["address_only"] and row["unit_level"] else "review",
            "published_on": row["published_on"],
            "effective_on": row["since_on"],
            "amended_on": [],
            "delisted_on": row["until_on"],
            "delisted_inferred": bool(row["delisted_inferred"]),
            "citation": row["citation"],
            "evidence": [{"claim": "same_address", "detail": row["detail"], "weight": 1.0}],
        }
        for row in found.to_dicts()
    ]
