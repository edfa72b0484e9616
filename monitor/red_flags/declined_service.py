"""Installation, training or warranty is declined."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, moving, true
from monitor.guidance import KNOW_YOUR_CUSTOMER, TRI_SEAL_NOTE
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

DECLINED = "declined"


def find(tables: Tables) -> Frame:
    """Name the consignee of a unit or an order for which service was declined; by serial number, else by order.

    Of several deliveries of a unit all that left by that day count. An event that names nothing on record is none.
    """
    declined = tables.service.filter(nw.col("event") == DECLINED).select("serial_number", "order_id", "on", "on_day")
    moved = tables.shipments.filter(moving(), ~true("repeats")).select(
        "serial_numbers", "shipped_day", party="consignee", shipment="id", order="order_id"
    )
    units = moved.explode("serial_numbers").filter(~nw.col("serial_numbers").is_null())
    named = declined.filter(~nw.col("serial_number").is_null()).join(
        units, left_on="serial_number", right_on="serial_numbers"
    )
    ordered = declined.filter(nw.col("serial_number").is_null()).join(moved, left_on="order_id", right_on="order")
    columns = ("party", "shipment", "on", "on_day", "shipped_day", "serial_number", "order_id")
    both = nw.concat([named.select(*columns), ordered.select(*columns)], how="vertical")
    return (
        both.filter(nw.col("shipped_day") <= nw.col("on_day"))
        .with_columns(unit=nw.coalesce("serial_number", "order_id"))
        .select("party", "shipment", "on", "unit")
        .unique()
    )


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme", "serial_numbers": ["SN1"],
    "order_id": "O1",
}  # fmt: skip
_SAID: dict[str, object] = {"serial_number": "SN1", "event": "declined", "on": "2024-06-01"}

FLAG = RedFlag(
    id="declined_service",
    title="Service was declined",
    cites=(KNOW_YOUR_CUSTOMER.passage("S3-7"), TRI_SEAL_NOTE.passage("TRI-3")),
    severity=Severity.LOW,
    family="site",
    kind="site",
    find=find,
    needs=("shipments", "service"),
    says="{party} declined service for {unit} on {on}.",
    misses="Service that was never offered, or declined by word of mouth.",
    innocent=(("The buyer services its machines itself", "its technicians, its spare parts, other sites it runs"),),
    examples=(
        raises("for a unit", "acme", severity=Severity.LOW, shipments=[_SALE], service=[_SAID]),
        raises("for an order", "acme", shipments=[_SALE], service=[_SAID | {"serial_number": None, "order_id": "O1"}]),
        silent("a repair is asked for", shipments=[_SALE], service=[_SAID | {"event": "repair"}]),
        silent("for a unit nobody recorded", shipments=[_SALE], service=[_SAID | {"serial_number": "SN9"}]),
    ),
)  # fmt: skip
