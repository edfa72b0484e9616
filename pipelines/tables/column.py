"""What a column and a table are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

DTYPES: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "int": pl.Int64(),
    "day": pl.Int32(),
    "number": pl.Float64(),
    "bool": pl.Boolean(),
    "date": pl.Date(),
    "list": pl.List(pl.String()),
    "country": pl.String(),
    "party": pl.String(),
}
"""Kinds of column. `country` is ISO 3166-1 alpha-2, `party` a party id, `day` days since 1970-01-01."""

PARTY_PARTS = ("name", "country", "address", "id", "phone", "email")
"""What a file may say of a party: `<role>_name`, `<role>_country` …"""


@dataclass(frozen=True)
class Column:
    """A column: its name, its kind (a key of `DTYPES`), what it means and in which unit."""

    name: str
    kind: str
    meaning: str
    required: bool = False

    @property
    def dtype(self) -> pl.DataType:
        return DTYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """A table: its name, what one row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        return {column.name: column.dtype for column in self.columns}

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of the columns that refer to a party."""
        return tuple(column.name for column in self.columns if column.kind == "party")

    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)


def table(name: str, row: str, text: str) -> Table:
    """Read a table from lines of `name kind meaning`.

    `name!` is required. A date column `x_on` gets a twin `x_day` (days since 1970).
    """
    columns: list[Column] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        head, kind, meaning = line.split(maxsplit=2)
        column = Column(head.rstrip("!"), kind, meaning, required=head.endswith("!"))
        columns.append(column)
        if kind == "date":
            columns.append(Column(day_of(column.name), "day", f"{meaning}, as days since 1970"))
    return Table(name, row, tuple(columns))


def day_of(date_column: str) -> str:
    """Name the Int32 twin of a date column."""
    return date_column.removesuffix("_on") + "_day"


def flat(contract: Table) -> Table:
    """Spell a table of roles as a file spells it: `<role>_name`, `<role>_country`, …; without day twins."""
    columns: list[Column] = []
    for column in contract.columns:
        if column.kind == "party":
            columns += [
                Column(
                    f"{column.name}_{part}",
                    "country" if part == "country" else "text",
                    f"{part} of the {column.name.replace('_', ' ')}",
                    required=column.required and part == "name",
                )
                for part in PARTY_PARTS
            ]
        elif column.kind != "day":
            columns.append(column)
    return Table(contract.name, contract.row, tuple(columns))
