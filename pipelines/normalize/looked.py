"""Look at texts before working on them: most files need no cleaning, and much of what they hold repeats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.normalize.numbers import LARGEST
from pipelines.normalize.values import AT_ENDS, EARLIEST_DAY, LONGEST_NOTHING, NOTHING, clean

SAMPLE = 4096
"""Rows at the beginning that show whether the texts of a column repeat."""

OFTEN = 2
"""How often each text must stand there, on the average, for a list of the distinct ones to pay."""


@dataclass(frozen=True)
class Looked:
    """Cleaned texts, and what a look at them showed.

    `distinct` has of each column its distinct texts where they repeat, else all; `values` the days and numbers of
    those columns in which every text is written plainly, row by row.
    """

    texts: pl.DataFrame
    distinct: Mapping[str, pl.Series] = field(default_factory=dict)
    values: Mapping[str, pl.Series] = field(default_factory=dict)

    def full(self, own: Sequence[str]) -> Looked:
        """Leave out the rows that have nothing but columns of ours."""
        full = self.texts.filter(~pl.all_horizontal(pl.exclude(*own).is_null()))
        return self if full.height == self.texts.height else Looked(full, self.distinct)

    def of(self, name: str) -> pl.Series:
        """Give the distinct texts of a column, or all."""
        return self.distinct[name] if name in self.distinct else self.texts[name]


def looked(frame: pl.DataFrame, names: Iterable[str], kinds: Mapping[str, str]) -> Looked:
    """Clean the columns of texts that need it. `kinds` names those that may be days or numbers, plainly written."""
    if frame.is_empty():
        return Looked(frame)
    names = list(names)
    read = {name: _plain(frame[name], kinds[name]) for name in names if name in kinds}
    values = {name: each for name, each in read.items() if each is not None}
    distinct = {name: distinct_of(frame[name]) for name in names if name not in values}
    unclean = [name for name, each in distinct.items() if _needs_cleaning(each)]
    texts = frame.with_columns(clean(pl.col(name)) for name in unclean)
    return Looked(texts, distinct | {name: distinct_of(texts[name]) for name in unclean}, values)


def distinct_of(texts: pl.Series) -> pl.Series:
    """Give the distinct texts where they seem to repeat, else all."""
    beginning = texts.head(SAMPLE)
    return texts.unique() if beginning.n_unique() * OFTEN <= len(beginning) else texts


def _needs_cleaning(texts: pl.Series) -> bool:
    """Whether a text has white space at an end, is empty, or a word for nothing."""
    short = texts.filter(texts.str.len_bytes() <= LONGEST_NOTHING).str.to_lowercase()
    return bool(texts.str.contains(AT_ENDS).any() or short.is_in(("", *NOTHING)).any())


def _plain(texts: pl.Series, kind: str) -> pl.Series | None:
    """Read a column in which every text is an ISO day, or a number with a decimal point; None for any other."""
    if kind == "date":
        days = texts.str.to_date("%Y-%m-%d", strict=False)
        plain = days.null_count() == texts.null_count() and (days >= EARLIEST_DAY).all()
        return days if plain and not texts.str.contains(r"^\s").any() else None
    numbers = texts.cast(pl.Float64, strict=False)
    plain = numbers.null_count() == texts.null_count() and numbers.is_between(-LARGEST, LARGEST).all()
    return numbers if plain else None
