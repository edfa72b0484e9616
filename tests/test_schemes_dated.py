"""Schemes that turn on days and on who stands behind a party: dwell, the law of the day, ownership, money, sites."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases import MINE, SERVER, Case
from tests.expected import ABROAD, PARTS, QUIET, Expected, Scheme, World, assert_as_expected, called, made, raised

# -- Time --------------------------------------------------------------------------------------------------------------


def handed_over(
    case: Case, arrived: int | None, left: str, trade: str = "Cloud", country: str = "MY"
) -> tuple[str, str]:
    buyer, end = case.company(country, trade), case.company("HK", "Electronics")
    case.ship("A", "2024-05-01", MINE, buyer, SERVER, 10, days=arrived)
    case.ship("B", left, buyer, end, PARTS, 10, 262_000)
    return buyer, end


def arrival_not_written(case: Case) -> Expected:
    buyer, end = handed_over(case, None, "2024-06-20")
    return raised("high", buyer, "high", path=["A", "B"], ends=[called(end)])


def handed_over_on_the_day(case: Case) -> Expected:
    buyer, end = handed_over(case, 5, "2024-05-06")
    return raised("high", buyer, "high", path=["A", "B"], ends=[called(end)])


def left_before_arrival(case: Case) -> Expected:
    handed_over(case, 5, "2024-05-05")
    return Expected("none", "high", silent=["goods_may_have_reached_restricted_end"])


def within_dwell(case: Case) -> Expected:
    buyer, end = handed_over(case, 5, "2024-11-01")  # 179 days after 6 May
    return raised("high", buyer, "high", path=["A", "B"], ends=[called(end)])


def beyond_dwell(case: Case) -> Expected:
    handed_over(case, 5, "2024-11-04")  # 182 days
    return Expected("none", "high", silent=["goods_may_have_reached_restricted_end"])


def forwarder_within_dwell(case: Case) -> Expected:
    buyer, end = handed_over(case, 5, "2024-06-19", "Freight Forwarding", "SG")  # 44 days
    return raised("high", buyer, "high", path=["A", "B"], ends=[called(end)])


def forwarder_beyond_dwell(case: Case) -> Expected:
    handed_over(case, 5, "2024-06-23", "Freight Forwarding", "SG")  # 48 days
    return Expected("none", "high", silent=["goods_may_have_reached_restricted_end"])


def sent_for_repair_and_back(case: Case) -> Expected:
    buyer, shop = case.company(), case.company("SG", "Service")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 10)
    case.ship("B", "2024-06-02", buyer, shop, SERVER, 2, kind="repair")
    case.ship("C", "2024-07-02", shop, buyer, SERVER, 2, kind="return")
    return QUIET


def returned_then_sold_under_license(case: Case) -> Expected:
    """Units come back to the maker, which sells others to China under a license."""
    buyer, end = case.company(), case.company("CN", "Cloud")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 10)
    case.ship("B", "2024-06-02", buyer, MINE, SERVER, 10, kind="return")
    case.ship("C", "2024-07-02", MINE, end, SERVER, 10, license="D7654321")
    return QUIET


# -- Law of the day ----------------------------------------------------------------------------------------------------


def delivered(case: Case, country: str, day: str, item: str = SERVER, each: float = 270_000, **more: Any) -> str:
    end = case.company(country)
    case.ship("A", day, MINE, end, item, 8, each, **more)
    return end


def law(country: str, day: str, item: str = "NVIDIA A100 80GB PCIe", each: float = 12_000, least: str = "none",
        most: str = "medium") -> Scheme:  # fmt: skip
    def scheme(case: Case) -> Expected:
        end = delivered(case, country, day, item, each)
        return raised(least, end, most, path=["A"], rules=["destination"]) if least != "none" else QUIET

    return scheme


LAW: dict[str, Scheme] = {
    "hong_kong_before": law("HK", "2022-10-20"),
    "hong_kong_after": law("HK", "2022-10-24", least="critical", most="critical"),
    "china_before_controls": law("CN", "2022-06-01"),
    "a800_before": law("CN", "2023-11-15", "NVIDIA A800 80GB PCIe"),
    "a800_after": law("CN", "2023-11-20", "NVIDIA A800 80GB PCIe", least="critical", most="critical"),
    "h20_before": law("CN", "2025-04-01", "NVIDIA H20 96GB", 14_000),
    "vietnam": law("VN", "2024-05-02", SERVER, 270_000, "critical", "critical"),
    "vietnam_before": law("VN", "2023-10-02", SERVER, 270_000),
    "kazakhstan": law("KZ", "2024-05-02", SERVER, 270_000, "critical", "critical"),
    "emirates_2024": law("AE", "2024-05-02", SERVER, 270_000, "critical", "critical"),
    "macau_before": law("MO", "2023-01-10"),
    "macau_after": law("MO", "2023-01-20", least="critical", most="critical"),
    "malaysia": law("MY", "2024-05-02", SERVER, 270_000),
    "singapore": law("SG", "2024-05-02", SERVER, 270_000),
    "israel": law("IL", "2024-05-02", SERVER, 270_000),
}


def h20_after(case: Case) -> Expected:
    """The letter of April 2025 binds its addressee; for others it is undetermined, so never critical."""
    delivered(case, "CN", "2025-04-20", "NVIDIA H20 96GB", 14_000)
    return Expected("none", "high")


def emirates_2026(case: Case) -> Expected:
    """Since July 2026 a question of the entity: never critical."""
    delivered(case, "AE", "2026-08-10")
    return Expected("none", "high")


# -- Ownership and headquarters ----------------------------------------------------------------------------------------


def owned_by_listed(case: Case, percent: float, day: str) -> str:
    """A listed owner holds all of a holding, and the holding a share of the consignee."""
    owner, middle = case.company(ABROAD, "Savunma"), case.company(ABROAD, "Holding")
    buyer = case.company("TH", "Computing")
    case.listed(called(owner), "Turkey")
    case.owns(owner, middle, 100)
    case.owns(middle, buyer, percent)
    case.ship("A", day, MINE, buyer)
    return buyer


def owned_half(case: Case) -> Expected:
    buyer = owned_by_listed(case, 50, "2025-10-10")
    return raised("critical", buyer, path=["A"], rules=["owned_50_percent"], flags=["owned_half_by_listed"])


def owned_less_than_half(case: Case) -> Expected:
    owned_by_listed(case, 49, "2025-10-10")
    return Expected("none", "medium", silent=["owned_half_by_listed"])


def owned_half_while_suspended(case: Case) -> Expected:
    owned_by_listed(case, 50, "2025-12-05")
    return Expected("none", "high")


def headquartered(case: Case, country: str, stated: bool, day: str = "2024-05-02") -> str:
    parent = case.company(
        country, "Group", **({"headquarters_country": country} if stated else {"industry": "software"})
    )
    buyer = case.company("SG", "Systems")
    case.owns(parent, buyer, 100)
    case.ship("A", day, MINE, buyer)
    return buyer


def headquartered_in_china(case: Case) -> Expected:
    buyer = headquartered(case, "CN", stated=True)
    return raised("critical", buyer, path=["A"], rules=["headquarters"], flags=["headquartered_under_arms_embargo"])


def headquartered_in_macau(case: Case) -> Expected:
    buyer = headquartered(case, "MO", stated=True)
    return raised("critical", buyer, path=["A"], rules=["headquarters"])


def parent_registered_in_china(case: Case) -> Expected:
    buyer = headquartered(case, "CN", stated=False)
    return raised("high", buyer, "high", flags=["headquartered_under_arms_embargo"])


def headquartered_in_japan(case: Case) -> Expected:
    headquartered(case, "JP", stated=True)
    return QUIET


def headquartered_before_the_rule(case: Case) -> Expected:
    headquartered(case, "CN", stated=True, day="2023-10-10")
    return QUIET


# -- Money, sites, hand-over -------------------------------------------------------------------------------------------


def paid_from_hong_kong(case: Case) -> Expected:
    """A new company's order is paid by a stranger in Hong Kong."""
    buyer = case.company("MY", incorporated_on="2024-03-20")
    payer = case.company("HK", "Capital")
    case.ship("A", "2024-05-02", MINE, buyer, order_id=f"{case.title}-O1")
    case.pay(payer, MINE, "2024-04-25", 2_700_000, order_id=f"{case.title}-O1")
    return raised("high", buyer, "high", flags=["paid_from_arms_embargoed_country", "payer_is_third_party"])


