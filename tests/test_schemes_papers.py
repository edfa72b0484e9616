"""Schemes that turn on how papers are written: roles, names, texts of goods, units, claims of licenses, joins."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases import MAKER, MINE, SERVER, Case
from tests.expected import ABROAD, PARTS, QUIET, Expected, Scheme, World, assert_as_expected, called, made, raised


def listed_end_user(case: Case) -> Expected:
    """The consignee is nobody's; the end user named on the papers is listed."""
    buyer, user = case.company(ABROAD, "Ticaret"), case.company(ABROAD, "Savunma")
    case.listed(called(user), "Turkey")
    case.ship("A", "2024-05-02", MINE, buyer, end_user=user)
    return Expected("critical", "critical", path=["A"], ends=[called(user)], rules=["listed"])


def listed_purchaser(case: Case) -> Expected:
    buyer, user = case.company(ABROAD, "Ticaret"), case.company(ABROAD, "Savunma")
    case.listed(called(user), "Turkey")
    case.ship("A", "2024-05-02", MINE, buyer, purchaser=user)
    return Expected("critical", "critical", flags=["party_is_listed"])


def denied_forwarder(case: Case) -> Expected:
    """A denied person may take no part in any role."""
    buyer, mover = case.company("MY"), case.company(ABROAD, "Nakliyat")
    case.screened("Denied Persons List (DPL) - Bureau of Industry and Security", called(mover), "TR",
                  federal_register_notice="88 FR 11111, 3/1/23")  # fmt: skip
    case.ship("A", "2024-05-02", MINE, buyer, forwarder=mover)
    return Expected("high", "critical", flags=["party_is_listed"])


def listed_with_a_typing_error(case: Case) -> Expected:
    word = case.words()
    case.listed(f"{word} Havacilik ve Uzay Sistemleri Sanayi", "Turkey")
    end = case.company(ABROAD, name=f"{word[:-2]}{word[-1]}{word[-2]} Havacilik ve Uzay Sistemleri San. A.S.")
    case.ship("A", "2024-05-02", MINE, end)
    return Expected("none", "critical")


def listed_in_its_script(case: Case) -> Expected:
    """The alias is in another script; the papers use it."""
    word = case.words()
    case.listed(f"{word} Advanced Institute", "Turkey", aliases=["Институт Перспективных Вычислений Волжанка"])
    end = case.company(ABROAD, name="INSTITUT PERSPEKTIVNYKH VYCHISLENIY VOLZHANKA")
    case.ship("A", "2024-05-02", MINE, end)
    return raised("critical", end, path=["A"], rules=["listed"])


def nlr_is_a_claim(case: Case) -> Expected:
    end = case.company("HK")
    case.ship("A", "2024-05-02", MINE, end, license="NLR")
    return raised("critical", end, path=["A"], rules=["destination"])


def exception_that_is_not_there(case: Case) -> Expected:
    end = case.company("VN")
    case.ship("A", "2024-05-02", MINE, end, license="LVS")
    return raised("high", end, path=["A"], rules=["destination"])


def through_a_licensed_consignee(case: Case) -> Expected:
    """A licensed delivery to a license country goes on to China without one."""
    first, end = case.company("AE"), case.company("CN")
    case.ship("A", "2024-05-02", MINE, first, license="D1112223")
    case.ship("B", "2024-06-02", first, end)
    return Expected("high", "critical", path=["A", "B"], ends=[called(end)])


def relabeled_with_its_serials(case: Case) -> Expected:
    """The text is vague, the serial numbers are those of the servers."""
    first, end = case.company(), case.company("HK", "Electronics")
    serials = ";".join(f"RLB{number:06}" for number in range(10))
    case.ship("A", "2024-05-02", MINE, first, serial_numbers=serials)
    case.ship("B", "2024-05-20", first, end, PARTS, 10, 265_000, serial_numbers=serials)
    return Expected("critical", "critical", path=["A", "B"], ends=[called(end)], units={"recognized": (10, 10)})


def recognized_by_order(case: Case, paper: str = "order_id") -> Expected:
    """Recognized legs that share an order are observed."""
    first, end = case.company(), case.company("CN", "Cloud")
    shared: dict[str, Any] = {paper: f"{case.title}-7"}
    case.ship("A", "2024-05-02", MINE, first, **shared)
    case.ship("B", "2024-05-20", first, end, **shared)
    return Expected("critical", "critical", path=["A", "B"], ends=[called(end)], units={"recognized": (10, 10)})


def recognized_by_bill_of_lading(case: Case) -> Expected:
    return recognized_by_order(case, "bill_of_lading")


