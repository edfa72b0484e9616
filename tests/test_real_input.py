"""The complete real lists and real ownership, with made-up shipments that lead to listed names and honest ones beside.

What is run: every entry of the Entity List and the Consolidated Screening List as published, 19 real corporate groups
from BODS statements, and a few hundred shipments made here. Through fictional intermediaries some lead to real listed
names, picked at run time and written as a customs form writes them; the others go between fictional companies and real
unlisted ones of the groups. Nothing made here is kept or printed beyond counts.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import re
import resource
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from monitor.journal import Journal
from monitor.run import Pass, run
from monitor.settings import read_settings
from monitor.workspace import make_workspace
from pipelines.store import Store
from tests.shared_data import real_data

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
SERVER, USER = "NVIDIA HGX H100 8-GPU server", "Ostrava Vale Compute Inc"
FORMS = re.compile(
    r"[,\s]*\b(Co\.?,?\s*Ltd\.?|Company Limited|Limited|Ltd\.?|Inc\.?|Corporation|Corp\.?|LLC|GmbH|Pte|Sdn Bhd)\.?\s*$",
    re.IGNORECASE,
)


@dataclass
class Made:
    """Files made for the test, and what should be found in them."""

    shipments: list[dict[str, Any]] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=dict)
    honest: list[str] = field(default_factory=list)

    def ship(
        self,
        day: str,
        shipper: tuple[str, str, str],
        consignee: tuple[str, str, str],
        item: str,
        quantity: int,
        value: int,
        hs_code: str,
    ) -> None:
        self.shipments.append(
            {
                "id": f"R{len(self.shipments) + 1:04}",
                "shipped_on": day,
                "arrived_on": (dt.date.fromisoformat(day) + dt.timedelta(days=4)).isoformat(),
                **{
                    f"{role}_{part}": value_
                    for role, side in (("shipper", shipper), ("consignee", consignee))
                    for part, value_ in zip(("name", "country", "address"), side, strict=True)
                },
                "item": item,
                "quantity": quantity,
                "value": value,
                "hs_code": hs_code,
                "license": "",
            }
        )


def _as_on_a_form(entry: Mapping[str, Any], way: int) -> str:
    """Spell a listed name as customs forms do: upper case, legal form dropped or varied, an alias."""
    name = entry["aliases"][0] if way == 2 and entry["aliases"] else entry["name"]
    bare = FORMS.sub("", re.sub(r"[.,()]", " ", name)).strip()
    spelled = {0: name.upper(), 1: bare.upper(), 2: name, 3: f"{bare} CO LIMITED".upper()}[way]
    return re.sub(r"\s+", " ", spelled)


def _listed(folder: Path, rng: random.Random, count: int) -> list[dict[str, Any]]:
    """Pick entries of China with a distinctive name, for all items, every notice of them before 2024."""
    entries = json.loads((folder / "lists" / "bis_entity_list.json").read_text(encoding="utf-8"))["entities"]
    return rng.sample([each for each in entries if _fits(each)], count)


def _fits(entry: Mapping[str, Any]) -> bool:
    years = [int(year) for year in re.findall(r"\d+/\d+/(\d\d)\b", entry["federal_register"] or "")]
    return (
        entry["country"] == "China"
        and bool(years)
        and max(years) <= 23
        and re.match(r"(for )?all items", entry["notes"], re.IGNORECASE) is not None
        and not re.search(r"except|when used", entry["notes"])
        and len(entry["name"].split()) >= 3
        and "(" not in entry["name"]
        and not entry["name"].startswith("Address")
    )


def _addresses(folder: Path) -> list[str]:
    entries = json.loads((folder / "lists" / "bis_entity_list.json").read_text(encoding="utf-8"))["entities"]
    return [each["address"] for each in entries if each["name"].startswith("Address") and each["country"] == "China"]


def _spelled_otherwise(address: str) -> str:
    text = address.upper().rstrip(".").replace(", HONG KONG", "").replace("KOWLOON", "KLN").replace("ROAD", "RD")
    text = text.replace("NO. ", "").replace("CENTRE", "CTR").replace("BUILDING", "BLDG").replace("STREET", "ST")
    return re.sub(r"\b(UNIT|ROOM)\b", "RM", text)


def _groups(folder: Path) -> list[tuple[str, str, str]]:
    """Names of real unlisted companies of the groups, as honest consignees of honest goods."""
    with (folder / "lists" / "csl_2026-07-31.csv").open(encoding="utf-8", newline="") as lines:
        listed = {
            name.strip().upper()
            for row in csv.DictReader(lines)
            for name in (row["name"], *row["alt_names"].split(";"))
        }
    found = []
    for file in sorted((folder / "ownership" / "bods" / "groups").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            statement = json.loads(line)
            if statement["recordType"] == "entity" and statement["recordStatus"] != "closed":
                found.append(statement["recordDetails"]["name"])
    return [(name, "GB", "") for name in dict.fromkeys(found) if name.upper() not in listed]


def _make(folder: Path) -> Made:
    rng, made = random.Random(20261121), Made()  # noqa: S311 - a test world
    user, maker = (USER, "US", "1 Quarry Road, Fremont"), ("Tarnholm Boards GmbH", "DE", "")
    for number, entry in enumerate(_listed(folder, rng, 24)):
        buyer = (f"Velmora Digital {_word(rng)} Sdn Bhd", "MY", f"{number + 3} Jalan Kenari, Johor Bahru")
        end = (_as_on_a_form(entry, number % 4), "CN", "")
        month = 1 + number % 9
        made.ship(f"2024-{month:02}-03", user, buyer, SERVER, 20 + number, 272_000 * (20 + number), "847150")
        recognized = number % 2 == 0
        made.ship(
            f"2024-{month:02}-25",
            buyer,
            end,
            SERVER if recognized else "computer parts",
            20 + number,
            272_000 * (20 + number),
            "847150" if recognized else "847330",
        )
        made.ends[buyer[0]] = entry["name"]
    for number, address in enumerate(_addresses(folder)[:6]):
        buyer = (f"Brimstad Compute {_word(rng)} Pte Ltd", "SG", f"{number + 11} Tampoi Crescent")
        end = (f"Keldmere {_word(rng)} Limited", "HK", _spelled_otherwise(address))
        made.ship("2026-02-03", user, buyer, SERVER, 12, 272_000 * 12, "847150")
        made.ship("2026-02-20", buyer, end, SERVER, 12, 272_000 * 12, "847150")
        made.ends[buyer[0]] = address
    for number, company in enumerate(rng.sample(_groups(folder), 120)):
        made.ship(f"2025-{1 + number % 12:02}-14", maker, company, "LCD monitor 27 inch", 40, 9_600, "852852")
        made.honest.append(company[0])
    for number in range(120):
        operator = (f"Orsalund Cloud {_word(rng)} K.K.", "JP", f"{number + 5} Sakuragaoka, Osaka")
        made.ship(f"2025-{1 + number % 12:02}-09", user, operator, SERVER, 16, 272_000 * 16, "847150")
        made.honest.append(operator[0])
    return made


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("bdfgklmnprstv") + rng.choice("aeiou") for _ in range(4)).title()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made, Pass, float]:
    folder, workspace = real_data(), tmp_path_factory.mktemp("real")
    make_workspace(workspace)
    config, inbox = workspace / "monitor.toml", workspace / "inbox"
    config.write_text(config.read_text().replace("parties = []", f'parties = ["{USER}"]', 1))
    for name in ("bis_entity_list.json", "csl_2026-07-31.csv"):
        shutil.copy(folder / "lists" / name, inbox)
    for file in (folder / "ownership" / "bods" / "groups").glob("*.jsonl"):
        shutil.copy(file, inbox)
    made = _make(folder)
    with (inbox / "shipments.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(made.shipments[0]))
        writer.writeheader()
        writer.writerows(made.shipments)
    began = time.monotonic()
    result = run(read_settings(config), now=NOW)
    return config, made, result, time.monotonic() - began


def test_every_list_entry_and_statement_is_accounted_for(
    done: tuple[Path, Made, Pass, float], capsys: pytest.CaptureFixture[str]
) -> None:
    config, made, result, seconds = done
    read: dict[str, int] = {}
    for report in result.reports:
        assert report.failed is None
        assert report.read == report.accepted + report.duplicate + report.quarantined
        read[report.source] = read.get(report.source, 0) + report.read
    tables = Store(read_settings(config).store.path).open().tables()
    assert read["entity_list"] == 3409
    assert read["screening_list"] == 25_921
    listings, parties = tables.frame("listings").height, tables.frame("parties").height
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with capsys.disabled():
        print(
            f"\nreal input: {listings:,} listings, {parties:,} parties, {len(made.shipments)} shipments, "
            f"{seconds:.0f} s, {memory:,.0f} MB at the peak"
        )
    assert listings > 25_000
    assert parties > 700


def test_each_listed_end_is_found_with_its_path(done: tuple[Path, Made, Pass, float]) -> None:
    config, made, _, _ = done
    alerts = Journal(read_settings(config).journal.url).alerts()
    missed = []
    for buyer in made.ends:
        naming = [
            alert
            for alert in alerts
            if any(buyer in (leg["from"]["name"], leg["to"]["name"]) for path in alert["paths"] for leg in path["legs"])
        ]
        rules = {
            reason["rule"]
            for alert in naming
            for path in alert["paths"]
            for reason in path["end"]["restricted_because"]
            if reason["on_the_day"]
        }
        if not any(alert["severity"] in ("high", "critical") for alert in naming) or not rules & {
            "listed",
            "listed_address",
        }:
            missed.append(buyer)
    assert missed == []


def test_no_honest_shipment_raises_a_high_or_critical_alert(done: tuple[Path, Made, Pass, float]) -> None:
    config, made, _, _ = done
    honest = set(made.honest)
    raised = [
        alert["party"]["name"]
        for alert in Journal(read_settings(config).journal.url).alerts()
        if alert["severity"] in ("high", "critical") and alert["party"]["name"] in honest
    ]
    assert raised == []
