"""The last consignee on paper only passes goods on, and nobody is named as using them."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from monitor.evidence import CONSIGNED_TO, HS_CODES, Frame, graded, in_set, moving, possible_shipments, true
from monitor.guidance import ADVANCED_IC_GUIDANCE, FINCEN_ALERTS, KNOW_YOUR_CUSTOMER
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables, *, unit_value: float = 5000.0, hs_codes: Sequence[str] = HS_CODES) -> Frame:
    """Name logistics firms, mailboxes and banks that are the consignee of goods without another end user.

    High for controlled goods, and unknown ones that may be some that had arrived at their shipper. Medium for vague
    text over an accelerator's HS code and value (`unit_value` USD a piece, 20 % of what the cheapest fetch). A
    consignee of unknown trade is not named.
    """
    trades = tables.parties.filter(nw.col("trade").is_in(CONSIGNED_TO)).select("trade", consignee="id")
    nobody = nw.col("end_user").is_null() | (nw.col("end_user") == nw.col("consignee"))
    possible = possible_shipments(tables).select(line="id", possible=nw.lit(value=True))
    hidden = true("vague") & ~true("recognized") & (nw.col("unit_value_usd") >= unit_value) & in_set(hs_codes)
    return (
        tables.shipments.filter(nobody, moving())
        .join(trades, on="consignee")
        .join(possible, left_on="id", right_on="line", how="left")
        .filter(true("possible") | hidden.fill_null(value=False))
        .with_columns(inferred=~true("controlled"), severity=graded("medium", (true("possible"), "high")))
        .with_columns(trade=nw.when(nw.col("trade") == "logistics").then(nw.lit("a logistics firm"))
                      .otherwise(nw.concat_str(nw.lit("a "), nw.col("trade"))))
        .select("shipper", "item", "trade", "severity", "inferred", on="shipped_on", party="consignee", shipment="id")
    )  # fmt: skip


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-06-01", "shipper": "harbor", "consignee": "acme", "item": "computer parts",
    "vague": True, "recognized": False, "unit_value_usd": 260000.0,
}  # fmt: skip
_MAY: dict[str, object] = {"shipment": "S1", "goods": "accelerator/h100", "recognized": False}
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
    says='{shipper} consigned "{item}" to {party}, {trade}, on {on}; no end user is named.',
    misses="Forwarders whose name, role and industry do not say so; end users named falsely.",
    innocent=(("A bonded warehouse or consolidation on the way", "the onward waybill and the end user's receipt"),),
    absent=True,
    examples=(
        raises("parts that may be the servers received, for a logistics firm", "acme", severity=Severity.HIGH,
               shipments=[_SALE], may_carry=[_MAY], parties=[_ACME]),
        raises("controlled goods, and the forwarder as its own end user", "acme", severity=Severity.HIGH,
               parties=[_ACME], shipments=[_SALE | {"controlled": True, "recognized": True, "end_user": "acme"}]),
        raises("vague text over an accelerator's code and value", "acme", severity=Severity.MEDIUM, parties=[_ACME],
               shipments=[_SALE | {"hs_code": "847330"}]),
        silent("a warehouse with a named end user", shipments=[_SALE | {"end_user": "hospital"}], may_carry=[_MAY],
               parties=[_ACME]),
        silent("expensive goods under another code", shipments=[_SALE | {"hs_code": "850440"}], parties=[_ACME]),
        silent("expensive goods that say what they are", parties=[_ACME],
               shipments=[_SALE | {"hs_code": "847150", "vague": False, "item": "storage server"}]),
        silent("cheap parts", shipments=[_SALE | {"unit_value_usd": 40.0, "hs_code": "847330"}], parties=[_ACME]),
        silent("office chairs", shipments=[_SALE | {"recognized": True, "family": "other"}], parties=[_ACME]),
        silent("goods and value unknown", parties=[_ACME],
               shipments=[_SALE | {"unit_value_usd": None, "hs_code": "847330"}]),
        silent("a consignee whose trade nobody knows", shipments=[_SALE], may_carry=[_MAY],
               parties=[_ACME | {"trade": None}]),
    ),
)  # fmt: skip
