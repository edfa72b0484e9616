"""Whether goods nobody recognized may be the goods that had arrived: by value, weight, HS code and serial numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from pipelines.normalize.catalog import FAMILIES, Catalog, bands, catalog
from pipelines.normalize.items import in_hs_set

WEIGHTS = {"value": 0.6, "weight": 0.4, "hs_code": 0.4, "serials": 0.95}
"""How much each sign makes plausible; together 1 - (1 - a)(1 - b) …"""

PER_MISFIT = 0.6
"""What each sign against leaves of the fit."""


def plausible(rows: pl.DataFrame, *, items: Catalog | None = None) -> pl.DataFrame:
    """Judge rows of unknown goods against the goods that had arrived.

    Needs `unit_value_usd, hs_code, weight_kg` (of the line), `pieces, serial_match, goods` (such as
    "accelerator/h100"), `arrived_form, arrived_chips_per_piece`. Adds `plausible`; `assumed_form` and
    `assumed_chips_per_piece`: as arrived, or single chips where the value, else the weight, fits these better; `fits`
    and `misfits` (value, weight, hs_code, serials); `fit` from 0 to 1. A unit value far outside both bands contradicts:
    neither HS code nor weight then suffices alone. Other goods are never taken for what arrived.
    """
    kept = rows.columns
    items = items or catalog()
    settings = items.settings
    frame = _with_bands(rows, items)
    value, weight = pl.col("unit_value_usd"), pl.col("weight_kg") / pl.when(pl.col("pieces") > 0).then(pl.col("pieces"))
    frame = frame.with_columns(
        _value=_value_fits(value, "_low", "_high", settings), _value_one=_value_fits(value, "_low_one", "_high_one", settings),
        _weight=_weight_fits(weight, "_kg", settings), _weight_one=_weight_fits(weight, "_kg_one", settings),
        _contradicts=((value > settings["far_above"] * pl.max_horizontal("_high", "_high_one"))
                      | (value < settings["far_below"] * pl.col("_low_one"))).fill_null(value=False),
        _off=_distance(value, "_low", "_high"), _off_one=_distance(value, "_low_one", "_high_one"),
        _hs=_hs_fits(items), _serials=pl.col("serial_match").fill_null(value=False),
    )
    return _concluded(frame.with_columns(_apart=_taken_apart())).select(*kept, *ADDED)


ADDED = ("plausible", "assumed_form", "assumed_chips_per_piece", "fits", "misfits", "fit")


def _with_bands(rows: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Put the price and weight of one piece as arrived, and of a single chip, beside each row."""
    asked = rows.select("goods", form="arrived_form", chips="arrived_chips_per_piece")
    single = rows.select("goods", form=pl.lit("board"), chips=pl.lit(1.0))
    whole = bands(items, asked).select(_low="low_usd", _high="high_usd", _kg="kilograms")
    one = bands(items, single).select(_low_one="low_usd", _high_one="high_usd", _kg_one="kilograms")
    return rows.hstack(whole).hstack(one)


def _value_fits(value: pl.Expr, low: str, high: str, settings: Mapping[str, Any]) -> pl.Expr:
    return (value >= settings["share_of_band"] * pl.col(low)) & (value <= settings["far_above"] * pl.col(high))


def _weight_fits(weight: pl.Expr, kilograms: str, settings: Mapping[str, Any]) -> pl.Expr:
    ratio = settings["weight_ratio"]
    return weight.is_between(pl.col(kilograms) / ratio, pl.col(kilograms) * ratio)


def _distance(value: pl.Expr, low: str, high: str) -> pl.Expr:
    """How far a value is from a band, as a logarithm; 0 within."""
    below, above = (pl.col(low) / value).log(), (value / pl.col(high)).log()
    return pl.when(value > 0).then(pl.max_horizontal(below, above, 0.0))


def _hs_fits(items: Catalog) -> pl.Expr:
    fits = pl.lit(None, pl.Boolean)
    for family in FAMILIES:
        of_family = pl.col("goods").str.split("/").list.first() == family
        fits = pl.when(of_family).then(in_hs_set(pl.col("hs_code"), items.hs_set(family))).otherwise(fits)
    return fits


def _taken_apart() -> pl.Expr:
    """Whether single chips fit better than what arrived: by value; without one, by weight."""
    several = pl.col("arrived_chips_per_piece").fill_null(2.0) > 1
    by_value = pl.col("_off_one") < pl.col("_off")
    by_weight = pl.col("_weight_one") & ~pl.col("_weight")
    accelerator = pl.col("goods").str.starts_with("accelerator")
    return (several & accelerator & pl.coalesce(by_value, by_weight)).fill_null(value=False)


def _concluded(frame: pl.DataFrame) -> pl.DataFrame:
    apart = pl.col("_apart")
    signs = {
        "value": pl.when(apart).then("_value_one").otherwise("_value"),
        "weight": pl.when(apart).then("_weight_one").otherwise("_weight"),
        "hs_code": pl.col("_hs"), "serials": pl.col("_serials"),
    }
    against = {
        "value": pl.col("_contradicts"), "weight": signs["weight"].not_(), "hs_code": pl.col("_hs").not_(),
    }
    frame = frame.with_columns(
        **{f"_is_{name}": sign.fill_null(value=False) for name, sign in signs.items()},
        **{f"_not_{name}": sign.fill_null(value=False) for name, sign in against.items()},
    )
    fits, misfits = _names("_is_", signs), _names("_not_", against)
    doubt = pl.lit(1.0)
    for name, weight in WEIGHTS.items():
        doubt = doubt * pl.when(pl.col(f"_is_{name}")).then(1 - weight).otherwise(1.0)
    soft = pl.col("_is_hs_code"), pl.col("_is_weight")
    enough = pl.col("_is_serials") | pl.col("_is_value") | (soft[0] & soft[1]) | ((soft[0] | soft[1]) & ~pl.col("_contradicts"))
    carried = pl.col("goods").str.split("/").list.first() != "other"
    return frame.with_columns(
        plausible=(enough & carried).fill_null(value=False),
        assumed_form=pl.when(apart).then(pl.lit("chip")).otherwise("arrived_form"),
        assumed_chips_per_piece=pl.when(apart).then(1.0).otherwise("arrived_chips_per_piece"),
        fits=fits, misfits=misfits, fit=((1 - doubt) * PER_MISFIT ** misfits.list.len()).fill_null(0.0),
    )


def _names(prefix: str, signs: dict[str, pl.Expr]) -> pl.Expr:
    said = [pl.when(pl.col(f"{prefix}{name}")).then(pl.lit(name)) for name in signs]
    return pl.concat_list(said).list.drop_nulls()
