"""The same schemes in records that cannot show a license: never critical where a license would lift the restriction."""

from __future__ import annotations

import pytest

from tests.cases import MINE, Case
from tests.expected import ABROAD, Expected, Scheme, World, assert_as_expected, made
from tests.test_schemes import chain_by_serials, direct_to_alias, listed_address_by_delivery, splitting
from tests.test_schemes_dated import headquartered, owned_by_listed


def listed_consignee(case: Case) -> Expected:
    direct_to_alias(case)
    return Expected("high", "high", path=["A1"], rules=["listed"])


def listed_address(case: Case) -> Expected:
    listed_address_by_delivery(case)
    return Expected("high", "high", path=["A1"], rules=["listed_address"])


def three_legs_by_serials(case: Case) -> Expected:
    chain_by_serials(case)
    return Expected("high", "high", path=["A1", "A2", "A3"], rules=["destination"])


def parts_through_forwarders(case: Case) -> Expected:
    splitting(case)
    return Expected("high", "high", path=["A", "B0", "C0"], rules=["destination"])


def owned_half_by_listed(case: Case) -> Expected:
    owned_by_listed(case, 50, "2025-10-10")
    return Expected("high", "high", path=["A"], rules=["owned_50_percent"])


def headquarters_in_china(case: Case) -> Expected:
    headquartered(case, "CN", stated=True)
    return Expected("high", "high", path=["A"], rules=["headquarters"])


def ordinary_import(case: Case) -> Expected:
    buyer = case.company(ABROAD)
    case.ship("A", "2024-05-02", MINE, buyer)
    return Expected()


SCHEMES: dict[str, Scheme] = {
    each.__name__: each
    for each in (
        listed_consignee, listed_address, three_legs_by_serials, parts_through_forwarders, owned_half_by_listed,
        headquarters_in_china, ordinary_import,
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made(SCHEMES, tmp_path_factory.mktemp("customs"), without=["license"])


@pytest.mark.parametrize("title", SCHEMES)
def test_records_that_cannot_show_a_license_never_make_a_critical_alert(world: World, title: str) -> None:
    assert_as_expected(world, title)
    last = [path["end"] for alert in world[title][1] for path in alert["paths"]]
    assert "on_record" not in {each["certainty"] for end in last for each in end["restricted_because"]}
