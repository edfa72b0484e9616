"""Honest trade that looks a little like diversion, written into a ledger: nobody in it has done anything wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from models.worlds.background import BUYING_COUNTRIES, ORDINARY_COUNTRIES
from models.worlds.goods import BOARD_H100, BOARD_L40S, ORDINARY, SERVER_A100, SERVER_H100, SERVER_H200, Goods
from models.worlds.ledger import Company, Ledger

EXPENSIVE = (
    *ORDINARY,
    Goods("Core router chassis, 16 slots", "851762", "5A991", 46_000, 190),
    Goods("Ethernet switch 400G, 64 ports", "851762", "5A991", 27_500, 28),
    Goods("All-flash storage array 184 TB", "847170", "5A992.c", 88_000, 45),
    Goods("Dual-socket rack server, 1 TB RAM", "847150", "5A992.c", 14_800, 31),
    Goods("PowerEdge R760 server", "847150", "5A992.c", 9_400, 29),
    Goods("Digital oscilloscope 33 GHz", "903020", "3A992.a", 124_000, 24),
    Goods("Vector network analyzer 26.5 GHz", "903040", "3A992.a", 61_000, 21),
    Goods("Optical transceiver 400G", "851762", "5A991", 1_100, 0.1),
    Goods("Registered memory module DDR5 96 GB", "847330", "EAR99", 420, 0.05),
    Goods("GeForce RTX 4070 graphics card", "847330", "5A992.c", 560, 1.1),
    Goods("Diesel generator set 250 kVA", "850212", "EAR99", 38_000, 2_600),
    Goods("Precision air conditioner 60 kW", "841581", "EAR99", 21_000, 680),
    Goods("CNC milling machine spindle", "846693", "EAR99", 11_200, 60),
    Goods("Ultrasound scanner", "901812", "EAR99", 43_000, 85),
    Goods("Lithium battery cabinet 100 kWh", "850760", "EAR99", 31_000, 1_100),
    Goods("Spare parts", "847330", "EAR99", 6_400, 9),
    Goods("Machine parts", "846693", "EAR99", 9_100, 75),
    Goods("Electronic components", "853690", "EAR99", 1_300, 2),
    Goods("Network equipment", "851762", "5A991", 18_500, 20),
    Goods("Computer parts", "847330", "EAR99", 38, 0.3),
)
SERVER_OF_BOARDS = Goods("GPU server with 8x NVIDIA H100 PCIe 80GB", "847150", "4A090.a", 265_000, 62)


def honest_world(seed: int, buyers: int = 640) -> Ledger:
    """Write all kinds of honest trade until about so many companies have bought something."""
    ledger = Ledger(seed, user="Meridian Vale Compute Inc")
    kinds = (
        operator, university, integrator, authorized_reseller, reseller, mixed_distributor, decommissions,
        forwarded, bonded, group_transfer, sends_for_repair, leases, operator_sells_ordinary_goods,
    )  # fmt: skip
    for _ in range(13):
        for kind in kinds:
            kind(ledger)
    electronics(ledger, max(0, buyers - len(ledger.rows["parties"])))
    return ledger


def day(to: Ledger, after: str = "2024-01-10", within: int = 500) -> str:
    return (dt.date.fromisoformat(after) + dt.timedelta(days=to.rng.randint(0, within))).isoformat()


def later(on: str, days: int) -> str:
    return (dt.date.fromisoformat(on) + dt.timedelta(days=days)).isoformat()


def somewhere(to: Ledger, trade: str, **facts: Any) -> Company:
    return to.company(to.rng.choice(BUYING_COUNTRIES), trade=trade, **facts)


def named(user: Company) -> dict[str, Any]:
    return {"end_user_name": user.name, "end_user_country": user.country}


def operator(to: Ledger) -> None:
    """A data center buys what its hall carries."""
    buyer = somewhere(to, "Data Centers", employees=to.rng.randint(20, 400))
    to.site(buyer, 3.0)
    first = day(to)
    for month in range(2):
        to.ship(later(first, 90 * month), to.mine, buyer, SERVER_H100, to.rng.randint(8, 30), paid_by=buyer)


def university(to: Ledger) -> None:
    """A university buys a few boards, and ordinary equipment with them."""
    buyer = somewhere(to, "University", industry="university", employees=3000)
    on = day(to)
    to.ship(on, to.mine, buyer, to.rng.choice((BOARD_H100, BOARD_L40S, SERVER_H100)), to.rng.randint(1, 8),
            paid_by=buyer)  # fmt: skip
    to.ship(later(on, 20), to.mine, buyer, to.rng.choice(EXPENSIVE), to.rng.randint(1, 4))


def integrator(to: Ledger) -> None:
    """Boards come in, servers go out to named end users in free destinations."""
    maker = somewhere(to, "Systems", industry="server integrator", employees=150)
    first = day(to)
    to.ship(first, to.mine, maker, BOARD_H100, 64, paid_by=maker)
    for number, count in enumerate((2, 3, 3)):
        user = somewhere(to, "Cloud")
        to.site(user, 1.0)
        blank: dict[str, Any] = {"eccn": ""} if to.rng.random() < 0.3 else {}
        to.ship(later(first, 25 + 12 * number), maker, user, SERVER_OF_BOARDS, count, **named(user), **blank)


def authorized_reseller(to: Ledger) -> None:
    """An authorized distributor sells on at once in its territory."""
    seller, user = to.company("SG", trade="Distribution"), somewhere(to, "Genomics")
    to.rows["authorized_distributors"].append(
        {"party_name": seller.name, "party_country": "SG", "territory": "", "from_on": "2020-01-01"}
    )
    on, count = day(to), to.rng.randint(4, 60)
    to.ship(on, to.mine, seller, BOARD_H100, count, paid_by=seller)
    to.ship(later(on, 12), seller, user, BOARD_H100, count, paid_by=user, **named(user))


def reseller(to: Ledger) -> None:
    """A reseller nobody authorized sells everything on within weeks, under its name, to named end users."""
    seller, user = somewhere(to, "Trading"), somewhere(to, "Robotics")
    goods = to.rng.choice((BOARD_H100, SERVER_H100, SERVER_H200))
    on, count = day(to), to.rng.randint(2, 20)
    blank: dict[str, Any] = {"eccn": ""} if to.rng.random() < 0.4 else {}
    code: dict[str, Any] = {"hs_code": "854370"} if to.rng.random() < 0.15 else {}
    to.ship(on, to.mine, seller, goods, count, paid_by=seller)
    to.ship(later(on, to.rng.randint(8, 40)), seller, user, goods, count, paid_by=user, **named(user), **blank, **code)


def mixed_distributor(to: Ledger) -> None:
    """A distributor sells boards in its country and ordinary expensive goods everywhere."""
    seller = somewhere(to, "Electronics")
    to.site(seller, 0.5)
    on, count = day(to), to.rng.randint(20, 80)
    to.ship(on, to.mine, seller, BOARD_L40S, count, paid_by=seller)
    local = to.company(seller.country, trade="Studio")
    to.ship(later(on, 30), seller, local, BOARD_L40S, count - 5, **named(local))
    for _ in range(5):
        to.ship(day(to, on, 200), seller, traders(to), to.rng.choice(EXPENSIVE), to.rng.randint(1, count))


def traders(to: Ledger) -> Company:
    """One of a few ordinary customers, some of them in Hong Kong, China and the Emirates."""
    known: list[Company] = to.__dict__.setdefault("traders", [])
    if len(known) < 40:
        known.append(to.company(to.rng.choice(ORDINARY_COUNTRIES), trade="Trading"))
        return known[-1]
    return to.rng.choice(known)


def decommissions(to: Ledger) -> None:
    """Servers bought years ago go to a broker as used equipment."""
    seller, broker = somewhere(to, "Hosting"), somewhere(to, "Renewals")
    to.site(seller, 2.0)
    count = to.rng.randint(10, 40)
    to.ship(day(to, "2021-03-01", 200), to.mine, seller, SERVER_A100, count, paid_by=seller)
    text = to.rng.choice(("Used NVIDIA HGX A100 8-GPU server", "Used IT equipment", "Server equipment, used"))
    used = Goods(text, "847150", "4A090.a" if "A100" in text else "", 31_000, 123)
    to.ship(day(to, "2025-02-01", 200), seller, broker, used, count, paid_by=broker)


def forwarded(to: Ledger) -> None:
    """A forwarder stands between shipper and end user, and one sale is told in two legs."""
    agent, user = somewhere(to, "Freight"), somewhere(to, "Weather")
    to.site(user, 1.5)
    on, count = day(to), to.rng.randint(2, 12)
    bill: dict[str, Any] = {"bill_of_lading": f"BL{len(to.rows['shipments'])}"}
    through: dict[str, Any] = {
        "intermediate_consignee_name": agent.name,
        "intermediate_consignee_country": agent.country,
    }
    to.ship(on, to.mine, user, SERVER_H100, count, paid_by=user, **through, **named(user), **bill)


def bonded(to: Ledger) -> None:
    """A bonded warehouse holds goods for a named end user; now and then its clerk shortens the text."""
    warehouse, user = somewhere(to, "Bonded Logistics"), somewhere(to, "Imaging")
    to.site(user, 1.5)
    on, count = day(to), to.rng.randint(2, 12)
    to.ship(on, to.mine, warehouse, SERVER_H100, count, paid_by=user, **named(user))
    short: dict[str, Any] = {"as_written": "Computer equipment", "eccn": ""} if to.rng.random() < 0.3 else {}
    to.ship(later(on, 18), warehouse, user, SERVER_H100, count, **named(user), **short)


def group_transfer(to: Ledger) -> None:
    """A group buys in one place and installs in another; inside the group the papers are short."""
    parent = to.company("JP", trade="Group", incorporated_on="1995-04-01")
    stem = parent.name.split()[0]
    hub, campus = (to.company(country, to.names.formed(f"{stem} {name}", country))
                   for country, name in (("SG", "Procurement"), ("AU", "Campus")))  # fmt: skip
    for member in (hub, campus):
        to.own(parent, member, 100, "2012-01-01")
    to.site(campus, 4.0)
    on, count = day(to), to.rng.randint(5, 30)
    to.ship(on, to.mine, hub, SERVER_H200, count, paid_by=parent)
    short: dict[str, Any] = {"as_written": "IT equipment", "eccn": ""} if to.rng.random() < 0.4 else {}
    to.ship(later(on, 21), hub, campus, SERVER_H200, count, **short)


def sends_for_repair(to: Ledger) -> None:
    """Faulty boards go back, some of them without a word that they are returns."""
    buyer, repair = somewhere(to, "Simulation"), to.company("TW", trade="Repair Center")
    to.site(buyer, 2.0)
    on = day(to)
    to.ship(on, to.mine, buyer, SERVER_H100, 12, paid_by=buyer)
    to.ship(later(on, 60), buyer, to.mine, SERVER_H100, 1, as_written="Defective HGX H100 server for repair")
    to.ship(later(on, 90), buyer, repair, SERVER_H100, 2, kind="repair")
    to.ship(later(on, 110), repair, buyer, SERVER_H100, 2, kind="return")


def leases(to: Ledger) -> None:
    """A leasing company in a third country pays."""
    user = somewhere(to, "Analytics")
    lessor = somewhere(to, "Leasing", industry="equipment leasing")
    to.site(user, 3.0)
    to.ship(day(to), to.mine, user, SERVER_H100, to.rng.randint(5, 25), paid_by=lessor)


def operator_sells_ordinary_goods(to: Ledger) -> None:
    """A data center that bought accelerators renews its power and cooling, and sells the old."""
    seller = somewhere(to, "Colocation")
    to.site(seller, 3.0)
    on = day(to)
    to.ship(on, to.mine, seller, SERVER_H100, to.rng.randint(5, 25), paid_by=seller)
    for _ in range(2):
        to.ship(later(on, to.rng.randint(20, 150)), seller, traders(to), to.rng.choice(EXPENSIVE),
                to.rng.randint(1, 40))  # fmt: skip


def electronics(to: Ledger, count: int) -> None:
    """Traders in electronics sell each other everything that is expensive and ordinary."""
    people = [to.company(to.rng.choice(ORDINARY_COUNTRIES), trade="Electronics") for _ in range(count)]
    for buyer in people:
        for _ in range(3):
            seller = to.rng.choice(people)
            if seller is not buyer:
                paid = buyer if to.rng.random() < 0.2 else None
                to.ship(day(to, within=800), seller, buyer, to.rng.choice(EXPENSIVE), to.rng.randint(1, 60),
                        paid_by=paid)  # fmt: skip
