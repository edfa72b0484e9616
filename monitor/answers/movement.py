"""Where goods went or came from, and how parties are connected."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from monitor import lookup
from monitor import trace as tracer
from monitor.answers.answer import Answer, known
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.view import neighborhood
from pipelines.store import StoredRun


def trace(
    run: StoredRun,
    start: str,
    *,
    back: bool = False,
    to: str | None = None,
    k: int = 3,
    max_legs: int | None = None,
    rules: Rules | None = None,
) -> Answer:
    """Trace from a shipment or a party, forward or back, to restricted ends or to one party.

    `rules` are those of the settings (the shipped ones if not given); `max_legs` stands instead of theirs.

    Raises
    ------
    UnknownParty
        A name means nobody, or several.
    """
    tables = run.tables()
    is_shipment = not tables.polars("shipments").filter(pl.col("id") == start).collect().is_empty()
    origin = start if is_shipment else lookup.party(tables, start)
    target = lookup.party(tables, to) if to else None
    rules = rules or Rules()
    limits = replace(rules, max_legs=max_legs or rules.max_legs)
    found = tracer.trace(tables, origin, back=back, to=target, k=k, rules=limits)
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
