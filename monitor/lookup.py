"""Find the party a person means: id, source id, LEI, registration number or name."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines import Tables
from pipelines.errors import UnknownParty
from pipelines.normalize.names import fold


def party(tables: Tables, text: str) -> str:
    """Give the id of the one party that `text` means.

    Ids come first, then names as they are folded for resolution, then names that contain the text.

    Raises
    ------
    UnknownParty
        Nobody, or several: the message names the candidates.
    """
    parties = tables.frame("parties")
    for found in (_by_id(parties, text), _by_name(tables, text), _containing(tables, text)):
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownParty(f"{text!r} is ambiguous; give one of these ids: {_candidates(parties, found)}")
    raise UnknownParty(f"{text!r} is no party in the records; entrepot screen {text!r} compares it with the lists")


def spelled(tables: Tables, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Spell parties for answers: id, name, country, kind, roles."""
    columns = ("id", "name", "country", "kind", "roles")
    rows = tables.polars("parties").filter(pl.col("id").is_in(ids)).select(columns).collect().to_dicts()
    known = {row["id"]: row for row in rows}
    return {
        each: known.get(each, {"id": each, "name": each, "country": None, "kind": None, "roles": []}) for each in ids
    }


def _by_id(parties: pl.DataFrame, text: str) -> list[str]:
    same = pl.col("id") == text
    for column in ("lei", "registration_number"):
        same = same | (pl.col(column) == text)
    return _ids(parties.filter(same | pl.col("source_ids").list.contains(text)), "id")


def _by_name(tables: Tables, text: str) -> list[str]:
    mentions = tables.frame("mentions")
    folded = pl.col("name").map_elements(fold, return_dtype=pl.String)
    return _ids(mentions.filter(folded == fold(text)), "party")


def _containing(tables: Tables, text: str) -> list[str]:
    wanted = text.casefold()
    return _ids(
        tables.frame("parties").filter(pl.col("name").str.to_lowercase().str.contains(wanted, literal=True)), "id"
    )


def _ids(rows: pl.DataFrame, column: str) -> list[str]:
    return rows.get_column(column).drop_nulls().unique().sort().to_list()


def _candidates(parties: pl.DataFrame, found: list[str]) -> str:
    rows = parties.filter(pl.col("id").is_in(found)).select("id", "name", "country").head(8).to_dicts()
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    return ", ".join(f"{row['id']} ({row['name']}, {row['country'] or 'no country'})" for row in rows) + more
