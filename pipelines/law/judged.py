"""Goods as the law sees them: the shipment's own, and those that goods nobody recognized may be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from pipelines.law.classification import class_letter, classify, floor_day
from pipelines.law.controls import turns
from pipelines.law.country_groups import stands_as
from pipelines.law.list_grounds import ROLES
from pipelines.tables import day_number

KEPT = (
    "shipment",
    "shipper",
    *ROLES,
    "model",
    "chip",
    "family",
    "form",
    "eccn",
    "recognized",
    "controlled",
    "license",
    "source",
)


def judged(
    shipments: pl.DataFrame,
    accelerators: pl.DataFrame | None = None,
    *,
    today: dt.date | None = None,
    carried: Sequence[str] = (),
) -> pl.DataFrame:
    """One row per shipment, and per goods key in `carried` that goods not recognized may be ("accelerator/h100").

    `today` asks the question as of that day. `carried` needs `accelerators`. `line` numbers the shipments, `row` the
    rows; a shipment's own goods come first, so that their row is their line.
    """
    frame = shipments.with_columns(
        pl.col("id").alias("shipment"),
        (pl.col("shipped_day") if today is None else pl.lit(day_number(today), pl.Int32)).alias("day"),
        pl.col("item_class" if today is None else "item_class_today").alias("label"),
        pl.col("destination_country").alias("destination"),
        pl.col("origin_country").eq_missing("US").alias("from_us"),
        _stays().alias("stays"),
        pl.lit(None, pl.String).alias("carried"),
        pl.coalesce("license_source", "source").alias("source"),
    )
    own = frame.select(*KEPT, "day", "label", "destination", "from_us", "stays", "carried").with_row_index("line")
    assumed = [_carrying(own, key, accelerators) for key in carried if accelerators is not None]
    together = pl.concat([own, *assumed]) if assumed else own
    letters = pl.col("label").replace_strict(
        {label: class_letter(label) for label in together["label"].unique() if label},
        default=None,
        return_dtype=pl.String,
    )
    with_letters = together.with_columns(letters.alias("letter"), floor_day(together["day"], turns()).alias("turn"))
    return _for_data_centers(with_letters, accelerators).with_row_index("row")


def _stays() -> pl.Expr:
    """Whether goods stay with one party in one country (Hong Kong counts as China): nothing is transferred."""
    leaves, ends = (pl.col(name).replace(stands_as()) for name in ("origin_country", "destination_country"))
    others = (pl.col(role).is_null() | (pl.col(role) == pl.col("shipper")) for role in ROLES if role != "consignee")
    return pl.all_horizontal(pl.col("consignee") == pl.col("shipper"), leaves == ends, *others).fill_null(False)


def _carrying(own: pl.DataFrame, key: str, accelerators: pl.DataFrame | None) -> pl.DataFrame:
    """Suppose goods known by nothing, or by their family alone, are those of a goods key."""
    assert accelerators is not None  # noqa: S101 asked for by the caller
    family, _, chip = key.partition("/")
    unknown = own.filter(pl.col("chip").is_null(), pl.col("family").is_null() | (pl.col("family") == family))
    supposed = unknown.with_columns(
        pl.lit(family).alias("family"),
        pl.lit(chip or None, pl.String).alias("chip"),
        pl.lit(None, pl.String).alias("model"),
        pl.lit(None, pl.String).alias("eccn") if chip else pl.coalesce("eccn", pl.lit("4A090.a")).alias("eccn"),
        pl.lit(key).alias("carried"),
        pl.lit("board").alias("form"),
    )
    classes = classify(supposed, accelerators, day_column="day", as_of=dt.date.max)
    return classes.with_columns(pl.col("item_class").alias("label")).select(own.columns)


def _for_data_centers(goods: pl.DataFrame, accelerators: pl.DataFrame | None) -> pl.DataFrame:
    if accelerators is None:
        return goods.with_columns(pl.lit(None, pl.Boolean).alias("data_center"))
    by_model = accelerators.select(pl.col("id").alias("model"), pl.col("data_center").alias("_of_model")).unique(
        "model"
    )
    by_chip = accelerators.group_by(pl.col("product").alias("chip")).agg(pl.col("data_center").any().alias("_of_chip"))
    joined = goods.join(by_model, on="model", how="left", maintain_order="left").join(
        by_chip, on="chip", how="left", maintain_order="left"
    )
    return joined.with_columns(pl.coalesce("_of_model", "_of_chip").alias("data_center")).drop("_of_model", "_of_chip")
