"""A delivery goes beyond the license it names: another party, class or time, or more than was authorized."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, graded, moving, true
from monitor.guidance import LISTS
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

CHIP_CLASSES = ("3A090", "4A090")
"""Classes that are one class letter by letter: a bare chip, and what contains it."""


def find(tables: Tables, *, slack: float = 0.0) -> Frame:
    """Compare shipments with the license they name, by its number, as it stands in the list of licenses.

    Another licensee, consignee or end user; a departure before or after its time; another class; or pieces or value,
    summed over all shipments under it up to this one, above what it authorizes (by more than `slack` of it). What
    either side does not say exceeds nothing. Critical for the user's own shipments.
    """
    used = _used(tables).join(_licenses(tables), on="number")
    told = [used.filter(breach).with_columns(how=nw.lit(how)) for how, breach in _breaches(slack).items()]
    return (
        nw.concat(told, how="vertical")
        .with_columns(severity=graded("high", (true("mine"), "critical")))
        .select("party", "shipment", "on", "named", "how", "severity")
    )


def _plain(column: str) -> nw.Expr:
    return nw.col(column).str.to_uppercase().str.replace_all("[^A-Z0-9]", "")


def _licenses(tables: Tables) -> Frame:
    return tables.licenses.select(
        "licensee", "from_day", "until_day", number=_plain("number"), named="number", for_consignee="consignee",
        for_end_user="end_user", for_class=nw.col("eccn").str.to_uppercase(), quantity="quantity", worth="value",
    )  # fmt: skip


def _used(tables: Tables) -> Frame:
    """Shipments that name a license, with what has left under it up to each."""
    rows = tables.shipments.filter(moving(), ~true("repeats"), ~nw.col("license").is_null()).select(
        "shipper", "consignee", "end_user", "shipped_day", "pieces", "value_usd", "mine", number=_plain("license"),
        class_=nw.col("item_class").str.to_uppercase(), shipment="id", on="shipped_on",
    )  # fmt: skip
    known = [nw.col(name).fill_null(0.0).alias(name) for name in ("pieces", "value_usd")]
    sums = [
        nw.col(name).cum_sum().over("number", order_by=["shipped_day", "shipment"]).alias(f"{name}_so_far")
        for name in ("pieces", "value_usd")
    ]
    return rows.with_columns(*known).with_columns(*sums, party="consignee")


def _breaches(slack: float) -> dict[str, nw.Expr]:
    other = {
        "is for another shipper": nw.col("licensee") != nw.col("shipper"),
        "is for another consignee": _neither("for_consignee"),
        "is for another end user": _neither("for_end_user"),
        "is for another class of goods": _other_class(),
        "was not yet in force": nw.col("shipped_day") < nw.col("from_day"),
        "had expired": nw.col("shipped_day") > nw.col("until_day"),
        "is for fewer pieces": nw.col("pieces_so_far") > nw.col("quantity") * (1 + slack),
        "is for a smaller value": nw.col("value_usd_so_far") > nw.col("worth") * (1 + slack),
    }
    return {how: breach.fill_null(value=False) for how, breach in other.items()}


def _neither(party: str) -> nw.Expr:
    """Say whether a named party is neither the consignee nor the end user."""
    as_user = (nw.col(party) == nw.col("end_user")).fill_null(value=False)
    return (nw.col(party) != nw.col("consignee")) & ~as_user


def _other_class() -> nw.Expr:
    """Say whether the goods are of another class; paragraphs are compared where both sides name one."""
    heads = [nw.col(name).str.slice(0, 5) for name in ("for_class", "class_")]
    letters = [nw.col(name).str.slice(6, 1) for name in ("for_class", "class_")]
    chips = heads[0].is_in(CHIP_CLASSES) & heads[1].is_in(CHIP_CLASSES)
    lettered = (letters[0] != "") & (letters[1] != "") & (letters[0] != letters[1])
    return ((heads[0] != heads[1]) & ~chips) | (chips & lettered)


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme", "license": "D-1234567",
    "pieces": 10.0, "value_usd": 2.7e6, "item_class": "4A090.a", "mine": True,
}  # fmt: skip
_LICENSE: dict[str, object] = {
    "number": "D1234567", "licensee": "maker", "consignee": "acme", "eccn": "3A090.a", "quantity": 15.0,
    "value": 5.0e6, "from_on": "2024-01-01", "until_on": "2024-12-31",
}  # fmt: skip
_SECOND: dict[str, object] = _SALE | {"id": "S2", "shipped_on": "2024-06-02", "value_usd": 2.0e6}

FLAG = RedFlag(
    id="license_terms_exceeded",
    title="Delivery goes beyond its license",
    cites=(LISTS.passage("750.7"),),
    severity=Severity.CRITICAL,
    family="goods",
    kind="license",
    find=find,
    needs=("shipments", "licenses"),
    says="License {named}, named for the shipment to {party} on {on}, {how}.",
    misses="Amendments that are not in the list of licenses; shipments under the license that are not in the records.",
    innocent=(
        ("The license was amended or replaced", "the amendment"),
        ("The shipment names the wrong license", "the filing, and the license that covers it"),
    ),
    examples=(
        raises("a second delivery exceeds the quantity", "acme", severity=Severity.CRITICAL,
               shipments=[_SALE, _SECOND], licenses=[_LICENSE]),
        raises("or the value", "acme", shipments=[_SALE], licenses=[_LICENSE | {"value": 2.0e6}]),
        raises("another consignee", "bright", shipments=[_SALE | {"consignee": "bright"}], licenses=[_LICENSE]),
        raises("another end user", "acme", shipments=[_SALE], licenses=[_LICENSE | {"end_user": "bright"}]),
        raises("another shipper", "acme", shipments=[_SALE], licenses=[_LICENSE | {"licensee": "other"}]),
        raises("another class", "acme", shipments=[_SALE], licenses=[_LICENSE | {"eccn": "4A003"}]),
        raises("another paragraph", "acme", shipments=[_SALE], licenses=[_LICENSE | {"eccn": "3A090.b"}]),
        raises("too late", "acme", shipments=[_SALE], licenses=[_LICENSE | {"until_on": "2024-04-30"}]),
        raises("too early, somebody else's shipment", "acme", severity=Severity.HIGH,
               shipments=[_SALE | {"mine": False}], licenses=[_LICENSE | {"from_on": "2024-06-01"}]),
        silent("within its terms", shipments=[_SALE], licenses=[_LICENSE]),
        silent("its consignee is the end user", shipments=[_SALE | {"consignee": "bright", "end_user": "acme"}],
               licenses=[_LICENSE]),
        silent("another license", shipments=[_SALE | {"license": "D7654321"}], licenses=[_LICENSE | {"quantity": 1.0}]),
        silent("quantity unknown", shipments=[_SALE | {"pieces": None}], licenses=[_LICENSE | {"quantity": 1.0}]),
        silent("a second paper of the movement", shipments=[_SALE, _SECOND | {"repeats": True}], licenses=[_LICENSE]),
    ),
)  # fmt: skip
