"""The catalog of accelerators, systems and families of goods: config/accelerators.csv, systems.csv, item_families.toml.

Several variants of one product (H100 SXM, PCIe, NVL) are one kind of goods; the first of a product in the file stands
for it where a text does not say which. Facts are vendors' datasheets and Epoch AI's table of ML hardware (CC-BY-4.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from pipelines.configuration import config_path, config_toml
from pipelines.errors import InputError

H100_TPP = 15_832
"""Total processing performance of one H100 SXM: the unit of `h100_equivalents`."""

BITS: Mapping[str, int] = {"fp4": 4, "fp6": 6, "fp8": 8, "int8": 8, "fp16": 16, "fp32": 32, "fp64": 64}
"""Dense throughput columns (TOPS or TFLOPS) and the bit length each is multiplied with. TF32 never governs: 19 bits."""

FORMS = ("chip", "board", "server", "rack", "other")
FAMILIES = ("accelerator", "memory", "semiconductor_equipment", "design_software", "other")

_NUMBERS = (*BITS, "die_mm2", "memory_gbps", "interconnect_gbps", "watts", "low_usd", "high_usd", "weight_kg")
_SYSTEM_NUMBERS = ("chips_per_unit", "kilowatts", "low_usd", "high_usd", "weight_kg")


@dataclass(frozen=True, eq=False)
class Catalog:
    """What goods there are.

    `accelerators` has a row per variant: `id`, `product` (the goods key), parameters (`tpp`, `performance_density`,
    `memory_gbps`, `interconnect_gbps`, `data_center`), `watts`, the price band of one. `systems` has a row per system
    with `product` and `chips_per_unit`; both null when it is sold with several chips. `families` has `hs` and bands.
    `words` are phrases by what they say; `usual_usd` is what a piece of other goods costs at most, by their phrases.
    """

    accelerators: pl.DataFrame
    systems: pl.DataFrame
    families: pl.DataFrame
    units: pl.DataFrame
    declared: pl.DataFrame
    words: Mapping[str, tuple[str, ...]]
    usual_usd: Mapping[str, float]
    settings: Mapping[str, Any]

    def hs_set(self, family: str) -> tuple[str, ...]:
        """Prefixes of the Harmonized System under which a family is declared."""
        found = self.families.filter(family=family)["hs"].to_list()
        return tuple(found[0]) if found else ()

    def price_band(
        self, chip: str | None, form: str | None = None, chips_per_piece: float | None = None
    ) -> tuple[float, float] | None:
        """Market price of one piece, USD, low and high; of no product the family's; null when nobody knows one.

        A system the catalog has with as many of these chips is priced itself; any other by its chips and a markup.
        A system of unknown chips is anything from one chip to eight.
        """
        row = bands(
            self,
            pl.DataFrame(
                {
                    "goods": [f"accelerator/{chip}" if chip else "accelerator"],
                    "form": [form],
                    "chips": [chips_per_piece],
                },
                schema={"goods": pl.String, "form": pl.String, "chips": pl.Float64},
            ),
        ).row(0, named=True)
        return None if row["low_usd"] is None else (row["low_usd"], row["high_usd"])


@cache
def catalog() -> Catalog:
    """Read the shipped catalog.

    Raises
    ------
    InputError
        A row that cannot be: an unknown form, a system of a chip that is not there, a band upside down.
    """
    settings = config_toml("item_families.toml")
    accelerators = _accelerators()
    return Catalog(
        accelerators,
        _systems(accelerators),
        _families(settings),
        _units(settings["units"]),
        pl.DataFrame(settings["declared"]),
        *_words(config_toml("item_words.toml")),
        {name: value for name, value in settings.items() if not isinstance(value, dict) and name != "declared"},
    )


def _words(told: Mapping[str, Any]) -> tuple[dict[str, tuple[str, ...]], dict[str, float]]:
    """Phrases by what they say, and the usual price of the goods that some name."""
    words = {kind: tuple(phrases) for kind, phrases in told.items() if kind != "goods"}
    usual: dict[str, float] = {}
    for group in told["goods"]:
        phrases = [f"{first} {word}".strip() for first in group.get("before", [""]) for word in group["words"]]
        usual |= dict.fromkeys(phrases, float(group["up_to_usd"]))
        for kind in ("other", *filter(None, [group.get("says")])):
            words[kind] = (*words.get(kind, ()), *phrases)
    return words, usual


def _accelerators() -> pl.DataFrame:
    frame = _read("accelerators.csv", _NUMBERS)
    performance = pl.max_horizontal(pl.col(name) * bits for name, bits in BITS.items()).round(1)
    frame = frame.with_columns(
        pl.col("launched_on").str.to_date(strict=False),
        data_center=pl.col("data_center") == "yes",
        verify=pl.col("verify") == "yes",
        tpp=performance,
        performance_density=performance / pl.col("die_mm2"),
        weight_kg=pl.col("weight_kg").fill_null(2.0),
    )
    _demand(frame, "accelerators.csv", "form", pl.col("form").is_in(["chip", "board"]))
    _demand(frame, "accelerators.csv", "launched_on", pl.col("launched_on").is_not_null())
    return frame


def _systems(accelerators: pl.DataFrame) -> pl.DataFrame:
    products = accelerators.select(chip="id", product="product", chip_tpp="tpp")
    frame = _read("systems.csv", _SYSTEM_NUMBERS).join(products, on="chip", how="left", maintain_order="left")
    frame = frame.with_columns(liquid_cooled=pl.col("liquid_cooled") == "yes", verify=pl.col("verify") == "yes")
    _demand(frame, "systems.csv", "chip", pl.col("chip").is_null() | pl.col("product").is_not_null())
    _demand(frame, "systems.csv", "form", pl.col("form").is_in(FORMS))
    _demand(frame, "systems.csv", "family", pl.col("family").is_in(FAMILIES))
    return frame


def _read(name: str, numbers: tuple[str, ...]) -> pl.DataFrame:
    """Read a catalog file; `aliases` and `traits` become lists, empty cells null."""
    text = pl.read_csv(config_path(name), infer_schema=False)
    missing = {"id", "name", "form", "aliases", *numbers} - set(text.columns)
    if missing:
        raise InputError(f"{name}: no column {', '.join(sorted(missing))}")
    for column in numbers:
        number = pl.col(column).cast(pl.Float64, strict=False)
        _demand(text, name, column, pl.col(column).is_null() | (number.is_finite() & (number >= 0)))
    _demand(text, name, "id", pl.col("id").is_unique() & pl.col("id").is_not_null())
    lists = [each for each in ("aliases", "traits") if each in text.columns]
    frame = text.with_columns(
        pl.col(numbers).cast(pl.Float64),
        *(pl.col(each).str.split(";").fill_null([]) for each in lists),
    )
    _demand(frame, name, "high_usd", ~(pl.col("low_usd") > pl.col("high_usd")).fill_null(value=False))
    return frame


def _demand(frame: pl.DataFrame, name: str, column: str, holds: pl.Expr) -> None:
    wrong = frame.filter(~holds.fill_null(value=False))
    if len(wrong):
        row = wrong.row(0, named=True)
        raise InputError(f"{name}: row {row['id']!r} has no usable {column}: {row[column]!r}")


def _families(settings: Mapping[str, Any]) -> pl.DataFrame:
    rows = [{"family": name, **settings[name]} for name in FAMILIES]
    numbers = dict.fromkeys(("low_usd", "high_usd", "weight_kg"), pl.Float64)
    return pl.DataFrame(rows, schema={"family": pl.String, "hs": pl.List(pl.String), **numbers})


def _units(settings: Mapping[str, list[str]]) -> pl.DataFrame:
    kinds = {word: name for name, words in settings.items() if not name.isdigit() for word in words}
    rows = [
        {"unit": word, "pieces_per_unit": float(name), "unit_kind": kinds.get(word)}
        for name, words in settings.items()
        if name.isdigit()
        for word in words
    ]
    return pl.DataFrame(rows, schema={"unit": pl.String, "pieces_per_unit": pl.Float64, "unit_kind": pl.String})


def bands(items: Catalog, asked: pl.DataFrame) -> pl.DataFrame:
    """Add `low_usd`, `high_usd` and `kilograms` of one piece to rows of `goods`, `form` and `chips` per piece."""
    chips = _product_bands(items)
    systems = (
        items.systems.filter(pl.col("product").is_not_null())
        .group_by(goods="accelerator/" + pl.col("product"), chips="chips_per_unit")
        .agg(
            system_low=pl.col("low_usd").min(),
            system_high=pl.col("high_usd").max(),
            system_kg=pl.col("weight_kg").median(),
        )
    )
    # A join on floats that are whole numbers of chips.
    rows = asked.join(chips, on="goods", how="left", maintain_order="left").join(
        systems, on=["goods", "chips"], how="left", maintain_order="left"
    )
    boxed = pl.col("form").is_in(["server", "rack"]).fill_null(value=False)
    markup = pl.when(boxed).then(items.settings["system_markup"]).otherwise(1.0)
    chassis = pl.when(boxed).then(items.settings["chassis_kg"]).otherwise(0.0)
    fewest = pl.col("chips").fill_null(1.0).clip(1.0)
    most = pl.col("chips").fill_null(pl.when(boxed).then(8.0).otherwise(1.0)).clip(1.0)
    accelerator = pl.col("goods").str.starts_with("accelerator")
    return rows.with_columns(
        low_usd=pl.when(boxed & pl.col("system_low").is_not_null())
        .then("system_low")
        .when(accelerator)
        .then(pl.col("chip_low") * fewest)
        .otherwise("chip_low"),
        high_usd=pl.when(boxed & pl.col("system_high").is_not_null())
        .then("system_high")
        .when(accelerator)
        .then(pl.col("chip_high") * most * markup)
        .otherwise("chip_high"),
        kilograms=pl.when(boxed & pl.col("system_kg").is_not_null())
        .then("system_kg")
        .when(accelerator)
        .then(pl.col("chip_kg") * most + chassis)
        .otherwise("chip_kg"),
    ).drop("chip_low", "chip_high", "chip_kg", "system_low", "system_high", "system_kg")


def _product_bands(items: Catalog) -> pl.DataFrame:
    """The band and the weight of one unit, by goods key: products of accelerators, and every family."""
    measures = ("low_usd", "high_usd", "weight_kg")
    products = items.accelerators.group_by("product", maintain_order=True).agg(
        pl.col("low_usd").min(), pl.col("high_usd").max(), pl.col("weight_kg").first()
    )
    return pl.concat(
        [
            products.select(("accelerator/" + pl.col("product")).alias("goods"), *measures),
            items.families.select(pl.col("family").alias("goods"), *measures),
        ]
    ).rename({"low_usd": "chip_low", "high_usd": "chip_high", "weight_kg": "chip_kg"})
