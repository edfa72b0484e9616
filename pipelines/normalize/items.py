"""Recognition of goods: from item text, HS code, declared classification, quantity and value to catalog and chips.

Texts are read once each; everything that also needs the row (quantity, value, codes) is columns.
"""

from __future__ import annotations

import polars as pl

from pipelines.normalize.catalog import H100_TPP, Catalog, catalog
from pipelines.normalize.item_text import read, reader
from pipelines.normalize.user_items import folded, with_user_items

__all__ = ["Catalog", "catalog", "in_hs_set", "recognize"]

ADDED = (
    "pieces", "model", "chip", "family", "form", "recognized", "vague", "chips_per_piece", "chips", "h100_equivalents",
    "kilowatts_per_chip", "unit_value_usd",
)  # fmt: skip

READING = {
    "_family": pl.String, "_chip": pl.String, "_accelerator": pl.String, "_system": pl.String, "_form": pl.String,
    "_holds": pl.Float64, "_counted": pl.Boolean, "_boxed": pl.Boolean, "_doubtful": pl.String,
    "_accessory": pl.String, "_vague": pl.Boolean, "_usual": pl.Float64,
}  # fmt: skip
"""Columns of a reading, in the order of its fields."""

MIXED_USD = 1_000.0
"""Up to what price other goods are believed that are named after words for any goods ("computer parts, tea")."""

FAR_USD = 1_000.0
"""Up to what price an HS code far from computers says that goods nobody knows are other ones."""

SYSTEM_SLACK = 1.5
"""How far above its band a catalog system without accelerators may be priced and still be one."""


def recognize(shipments: pl.DataFrame, *, catalog: Catalog, user_items: pl.DataFrame | None = None) -> pl.DataFrame:
    """Say of every line what the goods are, how many pieces and accelerators, and what they draw and cost.

    Needs `item, hs_code, eccn, quantity, unit, value_usd`; adds the columns of `ADDED`. Text that names a catalog
    article wins, then the declared classification; text that names other goods counts only while the unit value is
    one of such goods. `user_items` (contract table `items`) says what a SKU is, and its ECCN and HS code where the
    line has none. What nobody knows is null: `pieces` of
    kilograms and packages, `chips_per_piece` of a server of unknown fill, `family` of goods the text does not name.
    """
    kept = [name for name in shipments.columns if name not in ADDED]
    frame = with_user_items(shipments.select(kept), catalog, user_items)
    for step in (_with_readings, _with_declared, _with_catalog, _with_pieces, _with_family, _with_chips):
        frame = step(frame, catalog)
    return frame.select(*kept, *ADDED)


def in_hs_set(hs_code: pl.Expr, prefixes: tuple[str, ...]) -> pl.Expr:
    """Whether a code stands under one of some prefixes; a code cut at four digits may. Null when there is no code."""
    if not prefixes:
        return pl.when(hs_code.is_not_null()).then(pl.lit(value=False))
    cut = (hs_code.str.len_chars() == 4) & hs_code.is_in(sorted({prefix[:4] for prefix in prefixes}))
    return pl.any_horizontal(*(hs_code.str.starts_with(prefix) for prefix in prefixes), cut)


