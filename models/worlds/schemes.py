"""Diversion schemes, one function each, after the structure of public cases; every name is fictional."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from models.worlds.background import equip
from models.worlds.goods import BOARD_H100, SERVER_A100, SERVER_B200, SERVER_H100, SERVER_H200
from models.worlds.ledger import Ledger


def relabeled_through_forwarder(to: Ledger) -> None:
    """Servers come in under their name and go on as "computer parts" to a forwarder, then to a listed end."""
    buyer = to.company("MY", incorporated_on="2023-02-01", industry="cloud hosting")
    forwarder = to.company("HK", trade="Logistics")
    end = to.company("CN", trade="Electronic Information")
    payer = to.company("HK", trade="Gain")
    to.site(buyer, 0.2)
    to.put_on_list(end, "2024-02-14", aliases=[end.name.replace(" Co., Ltd.", " Industry Group Co., Ltd.")])
    to.ship("2024-05-02", to.mine, buyer, SERVER_H100, 30, paid_by=payer)
    to.ship("2024-06-01", buyer, forwarder, SERVER_H100, 28, as_written="computer parts", hs_code="847330", eccn="")
    to.ship(
        "2024-06-12",
        forwarder,
        end,
        SERVER_H100,
        28,
        as_written="adapter modules",
        hs_code="853690",
        eccn="",
        consignee_name=end.name.upper().replace(" CO., LTD.", ""),
    )
    to.plant("relabeled_through_forwarder", buyer, forwarder, end=end)


def passed_on_by_two_traders(to: Ledger) -> None:
    """A trader without sites buys boards under their name and two traders pass them on within weeks."""
    first = to.company("SG", trade="Trading", incorporated_on="2024-06-20", employees=3)
    second = to.company("VN", trade="Import Export")
    end = to.company("CN", trade="Supercomputing Institute")
    to.put_on_list(end, "2023-10-17")
    to.ship("2024-09-03", to.mine, first, BOARD_H100, 400, paid_by=first)
    to.ship("2024-09-19", first, second, BOARD_H100, 390, license="NLR")
    to.ship("2024-10-07", second, end, BOARD_H100, 390)
    to.plant("passed_on_by_two_traders", first, second, end=end)


def successor_after_listing(to: Ledger) -> None:
    """A buyer is listed; weeks later a new company at its address and phone orders the same goods."""
    listed = to.company("MY", trade="Computing", incorporated_on="2018-04-02")
    to.put_on_list(listed, "2025-01-16")
    for month in (3, 6, 9):
        to.ship(f"2024-{month:02}-11", to.mine, listed, SERVER_H100, 12, paid_by=listed)
    successor = to.company(
        "MY", trade="Innovation", address=listed.address, phone=listed.phone, incorporated_on="2025-02-10", employees=4
    )
    to.ship("2025-04-08", to.mine, successor, SERVER_H100, 24, paid_by=successor)
    to.plant("successor_after_listing", successor)


def owned_by_two_listed_owners(to: Ledger) -> None:
    """Two listed owners hold 30 and 25 percent, one of them through a subsidiary, while the 50 percent rule binds."""
    first, second = to.company("CN", trade="Holding Group"), to.company("CN", trade="Investment Holding")
    for owner in (first, second):
        to.put_on_list(owner, "2024-12-02")
    middle, buyer = to.company("SG", trade="Ventures"), to.company("TH", trade="Data Centers")
    to.own(first, middle, 80, "2021-01-01")
    to.own(middle, buyer, 30, "2022-05-01")
    to.own(second, buyer, 25, "2022-05-01")
    to.site(buyer, 4.0)
    to.ship("2025-10-08", to.mine, buyer, SERVER_H200, 40, paid_by=buyer)
    to.plant("owned_by_two_listed_owners", buyer)


def subsidiary_of_embargoed_group(to: Ledger) -> None:
    """A subsidiary abroad of a group headquartered in China buys what its parent could not."""
    parent = to.company("CN", trade="Cloud Group", headquarters_country="CN", incorporated_on="2005-08-01")
    buyer = to.company("JP", trade="Cloud", incorporated_on="2019-08-01")
    to.own(parent, buyer, 100, "2019-08-01")
    to.site(buyer, 9.0)
    to.ship("2025-03-04", to.mine, buyer, SERVER_B200, 60, paid_by=buyer)
    to.plant("subsidiary_of_embargoed_group", buyer)


def listed_address_in_hong_kong(to: Ledger) -> None:
    """A reseller ships accelerators to a company nobody listed, at an address that is listed by itself."""
    address = "Unit 1203, 12/F Golden Heron Centre, No. 88 Tai Lam Street, Kowloon, Hong Kong"
    to.list_address(address + ".", "China", dt.date(2024, 6, 18))
    reseller = to.company("TW", trade="Components")
    end = to.company("HK", trade="Electronics", address="RM 1203 12F GOLDEN HERON CTR 88 TAI LAM ST KLN")
    to.ship("2024-10-02", to.mine, reseller, BOARD_H100, 200, paid_by=reseller)
    to.ship("2024-10-21", reseller, end, BOARD_H100, 160, as_written="graphic adapter boards", eccn="")
    to.plant("listed_address_in_hong_kong", reseller, end=end)


def realtor_buys_servers(to: Ledger) -> None:
    """A real estate agency orders A100 servers, paid from Hong Kong, shipped on through Thailand."""
    realtor = to.company(
        "US", trade="Realty Partners", industry="real estate agency", incorporated_on="2023-09-04", employees=2
    )
    through, end = to.company("TH", trade="Marketing"), to.company("CN", trade="Intelligent Technology")
    payer = to.company("HK", trade="Capital")
    to.ship("2024-10-15", to.mine, realtor, SERVER_A100, 50, paid_by=payer)
    to.ship("2024-11-04", realtor, through, SERVER_A100, 48, as_written="video equipment parts", eccn="")
    to.ship("2024-11-25", through, end, SERVER_A100, 48, as_written="machine parts", hs_code="847330", eccn="")
    to.plant("realtor_buys_servers", realtor, through, end=end)


def mirror_flow_through_pharma(to: Ledger) -> None:
    """A pharmaceutical importer takes in servers month by month and sends the same numbers on to Russia."""
    source, pharma = (
        to.company("MY", trade="Systems"),
        to.company("IN", trade="Pharmaceuticals", industry="pharmaceuticals"),
    )
    end = to.company("RU", trade="Main Chain")
    for month in (4, 5, 6, 7):
        to.ship(f"2025-{month:02}-03", source, pharma, SERVER_H100, 20 + month, transit=7)
        to.ship(f"2025-{month:02}-21", pharma, end, SERVER_H100, 20 + month, transit=9)
    to.plant("mirror_flow_through_pharma", pharma, end=end)


def hall_without_power(to: Ledger) -> None:
    """A young cloud firm takes in far more than its one hall can power, and crates leave as furniture fittings."""
    buyer, end = to.company("ID", trade="Cloud", incorporated_on="2024-03-05"), to.company("HK", trade="Interiors")
    to.site(buyer, 1.0)
    payer = to.company("HK", trade="Finance")
    for month in (6, 8, 10):
        to.ship(f"2025-{month:02}-09", to.mine, buyer, SERVER_B200, 45, paid_by=payer)
    to.ship("2025-11-12", buyer, end, SERVER_B200, 60, as_written="fittings", hs_code="940390", eccn="")
    to.plant("hall_without_power", buyer, end=end)


def group_buys_a_little_more(to: Ledger) -> None:
    """Dozens of data centers of one group each buy a tenth more than they can use."""
    parent = to.company("SG", trade="Cloud Group", incorporated_on="2012-01-10")
    members = []
    for number in range(30):
        country = ("MY", "TH", "ID", "JP", "DE", "BR")[number % 6]
        member = to.company(country, to.names.formed(f"{parent.name.split()[0]} Region {number + 1}", country))
        to.own(parent, member, 100, "2015-01-01")
        equip(to, member, excess=0.14)
        members.append(member)
    to.plant("group_buys_a_little_more", parent)


SCHEMES: tuple[Callable[[Ledger], None], ...] = (
    relabeled_through_forwarder,
    passed_on_by_two_traders,
    successor_after_listing,
    owned_by_two_listed_owners,
    subsidiary_of_embargoed_group,
    listed_address_in_hong_kong,
    realtor_buys_servers,
    mirror_flow_through_pharma,
    hall_without_power,
    group_buys_a_little_more,
)
