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
FRONT = r"^(-?)\s*([^\d\s.,+()-][^\d,()+-]*?)\s*(-?[\d.,].*)$"
BACK = r"^(-?[\d.,\s\u00a0'’]*\d)\s*([^\d\s,()+-]+)$"
DIGITS = r"^[+-]?\d+$"
PLAINLY: tuple[Sign, ...] = ("point", "unknown", "either")
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
        """What it comes to: 1,500 or 1.500 shows nothing, few values decide nothing over many, but 12,5 alone does."""
        against = self.comma + self.hints
        if self.point and self.point >= CLEARLY * against:
            return "point"
        if not self.comma:
            alone = self.hints > self.commaed and self.hints >= self.pointed and not self.point
            return "comma" if alone else "unknown"
        return "comma" if against >= CLEARLY * self.point and CLEARLY * against >= self.pointed else "either"


def evidence(texts: Sequence[pl.Series]) -> Evidence:
    """Count what the texts of columns show of the decimal sign."""
    if not texts:
        return Evidence()
    marked = [each.filter(each.str.contains("[.,]")).rename("text") for each in texts]
    text = pl.concat(marked).str.replace_all(r"[^\d.,+-]", "")
    return Evidence(
        point=int((text.str.contains(SHOWS_POINT) | text.str.contains(SHOWS_DECIMALS)).sum()),
        comma=int(text.str.contains(SHOWS_COMMA).sum()),
        hints=int(text.str.contains(HINTS_COMMA).sum()),
        pointed=int(text.str.contains(TWO_WAYS_POINT).sum()),
        commaed=int(text.str.contains(TWO_WAYS_COMMA).sum()),
    )


def evidence_of_plain(texts: Sequence[pl.Series]) -> Evidence:
    """Count what columns show in which every text is a number with a decimal point, or without any."""
    if any(each.str.contains("[eE]").any() for each in texts):
        return evidence(texts)
    point = pointed = 0
    for each in texts:
        marked = each.to_frame("text").select(
            text="text", behind=pl.col("text").str.len_bytes() - pl.col("text").str.find(".", literal=True) - 1
        )
        three = marked.filter(pl.col("behind") == 3)["text"]  # nearly all others show a point by their length alone
        point += marked.filter(pl.col("behind") > 0).height - three.len()
        point += int(three.str.contains(SHOWS_DECIMALS).sum())
        pointed += int(three.str.contains(TWO_WAYS_POINT).sum())
    return Evidence(point=point, pointed=pointed)


def number(text: pl.Expr, sign: Sign, currency: pl.Expr | None = None) -> pl.Expr:
    """Read numbers; null where a text is none or could be two.

    A currency's sign or code is passed over where it is that of `currency` (USD where that is empty); (5) is -5.
    """
    beside = pl.lit(None, pl.String) if currency is None else currency.fill_null("USD").str.to_uppercase()

    def read(columns: Sequence[pl.Series]) -> pl.Series:
        texts, said = columns
        return _numbers(texts, sign, None if currency is None else said)

    return pl.map_batches([text, beside], read, return_dtype=pl.Float64)


def _numbers(texts: pl.Series, sign: Sign, currency: pl.Series | None) -> pl.Series:
    """Read what is written plainly at once, and the rest with care."""
    values = texts.cast(pl.Float64, strict=False)
    plain = values.is_finite().fill_null(value=False) & texts.str.contains(PLAIN if sign in PLAINLY else DIGITS)
    if sign == "either":
        plain = plain & ~texts.str.contains(TWO_WAYS_POINT)
    rest = (texts.is_not_null() & ~plain).arg_true()
    if len(rest):
        said = currency if currency is None or len(currency) == 1 else currency.gather(rest)
        values = values.scatter(rest, _careful(texts.gather(rest), sign, said))
    return values.to_frame("value").select(_within(pl.col("value"))).to_series()


def _within(value: pl.Expr) -> pl.Expr:
    return pl.when(value.is_finite() & (value.abs() <= LARGEST)).then(value)


def _careful(texts: pl.Series, sign: Sign, currency: pl.Series | None) -> pl.Series:
    frame = texts.to_frame("text").with_columns(pl.col("text").str.replace(r"^\((.*)\)$", "-${1}"))
    if currency is not None:
        frame = frame.with_columns(said=pl.lit(currency[0]) if len(currency) == 1 else currency)
        frame = _without_currency(frame)
    spaced = pl.col("text").str.contains(SPACED)
    bare = pl.when(spaced).then(pl.col("text").str.replace_all(GAPS, "")).otherwise(pl.col("text"))
    frame = frame.select(text=bare).select(text=_pointed(pl.col("text"), sign))
    return frame.select(pl.col("text").str.strip_chars_start("+").cast(pl.Float64, strict=False)).to_series()


def _pointed(text: pl.Expr, sign: Sign) -> pl.Expr:
    """Write a number with a decimal point and no groups; null where it is none, or could be two."""
    point = (
        pl.when(text.str.contains(PLAIN))
        .then(text)
        .when(text.str.contains(GROUPED))
        .then(text.str.replace_all(",", "", literal=True))
    )
    comma = pl.when(text.str.contains(WITH_COMMA)).then(
        text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    )
    if sign == "point":
        return point
    if sign == "comma":
        return comma
    own = pl.when(text.str.contains(SHOWS_COMMA)).then(comma)
    doubtful = text.str.contains(TWO_WAYS_COMMA)
    if sign == "either":
        doubtful = doubtful | text.str.contains(TWO_WAYS_POINT)
    return pl.coalesce(own, pl.when(~doubtful).then(point))


def _without_currency(frame: pl.DataFrame) -> pl.DataFrame:
    """Take away a currency's sign or code where the row is in that currency; elsewhere it stays, unread."""
    text = pl.col("text")
    parts = frame.with_columns(
        front=text.str.extract(FRONT, 2).str.to_uppercase(),
        after_front=text.str.replace(FRONT, "${1}${3}"),
        back=text.str.extract(BACK, 2).str.to_uppercase(),
        before_back=text.str.replace(BACK, "${1}"),
    )
    bare = (
        pl.when(_means("front"))
        .then(pl.col("after_front"))
        .when(_means("back"))
        .then(pl.col("before_back"))
        .otherwise(text)
    )
    return parts.select(text=bare)


def _means(sign: str) -> pl.Expr:
    """Whether a sign is one of the row's currency."""
    pairs = [f"{each} {code}" for each, codes in SIGNS.items() for code in codes]
    both = pl.concat_str([pl.col(sign), pl.lit(" "), pl.col("said")])
    return (pl.col(sign) == pl.col("said")) | both.is_in(pairs)
