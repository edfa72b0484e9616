"""Ordinary trade: data centers that buy what they can use, distributors, resellers, and a great deal of other goods."""

from __future__ import annotations

import datetime as dt

from models.worlds.goods import BOARD_L40S, ORDINARY, SERVER_H100, SERVER_H200
from models.worlds.ledger import Company, Ledger

BUYING_COUNTRIES = (
    "MY",
    "SG",
    "TH",
    "ID",
    "IN",
    "JP",
    "DE",
    "FR",
    "GB",
    "BR",
    "TW",
    "KR",
    "AU",
    "CA",
    "NL",
    "PH",
    "US",
)
ORDINARY_COUNTRIES = (*BUYING_COUNTRIES, "HK", "CN", "VN", "AE")
SERVERS_PER_MEGAWATT = 1000 / (10.2 * 0.6 * 1.1)
"""Eight-GPU H100 servers that one megawatt of IT load carries, at 60 percent load and 10 percent overhead."""
FIRST_DAY, LAST_DAY = dt.date(2023, 1, 9), dt.date(2026, 5, 20)


def equip(to: Ledger, operator: Company, excess: float) -> None:
    """Give an operator a hall and quarterly purchases that fill it, `excess` of need above what it can use."""
    megawatts = round(to.rng.uniform(1.5, 6.0), 2)
    to.site(operator, megawatts)
    need = megawatts * SERVERS_PER_MEGAWATT * 0.82 * to.rng.gauss(1.0, 0.06)
    quarters = 6
    for quarter in range(quarters):
        day = dt.date(2024, 1, 20) + dt.timedelta(days=91 * quarter + to.rng.randint(0, 40))
        servers = max(1, round(need * (1 + excess) / quarters * to.rng.gauss(1.0, 0.08)))
        to.ship(day.isoformat(), to.mine, operator, SERVER_H100, servers, paid_by=operator)


def background(to: Ledger, shipments: int) -> None:
    """Fill the ledger with honest trade: groups of data centers, distributors, and ordinary goods."""
    before = len(to.rows["shipments"])
    _groups(to)
    _distribution(to)
    _ordinary(to, shipments - (len(to.rows["shipments"]) - before))


def _groups(to: Ledger) -> None:
    for size in (24, 12, 8, 5, 5, 4, 3):
        parent = to.company(to.rng.choice(("US", "JP", "FR", "SG")), trade="Cloud Group", incorporated_on="2008-05-20")
        stem = parent.name.split()[0]
        for number in range(size):
            country = to.rng.choice(BUYING_COUNTRIES)
            member = to.company(country, to.names.formed(f"{stem} Campus {number + 1}", country))
            to.own(parent, member, 100, "2015-01-01")
            equip(to, member, excess=0.0)


def _distribution(to: Ledger) -> None:
    """Authorized distributors take in servers and boards and sell them to end users in their territory."""
    for country in ("SG", "TW", "DE", "MY"):
        distributor = to.company(country, trade="Distribution", incorporated_on="2001-02-03", industry="distributor")
        to.rows["authorized_distributors"].append(
            {"party_name": distributor.name, "party_country": country, "territory": "", "from_on": "2020-01-01"}
        )
        for number in range(12):
            customer = to.company(to.rng.choice(BUYING_COUNTRIES), trade="Research Computing")
            to.site(customer, 2.0)
            goods = to.rng.choice((SERVER_H100, SERVER_H200, BOARD_L40S))
            start = dt.date(2024, 2, 1) + dt.timedelta(days=60 * number + to.rng.randint(0, 30))
            count = to.rng.randint(4, 16)
            to.ship(start.isoformat(), to.mine, distributor, goods, count, paid_by=distributor)
            to.ship(
                (start + dt.timedelta(days=30)).isoformat(),
                distributor,
                customer,
                goods,
                count,
                end_user_name=customer.name,
                end_user_country=customer.country,
                paid_by=customer,
            )


def _ordinary(to: Ledger, shipments: int) -> None:
    traders = [
        to.company(
            to.rng.choice(ORDINARY_COUNTRIES),
            trade=to.rng.choice(("Trading", "Electronics", "Office Supply", "Networks", "Retail")),
        )
        for _ in range(120)
    ]
    span = (LAST_DAY - FIRST_DAY).days
    weights = [1 / (rank + 1) ** 0.7 for rank in range(len(traders))]
    for _ in range(max(0, shipments)):
        shipper, consignee = to.rng.choices(traders, weights, k=2)
        if shipper is consignee:
            continue
        day = FIRST_DAY + dt.timedelta(days=to.rng.randint(0, span))
        goods = to.rng.choice(ORDINARY)
        to.ship(
            day.isoformat(),
            shipper,
            consignee,
            goods,
            to.rng.randint(1, 300),
            transit=to.rng.randint(3, 35),
            paid_by=consignee if to.rng.random() < 0.1 else None,
        )
