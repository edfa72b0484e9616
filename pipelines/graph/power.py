"""What the data centers a group is known to have can power, against the chips that came to it and have not left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.graph.supply import Supply, supplies
from pipelines.normalize.plausible import plausible
from pipelines.tables import GRAPH, conform

UTILIZATION = 0.6
"""Share of the systems' power they draw in use."""

OVERHEAD = 1.1
"""Storage and network per watt of the systems; cooling is not IT load."""

Judge = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass
class Lot:
    """What is left of one delivery."""

    shipment: str
    chip: str | None
    chips: float
    kilowatts: float


@dataclass
class Holding:
    """What a group holds, first in first out, and the operator that got the last delivery."""

    lots: list[Lot] = field(default_factory=list)
    operator: str | None = None

    def add(self, row: Mapping[str, Any]) -> None:
        self.lots.append(Lot(row["shipment"], row["chip"], row["chips"], row["kilowatts_per_chip"] or 0.0))
        self.operator = row["operator"]

    def take(self, chip: str | None, chips: float) -> None:
        """Let chips leave, oldest first; goods of unknown product take from every lot."""
        for lot in self.lots:
            if chip is None or lot.chip is None or lot.chip == chip:
                gone = min(lot.chips, chips)
                lot.chips -= gone
                chips -= gone
        self.lots = [lot for lot in self.lots if lot.chips > 0]

    @property
    def chips(self) -> float:
        return sum(lot.chips for lot in self.lots)

    @property
    def kilowatts(self) -> float:
        return sum(lot.chips * lot.kilowatts for lot in self.lots)


def site_power(
    shipments: pl.DataFrame, sites: pl.DataFrame, tenancies: pl.DataFrame, parties: pl.DataFrame, *,
    sources: pl.DataFrame, judge: Judge = plausible, utilization: float = UTILIZATION, overhead: float = OVERHEAD,
) -> pl.DataFrame:  # fmt: skip
    """Follow the stock of every group with a site of known megawatts: GRAPH["site_power"].

    Deliveries are recognized accelerators by arrival; what leaves is recognized accelerators and unknown goods that
    `judge` finds plausible, each piece counted as the form that arrived. Moves within a group change nothing. Chips of
    unknown draw count as chips that draw nothing, an unknown quantity as none. `shipments` is given on the worst day.
    """
    complete = bool(sources.filter(pl.col("table") == "sites", pl.col("sites_complete"))["id"].len())
    groups = parties.select("id", group=pl.coalesce("group", "id"))
    supply = supplies(sites, tenancies, dict(groups.iter_rows()), complete=complete)
    flows = _flows(shipments, groups, [*supply], judge)
    rows = [
        row
        for (group,), events in flows.partition_by("group", as_dict=True, maintain_order=True).items()
        for row in _days(group, events, supply[group], utilization * overhead)
    ]
    schema = GRAPH["site_power"].schema
    made = pl.DataFrame(rows, schema={name: schema[name] for name in schema if name not in ("on", "sites_complete")})
    return conform(
        made.with_columns(on=pl.col("on_day").cast(pl.Date), sites_complete=pl.lit(complete)), GRAPH["site_power"]
    )


