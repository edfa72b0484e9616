"""Traces: for all parties at once (`trace_all`), or on request from a shipment or a party, forward or back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from monitor.tracing.connection import path_between
from monitor.tracing.counts import UnitsAtEnd, count_units
from monitor.tracing.path import Json, Teller
from monitor.tracing.suspicion import PATHS, Suspicion, reached, searched, shipments, trace_all
from pipelines.errors import UnknownParty
from pipelines.graph.tracing.arrays import Flags
from pipelines.graph.tracing.reach import Reach, fewest_legs, reach
from pipelines.graph.tracing.routes import Field, Found, best_paths
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.schemes import Farthest, in_reach
from pipelines.graph.tracing.scores import NEVER
from pipelines.graph.tracing.traced import Traced, traced
from pipelines.tables import Tables

__all__ = ["Suspicion", "path_between", "reached", "shipments", "trace", "trace_all"]

MOST_ENDS = 20
FARTHEST_LOOK = 4
"""Ends whose units are counted for one answer."""


@dataclass(frozen=True)
class Question:
    """What is asked: from which states, to which, and whether only the farthest end counts."""

    start: Json
    starts: Flags
    goals: Flags
    back: bool
    farthest: bool


def trace(
    tables: Tables, start: str, *, back: bool = False, to: str | None = None, k: int = PATHS, rules: Rules | None = None
) -> Json:
    """Trace from a shipment or a party: forward to restricted ends or to one party, or back to where goods came from.

    Raises
    ------
    UnknownParty
        `start` is no shipment and no party of the records.
    """
    found = reach(tables, rules=rules)
    question = _question(tables, found, start, back=back, to=to)
    of = _toward(found, question)
    asked = replace(question, starts=question.starts[of.kept], goals=question.goals[of.kept])
    teller = Teller(tables, of)
    routes = _search(of, asked, k)
    paths = [teller.path(route) for route in routes.routes]
    units = _units(tables, teller, asked, [route.states for route in routes.routes])
    cut = routes.truncated or any(each.cut for each in units) or _leads_farther(found, question)
    answer: Json = {
        "start": asked.start,
        "paths": paths,
        "units": [each.as_json() for each in units],
        "searched": searched(tables, of, truncated=cut),
    }
    return answer if paths else answer | {"note": _nothing(question)}


def _question(tables: Tables, found: Reach, start: str, *, back: bool, to: str | None) -> Question:
    moves, move = found.moves, found.states.move
    known = tables.polars("shipments").filter(pl.col("id") == start).select("id", "item").collect()
    if len(known):
        starts = moves.frame["id"].is_in(_moving(tables, start).implode()).to_numpy()[move]
        about: Json = {"kind": "shipment", "id": start, "item": known["item"][0]}
    else:
        shipped, received = (_of_party(found, start, side) for side in (moves.shipper, moves.consignee))
        starts = received if back or not shipped.any() else shipped
        about = {"kind": "party", **_party(tables, found, start)}
    goals = (
        found.is_end if to is None else _of_party(found, to, moves.consignee) | _of_party(found, to, moves.intermediate)
    )
    if back:
        starts, goals = goals if to is not None else np.ones(len(move), bool), starts
    return Question(about, starts, goals, back, farthest=not back and to is None)


def _moving(tables: Tables, shipment: str) -> pl.Series:
    """Ids of the rows that move the goods of a shipment: itself, or those it describes as well."""
    told = pl.col("movement_rows").list.contains(shipment).fill_null(value=False)
    rows = tables.polars("shipments").filter((pl.col("id") == shipment) | told)
    return rows.filter(~pl.col("repeats").fill_null(value=False)).select("id").collect()["id"]


def _leads_farther(found: Reach, asked: Question) -> bool:
    """Say whether goods lead to a goal only in more shipments than are searched."""
    searched_legs = found.rules.max_legs
    legs = fewest_legs(found.graph, asked.goals, FARTHEST_LOOK * searched_legs)
    return bool((asked.starts & (legs > searched_legs)).any())


def _party(tables: Tables, found: Reach, party: str) -> Json:
    rows = tables.polars("parties").filter(pl.col("id") == party).select("id", "name", "country").collect()
    if len(rows):
        return rows.row(0, named=True)
    if party in found.moves.parties:
        return {"id": party, "name": party, "country": None}
    raise UnknownParty(f"{party!r} is no shipment and no party in the records")


def _of_party(found: Reach, party: str, side: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Flags:
    """States whose shipper, consignee or intermediate consignee (`side`) is this party."""
    if party not in found.moves.parties:
        return np.zeros(len(found.states), bool)
    flags: Flags = (side == found.moves.parties.index(party))[found.states.move]
    return flags


def _toward(found: Reach, asked: Question) -> Traced:
    """Keep what leads to the goals within the legs, and let paths end there."""
    if asked.farthest:
        return traced(found)
    wanted, fresh = asked.goals.copy(), asked.goals
    for _ in range(found.rules.max_legs - 1):
        fresh = found.graph.before(fresh) & ~wanted
        wanted |= fresh
    of = traced(found, wanted)
    return replace(of, weights=replace(of.weights, goal=np.where(asked.goals[of.kept], 0.0, NEVER)))


def _search(of: Traced, asked: Question, k: int) -> Found:
    starts = asked.starts & of.within
    if asked.back:
        starts = starts & of.roots if (starts & of.roots).any() else starts & of.reach.states.own
    farthest = Farthest(of)

    def accept(path: tuple[int, ...]) -> bool:
        if asked.farthest:
            return farthest.is_end_of(np.array(path))
        return len(path) > 1 or not (asked.back and asked.start["kind"] == "shipment")

    field = Field(of.graph, of.weights, of.reach.moves, of.reach.states.move)
    found = best_paths(field, np.flatnonzero(starts), k=k, max_legs=of.reach.rules.max_legs, accept=accept)
    old = np.arange(len(of.within))
    return Found(tuple(in_reach(route, of.graph, old) for route in found.routes), found.truncated)


def _units(tables: Tables, teller: Teller, asked: Question, paths: Sequence[tuple[int, ...]]) -> list[UnitsAtEnd]:
    """Units of the start's shipments (back: of those the paths begin with) at every end of the paths."""
    of = teller.of
    given = {path[0] for path in paths} if asked.back else set(np.flatnonzero(asked.starts & of.within).tolist())
    after = _after(of, given)
    by_end: dict[str, list[int]] = {}
    for path in paths:
        for state in reversed(path):
            if asked.goals[state]:
                by_end.setdefault(teller.end(state)["id"], [])
    for state in np.flatnonzero(after & asked.goals).tolist():
        party = teller.end(state)["id"]
        if party in by_end:
            by_end[party].append(state)
    return [
        count_units(tables, teller, sorted(given), states) for states in list(by_end.values())[:MOST_ENDS] if states
    ]


def _after(of: Traced, given: set[int]) -> Flags:
    found = np.zeros(len(of.within), bool)
    found[list(given)] = True
    fresh = found
    for _ in range(of.reach.rules.max_legs - 1):
        fresh = of.graph.after(fresh) & ~found
        found = found | fresh
    return found


def _nothing(asked: Question) -> str:
    """Say why nothing is shown; it is never a clearance."""
    nothing = "no path was found within what was searched; that is not a clearance"
    if (asked.goals if asked.back else asked.starts).any():
        return nothing
    return (
        f"these goods are not traced: other goods, not plausible as what had arrived, a return, or not known; {nothing}"
    )
