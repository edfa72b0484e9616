"""What lists a run holds and how they differ between two runs, as users ask for it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from monitor.answers.lists import difference, status
from pipelines.build import Known, build
from pipelines.known.presence import COPIES
from pipelines.reading.versions import record_schema
from pipelines.store import Store, StoredRun
from tests.command import answer, entrepot

JAN, MAY, JUN = dt.date(2026, 1, 9), dt.date(2026, 5, 1), dt.date(2026, 6, 1)


def entry(name: str, **said: Any) -> dict[str, Any]:
    return {"list": "EL", "source": "entity_list", "file": "el.json", "record": name, "name": name, "country": ["CN"],
            "line": 1, "content": name, "published_on": JAN, **said}  # fmt: skip


def kept(store: Store, as_of: dt.date, *rows: dict[str, Any], complete: bool = False) -> StoredRun:
    """Keep a run of these entries."""
    records = pl.DataFrame(rows, schema=record_schema("listings"))
    built = build(Known(records={"listings": records}, reports=(), own_names=(), as_of=as_of))
    made_at = dt.datetime(as_of.year, as_of.month, as_of.day, tzinfo=dt.UTC)
    with store.begin() as writer:
        writer.append("listings", records)
        for name in sorted(built.tables.frames):
            writer.write(name, built.tables.frame(name))
        if complete:
            writer.write("list_copies", pl.DataFrame([("entity_list", "EL", as_of)], schema=COPIES, orient="row"))
        writer.commit(as_of=as_of, made_at=made_at, lists={}, parameters={}, judgments=0, version="test")
    return store.open()


def test_a_list_is_told_with_its_file_entries_newest_date_and_age(tmp_path: Path) -> None:
    rows = (entry("a", recorded_on=MAY), entry("b", recorded_on=MAY, published_on=MAY), entry("c", delisted_on=JAN))
    (told,) = status(kept(Store(tmp_path), JUN, *rows))["lists"]
    assert told == {
        "list": "EL", "source": "entity_list", "file": "el.json", "version": "2026-05-01", "entries": 2, "ended": 1,
        "newest_on": MAY, "effect": "prohibits", "coverage": "excerpt", "complete_on": None, "refused": None,
        "age_days": 31,
    }  # fmt: skip


def test_a_complete_copy_and_a_refused_one_are_told(tmp_path: Path) -> None:
    run = kept(Store(tmp_path), JUN, entry("a"), complete=True)
    (told,) = status(run, {"entity_list": "el.json: is no complete copy"})["lists"]
    assert (told["coverage"], told["complete_on"], told["refused"]) == ("complete", JUN, "el.json: is no complete copy")


def test_a_list_of_ones_own_is_not_judged(tmp_path: Path) -> None:
    (told,) = status(kept(Store(tmp_path), JUN, entry("a", list="Ours", source="listings")))["lists"]
    assert (told["coverage"], told["effect"]) == ("not_judged", "conditions")


def test_two_runs_differ_by_what_was_added_removed_and_changed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    before = kept(store, MAY, entry("stays"), entry("goes"), entry("ends"), entry("moves", addresses=["1 Quay"]))
    moved = entry("moves", addresses=["1 Quay", "2 Quay"], content="m2", recorded_on=JUN)
    after = kept(store, JUN, entry("stays"), entry("ends", delisted_on=MAY, content="e2"), moved, entry("comes"))
    found = difference(before, after)
    assert [each["name"] for each in found["added"]] == ["comes"]
    assert {each["name"]: each["delisted_on"] for each in found["removed"]} == {"goes": None, "ends": MAY}
    (changed,) = found["changed"]
    assert (changed["name"], changed["changes"]) == (
        "moves", {"addresses": {"from": ["1 Quay"], "to": ["1 Quay", "2 Quay"]}},
    )  # fmt: skip
    assert difference(after, after) | {"from": 0, "known": 0} == {
        "on": None, "from": 0, "known": 0, "added": [], "removed": [], "changed": [],
    }  # fmt: skip


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two runs: an entry leaves a private list and another comes."""
    folder = tmp_path_factory.mktemp("lists")
    assert entrepot("init", folder).exit_code == 0
    config, first = folder / "monitor.toml", ["Tallvik Works,EE,", "Velograd Pipes,RU,"]
    later = ["Tallvik Works,EE,2026-05-09", "Velograd Pipes,RU,", "Harbor Optics,AE,"]
    for day, rows in (("2026-05-01", first), ("2026-06-01", later)):
        config.write_text(f'as_of = "{day}"\n' + config.read_text().split("\n", 1)[1])
        lines = ["list,name,country,expires_on", *(f"Ours,{row}" for row in rows)]
        (folder / "inbox" / f"listings_{day}.csv").write_text("\n".join(lines) + "\n")
        assert entrepot("run", config=config).exit_code == 0
    return config


def test_the_commands_tell_lists_of_the_run_asked_for(config: Path) -> None:
    (now,) = answer("lists", "status", config=config)["lists"]
    before = answer("lists", "status", "--known", "1", config=config)
    assert (now["list"], now["entries"], now["ended"]) == ("Ours", 2, 1)
    assert (before["known"]["run"], before["lists"][0]["entries"]) == (1, 2)
    assert "Ours" in entrepot("lists", "status", config=config).stdout


def test_an_entry_that_expired_no_longer_matches(config: Path) -> None:
    asked = ("screen", "Tallvik Works", "--country", "EE")
    before, now = answer(*asked, "--known", "1", config=config), answer(*asked, config=config)
    assert ([each["entry"] for each in before["matches"]], before["ended"]) == (["Tallvik Works"], [])
    assert (now["matches"], [each["delisted_on"] for each in now["ended"]]) == ([], ["2026-05-09"])
    assert "No longer in force" in entrepot(*asked, config=config).stdout


def test_the_difference_of_the_last_two_runs_is_told(config: Path) -> None:
    found = answer("lists", "diff", config=config)
    assert (found["from"]["run"], found["known"]["run"]) == (1, 2)
    assert ([each["name"] for each in found["added"]], [each["name"] for each in found["removed"]]) == (
        ["Harbor Optics"], ["Tallvik Works"],
    )  # fmt: skip
    shown = entrepot("lists", "diff", "--from", "1", "--to", "2", config=config).stdout
    assert "Added: 1 entry" in shown
    assert "Ours: Tallvik Works (EE), last day 2026-05-09" in shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--known", "1"), "run 1 is the first"),
        (("--from", "2", "--to", "1"), "turn them round"),
        (("--from", "nine"), "--from: 'nine' is not a date"),
        (("--to", "9"), "--to: no run 9"),
        (("--to", "2", "--known", "2"), "give one of them"),
    ],
)
def test_wrong_runs_are_said_in_one_line(config: Path, words: tuple[str, ...], says: str) -> None:
    result = entrepot("lists", "diff", *words, config=config)
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_json_of_both_commands_can_be_read(config: Path) -> None:
    for command in ("status", "diff"):
        assert json.loads(entrepot("lists", command, "--json", config=config).stdout)["on"] is None