def paid_by_itself(case: Case) -> Expected:
    buyer = case.company("MY", incorporated_on="2014-03-20")
    case.ship("A", "2024-05-02", MINE, buyer, order_id=f"{case.title}-O1")
    case.pay(buyer, MINE, "2024-04-25", 2_700_000, order_id=f"{case.title}-O1", payer_bank_name="Bank of Johor",
             payer_bank_country="MY")  # fmt: skip
    return QUIET


def bank_in_hong_kong(case: Case) -> Expected:
    buyer = case.company("MY", incorporated_on="2024-03-20")
    case.ship("A", "2024-05-02", MINE, buyer, order_id=f"{case.title}-O1")
    case.pay(buyer, MINE, "2024-04-25", 2_700_000, order_id=f"{case.title}-O1", payer_bank_name="Harbor Bank",
             payer_bank_country="HK")  # fmt: skip
    return raised("high", buyer, "high", flags=["paid_from_arms_embargoed_country"])


def too_little_power(case: Case) -> Expected:
    """A hundred servers for a hall of 0.2 megawatts."""
    buyer = case.company("MY", incorporated_on="2024-03-20")
    case.site(buyer, 0.2)
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 100)
    return Expected("none", "high", subject=called(buyer), flags=["site_lacks_power"])


def enough_power(case: Case) -> Expected:
    buyer = case.company("MY", incorporated_on="2014-03-20")
    case.site(buyer, 5)
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 100)
    return QUIET