def recognized_without_papers(case: Case) -> Expected:
    """Recognized legs that nothing joins: the goods may be others, so high."""
    first, end = case.company(), case.company("CN", "Cloud")
    case.ship("A", "2024-05-02", MINE, first)
    case.ship("B", "2024-05-20", first, end)
    return Expected("high", "critical", path=["A", "B"], ends=[called(end)])


def value_not_written(case: Case) -> Expected:
    """No value; the HS code and the count fit."""
    first, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, first, SERVER, 10)
    case.ship("B", "2024-05-20", first, end, "computer equipment", 10, None, hs_code="847150")
    return Expected("high", "high", path=["A", "B"], ends=[called(end)])


def weight_fits(case: Case) -> Expected:
    first, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, first, SERVER, 10)
    case.ship("B", "2024-05-20", first, end, "electronic equipment", 10, None, weight_kg="1300")
    return Expected("high", "high", path=["A", "B"], ends=[called(end)])


def goods_by_article_number(case: Case) -> Expected:
    end = case.company("HK")
    case.ship("A", "2024-05-02", MINE, end, "SYS-821GE-TNHR", 4, 280_000)
    return raised("critical", end, path=["A"])


def goods_by_shorthand(case: Case) -> Expected:
    end = case.company("HK")
    case.ship("A", "2024-05-02", MINE, end, "8x H100 80GB SXM5 AI srv, 2x Xeon 8480C, 2TB", 4, 280_000)
    return raised("critical", end, path=["A"])


def goods_in_another_language(case: Case) -> Expected:
    end = case.company("HK")
    case.ship("A", "2024-05-02", MINE, end, "英伟达 H100 GPU 服务器", 4, 280_000)
    return raised("critical", end, path=["A"])


def family_without_model(case: Case) -> Expected:
    """A later leg says only GPU server: it takes what arrived."""
    first, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, first, SERVER, 10)
    case.ship("B", "2024-05-20", first, end, "NVIDIA GPU server", 10, 265_000)
    return Expected("high", "critical", path=["A", "B"], ends=[called(end)])


def different_chips(case: Case) -> Expected:
    """H100 boards in, T4 boards out: not the same goods."""
    first, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, first, "NVIDIA H100 PCIe 80GB", 10, 29_000)
    case.ship("B", "2024-05-20", first, end, "NVIDIA T4 16GB", 10, 1_100)
    return QUIET


def gaming_cards_to_hong_kong(case: Case) -> Expected:
    first, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, first, SERVER, 10)
    case.ship("B", "2024-05-20", first, end, "NVIDIA GeForce RTX 4060 Ti 8GB", 400, 390)
    return QUIET


def five_legs(case: Case) -> Expected:
    """Four traders in four countries, vague all the way."""
    stops = [case.company(country, "Trading") for country in ("MY", "TH", "ID", "SG")]
    end = case.company("CN", "Cloud")
    case.ship("A", "2024-05-02", MINE, stops[0], SERVER, 10)
    for number, (one, other) in enumerate(zip(stops, [*stops[1:], end], strict=True)):
        case.ship(f"B{number}", f"2024-0{6 + number}-01", one, other, "machine parts", 10, 266_000)
    return raised("high", stops[0], "high", path=["A", "B0", "B1", "B2", "B3"], ends=[called(end)])


def to_and_fro(case: Case) -> Expected:
    """Two sisters send the goods back and forth before they leave."""
    first, second, end = case.company(), case.company("TH", "Trading"), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, first, SERVER, 10)
    for number in range(6):
        one, other = (first, second) if number % 2 == 0 else (second, first)
        case.ship(f"B{number}", f"2024-05-{10 + 3 * number}", one, other, PARTS, 10, 262_000, 1)
    case.ship("C", "2024-06-20", first, end, PARTS, 10, 262_000)
    return Expected("high", "high", subject=called(first), ends=[called(end)])


def two_listed_owners_together(case: Case) -> Expected:
    """Thirty and twenty-five percent of two listed owners make more than half."""
    one, other, buyer = case.company(ABROAD, "Savunma"), case.company(ABROAD, "Makina"), case.company("TH", "Computing")
    for owner, percent in ((one, 30), (other, 25)):
        case.listed(called(owner), "Turkey")
        case.owns(owner, buyer, percent)
    case.ship("A", "2025-10-10", MINE, buyer)
    return raised("critical", buyer, rules=["owned_50_percent"])


