"""What all grounds of a delivery come to: what is needed, by which rules, and whether that is to be verified."""

from __future__ import annotations

import polars as pl


def needs_of(grounds: pl.DataFrame) -> pl.DataFrame:
    """Sum grounds up per judged goods: what is needed on the day, by which rules, whether all of it is to verify.

    Headquarters taken from a registration are to verify like any doubtful measure.
    """
    doubtful = pl.col("verify") | pl.col("inferred").fill_null(False)
    return (
        grounds.filter("on_the_day")
        .group_by("row", maintain_order=True)
        .agg(
            *(
                pl.col("need").eq(need).any().alias(need)
                for need in ("required", "prohibited", "exception_possible", "undetermined", "condition")
            ),
            pl.col("rule").filter(_speaks()).unique().sort().alias("rules"),
            pl.col("because").unique(maintain_order=True).alias("reasons"),
            (doubtful.filter(_decides()).all() & _speaks().any()).alias("verify"),
            pl.col("citation")
            .filter(_speaks())
            .drop_nulls()
            .unique(maintain_order=True)
            .str.join("; ")
            .alias("citation"),
            pl.col("notice").filter(pl.col("need") == "exception_possible").any().alias("notice"),
            pl.col("rule").is_in(["listed", "listed_address", "watch_list"]).any().alias("listed"),
            pl.col("rule").eq("owned_50_percent").any().alias("owned"),
        )
    )


def _speaks() -> pl.Expr:
    return pl.col("need").is_in(["required", "prohibited", "exception_possible", "undetermined"])


def _decides() -> pl.Expr:
    """Grounds as strong as the strongest: when any of them stands without doubt, so does the need."""
    hard = pl.col("need").is_in(["required", "prohibited"])
    return hard | (_speaks() & ~hard.any())