def sister_at_the_same_address(case: Case, crowd: int = 0) -> Expected:
    """Goods arrive at one company; another at its address sends them on."""
    address = f"Unit 5, {case.words()} Tower, 17 Jalan {case.words()}, 50450 Kuala Lumpur"
    first = case.company("MY", "Cloud", address=address)
    sister = case.company("MY", "Solutions", address=address)
    for _ in range(crowd):
        case.company("MY", "Ventures", address=address)
    end = case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, first, SERVER, 10)
    case.ship("B", "2024-05-20", sister, end, PARTS, 10, 262_000)
    if crowd:
        return Expected("none", "high", silent=["goods_may_have_reached_restricted_end"])
    return raised("high", first, "high", kinds=["diversion"], path=["A", "B"], ends=[called(end)])


def crowded_address(case: Case) -> Expected:
    return sister_at_the_same_address(case, crowd=30)


def sister_of_the_same_parent(case: Case) -> Expected:
    parent, first = case.company("SG", "Group"), case.company("MY", "Cloud")
    sister, end = case.company("TH", "Solutions"), case.company("HK", "Electronics")
    case.owns(parent, first, 100)
    case.owns(parent, sister, 80)
    case.ship("A", "2024-05-02", MINE, first, SERVER, 10)
    case.ship("B", "2024-05-20", sister, end, PARTS, 10, 262_000)
    return raised("high", first, "high", kinds=["diversion"], path=["A", "B"], ends=[called(end)])


def strangers_do_not_hand_over(case: Case) -> Expected:
    first, other = case.company("MY", "Cloud"), case.company("TH", "Solutions")
    end = case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, first, SERVER, 10)
    case.ship("B", "2024-05-20", other, end, PARTS, 10, 262_000)
    return Expected("none", "high", silent=["goods_may_have_reached_restricted_end"])


SCHEMES: dict[str, Scheme] = {
    each.__name__: each
    for each in (
        arrival_not_written, handed_over_on_the_day, left_before_arrival, within_dwell, beyond_dwell,
        forwarder_within_dwell, forwarder_beyond_dwell, sent_for_repair_and_back, returned_then_sold_under_license,
        h20_after, emirates_2026, owned_half, owned_less_than_half, owned_half_while_suspended,
        headquartered_in_china, headquartered_in_macau, parent_registered_in_china, headquartered_in_japan,
        headquartered_before_the_rule, paid_from_hong_kong, paid_by_itself, bank_in_hong_kong, too_little_power,
        enough_power, sister_at_the_same_address, crowded_address, sister_of_the_same_parent,
        strangers_do_not_hand_over,
    )
} | LAW  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made(SCHEMES, tmp_path_factory.mktemp("dated"))


@pytest.mark.parametrize("title", SCHEMES)
def test_a_scheme_is_judged_as_of_its_days(world: World, title: str) -> None:
    assert_as_expected(world, title)
