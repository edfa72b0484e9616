"""Rows that describe one movement are told as one, and nothing else is."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.graph.joining.told import MADE, told_once
from pipelines.tables import GRAPH, conform

DAY = dt.date(2024, 5, 2)


def row(name: str, kind: str | None = "sale", **facts: Any) -> dict[str, Any]:
    """Ten H100 servers from maker to acme, unless said otherwise; `pieces` set quantity and chips, too."""
    known = {"recognized": True, "family": "accelerator", "chip": "h100", "chips_per_piece": 8.0, "item": "HGX H100"}
    pieces = facts.get("pieces", 10.0)
    counted = {"quantity": pieces, "pieces": pieces, "chips": pieces * 8}
    return {
        "id": name, "record": name, "source": kind or "user", "kind": kind, "shipper": "maker", "consignee": "acme",
        "shipped_on": DAY, "moves_goods": True, "mine": False, **known, **counted, **facts,
    }  # fmt: skip


def vague(**facts: Any) -> dict[str, Any]:
    unknown = dict.fromkeys(("chip", "chips", "family", "chips_per_piece"))
    return {**unknown, "recognized": False, "vague": True, "item": "computer parts", **facts}


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return conform(pl.DataFrame(rows, infer_schema_length=None), GRAPH["shipments"]).drop(MADE)


def told(*rows: dict[str, Any], sources: pl.DataFrame | None = None) -> dict[str, dict[str, Any]]:
    known = GRAPH["sources"].empty() if sources is None else sources
    return {each["id"]: each for each in told_once(frame(list(rows)), known).to_dicts()}


def together(*rows: dict[str, Any]) -> set[frozenset[str]]:
    """Which rows share a movement."""
    found: dict[str, set[str]] = {}
    for name, each in told(*rows).items():
        found.setdefault(each["movement"], set()).add(name)
    return {frozenset(each) for each in found.values()}


def apart(*names: str) -> set[frozenset[str]]:
    return {frozenset([name]) for name in names}


def moving(rows: dict[str, dict[str, Any]]) -> dict[str, float]:
    return {name: each["pieces"] for name, each in rows.items() if each["moves_goods"]}


@pytest.mark.parametrize(
    "shared",
    [
        {"bill_of_lading": "MAEU-1234"}, {"serial_numbers": ["SN1", "SN2"]}, {"order_id": "O1"},
        {"filing_number": "X2024"}, {"invoice_number": "INV-7"}, {},
    ],
    ids=["bill", "serials", "order", "filing", "invoice", "nothing but parties, goods, quantity and days"],
)  # fmt: skip
def test_a_sale_an_export_and_an_import_are_one_movement(shared: dict[str, Any]) -> None:
    rows = [row(name, kind, **shared) for name, kind in (("S1", "sale"), ("E1", "export"), ("I1", "import"))]
    assert together(*rows) == {frozenset({"S1", "E1", "I1"})}
    assert moving(told(*rows)) == {"E1": 10.0}


def test_the_moving_row_is_completed_from_the_others() -> None:
    rows = told(
        row("S1", bill_of_lading="B1", value_usd=1e6, end_user="acme", serial_numbers=["SN1"]),
        row("E1", "export", bill_of_lading="b-1", license="D123", shipped_on=DAY + dt.timedelta(2)),
        row("I1", "import", bill_of_lading="B1", arrived_on=DAY + dt.timedelta(9), hs_code="847150", **vague()),
    )
    moved = rows["E1"]
    assert (moved["shipped_on"], moved["arrived_on"]) == (DAY + dt.timedelta(2), DAY + dt.timedelta(9))
    assert (moved["end_user"], moved["value_usd"], moved["hs_code"]) == ("acme", 1e6, "847150")
    assert moved["serial_numbers"] == ["SN1"]
    assert moved["unit_value_usd"] == 1e5
    assert moved["movement_rows"] == ["E1", "I1", "S1"]
    assert [rows[name]["license"] for name in ("S1", "E1", "I1")] == ["D123"] * 3


def test_goods_another_paper_names_are_what_moved() -> None:
    moved = told(row("S1", bill_of_lading="B1"), row("I1", "import", bill_of_lading="B1", **vague()))["I1"]
    assert (moved["moves_goods"], moved["chip"], moved["chips"]) == (True, "h100", 80.0)
    assert moved["disagrees"] == ["item: computer parts (I1), HGX H100 (S1)"]


def test_conflicting_quantities_stay_visible_and_the_moving_row_counts() -> None:
    rows = told(row("S1", order_id="O1"), row("E1", "export", order_id="O1", pieces=12.0))
    assert moving(rows) == {"E1": 12.0}
    assert rows["E1"]["disagrees"] == ["quantity: 12 (E1), 10 (S1)"]


def test_consecutive_legs_are_two_movements_whatever_they_share() -> None:
    shared: dict[str, Any] = {"bill_of_lading": "B1", "serial_numbers": ["SN1"], "order_id": "O1"}
    legs = [row("S1", **shared), row("E2", "export", shipper="acme", consignee="bright", **shared)]
    assert together(*legs) == apart("S1", "E2")


def test_a_through_bill_joins_no_leg_by_way_of_a_third_row() -> None:
    first = row("S1", bill_of_lading="B1")
    through = row("E1", "export", bill_of_lading="B1", consignee="bright", intermediate_consignee="acme")
    onward = row("I1", "import", bill_of_lading="B1", shipper="acme", consignee="bright")
    assert together(first, through, onward) == {frozenset({"S1", "E1"}), frozenset({"I1"})}


def test_rows_of_one_source_and_kind_are_never_one_movement() -> None:
    rows = [row("S1", bill_of_lading="B1"), row("S2", bill_of_lading="B1"), row("I1", "import", bill_of_lading="B1")]
    assert together(*rows) == {frozenset({"S1", "I1"}), frozenset({"S2"})}


def test_lines_of_one_bill_are_matched_by_goods_and_quantity() -> None:
    lines: list[tuple[str, dict[str, Any]]] = [
        ("1", {"pieces": 10.0}),
        ("2", {"pieces": 20.0}),
        ("3", {"pieces": 10.0, "chip": "a100"}),
    ]
    rows = [
        row(f"{kind[0].upper()}{number}", kind, bill_of_lading="B1", **facts)
        for kind in ("sale", "import") for number, facts in lines
    ]  # fmt: skip
    assert together(*rows) == {frozenset({f"S{number}", f"I{number}"}) for number, _ in lines}


def test_one_sale_in_two_exports_moves_once_what_they_move() -> None:
    rows = told(
        row("S1", order_id="O1", pieces=100.0, end_user="acme"),
        row("E1", "export", order_id="O1", pieces=60.0),
        row("E2", "export", order_id="O1", pieces=40.0, shipped_on=DAY + dt.timedelta(20)),
    )
    assert moving(rows) == {"E1": 60.0, "E2": 40.0}
    assert [rows[name]["movement_rows"] for name in ("E1", "E2")] == [["E1", "S1"], ["E2", "S1"]]
    assert rows["E2"]["end_user"] == "acme"


def test_two_lines_of_a_sale_on_one_line_of_a_bill_move_once() -> None:
    sales = [row("S1", bill_of_lading="B1", pieces=60.0), row("S2", bill_of_lading="B1", pieces=40.0)]
    assert moving(told(*sales, row("I1", "import", bill_of_lading="B1", pieces=100.0))) == {"I1": 100.0}


def test_without_papers_each_sale_takes_the_nearest_import() -> None:
    days = {"S1": 0, "S2": 14, "S3": 40}
    sales = [row(name, shipped_on=DAY + dt.timedelta(day)) for name, day in days.items()]
    imports = [
        row("I1", "import", shipped_on=DAY + dt.timedelta(2)),
        row("I2", "import", shipped_on=DAY + dt.timedelta(15)),
    ]
    assert together(*sales, *imports) == {frozenset({"S1", "I1"}), frozenset({"S2", "I2"}), frozenset({"S3"})}


@pytest.mark.parametrize(
    "other",
    [
        {"pieces": 11.0}, {"chip": "a100"}, {"consignee": "bright"}, {"shipper": "other"}, vague(),
        {"shipped_on": DAY + dt.timedelta(61)}, {"arrived_on": DAY + dt.timedelta(40)}, {"order_id": "O2"},
        {"serial_numbers": ["SN9"]}, {"value_usd": 1.0},
    ],
    ids=["quantity", "goods", "consignee", "shipper", "unknown goods", "days", "arrival", "order", "serials", "value"],
)  # fmt: skip
def test_without_papers_rows_that_differ_are_not_joined(other: dict[str, Any]) -> None:
    sale = row("S1", order_id="O1", serial_numbers=["SN1"], arrived_on=DAY + dt.timedelta(5), value_usd=1e6)
    assert together(sale, row("I1", "import", **other)) == apart("S1", "I1")


@pytest.mark.parametrize("bill", ["UNKNOWN", "N/A", "0000", "to be advised", "-", ""])
def test_placeholders_name_no_movement(bill: str) -> None:
    rows = [row("S1", bill_of_lading=bill), row("I1", "import", bill_of_lading=bill, pieces=12.0)]
    assert together(*rows) == apart("S1", "I1")


def test_a_crowded_bill_does_not_compare_all_with_all() -> None:
    rows = [
        row(f"{kind}{number}", kind, bill_of_lading="HUB1", pieces=float(number + 1), consignee=f"c{number % 50}")
        for kind in ("sale", "import") for number in range(1_000)
    ]  # fmt: skip
    assert together(*rows) == {frozenset({f"sale{number}", f"import{number}"}) for number in range(1_000)}


def test_a_source_that_moves_no_goods_completes_and_never_moves() -> None:
    rows = told(row("S1", order_id="O1"), row("E1", "export", order_id="O1", moves_goods=False, license="D1"))
    assert moving(rows) == {"S1": 10.0}
    assert rows["S1"]["license"] == "D1"
    assert not moving(told(row("E1", "export", moves_goods=False)))


def test_an_agent_does_not_hide_whom_it_acts_for() -> None:
    sale = row("S1", bill_of_lading="B1", forwarder="agent")
    moved = told(sale, row("I1", "import", bill_of_lading="B1", shipper="agent", consignee="agent"))["I1"]
    assert (moved["shipper"], moved["consignee"], moved["intermediate_consignee"]) == ("maker", "acme", "agent")


def test_a_shipper_under_another_name_does_not_cut_the_way_of_the_goods() -> None:
    came = row("A1", consignee="maker", shipper="fab")
    sale, declared = row("S1", bill_of_lading="B1"), row("I1", "import", bill_of_lading="B1", shipper="makr")
    assert told(came, sale, declared)["I1"]["shipper"] == "maker"
    assert told(sale, declared)["I1"]["shipper"] == "makr"
    both = [came, row("A2", consignee="makr", shipper="fab", pieces=3.0), sale, declared]
    assert together(*both) == apart("A1", "A2", "S1", "I1")


def test_a_second_consignee_may_receive_in_between() -> None:
    moved = told(row("S1", bill_of_lading="B1"), row("E1", "export", bill_of_lading="B1", consignee="bright"))["E1"]
    assert (moved["consignee"], moved["intermediate_consignee"]) == ("bright", "acme")
    assert moved["disagrees"] == ["consignee: bright (E1), acme (S1)"]


def test_a_return_is_one_only_to_who_had_sent_the_goods() -> None:
    back = {"shipper": "acme", "consignee": "maker", "order_id": "R1", "shipped_on": DAY + dt.timedelta(30)}
    papers = [row("R1", "return", **back), row("E1", "export", **back)]
    assert told(row("S1"), *papers)["E1"]["kind"] == "return"
    assert told(*papers)["E1"]["kind"] == "export"


def test_a_license_is_shown_where_any_source_would_show_it() -> None:
    sources = pl.DataFrame({"id": ["export"], "table": ["shipments"], "records_licenses": [True]})
    rows = told(row("E1", "export", order_id="O1"), row("S1", order_id="O1"), sources=sources)
    assert {each["license_source"] for each in rows.values()} == {"export"}


@st.composite
def planted(draw: st.DrawFn, *, papers: bool) -> tuple[list[dict[str, Any]], set[frozenset[str]]]:
    """Movements told by one to three rows; each has its own papers, or its own parties, goods and quantity."""
    rows, truth = [], set()
    for number in range(draw(st.integers(1, 8))):
        kinds = draw(st.sets(st.sampled_from(["sale", "export", "import"]), min_size=1))
        facts: dict[str, Any] = {
            "chip": draw(st.sampled_from(["h100", "a100"])),
            "consignee": draw(st.sampled_from(["acme", "bright"])),
        }
        facts |= {"pieces": float(draw(st.integers(1, 5)) if papers else number * 7 + 3)}
        paper = draw(st.sampled_from(["bill_of_lading", "order_id", "invoice_number"])) if papers else None
        truth.add(frozenset(f"{kind}{number}" for kind in kinds))
        for kind in kinds:
            late = {"shipped_on": DAY + dt.timedelta(draw(st.integers(0, 5)))}
            rows.append(row(f"{kind}{number}", kind, **facts, **late, **({paper: f"P{number + 1}"} if paper else {})))
    return draw(st.permutations(rows)), truth


@settings(max_examples=25, deadline=None)
@given(planted(papers=False))
def test_without_papers_what_was_planted_is_found(world: tuple[list[dict[str, Any]], set[frozenset[str]]]) -> None:
    rows, truth = world
    assert together(*rows) == truth


@settings(max_examples=25, deadline=None)
@given(planted(papers=True))
def test_with_papers_what_was_planted_is_found_up_to_rows_that_no_paper_contradicts(
    world: tuple[list[dict[str, Any]], set[frozenset[str]]],
) -> None:
    rows, truth = world
    found = together(*rows)
    assert all(any(one <= other for other in found) for one in truth)
    by_name = {each["id"]: each for each in rows}
    for each in found - truth:
        assert len({(by_name[name]["chip"], by_name[name]["consignee"], by_name[name]["pieces"]) for name in each}) == 1


@settings(max_examples=15, deadline=None)
@given(planted(papers=True), st.integers(0, 2**16))
def test_the_order_of_rows_does_not_matter(world: tuple[list[dict[str, Any]], set[frozenset[str]]], seed: int) -> None:
    rows, _ = world
    mixed = random.Random(seed).sample(rows, len(rows))  # noqa: S311 - a shuffle
    sources = GRAPH["sources"].empty()
    assert told_once(frame(rows), sources).equals(told_once(frame(mixed), sources))


@settings(max_examples=15, deadline=None)
@given(planted(papers=True), st.integers(1, 4))
def test_unrelated_rows_change_no_movement(world: tuple[list[dict[str, Any]], set[frozenset[str]]], more: int) -> None:
    rows, _ = world
    others = [
        row(f"A{number}", kind, shipper="else", order_id="Z9") for number, kind in enumerate(["sale", "import"] * more)
    ]
    before, after = told(*rows), told(*rows, *others)
    assert all(after[name] == each for name, each in before.items())


@settings(max_examples=15, deadline=None)
@given(planted(papers=True))
def test_one_row_of_each_movement_moves_goods(world: tuple[list[dict[str, Any]], set[frozenset[str]]]) -> None:
    rows = told(*world[0])
    movers = [each["movement"] for each in rows.values() if each["moves_goods"]]
    assert sorted(movers) == sorted({each["movement"] for each in rows.values()})
