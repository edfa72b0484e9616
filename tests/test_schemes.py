"""Schemes nobody planted in the demo, each beside an honest twin: listed parties, chains, hand-over of goods."""

from __future__ import annotations

import pytest

from tests.cases import MINE, SERVER, Case
from tests.expected import ABROAD, PARTS, QUIET, Expected, Scheme, World, assert_as_expected, called, made, raised

# -- Listed parties, straight -----------------------------------------------------------------------------------------


def direct_to_alias(case: Case, license_: str = "") -> Expected:
    """A listed party abroad, written in capitals by its alias."""
    word = case.words()
    case.listed(f"{word} Elektronik Sanayi ve Ticaret Anonim Sirketi", "Turkey",
                aliases=[f"{word} Mikro Sistem Elektronik Sanayi", "VXQ"])  # fmt: skip
    end = case.company(ABROAD, name=f"{word} MIKRO SISTEM ELEKTRONIK SANAYI".upper())
    case.ship("A1", "2024-05-02", MINE, end, license=license_)
    if license_:
        return QUIET
    return raised("critical", end, kinds=["listing"], path=["A1"], rules=["listed"], flags=["party_is_listed"])


def direct_to_alias_under_license(case: Case) -> Expected:
    return direct_to_alias(case, "D1234567")


def listed_address_by_delivery(case: Case, unit: str = "Unit 1203, 12/F") -> Expected:
    """A listed address is where the goods go; the consignee's own address is another."""
    case.listed("Address 98", "Turkey", "2024-01-10", notes="For items on the CCL",
                address="Unit 1203, 12/F Kestane Plaza, No. 88 Lale Caddesi, Umraniye, Istanbul, Turkey.")  # fmt: skip
    end = case.company(ABROAD, "Teknoloji", address="4 Liman Sokak, Izmir")
    case.ship("A1", "2024-05-02", MINE, end,
              delivery_address=f"{unit} Kestane Plaza, 88 Lale Caddesi, Umraniye, Istanbul")  # fmt: skip
    if unit != "Unit 1203, 12/F":
        return QUIET
    return raised("high", end, path=["A1"], rules=["listed_address"])


def another_unit_of_a_listed_building(case: Case) -> Expected:
    return listed_address_by_delivery(case, "Unit 507, 5/F")


def undated_sanctions_entry(case: Case) -> Expected:
    """A blocked party whose listing has no date in the source: at most high, and it says so."""
    name = f"{case.words()} Promyshlennost OOO"
    case.screened("Specially Designated Nationals (SDN) - Treasury Department", name, "TR")
    end = case.company(ABROAD, name=name)
    case.ship("A1", "2024-05-02", MINE, end)
    return raised("high", end, "high", path=["A1"], flags=["party_is_listed"])


def person_by_name_alone(case: Case) -> Expected:
    word, other = case.words(), case.words()
    case.screened("Specially Designated Nationals (SDN) - Treasury Department", f"{word.upper()}, {other}", "TR",
                  kind="Individual")  # fmt: skip
    buyer = case.company(ABROAD, name=f"{other} {word}", kind="person")
    case.ship("A1", "2024-05-02", MINE, buyer, SERVER, 1)
    return Expected("none", "high")


def same_name_elsewhere(case: Case) -> Expected:
    """A company of the same name in another country, with nothing else in common."""
    word = case.words()
    case.listed(f"{word} Technology Co., Ltd.", "China", address="8 Chang'an Road, Beijing, China")
    buyer = case.company("DE", name=f"{word} Technology GmbH", address="Hauptstrasse 4, 80331 Munich")
    case.ship("A1", "2024-05-02", MINE, buyer)
    return Expected("none", "medium")


def generic_name_elsewhere(case: Case) -> Expected:
    case.listed("Star Electronics Co., Ltd.", "China")
    buyer = case.company("MY", name="Star Electronic Trading Sdn Bhd")
    case.ship("A1", "2024-05-02", MINE, buyer)
    return Expected("none", "medium")


def unverified_party(case: Case) -> Expected:
    """The Unverified List sets conditions; it is no end."""
    name = f"{case.words()} Bilgisayar Anonim Sirketi"
    case.screened("Unverified List (UVL) - Bureau of Industry and Security", name, "TR")
    buyer = case.company(ABROAD, name=name)
    case.ship("A1", "2024-05-02", MINE, buyer)
    return Expected("none", "medium")


def military_end_user_in_scope(case: Case) -> Expected:
    name = f"{case.words()} Havacilik Anonim Sirketi"
    case.screened("Military End User (MEU) List - Bureau of Industry and Security", name, "TR",
                  federal_register_notice="85 FR 83793, 12/23/20")  # fmt: skip
    buyer = case.company(ABROAD, name=name)
    case.ship("A1", "2024-05-02", MINE, buyer)
    return raised("high", buyer, path=["A1"], rules=["listed"])


