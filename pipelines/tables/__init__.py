"""The vocabulary: every table, column by column, with units; `Tables` holds one consistent set of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import polars as pl

from pipelines.tables.column import PARTY_PARTS, Column, Table, day_of
from pipelines.tables.files import CONTRACT, FILES
from pipelines.tables.graph import GRAPH

__all__ = [
    "CONTRACT",
    "FILES",
    "GRAPH",
    "PARTY_PARTS",
    "Column",
    "Table",
    "Tables",
    "conform",
    "day_number",
    "day_of",
    "with_days",
]

EPOCH = dt.date(1970, 1, 1)


def day_number(day: dt.date) -> int:
    """Count days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Tables:
    """The tables of one run, lazily: `tables.shipments` is a narwhals LazyFrame.

    `as_of` is the run's day: what "today" means. `supplied` names the tables some source gave rows for; a
    flag that needs another cannot judge anybody.
    """

    frames: Mapping[str, pl.LazyFrame]
    as_of: dt.date
    supplied: frozenset[str] = field(default_factory=frozenset)

    def __getattr__(self, name: str) -> nw.LazyFrame[Any]:
        if name.startswith("_") or name not in GRAPH:
            raise AttributeError(f"no table {name!r}; tables are {', '.join(GRAPH)}")
        return nw.from_native(self.polars(name))

    @property
    def today(self) -> int:
        """`as_of` as days since 1970."""
        return day_number(self.as_of)

    def polars(self, name: str) -> pl.LazyFrame:
        """One table as a polars LazyFrame; empty when this run has none."""
        return self.frames.get(name, GRAPH[name].empty().lazy())

    def frame(self, name: str) -> pl.DataFrame:
        """One table, collected."""
        return self.polars(name).collect()

    def held(self) -> Tables:
        """Read every table once and keep it: what is asked many questions should not be read as often."""
        read = pl.collect_all(list(self.frames.values()))
        return Tables(
            {name: each.lazy() for name, each in zip(self.frames, read, strict=True)}, self.as_of, self.supplied
        )

    def replace(self, **frames: pl.DataFrame | pl.LazyFrame) -> Tables:
        """Copy these tables with some of them exchanged."""
        for name in frames:
            if name not in GRAPH:
                raise KeyError(f"no table {name!r} in the graph")
        return Tables(
            {**self.frames, **{name: each.lazy() for name, each in frames.items()}}, self.as_of, self.supplied
        )

    @classmethod
    def of(cls, *, as_of: dt.date | str = "2026-01-01", **rows: Sequence[Mapping[str, object]]) -> Tables:
        """Make a small world from rows in place.

        Columns left out are null, dates may be ISO text, `_day` twins and country groups are filled in. A table
        given, even empty, counts as supplied.

        Raises
        ------
        KeyError
            A table or a column that the vocabulary does not have.
        """
        frames = {name: _frame(GRAPH[name], each).lazy() for name, each in rows.items()}
        if "countries" not in frames:
            from pipelines.law.country_groups import (
                countries,  # the shipped country groups are config, read when asked for
            )

            frames["countries"] = countries().lazy()
        day = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        return cls(frames, day, frozenset(rows))


def _frame(of: Table, rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    schema = of.schema
    filled = []
    for row in rows:
        unknown = set(row) - set(schema)
        if unknown:
            raise KeyError(f"table {of.name!r} has no column {', '.join(sorted(unknown))}")
        filled.append({name: _value(kind, row.get(name)) for name, kind in schema.items()})
    return with_days(pl.DataFrame(filled, schema=schema), of)


def _value(dtype: pl.DataType, value: object) -> object:
    return dt.date.fromisoformat(value) if dtype == pl.Date and isinstance(value, str) else value


def with_days(frame: pl.DataFrame, of: Table) -> pl.DataFrame:
    """Fill the `_day` twin of every date column the frame has."""
    return frame.with_columns(
        pl.col(column.name).dt.epoch("d").cast(pl.Int32).alias(day_of(column.name))
        for column in of.columns
        if column.kind == "date" and column.name in frame.columns
    )


def conform(frame: pl.DataFrame, of: Table) -> pl.DataFrame:
    """Give a frame exactly the columns of a table, in order: cast, fill day twins, add missing ones as null."""
    frame = with_days(frame, of)
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in of.schema.items()
    )
