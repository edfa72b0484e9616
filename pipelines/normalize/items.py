"""Recognition of goods: from item text, HS code, declared classification, quantity and value to catalog and chips.

Texts are read once each; everything that also needs the row (quantity, value, codes) is columns.
"""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from pipelines.normalize.catalog import H100_TPP, Catalog, catalog
from pipelines.normalize.item_text import read, reader

__all__ = ["Catalog", "catalog", "in_hs_set", "recognize"]

ADDED = (
    "pieces", "model", "chip", "family", "form", "recognized", "vague", "chips_per_piece", "chips", "h100_equivalents",
    "kilowatts_per_chip", "unit_value_usd",
)

_READING = {
    "family": pl.String, "chip": pl.String, "accelerator": pl.String, "system": pl.String, "form": pl.String,
    "chips_per_piece": pl.Float64, "counted": pl.Boolean, "boxed": pl.Boolean, "doubtful": pl.Boolean,
    "accessory": pl.String, "vague": pl.Boolean,
}


def recognize(
    shipments: pl.DataFrame, *, catalog: Catalog, user_items: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Say of every line what the goods are, how many pieces and accelerators, and what they draw and cost.

    Needs `item, hs_code, eccn, quantity, unit, value_usd`; adds the columns of `ADDED`. Text that names a catalog
    article wins, then the declared classification; text that names other goods counts only while the unit value is
    one of such goods. `user_items` (contract table `items`) says what a SKU is. What nobody knows is null: `pieces` of
    kilograms and packages, `chips_per_piece` of a server of unknown fill, `family` of goods the text does not name.
    """
    kept = [name for name in shipments.columns if name not in ADDED]
    frame = _with_user_items(shipments.select(kept), user_items)
    frame = _with_readings(frame, catalog)
    frame = _with_declared(frame, catalog)
    frame = _with_catalog(frame, catalog)
    frame = _with_pieces(frame, catalog)
    frame = _judged(frame, catalog)
    return _measured(frame, catalog).select(*kept, *ADDED)


def in_hs_set(hs_code: pl.Expr, prefixes: tuple[str, ...]) -> pl.Expr:
    """Whether a code stands under one of some prefixes; a code cut at four digits may. Null when there is no code."""
    under = [hs_code.str.starts_with(prefix) for prefix in prefixes]
    cut = (hs_code.str.len_chars() == 4) & hs_code.is_in(sorted({prefix[:4] for prefix in prefixes}))
    return pl.any_horizontal(*under, cut) if prefixes else hs_code.is_null() & hs_code.is_not_null()


def _with_user_items(shipments: pl.DataFrame, user_items: pl.DataFrame | None) -> pl.DataFrame:
    """Put what the user's own list of articles says of a SKU beside the line."""
    names = {"_text": pl.String, "_eccn": pl.String, "_hs": pl.String, "_own_chips": pl.Float64}
    key = pl.col("item").cast(pl.String).str.strip_chars().str.to_lowercase().alias("_key")
    frame = shipments.with_columns(key)
    if user_items is None or user_items.is_empty():
        return frame.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in names.items())
    columns = ("id", "name", "model", "maker", "eccn", "hs_code", "chips_per_unit")
    own = user_items.select(pl.col(name) if name in user_items.columns else pl.lit(None).alias(name) for name in columns)
    own = own.select(
        pl.col("id").cast(pl.String).str.strip_chars().str.to_lowercase().alias("_key"),
        pl.concat_str(pl.col("maker", "model", "name").cast(pl.String), separator=" ", ignore_nulls=True)
        .replace("", None).alias("_text"),
        pl.col("eccn").cast(pl.String).alias("_eccn"),
        pl.col("hs_code").cast(pl.String).alias("_hs"),
        pl.col("chips_per_unit").cast(pl.Float64).alias("_own_chips"),
    ).unique("_key", keep="last", maintain_order=True)
    return frame.join(own, on="_key", how="left", maintain_order="left")


