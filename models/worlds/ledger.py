"""The ledger a world is written into: companies, shipments, payments, shares, sites, list entries, and the truth."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.worlds.goods import Goods
from models.worlds.names import Names

Row = dict[str, Any]


@dataclass(frozen=True)
class Company:
    """A fictional company as papers name it."""

    name: str
    country: str
    address: str
    phone: str


@dataclass(frozen=True)
class Planted:
    """One planted scheme, or one honest look-alike beside it."""

    scheme: str
    parties: tuple[str, ...]
    end: str | None = None
    honest: bool = False


@dataclass(frozen=True)
class World:
    """A world as files: rows of canonical files, list entries in the official layouts, and the truth about it."""

    rows: Mapping[str, Sequence[Row]]
    screening_list: Sequence[Row]
    entity_list: Mapping[str, Any]
    truth: tuple[Planted, ...]
    user: str

    def write(self, folder: Path) -> list[Path]:
        """Write the files a user would have."""
        folder.mkdir(parents=True, exist_ok=True)
        written = [_csv(folder / f"{name}.csv", rows) for name, rows in self.rows.items() if rows]
        written.append(_csv(folder / "consolidated.csv", self.screening_list))
        entity_list = folder / "entity_list.json"
        entity_list.write_text(json.dumps(self.entity_list, indent=1), encoding="utf-8")
        return [*written, entity_list]


def _csv(path: Path, rows: Sequence[Row]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass
class Ledger:
    """Rows of every file, as they are written down while a world is made."""

    seed: int
    user: str
    rows: dict[str, list[Row]] = field(init=False)
    truth: list[Planted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - a made-up world, not a secret
        self.names = Names(self.rng)
        self.rows = {
            name: [] for name in ("shipments", "payments", "parties", "ownership", "sites", "authorized_distributors")
        }
        self._listed: list[Row] = []
        self._addresses: list[Row] = []
        self.mine = self.company(
            "US", self.user, incorporated_on="2009-03-17", industry="server manufacturer", employees=2400
        )

    def company(
        self,
        country: str,
        name: str | None = None,
        *,
        trade: str | None = None,
        address: str | None = None,
        phone: str | None = None,
        **facts: object,
    ) -> Company:
        """Found a company and put it in the party file."""
        made = Company(
            name or self.names.company(country, trade),
            country,
            address or self.names.address(country),
            phone or f"+{self.rng.randint(20, 99)} {self.rng.randint(10**7, 10**8 - 1)}",
        )
        row: Row = {
            "id": f"K{len(self.rows['parties']) + 1:04}",
            "name": made.name,
            "country": country,
            "address": made.address,
            "phone": made.phone,
            "incorporated_on": f"{self.rng.randint(1994, 2019)}-{self.rng.randint(1, 12):02}-15",
        }
        self.rows["parties"].append({**row, **facts})
        return made

    def ship(
        self,
        day: str,
        shipper: Company,
        consignee: Company,
        goods: Goods,
        quantity: int,
        *,
        transit: int = 6,
        as_written: str | None = None,
        hs_code: str | None = None,
        eccn: str | None = None,
        consignee_name: str | None = None,
        paid_by: Company | None = None,
        **more: object,
    ) -> str:
        """Record a movement, and the payment for it when somebody pays."""
        number = len(self.rows["shipments"]) + 1
        shipped = dt.date.fromisoformat(day)
        order = f"O{number:05}" if paid_by else ""
        value = round(quantity * goods.usd * self.rng.uniform(0.96, 1.04))
        row: Row = {
            "id": f"S{number:05}",
            "shipped_on": day,
            "arrived_on": (shipped + dt.timedelta(days=transit)).isoformat(),
            "shipper_name": shipper.name,
            "shipper_country": shipper.country,
            "shipper_address": shipper.address,
            "consignee_name": consignee_name or consignee.name,
            "consignee_country": consignee.country,
            "consignee_address": consignee.address,
            "destination_country": consignee.country,
            "item": as_written or goods.item,
            "hs_code": hs_code or goods.hs_code,
            "eccn": goods.eccn if eccn is None else eccn,
            "quantity": quantity,
            "weight_kg": round(quantity * goods.weight_kg, 1),
            "value": value,
            "license": "",
            "order_id": order,
            "mode": "air",
        }
        self.rows["shipments"].append({**row, **more})
        if paid_by:
            paid = shipped - dt.timedelta(days=self.rng.randint(5, 25))
            self.pay(paid.isoformat(), paid_by, shipper, value, order)
        return str(row["id"])

    def pay(self, day: str, payer: Company, payee: Company, usd: float, order: str) -> None:
        self.rows["payments"].append(
            {
                "id": f"P{len(self.rows['payments']) + 1:05}",
                "payer_name": payer.name,
                "payer_country": payer.country,
                "payee_name": payee.name,
                "payee_country": payee.country,
                "paid_on": day,
                "amount": usd,
                "order_id": order,
                "method": "wire",
            }
        )

    def own(self, owner: Company, owned: Company, percent: float, since: str = "") -> None:
        self.rows["ownership"].append(
            {
                "owner_name": owner.name,
                "owner_country": owner.country,
                "owned_name": owned.name,
                "owned_country": owned.country,
                "share_min": percent,
                "share_max": percent,
                "interest": "shareholding",
                "from_on": since,
            }
        )

    def site(self, operator: Company, megawatts: float, name: str = "") -> None:
        number = len(self.rows["sites"]) + 1
        self.rows["sites"].append(
            {
                "id": f"H{number:03}",
                "name": name or f"{operator.name.split()[0]} Hall {number}",
                "operator_name": operator.name,
                "operator_country": operator.country,
                "country": operator.country,
                "megawatts": megawatts,
                "opened_on": "2021-05-01",
            }
        )

    def put_on_list(self, company: Company, published: str, *, aliases: Sequence[str] = ()) -> None:
        """Put a company on the fictional Entity List, in the layout of the Consolidated Screening List."""
        self._listed.append(
            {
                "source": "Entity List (EL) - Bureau of Industry and Security",
                "entity_number": "",
                "type": "",
                "programs": "",
                "name": company.name,
                "title": "",
                "addresses": f"{company.address}, {company.country}",
                "federal_register_notice": f"99 FR {10000 + len(self._listed)}",
                "start_date": published,
                "end_date": "",
                "standard_order": "",
                "license_requirement": "For all items subject to the EAR (fictional entry)",
                "license_policy": "Presumption of denial",
                "call_sign": "",
                "vessel_type": "",
                "gross_tonnage": "",
                "gross_registered_tonnage": "",
                "vessel_flag": "",
                "vessel_owner": "",
                "remarks": "fictional",
                "source_list_url": "",
                "alt_names": "; ".join(aliases),
                "citizenships": "",
                "dates_of_birth": "",
                "nationalities": "",
                "places_of_birth": "",
                "source_information_url": "",
                "ids": "",
            }
        )

    def list_address(self, address: str, country: str, published: dt.date) -> None:
        """Put an address without a name on the fictional Entity List."""
        self._addresses.append(
            {
                "name": f"Address {70 + len(self._addresses)}",
                "aliases": [],
                "country": country,
                "address": address,
                "status": None,
                "effective_date": None,
                "federal_register": f"99 FR 20{len(self._addresses):03}, {published:%m/%d/%y}",
                "notes": "For items on the CCL and listed in supplement no. 7 to part 746 of the EAR",
            }
        )

    def plant(self, scheme: str, *parties: Company, end: Company | None = None) -> None:
        self.truth.append(Planted(scheme, tuple(each.name for each in parties), end.name if end else None))

    def honest(self, beside: str, *parties: Company) -> None:
        self.truth.append(Planted(beside, tuple(each.name for each in parties), honest=True))

    def world(self) -> World:
        """Close the ledger: shuffle the rows as files come, and hand over the world."""
        self.rng.shuffle(self.rows["shipments"])
        entities = {
            "list_id": "bis-entity-list",
            "source_file": "fictional",
            "extracted": "2026-06-01",
            "count": len(self._addresses),
            "entities": self._addresses,
        }
        return World(self.rows, self._listed, entities, tuple(self.truth), self.user)
