"""Who owns a party, and what it owns: chains, economic shares, legal tests, parent, headquarters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from monitor import lookup
from monitor.answers.answer import Answer, known
from pipelines import Tables
from pipelines.errors import WrongUse
from pipelines.graph.ownership.chains import Chain, chains
from pipelines.graph.ownership.control import tests_on
from pipelines.graph.ownership.economic import economic
from pipelines.graph.ownership.interests import listed_owners
from pipelines.law import controls as law
from pipelines.store import StoredRun
from pipelines.tables import day_number


def owners(run: StoredRun, party: str, *, on: dt.date | None = None, regime: str | None = None) -> Answer:
    """Say who owns a party: chains, economic shares, legal tests, ultimate parent, headquarters.

    Raises
    ------
    UnknownParty
        The name means nobody, or several.
    WrongUse
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
        raise WrongUse(f"--regime: no regime {regime!r}; there are {', '.join(each.id for each in law.regimes())}")
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
