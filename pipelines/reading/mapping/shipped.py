"""Mappings that come with the program, and which of them a file's headings call for."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

from pipelines.configuration import config_path
from pipelines.reading.mapping.cell import ALL, Cell
from pipelines.reading.mapping.declared import read_mapping
from pipelines.reading.mapping.mapping import ColumnMapping
from pipelines.reading.mapping.words import plain
from pipelines.reading.raw import RawFile

FEWEST = 6
"""Headings a mapping must find to be taken for the layout's."""

TITLES = 15
"""Lines of a file that may stand above its headings."""


@cache
def shipped_mappings() -> tuple[ColumnMapping, ...]:
    """Every mapping that comes with the program, by name."""
    return tuple(read_mapping(path) for path in sorted(config_path("mappings").glob("*.toml")))


def shipped_mapping(file: RawFile) -> ColumnMapping | None:
    """Give the shipped mapping a file's headings call for, set to the line they stand on; null when none does."""
    for number, headings in _heading_lines(file):
        found = mapping_of(headings)
        if found is not None:
            return replace(found, header_row=number)
    return None


def mapping_of(headings: Sequence[str]) -> ColumnMapping | None:
    """Give the shipped mapping whose required headings are all there and that knows most of them."""
    has = frozenset(map(plain, headings))
    fits = [each for each in shipped_mappings() if _fits(each, has)]
    best = max(fits, key=lambda each: len(_known(each) & has), default=None)
    return best if best is not None and len(_known(best) & has) >= FEWEST else None


def _known(mapping: ColumnMapping) -> frozenset[str]:
    return frozenset(map(plain, mapping.headings))


def _fits(mapping: ColumnMapping, has: frozenset[str]) -> bool:
    """Whether each column can be taken in one of its ways; what is optional need not be."""
    return all(
        any(cell.optional or _can_be_taken(cell, has, name == "id") for cell in cells)
        for name, cells in mapping.columns.items()
    )


def _can_be_taken(cell: Cell, has: frozenset[str], is_id: bool) -> bool:
    """Whether the headings of one way are there: all of a hash; of those joined one, but two where they name a row."""
    present = [plain(each) in has for each in cell.headings if each != ALL]
    beside = [each for each in (cell.times, cell.unit_column, cell.currency_column) if each]
    enough = sum(present) >= (2 if is_id else 1) if cell.joined is not None else all(present)
    return enough and all(plain(each) in has for each in beside)


def _heading_lines(file: RawFile) -> Iterator[tuple[int, Sequence[str]]]:
    """Give what may be headings, with their line: the file's own, then lines below titles of a text."""
    yield 1, file.headings
    if file.is_parquet or file.is_json:
        return
    lines = file.head.decode("utf-8", "replace").splitlines()
    for number, line in islice(enumerate(lines, start=1), 1, TITLES):
        for sign in ",;\t|":
            if line.count(sign) >= FEWEST - 1:
                yield number, next(csv.reader([line], delimiter=sign), [])
