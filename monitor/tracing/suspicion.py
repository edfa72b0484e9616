"""Suspicions: what leads from recognized goods through one party to restricted ends, for all parties at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from monitor.tracing.counts import UnitsAtEnd, count_units
from monitor.tracing.path import Json, Teller, plain
from pipelines.graph.tracing.reach import reach
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.schemes import Scheme, schemes
from pipelines.graph.tracing.traced import Traced, traced
from pipelines.tables import GRAPH, Tables, conform

PATHS = 3


@dataclass(frozen=True)
class Suspicion:
    """All that leads through one subject to restricted ends.

    `subject` is the consignee of the last leg whose goods were recognized; `paths`, `units`, `mine` and `searched` are
    the contract's. `starts` are the recognized shipments by which the goods enter the records on the way to the
    subject: the alert's units are theirs. `ends` has a line per party reached.
    """

    subject: str
    paths: tuple[Json, ...]
    units: tuple[UnitsAtEnd, ...]
    starts: tuple[str, ...]
    ends: tuple[Json, ...]
    mine: Json | None
    searched: Json
    rows: tuple[Json, ...] = field(default=(), repr=False)

    @property
    def parties(self) -> tuple[str, ...]:
        """Everybody on the paths, in order of appearance."""
        named = (party["id"] for path in self.paths for leg in path["legs"] for party in (leg["from"], leg["to"]))
        ends = (path["end"]["id"] for path in self.paths)
        return tuple(dict.fromkeys([*named, *ends]))

    @property
    def begun(self) -> tuple[str, str]:
        """When the earliest leg of its paths left, and its record: the order of several schemes of one subject."""
        legs = [leg for path in self.paths for leg in path["legs"] if leg["kind"] == "shipment"]
        return min((str(leg["departed_on"]), str(leg["record"])) for leg in legs)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Shipments on each path."""
        return tuple(len(shipments(path)) for path in self.paths)

    @property
    def rule(self) -> str:
        """Why the end of the best path is restricted."""
        because = self.paths[0]["end"]["restricted_because"]
        return str(because[0]["rule"]) if because else ""

    def as_json(self) -> Json:
        """Spell it as the contract of alerts does."""
        return {
            "paths": list(self.paths),
            "units": [each.as_json() for each in self.units],
            "mine": self.mine,
            "searched": self.searched,
        }


def shipments(path: Json) -> list[str]:
    """Ids of the shipments of a path, in order."""
    return [leg["record"] for leg in path["legs"] if leg["kind"] == "shipment"]


def trace_all(
    tables: Tables, *, rules: Rules | None = None, k: int = PATHS, look_back: bool = False
) -> list[Suspicion]:
    """Trace recognized goods to every restricted end: one suspicion per scheme of a subject, best first.

    `look_back` takes deliveries to parties restricted only afterwards instead of those restricted on the day.
    """
    of = traced(reach(tables, rules=rules, look_back=look_back))
    teller = Teller(tables, of)
    found = [_suspicion(tables, teller, scheme) for scheme in schemes(of, k)]
    return sorted(found, key=lambda each: (-each.paths[0]["score"], each.subject))


def _suspicion(tables: Tables, teller: Teller, scheme: Scheme) -> Suspicion:
    of = teller.of
    subject = of.reach.moves.parties[scheme.subject]
    paths = [teller.path(route) for route in scheme.found.routes]
    starts = np.array(
        sorted({*np.flatnonzero(scheme.known & of.roots), *(route.states[0] for route in scheme.found.routes)})
    )
    by_end = _by_end(teller, scheme, paths)
    counted = tuple(count_units(tables, teller, starts, states) for states in by_end.values())
    mine = _mine(tables, teller, scheme, by_end)
    firsts = [route.states[0] for route in scheme.found.routes]
    cut = scheme.found.truncated or any(each.cut for each in counted) or bool(of.continued[firsts].any())
    rows = [
        _reached(teller, scheme, paths, party, states, units)
        for (party, states), units in zip(by_end.items(), counted, strict=True)
    ]
    return Suspicion(
        subject,
        tuple(paths),
        counted,
        _ids(teller, starts),
        tuple(teller.end(states[0]) for states in by_end.values()),
        mine,
        searched(tables, of, truncated=cut),
        tuple(rows),
    )