def _flows(shipments: pl.DataFrame, groups: pl.DataFrame, wanted: Sequence[str], judge: Judge) -> pl.DataFrame:
    """Deliveries to and departures from the groups, by day; deliveries of a day come first."""
    ends = groups.rename({"id": "end", "group": "end_group"})
    moved = (
        shipments.filter(pl.col("moves_goods").fill_null(value=True))
        .join(ends.rename({"end_group": "from_group"}), left_on="shipper", right_on="end", how="left")
        .join(ends.rename({"end_group": "to_group"}), left_on="consignee", right_on="end", how="left")
        .filter(pl.col("from_group").ne_missing(pl.col("to_group")))
    )
    known = pl.col("recognized").fill_null(value=False) & (pl.col("family") == "accelerator")
    columns = ("group", "shipment", "day", "comes", "operator", "chip", "chips", "kilowatts_per_chip")
    came = moved.filter(known, pl.col("chips") > 0, pl.col("to_group").is_in(wanted)).with_columns(
        group="to_group", operator="consignee", shipment="id", comes=True,
        day=pl.coalesce("arrived_day", "arrived_by_day", "shipped_day"),
    )  # fmt: skip
    left = moved.filter(pl.col("from_group").is_in(wanted)).with_columns(
        group="from_group", operator="shipper", shipment="id", comes=False, day="shipped_day"
    )
    named = left.filter(known, pl.col("chips") > 0)
    nameless = ~pl.col("recognized").fill_null(value=False) & pl.col("family").is_null()
    unknown = left.filter(nameless, pl.col("pieces") > 0)
    guessed = _guessed(unknown, came, judge)
    return pl.concat([each.select(columns) for each in (came, named, guessed)]).sort(
        "group", "day", "comes", "shipment", descending=[False, False, True, False]
    )


def _guessed(unknown: pl.DataFrame, came: pl.DataFrame, judge: Judge) -> pl.DataFrame:
    """Count unknown goods that left and are plausible as the form most of which had arrived before."""
    arrived = came.select(
        "group", goods=pl.concat_str(pl.lit("accelerator/"), "chip"), arrived_form="form", came_day="day", had="chips",
        arrived_chips_per_piece="chips_per_piece", serials="serial_numbers",
    ).with_columns(pl.col("goods").fill_null("accelerator"))  # fmt: skip
    kind = ("shipment", "goods", "arrived_form", "arrived_chips_per_piece")
    most = (
        unknown.select("group", "shipment", "day", "serial_numbers")
        .join(arrived, on="group")
        .filter(pl.col("came_day") <= pl.col("day"))
        .with_columns(match=pl.col("serial_numbers").list.set_intersection("serials").list.len().fill_null(0) > 0)
        .group_by(kind, maintain_order=True)
        .agg(pl.col("had").sum(), serial_match=pl.col("match").any())
        .sort("serial_match", "had", *kind, descending=[True, True, *[False] * len(kind)])
        .unique("shipment", keep="first", maintain_order=True)
    )
    asked = unknown.join(most, on="shipment").with_row_index("number").with_columns(move=pl.col("number"))
    if asked.is_empty():
        return asked.with_columns(pl.col("chips").cast(pl.Float64))
    verdict = judge(
        asked.select("move", "number", "unit_value_usd", "hs_code", "weight_kg", "pieces", "serial_match",
                     "arrived_form", "arrived_chips_per_piece", "goods")
    ).filter(pl.col("plausible"))  # fmt: skip
    counted = asked.join(verdict.select("number", "assumed_chips_per_piece"), on="number")
    each = pl.coalesce("assumed_chips_per_piece", "arrived_chips_per_piece").fill_null(1.0)
    return counted.with_columns(chips=pl.col("pieces") * each, chip=pl.lit(None, pl.String))


def _days(group: str, events: pl.DataFrame, supply: Supply, factor: float) -> Iterator[dict[str, Any]]:
    """Give a row for every day the stock of a group changes, the worst marked."""
    holding, rows, worst, lots = Holding(), [], (-1.0, -1), list[str]()
    for (day,), changes in events.partition_by("day", as_dict=True, maintain_order=True).items():
        for row in changes.iter_rows(named=True):
            if row["comes"]:
                holding.add(row)
            else:
                holding.take(row["chip"], row["chips"])
        needed, have = holding.kilowatts * factor, supply.megawatts(day)
        rows.append({
            "party": group, "operator": holding.operator, "on_day": day, "chips_there": holding.chips,
            "kilowatts_needed": needed, "megawatts": have, "sites": supply.names(day), "worst": False,
        })  # fmt: skip
        ratio = -1.0 if have is None else needed / have if have else float("inf") if needed else 0.0
        if ratio > worst[0]:
            worst, lots = (ratio, len(rows) - 1), [lot.shipment for lot in holding.lots]
    if worst[1] >= 0:
        rows[worst[1]] |= {"worst": True, "shipments": lots}
    yield from rows
