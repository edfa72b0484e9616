"""Numbers as files write them: decimal points and commas, thousands in groups, and what can be read two ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

Sign = Literal["point", "comma", "either", "unknown"]
"""The decimal sign of a file: `either` where it has both, `unknown` where no value shows it."""

LARGEST = 1e15
PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
GROUPED = r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d*)?$"
"""Thousands as 1,234,567.8, or lakhs as 12,34,567.8."""

WITH_COMMA = r"^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*)(?:,\d+)?$"
"""1.234.567,8 and 1234567,8."""

SHOWS_POINT = r"^[+-]?(?:\d{1,3}(?:,\d{3}){2,}(?:\.\d*)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d*)?|\d{1,3},\d{3}\.\d*)$"
SHOWS_DECIMALS = r"^[+-]?(?:\d*\.(?:\d{1,2}|\d{4,})|0+\.\d+|\d{4,}\.\d+)$"
SHOWS_COMMA = r"^[+-]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})$"
HINTS_COMMA = r"^[+-]?(?:\d*,(?:\d{1,2}|\d{4,})|0+,\d+|\d{4,},\d+)$"
TWO_WAYS_COMMA, TWO_WAYS_POINT = r"^[+-]?[1-9]\d{0,2},\d{3}$", r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
CLEARLY = 20
"""How many times more often one sign must show than the other to be the file's."""

SPACED = r"^([+-]?\d{1,3}(?:[\s\u00a0\u202f\u2009'’]\d{3})+)([.,]\d+)?$"
GAPS = r"[\s\u00a0\u202f\u2009'’]"
DOLLARS = ("USD", "HKD", "SGD", "TWD", "CAD", "AUD", "NZD", "MXN", "COP", "CLP", "ARS", "BRL", "MOP")
SIGNS: Mapping[str, tuple[str, ...]] = {
    "US$": ("USD",), "HK$": ("HKD",), "NT$": ("TWD",), "S$": ("SGD",), "R$": ("BRL",), "A$": ("AUD",), "C$": ("CAD",),
    "MX$": ("MXN",), "$": DOLLARS, "€": ("EUR",), "£": ("GBP",), "¥": ("JPY", "CNY", "CNH"),
    "￥": ("CNY", "JPY", "CNH"),
    "₹": ("INR",), "RS.": ("INR", "PKR"), "RS": ("INR", "PKR"), "₩": ("KRW",), "₫": ("VND",), "Đ": ("VND",),
    "₺": ("TRY",), "TL": ("TRY",), "₽": ("RUB",), "РУБ": ("RUB",), "РУБ.": ("RUB",), "₸": ("KZT",), "₴": ("UAH",),
    "฿": ("THB",), "RM": ("MYR",), "RP": ("IDR",), "RP.": ("IDR",), "DHS": ("AED",), "FR.": ("CHF",), "RMB": ("CNY",),
    "元": ("CNY", "TWD"), "円": ("JPY",), "원": ("KRW",),
}  # fmt: skip
"""Signs of currencies and the codes they may stand for."""


@dataclass(frozen=True)
class Evidence:
    """How often values show a decimal point, show a comma, hint at one (12,5), or could have either (1.500)."""

    point: int = 0
    comma: int = 0
    hints: int = 0
    pointed: int = 0
    commaed: int = 0

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            self.point + other.point,
            self.comma + other.comma,
            self.hints + other.hints,
            self.pointed + other.pointed,
            self.commaed + other.commaed,
        )

    @property
    def sign(self) -> Sign:
        """What it comes to: a lone 1,500 or 1.500 shows nothing, and few values decide nothing over many."""
        against = self.comma + self.hints
        if self.point and self.point >= CLEARLY * against:
            return "point"
        if not self.comma:
            return "unknown"
        return "comma" if against >= CLEARLY * self.point and CLEARLY * against >= self.pointed else "either"


def evidence(texts: Sequence[pl.Series]) -> Evidence:
    """Count what the texts of columns show of the decimal sign."""
    if not texts:
        return Evidence()
    text = pl.concat([each.drop_nulls().rename("text") for each in texts]).str.replace_all(r"[^\d.,+-]", "")
    return Evidence(
        point=int((text.str.contains(SHOWS_POINT) | text.str.contains(SHOWS_DECIMALS)).sum()),
        comma=int(text.str.contains(SHOWS_COMMA).sum()),
        hints=int(text.str.contains(HINTS_COMMA).sum()),
        pointed=int(text.str.contains(TWO_WAYS_POINT).sum()),
        commaed=int(text.str.contains(TWO_WAYS_COMMA).sum()),
    )


def number(text: pl.Expr, sign: Sign, currency: pl.Expr | None = None) -> pl.Expr:
    """Read numbers; null where a text is none or could be two.

    A currency's sign or code is passed over where it is that of `currency` (USD where that is empty); (5) is -5.
    """
    bare = text.str.strip_chars()
    bare = bare.str.replace(r"^\((.*)\)$", "-${1}")
    if currency is not None:
        bare = _without_currency(bare, currency)
    spaced = bare.str.contains(SPACED)
    bare = pl.when(spaced).then(bare.str.replace_all(GAPS, "")).otherwise(bare)
    value = _signed(bare, sign).str.strip_chars_start("+").cast(pl.Float64, strict=False)
    return pl.when(value.is_finite() & (value.abs() <= LARGEST)).then(value)


def _signed(bare: pl.Expr, sign: Sign) -> pl.Expr:
    point = (
        pl.when(bare.str.contains(PLAIN))
        .then(bare)
        .when(bare.str.contains(GROUPED))
        .then(bare.str.replace_all(",", "", literal=True))
    )
    comma = pl.when(bare.str.contains(WITH_COMMA)).then(
        bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    )
    if sign == "point":
        return point
    if sign == "comma":
        return comma
    own = pl.when(bare.str.contains(SHOWS_COMMA)).then(comma)
    doubtful = bare.str.contains(TWO_WAYS_COMMA)
    if sign == "either":
        doubtful = doubtful | bare.str.contains(TWO_WAYS_POINT)
    return pl.coalesce(own, pl.when(~doubtful).then(point))


def _without_currency(bare: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Take away a currency's sign or code where the row is in that currency; elsewhere it stays, unread."""
    pattern = r"(?i)^(-?)\s*([^\d\s.,+()-][^\d,()+-]*?)\s*(-?[\d.,].*)$"
    after = r"(?i)^(-?[\d.,\s\u00a0'’]*\d)\s*([^\d\s,()+-]+)$"
    front, back = bare.str.extract(pattern, 2).str.to_uppercase(), bare.str.extract(after, 2).str.to_uppercase()
    said = pl.coalesce(currency.str.to_uppercase(), pl.lit("USD"))
    amount = pl.coalesce(bare.str.replace(pattern, "${1}${3}"), bare)
    tail = bare.str.replace(after, "${1}")
    return pl.when(_means(front, said)).then(amount).when(_means(back, said)).then(tail).otherwise(bare)


def _means(sign: pl.Expr, currency: pl.Expr) -> pl.Expr:
    meant = [(sign == each) & currency.is_in(list(codes)) for each, codes in SIGNS.items()]
    return pl.any_horizontal(sign == currency, *meant)
