"""What the values of a column look like: days of which format, numbers, countries, codes, companies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipelines.normalize.countries import country_code
from pipelines.normalize.dates import EXCEL, MOMENT, day
from pipelines.normalize.numbers import number
from pipelines.normalize.units import unit_words
from pipelines.normalize.values import clean

SAMPLE = 5_000
FORMATS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y",
    "%d-%m-%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d/%b/%Y", "%b %Y", "%B %Y",
    "%b-%Y", "%b-%y", "%m/%Y", "%Y-%m", "%Y/%m", "%Y%m", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%d%m%Y", "%Y年%m月%d日",
)  # fmt: skip
"""Formats tried, besides ISO 8601."""

COMPANY = re.compile(
    r"(?i)\b(?:co|corp|corporation|inc|incorporated|ltd|limited|llc|llp|plc|gmbh|ag|kg|ug|bv|b\.v|nv|n\.v|sa|s\.a|sarl|sas|spa|"
    r"s\.p\.a|srl|s\.r\.l|sdn|bhd|pte|pty|pvt|pt|tbk|jsc|cjsc|ojsc|ooo|oao|zao|too|ип|ооо|оао|зао|тоо|ао|a\.s|as|a\.ş|aş|şti|"
    r"sti|ltda|cv|s\.a\.\s*de|oy|ab|aps|kft|doo|fze|fzco|fz|group|holding|holdings|trading|company|tnhh|cong\s+ty|công\s+ty|"
    r"industries|technologies|systems|logistics|international)\b|公司|有限|株式会社|㈜|주식회사|بيان"
)
CURRENCY_CODE = r"^[A-Z]{3}$"
HS = r"^\d{4}(?:[. ]?\d{2}){1,3}(?:[. ]?\d{1,3})?$"
MOST = 0.9
"""Share of values that must fit."""


@dataclass(frozen=True)
class Profile:
    """The cleaned, filled values of one column."""

    heading: str
    texts: pl.Series

    @classmethod
    def of(cls, heading: str, texts: pl.Series) -> Profile:
        filled = texts.to_frame("text").select(clean(pl.col("text"))).to_series().drop_nulls()
        return cls(heading, filled.head(SAMPLE))

    @property
    def is_empty(self) -> bool:
        return self.texts.is_empty()

    def _share(self, fits: pl.Expr) -> float:
        return 0.0 if self.is_empty else float(self.texts.to_frame("text").select(fits.mean()).item() or 0.0)

    @cached_property
    def is_unique(self) -> bool:
        return self.texts.n_unique() == len(self.texts)

    @cached_property
    def numbers(self) -> float:
        """Share of values that are numbers, whatever the decimal sign."""
        either = [number(pl.col("text"), sign, pl.lit("USD")).is_not_null() for sign in ("point", "comma")]
        return self._share(pl.any_horizontal(either))

    @cached_property
    def wholes(self) -> float:
        return self._share(pl.col("text").str.contains(r"^\d{1,9}(?:\.0+)?$"))

    @cached_property
    def countries(self) -> float:
        if self.is_empty or self.numbers > MOST:
            return 0.0
        known = [text for text in self.texts.unique().head(300).to_list() if len(text) <= 60 and country_code(text)]
        return self._share(pl.col("text").is_in(known))

    @cached_property
    def currencies(self) -> float:
        return self._share(pl.col("text").str.contains(CURRENCY_CODE))

    @cached_property
    def hs_codes(self) -> float:
        return self._share(pl.col("text").str.contains(HS))

    @cached_property
    def units(self) -> float:
        words = [each for each in unit_words() if not each.isdecimal()]
        return self._share(pl.col("text").str.to_lowercase().str.strip_chars(" .").is_in(words))

    @cached_property
    def companies(self) -> float:
        found = [bool(COMPANY.search(text)) for text in self.texts.head(500).to_list()]
        return sum(found) / len(found) if found else 0.0

    @cached_property
    def length(self) -> float:
        return float(self.texts.str.len_chars().mean() or 0.0)  # type: ignore[arg-type]

    @cached_property
    def formats(self) -> tuple[str, ...]:
        """Formats that read every value; "" is ISO 8601, which needs none. Nothing where no day can be read."""
        if self.is_empty:
            return ()
        if self._share(day(pl.col("text")).is_not_null()) == 1.0:
            return ("",)
        if self.numbers == 1.0 and not self._share(pl.col("text").str.contains(r"^\d{1,2}[./-]\d")):
            return (EXCEL,) if self._share(pl.col("text").str.contains(r"^[34]\d{4}(?:\.\d+)?$")) == 1.0 else ()
        return tuple(form for form in FORMATS if self._share(day(pl.col("text"), [form]).is_not_null()) == 1.0)

    @cached_property
    def is_date(self) -> bool:
        """Whether all, or nearly all, values are days in some format."""
        return bool(self.formats) or self._share(day(pl.col("text"), FORMATS).is_not_null()) >= MOST

    @cached_property
    def shifted_midnight(self) -> str | None:
        """The time in UTC that all values have, where that is not midnight: they are midnights elsewhere."""
        if self.is_empty or self._share(pl.col("text").str.contains(MOMENT)) < 1.0:
            return None
        times = self.texts.str.extract(r"[T ](\d{2}:\d{2})", 1).unique().to_list()
        return times[0] if len(times) == 1 and times[0] != "00:00" else None

    def example(self) -> str:
        """A value, for a comment."""
        return " ".join(str(self.texts[0]).split())[:40] if len(self.texts) else ""
