"""Rows of the tables in the supplements to Part 744: the Entity List, the Unverified List, the military end users.

A country stands once above its entries; an entry may go on in rows that have nothing but more of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipelines.normalize.entries import spoken
from pipelines.reading.raw import spelled

RESERVED = re.compile(r"^\W*(?:reserved|\*)", re.IGNORECASE)

Lines = list[str]
"""A cell: its lines as written."""


@dataclass
class SupplementRow:
    """One entry as written: of which list, its number in the file, and its cells."""

    of: str
    number: int
    country: str
    entity: Lines
    requirement: str = ""
    cited: str = ""


@dataclass(frozen=True)
class Columns:
    """Which column of a table holds what, and whose list that makes it."""

    of: str
    country: int
    entity: int
    requirement: int | None
    cited: int | None


def columns_of(headings: Sequence[str]) -> Columns | None:
    """Tell a list by its table's headings; None when the table is none of them."""
    names = [spelled(heading) for heading in headings]
    country, cited = _place(names, "country"), _place(names, "federal_register")
    requirement, unverified = _place(names, "license_requirement"), _place(names, "listed_person")
    entity = unverified if unverified is not None else _place(names, "entity", whole=True)
    if country is None or entity is None or (cited is None and requirement is None):
        return None
    of = "UVL" if unverified is not None else "EL" if requirement is not None else "MEU"
    return Columns(of, country, entity, requirement, cited)


def _place(names: Sequence[str], start: str, *, whole: bool = False) -> int | None:
    """Find a column; a heading may end in a footnote's mark."""
    end = r"(?:_\d)?$" if whole else ""
    return next((place for place, name in enumerate(names) if re.match(start + end, name)), None)


@dataclass
class RowsOfTable:
    """Takes the rows of one table after another and gives entries; a country and the last entry are remembered."""

    columns: Columns | None = None
    country: str = ""
    number: int = 0
    held: SupplementRow | None = None
    tables: int = field(default=0)

    def headed(self, headings: Sequence[str]) -> Iterator[SupplementRow]:
        """Begin a table: rows of one without the headings of a list are passed over."""
        yield from self.ended()
        self.columns, self.country = columns_of(headings), ""
        self.tables += self.columns is not None

    def row(self, cells: Sequence[Lines], number: int | None = None) -> Iterator[SupplementRow]:
        """Take a row, and give the entry before it where that is complete; `number` None counts entries."""
        if self.columns is None:
            return
        country, entity, requirement, cited = (
            _cell(cells, place)
            for place in (self.columns.country, self.columns.entity, self.columns.requirement, self.columns.cited)
        )
        if any(country):
            yield from self.ended()
            self.country = spoken(" ".join(country))
        if not any(entity):
            self._add([], requirement, cited)
        elif not any(requirement) and not any(cited) and self.held:
            self._add(entity, requirement, cited)
        elif not RESERVED.match(entity[0]):
            yield from self.ended()
            self.number = self.number + 1 if number is None else number
            self.held = SupplementRow(self.columns.of, self.number, self.country, list(entity))
            self._add([], requirement, cited)

    def _add(self, entity: Lines, requirement: Lines, cited: Lines) -> None:
        if self.held:
            self.held.entity += entity
            self.held.requirement = spoken(f"{self.held.requirement} {' '.join(requirement)}")
            self.held.cited = spoken(f"{self.held.cited} {' '.join(cited)}")

    def ended(self) -> Iterator[SupplementRow]:
        """Give the last entry."""
        if self.held:
            yield self.held
        self.held = None


def _cell(cells: Sequence[Lines], place: int | None) -> Lines:
    return [line for line in cells[place] if line.strip()] if place is not None and place < len(cells) else []


def rows_of_table(headings: Sequence[str], rows: Iterable[tuple[int, Sequence[Lines]]]) -> Iterator[SupplementRow]:
    """Give the entries of one table of numbered rows."""
    table = RowsOfTable()
    yield from table.headed(headings)
    for number, cells in rows:
        yield from table.row(cells, number)
    yield from table.ended()
