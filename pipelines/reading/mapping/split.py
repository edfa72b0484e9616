"""Split a record into several lines: parts listed in a cell, or side by side in headings that count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

NUMBER = "{n}"
"""Stands for 1, 2, 3 … in a heading that counts."""

LINE, LINES = "#line", "#lines"
"""Columns added: the number of a line within its record, and how many that has."""

MOST = 500
"""Lines a record may have."""

SAME = "*"
"""A single entry is said of every line."""

AMOUNTS = ("quantity", "value", "weight_kg", "amount")
"""Numbers that are of the whole record, unless they are split themselves."""


@dataclass(frozen=True)
class Split:
    """Which cells list the parts of a record (or which headings count them), and what becomes of its amounts."""

    columns: tuple[str, ...]
    by: str | None = None
    amounts: Literal["first", "divide"] = "first"

    @property
    def counts(self) -> bool:
        """Whether headings count the parts."""
        return NUMBER in self.columns[0]


def numbered(template: str, number: int) -> str:
    """Give the heading of a part."""
    return template.replace(NUMBER, str(number))


def listed_lines(frame: pl.DataFrame, columns: Mapping[str, str | None], by: str) -> pl.DataFrame:
    """One line for every part that the cells list.

    A cell with a single entry says it of every line, or gives later lines what `columns` says instead.
    """
    parts = frame.with_columns(
        pl.col(name).str.strip_chars().str.strip_chars_end(by).str.split(by).list.eval(pl.element().str.strip_chars())
        for name in columns
    )
    count = pl.max_horizontal(pl.lit(1), *(pl.col(name).list.len().fill_null(0) for name in columns))
    numbered = parts.with_columns(count.cast(pl.Int64).alias(LINES)).with_columns(
        pl.int_ranges(1, pl.col(LINES) + 1).alias(LINE)
    )
    return numbered.explode(LINE).with_columns(_part(name, after) for name, after in columns.items())


def _part(name: str, after: str | None) -> pl.Expr:
    single = (pl.col(name).list.len() == 1) & (pl.col(LINE) > 1)
    part = pl.col(name).list.get(pl.col(LINE) - 1, null_on_oob=True)
    first = pl.col(name).list.get(0, null_on_oob=True)
    rest = first if after == SAME else pl.lit(after, pl.String)
    found = pl.when(single).then(rest).otherwise(part)
    return pl.when(found != "").then(found).alias(name)


def too_many(frame: pl.DataFrame, columns: Iterable[str], by: str) -> pl.Series:
    """Mark the records that list more parts than a record may have."""
    return frame.select(pl.any_horizontal(pl.col(name).str.count_matches(by, literal=True) >= MOST for name in columns)
                        .fill_null(value=False)).to_series()  # fmt: skip


def counted_lines(frame: pl.DataFrame, templates: Sequence[str]) -> pl.DataFrame:
    """One line for every number whose headings hold something; the first always."""
    headings = set(frame.columns)
    numbers = [n for n in range(1, MOST + 1) if any(numbered(each, n) in headings for each in templates)]
    parts = [_numbered_part(frame, templates, number) for number in numbers] or [_numbered_part(frame, templates, 1)]
    lines = pl.concat(parts).filter(
        (pl.col("#number") == 1) | pl.any_horizontal(pl.col(each).is_not_null() for each in templates)
    )
    lines = _without_empty_first(lines, templates).sort("row", "#number", maintain_order=True)
    return lines.with_columns(
        pl.int_range(1, pl.len() + 1).over("row").cast(pl.Int64).alias(LINE),
        pl.len().over("row").cast(pl.Int64).alias(LINES),
    ).drop("#number")


def _numbered_part(frame: pl.DataFrame, templates: Sequence[str], number: int) -> pl.DataFrame:
    all_counted = {numbered(each, n) for each in templates for n in range(1, MOST + 1)}
    kept = [name for name in frame.columns if name not in all_counted]
    found = [_or_null(frame, numbered(each, number)).alias(each) for each in templates]
    return frame.select(*kept, *found, pl.lit(number).alias("#number"))


def _or_null(frame: pl.DataFrame, name: str) -> pl.Expr:
    filled = pl.col(name).str.strip_chars() if name in frame.columns else pl.lit(None, pl.String)
    return pl.when(filled != "").then(filled)


def _without_empty_first(lines: pl.DataFrame, templates: Sequence[str]) -> pl.DataFrame:
    """Leave out an empty first part where later ones hold something."""
    empty = pl.all_horizontal(pl.col(each).is_null() for each in templates)
    return lines.filter(~(empty & (pl.len().over("row") > 1)))


def shared_out(value: pl.Expr, column: str, how: Literal["first", "divide"]) -> pl.Expr:
    """What a line gets of an amount of its whole record: all on line 1, or equal parts, whole pieces kept whole."""
    line, lines = pl.col(LINE), pl.col(LINES)
    if how == "first":
        rest = pl.lit(0.0) if column == "quantity" else pl.lit(None, pl.Float64)
        return pl.when(line == 1).then(value).otherwise(pl.when(value.is_not_null()).then(rest))
    if column != "quantity":
        return value / lines
    whole = (value // lines) + (line <= value % lines).cast(pl.Float64)
    return pl.when(value == value.round(0)).then(whole).otherwise(value / lines)
