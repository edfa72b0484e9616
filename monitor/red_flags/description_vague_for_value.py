"""Goods of an accelerator's value are described in words that say nothing."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from monitor.evidence import HS_CODES, Frame, carriers, graded, in_set, true
from monitor.guidance import CASES, PIPELINE_STUDY, STUDIES
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables, *, unit_value: float = 5000.0, value_per_kg: float = 1500.0,
         hs_codes: Sequence[str] = HS_CODES) -> Frame:  # fmt: skip
    """Name shippers of vaguely described goods worth `unit_value` USD a piece that another sign makes accelerators.

    High where such goods had arrived at the shipper (`may_carry`) or the HS code is in the set; medium where only the
    weight says so: `value_per_kg` USD per kilogram. 5,000 USD is 20 percent of what the cheapest data-center
    accelerators fetch. An eight-GPU server is worth about 2,000 USD per kilogram, a bare module 10,000, a laptop 500.
    Where pieces are unknown, weight stands for the unit value of lines worth more than one piece. Unknown value is no
    evidence.
    """
    by_weight = (nw.col("weight_kg") > 0) & (nw.col("value_usd") >= value_per_kg * nw.col("weight_kg"))
    weighed = nw.col("unit_value_usd").is_null() & (nw.col("value_usd") >= unit_value) & by_weight
    expensive = (nw.col("unit_value_usd") >= unit_value).fill_null(value=False) | weighed.fill_null(value=False)
    return (
        tables.shipments.filter(~true("repeats"), nw.col("vague"), ~true("recognized"), expensive)
        .join(carriers(tables), left_on="id", right_on="line", how="left")
        .with_columns(sure=true("may") | in_set(hs_codes).fill_null(value=False))
        .filter(nw.col("sure") | by_weight.fill_null(value=False))
        .with_columns(severity=graded("medium", (nw.col("sure"), "high")))
        .with_columns(worth=_worth(), measure=_measure())
        .select("consignee", "item", "worth", "measure", "severity", party="shipper", shipment="id", on="shipped_on")
    )


def _worth() -> nw.Expr:
    return nw.coalesce("unit_value_usd", nw.col("value_usd") / nw.col("weight_kg")).round(0)


def _measure() -> nw.Expr:
    return nw.when(nw.col("unit_value_usd").is_null()).then(nw.lit("kilogram")).otherwise(nw.lit("piece"))


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-06-01", "shipper": "acme", "consignee": "bright", "item": "computer parts",
    "vague": True, "recognized": False, "unit_value_usd": 261000.0, "value_usd": 9.4e6,
    "hs_code": "847330",
}  # fmt: skip
_OTHER_CODE: dict[str, object] = {"hs_code": "853690"}
_MAY: dict[str, object] = {"shipment": "S1", "goods": "accelerator/h100", "recognized": False}
_BY_WEIGHT: dict[str, object] = {"unit_value_usd": None, "weight_kg": 4700.0}

FLAG = RedFlag(
    id="description_vague_for_value",
    title="Vague description for so expensive a piece",
    cites=(CASES.passage("C1"), STUDIES.passage("CNAS"), PIPELINE_STUDY.passage("CSIS-2")),
    severity=Severity.HIGH,
    family="goods",
    kind="diversion",
    find=find,
    says='{party} shipped "{item}" worth {worth} USD a {measure} to {consignee} on {on}.',
    misses="False but exact descriptions; values understated together with the description.",
    innocent=(("Expensive spare parts under a house name", "the invoice, the packing list or a part number"),),
    examples=(
        raises("computer parts at 261,000 USD a piece", "acme", severity=Severity.HIGH, shipments=[_SALE]),
        raises("under another code, when servers had arrived", "acme", severity=Severity.HIGH,
               shipments=[_SALE | _OTHER_CODE], may_carry=[_MAY]),
        raises("under another code, by weight", "acme", severity=Severity.MEDIUM,
               shipments=[_SALE | _OTHER_CODE | {"weight_kg": 4700.0}]),
        silent("when servers had arrived that weigh and are coded otherwise", shipments=[_SALE | _OTHER_CODE],
               may_carry=[_MAY | {"fit": 0.18}]),
        silent("under another code, and nothing else says accelerator", shipments=[_SALE | _OTHER_CODE]),
        silent("heavy equipment", shipments=[_SALE | _OTHER_CODE | {"weight_kg": 94000.0}]),
        raises("cartons of parts at 2,000 USD per kilogram", "acme", shipments=[_SALE | _BY_WEIGHT]),
        silent("computer parts at 40 USD a piece", shipments=[_SALE | {"unit_value_usd": 40.0, "value_usd": 1440.0}]),
        silent("cartons of parts at 100 USD per kilogram", shipments=[_SALE | _BY_WEIGHT | {"value_usd": 470000.0}]),
        silent("a description that says what it is", shipments=[_SALE | {"vague": False}]),
        silent("a vague text whose declared class says what it is", shipments=[_SALE | {"recognized": True}]),
        silent("value unknown", shipments=[_SALE | {"unit_value_usd": None, "value_usd": None}]),
        silent("weight unknown", shipments=[_SALE | _BY_WEIGHT | {"weight_kg": None}]),
    ),
)  # fmt: skip
