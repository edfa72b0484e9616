"""Goods leave the party that the papers name as their end user."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, controlled, following, moving, same_country, true
from monitor.guidance import CASES, PIPELINE_STUDY
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

OWN_USE = r"(?i)\bown (use|operation)|internal use|domestic|not for (re)?-?(sale|export)|in-?house"
"""Declared end uses that say the goods stay with the consignee."""


def find(tables: Tables, *, share: float = 0.2, days: int = 365, own_use: str = OWN_USE) -> Frame:
    """Name declared end users whose recognized units leave group and country within `days`.

    Counted per product in accelerators (in pieces where those are unknown): what leaves, less what came to the group
    in the same time without such papers, must reach `share` of what came with them. Returns, repairs and legs to a
    supplier do not count; nor do legs of unknown country, or goods nobody recognized.
    """
    every = _came(tables, own_use)
    named = every.filter(nw.col("declared")).select("party").unique()
    came, went = every.join(named, on="party", how="semi"), _went(tables).join(named, on="party", how="semi")
    pairs = following(came, went, first_day="came_day", then_day="left_day", days=days).filter(
        nw.col("came_chip") == nw.col("chip"), nw.col("supplier") != nw.col("consignee")
    )
    return (
        pairs.filter(nw.col("declared"))
        .join(_balance(pairs, went, days), on="shipment")
        .with_columns(part=nw.col("excess") / nw.col("declared_units"))
        .filter(nw.col("part") >= share)
        .select("shipment", "delivery", "item", "part", "consignee", "on", "papers", party="holder")
    )


def _groups(tables: Tables) -> Frame:
    return tables.parties.select(member="id", party=nw.coalesce("group", "id"), home="country")


def _recognized(tables: Tables) -> Frame:
    """Controlled accelerators on the move; a unit is an accelerator, or a piece where their number is unknown."""
    known = tables.shipments.filter(nw.col("recognized"), nw.col("family") == "accelerator", controlled(), moving())
    return known.with_columns(units=nw.coalesce("chips", "pieces")).filter(nw.col("units") > 0)


def _came(tables: Tables, own_use: str) -> Frame:
    """What came to each group, and whether papers name it, or own use, as the end."""
    domestic = nw.col("declared_end_use").str.contains(own_use).fill_null(value=False)
    holder = nw.coalesce("end_user", "consignee")
    named = ~nw.col("end_user").is_null()
    papers = nw.when(named).then(nw.lit("named as end user")).otherwise(nw.lit("declared for own use"))
    return (
        _recognized(tables)
        .with_columns(holder=holder, declared=named | domestic, papers=papers)
        .join(_groups(tables), left_on="holder", right_on="member")
        .select("party", "holder", "declared", "papers", delivery="id", supplier="shipper", came_chip="chip",
                came_day=nw.coalesce("arrived_day", "shipped_day"), came_units="units")
    )  # fmt: skip


def _went(tables: Tables) -> Frame:
    """What left each group and the country of its shipper."""
    receivers = _groups(tables).select(receiver="member", to_group="party")
    return (
        _recognized(tables)
        .join(_groups(tables), left_on="shipper", right_on="member")
        .join(receivers, left_on="consignee", right_on="receiver", how="left")
        .filter(same_country("home") != same_country("destination_country"))
        .filter(~(nw.col("to_group") == nw.col("party")).fill_null(value=False))
        .select("party", "item", "consignee", "chip", "units", shipment="id", on="shipped_on", left_day="shipped_day")
    )


def _balance(pairs: Frame, went: Frame, days: int) -> Frame:
    """Per leg: what came with papers in the time before it, and what left beyond the stock that came without."""
    units = nw.col("came_units")
    came = pairs.group_by("shipment").agg(
        declared_units=nw.when(nw.col("declared")).then(units).otherwise(0.0).sum(),
        other_units=nw.when(nw.col("declared")).then(0.0).otherwise(units).sum(),
    )
    legs = pairs.select("party", "shipment", "left_day", leg_chip="chip").unique()
    real = went.join(pairs.select("shipment").unique(), on="shipment", how="semi")
    earlier = real.select("party", "chip", leg="shipment", leg_day="left_day", leg_units="units")
    together = following(earlier, legs, first_day="leg_day", then_day="left_day", days=days)
    left = (
        together.filter(nw.col("chip") == nw.col("leg_chip")).group_by("shipment").agg(left=nw.col("leg_units").sum())
    )
    return came.join(left, on="shipment").with_columns(excess=nw.col("left") - nw.col("other_units"))


def unsure(tables: Tables) -> Frame:
    """Name consignees of recognized accelerators whose papers say nothing of an end user or end use."""
    silent_papers = nw.col("end_user").is_null() & nw.col("declared_end_use").is_null()
    because = nw.lit("papers name no end user and no end use")
    bought = _recognized(tables).filter(silent_papers, true("controlled"))
    return bought.select(party="consignee").unique().with_columns(because=because)


_IN: dict[str, object] = {
    "id": "A1", "shipped_on": "2024-05-02", "arrived_on": "2024-05-09", "shipper": "maker", "consignee": "acme",
    "end_user": "acme", "item": "NVIDIA HGX H100", "family": "accelerator", "chip": "h100", "recognized": True,
    "controlled": True, "pieces": 40.0, "chips": 320.0,
}  # fmt: skip
_OUT: dict[str, object] = {
    "id": "A3", "shipped_on": "2024-11-01", "shipper": "acme", "consignee": "bright", "item": "HGX H100 server",
    "family": "accelerator", "chip": "h100", "recognized": True, "chips": 80.0, "destination_country": "VN",
}  # fmt: skip
_MORE = _IN | {"id": "A2", "end_user": None, "chips": 100.0}
_PARTIES: list[dict[str, object]] = [
    {"id": "acme", "name": "Acme", "country": "MY"}, {"id": "bright", "name": "Bright", "country": "VN"},
]  # fmt: skip
_SISTERS = [each | {"group": "top"} for each in _PARTIES]

FLAG = RedFlag(
    id="leaves_declared_end_user",
    title="Goods leave their declared end user",
    cites=(CASES.passage("C1"), CASES.passage("C4"), CASES.passage("C7"), PIPELINE_STUDY.passage("CSIS-1")),
    severity=Severity.HIGH,
    family="how",
    kind="diversion",
    find=find,
    unsure=unsure,
    says='{party} is {papers}, yet {part:.0%} of the units left for {consignee} as "{item}" by {on}.',
    misses="Goods that leave under another name; goods handed over within the country.",
    innocent=(
        ("Old stock of the same product was sold", "a stock count from before, or serial numbers"),
        ("Returned or swapped under warranty", "the service record"),
    ),
    examples=(
        raises("a quarter leaves for another country", "acme", severity=Severity.HIGH, shipments=[_IN, _OUT],
               parties=_PARTIES),
        raises("declared for own use", "acme", parties=_PARTIES,
               shipments=[_IN | {"end_user": None, "declared_end_use": "own use in our data center"}, _OUT]),
        silent("consumer graphics cards", parties=_PARTIES,
               shipments=[_IN | {"controlled": False}, _OUT | {"controlled": False}]),
        silent("a tenth leaves", shipments=[_IN, _OUT | {"chips": 32.0}], parties=_PARTIES),
        silent("other stock may explain it", shipments=[_IN, _MORE, _OUT], parties=_PARTIES),
        silent("sent for repair", shipments=[_IN, _OUT | {"kind": "repair"}], parties=_PARTIES),
        silent("sold within the country", shipments=[_IN, _OUT | {"destination_country": "MY"}], parties=_PARTIES),
        silent("moved within the group", shipments=[_IN, _OUT], parties=_SISTERS),
        silent("two years later", shipments=[_IN, _OUT | {"shipped_on": "2026-06-01"}], parties=_PARTIES),
        silent("no end user or end use declared", shipments=[_IN | {"end_user": None}, _OUT], parties=_PARTIES),
        silent("goods nobody recognized", shipments=[_IN, _OUT | {"recognized": None, "family": None}],
               parties=_PARTIES),
        silent("destination unknown", shipments=[_IN, _OUT | {"destination_country": None}], parties=_PARTIES),
    ),
)  # fmt: skip
