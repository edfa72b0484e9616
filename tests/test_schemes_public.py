"""Schemes built like public cases, and honest trade that looks like them; companies are made up."""

from __future__ import annotations

import pytest

from tests.cases import MAKER, MINE, SERVER, Case, paths
from tests.expected import ABROAD, PARTS, QUIET, Expected, Scheme, World, assert_as_expected, called, made, raised


def bought_at_home_sent_as_adapters(case: Case) -> Expected:
    """A buyer at home, a logistics firm, Hong Kong; the label is another company's."""
    buyer, mover = case.company("US", "Technology"), case.company("US", "Logistics")
    end, payer = case.company("HK", "Electronics"), case.company("CN", "Capital")
    case.ship("A", "2024-11-05", MINE, buyer, SERVER, 20, order_id=f"{case.title}-1")
    case.pay(payer, MINE, "2024-10-30", 5_400_000, order_id=f"{case.title}-1")
    case.ship("B", "2024-11-15", buyer, mover, "adapters", 20, 260_000, 2)
    case.ship("C", "2024-11-22", mover, end, "contactor controllers", 20, 262_000)
    return raised("high", buyer, "high", path=["A", "B", "C"], ends=[called(end)], flags=[
        "paid_from_arms_embargoed_country", "goods_change_on_the_way",
    ])  # fmt: skip


def realtor_buys_boards(case: Case) -> Expected:
    buyer = case.company("US", name=f"{case.words()} Realty LLC", industry="real estate agency", employees=2)
    through, end = case.company("TH", "Trading"), case.company("CN", "Intelligence")
    case.ship("A", "2024-10-05", MINE, buyer, "NVIDIA A100 80GB PCIe", 200, 13_000)
    case.ship("B", "2024-10-25", buyer, through, "video cards", 200, 12_500)
    case.ship("C", "2024-11-12", through, end, "video cards", 200, 12_800)
    return raised(
        "high", buyer, "high", path=["A", "B", "C"], ends=[called(end)], flags=["business_does_not_fit_goods"]
    )


def mirror_flow_to_russia(case: Case) -> Expected:
    """Servers from Malaysia to a drug maker in India and on to Russia, recognized all the way."""
    source, buyer = case.company("MY", "Systems"), case.company("IN", name=f"{case.words()} Pharmaceuticals Pvt Ltd")
    end = case.company("RU", "Chain")
    for month in (4, 5, 6):
        case.ship(f"A{month}", f"2024-{month:02}-03", source, buyer, "Dell PowerEdge XE9680 with 8x H100", 100)
        case.ship(f"B{month}", f"2024-{month:02}-20", buyer, end, "Dell PowerEdge XE9680 with 8x H100", 100)
    return Expected("high", "critical", path=["A4", "B4"], ends=[called(end)], rules=["destination"])


def minority_listed_owner(case: Case) -> Expected:
    """A third owned by a listed party: said, not restricted."""
    owner, buyer = case.company("CN", "Electronic Industry"), case.company("US", "Servers")
    case.listed(called(owner), "China")
    case.owns(owner, buyer, 33)
    case.ship("A", "2025-10-05", MINE, buyer)
    return Expected("none", "medium")


def no_such_customer(case: Case) -> Expected:
    """Split invoices to forwarders in Singapore and Malaysia, on to China under vague words."""
    buyer = case.company("US", "Solutions", incorporated_on="2022-11-02")
    end = case.company("CN", "Trading")
    case.ship("A", "2023-12-05", MINE, buyer, "NVIDIA H100 PCIe 80GB", 400, 28_000)
    for number in range(4):
        mover = case.company(("SG", "MY")[number % 2], "Freight")
        case.ship(f"B{number}", f"2024-01-0{number + 2}", buyer, mover, PARTS, 100, 27_000)
        case.ship(f"C{number}", f"2024-01-2{number}", mover, end, PARTS, 100, 27_500)
    return raised("high", buyer, "high", path=["A", "B0", "C0"], ends=[called(end)], alerts=1,
                  units={"if_same_goods": (400, 400)})  # fmt: skip


def seller_with_another_story(case: Case) -> Expected:
    """What a seller did with other goods a year before is not laid at its later buyer's door."""
    seller, first = case.company("MY", "Trading"), case.company("HK", "Electronics")
    buyer, second = case.company("TH"), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MAKER, seller, SERVER, 10)
    case.ship("B", "2024-05-22", seller, first, PARTS, 10, 262_000)
    case.ship("C", "2025-08-02", seller, buyer, SERVER, 10)
    case.ship("D", "2025-08-22", buyer, second, PARTS, 10, 262_000)
    return raised("high", buyer, "high", path=["C", "D"], alerts=2)


def bare_chips_by_count(case: Case) -> Expected:
    end = case.company("CN", "Micro")
    case.ship("A", "2024-05-02", MINE, end, "H100 GPU die, GH100", 500, 20_000, unit="chip")
    return raised("critical", end, path=["A"])


def countries_by_name(case: Case) -> Expected:
    end = case.company("HK")
    case.ship("A", "2024-05-02", MINE, f"{called(end)}|Hong Kong SAR, China")
    return raised("critical", end, path=["A"], rules=["destination"])


