"""What one declared mapping says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pipelines.normalize.values import Style
from pipelines.reading.mapping.cell import ALL, Cell
from pipelines.reading.mapping.split import AMOUNTS, Split
from pipelines.tables import FILES

EXTRA = ("line", "recorded_at")
"""Columns every file may have beside those of its table."""


@dataclass(frozen=True)
class ColumnMapping:
    """One declared mapping; `columns` has, for each canonical column, the ways of taking it, first filled counts."""

    name: str
    table: str
    columns: Mapping[str, tuple[Cell, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    default: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    style: Style = field(default_factory=Style)
    nothing: tuple[str, ...] = ()
    split: Split | None = None
    rows: str | None = None
    header_row: int = 1
    title: str = ""
    moves_goods: bool = True

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Every heading it names."""
        needed = [each for cells in self.columns.values() for cell in cells for each in cell.needs]
        return tuple(dict.fromkeys((*needed, *(self.split.columns if self.split else ()))))

    @cached_property
    def takes_all(self) -> bool:
        """Whether it looks at every column there is."""
        return any(ALL in cell.headings for cells in self.columns.values() for cell in cells)

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """Kind of each column of its table."""
        return {column.name: column.kind for column in FILES[self.table].columns}

    @cached_property
    def shown_numbers(self) -> tuple[str, ...]:
        """Number columns that show the file's decimal sign: those for which none is declared."""
        return tuple(
            column
            for column, cells in self.columns.items()
            if self.kinds.get(column) == "number" and all(cell.decimal_comma is None for cell in cells)
        )

    @property
    def amounts(self) -> Literal["first", "divide"]:
        """What becomes of the amounts of a record with several lines."""
        return self.split.amounts if self.split else "first"

    def converts(self, column: str) -> bool:
        """Whether a number is more than the one written."""
        return self.is_shared(column) or any(cell.converts for cell in self.columns[column])

    def is_shared(self, column: str) -> bool:
        """Whether a column is an amount of the whole record, which becomes several lines and the column does not."""
        if column not in AMOUNTS or not (self.split or self.rows):
            return False
        taken = [each for cell in self.columns[column] for each in cell.headings]
        if self.split:
            return not set(taken) & set(self.split.columns)
        return not any(each.startswith(f"{self.rows}.") for each in taken)
