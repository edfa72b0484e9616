"""Values of files: text to dates, numbers, booleans, countries and lists, column by column.

Each parser is an expression over text that is stripped and null when empty; what it cannot read is null.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.normalize.countries import country_code
from pipelines.normalize.dates import TWO_WAYS, day
from pipelines.normalize.numbers import LARGEST, TWO_WAYS_COMMA, Evidence, Sign, evidence, evidence_of_plain, number
from pipelines.tables import Column

NOTHING = (
    "null", "(null)", "<null>", "none", "n/a", "#n/a", "n.a.", "#na", "-", "--", "—", "nan", "nil", "\\n",
    "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!",
)  # fmt: skip
"""Words that mean: no value. NA is none of them: it is Namibia."""

LONGEST_NOTHING = max(len(word.encode()) for word in NOTHING)
AT_ENDS = r"^[\s\x{a0}\x{200b}\x{feff}]|[\s\x{a0}\x{200b}\x{feff}]$"
UNEVEN = r"[\t\n\v\f\r\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]|  "
"""White space that is not one space between words."""

EARLIEST_DAY = dt.date(1800, 1, 1)
TRUE, FALSE = ("yes", "true", "1", "y", "t"), ("no", "false", "0", "n", "f")
MONEY = ("value", "amount", "revenue", "paid_in_capital")
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
    """How a file writes values: strftime formats of its dates, its decimal sign, and where its times in UTC are from.

    Without formats dates are ISO 8601; `decimal_comma` None means: as the values show, settled in `sign`.
    """

    date_formats: tuple[str, ...] = ()
    decimal_comma: bool | None = None
    timezone: str | None = None
    shown: Sign = "unknown"

    @property
    def sign(self) -> Sign:
        """The decimal sign: as declared, else as shown."""
        return self.shown if self.decimal_comma is None else "comma" if self.decimal_comma else "point"


@dataclass(frozen=True)
class Parsed:
    """One column read: its expression, and what is wrong with a text it leaves null.

    `doubtful` marks the texts that could be read in more than one way, and says what to do about those.
    """

    value: pl.Expr
    reason: str
    advice: str
    doubtful: tuple[pl.Expr, str] | None = None


def clean(column: pl.Expr) -> pl.Expr:
    """Strip a text; empty text and words for nothing are null. The column keeps its name."""
    text = column.str.strip_chars().str.strip_chars("\u00a0\u200b\ufeff")
    return (
        pl.when(text.str.to_lowercase().is_in(("", *NOTHING)))
        .then(None)
        .otherwise(text)
        .alias(column.meta.output_name())
    )


def parse(column: Column, texts: pl.Series, style: Style, beside: Collection[str] = ()) -> Parsed:
    """Read one column of a contract table from its cleaned texts; `texts` has all of them, or the distinct ones.

    `beside` names the other columns there are: an amount may carry the sign of the row's currency.
    """
    text = pl.col(column.name)
    kind = column.kind
    if kind == "date":
        if not style.date_formats and _all_are(texts.str.to_date("%Y-%m-%d", strict=False), texts, EARLIEST_DAY):
            return day_column(text.str.to_date("%Y-%m-%d", strict=False), text, ())
        return day_column(day(text, style.date_formats, style.timezone), text, style.date_formats)
    if kind == "number":
        money = column.name in MONEY
        currency = pl.col("currency") if money and "currency" in beside else pl.lit("USD") if money else None
        if style.sign in ("point", "unknown") and _all_are(_as_number(texts), texts, -LARGEST, LARGEST):
            return number_column(text.cast(pl.Float64, strict=False), text)
        bare = text.str.replace(r"\s*%$", "") if column.name.startswith("share_") else text
        return number_column(number(bare, style.sign, currency), text)
    if kind == "bool":
        return Parsed(_truth(text), "is neither yes nor no", "write yes or no")
    if kind == "country" or column.name == "country":
        return Parsed(_country(text, texts, kind == "list"), "is no country we know", "write the ISO code, as SG")
    if kind == "list":
        return _listed(text, column.name, texts)
    return _text(text, column.name, texts)


def _as_number(texts: pl.Series) -> pl.Series:
    return texts.cast(pl.Float64, strict=False)


def _all_are(values: pl.Series, texts: pl.Series, least: object, most: object | None = None) -> bool:
    """Whether every text has a value, within bounds: then nothing else need be tried."""
    if values.null_count() != texts.null_count():
        return False
    within = (values >= least) if most is None else values.is_between(least, most)  # type: ignore[arg-type]
    return bool(within.all())


def day_column(value: pl.Expr, text: pl.Expr, formats: Sequence[str]) -> Parsed:
    """Complete a column of days: a text with day and month as bare numbers needs a format that says which is which."""
    if formats:
        shown = " or ".join(formats)
        return Parsed(value, "is no date", f"write it as {shown}, as the mapping says, or as 2024-05-31")
    doubtful = (
        text.str.contains(TWO_WAYS),
        'write it as 2024-05-31, or declare date_format = "%d/%m/%Y" or "%m/%d/%Y" in a mapping',
    )
    return Parsed(value, "is no date", "write it as 2024-05-31, or declare its date_format in a mapping", doubtful)


def number_column(value: pl.Expr, text: pl.Expr) -> Parsed:
    """Complete a column of numbers: 1,500 needs a sign that says whether it is 1500 or 1.5."""
    doubtful = (
        text.str.contains(TWO_WAYS_COMMA),
        "write digits with a decimal point, as 8100000.50, or declare decimal_comma in a mapping",
    )
    return Parsed(value, "is no number", "write digits with a decimal point, as 8100000.50", doubtful)


def evidence_of(frame: pl.DataFrame, numbers: Sequence[str], plain: Collection[str] = ()) -> Evidence:
    """Count what the number columns of a frame of texts show of the decimal sign; `plain` ones have points only."""
    sure = [frame[name] for name in numbers if name in plain]
    return evidence([frame[name] for name in numbers if name not in plain]) + evidence_of_plain(sure)


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
    codes = _codes(texts.drop_nulls().unique())
    if all(name == code for name, code in codes.items()):
        return text
    return text.replace_strict(codes, default=None, return_dtype=pl.String)


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


def _text(text: pl.Expr, name: str, texts: pl.Series) -> Parsed:
    if name == "hs_code":
        digits = text.str.replace(r"\.0$", "").str.replace_all(r"\D", "")
        coded = pl.when(digits.str.len_chars() >= 2).then(digits)
        return Parsed(_where_other(coded, text, texts), "has no digits", "write the HS code, as 847150")
    if name == "currency":
        code = text.str.to_uppercase().replace(CURRENCIES)
        coded = pl.when(code.str.contains(r"^[A-Z]{3}$")).then(code)
        return Parsed(_where_other(coded, text, texts), "is no ISO 4217 code", "write it as USD")
    if name == "lei":
        return Parsed(text.str.replace_all(r"\s", "").str.to_uppercase(), "", "")
    if name in ("kind", "mode", "unit", "status", "answer", "event", "seen_by"):
        return Parsed(_where_other(text.str.to_lowercase(), text, texts), "", "")
    return Parsed(text.str.replace_all(r"[\s\u00a0]+", " ") if texts.str.contains(UNEVEN).any() else text, "", "")


def _where_other(value: pl.Expr, text: pl.Expr, texts: pl.Series) -> pl.Expr:
    """Give the value of texts; the texts themselves where none has another value."""
    frame = texts.to_frame(text.meta.output_name())
    return value if frame.select(value.ne_missing(text).any()).item() else text