def _ids(teller: Teller, states: Sequence[int] | np.ndarray[Any, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(teller.row(int(state))["id"] for state in states))


def _by_end(teller: Teller, scheme: Scheme, paths: Sequence[Json]) -> dict[str, list[int]]:
    """End states by party, the farthest of the best paths first."""
    of = teller.of
    order = [path["end"]["id"] for path in paths] + [end["id"] for path in paths for end in reversed(path["ends"])]
    found: dict[str, list[int]] = {party: [] for party in order}
    for state in scheme.ends:
        found.setdefault(of.reach.moves.parties[of.end_party[state]], []).append(int(state))
    return {party: states for party, states in found.items() if states}


def _mine(tables: Tables, teller: Teller, scheme: Scheme, by_end: dict[str, list[int]]) -> Json | None:
    of = teller.of
    own = np.flatnonzero(scheme.known & of.mine & of.named)
    if not len(own):
        return None
    rows = of.reach.moves.frame[np.unique(of.reach.states.move[own])]
    units = [count_units(tables, teller, own, states) for states in by_end.values()]
    return {
        "shipments": rows["id"].to_list(),
        "quantity": plain(float(rows["pieces"].sum())),
        "value_usd": plain(float(rows["value_usd"].sum())),
        "open_orders": _open_orders(tables, of, of.reach.moves.parties[scheme.subject]),
        "units": [each.as_json() for each in units],
    }


def _open_orders(tables: Tables, of: Traced, subject: str) -> list[str]:
    """Orders of the subject that no shipment names yet."""
    shipped = of.reach.moves.frame["order_id"].drop_nulls()
    orders = tables.polars("orders").filter(pl.col("consignee") == subject, ~pl.col("id").is_in(shipped.implode()))
    return orders.select(pl.col("id").unique().sort()).collect()["id"].to_list()


def searched(tables: Tables, of: Traced, *, truncated: bool) -> Json:
    """Say what was searched."""
    rules = of.reach.rules
    families = sorted({name.split("/")[0] for name in of.reach.states.goods_names}) or ["accelerator"]
    days = (
        tables.polars("shipments")
        .select(pl.col("shipped_on").min(), pl.max_horizontal("shipped_on", "arrived_on").max().alias("last"))
        .collect()
        .row(0)
    )
    held = set(tables.polars("party_keys").select(pl.col("kind").unique()).collect()["kind"]) | {"identity"}
    return {
        "max_legs": rules.max_legs,
        "dwell_days": {family: rules.dwell_of(family) for family in families},
        "forwarder_dwell_days": rules.forwarder_dwell,
        "links_used": [link for link in rules.links if link in held],
        "records_from": days[0] and days[0].isoformat(),
        "records_to": days[1] and days[1].isoformat(),
        "shipments": of.searched,
        "truncated": truncated,
    }


def _reached(
    teller: Teller, scheme: Scheme, paths: Sequence[Json], party: str, states: Sequence[int], units: UnitsAtEnd
) -> Json:
    """A row of the `reached` table: one end, with the best path that passes it."""
    of = teller.of
    number = next((at for at, path in enumerate(paths) if any(end["id"] == party for end in path["ends"])), 0)
    path, route = paths[number], scheme.found.routes[number]
    on_path = [state for state in route.states if state in states] or list(states)
    because = teller.ends[on_path[-1]][0]
    known = [state for state in route.states if scheme.last[state]]
    bounds, firm = units.pieces(recognized=False), units.pieces(recognized=True)
    return {
        "subject": of.reach.moves.parties[scheme.subject],
        "path": ">".join(shipments(path)),
        "shipment": teller.row(known[-1])["id"],
        "start": shipments(path)[0],
        "end": party,
        "end_shipment": teller.row(on_path[-1])["id"],
        "legs": route.states.index(on_path[-1]) + 1 if on_path[-1] in route.states else len(route.states),
        "rule": because["rule"],
        "on_the_day": because["on_the_day"],
        "certainty": _certainty(because, path, teller.row(on_path[-1])["id"]) if firm.least else because["certainty"],
        "verify": bool(because["verify"]),
        "recognized_least": firm.least,
        "if_same_goods_least": bounds.least,
        "if_same_goods_likely": bounds.likely,
        "if_same_goods_most": bounds.most,
        "observed": all(link["observed"] for link in path["links"]),
        "score": path["score"],
        "mine": any(bool(of.mine[state]) for state in route.states),
    }


def _certainty(because: Json, path: Json, delivery: str) -> str:
    """Say how sure an end is where joins on record tell the goods: as sure as the records are about its license."""
    stated = str(because["certainty"])
    leg = next((each for each in path["legs"] if each["record"] == delivery and each["law"]), None)
    if stated != "inferred" or because["rule"] == "headquarters" or leg is None:
        return stated
    return "on_record" if leg["law"]["on_date"]["on_record"] == "no" else "unknown_license"


def reached(suspicions: Sequence[Suspicion]) -> pl.DataFrame:
    """Make the `reached` table: a row per suspicion and end."""
    rows = [row for suspicion in suspicions for row in suspicion.rows]
    return conform(pl.DataFrame(rows, schema=GRAPH["reached"].schema), GRAPH["reached"])
