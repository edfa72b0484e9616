"""Goods that name another product are believed up to its usual price; relabeled ones are not."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipelines.configuration import config_toml
from pipelines.normalize.items import catalog, recognize


def texts(kind: str) -> pl.DataFrame:
    """Texts of one kind from the table beside this file: honest goods and their price, relabeled ones, and so on."""
    table = pl.read_csv(Path(__file__).with_name("item_prices.csv"), schema_overrides={"usd": pl.Float64})
    return table.filter(kind=kind).select("text", "usd")


def wrong(goods: pl.DataFrame, holds: pl.Expr) -> list[str]:
    """Texts of a table for which something does not hold."""
    unknown = pl.lit(None, pl.String)
    lines = goods.select(item="text", value_usd=pl.col("usd").cast(pl.Float64)).with_columns(
        hs_code=unknown, eccn=unknown, quantity=1.0, unit=unknown
    )
    return recognize(lines, catalog=catalog()).filter(~holds.fill_null(value=False))["item"].to_list()


def at(value: float | None, goods: pl.DataFrame) -> pl.DataFrame:
    return goods.with_columns(usd=pl.lit(value, pl.Float64))


def test_honest_goods_are_other_goods_at_their_price() -> None:
    assert wrong(texts("other"), pl.col("family") == "other") == []


def test_goods_too_dear_for_their_words_are_unknown() -> None:
    assert wrong(texts("relabeled"), pl.col("family").is_null()) == []


@pytest.mark.parametrize("value", [None, 30_000.0, 270_000.0])
def test_words_for_any_goods_say_nothing_at_any_price(value: float | None) -> None:
    assert wrong(at(value, texts("vague")), pl.col("family").is_null() & pl.col("vague")) == []


@pytest.mark.parametrize("value", [None, 30_000.0, 270_000.0])
def test_accelerators_stay_accelerators(value: float | None) -> None:
    assert wrong(at(value, texts("accelerators")), pl.col("family") == "accelerator") == []


@pytest.mark.parametrize("value", [30_000.0, 270_000.0])
def test_goods_that_name_an_article_of_the_catalog_are_not_believed_to_be_others(value: float) -> None:
    named = ["H100 {}", "NVIDIA A100 {}", "{} for DGX H100"]
    every = pl.DataFrame({"text": [name.format(words) for name in named for words in sorted(catalog().usual_usd)]})
    assert wrong(at(value, every), pl.col("family").ne_missing(pl.lit("other"))) == []


def test_every_word_of_other_goods_has_one_price_and_is_recognized_at_it() -> None:
    usual = catalog().usual_usd
    told_apart = {words: usd for words, usd in usual.items() if words not in catalog().words["vague"]}
    table = pl.DataFrame({"text": told_apart.keys(), "usd": told_apart.values()})
    assert wrong(table, pl.col("family") == "other") == []
    groups = config_toml("item_words.toml")["goods"]
    assert sum(len(group["words"]) * len(group.get("before", "x")) for group in groups) == len(usual) > 2_000


@pytest.mark.parametrize(
    ("text", "hs_code", "value", "family"),
    [
        ("Qorvane lifter", "842890", 300.0, "other"), ("Qorvane lifter", "842890", 270_000.0, None),
        ("Qorvane lifter", "842890", None, None), ("Qorvane lifter", "847330", 300.0, None),
        ("Qorvane lifter", "84", 300.0, None), ("Qorvane lifter", "9801", 300.0, None),
        ("Qorvane lifter", None, 300.0, None), ("spare parts", "842890", 300.0, None), (None, "090210", 30.0, None),
        ("tea", "090210", 700.0, "other"), ("tea", "090210", 270_000.0, None), ("H20", "090210", 300.0, None),
        ("fittings", "940310", 270_000.0, None), ("office racks", "940310", 270_000.0, None),
    ],
)  # fmt: skip
def test_a_far_code_says_that_cheap_goods_are_others(
    text: str | None, hs_code: str | None, value: float | None, family: str | None
) -> None:
    line = pl.DataFrame(
        {"item": [text], "hs_code": [hs_code], "eccn": [None], "quantity": [1.0], "unit": [None], "value_usd": [value]},
        schema_overrides={
            "item": pl.String,
            "hs_code": pl.String,
            "eccn": pl.String,
            "unit": pl.String,
            "value_usd": pl.Float64,
        },
    )
    assert recognize(line, catalog=catalog())["family"].to_list() == [family]


def test_a_price_for_words_before_other_goods_must_be_known_and_small() -> None:
    mixed = pl.DataFrame({"text": ["computer parts, tea", "server, toys"]})
    assert wrong(at(20.0, mixed), pl.col("family") == "other") == []
    for value in (None, 2_000.0):
        assert wrong(at(value, mixed), pl.col("family").is_null() & pl.col("vague")) == []
