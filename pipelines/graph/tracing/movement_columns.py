"""Shipments that move goods, as plain columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipelines.graph.tracing.arrays import FAR, Flags, Numbers
from pipelines.graph.tracing.key_columns import PAPERS, Keys, Papers, key_rows, keys_of_parties, shared_papers
from pipelines.graph.tracing.rules import Rules
from pipelines.tables import Tables

UNKNOWN_TRANSIT = 60
ROLES = ("shipper", "consignee", "intermediate_consignee")
SEARCHED = (
    "id", "shipped_day", *ROLES, "chip", "family", "form", "recognized", "chips_per_piece", "chips", "pieces",
    "unit_value_usd", "hs_code", "weight_kg", "serial_numbers", *PAPERS,
)  # fmt: skip
"""Columns reach needs of every shipment."""

TOLD = ("source", "movement_rows", "arrived_day", "item", "quantity", "h100_equivalents", "value_usd", "mine")
"""Columns that only a path's shipments need."""


@dataclass(frozen=True)
class Movements:
    """Shipments that move goods between two parties; a movement is its row, a party its place in `parties`.

    `shipped` to `first … last` (first and last possible arrival, the same when recorded) are days since `day_zero`;
    `intermediate` is -1 where there is none. `shipments` is the table they come from.
    """

    shipments: pl.LazyFrame
    frame: pl.DataFrame
    parties: tuple[str, ...]
    day_zero: int
    shipped: Numbers
    first: Numbers
    last: Numbers
    shipper: Numbers
    consignee: Numbers
    intermediate: Numbers
    forwarder: Flags
    keys: Keys
    papers_in: Papers
    papers_out: Papers

    def part(self, rows: Numbers) -> tuple[Movements, Numbers]:
        """Take some movements with all their columns, by departure and id; say which row each was."""
        ids = self.frame.select("id")[rows].with_columns(
            row=pl.Series(rows, dtype=pl.Int64), day=pl.Series(self.shipped[rows])
        )
        rows = ids.sort("day", "id", "row")["row"].to_numpy()
        told = self.shipments.filter(pl.col("id").is_in(ids["id"].implode())).select("id", *TOLD)
        frame = self.frame[rows].join(
            told.collect().unique("id", keep="first"), on="id", how="left", maintain_order="left"
        )
        part = replace(
            self, frame=frame, shipped=self.shipped[rows], first=self.first[rows], last=self.last[rows],
            shipper=self.shipper[rows], consignee=self.consignee[rows], intermediate=self.intermediate[rows],
            papers_in=self.papers_in.part(rows), papers_out=self.papers_out.part(rows),
        )  # fmt: skip
        return part, rows


def movements(tables: Tables, rules: Rules) -> Movements:
    """Take the shipments that carry goods on: not returns or repairs, not to the shipper itself, not other goods."""
    shipments = tables.polars("shipments").filter(
        pl.col("moves_goods").fill_null(value=True),
        pl.col("kind").is_null() | ~pl.col("kind").is_in(["return", "repair"]),
        pl.col("shipper") != pl.col("consignee"),
        pl.col("family").is_null() | (pl.col("family") != "other"),
        pl.col("shipped_day").is_not_null(),
    )
    moves = shipments.select(*SEARCHED, *_arrival()).collect()
    held = key_rows(tables, rules)
    ends = tables.polars("restricted_ends").select(pl.col("party").unique()).collect()["party"]
    names = pl.concat([*(moves[role] for role in ROLES), held["party"], ends])
    parties = names.drop_nulls().unique().sort()
    code = pl.Enum(parties)
    zero = _least(moves["shipped_day"])
    shipper, consignee, between = (_codes(moves[role], code) for role in ROLES)
    forwarder = _forwarders(tables, parties)
    keys = keys_of_parties(held, code, len(parties), zero)
    papers = shared_papers(moves, forwarder, parties, int(keys.key.max(initial=len(parties))) + 1)
    return Movements(
        shipments, moves, tuple(parties), zero,
        _days(moves["shipped_day"], zero), _days(moves["first"], zero), _days(moves["last"], zero),
        shipper, consignee, np.where(between == consignee, -1, between), forwarder, keys, *papers,
    )  # fmt: skip


def _arrival() -> list[pl.Expr]:
    """First and last possible arrival; an arrival before the departure counts as not recorded."""
    shipped, arrived = pl.col("shipped_day"), pl.col("arrived_day")
    recorded: pl.Expr = pl.when(arrived >= shipped).then(arrived)
    bounded = (pl.col("arrived_by_day") >= shipped) & arrived.is_null()
    latest = pl.when(bounded).then(pl.col("arrived_by_day")).otherwise(shipped + UNKNOWN_TRANSIT)
    return [recorded.fill_null(shipped).alias("first"), recorded.fill_null(latest).alias("last")]


def _least(days: pl.Series) -> int:
    least = days.cast(pl.Int64).min()
    return least if isinstance(least, int) else 0


def _days(days: pl.Series, zero: int) -> Numbers:
    since: Numbers = days.cast(pl.Int64).to_numpy() - zero
    return np.clip(since, 0, FAR - 1)


def _codes(names: pl.Series, code: pl.Enum) -> Numbers:
    codes: Numbers = names.cast(code).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return codes


def _forwarders(tables: Tables, parties: pl.Series) -> Flags:
    logistics = tables.polars("parties").filter(pl.col("trade") == "logistics").select("id").collect()["id"]
    flags: Flags = parties.is_in(logistics.implode()).to_numpy()
    return flags
