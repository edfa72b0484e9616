"""Facts on which the papers of one movement differ."""

from __future__ import annotations

import polars as pl

NUMBERS = {"quantity": 0.02, "value_usd": 0.1}
"""Numbers rows of one movement should tell alike, and how far they may differ."""

WORDS = ("shipper", "consignee", "end_user", "destination_country", "hs_code", "eccn", "license", "item")
"""Words they should tell alike; the item only where not every row names the goods."""


def conflicts(members: pl.DataFrame) -> pl.DataFrame:
    """Say per movement (`_of`) what its rows tell differently: `disagrees`, "quantity: 10 (E1), 12 (I1)".

    Quantities are pieces; ten servers and eighty chips are the same.
    """
    rows = members.filter(~pl.col("_whole")).select(
        "_of", "id",
        *WORDS[:4],
        hs_code=pl.when(pl.col("hs_code").str.len_chars() >= 6).then(pl.col("hs_code").str.slice(0, 6)),
        eccn="eccn",
        license="license",
        item=pl.when(pl.col("recognized").n_unique().over("_of") > 1).then("item"),
        quantity="pieces", chips="chips", value_usd="value_usd",
    )  # fmt: skip
    differ = rows.group_by("_of").agg(
        *((pl.col(name).min() != pl.col(name).max()).alias(name) for name in WORDS),
        *((pl.col(name).max() * (1 - slack) > pl.col(name).min()).alias(name) for name, slack in NUMBERS.items()),
        chips=(pl.col("chips").null_count() == 0) & (pl.col("chips").max() == pl.col("chips").min()),
    ).with_columns(pl.col("quantity") & ~pl.col("chips")).drop("chips")  # fmt: skip
    found = differ.unpivot(index="_of", variable_name="fact", value_name="differs").filter("differs")
    some = rows.filter(pl.col("_of").is_in(found["_of"].unique().implode()))
    texts = some.drop("chips").with_columns(
        pl.col(name).round(2).cast(pl.String).str.strip_suffix(".0") for name in NUMBERS
    )
    told = texts.unpivot(index=["_of", "id"], variable_name="fact", value_name="told").drop_nulls("told")
    spoken = (
        told.join(found.select("_of", "fact"), on=["_of", "fact"])
        .sort("_of", "fact", "id")
        .group_by("_of", "fact", maintain_order=True)
        .agg(text=pl.format("{} ({})", "told", "id").str.join(", "))
    )
    line = pl.format("{}: {}", "fact", "text")
    return spoken.group_by("_of", maintain_order=True).agg(disagrees=line)