def _with_readings(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Read every distinct text once."""
    frame = frame.with_columns(pl.coalesce("_text", pl.col("item").cast(pl.String)).alias("_text"))
    texts = frame.select("_text").unique(maintain_order=True)
    books = reader(items)
    readings = [asdict(read(text, books)) for text in texts["_text"]]
    schema = {f"_{name}": dtype for name, dtype in _READING.items()}
    rows = [{f"_{name}": value for name, value in each.items()} for each in readings]
    read_rows = texts.hstack(pl.DataFrame(rows, schema=schema))
    return frame.join(read_rows, on="_text", how="left", nulls_equal=True, maintain_order="left")


def _with_declared(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Family and form of the declared classification, the line's or the user's article's."""
    code = pl.coalesce(pl.col("eccn").cast(pl.String), "_eccn").str.to_uppercase().str.replace_all(r"\s", "")
    codes = frame.select(code.alias("_code")).unique().drop_nulls()
    family, form = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for row in reversed(items.declared.to_dicts()):
        meets = pl.col("_code").str.contains(f"^{row['eccn']}")
        family = pl.when(meets).then(pl.lit(row["family"])).otherwise(family)
        form = pl.when(meets).then(pl.lit(row["form"])).otherwise(form)
    codes = codes.with_columns(_declared=family, _declared_form=form)
    return frame.with_columns(code.alias("_code")).join(codes, on="_code", how="left", maintain_order="left")


def _with_catalog(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """What the catalog knows of the article read: performance, power, and the price of one chip or of the system."""
    accelerators = items.accelerators.select(
        pl.col("id").alias("_accelerator"), pl.col("tpp").alias("_tpp"), pl.col("watts").alias("_watts"),
        pl.col("low_usd").alias("_chip_low"), pl.col("high_usd").alias("_chip_high"),
    )
    systems = items.systems.select(
        pl.col("id").alias("_system"), pl.col("kilowatts").alias("_kilowatts"),
        pl.col("chips_per_unit").alias("_system_chips"), pl.col("high_usd").alias("_system_high"),
    )
    return frame.join(accelerators, on="_accelerator", how="left", maintain_order="left").join(
        systems, on="_system", how="left", maintain_order="left"
    )


def _with_pieces(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Count pieces: chips of a system are divided by what it holds; weights and packages stay unknown."""
    unit = pl.col("unit").cast(pl.String).str.strip_chars().str.strip_suffix(".").str.to_lowercase().fill_null("")
    frame = frame.with_columns(unit.alias("_unit")).join(
        items.units.rename({"unit": "_unit"}), on="_unit", how="left", maintain_order="left"
    )
    holds = pl.coalesce("_own_chips", "_chips_per_piece")
    by_chip = (pl.col("unit_kind") == "chip") & (holds > 1) & pl.col("_boxed")
    pieces = pl.col("quantity") * pl.col("pieces_per_unit") / pl.when(by_chip).then(holds).otherwise(1.0)
    return frame.with_columns(pieces=pieces).with_columns(
        unit_value_usd=pl.when(pl.col("pieces") > 0).then(pl.col("value_usd") / pl.col("pieces"))
    )


def _judged(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Settle the family: the article of the text where context and value allow it, else the declared class."""
    share = items.settings["share_of_band"]
    reference = items.price_band(items.settings["reference"], "board", 1.0) or (0.0, 0.0)
    value = pl.col("unit_value_usd")
    in_set = in_hs_set(pl.coalesce(pl.col("hs_code").cast(pl.String), "_hs"), items.hs_set("accelerator"))
    speaks = in_set.fill_null(value=False) | (pl.col("_declared") == "accelerator").fill_null(value=False)
    cheap = value < share * pl.col("_chip_low").fill_null(reference[0])
    lesser = (
        pl.when(pl.col("_accessory") == "sure").then(cheap.fill_null(value=True))
        .when(pl.col("_accessory") == "maybe").then(cheap.fill_null(value=False)).otherwise(pl.lit(value=False))
    )
    ordinary = value.is_null() | (value < pl.coalesce(pl.col("_system_high") * 1.5, pl.lit(share * reference[0])))
    named = (
        pl.when((pl.col("_family") == "accelerator") & lesser).then(pl.lit("other"))
        .when((pl.col("_family") == "accelerator") & pl.col("_doubtful") & ~speaks).then(None)
        .when((pl.col("_family") == "other") & ~ordinary).then(None)
        .otherwise("_family")
    )
    own = pl.when(pl.col("_own_chips") > 0).then(pl.lit("accelerator")).when(pl.col("_own_chips") == 0).then(pl.lit("other"))
    named = pl.when(named.is_null() | (named == "other")).then(pl.coalesce(own, "_declared", named)).otherwise(named)
    return frame.with_columns(family=named).with_columns(
        _by_text=(pl.col("family") == pl.col("_family")).fill_null(value=False),
        recognized=pl.col("family").is_not_null(),
        vague=pl.col("_vague").fill_null(value=True),
    )


def _measured(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Count chips and what they draw; a count beside a chip that repeats the line's quantity is not per piece."""
    repeated = (
        pl.col("_counted") & (pl.col("quantity") == pl.col("_chips_per_piece"))
        & (pl.col("unit_value_usd") <= 1.5 * pl.col("_chip_high")).fill_null(value=True)
    )
    loose_chips = (pl.col("unit_kind") == "chip") & ~(pl.col("_boxed") & pl.col("_chips_per_piece").is_not_null())
    racked = (pl.col("unit_kind") == "rack") & (pl.col("_form") != "rack")
    read_count = (
        pl.when(repeated | loose_chips).then(1.0).when(racked).then(None).otherwise("_chips_per_piece")
    )
    accelerator = pl.col("family") == "accelerator"
    per_piece = (
        pl.when(accelerator & pl.col("_by_text")).then(pl.coalesce("_own_chips", read_count))
        .when(accelerator).then(pl.coalesce("_own_chips", pl.when(pl.col("unit_kind") == "chip").then(1.0)))
        .when(pl.col("recognized")).then(0.0)
    )
    form = (
        pl.when(~pl.col("_by_text")).then(pl.coalesce("_declared_form", pl.when(pl.col("recognized")).then(pl.lit("other"))))
        .when(accelerator & racked).then(pl.lit("rack")).otherwise("_form")
    )
    mine = accelerator & pl.col("_by_text")
    system_power = pl.col("_kilowatts") / pl.coalesce("_system_chips", "_chips_per_piece")
    chip_power = pl.col("_watts") / 1000 * items.settings["system_power_ratio"]
    return frame.with_columns(
        chip=pl.when(mine).then("_chip"),
        model=pl.when(pl.col("_by_text")).then(pl.coalesce("_system", "_accelerator")),
        form=form,
        chips_per_piece=per_piece,
        kilowatts_per_chip=pl.when(mine).then(pl.coalesce(system_power, chip_power)),
    ).with_columns(chips=pl.col("pieces") * pl.col("chips_per_piece")).with_columns(
        h100_equivalents=pl.when(mine).then(pl.col("chips") * pl.col("_tpp") / H100_TPP)
        .when(pl.col("recognized") & (pl.col("family") != "accelerator")).then(0.0)
    )
