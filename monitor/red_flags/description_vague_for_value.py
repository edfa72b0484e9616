"""Goods of an accelerator's value are described in words that say nothing."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, true
from monitor.guidance import CASES, SMUGGLING_PIPELINE, STUDIES
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables, *, unit_value: float = 5000.0, value_per_kg: float = 1500.0) -> Frame:
    """Name shippers of vaguely described goods worth `unit_value` USD a piece, or `value_per_kg` USD per kilogram.

    5,000 USD is 20 percent of what the cheapest data-center accelerators fetch. By weight, an eight-GPU server is worth
    about 2,000 USD per kilogram and a bare module 10,000, a laptop 500; weight decides only where pieces are unknown,
    and for lines worth more than one piece. Unknown value is no evidence.
    """
    dear = nw.col("unit_value_usd") >= unit_value
    weighed = nw.col("unit_value_usd").is_null() & (nw.col("weight_kg") > 0) & (nw.col("value_usd") >= unit_value)
    heavy = weighed & (nw.col("value_usd") >= value_per_kg * nw.col("weight_kg"))
    return (
        tables.shipments.filter(nw.col("vague"), ~true("recognized"), dear.fill_null(value=False) | heavy)
        .with_columns(worth=_worth())
        .select("consignee", "item", "worth", party="shipper", shipment="id", on="shipped_on")
    )


def _worth() -> nw.Expr:
    def usd(amount: nw.Expr, per: str) -> nw.Expr:
        return nw.concat_str(amount.round(0).cast(nw.Int64).cast(nw.String), nw.lit(f" USD a {per}"))

    by_weight = usd(nw.col("value_usd") / nw.col("weight_kg"), "kilogram")
    return nw.when(nw.col("unit_value_usd").is_null()).then(by_weight).otherwise(usd(nw.col("unit_value_usd"), "piece"))


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-06-01", "shipper": "acme", "consignee": "bright", "item": "computer parts",
    "vague": True, "recognized": False, "unit_value_usd": 261000.0, "value_usd": 9.4e6,
}  # fmt: skip
_BY_WEIGHT: dict[str, object] = {"unit_value_usd": None, "weight_kg": 4700.0}

FLAG = RedFlag(
    id="description_vague_for_value",
    title="Vague description for so dear a piece",
    cites=(CASES.passage("C1"), STUDIES.passage("CNAS"), SMUGGLING_PIPELINE.passage("CSIS-2")),
    severity=Severity.HIGH,
    family="goods",
    kind="diversion",
    find=find,
    says='{party} shipped "{item}" worth {worth} to {consignee} on {on}.',
    misses="False but exact descriptions; values understated together with the description.",
    innocent=(("dear spare parts under a house name", "the invoice, the packing list or a part number"),),
    examples=(
        raises("computer parts at 261,000 USD a piece", "acme", severity=Severity.HIGH, shipments=[_SALE]),
        raises("cartons of parts at 2,000 USD per kilogram", "acme", shipments=[_SALE | _BY_WEIGHT]),
        silent("computer parts at 40 USD a piece", shipments=[_SALE | {"unit_value_usd": 40.0, "value_usd": 1440.0}]),
        silent("cartons of parts at 100 USD per kilogram", shipments=[_SALE | _BY_WEIGHT | {"value_usd": 470000.0}]),
        silent("a description that says what it is", shipments=[_SALE | {"vague": False}]),
        silent("a vague text whose declared class says what it is", shipments=[_SALE | {"recognized": True}]),
        silent("value unknown", shipments=[_SALE | {"unit_value_usd": None, "value_usd": None}]),
        silent("weight unknown", shipments=[_SALE | _BY_WEIGHT | {"weight_kg": None}]),
    ),
)  # fmt: skip
