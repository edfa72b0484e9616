"""Honest trade at random: data centers, distributors, resellers, repair, ordinary goods to anywhere, plain names."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

from tests.cases import FORMS, MAKER, MINE, Case

PLAIN = ("Pacific", "Star", "Global", "Sun", "Golden", "United", "East", "Dragon", "Harbor", "First", "Smart", "Union",
         "Asia", "Bright", "Delta", "Evergreen", "Fortune", "Galaxy", "Horizon", "Jade", "Lotus", "Metro", "North",
         "Ocean", "Prime", "Royal", "Silver", "Summit", "Trans", "Victory")  # fmt: skip
TRADES = ("Technology", "Electronics", "Trading", "Systems", "Networks", "Logistics", "Computing", "Cloud",
          "Data Center", "Industries", "International", "Micro", "Semiconductor", "Research Institute",
          "Components")  # fmt: skip
FREE = ("MY", "TH", "SG", "DE", "JP", "US", "TW", "KR", "GB", "FR", "IN", "ID", "PH", "BR", "NL", "AU")
ANY = (*FREE, "CN", "HK", "CN", "HK", "VN", "AE", "TR", "KZ")
STREETS = ("Jalan Ampang", "Argyle Road", "Queens Road Central", "Orchard Road", "Hauptstrasse", "Zhongguancun Street",
           "Nathan Road", "Sukhumvit Road", "Des Voeux Road", "Industrial Avenue")  # fmt: skip
ACCELERATORS = (("NVIDIA HGX H100 8-GPU server", 265_000, 12), ("NVIDIA H100 PCIe 80GB", 29_000, 40),
                ("Dell PowerEdge XE9680 with 8x H200", 310_000, 8), ("NVIDIA L40S 48GB", 8_500, 60),
                ("NVIDIA A100 80GB PCIe", 13_000, 40), ("Supermicro SYS-821GE-TNHR", 280_000, 6))  # fmt: skip
ORDINARY = (("laptops", 850, 200), ("office chairs", 110, 300), ("computer parts", 45, 500), ("spare parts", 320, 60),
            ("Dell PowerEdge R650 server", 7_800, 20), ("network switches", 18_000, 10),
            ("SSD drives", 420, 300),
            ("NVIDIA GeForce RTX 4060", 300, 500), ("electronic components", 3, 9_000), ("adapter", 12, 4_000),
            ("server chassis", 900, 40), ("oscilloscope", 24_000, 5), ("industrial robots", 48_000, 6),
            ("NVIDIA T4 16GB", 1_100, 30), ("storage array", 95_000, 3), ("motherboards", 240, 400),
            ("CNC milling machine", 180_000, 2), ("medical imaging equipment", 420_000, 1),
            ("power supply units", 210, 100), ("used servers", 3_500, 20), ("laboratory instruments", 15_000, 4),
            ("network equipment", 42_000, 4), ("spare parts for testing machine", 5_500, 10), ("UPS system", 60_000, 2),
            ("DDR5 memory modules", 130, 900))  # fmt: skip


class Trade:
    """Random honest trade, written into one case."""

    def __init__(self, case: Case, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 (a fixed seed, no secret)
        self.case, self.names, self.count = case, set[str](), 0

    def company(self, countries: Sequence[str], trade: str = "", **facts: Any) -> str:
        while True:
            country = self.rng.choice(countries)
            kind = trade or self.rng.choice(TRADES)
            name = f"{' '.join(self.rng.sample(PLAIN, 2))} {kind} {FORMS.get(country, 'Ltd')}"
            if name not in self.names:
                self.names.add(name)
                break
        address = f"Unit {self.rng.randint(1, 40)}, {self.rng.randint(1, 300)} {self.rng.choice(STREETS)}"
        old = f"{self.rng.randint(1990, 2021)}-0{self.rng.randint(1, 9)}-11"
        return self.case.company(country, name=name, address=address, **{"incorporated_on": old, **facts})

    def ship(self, day: dt.date, shipper: str, to: str, item: str, quantity: int, each: float, **more: Any) -> None:
        self.count += 1
        price = each * self.rng.uniform(0.92, 1.08)
        self.case.ship(f"{self.count}", day.isoformat(), shipper, to, item, quantity, round(price, 2),
                       days=self.rng.randint(2, 25), **more)  # fmt: skip

    def day(self) -> dt.date:
        return dt.date(2022, 11, 1) + dt.timedelta(days=self.rng.randint(0, 1200))

    def buy(self, buyer: str, seller: str, day: dt.date, user: str = "") -> tuple[str, int, float]:
        item, each, most = self.rng.choice(ACCELERATORS)
        quantity = self.rng.randint(1, most)
        self.ship(day, seller, buyer, item, quantity, each, end_user=user or buyer, order_id=f"O{self.count}")
        if self.rng.random() < 0.4:
            self.case.pay(buyer, seller, (day - dt.timedelta(days=20)).isoformat(), quantity * each,
                          order_id=f"O{self.count - 1}")  # fmt: skip
        return item, quantity, each

    def data_centers(self, count: int) -> list[str]:
        buyers = [self.company(FREE, "Cloud") for _ in range(count)]
        for buyer in buyers:
            for _ in range(self.rng.randint(1, 4)):
                day = self.day()
                item, _, each = self.buy(buyer, self.rng.choice((MINE, MAKER)), day)
                if self.rng.random() < 0.1:
                    later = day + dt.timedelta(days=60)
                    self.ship(later, buyer, MINE, item, 1, each, kind="return")
        return buyers

    def distributors(self, count: int) -> None:
        for _ in range(count):
            distributor = self.company(FREE, "Distribution")
            for _ in range(4):
                day = self.day()
                user = self.company(FREE, "Research Institute")
                item, quantity, each = self.buy(distributor, MINE, day, user)
                self.ship(day + dt.timedelta(days=35), distributor, user, item, quantity, each, end_user=user)

    def ordinary(self, count: int, also: Sequence[str]) -> None:
        traders = [self.company(ANY) for _ in range(400)]
        for _ in range(count):
            shipper = self.rng.choice(also) if self.rng.random() < 0.25 else self.rng.choice(traders)
            to = self.rng.choice(traders)
            item, each, most = self.rng.choice(ORDINARY)
            if shipper != to:
                self.ship(self.day(), shipper, to, item, self.rng.randint(1, most), each)


def honest_trade(case: Case, shipments: int, seed: int = 3) -> Trade:
    """Write about so many honest shipments."""
    trade = Trade(case, seed)
    buyers = trade.data_centers(shipments // 12)
    trade.distributors(shipments // 60)
    trade.ordinary(shipments - trade.count, buyers)
    return trade
