"""The last consignee on paper only passes goods on, and nobody is named as using them."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import CONSIGNED_TO, Frame, moving, possible_shipments, true
from monitor.guidance import ADVANCED_IC_GUIDANCE, FINCEN_ALERTS, KNOW_YOUR_CUSTOMER
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables, *, unit_value: float = 5000.0) -> Frame:
    """Name logistics firms, mailboxes and banks that are the consignee of goods without another end user.

    Goods count when controlled, or when unknown with at least `unit_value` USD a piece (20 % of what an accelerator
    fetches) or found plausible by the tracer. A consignee of unknown trade is not named.
    """
    trades = tables.parties.filter(nw.col("trade").is_in(CONSIGNED_TO)).select("trade", consignee="id")
    nobody = nw.col("end_user").is_null() | (nw.col("end_user") == nw.col("consignee"))
    return (
        possible_shipments(tables, unit_value)
        .filter(nobody, moving())
        .join(trades, on="consignee")
        .with_columns(inferred=~true("controlled"))
        .select("shipper", "item", "trade", "inferred", on="shipped_on", party="consignee", shipment="id")
    )


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-06-01", "shipper": "harbor", "consignee": "acme", "item": "computer parts",
    "vague": True, "recognized": False, "unit_value_usd": 260000.0,
}  # fmt: skip
_ACME: dict[str, object] = {"id": "acme", "name": "Acme Logistics", "trade": "logistics"}

FLAG = RedFlag(
    id="forwarder_is_final_consignee",
    title="Forwarder is the final consignee",
    cites=(
        ADVANCED_IC_GUIDANCE.passage("ADV-08"), KNOW_YOUR_CUSTOMER.passage("S3-9"), FINCEN_ALERTS.passage("FIN-05"),
        FINCEN_ALERTS.passage("FIN-18"),
    ),
    severity=Severity.HIGH,
    family="how",
    kind="diversion",
    find=find,
    says='{shipper} consigned "{item}" to {party} ({trade}) on {on}; no end user is named.',
    misses="Forwarders whose name, role and industry do not say so; end users named falsely.",
    innocent=(("a bonded warehouse or consolidation on the way", "the onward waybill and the end user's receipt"),),
    absent=True,
    examples=(
        raises("expensive computer parts for a logistics firm", "acme", severity=Severity.HIGH,
               shipments=[_SALE], parties=[_ACME]),
        raises("controlled goods, and the forwarder as its own end user", "acme", parties=[_ACME],
               shipments=[_SALE | {"controlled": True, "recognized": True, "end_user": "acme"}]),
        raises("unknown goods the tracer found plausible", "acme", parties=[_ACME],
               shipments=[_SALE | {"unit_value_usd": None}],
               restricted_ends=[{"shipment": "S1", "party": "acme", "goods": "accelerator/h100"}]),
        silent("a warehouse with a named end user", shipments=[_SALE | {"end_user": "hospital"}], parties=[_ACME]),
        silent("cheap parts", shipments=[_SALE | {"unit_value_usd": 40.0}], parties=[_ACME]),
        silent("office chairs", shipments=[_SALE | {"recognized": True, "family": "other"}], parties=[_ACME]),
        silent("goods and value unknown", shipments=[_SALE | {"unit_value_usd": None}], parties=[_ACME]),
        silent("a consignee whose trade nobody knows", shipments=[_SALE], parties=[_ACME | {"trade": None}]),
    ),
)  # fmt: skip
