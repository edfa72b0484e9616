"""Lines of a file to canonical texts as a mapping says, and how those texts are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipelines.normalize.units import unit
from pipelines.normalize.values import Parsed, Style, clean, day_column, number_column
from pipelines.reading.exported import CORRECTS
from pipelines.reading.mapping.cell import Cell
from pipelines.reading.mapping.mapping import ColumnMapping
from pipelines.reading.mapping.split import LINE, shared_out
from pipelines.reading.mapping.taking import beside, day_of, first_filled, number_of, text_of, translated
from pipelines.reading.raw_table import RawTable
from pipelines.tables import Column

OWN = "="
"""Begins the names of the file's own columns, kept beside the canonical ones while these are read."""

MONEY = ("value", "amount")
AS_IT_IS = Cell(())


def canonical(raw: RawTable, mapping: ColumnMapping) -> pl.DataFrame:
    """Give the canonical texts of lines beside `row`, and the file's own columns, their names begun with "="."""
    numbers = [each for each in raw.frame.columns if each.startswith("#")]
    own = [each for each in raw.frame.columns if each not in ("row", *numbers)]
    cleaned = [_cleaned(pl.col(each), mapping).alias(f"{OWN}{each}") for each in own]
    ways = [way for column in mapping.columns for way in _taken(column, mapping)]
    texts = [_text(column, mapping).alias(column) for column in mapping.columns]
    if CORRECTS in own:
        texts.append(_find(CORRECTS).alias(CORRECTS))
    if LINE in numbers:
        texts.append(pl.col(LINE).cast(pl.String).alias("line"))
    frame = raw.frame.select("row", *numbers, *cleaned).with_columns(*ways).with_columns(*texts, *_fixed(mapping))
    return _with_units(_with_currency(frame, mapping), mapping)


def parsed(column: Column, mapping: ColumnMapping, style: Style, columns: Sequence[str]) -> Parsed | None:
    """How a canonical column is read, where the mapping says more than which text it is."""
    cells = mapping.columns.get(column.name, ())
    if column.kind == "date" and cells:
        return _day(column.name, cells, mapping, style)
    if column.kind == "number" and cells and mapping.converts(column.name):
        return _number(column.name, cells, mapping, style, columns)
    return None


def _find(heading: str) -> pl.Expr:
    return pl.col(f"{OWN}{heading}")


def _cleaned(text: pl.Expr, mapping: ColumnMapping) -> pl.Expr:
    bare = clean(text)
    if not mapping.nothing:
        return bare
    return pl.when(bare.str.to_lowercase().is_in(list(mapping.nothing))).then(None).otherwise(bare)


def _taken(column: str, mapping: ColumnMapping) -> list[pl.Expr]:
    """The translated texts of each way of taking a column."""
    words = mapping.values.get(column)
    texts = [translated(text_of(cell, _find), words) for cell in mapping.columns[column]]
    return [text.alias(f"{OWN}{column}={number}") for number, text in enumerate(texts)]


def _ways(column: str, mapping: ColumnMapping) -> list[pl.Expr]:
    """The columns that hold them."""
    return [pl.col(f"{OWN}{column}={number}") for number in range(len(mapping.columns[column]))]


def _text(column: str, mapping: ColumnMapping) -> pl.Expr:
    default = [pl.lit(mapping.default[column])] if column in mapping.default else []
    text = pl.coalesce(*_ways(column, mapping), *default)
    if mapping.is_shared(column) and mapping.amounts == "first":
        rest = pl.when(text.is_not_null()).then(pl.lit("0" if column == "quantity" else None, pl.String))
        return pl.when(pl.col(LINE) == 1).then(text).otherwise(rest)
    return text


def _fixed(mapping: ColumnMapping) -> list[pl.Expr]:
    """Constants, and defaults of columns nothing is taken for."""
    defaults = {name: text for name, text in mapping.default.items() if name not in mapping.columns}
    return [pl.lit(text).alias(name) for name, text in {**defaults, **mapping.constants}.items()]


def _with_currency(frame: pl.DataFrame, mapping: ColumnMapping) -> pl.DataFrame:
    for amount in MONEY:
        if amount in mapping.columns and "currency" in mapping.kinds:
            frame = _with_said(frame, amount, "currency", mapping)
    return frame


def _with_units(frame: pl.DataFrame, mapping: ColumnMapping) -> pl.DataFrame:
    if "unit" not in mapping.kinds:
        return frame
    if "quantity" in mapping.columns:
        frame = _with_said(frame, "quantity", "unit", mapping)
    return frame.with_columns(unit(pl.col("unit"), mapping.units)) if "unit" in frame.columns else frame


def _with_said(frame: pl.DataFrame, column: str, what: str, mapping: ColumnMapping) -> pl.DataFrame:
    """Add the currency or unit of the way a column was taken; where that says none, as it was."""
    said = beside(mapping.columns[column], _ways(column, mapping), _find, what)
    before = [pl.col(what)] if what in frame.columns else []
    return frame if said is None else frame.with_columns(pl.coalesce(said, *before).alias(what))


def _day(column: str, cells: Sequence[Cell], mapping: ColumnMapping, style: Style) -> Parsed:
    ways = [*_ways(column, mapping), pl.col(column)]
    days = [day_of(cell, text, style) for cell, text in zip((*cells, AS_IT_IS), ways, strict=True)]
    formats = dict.fromkeys(form for cell in cells for form in cell.dates or style.date_formats)
    return day_column(first_filled(ways, days), pl.col(column), tuple(formats))


def _number(column: str, cells: Sequence[Cell], mapping: ColumnMapping, style: Style, columns: Sequence[str]) -> Parsed:
    ways = [*_ways(column, mapping), pl.col(column)]
    currency = (pl.col("currency") if "currency" in columns else pl.lit("USD")) if column in MONEY else None
    numbers = [
        number_of(cell, text, column, style, _find, currency)
        for cell, text in zip((*cells, AS_IT_IS), ways, strict=True)
    ]
    value = first_filled(ways, numbers)
    if mapping.is_shared(column):
        value = shared_out(value, column, mapping.amounts)
    told = number_column(value, pl.col(column))
    if column == "weight_kg" and any(cell.unit_column for cell in cells):
        return replace(told, reason="is no number, or its unit no weight we know", advice="write kg, g, t, lb or oz")
    return told
