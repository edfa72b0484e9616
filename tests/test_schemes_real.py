"""The real lists beside records nobody has seen: honest trade raises next to nothing, listed parties are found."""

from __future__ import annotations

import json
import random
import re
import shutil

import pytest

from pipelines.normalize.countries import country_code
from tests.cases import MINE, Alert, Case, alerts_of, of_case, told, wordsmith, workspace, write_cases
from tests.honest_trade import honest_trade
from tests.shared_data import real_data

LISTS = ("bis_entity_list.json", "csl_2026-07-31.csv")
SAMPLE = 60
FORMS = re.compile(r"[,.]?\s*\b(co|ltd|limited|llc|inc|company|corporation|corp)\b\.?", re.IGNORECASE)


def listed_parties(case: Case, seed: int = 4) -> list[str]:
    """Ship to companies of the real Entity List, each under a name or alias of its entry, written in capitals."""
    text = (real_data() / "lists" / LISTS[0]).read_text(encoding="utf-8")
    rng, chosen = random.Random(seed), list[str]()  # noqa: S311 (a fixed seed, no secret)
    whole = [
        entry for entry in json.loads(text)["entities"]
        if entry["name"] and not entry["name"].startswith("Address") and len(entry["name"]) > 14
        and (entry["notes"] or "").startswith("For all items subject to the EAR. (See §")
        and country_code(entry["country"] or "") not in (None, "US")
    ]  # fmt: skip
    for number, entry in enumerate(rng.sample(whole, SAMPLE)):
        names = [each for each in [entry["name"], *(entry["aliases"] or [])] if len(each) > 14]
        name = FORMS.sub("", rng.choice(names)).strip(" ,.").upper()
        country = country_code(entry["country"]) or ""
        case.own.add(name)
        case.ship(f"L{number}", "2026-06-10", MINE, f"{name}|{country}|", quantity=2)
        chosen.append(name)
    return chosen


def quarter(day: str) -> str:
    return f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Case, list[str], list[Alert]]:
    lists, folder, words = real_data() / "lists", tmp_path_factory.mktemp("real"), wordsmith()
    honest, listed = Case("honest", words), Case("listed", words)
    honest_trade(honest, 3000)
    names = listed_parties(listed)
    config = workspace(folder)
    write_cases(folder / "inbox", [honest, listed])
    for name in LISTS:
        shutil.copy(lists / name, folder / "inbox")
    return honest, listed, names, alerts_of(config)


def test_honest_trade_raises_at_most_two_grave_alerts_per_thousand_active_buyers_and_quarter(
    world: tuple[Case, Case, list[str], list[Alert]],
) -> None:
    honest, _, _, alerts = world
    buyers = {(row["consignee_name"], quarter(row["shipped_on"])) for row in honest.rows["shipments"]}
    grave = [each for each in of_case(honest, alerts) if each["severity"] in ("high", "critical")]
    assert len(grave) <= 2 * len(buyers) / 1000, told(grave)


def test_deliveries_to_companies_of_the_real_list_are_critical(
    world: tuple[Case, Case, list[str], list[Alert]],
) -> None:
    _, _, names, alerts = world
    found = {each["party"]["name"] for each in alerts if each["severity"] == "critical"
             and any(one["flag"] == "party_is_listed" for one in each["findings"])}  # fmt: skip
    missed = sorted(set(names) - found)
    assert len(missed) <= 0.05 * len(names), missed
