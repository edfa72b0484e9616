"""Cases of trade written as a user's own files: shipments, payments, parties, ownership, and lists; all names made up.

Many cases share one world: each has companies nobody else has, so an alert tells by its party whose it is.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.journal import Journal
from monitor.run import run
from monitor.settings import read_settings
from monitor.workspace import make_workspace

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
MINE = "Crestline Servers Inc|US"
MAKER = "Orion Boards GmbH|DE"
SERVER = "NVIDIA HGX H100 8-GPU server"
ALL_ITEMS = "For all items subject to the EAR. (See § 744.11 of the EAR)"
LEVELS = ("none", "low", "medium", "high", "critical")
FORMS = {"MY": "Sdn Bhd", "TH": "Co Ltd", "SG": "Pte Ltd", "HK": "Ltd", "CN": "Co., Ltd.", "DE": "GmbH", "TR": "A.S.",
         "AE": "LLC", "US": "Inc", "JP": "KK"}  # fmt: skip
HEADS = ("Bren", "Calv", "Dorm", "Ester", "Falk", "Gront", "Hulm", "Iskar", "Jorv", "Kestr", "Lomb", "Mardu", "Nolv",
         "Ombr", "Praks", "Quend", "Rovel", "Sturm", "Tolgar", "Umbar", "Vesk", "Wynt", "Yelk", "Zamor")  # fmt: skip
TAILS = ("avik", "enholt", "idane", "omira", "uskel", "aryth", "enza", "ilquor", "obrek", "undis")
Row = dict[str, Any]
Alert = dict[str, Any]


def sides(role: str, party: str) -> Row:
    """Spell a party written 'name|country|address' as the columns of its role."""
    parts = [*party.split("|"), "", ""]
    return {f"{role}_{part}": value for part, value in zip(("name", "country", "address"), parts, strict=False)}


@dataclass
class Case:
    """Rows of one case, and the companies it made."""

    title: str
    words: Callable[[], str]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    entries: list[Row] = field(default_factory=list)
    screening: list[Row] = field(default_factory=list)
    own: set[str] = field(default_factory=set)

    def company(
        self, country: str = "MY", trade: str = "Cloud", *, name: str = "", address: str = "", **facts: Any
    ) -> str:
        """Make a company of its own name; facts go into parties.csv."""
        name = name or f"{self.words()} {trade} {FORMS.get(country, 'Ltd')}"
        self.own.add(name)
        if facts or address:
            row = {"id": f"p-{name}", "name": name, "country": country, "address": address, **facts}
            self.rows.setdefault("parties", []).append(row)
        return f"{name}|{country}|{address}"

    def ship(self, id_: str, day: str, shipper: str, consignee: str, item: str = SERVER, quantity: float = 10,
             each: float | None = 270_000, days: int | None = 5, **more: Any) -> str:  # fmt: skip
        """Add a shipment that arrives some days later; parties in other roles are given as `role=party`."""
        arrived = (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat() if days is not None else ""
        roles = ("end_user", "intermediate_consignee", "purchaser", "forwarder", "notify_party")
        named = {key: value for role in roles if role in more for key, value in sides(role, more.pop(role)).items()}
        plain = {"hs_code": "", "eccn": "", "license": "", "order_id": "", "kind": "", "serial_numbers": ""}
        self.rows.setdefault("shipments", []).append({
            "id": f"{self.title}-{id_}", "shipped_on": day, "arrived_on": arrived, **sides("shipper", shipper),
            **sides("consignee", consignee), "item": item, "quantity": quantity,
            "value": "" if each is None else quantity * each, **plain, **named, **more,
        })  # fmt: skip
        return f"{self.title}-{id_}"

    def pay(self, payer: str, payee: str, day: str, amount: float, **more: Any) -> None:
        rows = self.rows.setdefault("payments", [])
        rows.append({"id": f"{self.title}-P{len(rows) + 1}", **sides("payer", payer), **sides("payee", payee),
                     "paid_on": day, "amount": amount, "currency": "USD", "method": "wire", **more})  # fmt: skip

    def owns(self, owner: str, owned: str, percent: float, since: str = "2015-01-01") -> None:
        self.rows.setdefault("ownership", []).append({
            **sides("owner", owner), **sides("owned", owned), "share_min": percent, "share_max": percent,
            "interest": "shareholding", "from_on": since,
        })  # fmt: skip

    def site(self, operator: str, megawatts: float) -> None:
        country = operator.split("|")[1]
        self.rows.setdefault("sites", []).append({
            "id": f"{self.title}-site", "name": f"{self.title} hall", **sides("operator", operator), "country": country,
            "megawatts": megawatts,
        })  # fmt: skip

    def listed(self, name: str, country: str, day: str | None = "2023-03-02", *, aliases: Sequence[str] = (),
               address: str = "", notes: str = ALL_ITEMS) -> None:  # fmt: skip
        """Put an entry on the Entity List, in force from a day."""
        cited = dt.date.fromisoformat(day) + dt.timedelta(days=3) if day else None
        self.entries.append({
            "name": name, "aliases": list(aliases), "country": country, "address": address, "status": None,
            "effective_date": day, "notes": notes,
            "federal_register": f"88 FR 12345, {cited.month}/{cited.day}/{cited:%y}" if cited else None,
        })  # fmt: skip

    def screened(self, source: str, name: str, countries: str, *, kind: str = "Entity", **more: str) -> None:
        """Put an entry on another list of the Consolidated Screening List, flat layout."""
        empty = ("entity_number", "alt_names", "license_requirement", "license_policy", "programs")
        self.screening.append({
            "source": source, "type": kind, "name": name, "countries": countries, **dict.fromkeys(empty, ""),
            "federal_register_notice": "", "source_list_url": "https://example.org", **more,
        })  # fmt: skip


def wordsmith(seed: int = 7) -> Callable[[], str]:
    """Name after name, none used twice."""
    words = [head + tail for head in HEADS for tail in TAILS]
    random.Random(seed).shuffle(words)  # noqa: S311 (a fixed seed, no secret)
    return iter(words).__next__


def write_rows(path: Path, rows: Sequence[Row], fields: Sequence[str] = ()) -> None:
    """Write rows under the union of their columns."""
    names = list(fields) or list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def workspace(folder: Path, mine: Sequence[str] = (MINE.split("|")[0],)) -> Path:
    """Make a workspace with the user's own names set."""
    make_workspace(folder)
    config = folder / "monitor.toml"
    config.write_text(config.read_text().replace("parties = []", f"parties = {json.dumps(list(mine))}", 1))
    return config


