"""A party sends most of what it gets across a border again within weeks."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, alike, following, holds, licensed, same_country, same_product, true
from monitor.guidance import CASES
from monitor.onward import deliveries, legs, per_leg, so_far, with_deliveries
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

LEG = ("party", "shipment", "carried", "item", "consignee", "on", "known", "leg_pieces", "upto_pieces", "upto_chips",
       "unsized")  # fmt: skip
"""What is told of a leg."""


def find(tables: Tables, *, share: float = 0.6, most: float = 2.0, days: int = 45) -> Frame:
    """Name parties whose onward legs across a border reach `share` of what came to them in the `days` before.

    Goods are controlled, or unknown and likely those that had arrived, product by product, compared in accelerators
    or, where those are unknown, in pieces. More than `most` times what came is a maker's or dealer's own stock. Hong
    Kong to the mainland is no border. Left out: the user's own shipments, returns, legs to a supplier, to the end user
    the inbound papers name, within a group or under a license, chips that leave as servers, and what the user's
    authorized distributors send within their territory and dates. An unknown country crosses nothing.
    """
    went = so_far(_went(tables), days)
    pairs = following(_came(tables), went, first_day="came_day", then_day="left_day", days=days).filter(
        nw.col("supplier") != nw.col("consignee"),
        same_product("came_carried", "carried"),
        ~(nw.col("small") & nw.col("large")),
    )
    waited = pairs.with_columns(waited=nw.col("left_day") - nw.col("came_day"))
    passed = (
        per_leg(waited, LEG, within=nw.col("waited").max(), came_known=nw.col("came_known").all(),
                uncounted=nw.col("came_chips").is_null().any())
        .with_columns(part=_part(), inferred=~(nw.col("known") & nw.col("came_known")))
        .filter(nw.col("part") >= share, nw.col("part") <= most, nw.col("named_pieces") < nw.col("leg_pieces"))
    )  # fmt: skip
    return with_deliveries(passed, ("party", "shipment", "part", "within", "item", "consignee", "on", "inferred"))


def _came(tables: Tables) -> Frame:
    small = nw.col("form").is_in(("chip", "board")).fill_null(value=False)
    return deliveries(tables).select(
        "party", "delivery", "supplier", "named_group", "came_day", "came_carried", "came_pieces", "came_chips",
        "came_known", small=small,
    )  # fmt: skip


def _went(tables: Tables) -> Frame:
    """Legs that cross a border out of the group, without a license or a distributor's authorization."""
    return (
        legs(tables)
        .filter(alike(), ~nw.col("mine"))
        .filter(same_country("origin_country") != same_country("destination_country"), ~nw.col("in_group"))
        .join(licensed(tables), on="shipment", how="left")
        .filter(~true("licensed"))
        .join(_authorized(tables), left_on="shipment", right_on="id", how="anti")
        .with_columns(large=nw.col("form").is_in(("server", "rack")).fill_null(value=False))
    )


def _authorized(tables: Tables) -> Frame:
    """Ids of legs an authorized distributor sends within its territory and dates."""
    grants = tables.authorized_distributors.select("party", "territory", "from_day", "until_day")
    everywhere = nw.col("territory").is_null() | (nw.col("territory").list.len() == 0)
    legs = tables.shipments.select("id", "shipper", "shipped_day", "destination_country")
    granted = grants.with_columns(everywhere=everywhere).explode("territory")
    return (
        legs.join(granted, left_on="shipper", right_on="party")
        .filter(holds("shipped_day"))
        .filter(nw.col("everywhere") | (nw.col("territory") == nw.col("destination_country")).fill_null(value=False))
        .select("id")
        .unique()
    )


def _part() -> nw.Expr:
    """What left over what came, in accelerators, or in pieces where some are not counted."""
    sized = ~nw.col("uncounted") & ~nw.col("unsized") & (nw.col("all_chips") > 0)
    by_chips = nw.col("upto_chips") / nw.col("all_chips")
    return nw.when(sized).then(by_chips).otherwise(nw.col("upto_pieces") / nw.col("all_pieces"))