def priced_in_yen(case: Case) -> Expected:
    buyer, end = case.company("JP"), case.company("HK")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 10)
    case.ship("B", "2024-05-22", buyer, end, PARTS, 10, 40_000_000, currency="JPY")
    return raised("high", buyer, "high", path=["A", "B"], ends=[called(end)])


def filed_twice(case: Case) -> Expected:
    """Sale and import declaration of one movement: the units count once."""
    buyer, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 10, kind="sale", bill_of_lading=f"{case.title}-BL")
    case.ship("A2", "2024-05-02", MINE, buyer, SERVER, 10, kind="import", bill_of_lading=f"{case.title}-BL")
    case.ship("B", "2024-05-22", buyer, end, PARTS, 10, 262_000)
    return raised("high", buyer, "high", units={"if_same_goods": (10, 10)})


def billing_hub(case: Case) -> Expected:
    """Billed in Singapore, delivered in the United States."""
    hub, buyer = case.company("SG", "Procurement"), case.company("US", "Cloud")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 200, purchaser=hub, end_user=buyer, order_id=f"{case.title}-1")
    case.pay(hub, MINE, "2024-04-20", 54_000_000, order_id=f"{case.title}-1")
    return QUIET


def warehouses_of_one_group(case: Case) -> Expected:
    parent = case.company("US", "Group", headquarters_country="US")
    halls = [case.company(country, "Cloud") for country in ("IE", "SE", "JP")]
    for hall in halls:
        case.owns(parent, hall, 100)
        case.site(hall, 40)
    case.ship("A", "2024-05-02", MINE, halls[0], SERVER, 200, end_user=halls[0])
    case.ship("B", "2024-05-30", halls[0], halls[1], SERVER, 80, kind="transfer")
    case.ship("C", "2024-06-30", halls[1], halls[2], SERVER, 40, kind="transfer")
    return QUIET


def integrator(case: Case) -> Expected:
    """Boards in, servers of eight out to named users in free countries."""
    maker = case.company("TW", "Computer", industry="computers")
    case.ship("A", "2024-05-02", MINE, maker, "NVIDIA H100 SXM5 80GB", 800, 28_000)
    for number in range(5):
        user = case.company("DE", "Research")
        case.ship(f"B{number}", f"2024-07-0{number + 1}", maker, user, SERVER, 20, end_user=user)
    return QUIET


def licensed_region(case: Case) -> Expected:
    user = case.company("AE", "Data Center")
    case.ship("A", "2025-05-02", MINE, user, SERVER, 400, license="D2233445", end_user=user)
    return QUIET


def cheap_cables_from_a_buyer(case: Case) -> Expected:
    buyer, shop = case.company(), case.company("HK", "Trading")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 40)
    case.ship("B", "2024-05-22", buyer, shop, "cables and power cords", 40, 35)
    case.ship("C", "2024-05-25", buyer, shop, PARTS, 40, 60)
    return QUIET


def russian_chairs(case: Case) -> Expected:
    buyer = case.company("RU", "Mebel")
    case.ship("A", "2024-05-02", MAKER, buyer, "office chairs", 40, 90)
    return QUIET


def chairs_to_a_listed_party(case: Case) -> Expected:
    """Somebody else's goods of no control, made nobody knows where: said, no grave alert."""
    seller, buyer = case.company("TH", "Furniture"), case.company(ABROAD, "Savunma")
    case.listed(called(buyer), "Turkey")
    case.ship("A", "2024-05-02", seller, buyer, "office chairs", 40, 90)
    return QUIET


def namesake_of_a_person(case: Case) -> Expected:
    """A company named like a blocked person."""
    word, other = case.words(), case.words()
    case.screened("Specially Designated Nationals (SDN) - Treasury Department", f"{word.upper()}, {other}", "SY",
                  kind="Individual")  # fmt: skip
    buyer = case.company("DE", name=f"{other} {word} Cloud GmbH")
    case.ship("A", "2024-05-02", MINE, buyer)
    return QUIET


SCHEMES: dict[str, Scheme] = {
    each.__name__: each
    for each in (
        bought_at_home_sent_as_adapters, realtor_buys_boards, mirror_flow_to_russia, minority_listed_owner,
        no_such_customer, seller_with_another_story, bare_chips_by_count, countries_by_name, priced_in_yen,
        filed_twice, billing_hub, warehouses_of_one_group, integrator, licensed_region, cheap_cables_from_a_buyer,
        russian_chairs, chairs_to_a_listed_party, namesake_of_a_person,
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made(SCHEMES, tmp_path_factory.mktemp("public"))


@pytest.mark.parametrize("title", SCHEMES)
def test_a_scheme_like_a_public_case_is_found_and_its_look_alike_is_not(world: World, title: str) -> None:
    assert_as_expected(world, title)


def test_findings_about_other_goods_of_a_seller_stay_out_of_its_buyers_alert(world: World) -> None:
    alert = next(each for each in world["seller_with_another_story"][1] if paths(each) == [["C", "D"]])
    told = {each for finding in alert["findings"] for each in finding["shipments"]}
    assert not {each for each in told if each.endswith(("-A", "-B"))}
