"""A buyer's first accelerator on record came after the controls began."""

from __future__ import annotations

import datetime as dt

import narwhals as nw

from monitor.evidence import Frame, controlled, moving
from monitor.guidance import ADVANCED_IC_GUIDANCE, FINCEN_ALERTS
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables
from pipelines.tables import day_number


def find(tables: Tables, *, since_on: dt.date = dt.date(2022, 10, 7), reach: int = 730) -> Frame:
    """Name buyers whose first accelerator of any generation left after `since_on`.

    The source of that first record must go back `reach` days before it, else nobody can say what came earlier and the
    buyer is `unsure`. That first one must be controlled, or of undetermined class. Context only: today's accelerators
    did not exist before.
    """
    known = tables.sources.select("first_day", source="id")
    firsts = _firsts(tables).filter(nw.col("day") > day_number(since_on)).join(known, on="source")
    return firsts.filter(nw.col("bought"), nw.col("first_day") <= nw.col("day") - reach).select(
        "party", "shipment", "item", "on"
    )


def _firsts(tables: Tables) -> Frame:
    """The first shipments of accelerators to each consignee or end user."""
    bought = tables.shipments.filter(nw.col("family") == "accelerator", nw.col("recognized"), moving()).select(
        "source",
        "item",
        "consignee",
        "end_user",
        shipment="id",
        on="shipped_on",
        day="shipped_day",
        bought=controlled(),
    )
    parties = bought.unpivot(on=["consignee", "end_user"], index=["shipment"], value_name="party")
    lines = parties.select("shipment", "party").unique().join(bought.drop("consignee", "end_user"), on="shipment")
    first = lines.group_by("party").agg(earliest=nw.col("day").min())
    return lines.join(first, on="party").filter(~nw.col("party").is_null(), nw.col("day") == nw.col("earliest"))


def unsure(tables: Tables, *, since_on: dt.date = dt.date(2022, 10, 7), reach: int = 730) -> Frame:
    """Name buyers whose source does not go back far enough, or says not how far."""
    far = tables.sources.select("first_day", source="id")
    late = _firsts(tables).filter(nw.col("day") > day_number(since_on)).join(far, on="source", how="left")
    short = nw.col("first_day").is_null() | (nw.col("first_day") > nw.col("day") - reach)
    because = nw.lit(f"records do not reach {reach} days before its first purchase")
    return late.filter(short).select("party").unique().with_columns(because=because)


_SALE: dict[str, object] = {
    "id": "S1", "source": "customs", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme",
    "item": "NVIDIA HGX H100", "family": "accelerator", "recognized": True,
}  # fmt: skip
_CUSTOMS: dict[str, object] = {"id": "customs", "table": "shipments", "first_day": 18262}

FLAG = RedFlag(
    id="first_bought_after_controls",
    title="First accelerator on record came after the controls",
    cites=(ADVANCED_IC_GUIDANCE.passage("ADV-01"), FINCEN_ALERTS.passage("FIN-12")),
    severity=Severity.LOW,
    family="when",
    kind="identity",
    find=find,
    context=True,
    unsure=unsure,
    says='The first accelerators {party} got on record ("{item}") left on {on}, after the controls began.',
    misses="Purchases outside the records; buyers whose earlier purchases ran under another name.",
    innocent=(("The trade itself is that young", "when the company began to need accelerators, and what for"),),
    examples=(
        raises("a first server in 2024, in records from 2020", "acme", severity=Severity.LOW, shipments=[_SALE],
               sources=[_CUSTOMS]),
        silent("bought older cards in 2021", sources=[_CUSTOMS],
               shipments=[_SALE, _SALE | {"id": "S0", "shipped_on": "2021-03-01", "item": "V100"}]),
        silent("comes back from a customer", shipments=[_SALE | {"kind": "return"}], sources=[_CUSTOMS]),
        silent("a card for games", shipments=[_SALE | {"controlled": False}], sources=[_CUSTOMS]),
        silent("records begin in 2024", shipments=[_SALE], sources=[_CUSTOMS | {"first_day": 19723}]),
        silent("nobody knows when the records begin", shipments=[_SALE], sources=[_CUSTOMS | {"first_day": None}]),
        silent("goods nobody recognized", shipments=[_SALE | {"family": None, "recognized": None}],
               sources=[_CUSTOMS]),
    ),
)  # fmt: skip