def _with_readings(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Read every distinct text once."""
    frame = frame.with_columns(_text=pl.coalesce("_own_text", pl.col("item").cast(pl.String)))
    texts = frame.select("_text").unique(maintain_order=True)
    books = reader(items)
    readings = pl.DataFrame([read(text, books) for text in texts["_text"]], schema=READING, orient="row")
    return frame.join(texts.hstack(readings), on="_text", how="left", nulls_equal=True, maintain_order="left")


def _with_declared(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Add family and form of the declared classification, the line's or the user's article's."""
    code = pl.coalesce(pl.col("eccn").cast(pl.String), "_own_eccn").str.to_uppercase().str.replace_all(r"\s", "")
    frame = frame.with_columns(_code=code)
    family, form = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for row in reversed(items.declared.to_dicts()):
        meets = pl.col("_code").str.contains(f"^(?:{row['eccn']})")
        family = pl.when(meets).then(pl.lit(row["family"])).otherwise(family)
        form = pl.when(meets).then(pl.lit(row["form"])).otherwise(form)
    codes = frame.select("_code").unique().drop_nulls().with_columns(_declared=family, _declared_form=form)
    return frame.join(codes, on="_code", how="left", maintain_order="left")


def _with_catalog(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Add what the catalog knows of the article: performance, power, and the price of one chip or of the system."""
    accelerators = items.accelerators.select(
        _accelerator="id", _tpp="tpp", _watts="watts", _chip_low="low_usd", _chip_high="high_usd"
    )
    systems = items.systems.select(
        _system="id", _kilowatts="kilowatts", _system_chips="chips_per_unit", _system_high="high_usd"
    )
    frame = frame.join(accelerators, on="_accelerator", how="left", maintain_order="left")
    return frame.join(systems, on="_system", how="left", maintain_order="left")


def _with_pieces(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Count pieces: chips of a system are divided by what it holds; weights and packages stay unknown."""
    unit = folded("unit").str.strip_suffix(".").fill_null("")
    frame = frame.with_columns(_unit=unit).join(
        items.units.select(_unit="unit", _times="pieces_per_unit", _unit_kind="unit_kind"),
        on="_unit", how="left", maintain_order="left",
    )  # fmt: skip
    by_chip = (pl.col("_unit_kind") == "chip") & pl.col("_boxed")
    holds = pl.coalesce("_own_chips", "_holds")
    divisor = pl.when(by_chip & (holds > 1)).then(holds).otherwise(1.0)
    pieces = pl.col("quantity") * pl.col("_times") / divisor
    value = pl.when(pieces > 0).then(pl.col("value_usd") / pieces)
    return frame.with_columns(pieces=pieces, unit_value_usd=pl.when(value.is_finite()).then(value))


def _with_family(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Settle the family: the article of the text where context and value allow it, else the declared class."""
    named = _named(items)
    has = pl.col("_own_chips")
    own = pl.when(has > 0).then(pl.lit("accelerator")).when(has == 0).then(pl.lit("other"))
    certain = named.is_in(["accelerator", "memory", "semiconductor_equipment", "design_software"])
    family = pl.when(certain).then(named).otherwise(pl.coalesce(own, "_declared", named, _far(items)))
    return frame.with_columns(family=family).with_columns(
        _by_text=(pl.col("family") == pl.col("_family")).fill_null(value=False),
        recognized=pl.col("family").is_not_null(),
        vague=pl.col("_vague").fill_null(value=True),
    )


def _named(items: Catalog) -> pl.Expr:
    """The family the text names: an accessory only while cheap, other goods only while priced as such."""
    value, share = pl.col("unit_value_usd"), items.settings["share_of_band"]
    low, _ = items.price_band(items.settings["reference"], "board", 1.0) or (0.0, 0.0)
    cheap = value < share * pl.col("_chip_low").fill_null(low)
    sure, maybe = pl.col("_accessory") == "sure", pl.col("_accessory") == "maybe"
    accessory = (sure & cheap.fill_null(value=True)) | (maybe & cheap.fill_null(value=False))
    mixed = pl.col("_vague").fill_null(value=False)
    usual = pl.when(mixed).then(pl.min_horizontal("_usual", pl.lit(MIXED_USD))).otherwise(pl.col("_usual"))
    believed = pl.coalesce(SYSTEM_SLACK * pl.col("_system_high"), usual, pl.lit(share * low))
    ordinary = (value <= believed).fill_null(~mixed)
    family = pl.col("_family")
    return (
        pl.when((family == "accelerator") & accessory.fill_null(value=False)).then(pl.lit("other"))
        .when((family == "accelerator") & _by_chance(items, cheap)).then(None)
        .when((family == "other") & ~ordinary).then(None)
        .otherwise(family)
    )  # fmt: skip


def _far(items: Catalog) -> pl.Expr:
    """The family other, where the HS code is far from computers, the goods cheap and the text not a word for all."""
    code = pl.coalesce(pl.col("hs_code").cast(pl.String), "_own_hs")
    near = pl.any_horizontal(code.str.starts_with(prefix) for prefix in items.settings["near_hs"])
    far = (code.str.len_chars() >= 4) & ~near & (pl.col("unit_value_usd") < FAR_USD)
    nameless = pl.col("_family").is_null() | (pl.col("_family") == "other")
    return pl.when(far & nameless & ~pl.col("_vague").fill_null(value=True)).then(pl.lit("other"))


def _by_chance(items: Catalog, cheap: pl.Expr) -> pl.Expr:
    """Whether a doubtful name is another's: no code speaks of accelerators, or one speaks of other goods."""
    codes = in_hs_set(pl.coalesce(pl.col("hs_code").cast(pl.String), "_own_hs"), items.hs_set("accelerator"))
    speaks = codes.fill_null(value=False) | (pl.col("_declared") == "accelerator").fill_null(value=False)
    elsewhere = codes.not_().fill_null(value=False) & ~speaks
    short = (pl.col("_doubtful") == "short") & ~speaks
    plain = (pl.col("_doubtful") == "plain") & ~speaks & cheap.fill_null(elsewhere)
    return (short | plain).fill_null(value=False)


def _with_chips(frame: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Count chips, and add their form, performance and power."""
    accelerator = pl.col("family") == "accelerator"
    mine = accelerator & pl.col("_by_text")
    system_power = pl.col("_kilowatts") / pl.coalesce("_system_chips", "_holds")
    chip_power = pl.col("_watts") / 1000 * items.settings["system_power_ratio"]
    frame = frame.with_columns(
        chip=pl.when(mine).then("_chip"),
        model=pl.when(pl.col("_by_text")).then(pl.coalesce("_system", "_accelerator")),
        form=_form(accelerator),
        chips_per_piece=_chips_per_piece(accelerator),
        kilowatts_per_chip=pl.when(mine).then(pl.coalesce(system_power, chip_power).round(6)),
    )
    chips = pl.col("pieces") * pl.col("chips_per_piece")
    worth = pl.when(mine).then((chips * pl.col("_tpp") / H100_TPP).round(6))
    none = pl.col("recognized") & ~accelerator
    return frame.with_columns(chips=chips, h100_equivalents=worth.when(none).then(chips))


def _racked() -> pl.Expr:
    """Whether the line counts racks of something that is no rack: nobody knows how many."""
    return (pl.col("_unit_kind") == "rack").fill_null(value=False) & (pl.col("_form") != "rack").fill_null(value=True)


def _form(accelerator: pl.Expr) -> pl.Expr:
    other = pl.when(pl.col("recognized") & ~accelerator).then(pl.lit("other"))
    return (
        pl.when(pl.col("recognized") & _racked() & accelerator).then(pl.lit("rack"))
        .when(pl.col("_by_text")).then("_form")
        .otherwise(pl.coalesce("_declared_form", other))
    )  # fmt: skip


def _chips_per_piece(accelerator: pl.Expr) -> pl.Expr:
    """Chips in a piece; a count beside a chip that repeats the line's quantity is not per piece."""
    affordable = (pl.col("unit_value_usd") <= 1.5 * pl.col("_chip_high")).fill_null(value=True)
    repeated = pl.col("_counted") & (pl.col("quantity") == pl.col("_holds")) & affordable
    by_chip = (pl.col("_unit_kind") == "chip").fill_null(value=False)
    single = repeated | (by_chip & ~(pl.col("_boxed") & pl.col("_holds").is_not_null()))
    counted = pl.when(single).then(1.0).when(~_racked()).then("_holds")
    return (
        pl.when(accelerator & pl.col("_by_text")).then(pl.coalesce("_own_chips", counted))
        .when(accelerator).then(pl.coalesce("_own_chips", pl.when(by_chip).then(1.0)))
        .when(pl.col("recognized")).then(0.0)
    )  # fmt: skip
