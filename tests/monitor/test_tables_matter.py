"""Orders, licenses, distributors, service and articles, from files to findings: what each column changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from monitor.red_flags import FLAGS
from pipelines import Tables
from pipelines.build import Known, build
from pipelines.ingest import ingest
from tests.cases import MINE, Case, sides, wordsmith, write_cases, write_rows

AS_OF = dt.date(2026, 1, 1)
LEFT = "2024-05-12"
FIND = {flag.id: flag.find for flag in FLAGS}
Row = dict[str, Any]

ORDERS: dict[str, tuple[bool, Row]] = {
    "consignee": (True, sides("consignee", "Ombravik Trade Ltd|HK")),
    "end_user": (True, sides("end_user", "Ombravik Trade Ltd|HK")),
    "payer": (True, sides("payer", "Ombravik Trade Ltd|HK")),
    "destination_country": (True, {"destination_country": "HK"}),
    "quantity": (False, {"quantity": 12}),
    "version_on": (False, {"destination_country": "HK", "version_on": "2024-04-01"}),
    "id": (False, {"destination_country": "HK", "id": "elsewhere"}),
    "nothing": (False, {}),
}
"""A second version of an order, ten days before it left: whether that is late, and what it changes."""

LICENSES: dict[str, tuple[bool, Row]] = {
    "licensee": (True, sides("licensee", "Ombravik Trade Ltd|HK")),
    "consignee": (True, sides("consignee", "Ombravik Trade Ltd|HK")),
    "end_user": (True, sides("end_user", "Ombravik Trade Ltd|HK")),
    "eccn": (True, {"eccn": "3A090.b"}),
    "quantity": (True, {"quantity": 9}),
    "value": (True, {"value": 2_699_999}),
    "from_on": (True, {"from_on": "2024-06-01"}),
    "until_on": (True, {"until_on": "2024-05-01"}),
    "number": (False, {"number": "D999", "quantity": 9}),
    "nothing": (False, {}),
}
"""What a license of ten servers says, and whether the delivery of ten goes beyond it."""

GRANTS: dict[str, tuple[bool, Row]] = {
    "everywhere": (False, {}),
    "territory": (True, {"territory": "JP;KR"}),
    "territory of the delivery": (False, {"territory": "JP;TH"}),
    "from_on": (True, {"from_on": "2024-06-02"}),
    "until_on": (True, {"until_on": "2024-05-20"}),
    "party": (True, sides("party", "Ombravik Trade Ltd|HK")),
}
"""What is granted to a dealer that passes everything on to Thailand on 1 June, and whether that is noted."""

SERVICE: dict[str, tuple[str | None, Row]] = {
    "country": ("service_asked_from_elsewhere", {"country": "CN"}),
    "requester": ("service_asked_from_elsewhere", sides("requester", "Ombravik Trade Ltd|HK")),
    "order_id": (
        "service_asked_from_elsewhere",
        {"country": "CN", "serial_number": "", "order_id": "order of order_id"},
    ),
    "serial_number": (None, {"country": "CN", "serial_number": "no such"}),
    "on": (None, {"country": "CN", "on": "2024-05-01"}),
    "event": ("declined_service", {"event": "declined"}),
    "nothing": (None, {}),
}
"""What an event says of a unit delivered to Malaysia, and which flag names its holder."""


class World:
    """Cases of one inbox: a buyer each, by table and what it tries."""

    def __init__(self) -> None:
        self.case = Case("T", wordsmith(5))
        self.buyers: dict[tuple[str, str], str] = {}
        self.rows: dict[str, list[Row]] = {}

    def buyer(self, table: str, tried: str, **facts: Any) -> str:
        party = self.case.company("MY", "Cloud")
        self.buyers[table, tried] = party
        self.case.ship(f"{table}-{tried}", LEFT, MINE, party, **facts)
        return party

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    def write(self, inbox: Path) -> None:
        write_cases(inbox, [self.case])
        for table, rows in self.rows.items():
            write_rows(inbox / f"{table}.csv", rows)


def with_orders(world: World) -> None:
    for tried, (_, change) in ORDERS.items():
        buyer = world.buyer("orders", tried, order_id=f"O-{tried}")
        first = {"id": f"O-{tried}", "version_on": "2024-03-01", "destination_country": "MY", "quantity": 10}
        named = {**sides("consignee", buyer), **sides("end_user", buyer), **sides("payer", buyer)}
        for row in ({**first, **named}, {**first, **named, "version_on": "2024-05-02", **change}):
            world.add("orders", **row)


def with_licenses(world: World) -> None:
    for at, (tried, (_, says)) in enumerate(LICENSES.items()):
        buyer = world.buyer("licenses", tried, license=f"D-{1000 + at}", eccn="4A090.a")
        terms = {"number": f"D{1000 + at}", "eccn": "3A090.a", "quantity": 10, "value": 2_700_000}
        valid = {"from_on": "2024-01-01", "until_on": "2024-12-31"}
        named = {**sides("licensee", MINE), **sides("consignee", buyer)}
        world.add("licenses", **{**terms, **named, **valid, **says})


def with_grants(world: World) -> None:
    for tried, (_, says) in GRANTS.items():
        dealer = world.buyer("authorized_distributors", tried)
        world.case.ship(f"on-{tried}", "2024-06-01", dealer, world.case.company("TH", "Data"))
        grant = {"territory": "", "from_on": "2024-01-01", "until_on": ""}
        world.add("authorized_distributors", **{**sides("party", dealer), **grant, **says})


def with_service(world: World) -> None:
    for tried, (_, says) in SERVICE.items():
        buyer = world.buyer("service", tried, serial_numbers=f"SN-{tried}-1", order_id=f"order of {tried}")
        event = {
            "serial_number": f"SN-{tried}-1",
            "order_id": "",
            "event": "repair",
            "on": "2024-09-01",
            "country": "MY",
        }
        world.add("service", **{**event, **sides("requester", buyer), **says})


def with_items(world: World) -> None:
    world.buyer("items", "model", item="SKU-1", quantity=2)
    world.buyer("items", "eccn", item="SKU-2", quantity=2, each=None)
    world.add(
        "items", id="SKU-1", name="Big box", model="hgx_h100_8", chips_per_unit=4, maker="NVIDIA", eccn="", hs_code=""
    )
    world.add(
        "items", id="SKU-2", name="Part 7", model="", chips_per_unit="", maker="", eccn="3A090.a", hs_code="847330"
    )


def with_papers(world: World) -> None:
    for tried, quantity in (("agree", 10), ("disagree", 12)):
        buyer = world.buyer("papers", tried, kind="sale", bill_of_lading=f"B-1-{tried}")
        world.case.ship(f"import-{tried}", LEFT, MINE, buyer, quantity=quantity, kind="import",
                        bill_of_lading=f"B-1-{tried}")  # fmt: skip


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Tables]:
    world, inbox = World(), tmp_path_factory.mktemp("inbox")
    for add in (with_orders, with_licenses, with_grants, with_service, with_items, with_papers):
        add(world)
    world.write(inbox)
    read = ingest((), inbox, as_of=AS_OF)
    return world, build(Known(read.records, read.reports, [MINE.split("|")[0]], AS_OF)).tables


def named(known: tuple[World, Tables], flag: str, table: str) -> set[str]:
    """What was tried of a table, where the flag names the buyer."""
    world, tables = known
    names = dict(tables.frame("parties").select("id", "name").iter_rows())
    found = {names[party] for party in FIND[flag](tables).collect(backend="polars").to_native()["party"]}
    return {tried for (of, tried), party in world.buyers.items() if of == table and party.split("|")[0] in found}


def test_versions_of_an_order_show_what_changed_late(known: tuple[World, Tables]) -> None:
    assert known[1].frame("orders").height == 2 * len(ORDERS)
    assert named(known, "consignee_changed_late", "orders") == {tried for tried, (late, _) in ORDERS.items() if late}


def test_every_term_of_a_license_matters(known: tuple[World, Tables]) -> None:
    beyond = {tried for tried, (over, _) in LICENSES.items() if over}
    assert named(known, "license_terms_exceeded", "licenses") == beyond


def test_a_distributor_may_pass_goods_on_within_its_grant(known: tuple[World, Tables]) -> None:
    outside = {tried for tried, (noted, _) in GRANTS.items() if noted}
    assert named(known, "passes_goods_straight_on", "authorized_distributors") == outside


@pytest.mark.parametrize("flag", ["service_asked_from_elsewhere", "declined_service"])
def test_service_shows_where_a_unit_turned_up(known: tuple[World, Tables], flag: str) -> None:
    assert named(known, flag, "service") == {tried for tried, (by, _) in SERVICE.items() if by == flag}


def test_an_article_says_what_a_sku_is(known: tuple[World, Tables]) -> None:
    rows = {row["item"]: row for row in known[1].frame("shipments").to_dicts()}
    assert (rows["SKU-1"]["model"], rows["SKU-1"]["chips"]) == ("hgx_h100_8", 8.0)
    assert (rows["SKU-2"]["item_class"], rows["SKU-2"]["hs_code"]) == ("3A090.a", "847330")


def test_papers_of_one_movement_that_differ_are_named(known: tuple[World, Tables]) -> None:
    assert named(known, "papers_disagree", "papers") == {"disagree"}
    rows = known[1].frame("shipments").filter(kind="import")
    values = "value_usd: 3240000 (T-import-disagree), 2700000 (T-papers-disagree)"
    quantities = "quantity: 12 (T-import-disagree), 10 (T-papers-disagree)"
    assert rows["disagrees"].to_list() == [None, [quantities, values]]
