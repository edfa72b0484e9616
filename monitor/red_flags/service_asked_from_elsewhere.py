"""Service is asked for units from another country, or by another party, than they were delivered to."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, graded, moving, same_country, true, with_group
from monitor.guidance import CASES, KNOW_YOUR_CUSTOMER, TRI_SEAL_NOTE
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

DECLINED = "declined"
HOLDERS = ("consignee", "end_user", "purchaser", "intermediate_consignee")
EVENT = ("serial_number", "order_id", "event", "on_day", "country", "requester")


def find(tables: Tables) -> Frame:
    """Compare where a repair, warranty, activation or log-in was asked for with the last delivery of the unit.

    By serial number, else by order; the last recorded delivery that left by that day counts. High when the country is
    another (Hong Kong counts as China), medium when only who asks is: no party of that delivery, nor of their groups.
    An unknown country or requester is no evidence.
    """
    asked = tables.service.filter(nw.col("event") != DECLINED).select(*EVENT, "on")
    return (
        _delivered(tables, asked)
        .with_columns(abroad=_abroad(), stranger=_stranger())
        .filter(nw.col("abroad") | nw.col("stranger"))
        .with_columns(
            unit=nw.coalesce("serial_number", "order_id"),
            severity=graded("medium", (nw.col("abroad"), "high")),
        )
        .select("shipment", "unit", "event", "on", "country", "requester", "destination_country", "severity",
                party="consignee")
    )  # fmt: skip


def _last_deliveries(tables: Tables, asked: Frame) -> Frame:
    """Join events with the last movement before them of the unit, or of the order where no serial number is given."""
    moved = tables.shipments.filter(moving(), ~true("repeats")).select(
        "serial_numbers", "shipped_day", "destination_country", *HOLDERS, shipment="id", order="order_id"
    )
    by_serial = moved.explode("serial_numbers").filter(~nw.col("serial_numbers").is_null())
    named = asked.filter(~nw.col("serial_number").is_null()).join(
        by_serial, left_on="serial_number", right_on="serial_numbers"
    )
    ordered = asked.filter(nw.col("serial_number").is_null()).join(moved, left_on="order_id", right_on="order")
    columns = [*EVENT, "on", "shipped_day", "destination_country", *HOLDERS, "shipment"]
    both = nw.concat([named.select(*columns), ordered.select(*columns)], how="vertical")
    earlier = both.filter(nw.col("shipped_day") <= nw.col("on_day"))
    return earlier.filter(nw.col("shipped_day") == nw.col("shipped_day").max().over(*EVENT))


def _delivered(tables: Tables, asked: Frame) -> Frame:
    found = _last_deliveries(tables, asked)
    for role in ("requester", *HOLDERS):
        found = with_group(found, tables, role)
    return found


def _abroad() -> nw.Expr:
    return (same_country("country") != same_country("destination_country")).fill_null(value=False)


def _stranger() -> nw.Expr:
    theirs = [(nw.col("requester_group") == nw.col(f"{role}_group")).fill_null(value=False) for role in HOLDERS]
    return ~nw.col("requester").is_null() & ~nw.any_horizontal(*theirs, ignore_nulls=True)


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme", "destination_country": "MY",
    "serial_numbers": ["SN1", "SN2"], "order_id": "O1",
}  # fmt: skip
_ASKED: dict[str, object] = {
    "serial_number": "SN1", "event": "repair", "on": "2024-09-01", "country": "CN", "requester": "acme",
}  # fmt: skip

FLAG = RedFlag(
    id="service_asked_from_elsewhere",
    title="Service was asked for from elsewhere",
    cites=(TRI_SEAL_NOTE.passage("TRI-4"), KNOW_YOUR_CUSTOMER.passage("S3-22"), KNOW_YOUR_CUSTOMER.passage("S3-23"),
           CASES.passage("C7")),
    severity=Severity.HIGH,
    family="site",
    kind="diversion",
    find=find,
    needs=("shipments", "service"),
    says=("{event} for {unit} was asked for on {on} from {country} by {requester}; it is recorded as delivered to "
          "{party} in {destination_country}."),
    misses="Units whose serial numbers stand on no shipment; service asked for through another company.",
    innocent=(
        ("A service company or the maker's branch asked on the holder's behalf", "the service contract"),
        ("The unit was moved to another site with the seller's knowledge", "the notice, and the license if needed"),
    ),
    examples=(
        raises("a repair asked for from China of a unit sent to Malaysia", "acme", severity=Severity.HIGH,
               shipments=[_SALE], service=[_ASKED]),
        raises("by a stranger in the same country", "acme", severity=Severity.MEDIUM, shipments=[_SALE],
               service=[_ASKED | {"country": "MY", "requester": "bright"}]),
        raises("by order, without a serial number", "acme", shipments=[_SALE],
               service=[_ASKED | {"serial_number": None, "order_id": "O1"}]),
        raises("after it went on, from where it was first", "bright",
               shipments=[_SALE, _SALE | {"id": "S2", "shipped_on": "2024-07-01", "shipper": "acme",
                                          "consignee": "bright", "destination_country": "SG"}],
               service=[_ASKED | {"country": "MY"}]),
        silent("where it was delivered", shipments=[_SALE], service=[_ASKED | {"country": "MY"}]),
        silent("where it went on to", shipments=[_SALE, _SALE | {"id": "S2", "shipped_on": "2024-07-01",
                                                 "shipper": "acme", "consignee": "bright",
                                                 "destination_country": "SG"}],
               service=[_ASKED | {"country": "SG", "requester": "bright"}]),
        silent("by a sister company", shipments=[_SALE], service=[_ASKED | {"country": "MY", "requester": "light"}],
               parties=[{"id": "acme", "name": "Acme", "group": "top"}, {"id": "light", "name": "L", "group": "top"}]),
        silent("country and requester unknown", shipments=[_SALE],
               service=[{"serial_number": "SN1", "event": "repair", "on": "2024-09-01"}]),
        silent("of a unit nobody recorded", shipments=[_SALE], service=[_ASKED | {"serial_number": "SN9"}]),
        silent("before it left", shipments=[_SALE], service=[_ASKED | {"on": "2024-04-01"}]),
    ),
)  # fmt: skip
