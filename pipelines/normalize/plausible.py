"""Whether goods nobody recognized may be the goods that had arrived: by value, weight, HS code and serial numbers."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.normalize.catalog import FAMILIES, Catalog, bands, catalog
from pipelines.normalize.items import in_hs_set

ADDED = ("plausible", "assumed_form", "assumed_chips_per_piece", "fits", "misfits", "fit")

SIGNS: Mapping[str, float] = {"value": 0.6, "weight": 0.4, "hs_code": 0.4, "serials": 0.95}
"""How much each sign makes plausible; together 1 - (1 - a)(1 - b) …"""

PER_MISFIT = 0.6
"""What each sign against leaves of the fit."""


def plausible(rows: pl.DataFrame, *, items: Catalog | None = None) -> pl.DataFrame:
    """Judge rows of unknown goods against the goods that had arrived.

    Needs `unit_value_usd, hs_code, weight_kg` (of the line), `pieces, serial_match, goods` (such as
    "accelerator/h100"), `arrived_form, arrived_chips_per_piece`. Adds `plausible`; `assumed_form` and
    `assumed_chips_per_piece`: as arrived, or single chips where the value, else the weight, fits these better; `fits`
    and `misfits` (value, weight, hs_code, serials); `fit` from 0 to 1. A unit value far outside all bands contradicts:
    neither HS code nor weight then suffices alone. Other goods are never taken for what arrived. A sign whose value is
    unknown is neither for nor against.
    """
    items = items or catalog()
    frame = _with_bands(rows, items)
    frame = frame.with_columns(**_comparisons(items)).with_columns(_apart=_taken_apart())
    return _concluded(frame).select(*rows.columns, *ADDED)


def _with_bands(rows: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Put the price and weight of one piece as arrived, and of a single chip, beside each row.

    Chips may have been built into systems: only a price far above those of eight chips contradicts.
    """
    whole = bands(items, rows.select("goods", form="arrived_form", chips="arrived_chips_per_piece"))
    one = bands(items, rows.select("goods", form=pl.lit("board"), chips=pl.lit(1.0)))
    system = bands(items, rows.select("goods", form=pl.lit("server"), chips=pl.lit(8.0)))
    return rows.hstack(
        [
            *whole.select(_low="low_usd", _high="high_usd", _kg="kilograms").get_columns(),
            *system.select(_high_system="high_usd").get_columns(),
            *one.select(_low_one="low_usd", _high_one="high_usd", _kg_one="kilograms").get_columns(),
        ]
    )


def _comparisons(items: Catalog) -> dict[str, pl.Expr]:
    """Compare value, weight and HS code with both forms."""
    value = pl.col("unit_value_usd")
    ratio, share = items.settings["weight_ratio"], items.settings["share_of_band"]
    above, below = items.settings["far_above"], items.settings["far_below"]
    weight = pl.col("weight_kg") / pl.when(pl.col("pieces") > 0).then(pl.col("pieces"))
    highest = above * pl.max_horizontal("_high", "_high_one", "_high_system")
    compared: dict[str, pl.Expr] = {}
    for form in ("", "_one"):
        low, high, kilograms = (pl.col(f"{name}{form}") for name in ("_low", "_high", "_kg"))
        compared[f"_value{form}"] = (value >= share * low) & (value <= highest)
        compared[f"_weight{form}"] = weight.is_between(kilograms / ratio, kilograms * ratio)
        compared[f"_off{form}"] = _distance(value, low, high)
    return compared | {
        "_contradicts": ((value > highest) | (value < below * pl.col("_low_one"))).fill_null(value=False),
        "_hs": _hs_fits(items),
    }


def _distance(value: pl.Expr, low: pl.Expr, high: pl.Expr) -> pl.Expr:
    """How far a value is from a band, as a logarithm; 0 within."""
    return pl.when(value > 0).then(pl.max_horizontal((low / value).log(), (value / high).log(), 0.0))


def _hs_fits(items: Catalog) -> pl.Expr:
    fits = pl.lit(None, pl.Boolean)
    for family in FAMILIES:
        fits = pl.when(_family() == family).then(in_hs_set(pl.col("hs_code"), items.hs_set(family))).otherwise(fits)
    return fits


def _family() -> pl.Expr:
    return pl.col("goods").str.split("/").list.first()


def _taken_apart() -> pl.Expr:
    """Whether single chips fit better than what arrived: by value; without one, by weight."""
    several = pl.col("arrived_chips_per_piece").fill_null(2.0) > 1
    by_weight = pl.col("_weight_one") & ~pl.col("_weight")
    closer = pl.coalesce(pl.col("_off_one") < pl.col("_off"), by_weight)
    return (several & (_family() == "accelerator") & closer).fill_null(value=False)


def _concluded(frame: pl.DataFrame) -> pl.DataFrame:
    apart = pl.col("_apart")
    value = pl.when(apart).then("_value_one").otherwise("_value")
    weight = pl.when(apart).then("_weight_one").otherwise("_weight")
    signs = {"value": value, "weight": weight, "hs_code": pl.col("_hs"), "serials": pl.col("serial_match")}
    against = {"value": pl.col("_contradicts"), "weight": weight.not_(), "hs_code": pl.col("_hs").not_()}
    frame = frame.with_columns(fits=_said(signs), misfits=_said(against)).with_columns(
        **{f"_is_{name}": pl.col("fits").list.contains(name) for name in signs}
    )
    doubt = pl.lit(1.0)
    for name, strength in SIGNS.items():
        doubt = doubt * pl.when(pl.col(f"_is_{name}")).then(1 - strength).otherwise(1.0)
    return frame.with_columns(
        plausible=(_enough() & (_family() != "other")).fill_null(value=False),
        assumed_form=pl.when(apart).then(pl.lit("chip")).otherwise("arrived_form"),
        assumed_chips_per_piece=pl.when(apart).then(1.0).otherwise("arrived_chips_per_piece"),
        fit=(1 - doubt) * PER_MISFIT ** pl.col("misfits").list.len(),
    )


def _enough() -> pl.Expr:
    """Serials or the value suffice; HS code or weight where the value does not contradict, both where it does."""
    code, weight = pl.col("_is_hs_code"), pl.col("_is_weight")
    return pl.col("_is_serials") | pl.col("_is_value") | (code & weight) | ((code | weight) & ~pl.col("_contradicts"))


def _said(signs: Mapping[str, pl.Expr]) -> pl.Expr:
    """Names of the signs that hold."""
    return pl.concat_list(pl.when(holds).then(pl.lit(name)) for name, holds in signs.items()).list.drop_nulls()