def write_cases(inbox: Path, cases: Sequence[Case], *, without: Sequence[str] = ()) -> None:
    """Write the rows of all cases as canonical files, and the lists in their published layouts."""
    for table in ("shipments", "payments", "parties", "ownership", "sites"):
        rows = [row for case in cases for row in case.rows.get(table, [])]
        if rows:
            kept = [{key: value for key, value in row.items() if key not in without} for row in rows]
            write_rows(inbox / f"{table}.csv", kept)
    entries = [entry for case in cases for entry in case.entries]
    if entries:
        text = {"list_id": "bis-entity-list", "source_file": "fictional", "entities": entries}
        (inbox / "bis_entity_list.json").write_text(json.dumps(text), encoding="utf-8")
    screening = [row for case in cases for row in case.screening]
    if screening:
        write_rows(inbox / "csl.csv", screening)


def alerts_of(config: Path, now: dt.datetime = NOW) -> list[Alert]:
    """Run once and give the open alerts."""
    settings = read_settings(config)
    run(settings, now=now)
    return [each for each in Journal(settings.journal.url).alerts() if each["status"] == "open"]


def of_case(case: Case, alerts: Sequence[Alert]) -> list[Alert]:
    """Alerts about a company of the case, or resting on one of its shipments."""

    def touches(alert: Alert) -> bool:
        named = {each for finding in alert["findings"] for each in finding["shipments"]}
        named |= set(records(alert))
        return alert["party"]["name"] in case.own or any(each.startswith(f"{case.title}-") for each in named)

    return [each for each in alerts if touches(each)]


def records(alert: Mapping[str, Any]) -> list[str]:
    """Shipments on the paths of an alert."""
    return [leg["record"] for path in alert["paths"] for leg in path["legs"] if leg["kind"] == "shipment"]


def paths(alert: Mapping[str, Any]) -> list[list[str]]:
    """Each path of an alert as its shipments."""
    return [[leg["record"].rsplit("-", 1)[1] for leg in path["legs"] if leg["kind"] == "shipment"]
            for path in alert["paths"]]  # fmt: skip


def worst(alerts: Sequence[Alert]) -> str:
    return max((each["severity"] for each in alerts), key=LEVELS.index, default="none")


def told(alerts: Sequence[Alert]) -> str:
    """Alerts in short, for a failing test."""
    return (
        "\n".join(
            f"{each['severity']} {each['kind']} {each['party']['name']} {paths(each)} "
            f"{sorted((f['flag'], f['severity'], f['party']['name'], f['reason']) for f in each['findings'])}"
            for each in alerts
        )
        or "no alerts"
    )
