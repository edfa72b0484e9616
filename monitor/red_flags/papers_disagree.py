"""The papers of one movement say different things."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, controlled, graded, moving, true
from monitor.guidance import KNOW_YOUR_CUSTOMER, TRI_SEAL_NOTE
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

WATCHED = {
    "consignee": "consignee", "end_user": "end user", "destination_country": "destination country",
    "quantity": "quantity", "value_usd": "value", "item": "goods", "eccn": "ECCN",
}  # fmt: skip
"""Facts of which a difference tells something, as they stand in `disagrees`; HS codes differ by national practice."""

PARTIES = ("consignee", "end_user")


def find(tables: Tables) -> Frame:
    """Name consignees of controlled goods whose sale, filing and declaration differ in a watched fact.

    Quantities by more than 2 percent, values by more than 10 (freight and insurance). A fact one paper leaves empty is
    no difference. A difference of values alone is medium.
    """
    moved = tables.shipments.filter(moving(), ~true("repeats"), controlled(), ~nw.col("disagrees").is_null())
    facts = moved.select("consignee", "disagrees", shipment="id", on="shipped_on").explode("disagrees")
    each = [
        facts.filter(nw.col("disagrees").str.starts_with(f"{fact}: ")).with_columns(
            what=nw.lit(what), told=nw.lit("") if fact in PARTIES else _told(fact), minor=nw.lit(fact == "value_usd")
        )
        for fact, what in WATCHED.items()
    ]
    differ = nw.concat(each, how="vertical").with_columns(severity=graded("high", (nw.col("minor"), "medium")))
    return differ.select("shipment", "on", "what", "told", "severity", party="consignee")


def _told(fact: str) -> nw.Expr:
    return nw.concat_str(nw.lit(" ("), nw.col("disagrees").str.slice(len(fact) + 2), nw.lit(")"))


_SALE: dict[str, object] = {
    "id": "E1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme", "controlled": True,
    "family": "accelerator", "moves_goods": True, "disagrees": ["quantity: 10 (E1), 12 (I1)"],
}  # fmt: skip

FLAG = RedFlag(
    id="papers_disagree",
    title="Papers of one movement disagree",
    cites=(TRI_SEAL_NOTE.passage("TRI-9"), KNOW_YOUR_CUSTOMER.passage("S3-10")),
    severity=Severity.HIGH,
    family="how",
    kind="diversion",
    find=find,
    says="The papers of the movement to {party} of {on} name a different {what}{told}.",
    misses="Papers nobody gave; papers so different that nothing shows that they are of one movement.",
    innocent=(
        ("A typing error, or units counted another way", "the packing list"),
        ("Values with and without freight and insurance", "the terms of delivery"),
    ),
    examples=(
        raises("ten left, twelve arrived", "acme", severity=Severity.HIGH, shipments=[_SALE]),
        raises("another consignee", "acme", shipments=[_SALE | {"disagrees": ["consignee: acme (E1), x (I1)"]}]),
        raises("another value", "acme", severity=Severity.MEDIUM,
               shipments=[_SALE | {"disagrees": ["value_usd: 1000000 (E1), 1500000 (I1)"]}]),
        silent("only the HS codes differ", shipments=[_SALE | {"disagrees": ["hs_code: 847150 (E1), 847330 (I1)"]}]),
        silent("they agree", shipments=[_SALE | {"disagrees": None}]),
        silent("ordinary goods", shipments=[_SALE | {"controlled": False, "family": "other"}]),
    ),
)  # fmt: skip
