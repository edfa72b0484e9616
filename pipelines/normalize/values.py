"""Values of files: text to dates, numbers, booleans, countries and lists, column by column.

Each parser is an expression over text that is stripped and null when empty; what it cannot read is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.normalize.countries import country_code
from pipelines.tables import Column

NOTHING = ("null", "none", "n/a", "#n/a", "n.a.", "-", "--", "—", "nan", "nil", "\\n")
"""Words that mean: no value."""

TRUE, FALSE = ("yes", "true", "1", "y", "t"), ("no", "false", "0", "n", "f")
DAY = r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}.*)?$"
THOUSANDS = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
LARGEST = 1e15
CURRENCIES = {
    "US$": "USD",
    "$": "USD",
    "RMB": "CNY",
    "CNH": "CNY",
    "€": "EUR",
    "EURO": "EUR",
    "£": "GBP",
    "NTD": "TWD",
    "NT$": "TWD",
    "HK$": "HKD",
    "S$": "SGD",
    "RM": "MYR",
}


@dataclass(frozen=True)
class Style:
    """How a file writes values: strftime format of its dates (ISO 8601 when None), and its decimal sign."""

    date_format: str | None = None
    decimal_comma: bool | None = None


@dataclass(frozen=True)
class Parsed:
    """One column read: its expression, and what is wrong with a text it leaves null."""

    value: pl.Expr
    reason: str
    advice: str


def clean(column: pl.Expr) -> pl.Expr:
    """Strip a text; empty text and words for nothing are null. The column keeps its name."""
    text = column.str.strip_chars().str.strip_chars("\u00a0\u200b\ufeff")
    return (
        pl.when(text.str.to_lowercase().is_in(("", *NOTHING)))
        .then(None)
        .otherwise(text)
        .alias(column.meta.output_name())
    )


def parse(column: Column, texts: pl.Series, style: Style) -> Parsed:
    """Read one column of a contract table from its cleaned texts; `texts` tells its distinct countries."""
    text = pl.col(column.name)
    kind = column.kind
    if kind == "date":
        return Parsed(_day(text, style.date_format), "is no date", _date_advice(style))
    if kind == "number":
        return Parsed(
            _number(text, column.name, style), "is no number", "write digits with a decimal point, as 8100000.50"
        )
    if kind == "bool":
        return Parsed(_truth(text), "is neither yes nor no", "write yes or no")
    if kind == "country" or column.name == "country":
        return Parsed(_country(text, texts, kind == "list"), "is no country we know", "write the ISO code, as SG")
    if kind == "list":
        return _listed(text, column.name, texts)
    return _text(text, column.name)


def _date_advice(style: Style) -> str:
    return f"write it as {style.date_format}, as the mapping says" if style.date_format else "write it as 2024-05-31"


def _day(text: pl.Expr, form: str | None) -> pl.Expr:
    if form:
        day = (
            text.str.to_date(form, strict=False)
            if "%H" not in form
            else text.str.to_datetime(form, strict=False).dt.date()
        )
    else:
        iso = text.str.extract(r"^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})", 1).str.replace_all(r"[/.]", "-")
        day = (
            pl.when(text.str.contains(DAY))
            .then(iso.str.to_date("%Y-%m-%d", strict=False))
            .when(text.str.contains(r"^(?:19|20)\d{6}$"))
            .then(text.str.to_date("%Y%m%d", strict=False))
        )
    return pl.when(day.dt.year() >= 1800).then(day)


def _number(text: pl.Expr, name: str, style: Style) -> pl.Expr:
    bare = text.str.replace_all(r"[\s\u00a0\u202f']", "")
    if name in ("value", "amount", "revenue", "paid_in_capital"):
        bare = bare.str.replace(r"^(?:US\$|\$|USD)|(?:USD)$", "")
    if name.startswith("share_"):
        bare = bare.str.replace(r"%$", "")
    if style.decimal_comma:
        number = bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    else:
        grouped = (
            bare.str.contains(THOUSANDS)
            if style.decimal_comma is False
            else bare.str.contains(r"^[+-]?\d{1,3}(?:(?:,\d{3}){2,}(?:\.\d+)?|,\d{3}\.\d+)$")
        )
        number = pl.when(grouped).then(bare.str.replace_all(",", "", literal=True)).otherwise(bare)
    value = number.str.to_lowercase().cast(pl.Float64, strict=False)
    return pl.when(value.is_finite() & (value.abs() <= LARGEST)).then(value)


def style_of(frame: pl.DataFrame, numbers: Sequence[str], style: Style) -> Style:
    """Settle the decimal sign where the file shows it: one value with comma and point, or with two commas.

    A lone comma before three digits, as in 1,500, could be either sign: without such a value it stays unread.
    """
    if style.decimal_comma is not None or not numbers:
        return style
    texts = pl.concat([frame[name].drop_nulls() for name in numbers]).str.replace_all(r"[\s$%']", "")
    shows = texts.str.contains(r",\d{3},|,\d{3}\.\d").any()
    against = texts.str.contains(r",\d{1,2}$|,\d{4,}|\.\d{3}[,.]").any()
    return replace(style, decimal_comma=False) if shows and not against else style


def _truth(text: pl.Expr) -> pl.Expr:
    low = text.str.to_lowercase()
    return pl.when(low.is_in(TRUE)).then(True).when(low.is_in(FALSE)).then(False)


def _country(text: pl.Expr, texts: pl.Series, many: bool) -> pl.Expr:
    if many:
        names = texts.drop_nulls().str.split(";").explode().str.strip_chars().drop_nulls().unique()
        codes = _codes(names)
        parts = split(text)
        found = parts.list.eval(pl.element().replace_strict(codes, default=None, return_dtype=pl.String))
        return pl.when(found.list.drop_nulls().list.len() == parts.list.len()).then(found)
    return text.replace_strict(_codes(texts.drop_nulls().unique()), default=None, return_dtype=pl.String)


def _codes(names: pl.Series) -> dict[str, str | None]:
    return {name: country_code(name) for name in names.to_list()} or {"": None}


def split(text: pl.Expr) -> pl.Expr:
    """Split a cell at semicolons; empty parts are dropped."""
    return (
        text.str.split(";").list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
    )


def _listed(text: pl.Expr, name: str, texts: pl.Series) -> Parsed:
    if name == "territory":
        return Parsed(_country(text, texts, many=True), "names a country we do not know", "write ISO codes, as SG;MY")
    if name == "via":
        stops = texts.drop_nulls().str.split(";").explode().str.strip_chars().drop_nulls().unique()
        codes = {stop: _stop(stop) for stop in stops.to_list()} or {"": None}
        parts = split(text)
        found = parts.list.eval(pl.element().replace_strict(codes, default=None, return_dtype=pl.String))
        whole = pl.when(found.list.drop_nulls().list.len() == parts.list.len()).then(found)
        return Parsed(whole, "names a country we do not know", "write stops as SG;MY@2024-05-01/2024-05-03")
    return Parsed(split(text), "is no list", "separate entries by ;")


def _stop(text: str) -> str | None:
    place, _, dates = text.partition("@")
    code = country_code(place)
    return None if code is None else f"{code}@{dates.strip()}" if dates.strip() else code


def _text(text: pl.Expr, name: str) -> Parsed:
    if name == "hs_code":
        digits = text.str.replace(r"\.0$", "").str.replace_all(r"\D", "")
        return Parsed(
            pl.when(digits.str.len_chars() >= 2).then(digits), "has no digits", "write the HS code, as 847150"
        )
    if name == "currency":
        upper = text.str.to_uppercase()
        code = upper.replace(CURRENCIES)
        return Parsed(pl.when(code.str.contains(r"^[A-Z]{3}$")).then(code), "is no ISO 4217 code", "write it as USD")
    if name == "lei":
        return Parsed(text.str.replace_all(r"\s", "").str.to_uppercase(), "", "")
    if name in ("kind", "mode", "unit", "status", "answer", "event", "seen_by"):
        return Parsed(text.str.to_lowercase(), "", "")
    return Parsed(text.str.replace_all(r"[\s\u00a0]+", " "), "", "")
