"""Days as files write them: ISO 8601 natively, other formats where they are declared, none ever guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

EXCEL = "excel"
"""Declares day numbers of a workbook: 45000 is 2023-03-15."""

DAY = r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}.*)?$"
MOMENT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)? ?(?:[zZ]|[+-]\d{2}:?\d{2})$"
TWO_WAYS = r"^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}(?:[T ].*)?$"
"""A day before or after its month: only the one who wrote it knows."""

HAS_DAY = re.compile(r"%-?[dejDFxv]")
HAS_YEAR = re.compile(r"%-?[YyFDGxcv]")
HAS_TIME = re.compile(r"%-?[HITRXcr]")
EXCEL_DAYS = (20_000, 80_000)
EARLIEST = 1800


def is_date_format(form: str) -> bool:
    """Whether a text is a strftime format that says at least month and year."""
    if "%" not in form or not HAS_YEAR.search(form):
        return False
    try:
        pl.Series(["2024"]).str.to_date(_whole(form), strict=False)
    except pl.exceptions.PolarsError:
        return False
    return True


def day(text: pl.Expr, formats: Sequence[str] = (), zone: str | None = None) -> pl.Expr:
    """Read days: by the formats declared, in their order, else by ISO 8601.

    A time in UTC or with an offset has the day it was in `zone`, as written when that is None.
    """
    tried = [_formatted(text, form) for form in formats]
    return pl.coalesce(*(_plausible(each) for each in (*tried, _iso(text, zone))))


def _plausible(found: pl.Expr) -> pl.Expr:
    return pl.when(found.dt.year() >= EARLIEST).then(found)


def _formatted(text: pl.Expr, form: str) -> pl.Expr:
    if form == EXCEL:
        number = text.cast(pl.Float64, strict=False)
        whole = pl.when(number.is_between(*EXCEL_DAYS)).then(number.floor()).cast(pl.Int32)
        return pl.date(1899, 12, 30) + pl.duration(days=whole)
    whole_text = text if HAS_DAY.search(form) else "1 " + text
    if HAS_TIME.search(form):
        return whole_text.str.to_datetime(_whole(form), strict=False).dt.date()
    return whole_text.str.to_date(_whole(form), strict=False)


def _whole(form: str) -> str:
    """Add the first of the month where a format has no day."""
    return form if HAS_DAY.search(form) else f"%d {form}"


def _iso(text: pl.Expr, zone: str | None) -> pl.Expr:
    written = text.str.extract(r"^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})", 1).str.replace_all(r"[/.]", "-")
    bare = (
        pl.when(text.str.contains(DAY))
        .then(written.str.to_date("%Y-%m-%d", strict=False))
        .when(text.str.contains(r"^(?:19|20)\d{6}$"))
        .then(text.str.to_date("%Y%m%d", strict=False))
    )
    if zone is None:
        return bare
    there = moment(text).dt.convert_time_zone(zone).dt.date()
    return pl.when(text.str.contains(MOMENT)).then(there).otherwise(bare)


def moment(text: pl.Expr) -> pl.Expr:
    """Read a time with an offset, in UTC."""
    stamp = text.str.replace(" ", "T", literal=True).str.replace_all(" ", "", literal=True)
    full = stamp.str.replace(r"(T\d{2}:\d{2})([zZ+-])", "${1}:00${2}").str.replace("[zZ]$", "+00:00")
    return full.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", strict=False, time_unit="us", time_zone="UTC")