def military_end_user_out_of_scope(case: Case) -> Expected:
    name = f"{case.words()} Motorlari Anonim Sirketi"
    case.screened("Military End User (MEU) List - Bureau of Industry and Security", name, "TR",
                  federal_register_notice="85 FR 83793, 12/23/20")  # fmt: skip
    buyer = case.company(ABROAD, name=name)
    case.ship("A1", "2024-05-02", MINE, buyer, "office chairs", 40, 90)
    return Expected("none", "medium")


def listed_after_delivery(case: Case) -> Expected:
    """Listed a year later, in a free destination: context, no end on the day."""
    name = f"{case.words()} Bilisim Anonim Sirketi"
    case.listed(name, "Turkey", "2025-03-25")
    buyer, end = case.company(), case.company(ABROAD, name=name)
    case.ship("A1", "2024-05-02", MINE, buyer)
    case.ship("A2", "2024-05-20", buyer, end)
    return Expected("none", "medium")


# -- Chains ------------------------------------------------------------------------------------------------------------


def chain_by_serials(case: Case, to: str = "CN") -> Expected:
    """Three recognized legs share serial numbers: what joins them is observed."""
    first, second, end = case.company(), case.company("TH", "Trading"), case.company(to, "Intelligence")
    serials = ";".join(f"{case.title[:3]}{number:05}" for number in range(10))
    for id_, day, shipper, consignee in (
        ("A1", "2024-05-02", MINE, first),
        ("A2", "2024-05-20", first, second),
        ("A3", "2024-06-10", second, end),
    ):
        case.ship(id_, day, shipper, consignee, serial_numbers=serials)
    if to != "CN":
        return QUIET
    return Expected("critical", "critical", path=["A1", "A2", "A3"], ends=[called(end)], rules=["destination"],
                    units={"recognized": (10, 10)})  # fmt: skip


def chain_by_serials_to_a_free_country(case: Case) -> Expected:
    return chain_by_serials(case, to="JP")


def chain_by_order(case: Case) -> Expected:
    """Recognized legs share an order id, and the last is called parts."""
    first, end = case.company(), case.company("HK", "Logistics")
    case.ship("A1", "2024-05-02", MINE, first, order_id=f"{case.title}-O7")
    case.ship("A2", "2024-05-20", first, end, PARTS, 10, 265_000, order_id=f"{case.title}-O7")
    return raised("high", first, kinds=["diversion"], path=["A1", "A2"], ends=[called(end)],
                  units={"if_same_goods": (10, 10)})  # fmt: skip


def consolidation(case: Case, honest: bool = False) -> Expected:
    """Three buyers sell to one trader, who delivers the sum to a listed end."""
    trader, end = case.company("TH", "Trading"), case.company("CN", "Research Institute")
    case.listed(called(end), "China")
    buyers = [case.company() for _ in range(3)]
    goods, each = ("office chairs", 120) if honest else ("server parts", 265_000)
    for number, buyer in enumerate(buyers):
        case.ship(f"A{number}", f"2024-05-0{number + 1}", MINE, buyer, SERVER, 8)
        case.ship(f"B{number}", f"2024-06-0{number + 1}", buyer, trader, goods, 8, each)
    case.ship("C", "2024-06-20", trader, end, goods if honest else "electronic equipment", 24, each)
    if honest:
        return Expected("none", "high", silent=["goods_may_have_reached_restricted_end"])
    return Expected("high", "high", path=["A0", "B0", "C"], ends=[called(end)], rules=["listed"], alerts=3,
                    units={"if_same_goods": (8, 8)})  # fmt: skip


def consolidation_of_chairs(case: Case) -> Expected:
    return consolidation(case, honest=True)


def splitting(case: Case) -> Expected:
    """One buyer sends quarters through four forwarders to the same end."""
    buyer, end = case.company(), case.company("CN", "Computing Center")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 40)
    for number in range(4):
        forwarder = case.company("SG", "Freight Forwarding")
        case.ship(f"B{number}", f"2024-05-2{number}", buyer, forwarder, PARTS, 10, 260_000)
        case.ship(f"C{number}", f"2024-06-0{number + 1}", forwarder, end, "adapter modules", 10, 262_000)
    return raised("high", buyer, "high", kinds=["diversion"], path=["A", "B0", "C0"], ends=[called(end)], alerts=1,
                  units={"if_same_goods": (40, 40)})  # fmt: skip


