"""What the user's own lists of articles say of a SKU."""

from __future__ import annotations

import polars as pl

from pipelines.normalize.catalog import Catalog

OWN = {"_own_text": pl.String, "_own_eccn": pl.String, "_own_hs": pl.String, "_own_chips": pl.Float64}
"""What the user's lists of articles say of a line."""

SAID = ("maker", "model", "name", "eccn", "hs_code", "chips_per_unit")


def folded(column: str) -> pl.Expr:
    """Spell a SKU or a text without case and outer space."""
    return pl.col(column).cast(pl.String).str.strip_chars().str.to_lowercase()


def with_user_items(shipments: pl.DataFrame, items: Catalog, user_items: pl.DataFrame | None) -> pl.DataFrame:
    """Put what the user's own lists of articles say of a SKU beside the line.

    A list of the line's own source counts alone (the files of the inbox are one source); of several others, what they
    say alike counts, and what they say differently counts as unsaid. An ECCN or HS code the line leaves empty is the
    article's.
    """
    frame = shipments.with_columns(_key=folded("item"))
    if user_items is None or user_items.is_empty():
        return frame.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in OWN.items())
    articles = _articles(user_items, items)
    near = _said(articles, ["_space", "_key"]).with_columns(pl.lit(value=True).alias("_near"))
    lines = frame.with_columns(_space(frame, "shipments").alias("_space"))
    known = lines.join(_said(articles, ["_key"]), on="_key", how="left", maintain_order="left").join(
        near, on=["_space", "_key"], how="left", maintain_order="left", suffix="_near"
    )
    chosen = [
        pl.when(pl.col("_near").fill_null(value=False)).then(f"{name}_near").otherwise(name).alias(name)
        for name in OWN
    ]  # fmt: skip
    return (
        known.with_columns(chosen)
        .select(*frame.columns, *OWN)
        .with_columns(
            eccn=pl.coalesce(pl.col("eccn").cast(pl.String), "_own_eccn"),
            hs_code=pl.coalesce(pl.col("hs_code").cast(pl.String), "_own_hs"),
        )
    )


def _articles(user_items: pl.DataFrame, items: Catalog) -> pl.DataFrame:
    """Spell what every row says; a model may be an id of the catalog, which the reader of texts knows by its name."""
    absent = [pl.lit(None, pl.String).alias(name) for name in ("id", *SAID) if name not in user_items.columns]
    named = dict(pl.concat([each.select("id", "name") for each in (items.accelerators, items.systems)]).iter_rows())
    return user_items.with_columns(absent).select(
        _space(user_items, "items").alias("_space"),
        folded("maker").alias("maker"),
        folded("model").replace(named).alias("model"),
        folded("name").alias("name"),
        _key=folded("id"),
        _own_eccn=pl.col("eccn").cast(pl.String).str.to_uppercase().str.strip_chars(),
        _own_hs=pl.col("hs_code").cast(pl.String).str.replace_all(r"\D", ""),
        _own_chips=pl.col("chips_per_unit").cast(pl.Float64),
    )


def _said(articles: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Say of each SKU what all rows that say anything say."""
    fields = [name for name in articles.columns if name not in ("_space", "_key")]
    said = articles.group_by(by).agg(
        pl.when(pl.col(name).drop_nulls().n_unique() == 1).then(pl.col(name).drop_nulls().first()).alias(name)
        for name in fields
    )
    text = pl.concat_str("maker", "model", "name", separator=" ", ignore_nulls=True)
    return said.select(*by, pl.when(text != "").then(text).alias("_own_text"), *list(OWN)[1:])


def _space(frame: pl.DataFrame, table: str) -> pl.Expr:
    """Name the source of rows; all canonical files of the inbox are one."""
    if "source" not in frame.columns:
        return pl.lit("")
    return pl.when(pl.col("source") == table).then(pl.lit("")).otherwise(pl.col("source").cast(pl.String).fill_null(""))
