"""How two parties are connected: shortest paths over shipments, ownership and shared keys, whatever the goods."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from monitor.tracing.path import Json
from pipelines.graph.tracing.rules import CROWD, UNCROWDED
from pipelines.tables import Tables

MOST_STEPS = 6
MOST_PARTIES = 100_000
"""Parties after which the search stops and says so."""

KINDS = {"identity": "same_party", "parent": "ownership"}


def path_between(tables: Tables, one: str, other: str, *, max_steps: int = MOST_STEPS) -> Json:
    """Find the shortest connections of two parties, direction aside; `edges` are all between the parties of one.

    `found` is false when there is none within `searched`: that does not say that there is none.
    """
    edges = _edges(tables)
    levels, truncated = _levels(edges, one, other, max_steps)
    met = bool(levels) and other in levels[-1]
    parties = _between(edges, levels, other) if met else []
    shown = edges.filter(pl.col("from").is_in(parties), pl.col("to").is_in(parties)) if met else edges.clear()
    rows = shown.sort("from", "to", "kind", "record").collect().to_dicts()
    return {
        "found": met,
        "nodes": _nodes(tables, parties or [one, other]),
        "edges": rows,
        "searched": {
            "max_steps": max_steps,
            "links_used": ["shipment", "ownership", "address", "contact", "officer"],
            "crowd": CROWD,
            "truncated": truncated,
        },
    }


def _edges(tables: Tables) -> pl.LazyFrame:
    """Edges of every kind: from, to, kind, record."""
    shipped = [
        tables.polars("shipments").select(
            pl.col("shipper").alias("from"), pl.col(role).alias("to"), kind=pl.lit("shipment"), record="id"
        )
        for role in ("consignee", "intermediate_consignee")
    ]
    owned = tables.polars("ownership").select(
        pl.col("owner").alias("from"), pl.col("owned").alias("to"), kind=pl.lit("ownership"), record="record"
    )
    keys = tables.polars("party_keys").filter(
        pl.col("kind").is_in(["address", "contact", "officer", *UNCROWDED]),
        pl.col("kind").is_in(UNCROWDED)
        | (pl.max_horizontal(pl.col("crowd").fill_null(0), pl.len().over("kind", "key")) <= CROWD),
    )
    members = keys.select("party", "kind", "key", "evidence")
    shared = members.join(members, on=["kind", "key"], suffix="_of_other").filter(
        pl.col("party") < pl.col("party_of_other")
    )
    named = pl.col("kind").replace_strict(
        KINDS, default=pl.concat_str(pl.lit("shared_"), "kind"), return_dtype=pl.String
    )
    steps = shared.select(
        pl.col("party").alias("from"),
        pl.col("party_of_other").alias("to"),
        kind=named,
        record=pl.col("evidence").fill_null(pl.col("key")),
    )
    return (
        pl.concat([*shipped, owned, steps]).drop_nulls(["from", "to"]).filter(pl.col("from") != pl.col("to")).unique()
    )


def _levels(edges: pl.LazyFrame, one: str, other: str, max_steps: int) -> tuple[list[list[str]], bool]:
    """Parties by their distance from `one`, up to the level that holds `other`."""
    both = pl.concat([edges.select("from", "to"), edges.select(pl.col("to").alias("from"), pl.col("from").alias("to"))])
    links = both.unique().collect()
    levels, seen = [[one]], {one}
    while other not in seen and len(levels) <= max_steps and levels[-1]:
        if len(seen) > MOST_PARTIES:
            return levels, True
        next_ones = set(links.filter(pl.col("from").is_in(levels[-1]))["to"]) - seen
        levels.append(sorted(next_ones))
        seen |= next_ones
    return levels, False


def _between(edges: pl.LazyFrame, levels: list[list[str]], other: str) -> list[str]:
    """Parties on some shortest path, walked back from the other end."""
    pairs = edges.select("from", "to").collect()
    kept: list[str] = [other]
    last: Iterable[str] = [other]
    for level in reversed(levels[:-1]):
        touching = pairs.filter(pl.col("from").is_in(list(last)) | pl.col("to").is_in(list(last)))
        last = sorted(set(level) & (set(touching["from"]) | set(touching["to"])))
        kept += last
    return kept[::-1]


def _nodes(tables: Tables, parties: list[str]) -> list[Json]:
    rows = (
        tables.polars("parties").filter(pl.col("id").is_in(parties)).select("id", "name", "kind", "country").collect()
    )
    known = {row["id"]: row for row in rows.to_dicts()}
    return [known.get(party, {"id": party, "name": party, "kind": None, "country": None}) for party in parties]
