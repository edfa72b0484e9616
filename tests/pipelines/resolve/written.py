"""Worlds as files would write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.tables import FILES, GRAPH, conform

Rows = Sequence[Mapping[str, object]]


def records(**tables: Rows) -> dict[str, pl.DataFrame]:
    """Write rows as the frames that sources hand over."""
    return {
        name: conform(pl.DataFrame(rows, infer_schema_length=None), FILES[name]).with_columns(source=pl.lit(name))
        for name, rows in tables.items()
    }


def consignees(*parties: Mapping[str, object]) -> list[dict[str, object]]:
    """Write one shipment to each party."""
    return [
        {"id": str(place), **{f"consignee_{part}": value for part, value in party.items()}}
        for place, party in enumerate(parties)
    ]


def table(name: str, rows: Rows) -> pl.DataFrame:
    """Write rows as a table of the graph."""
    return conform(pl.DataFrame(rows, infer_schema_length=None), GRAPH[name]) if rows else GRAPH[name].empty()


def parties_and_mentions(*people: Mapping[str, object]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write parties, each with one mention that says the same."""
    rows = [{"id": f"p{place}", **person} for place, person in enumerate(people)]
    said = [
        {
            "key": row["id"],
            "party": row["id"],
            "name": row["name"],
            "country": row.get("country"),
            "address": row.get("address"),
        }
        for row in rows
    ]
    return table("parties", rows), table("mentions", said)