_IN: dict[str, object] = {
    "id": "A1", "shipped_on": "2024-05-02", "arrived_on": "2024-05-09", "shipper": "maker", "consignee": "acme",
    "item": "NVIDIA HGX H100", "family": "accelerator", "chip": "h100", "recognized": True, "controlled": True,
    "pieces": 40.0, "chips": 320.0, "form": "server", "origin_country": "US", "destination_country": "MY",
}  # fmt: skip
_OUT: dict[str, object] = {
    "id": "A3", "shipped_on": "2024-06-01", "shipper": "acme", "consignee": "bright", "item": "computer parts",
    "recognized": False, "pieces": 36.0, "unit_value_usd": 261000.0, "origin_country": "MY",
    "destination_country": "HK",
}  # fmt: skip
_MAY: dict[str, object] = {"shipment": "A3", "goods": "accelerator/h100", "chips_most": 288.0, "recognized": False}
_NAMED: dict[str, object] = {"item": "NVIDIA HGX H100", "recognized": True, "controlled": True, "chip": "h100",
                             "family": "accelerator", "chips": 288.0, "form": "server"}  # fmt: skip
_CHIPS: dict[str, object] = {"form": "chip", "pieces": 320.0}
_GRANT: dict[str, object] = {"party": "acme", "territory": ["HK", "SG"], "from_on": "2024-01-01"}

FLAG = RedFlag(
    id="passes_goods_straight_on",
    title="Passes goods straight on across a border",
    cites=(CASES.passage("C4"), CASES.passage("C9")),
    severity=Severity.MEDIUM,
    family="how",
    kind="diversion",
    find=find,
    says='{party} sent on {part:.0%} of what it had just received, within {within} days of its arrival, as "{item}" '
    "to {consignee} on {on}.",
    misses="Goods that stay longer before they leave; goods handed over within the country.",
    innocent=(
        ("A distributor or billing hub", "its contract, and the end users it names"),
        ("An integrator", "what it builds and sells"),
    ),
    examples=(
        raises("36 of 40 leave in 23 days", "acme", severity=Severity.MEDIUM, shipments=[_IN, _OUT], may_carry=[_MAY]),
        raises("under their own name", "acme", shipments=[_IN, _OUT | _NAMED]),
        raises("an authorized distributor outside its territory", "acme", shipments=[_IN, _OUT], may_carry=[_MAY],
               authorized_distributors=[_GRANT | {"territory": ["SG"]}]),
        silent("an authorized distributor", shipments=[_IN, _OUT], may_carry=[_MAY], authorized_distributors=[_GRANT]),
        silent("an integrator turns chips into servers", shipments=[_IN | _CHIPS, _OUT | _NAMED]),
        silent("to the end user named when they came", shipments=[_IN | {"end_user": "bright"}, _OUT | _NAMED]),
        silent("Hong Kong to the mainland", may_carry=[_MAY], shipments=[
            _IN | {"destination_country": "HK"}, _OUT | {"origin_country": "HK", "destination_country": "CN"}]),
        silent("ten times what came", shipments=[_IN, _OUT | _NAMED | {"pieces": 400.0, "chips": 3200.0}]),
        silent("the user's own shipments", shipments=[_IN, _OUT | _NAMED | {"mine": True}]),
        silent("a quarter leaves", shipments=[_IN, _OUT | {"pieces": 10.0}], may_carry=[_MAY | {"chips_most": 80.0}]),
        silent("half a year later", shipments=[_IN, _OUT | {"shipped_on": "2024-11-01"}], may_carry=[_MAY]),
        silent("sent back for repair", shipments=[_IN, _OUT | {"kind": "repair"}], may_carry=[_MAY]),
        silent("within the group", shipments=[_IN, _OUT], may_carry=[_MAY], parties=[
            {"id": "acme", "name": "Acme", "group": "top"}, {"id": "bright", "name": "Bright", "group": "top"}]),
        silent("under a license", shipments=[_IN, _OUT], may_carry=[_MAY],
               license_needs=[{"shipment": "A3", "need": "required", "on_record": "yes"}]),
        silent("another product", shipments=[_IN, _OUT | _NAMED | {"chip": "a100"}]),
        silent("expensive goods that are not those received", shipments=[_IN, _OUT]),
        silent("destination unknown", shipments=[_IN, _OUT | {"destination_country": None}], may_carry=[_MAY]),
        silent("quantity unknown", shipments=[_IN, _OUT | {"pieces": None}], may_carry=[_MAY | {"chips_most": None}]),
    ),
)  # fmt: skip
