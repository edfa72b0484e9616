"""What a mapping takes from a frame of text, as expressions over the file's own columns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from pipelines.normalize.dates import day
from pipelines.normalize.numbers import number
from pipelines.normalize.units import kilograms
from pipelines.normalize.values import Style, clean
from pipelines.reading.mapping.cell import ALL, Cell

Find = Callable[[str], pl.Expr]
"""Gives the column of a heading, cleaned."""

FILLED = "*"
"""In a translation: everything that is filled and not named."""


def text_of(cell: Cell, find: Find) -> pl.Expr:
    """The text one way of taking gives."""
    if cell.hashed:
        return pl.col(hash_name(cell))
    text = find(cell.headings[0]) if cell.joined is None else _joined(cell.headings, cell.joined, find)
    return text.str.extract(cell.pattern, 1) if cell.pattern else text


def _joined(headings: Sequence[str], sign: str, find: Find) -> pl.Expr:
    parts = pl.concat_str([find(each) for each in headings], separator=sign, ignore_nulls=True)
    return pl.when(parts != "").then(parts)


def hash_name(cell: Cell) -> str:
    """Name of the column that holds a hash, taken before a record is split: its lines have the same."""
    return f"#{' '.join(cell.headings)}"


def hashed(cell: Cell, columns: Sequence[str]) -> pl.Expr:
    """Name a record by what some of its columns hold, or all of them."""
    wanted = columns if ALL in cell.headings else cell.headings
    parts = [pl.concat_str([pl.lit(f"{each}\x1f"), clean(pl.col(each))]) for each in sorted(wanted)]
    whole = pl.concat_str(parts, separator="\x1e", ignore_nulls=True)
    return whole.map_elements(_digest, return_dtype=pl.String).alias(hash_name(cell))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def translated(text: pl.Expr, words: Mapping[str, str] | None) -> pl.Expr:
    """Write what the file writes as we do, in any case."""
    if not words:
        return text
    low = text.str.to_lowercase()
    exact = {old: new for old, new in words.items() if old != FILLED}
    found = low.replace_strict(exact, default=None, return_dtype=pl.String) if exact else pl.lit(None, pl.String)
    rest = pl.when(text.is_not_null()).then(pl.lit(words[FILLED])) if FILLED in words else text
    return pl.coalesce(found, rest)


def beside(cells: Sequence[Cell], texts: Sequence[pl.Expr], find: Find, what: str) -> pl.Expr | None:
    """The currency or unit of the way that was taken; None where no way says one."""
    said = [_said(cell, find, what) for cell in cells]
    if all(each is None for each in said):
        return None
    none = pl.lit(None, pl.String)
    return first_filled(texts, [none if each is None else each for each in said])


def _said(cell: Cell, find: Find, what: str) -> pl.Expr | None:
    column, fixed = (cell.currency_column, cell.currency) if what == "currency" else (cell.unit_column, cell.unit)
    ways = ([find(column)] if column else []) + ([pl.lit(fixed)] if fixed else [])
    return pl.coalesce(ways) if ways else None


def first_filled(texts: Sequence[pl.Expr], values: Sequence[pl.Expr]) -> pl.Expr:
    """The value beside the first text that is filled."""
    rest: pl.Expr = pl.lit(None)
    for text, value in reversed(list(zip(texts, values, strict=True))):
        rest = pl.when(text.is_not_null()).then(value).otherwise(rest)
    return rest


def day_of(cell: Cell, text: pl.Expr, style: Style) -> pl.Expr:
    """The day one way of taking gives."""
    return day(text, cell.dates or style.date_formats, cell.timezone or style.timezone)


def number_of(cell: Cell, text: pl.Expr, column: str, style: Style, find: Find, currency: pl.Expr | None) -> pl.Expr:
    """The number one way of taking gives: times a count, scaled, in kg where it is a weight."""
    sign = style.sign if cell.decimal_comma is None else "comma" if cell.decimal_comma else "point"
    value = number(text, sign, currency)
    if cell.times:
        value = value * number(find(cell.times), style.sign)
    if cell.scale != 1:
        value = value * cell.scale
    unit = _said(cell, find, "unit") if column == "weight_kg" else None
    return value if unit is None else value * kilograms(unit)
