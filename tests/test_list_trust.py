"""A list cut off on its way clears nobody; who left a list was listed until then."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from monitor.answers.lists import refusals, status
from monitor.journal import Journal
from monitor.run import Pass, run
from monitor.settings import read_settings
from pipelines.configuration import config_toml
from pipelines.store import Store
from tests.cases import MINE, NOW, Case, wordsmith, workspace, write_cases

KNOWN = config_toml("list_coverage.toml")["EL"]
BUYER, LATER = "Orvenholt Systems Co., Ltd.", "Pellworth Cloud Sdn Bhd"


def entries(*names: str) -> list[dict[str, Any]]:
    """A complete list: the names that must be there, these, and others that are nobody's."""
    others = [f"Quarry {number} Works" for number in range(KNOWN["least"])]
    return [
        {"name": name, "aliases": [], "country": "China", "address": None, "effective_date": "2023-03-02",
         "federal_register": "88 FR 12345, 3/5/23", "notes": "For all items subject to the EAR."}
        for name in (*names, *others, *KNOWN["known"])
    ]  # fmt: skip


class World:
    """A workspace whose Entity List is copied again and again."""

    def __init__(self, folder: Path) -> None:
        self.config, self.inbox = workspace(folder), folder / "inbox"
        case = Case("c", wordsmith())
        case.ship("S", "2026-03-02", MINE, f"{BUYER}|CN", quantity=8)
        write_cases(self.inbox, [case])
        self.days = 0

    def copy(self, day: str, *names: str, cut: int | None = None) -> Pass:
        """Put a copy of that day into the inbox, cut off after so many entries, and make a pass."""
        text = {"list_id": "bis-entity-list", "entities": entries(*names)[:cut]}
        (self.inbox / f"entity_list_{day}.json").write_text(json.dumps(text), encoding="utf-8")
        self.days += 1
        return run(read_settings(self.config), now=NOW + dt.timedelta(days=self.days))

    @property
    def journal(self) -> Journal:
        return Journal(read_settings(self.config).journal.url)

    def entry(self, name: str) -> dict[str, Any]:
        listings = Store(read_settings(self.config).store.path).open().tables().frame("listings")
        return listings.filter(listings["name"] == name).to_dicts()[0]

    def told(self) -> dict[str, Any]:
        store = Store(read_settings(self.config).store.path)
        return status(store.open(), refusals(self.journal.troubles()))["lists"][0]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("trust"))


def test_a_complete_copy_is_taken_and_a_cut_one_refused(world: World) -> None:
    assert not world.copy("2026-01-01", BUYER, LATER).failed
    assert (world.told()["coverage"], world.told()["complete_on"]) == ("complete", dt.date(2026, 1, 1))
    refused = world.copy("2026-02-01", cut=1500)
    assert "entity_list_2026-02-01.json: is no complete copy: EL has 1,500 entries" in refused.failed[0]
    assert world.entry(BUYER)["delisted_on"] is None
    assert world.told()["entries"] == len(entries(BUYER, LATER))
    assert "2026-02-01" in world.told()["refused"]
    assert world.journal.troubles()["entity_list"]["state"] == "refused"


def test_who_is_gone_from_the_next_complete_copy_was_taken_off_between(world: World) -> None:
    (world.inbox / "entity_list_2026-02-01.json").unlink()
    done = world.copy("2026-04-01", LATER)
    assert not done.failed
    gone = world.entry(BUYER)
    assert (gone["delisted_on"], gone["delisted_inferred"]) == (dt.date(2026, 4, 1), True)
    assert world.entry(LATER)["delisted_on"] is None
    assert world.journal.troubles() == {}
    (alert,) = [each for each in world.journal.alerts() if each["party"]["name"] == BUYER]
    reasons = [each["reason"] for each in alert["findings"] if each["flag"] == "party_is_listed"]
    assert "no longer on the newest copy of the list" in reasons[0]


def test_an_older_copy_read_later_changes_nothing_and_who_comes_back_is_listed(world: World) -> None:
    world.copy("2025-06-01", LATER)
    assert world.entry(BUYER)["delisted_on"] == dt.date(2026, 4, 1)
    world.copy("2026-05-01", BUYER, LATER)
    assert (world.entry(BUYER)["delisted_on"], world.entry(BUYER)["delisted_inferred"]) == (None, False)
