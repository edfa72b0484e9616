"""What sites can power against the chips that are there."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import Tables
from pipelines.graph.power import site_power

ACME = {"id": "acme", "name": "Acme", "group": "acme"}
HALL = {"id": "H1", "name": "Acme Hall", "operator": "acme", "megawatts": 0.2}
SERVERS = {
    "shipper": "maker", "consignee": "acme", "item": "NVIDIA HGX H100 8-GPU server", "recognized": True,
    "family": "accelerator", "chip": "h100", "form": "server", "chips_per_piece": 8.0, "kilowatts_per_chip": 1.275,
}  # fmt: skip


def servers(name: str, arrived_on: str, count: float, **other: Any) -> dict[str, object]:
    return SERVERS | {
        "id": name, "shipped_on": arrived_on, "arrived_on": arrived_on, "pieces": count, "chips": 8 * count, **other,
    }  # fmt: skip


def parts(name: str, shipped_on: str, count: float, **other: Any) -> dict[str, object]:
    return {
        "id": name, "shipped_on": shipped_on, "shipper": "acme", "consignee": "bright", "item": "computer parts",
        "vague": True, "recognized": False, "pieces": count, "unit_value_usd": 261000.0, "hs_code": "847330", **other,
    }  # fmt: skip


def power(shipments: list[dict[str, object]], **rows: Any) -> pl.DataFrame:
    world = Tables.of(
        **({"sites": [HALL], "parties": [ACME], "tenancies": [], "sources": []} | rows), shipments=shipments
    )
    given = {name: world.frame(name) for name in ("shipments", "sites", "tenancies", "parties")}
    return site_power(**given, sources=world.frame("sources"))


EXAMPLE = [
    servers("A1", "2024-05-09", 30), servers("A2", "2024-05-24", 10), parts("A3", "2024-06-01", 36),
    servers("A5", "2024-09-06", 50),
]  # fmt: skip


def test_unknown_goods_that_left_count_as_the_servers_that_came() -> None:
    found = power(EXAMPLE)
    assert found["on"].dt.to_string("%m-%d").to_list() == ["05-09", "05-24", "06-01", "09-06"]
    assert found["chips_there"].to_list() == [240, 320, 32, 432]
    worst = found.filter("worst").row(0, named=True)
    assert (str(worst["on"]), worst["shipments"], worst["operator"]) == ("2024-09-06", ["A2", "A5"], "acme")
    assert worst["kilowatts_needed"] == pytest.approx(54 * 10.2 * 0.6 * 1.1)
    assert worst["megawatts"] == 0.2
    assert worst["sites"] == ["Acme Hall"]


def test_need_on_the_day_of_the_second_delivery() -> None:
    second = power(EXAMPLE).row(1, named=True)
    assert second["kilowatts_needed"] / 1000 / second["megawatts"] - 1 == pytest.approx(0.35, abs=0.005)


def test_cheap_parts_and_named_other_goods_take_nothing_away() -> None:
    chairs = parts("A4", "2024-06-02", 36, recognized=True, family="other")
    cheap = parts("A3", "2024-06-01", 36, unit_value_usd=20.0, hs_code="940130")
    assert power([EXAMPLE[0], cheap, chairs])["chips_there"].to_list() == [240]


def test_recognized_goods_leave_by_their_product() -> None:
    other = servers("B1", "2024-05-01", 2, chip="a100", kilowatts_per_chip=0.8125)
    sold = servers("S1", "2024-05-20", 20, shipper="acme", consignee="bright")
    assert power([other, EXAMPLE[0], sold])["chips_there"].to_list() == [16, 256, 96]


def test_moves_within_a_group_change_nothing() -> None:
    both = [ACME | {"group": "top"}, {"id": "sister", "name": "Sister", "group": "top"}]
    moved = servers("M1", "2024-05-20", 20, shipper="acme", consignee="sister")
    found = power([EXAMPLE[0], moved], parties=both)
    assert found["chips_there"].to_list() == [240]
    assert found["party"].to_list() == ["top"]


@pytest.mark.parametrize(
    ("site", "megawatts"),
    [
        pytest.param({}, 0.2, id="open since ever"),
        pytest.param({"opened_on": "2025-03-01"}, 0.2, id="energizing for less than a year"),
        pytest.param({"opened_on": "2026-03-01"}, None, id="opens in two years: no site on record yet"),
    ],
)
def test_sites_count_from_a_year_before_they_open(site: dict[str, object], megawatts: float | None) -> None:
    assert power(EXAMPLE[:1], sites=[HALL | site])["megawatts"].to_list() == [megawatts]


def test_no_site_yet_means_no_power_where_sites_are_complete() -> None:
    complete = [{"id": "halls", "table": "sites", "sites_complete": True}]
    late = [HALL | {"opened_on": "2026-03-01"}]
    found = power(EXAMPLE[:1], sites=late, sources=complete)
    assert found.select("megawatts", "sites_complete", "worst").row(0) == (0.0, True, True)


def test_leased_megawatts_are_the_tenants() -> None:
    lease = [{"site": "H1", "tenant": "cloud", "megawatts": 0.15, "from_on": "2024-01-01"}]
    both = [ACME, {"id": "cloud", "name": "Cloud", "group": "cloud"}]
    found = power([EXAMPLE[0], servers("C1", "2024-05-10", 4, consignee="cloud")], parties=both, tenancies=lease)
    assert dict(found.select("party", "megawatts").iter_rows()) == {"acme": pytest.approx(0.05), "cloud": 0.15}


def test_a_lease_of_unknown_size_leaves_the_tenant_unjudged() -> None:
    leases = [{"site": "H1", "tenant": "cloud"}, {"site": "H2", "tenant": "cloud", "megawatts": 1.0}]
    both = [ACME, {"id": "cloud", "name": "Cloud", "group": "cloud"}]
    found = power([servers("C1", "2024-05-10", 4, consignee="cloud")], parties=both, tenancies=leases)
    assert found.select("megawatts", "worst").row(0) == (None, False)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param({"sites": []}, id="no site"),
        pytest.param({"sites": [HALL | {"megawatts": None}]}, id="supply unknown"),
        pytest.param({"parties": [], "sites": [HALL | {"operator": "somebody"}]}, id="somebody else's site"),
    ],
)
def test_groups_without_known_megawatts_have_no_row(rows: dict[str, object]) -> None:
    assert power(EXAMPLE, **rows).is_empty()


def test_one_site_of_unknown_supply_leaves_the_group_unjudged() -> None:
    found = power(EXAMPLE[:1], sites=[HALL, HALL | {"id": "H2", "name": "Second Hall", "megawatts": None}])
    assert found.select("megawatts", "worst").row(0) == (None, False)


def test_rows_that_move_no_goods_and_unknown_numbers_of_chips_are_left_out() -> None:
    paper = servers("A1", "2024-05-09", 30, moves_goods=False)
    unknown = servers("A2", "2024-05-09", 30, chips=None)
    assert power([paper, unknown]).is_empty()


LEGS = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 9), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=30, deadline=None)
@given(LEGS)
def test_stock_is_what_came_less_what_left_and_never_below_zero(legs: list[tuple[int, int, bool]]) -> None:
    rows = [
        servers(f"L{at:02}", f"2024-05-{day:02}", count, **({} if comes else {"shipper": "acme", "consignee": "x"}))
        for at, (day, count, comes) in enumerate(legs)
    ]
    stock, expected = 0, []
    for day in sorted({day for day, _, _ in legs}):
        stock += sum(8 * count for when, count, comes in legs if comes and when == day)
        stock = max(0, stock - sum(8 * count for when, count, comes in legs if not comes and when == day))
        expected.append(stock)
    assert power(rows)["chips_there"].to_list() == expected
