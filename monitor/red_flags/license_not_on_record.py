"""A license was required and the records, which would show one, show none."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, graded, true
from monitor.guidance import KNOW_YOUR_CUSTOMER, LISTS
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables) -> Frame:
    """Name consignees of recognized goods that needed a license on the day, with none on record.

    Sources that cannot show licenses, goods not recognized and undetermined needs are `unsure`, never findings.
    """
    missing = tables.license_needs.filter(
        nw.col("need") == "required", nw.col("on_record") == "no", ~true("assumed")
    ).select("shipment", "rules", "because", "verify", "citation", needed_class="item_class")
    severity = graded("high", (true("mine") & ~true("verify"), "critical"))
    return (
        tables.shipments.filter(nw.col("recognized"), ~true("repeats"))
        .join(missing, left_on="id", right_on="shipment")
        .with_columns(severity=severity, verify=true("verify"))
        .select("shipper", "rules", "because", "needed_class", "severity", "verify", party="consignee", shipment="id",
                on="shipped_on")
    )  # fmt: skip


def unsure(tables: Tables) -> Frame:
    """Name consignees of shipments whose need or whose license cannot be told."""
    untold = tables.license_needs.with_columns(because=_because()).filter(~nw.col("because").is_null())
    return (
        tables.shipments.select("consignee", shipment="id")
        .join(untold.select("shipment", "because"), on="shipment")
        .select("because", party="consignee")
        .unique()
    )


def _because() -> nw.Expr:
    required = nw.col("need") == "required"
    undetermined = nw.when(nw.col("need") == "undetermined").then(nw.lit("license need undetermined"))
    cannot_show = required & (nw.col("on_record") == "unknown")
    hidden = nw.when(cannot_show).then(nw.lit("the records cannot show a license")).otherwise(undetermined)
    unrecognized = required & true("assumed")
    assumed = nw.lit("goods not recognized; if they are those received, a license was needed")
    return nw.when(unrecognized).then(assumed).otherwise(hidden)


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme", "recognized": True, "mine": True,
}  # fmt: skip
_NEED: dict[str, object] = {
    "shipment": "S1", "need": "required", "on_record": "no", "rules": ["destination"],
    "because": ["4A090.a to China needs a license"], "item_class": "4A090.a", "assumed": False, "verify": False,
}  # fmt: skip

FLAG = RedFlag(
    id="license_not_on_record",
    title="License required, none on record",
    cites=(KNOW_YOUR_CUSTOMER.passage("S3-22"), LISTS.passage("742.6")),
    severity=Severity.HIGH,
    family="goods",
    kind="license",
    find=find,
    unsure=unsure,
    says="{shipper} sent {needed_class} goods to {party} on {on} without a license on record: {because}.",
    misses="Licenses kept in papers outside the records; shipments in sources that record no licenses.",
    innocent=(("A license or exception exists that was not entered", "its number and the items it covers"),),
    examples=(
        raises("the user's own sale", "acme", severity=Severity.CRITICAL, shipments=[_SALE], license_needs=[_NEED]),
        raises("somebody else's sale", "acme", severity=Severity.HIGH, shipments=[_SALE | {"mine": False}],
               license_needs=[_NEED]),
        raises("the measure is to be verified", "acme", severity=Severity.HIGH, shipments=[_SALE],
               license_needs=[_NEED | {"verify": True}]),
        silent("a license is on record", shipments=[_SALE], license_needs=[_NEED | {"on_record": "yes"}]),
        silent("records that cannot show one", shipments=[_SALE], license_needs=[_NEED | {"on_record": "unknown"}]),
        silent("goods nobody recognized", shipments=[_SALE | {"recognized": None}],
               license_needs=[_NEED | {"assumed": True}]),
        silent("none is required", shipments=[_SALE], license_needs=[_NEED | {"need": "not_required"}]),
    ),
)  # fmt: skip
