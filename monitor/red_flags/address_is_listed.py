"""A party or a delivery uses an address that is itself on the Entity List."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, appearances, graded, holds, true
from monitor.guidance import ADVANCED_IC_GUIDANCE, LISTS
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables) -> Frame:
    """Join shipments with the address-only entries in force on their day: of a party's own or a delivery address.

    Such an entry binds anyone who uses the address, for items on the Commerce Control List: controlled goods weigh
    critical, unknown ones high, plainly ordinary ones medium. An entry without a date is at most high, and so is a
    delivery whose records cannot show a license. An address on a list of the user's own is medium.
    """
    entries = tables.address_listings.filter(
        nw.col("address_only"), nw.col("unit_level"), nw.col("effect").is_in(("prohibits", "conditions"))
    )
    own = appearances(tables).join(entries.filter(~nw.col("party").is_null()).drop("shipment"), on="party")
    delivery = entries.filter(nw.col("party").is_null()).drop("party")
    delivered = appearances(tables).filter(nw.col("role") == "consignee").join(delivery, on="shipment")
    columns = ("party", "shipment", "payment", "role", "on", "address", "list", "entry", "caveat", "severity")
    return nw.concat([_graded(each).select(*columns) for each in (own, delivered)], how="vertical").unique()


def _graded(hits: Frame) -> Frame:
    ordinary = (nw.col("family") == "other").fill_null(value=False)
    severity = graded(
        "high",
        (nw.col("effect") == "conditions", "medium"),
        (true("licensed"), "low"),
        (ordinary, "medium"),
        (true("controlled") & nw.col("receives") & true("dated") & _needed(), "critical"),
    )
    caveat = nw.when(true("dated")).then(nw.lit("")).otherwise(nw.lit("; listing date not in the source"))
    gone = nw.when(true("delisted_inferred")).then(nw.lit("; no longer on the newest copy of the list"))
    caveat = nw.concat_str(caveat, gone.otherwise(nw.lit("")))
    return hits.filter(holds("on_day", "since_day")).with_columns(
        severity=severity, caveat=caveat, role=nw.col("role").str.replace_all("_", " ")
    )


def _needed() -> nw.Expr:
    return ~nw.col("shipment").is_null() & ~nw.col("unshown")


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-07-02", "shipper": "maker", "consignee": "acme", "family": "accelerator",
    "recognized": True, "controlled": True,
}  # fmt: skip
_SEEN: dict[str, object] = {
    "party": "acme", "role": "consignee", "shipment": "S1", "on": "2024-07-02", "controlled": True,
}  # fmt: skip
_ENTRY: dict[str, object] = {
    "party": "acme", "address": "Unit 7, 1 Example Road, Hong Kong", "listing": "EL:address 1", "list": "EL",
    "entry": "Address 1", "address_only": True, "unit_level": True, "effect": "prohibits", "dated": True,
    "since_on": "2024-06-12", "published_on": "2024-06-18",
}  # fmt: skip

FLAG = RedFlag(
    id="address_is_listed",
    title="Address is on the Entity List",
    cites=(LISTS.passage("744.16"), ADVANCED_IC_GUIDANCE.passage("ADV-05")),
    severity=Severity.CRITICAL,
    family="who",
    kind="listing",
    find=find,
    needs=("listings",),
    says="{party}, {role} on {on}, uses the listed address {address} ({entry}, list {list}){caveat}.",
    misses="Addresses written without their unit; parties at the address that no record places there.",
    innocent=(("The party left the address before the entry took effect", "a register extract with dates"),),
    examples=(
        raises("records that cannot show a license", "acme", severity=Severity.HIGH, shipments=[_SALE],
               appearances=[_SEEN], address_listings=[_ENTRY],
               license_needs=[{"shipment": "S1", "need": "required", "on_record": "unknown"}]),
        raises("controlled goods to a party at a listed address", "acme", severity=Severity.CRITICAL,
               shipments=[_SALE], appearances=[_SEEN], address_listings=[_ENTRY]),
        raises("a delivery address that is listed", "acme", severity=Severity.CRITICAL, shipments=[_SALE],
               appearances=[_SEEN], address_listings=[_ENTRY | {"party": None, "shipment": "S1"}]),
        raises("goods nobody recognized weigh less", "acme", severity=Severity.HIGH,
               shipments=[_SALE | {"family": None, "recognized": False, "controlled": None}],
               appearances=[_SEEN | {"controlled": None}], address_listings=[_ENTRY]),
        raises("an address on a list of the user's own", "acme", severity=Severity.MEDIUM, shipments=[_SALE],
               appearances=[_SEEN], address_listings=[_ENTRY | {"list": "ours", "effect": "conditions"}]),
        silent("the entry took effect afterwards", shipments=[_SALE], appearances=[_SEEN],
               address_listings=[_ENTRY | {"since_on": "2024-08-12"}]),
        silent("the address of a named entry", shipments=[_SALE], appearances=[_SEEN],
               address_listings=[_ENTRY | {"address_only": False}]),
        silent("the same building, the unit unknown", shipments=[_SALE], appearances=[_SEEN],
               address_listings=[_ENTRY | {"unit_level": None}]),
    ),
)  # fmt: skip
