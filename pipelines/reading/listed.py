"""Entries of a published list as rows of the contract's `listings`, and those that name nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

import polars as pl

from pipelines.tables import FILES

T = TypeVar("T")
PIECE = 50_000
"""Entries that are held at once."""

SCHEMA = {**FILES["listings"].schema, "row": pl.Int64(), "record": pl.String(), "line": pl.Int64()}

STATED = frozenset(FILES["listings"].schema) - {"letter_type", "confidential", "expires_on", "amended_on"}
"""Columns that published lists fill, some more, some fewer."""


def listed(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Give entries the columns of `listings`, `row`, `record` and `line`; what a list does not state is null."""
    return pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in rows], schema=SCHEMA)


def names_somebody(entry: Mapping[str, Any]) -> bool:
    """Whether an entry says of which list it is, and whom or which address it lists."""
    return bool(entry.get("list") and (entry.get("name") or entry.get("addresses")))


def nameless(row: int, value: object, reason: str = "has neither name nor address") -> dict[str, object]:
    """Complain of an entry that names nobody."""
    advice = "download the list again"
    return {"row": row, "column": "name", "value": str(value)[:200], "reason": reason, "advice": advice}


def in_pieces(entries: Iterable[T], size: int = PIECE) -> Iterator[list[T]]:
    """Part entries into pieces; without entries there is one empty piece."""
    every = iter(entries)
    yield list(islice(every, size))
    while piece := list(islice(every, size)):
        yield piece
