"""Tables to one row per data-center operator: what it took in, and what its halls can supply."""

from __future__ import annotations

import polars as pl

from pipelines import Tables

LOAD, OVERHEAD = 0.6, 1.1
"""Share of nameplate power drawn, and network and storage per watt of servers: as in `site_lacks_power`."""


def purchases(tables: Tables) -> pl.DataFrame:
    """Set what each operator took in against what its halls supply.

    One row per operator with a known supply and recognized accelerators: `group`, `member`, `kilowatts` (net intake
    at load, less what is recorded as leaving), `megawatts`, `chips`, `h100_equivalents`, `shipments`. Operators whose
    supply nobody knows are left out: the model cannot judge them.
    """
    moved = tables.polars("shipments").filter(
        (pl.col("family") == "accelerator") & pl.col("chips").is_not_null() & pl.col("moves_goods").fill_null(True)
    )
    intake = _side(moved, "consignee").join(_side(moved, "shipper"), on="member", how="left", suffix="_out")
    supply = (
        tables.polars("sites")
        .filter(pl.col("megawatts") > 0)
        .group_by(member="operator")
        .agg(pl.col("megawatts").sum())
    )
    group = tables.polars("parties").select(member="id", group=pl.coalesce("group", "id"))
    return (
        intake.join(supply, on="member")
        .join(group, on="member")
        .select(
            "group",
            "member",
            "megawatts",
            "shipments",
            *(
                (pl.col(name) - pl.col(f"{name}_out").fill_null(0)).alias(name)
                for name in ("kilowatts", "chips", "h100_equivalents")
            ),
        )
        .filter(pl.col("kilowatts") > 0)
        .sort("group", "member")
        .collect()
    )


def _side(moved: pl.LazyFrame, role: str) -> pl.LazyFrame:
    """Sum what passed one side of the movements, per party."""
    return (
        moved.filter(pl.col("shipper") != pl.col("consignee"))
        .group_by(member=role)
        .agg(
            kilowatts=(pl.col("chips") * pl.col("kilowatts_per_chip")).sum() * LOAD * OVERHEAD,
            chips=pl.col("chips").sum(),
            h100_equivalents=pl.col("h100_equivalents").sum(),
            shipments=pl.col("id").sort(),
        )
    )
