"""Views for people and notebooks: a neighborhood, or some paths, as a networkx graph.

Whole-graph questions stay with the tables: a view holds what one looks at, and says when it was cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import networkx as nx
import polars as pl

from pipelines.graph.tracing.rules import CROWD
from pipelines.tables import Tables

KEYS = {"address": "shared_address", "contact": "shared_contact", "officer": "shared_officer", "identity": "same_party"}
"""Hand-over keys that two parties may share, and what the edge is called."""

SHOWN = ("name", "kind", "country", "headquarters_country", "group", "listed", "mine")
OF_SHIPMENT = (
    "id",
    "source",
    "item",
    "chip",
    "family",
    "quantity",
    "pieces",
    "value_usd",
    "shipped_on",
    "arrived_on",
    "license",
)
OF_OWNERSHIP = ("source", "record", "least", "most", "open", "interest", "from_on", "until_on")
OF_PAYMENT = ("id", "source", "amount_usd", "paid_on", "method")


def neighborhood(tables: Tables, party: str, hops: int = 1, *, limit: int = 200) -> nx.MultiDiGraph:
    """Show what a party is connected to: shipments, payments, ownership, shared addresses, contacts and officers.

    An edge's key is its kind and record; `kind` is shipment, payment, ownership, shared_address, shared_contact,
    shared_officer or same_party. At most `limit` parties: the nearest, then those with most connections.
    `graph["cut"]` says whether any was left out. An unknown party gives an empty view.
    """
    view: nx.MultiDiGraph = nx.MultiDiGraph(party=party, hops=hops, limit=limit, cut=False)
    if tables.polars("parties").filter(pl.col("id") == party).collect().is_empty():
        return view
    inside, wave = {party}, {party}
    for _ in range(hops):
        wave = _next(view, _edges(tables, wave), inside, limit)
        inside |= wave
    _draw(view, tables, inside)
    return view


def _next(view: nx.MultiDiGraph, edges: pl.DataFrame, inside: set[str], limit: int) -> set[str]:
    """Choose the parties one hop further, those with most connections first."""
    ends = pl.concat([edges["from"], edges["to"]]).rename("party").to_frame()
    met = ends.filter(~pl.col("party").is_in(list(inside))).group_by("party").len()
    ranked = met.sort(["len", "party"], descending=[True, False])["party"].to_list()
    room = max(limit - len(inside), 0)
    if len(ranked) > room:
        view.graph["cut"] = True
    return set(ranked[:room])


def _draw(view: nx.MultiDiGraph, tables: Tables, inside: set[str]) -> None:
    parties = tables.polars("parties").filter(pl.col("id").is_in(list(inside))).collect()
    view.add_nodes_from(sorted(inside))
    for row in parties.iter_rows(named=True):
        view.add_node(row["id"], **{name: row[name] for name in SHOWN})
    for row in _edges(tables, inside, both=True).iter_rows(named=True):
        said = {"kind": row["kind"], "record": row["record"], **row["said"]}
        view.add_edge(row["from"], row["to"], key=f"{row['kind']}:{row['record']}", **said)


def _edges(tables: Tables, parties: set[str], *, both: bool = False) -> pl.DataFrame:
    """List edges that touch some parties, or (`both`) lie between them: from, to, kind, record, said."""
    frames = (
        _between(tables.polars("shipments"), parties, "shipment", ("shipper", "consignee"), OF_SHIPMENT, both=both),
        _between(
            tables.polars("shipments"),
            parties,
            "shipment",
            ("shipper", "intermediate_consignee"),
            OF_SHIPMENT,
            both=both,
        ),
        _between(tables.polars("payments"), parties, "payment", ("payer", "payee"), OF_PAYMENT, both=both),
        _between(tables.polars("ownership"), parties, "ownership", ("owner", "owned"), OF_OWNERSHIP, both=both),
        *_shared(tables, parties, both=both),
    )
    rows = [row for frame in frames for row in frame]
    kinds = {"from": pl.String, "to": pl.String, "kind": pl.String, "record": pl.String, "said": pl.Object}
    return pl.DataFrame(rows, schema=kinds, orient="row")


Edge = tuple[str, str, str, str, Mapping[str, object]]


def _between(
    frame: pl.LazyFrame, parties: set[str], kind: str, ends: tuple[str, str], said: Sequence[str], *, both: bool
) -> list[Edge]:
    one, other = (pl.col(end).is_in(list(parties)) for end in ends)
    known = frame.filter(pl.col(ends[0]).is_not_null(), pl.col(ends[1]).is_not_null())
    rows = known.filter((one & other) if both else (one | other)).collect()
    return [
        (row[ends[0]], row[ends[1]], kind, _record(row, ends), _picked(row, said)) for row in rows.iter_rows(named=True)
    ]


def _record(row: Mapping[str, Any], ends: tuple[str, str]) -> str:
    own = row.get("id") or row.get("record") or f"{row[ends[0]]}>{row[ends[1]]}"
    role = f" ({ends[1].replace('_', ' ')})" if ends[1] == "intermediate_consignee" else ""
    interest = f" {row['interest'] or 'shareholding'} {row['from_on'] or ''}".rstrip() if "interest" in row else ""
    return f"{own}{role}{interest}"


def _picked(row: Mapping[str, Any], said: Sequence[str]) -> dict[str, object]:
    return {name: row[name] for name in said if row[name] is not None and name != "record"}


def _shared(tables: Tables, parties: set[str], *, both: bool) -> list[list[Edge]]:
    keys = tables.polars("party_keys").filter(
        pl.col("kind").is_in(list(KEYS)), (pl.col("crowd") <= CROWD) | (pl.col("kind") == "identity")
    )
    mine = keys.filter(pl.col("party").is_in(list(parties)))
    others = keys.filter(pl.col("party").is_in(list(parties))) if both else keys
    pairs = mine.join(others, on=["kind", "key"], suffix="_of_other").filter(
        pl.col("party") != pl.col("party_of_other")
    )
    once = pairs.select(
        pl.min_horizontal("party", "party_of_other").alias("one"),
        pl.max_horizontal("party", "party_of_other").alias("two"),
        "kind", "key", "evidence",
    ).unique(["one", "two", "kind", "key"])  # fmt: skip
    rows = once.sort("one", "two", "kind", "key").collect().iter_rows()
    return [[(one, two, KEYS[kind], str(key), {"evidence": why}) for one, two, kind, key, why in rows]]


def paths_view(paths: Iterable[Mapping[str, Any]]) -> nx.MultiDiGraph:
    """Show paths, in the shape alerts have them, as one graph; each edge lists the `paths` (by place) it is on."""
    view: nx.MultiDiGraph = nx.MultiDiGraph()
    for place, path in enumerate(paths):
        for leg in path["legs"]:
            _draw_leg(view, place, leg)
        if end := path.get("end"):
            view.add_node(end["id"], name=end.get("name"), restricted=True)
    return view


def _draw_leg(view: nx.MultiDiGraph, place: int, leg: Mapping[str, Any]) -> None:
    one, other = leg["from"], leg["to"]
    for party in (one, other):
        view.add_node(party["id"], **{name: value for name, value in party.items() if name != "id"})
    key = f"{leg['kind']}:{leg.get('record')}"
    if view.has_edge(one["id"], other["id"], key):
        view.edges[one["id"], other["id"], key]["paths"].append(place)
        return
    said = {name: value for name, value in leg.items() if name not in ("from", "to") and value is not None}
    view.add_edge(one["id"], other["id"], key=key, paths=[place], **said)
