"""Who gets an order, or who pays it, changes just before it leaves."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, moving, possible_shipments
from monitor.guidance import ADVANCED_IC_GUIDANCE, FINCEN_ALERTS, TRI_SEAL_NOTE
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

WATCHED = {
    "consignee": "consignee", "end_user": "end user", "destination_country": "destination country", "payer": "payer",
}  # fmt: skip
"""Columns of an order of which a late change tells something."""


def find(tables: Tables, *, days: int = 14) -> Frame:
    """Compare the versions of an order: a new consignee, end user, destination or payer at most `days` before it left.

    Only orders that a shipment of controlled goods, or of goods that may be, fulfills. A version that leaves a column
    empty changes nothing, nor does the first that fills it; changes after departure are not late but other matters.
    """
    left = possible_shipments(tables).filter(moving(), ~nw.col("order_id").is_null())
    shipped = left.select("shipped_day", order="order_id", party="consignee", shipment="id", on="shipped_on")
    changes = nw.concat([_changes(tables, column, what) for column, what in WATCHED.items()], how="vertical")
    return (
        changes.join(shipped, on="order")
        .with_columns(before=nw.col("shipped_day") - nw.col("version_day"))
        .filter(nw.col("before") >= 0, nw.col("before") <= days)
        .select("party", "shipment", "on", "order", "what", "changed_on", "before")
    )


def _changes(tables: Tables, column: str, what: str) -> Frame:
    """Versions in which a column says something else than when it last said anything."""
    said = tables.orders.filter(~nw.col(column).is_null()).select(
        "version_day", order="id", changed_on="version_on", now=column
    )
    was = nw.col("now").shift(1).over("order", order_by=["version_day", "now"])
    changed = said.unique().with_columns(was=was).filter(nw.col("now") != nw.col("was"))
    return changed.select("order", "version_day", "changed_on", what=nw.lit(what))


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-05-12", "shipper": "maker", "consignee": "bright", "order_id": "O1",
    "family": "accelerator", "controlled": True,
}  # fmt: skip
_FIRST: dict[str, object] = {
    "id": "O1", "version_on": "2024-03-01", "consignee": "acme", "end_user": "acme", "destination_country": "MY",
    "payer": "acme",
}  # fmt: skip
_THEN: dict[str, object] = _FIRST | {"version_on": "2024-05-02", "consignee": "bright"}

FLAG = RedFlag(
    id="consignee_changed_late",
    title="Order changed its consignee, end user, destination or payer late",
    cites=(FINCEN_ALERTS.passage("FIN-09"), ADVANCED_IC_GUIDANCE.passage("ADV-12"), TRI_SEAL_NOTE.passage("TRI-5")),
    severity=Severity.HIGH,
    family="how",
    kind="diversion",
    find=find,
    needs=("shipments", "orders"),
    says="The {what} of order {order} was changed on {changed_on}, {before} days before it left for {party} on {on}.",
    misses="Changes that were made to the papers and not to the order; orders of which one version is kept.",
    innocent=(
        ("The buyer moved the delivery to another site of its group", "the buyer's request, and who is at the site"),
        ("A wrong entry was corrected", "the purchase order as first signed"),
    ),
    examples=(
        raises("a new consignee ten days before departure", "bright", severity=Severity.HIGH, shipments=[_SALE],
               orders=[_FIRST, _THEN]),
        raises("a new end user", "bright", shipments=[_SALE],
               orders=[_FIRST, _FIRST | {"version_on": "2024-05-02", "end_user": "bright"}]),
        raises("a new destination", "bright", shipments=[_SALE],
               orders=[_FIRST, _FIRST | {"version_on": "2024-05-02", "destination_country": "HK"}]),
        raises("a new payer", "bright", shipments=[_SALE],
               orders=[_FIRST, _FIRST | {"version_on": "2024-05-02", "payer": "gain"}]),
        silent("changed in good time", shipments=[_SALE], orders=[_FIRST, _THEN | {"version_on": "2024-04-01"}]),
        silent("changed after departure", shipments=[_SALE], orders=[_FIRST, _THEN | {"version_on": "2024-05-20"}]),
        silent("the end user is filled in late", shipments=[_SALE],
               orders=[{"id": "O1", "version_on": "2024-03-01", "consignee": "bright"},
                       {"id": "O1", "version_on": "2024-05-02", "consignee": "bright", "end_user": "bright"}]),
        silent("only the quantity changes", shipments=[_SALE],
               orders=[_FIRST, _FIRST | {"version_on": "2024-05-02", "quantity": 12.0}]),
        silent("ordinary goods", shipments=[_SALE | {"family": "other", "controlled": False}],
               orders=[_FIRST, _THEN]),
    ),
)  # fmt: skip
