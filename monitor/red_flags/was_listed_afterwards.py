"""A party, or the address it uses, was listed after it got or sent controlled goods."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import RECEIVES, Frame, graded, possible_shipments, true
from monitor.guidance import GP10_GUIDANCE, LISTS
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

CARRIES = (*RECEIVES, "shipper")


def find(tables: Tables) -> Frame:
    """Look back: shipments of controlled goods, or of unknown ones that may be, to or from a party listed later.

    No list-based requirement applied when they left. Address-only entries count for parties at the address and for
    delivery addresses. Unknown goods count where controlled ones had arrived at their shipper and it may be they; an
    entry without a date is never later.
    """
    goods = possible_shipments(tables).select("item", "controlled", shipment="id")
    seen = (
        tables.appearances.filter(nw.col("role").is_in(CARRIES))
        .select("party", "role", "shipment", "on", "on_day")
        .join(goods, on="shipment")
    )
    hits = [seen.join(_names(tables), on="party"), seen.join(_own_addresses(tables), on="party")]
    consigned = seen.filter(nw.col("role") == "consignee")
    hits.append(consigned.join(_delivery_addresses(tables), on="shipment"))
    columns = ("party", "shipment", "on", "role", "item", "what", "entry", "list", "since_on", "since_day", "on_day",
               "effect", "controlled")  # fmt: skip
    return (
        nw.concat([each.select(*columns) for each in hits], how="vertical")
        .filter(nw.col("since_day") > nw.col("on_day"), nw.col("since_day") <= tables.today)
        .with_columns(severity=graded("medium", (nw.col("effect") == "other", "low")))
        .with_columns(inferred=~true("controlled"), act=_act())
        .select("party", "shipment", "on", "act", "item", "what", "entry", "list", "since_on", "severity", "inferred")
        .unique()
    )


def _act() -> nw.Expr:
    return nw.when(nw.col("role") == "shipper").then(nw.lit("sent")).otherwise(nw.lit("was to get"))


def _names(tables: Tables) -> Frame:
    matched = tables.screenings.filter(nw.col("band") == "match")
    return matched.select("party", "entry", "list", "since_on", "since_day", "effect", what=nw.lit("it"))


def _addresses(tables: Tables) -> Frame:
    exact = tables.address_listings.filter(nw.col("address_only"), nw.col("unit_level"))
    return exact.with_columns(what=nw.concat_str(nw.lit("its address "), nw.col("address")))


def _own_addresses(tables: Tables) -> Frame:
    return _addresses(tables).filter(~nw.col("party").is_null()).drop("shipment")


def _delivery_addresses(tables: Tables) -> Frame:
    return _addresses(tables).filter(~nw.col("shipment").is_null(), nw.col("party").is_null()).drop("party")


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-06-10", "shipper": "bright", "consignee": "acme", "item": "adapter modules",
    "recognized": False, "unit_value_usd": 275000.0,
}  # fmt: skip
_MAY: dict[str, object] = {"shipment": "S1", "goods": "accelerator/h100", "recognized": False}
_SEEN: dict[str, object] = {"party": "acme", "role": "consignee", "shipment": "S1", "on": "2024-06-10"}
_MATCH: dict[str, object] = {
    "party": "acme", "listing": "EL:acme", "list": "EL", "entry": "Acme Institute", "band": "match",
    "effect": "prohibits", "dated": True, "since_on": "2025-03-25", "published_on": "2025-03-28",
}  # fmt: skip
_ADDRESS: dict[str, object] = {
    "party": "bright", "address": "Unit 7, 1 Example Road", "listing": "EL:address 1", "list": "EL",
    "entry": "Address 1", "address_only": True, "unit_level": True, "effect": "prohibits", "dated": True,
    "since_on": "2024-06-12",
}  # fmt: skip

FLAG = RedFlag(
    id="was_listed_afterwards",
    title="Party or its address was listed afterwards",
    cites=(GP10_GUIDANCE.passage("GP10"), LISTS.passage("744.11"), LISTS.passage("744.16")),
    severity=Severity.MEDIUM,
    family="when",
    kind="listing",
    find=find,
    needs=("shipments", "listings"),
    says='On {on} {party} {act} "{item}"; list {list} has {what} ({entry}) since {since_on}. No list-based requirement '
    "applied when the goods left.",
    misses="Entries without a date; parties listed under names or addresses the records do not show.",
    innocent=(("The delivery was lawful and the goods are accounted for", "where they are now, and who uses them"),),
    examples=(
        raises("goods that may be servers, nine months before the listing", "acme", severity=Severity.MEDIUM,
               shipments=[_SALE], may_carry=[_MAY], appearances=[_SEEN], screenings=[_MATCH]),
        raises("controlled goods", "acme", severity=Severity.MEDIUM, appearances=[_SEEN], screenings=[_MATCH],
               shipments=[_SALE | {"recognized": True, "controlled": True}]),
        raises("the sender's address is listed two days later", "bright", severity=Severity.MEDIUM, shipments=[_SALE],
               may_carry=[_MAY], appearances=[_SEEN | {"party": "bright", "role": "shipper"}],
               address_listings=[_ADDRESS]),
        raises("the delivery address is listed later", "acme", shipments=[_SALE], may_carry=[_MAY],
               appearances=[_SEEN], address_listings=[_ADDRESS | {"party": None, "shipment": "S1"}]),
        silent("already listed on the day", appearances=[_SEEN], screenings=[_MATCH | {"since_on": "2023-01-01"}],
               shipments=[_SALE], may_carry=[_MAY]),
        silent("listed only after today", as_of="2024-12-31", shipments=[_SALE], may_carry=[_MAY],
               appearances=[_SEEN], screenings=[_MATCH]),
        silent("office chairs", shipments=[_SALE | {"family": "other", "recognized": True}], appearances=[_SEEN],
               screenings=[_MATCH]),
        silent("expensive goods, and no accelerators had arrived", shipments=[_SALE], appearances=[_SEEN],
               screenings=[_MATCH]),
        silent("a listing without a date", shipments=[_SALE], may_carry=[_MAY], appearances=[_SEEN],
               screenings=[_MATCH | {"since_on": None, "dated": False}]),
    ),
)  # fmt: skip
