"""Units as files write them: customs codes and words of many languages to ours, and weights to kilograms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from pipelines.configuration import config_toml


@cache
def unit_words() -> Mapping[str, str]:
    """Words a unit is written with, in lower case, and what we call it."""
    units: Mapping[str, list[str]] = config_toml("unit_words.toml")["units"]
    return {word.casefold(): ours for ours, words in units.items() for word in words}


@cache
def _weights() -> Mapping[str, float]:
    listed = config_toml("unit_words.toml")["kilograms"]
    return {word: float(kilograms) for ours, kilograms in listed.items() for word in _spellings(ours)}


def _spellings(ours: str) -> list[str]:
    return [ours, *(word for word, meant in unit_words().items() if meant == ours)]


def kilograms(unit: pl.Expr) -> pl.Expr:
    """How many kilograms one of a unit of weight is; null where it is none we know."""
    return _bare(unit).replace_strict(_weights(), default=None, return_dtype=pl.Float64)


def unit(text: pl.Expr, further: Mapping[str, str] | None = None) -> pl.Expr:
    """Write a unit in our words; one nobody knows stays as it is, in lower case."""
    words = {**unit_words(), **{word.rstrip("."): ours for word, ours in (further or {}).items()}}
    return pl.coalesce(_bare(text).replace_strict(words, default=None, return_dtype=pl.String), text)


def _bare(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.strip_chars(" .")
