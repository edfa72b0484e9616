"""The questions analysts ask: pure functions over one stored run, used by every face."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from monitor import lookup
from monitor import trace as tracer
from monitor.check import knobs
from monitor.red_flag import RedFlag
from monitor.red_flags import FLAGS
from monitor.settings import FlagSetting
from pipelines import Tables
from pipelines import controls as law
from pipelines.errors import InputError
from pipelines.graph.chains import Chain, chains
from pipelines.graph.control import tests_on
from pipelines.graph.economic import economic
from pipelines.graph.interests import listed_owners
from pipelines.graph.view import neighborhood
from pipelines.normalize.countries import country_code
from pipelines.resolve.screen import Match, screen_name
from pipelines.resolve.screen_addresses import screen_addresses
from pipelines.store import StoredRun
from pipelines.tables import GRAPH, conform, day_number

Answer = dict[str, Any]


def known(run: StoredRun) -> Answer:
    """Say what was known: the run and when it was made."""
    return {"run": run.info.run, "made_at": run.info.made_at}


def screen(run: StoredRun, name: str, *, country: str | None = None, address: str | None = None) -> Answer:
    """Compare a name, and an address by itself, with every listing of the run.

    Raises
    ------
    InputError
        The country is not understood.
    """
    code = country_code(country) if country else None
    if country and code is None:
        raise InputError(f"country {country!r} is not understood; give an ISO code or a name")
    listings = run.tables().frame("listings")
    matches = [_match(each) for each in screen_name(name, code, address, listings)]
    entries = listings.group_by("list").len().sort("list")
    return {
        "query": {"name": name, "country": code, "address": address},
        "on": None,
        "known": known(run),
        "matches": matches + (_at_address(address, code, listings) if address else []),
        "searched": {
            "lists": {
                row["list"]: {
                    "version": ", ".join(filter(None, run.info.lists.values())) or None,
                    "entries": row["len"],
                }
                for row in entries.to_dicts()
            }
        },
    }


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
            "citation": row["citation"],
            "evidence": [{"claim": "same_address", "detail": row["detail"], "weight": 1.0}],
        }
        for row in found.to_dicts()
    ]


def owners(run: StoredRun, party: str, *, on: dt.date | None = None, regime: str | None = None) -> Answer:
    """Say who owns a party: chains, economic shares, legal tests, ultimate parent, headquarters.

    Raises
    ------
    UnknownParty
        The name means nobody, or several.
    InputError
        There is no such regime.
    """
    tables = run.tables()
    subject, day = lookup.party(tables, party), on or tables.as_of
    held = tables.frame("ownership")
    shares = economic(held, on_day=day, owned=[subject])
    return {
        **_ownership(run, tables, subject, day),
        "chains": _chains(tables, chains(held, subject, direction="owners", on_day=day)),
        "totals": _totals(tables, shares.filter(pl.col("owned") == subject), "owner"),
        "tests": _tests(tables, held, subject, day, regime),
    }


def owned(run: StoredRun, party: str, *, on: dt.date | None = None) -> Answer:
    """Say what a party owns, directly and through others.

    Raises
    ------
    UnknownParty
        The name means nobody, or several.
    """
    tables = run.tables()
    subject, day = lookup.party(tables, party), on or tables.as_of
    held = tables.frame("ownership")
    shares = economic(held, on_day=day, owners=[subject])
    return {
        **_ownership(run, tables, subject, day),
        "chains": _chains(tables, chains(held, subject, direction="owned", on_day=day)),
        "totals": _totals(tables, shares, "owned"),
        "tests": [],
    }


def _ownership(run: StoredRun, tables: Tables, subject: str, day: dt.date) -> Answer:
    number = day_number(day)
    stretch = tables.polars("headquarters").filter(
        pl.col("party") == subject,
        pl.col("from_day").fill_null(number) <= number,
        pl.col("until_day").fill_null(number) >= number,
    )
    found = next(iter(stretch.collect().to_dicts()), {})
    parent = found.get("ultimate_parent")
    return {
        "party": lookup.spelled(tables, [subject])[subject],
        "on": day,
        "known": known(run),
        "ultimate_parent": lookup.spelled(tables, [parent])[parent] if parent else None,
        "headquarters": found.get("country"),
        "headquarters_basis": found.get("basis"),
        "headquarters_because": found.get("because"),
    }


def _chains(tables: Tables, found: Sequence[Chain]) -> list[Answer]:
    names = lookup.spelled(tables, sorted({party for chain in found for party in chain.parties}))
    return [
        {
            "parties": [names[party] for party in chain.parties],
            "shares": [{"least": least, "most": most, "open": ends} for least, most, ends in chain.shares],
            "cut": chain.cut,
        }
        for chain in found
    ]


def _totals(tables: Tables, shares: pl.DataFrame, side: str) -> list[Answer]:
    names = lookup.spelled(tables, shares.get_column(side).to_list())
    listed = set(tables.polars("parties").filter(pl.col("listed")).select("id").collect().get_column("id"))
    return [
        {
            "party": names[row[side]],
            "economic": {"least": row["least"], "most": row["most"]},
            "listed": row[side] in listed,
            "tight": row["tight"],
        }
        for row in shares.sort("least", "most", side, descending=[True, True, False]).to_dicts()
    ]


def _tests(tables: Tables, held: pl.DataFrame, subject: str, day: dt.date, regime: str | None) -> list[Answer]:
    regimes = [each for each in law.regimes() if regime in (None, each.id)]
    if not regimes:
        raise InputError(f"no regime {regime!r}; there are {', '.join(each.id for each in law.regimes())}")
    counted = listed_owners(tables.frame("screenings"), regimes)
    found = tests_on(held, counted, regimes=regimes, day=day_number(day), parties=tables.frame("parties"))
    rows = {row["regime"]: row for row in found.filter(pl.col("party") == subject).to_dicts()}
    return [_test(tables, each.id, rows.get(each.id)) for each in regimes]


def _test(tables: Tables, regime: str, row: Mapping[str, Any] | None) -> Answer:
    """Spell a test; none means that no listed owner is on record, which is a negative on these records only."""
    if row is None:
        return {
            "regime": regime,
            "result": "negative",
            "least": 0.0,
            "most": 0.0,
            "by": [],
            "settled_by": None,
            "status": None,
            "verify": False,
            "chain": [],
        }
    names = lookup.spelled(tables, row["by"] or [])
    return {
        "regime": regime,
        "result": row["result"],
        "least": row["least"],
        "most": row["most"],
        "by": [each["name"] for each in names.values()],
        "settled_by": row["settled_by"],
        "status": row["status"],
        "verify": row["verify"],
        "chain": row["chain"],
    }


def trace(
    run: StoredRun, start: str, *, back: bool = False, to: str | None = None, k: int = 3, max_legs: int = 6
) -> Answer:
    """Trace from a shipment or a party, forward or back, to restricted ends or to one party.

    Raises
    ------
    UnknownParty
        A name means nobody, or several.
    """
    tables = run.tables()
    is_shipment = not tables.polars("shipments").filter(pl.col("id") == start).collect().is_empty()
    origin = start if is_shipment else lookup.party(tables, start)
    target = lookup.party(tables, to) if to else None
    found = tracer.trace(tables, origin, back=back, to=target, k=k, max_legs=max_legs)
    return {**found, "on": None, "known": known(run)}


def path(run: StoredRun, a: str, b: str) -> Answer:
    """Show how two parties are connected.

    Raises
    ------
    UnknownParty
        A name means nobody, or several.
    """
    tables = run.tables()
    found = tracer.path_between(tables, lookup.party(tables, a), lookup.party(tables, b))
    return {**found, "on": None, "known": known(run)}


def neighbors(run: StoredRun, party: str, *, hops: int = 1, limit: int = 200) -> Answer:
    """Show what a party is directly connected with.

    Raises
    ------
    UnknownParty
        The name means nobody, or several.
    """
    tables = run.tables()
    view = neighborhood(tables, lookup.party(tables, party), hops, limit=limit)
    return {
        "nodes": [{"id": node, **facts} for node, facts in view.nodes(data=True)],
        "edges": [{"from": a, "to": b, **facts} for a, b, facts in view.edges(data=True)],
        "searched": {"hops": hops, "limit": limit, "truncated": view.graph["cut"]},
        "on": None,
        "known": known(run),
    }


def flags(settings: Mapping[str, FlagSetting]) -> list[Answer]:
    """List the red flags with their parameters as set."""
    return [_flag(each, settings.get(each.id, FlagSetting())) for each in FLAGS]


def flag(name: str) -> Answer:
    """Show one red flag in full.

    Raises
    ------
    InputError
        There is no such flag.
    """
    found = next((each for each in FLAGS if each.id == name), None)
    if found is None:
        raise InputError(f"no red flag {name!r}; entrepot flags list names them")
    return {
        **_flag(found, FlagSetting()),
        "family": found.family,
        "kind": found.kind,
        "says": found.says,
        "misses": found.misses,
        "innocent": [list(pair) for pair in found.innocent],
        "examples": [f"{each.name}: {'raises' if each.party else 'silent'}" for each in found.examples],
    }


def _flag(each: RedFlag, setting: FlagSetting) -> Answer:
    return {
        "id": each.id,
        "title": each.title,
        "severity": each.severity.value,
        "cites": [asdict(cite) for cite in each.cites],
        "parameters": {**knobs(each), **setting.parameters},
        "enabled": setting.enabled,
    }


def controls(on: dt.date) -> list[Answer]:
    """List the measures of a day with their status and whether they are to be verified."""
    return [
        {
            "id": each.id,
            "kind": each.kind,
            "status": each.status_on(on),
            "binds": each.binds(on),
            "verify": each.to_verify(on),
            "title": each.title,
            "citation": each.citation,
            "valid_from": each.valid_from,
            "applies_from": each.applies_from,
            "valid_to": each.valid_to,
            "savings_until": each.savings_until,
            "addressee": list(each.addressee),
        }
        for each in law.on(on)
    ]
