"""One movement told once: the row that moves the goods, completed from the others; conflicts stay visible."""

from __future__ import annotations

import polars as pl

from pipelines.graph.joining.comparable import received
from pipelines.graph.joining.completed import completed
from pipelines.graph.joining.groups import Groups, grouped

RANK = {"export": 0, "reexport": 0, "import": 1, "transfer": 2, "return": 3, "repair": 3, "sale": 5}
"""Which row of a movement moves the goods: the least; 4 where the kind is unknown."""

UNKNOWN_RANK = 4

OF_THE_WHOLE = ("quantity", "unit", "pieces", "chips", "h100_equivalents", "weight_kg", "value_usd", "arrived_on",
                "serial_numbers")  # fmt: skip
"""Facts of a whole that are not those of its parts."""

MADE = ("movement", "movement_rows", "disagrees", "repeats", "license_source")
"""Columns made here."""


def told_once(shipments: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Give every row its `movement`, and let exactly one row of each move the goods, completed from the others.

    It is the export's row, else the import's, a transfer's, one of unknown kind, the sale's, and keeps its own
    departure and quantity, and its own parties unless they are agents of another row's. It arrives on the earliest
    day any row records, carries all serial numbers, and its goods are those of the row that names them. The others
    repeat it: they move nothing and bear its license. A row of a source that moves no goods comes last; alone it
    moves nothing, as before.
    """
    rows = shipments.sort("id").with_row_index("_row")
    groups = grouped(shipments.sort("id"))
    members = _members(rows, groups, sources)
    alone = rows.with_columns(
        movement="id", movement_rows=pl.lit(None, pl.List(pl.String)), disagrees=pl.lit(None, pl.List(pl.String)),
        repeats=pl.lit(value=False), license_source=pl.lit(None, pl.String),
    )  # fmt: skip
    if members.is_empty():
        return alone.drop("_row")
    leads = completed(members, shipments)
    others = _repeating(members, leads, alone)
    touched = pl.concat([leads["_row"], others["_row"]]).implode()
    shape = alone.columns
    parts = [alone.filter(~pl.col("_row").is_in(touched)), leads.select(shape), others.select(shape)]
    return pl.concat(parts).sort("_row").drop("_row")


def _members(rows: pl.DataFrame, groups: Groups, sources: pl.DataFrame) -> pl.DataFrame:
    """List the rows of every movement told more than once, the moving one first: `_of` is the movement's group.

    A whole that left in parts stands last with each of them (`_whole`), without the facts that are not the part's.
    """
    wholes = groups.agreed["whole"].unique()
    listed = sources.filter(pl.col("table") == "shipments").select(source="id", _records="records_licenses")
    facts = (
        rows.with_columns(_group=pl.Series(groups.group))
        .filter((pl.len().over("_group") > 1) | pl.col("_group").is_in(_all(groups.agreed).implode()))
        .join(listed.unique("source"), on="source", how="left")
        .with_columns(
            _rank=pl.col("kind").replace_strict(RANK, default=UNKNOWN_RANK, return_dtype=pl.Int64)
            + pl.when(pl.col("moves_goods")).then(0).otherwise(10),
            _supplied=pl.col("shipper").is_in(received(rows).implode()),
        )
    )
    own = facts.filter(~pl.col("_group").is_in(wholes.implode())).with_columns(_of="_group", _whole=pl.lit(value=False))
    borne = facts.join(groups.agreed, left_on="_group", right_on="whole").with_columns(
        *(pl.lit(None).cast(facts.schema[name]).alias(name) for name in OF_THE_WHOLE), _whole=pl.lit(value=True)
    )
    together = pl.concat([own, borne.rename({"part": "_of"}).select(own.columns)])
    return together.sort("_of", "_whole", "_rank", "id").with_columns(
        _leads=pl.int_range(pl.len()).over("_of") == 0
    ).filter(pl.len().over("_of") > 1)  # fmt: skip


def _all(agreed: pl.DataFrame) -> pl.Series:
    return pl.concat([agreed["whole"], agreed["part"]]).unique()


def _repeating(members: pl.DataFrame, leads: pl.DataFrame, alone: pl.DataFrame) -> pl.DataFrame:
    """Mark the rows that only tell again what another moves; a whole repeats all its parts."""
    told = leads.select("_of", "movement", "movement_rows", _license="license", _shown="license_source")
    each = (
        members.filter(~pl.col("_leads"))
        .select("_row", "_of")
        .join(told, on="_of")
        .sort("_row", "movement")
        .group_by("_row", maintain_order=True)
        .agg(
            pl.col("movement").first(),
            pl.col("movement_rows").explode().unique().sort(),
            pl.col("_license").drop_nulls().first(),
            pl.col("_shown").drop_nulls().first(),
        )
    )
    rows = alone.drop("movement", "movement_rows").join(each, on="_row")
    return rows.with_columns(
        license=pl.coalesce("_license", "license"), license_source=pl.col("_shown"),
        repeats=pl.lit(value=True), moves_goods=pl.lit(value=False),
    )  # fmt: skip