def sold_before_delivery(case: Case) -> Expected:
    """The listed owner's interest had ended before."""
    owner, buyer = case.company(ABROAD, "Savunma"), case.company("TH", "Computing")
    case.listed(called(owner), "Turkey")
    case.owns(owner, buyer, 80)
    case.rows["ownership"][-1]["until_on"] = "2025-06-30"
    case.ship("A", "2025-10-10", MINE, buyer)
    return QUIET


def owned_within_a_band(case: Case) -> Expected:
    """Twenty-five to fifty percent: undetermined, never critical."""
    owner, buyer = case.company(ABROAD, "Savunma"), case.company("TH", "Computing")
    case.listed(called(owner), "Turkey")
    case.owns(owner, buyer, 25)
    case.rows["ownership"][-1]["share_max"] = 50
    case.ship("A", "2025-10-10", MINE, buyer)
    return Expected("none", "high")


def owned_by_a_blocked_person(case: Case) -> Expected:
    """OFAC's rule was in force all along; the entry has no date, so at most high."""
    owner, buyer = case.company(ABROAD, "Holding"), case.company("TH", "Computing")
    case.screened("Specially Designated Nationals (SDN) - Treasury Department", called(owner), "TR")
    case.owns(owner, buyer, 75)
    case.ship("A", "2024-05-02", MINE, buyer)
    return Expected("high", "high", flags=["owned_half_by_listed"])


def headquarters_stated_for_itself(case: Case) -> Expected:
    buyer = case.company("SG", "Systems", headquarters_country="CN")
    case.ship("A", "2024-05-02", MINE, buyer)
    return raised("critical", buyer, path=["A"], rules=["headquarters"])


def minority_parent_in_china(case: Case) -> Expected:
    parent, buyer = case.company("CN", "Group", headquarters_country="CN"), case.company("SG", "Systems")
    case.owns(parent, buyer, 30)
    case.ship("A", "2024-05-02", MINE, buyer)
    return Expected("none", "medium")


def sold_by_somebody_else_to_china(case: Case) -> Expected:
    """Not the user's own shipment: high or critical, by the path."""
    end = case.company("CN")
    case.ship("A", "2024-05-02", MAKER, end)
    return raised("high", end, path=["A"], rules=["destination"])


def within_the_united_states(case: Case) -> Expected:
    buyer, next_ = case.company("US"), case.company("US", "Hosting")
    case.ship("A", "2024-05-02", MINE, buyer)
    case.ship("B", "2024-06-02", buyer, next_)
    return QUIET


def destination_differs_from_the_consignee(case: Case) -> Expected:
    """A consignee in Singapore, declared destination China."""
    end = case.company("SG")
    case.ship("A", "2024-05-02", MINE, end, destination_country="CN")
    return raised("critical", end, path=["A"], rules=["destination"])


def licensed_chain(case: Case) -> Expected:
    first, end = case.company(), case.company("HK", "Exchange")
    case.ship("A", "2024-05-02", MINE, first)
    case.ship("B", "2024-06-02", first, end, license="D5556667")
    return QUIET


def old_stock_and_new(case: Case) -> Expected:
    """Ten of thirty go on: by recognized goods none must be those of one supplier."""
    buyer, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 20)
    case.ship("B", "2024-05-04", MAKER, buyer, SERVER, 10)
    case.ship("C", "2024-05-20", buyer, end, PARTS, 15, 265_000)
    return raised("high", buyer, "high", path=["A", "C"], units={"if_same_goods": (15, 15)})


SCHEMES: dict[str, Scheme] = {
    each.__name__: each
    for each in (
        listed_end_user, listed_purchaser, denied_forwarder, listed_with_a_typing_error, listed_in_its_script,
        nlr_is_a_claim, exception_that_is_not_there, through_a_licensed_consignee, relabeled_with_its_serials,
        recognized_by_order, recognized_by_bill_of_lading, recognized_without_papers,
        value_not_written, weight_fits, goods_by_article_number, goods_by_shorthand, goods_in_another_language,
        family_without_model, different_chips, gaming_cards_to_hong_kong, five_legs, to_and_fro,
        two_listed_owners_together, sold_before_delivery, owned_within_a_band, owned_by_a_blocked_person,
        headquarters_stated_for_itself, minority_parent_in_china, sold_by_somebody_else_to_china,
        within_the_united_states, destination_differs_from_the_consignee, licensed_chain, old_stock_and_new,
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made(SCHEMES, tmp_path_factory.mktemp("papers"))


@pytest.mark.parametrize("title", SCHEMES)
def test_a_scheme_is_found_however_its_papers_are_written(world: World, title: str) -> None:
    assert_as_expected(world, title)