def disassembly(case: Case) -> Expected:
    """Servers of eight come in, single boards go out: the chips are conserved."""
    buyer, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 10)
    case.ship("B", "2024-05-20", buyer, end, "NVIDIA H100 SXM5 80GB GPU module", 80, 29_000)
    return Expected("high", "critical", path=["A", "B"], ends=[called(end)], rules=["destination"],
                    chips={"if_same_goods": (80, 80)})  # fmt: skip


def disassembly_unrecognized(case: Case) -> Expected:
    buyer, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 10)
    case.ship("B", "2024-05-20", buyer, end, "electronic modules", 80, 29_000)
    return raised("high", buyer, "high", kinds=["diversion"], path=["A", "B"], ends=[called(end)],
                  chips={"if_same_goods": (80, 80)})  # fmt: skip


def intermediate_consignee_diverts(case: Case) -> Expected:
    """The goods are consigned to one party through another, and the other sends them elsewhere."""
    final, through, end = case.company(), case.company("SG", "Logistics"), case.company("CN", "Cloud")
    case.ship("A", "2024-05-02", MINE, final, SERVER, 10, intermediate_consignee=through)
    case.ship("B", "2024-05-15", through, end, "electronic equipment", 10, 268_000)
    return Expected("high", "high", path=["A", "B"], ends=[called(end)], rules=["destination"])


def relabeled_as_laptops(case: Case, each: float = 262_000) -> Expected:
    """Servers in, "laptops" out at the price of servers."""
    buyer, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 10)
    case.ship("B", "2024-05-20", buyer, end, "laptops", 10, each)
    if each < 10_000:
        return QUIET
    return raised("high", buyer, "high", kinds=["diversion"], path=["A", "B"], ends=[called(end)])


def real_laptops(case: Case) -> Expected:
    return relabeled_as_laptops(case, 900)


def more_unknown_than_arrived(case: Case) -> Expected:
    """Thirty-six unknown pieces cannot be ten servers."""
    buyer, end = case.company(), case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 10)
    case.ship("B", "2024-05-20", buyer, end, "electronic modules", 360, 265_000)
    return Expected("none", "high", silent=["goods_may_have_reached_restricted_end"])


def more_known_than_arrived(case: Case) -> Expected:
    """Recognized goods beyond what arrived: at most what arrived can be the same."""
    buyer, end = case.company(), case.company("TH", "Trading")
    last = case.company("HK", "Electronics")
    case.ship("A", "2024-05-02", MINE, buyer, SERVER, 10)
    case.ship("B", "2024-05-20", buyer, end, SERVER, 30)
    case.ship("C", "2024-06-20", end, last, SERVER, 30)
    return Expected("high", "critical", path=["B", "C"], ends=[called(last)])


def two_subjects(case: Case) -> Expected:
    """Two buyers with schemes of their own are two alerts."""
    for number in range(2):
        buyer, end = case.company(), case.company("HK", "Electronics")
        case.ship(f"A{number}", "2024-05-02", MINE, buyer, SERVER, 10)
        case.ship(f"B{number}", "2024-05-20", buyer, end, PARTS, 10, 262_000)
    return Expected("high", "high", path=["A0", "B0"], alerts=2)


def two_schemes_of_one(case: Case) -> Expected:
    """One buyer, two years apart, to two ends: two alerts of one subject."""
    buyer = case.company()
    for number, year in enumerate((2024, 2026)):
        end = case.company("HK", "Electronics")
        case.ship(f"A{number}", f"{year}-01-02", MINE, buyer, SERVER, 10 + number)
        case.ship(f"B{number}", f"{year}-01-20", buyer, end, PARTS, 10 + number, 262_000)
    return raised("high", buyer, "high", kinds=["diversion"], alerts=2)


SCHEMES: dict[str, Scheme] = {
    each.__name__: each
    for each in (
        direct_to_alias, direct_to_alias_under_license, listed_address_by_delivery, another_unit_of_a_listed_building,
        undated_sanctions_entry, person_by_name_alone, same_name_elsewhere, generic_name_elsewhere, unverified_party,
        military_end_user_in_scope, military_end_user_out_of_scope, listed_after_delivery, chain_by_serials,
        chain_by_serials_to_a_free_country, chain_by_order, consolidation, consolidation_of_chairs, splitting,
        disassembly, disassembly_unrecognized, intermediate_consignee_diverts, relabeled_as_laptops, real_laptops,
        more_unknown_than_arrived, more_known_than_arrived, two_subjects, two_schemes_of_one,
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made(SCHEMES, tmp_path_factory.mktemp("schemes"))


@pytest.mark.parametrize("title", SCHEMES)
def test_a_scheme_raises_what_it_must_and_its_twin_nothing(world: World, title: str) -> None:
    assert_as_expected(world, title)
