"""Every command as users type it, with and without --json, on the worked example."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.command import answer, entrepot, write_csv
from tests.test_example import LISTED, UNIT, write_example

KNOWN = {"run", "made_at"}
UNITS = {"least", "likely", "first_in_first_out", "most"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    assert entrepot("init", folder).exit_code == 0
    config = folder / "monitor.toml"
    text = config.read_text().replace("parties = []", 'parties = ["Crestline Servers Inc"]', 1)
    config.write_text('as_of = "2026-06-30"\n' + text)
    write_example(folder / "inbox")
    rows = [
        {"owner_name": "Pacific Gain Ltd", "owned_name": "Brightquay Logistics Ltd", "share_min": 60, "share_max": 75},
        {"owner_name": "Qinglan Beijing Electronic Information Co Ltd", "owned_name": "Pacific Gain Ltd",
         "share_min": 51, "share_max": 51},
    ]  # fmt: skip
    write_csv(folder / "inbox" / "ownership.csv", rows)
    result = entrepot("run", config=config)
    assert result.exit_code == 0, result.output
    return config


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"entrepot \d+\.\d+\.\d+\n", entrepot("--version").stdout)


def test_every_command_has_a_short_and_true_help() -> None:
    listed = entrepot("--help").stdout
    for command in (
        "demo", "init", "check", "run", "daemon", "alerts", "screen", "owners", "owned", "trace", "path", "neighbors",
        "flags", "controls", "runs", "verify", "vacuum", "sources", "lists",
    ):  # fmt: skip
        assert f"\n  {command} " in listed
        shown = entrepot(command, "--help")
        assert shown.exit_code == 0
        assert len(shown.stdout.splitlines()) < 40


def test_init_writes_what_is_needed_and_keeps_what_is_there(tmp_path: Path) -> None:
    first = entrepot("init", tmp_path / "w")
    assert first.exit_code == 0
    assert "16 header-only templates written" in first.stdout
    assert f"entrepot run --config {tmp_path / 'w' / 'monitor.toml'}" in first.stdout
    (tmp_path / "w" / "monitor.toml").write_text("inbox = 'inbox'\n")
    again = entrepot("init", tmp_path / "w")
    assert f"kept {tmp_path / 'w' / 'monitor.toml'} as it is" in again.stdout
    assert (tmp_path / "w" / "monitor.toml").read_text() == "inbox = 'inbox'\n"


def test_a_run_over_templates_alone_names_no_source(tmp_path: Path) -> None:
    entrepot("init", tmp_path)
    result = entrepot("run", config=tmp_path / "monitor.toml")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"no rows to read in {tmp_path / 'inbox'}\n")
    assert ".csv" not in result.output


def test_check_reads_and_changes_nothing(config: Path) -> None:
    found = answer("check", config=config)
    assert set(found) >= {"run", "sources", "not_recognized", "alerts", "seconds"}
    assert found["run"] is None
    assert found["not_recognized"] == {"shipments": 2, "of": 5}
    assert {each["source"]: each["accepted"] for each in found["sources"]} == {
        "parties": 1, "payments": 1, "shipments": 5, "sites": 1, "ownership": 2, "entity_list": 2,
    }  # fmt: skip
    shown = entrepot("check", config=config)
    assert "12 rows read: 12 accepted, 0 duplicate, 0 quarantined" in shown.stdout
    assert len(answer("runs", config=config)) == 1


def test_a_second_run_on_the_same_data_makes_no_run_and_raises_nothing(config: Path) -> None:
    found = answer("run", config=config)
    assert set(found) >= {"run", "sources", "not_recognized", "alerts", "seconds"}
    assert (found["run"], found["new_run"]) == (1, False)
    assert found["alerts"] == {"raised": 0, "updated": 0, "withdrawn": 0}
    assert set(found["sources"][0]) >= {"source", "files", "read", "accepted", "duplicate", "quarantined"}


def test_alerts_are_listed_two_ways(config: Path) -> None:
    found = answer("alerts", "list", config=config)
    ranks = ("critical", "high", "medium", "low")
    assert [each["severity"] for each in found] == sorted((each["severity"] for each in found), key=ranks.index)
    shown = entrepot("alerts", "list", config=config).stdout
    for alert in found:
        assert alert["id"] in shown
    assert "Harbor Cloud Sdn Bhd (Malaysia)" in shown
    assert max(map(len, shown.splitlines())) <= 120
    assert entrepot("alerts", "list", "--status", "closed", config=config).stdout.startswith("no alerts")


def test_an_alert_is_shown_two_ways(config: Path) -> None:
    listed = answer("alerts", "list", config=config)[0]
    found = answer("alerts", "show", listed["id"], config=config)
    assert found == listed
    assert set(found) >= {
        "id", "kind", "status", "severity", "severity_reason", "score", "contributions", "raised_at", "updated_at",
        "title", "summary", "party", "findings", "not_evaluable", "questions", "explanations", "paths", "units", "mine",
        "searched", "clock", "hold", "disposition", "snapshot",
    }  # fmt: skip
    shown = entrepot("alerts", "show", listed["id"], config=config).stdout
    for words in ("Summary", "Path 1 of", "Red flags", "Searched", "History", "screening result for review"):
        assert words in shown


def test_screen_explains_its_matches(config: Path) -> None:
    found = answer("screen", "QINGLAN BEIJING ELECTRONIC INFORMATION", "--country", "CN", config=config)
    assert set(found) >= {"query", "matches", "searched", "on", "known"}
    assert set(found["known"]) == KNOWN
    first = found["matches"][0]
    assert set(first) >= {
        "list", "entry", "name", "score", "band", "published_on", "effective_on", "citation", "evidence",
    }  # fmt: skip
    assert (first["list"], first["band"], first["effective_on"]) == ("EL", "match", "2025-03-25")
    assert set(first["evidence"][0]) == {"claim", "detail", "weight"}
    assert found["searched"]["lists"]["EL"]["entries"] == 2
    assert found["searched"]["lists"]["EL"]["version"]
    shown = entrepot("screen", "QINGLAN BEIJING ELECTRONIC INFORMATION", config=config).stdout
    assert "Qinglan" in shown
    assert "Searched: EL (2 entries" in shown


def test_screen_with_an_address_finds_an_entry_without_a_name(config: Path) -> None:
    words = ("screen", "Wholly Unrelated Trading", "--address", f"{UNIT}, Hong Kong", "--country", "Hong Kong")
    found = answer(*words, config=config)
    assert found["query"]["country"] == "HK"
    assert [(each["band"], each["evidence"][0]["claim"]) for each in found["matches"]] == [("match", "same_address")]
    assert answer("screen", "Wholly Unrelated Trading", config=config)["matches"] == []
    assert "No match in what was searched" in entrepot("screen", "Wholly Unrelated Trading", config=config).stdout


def test_owners_and_owned_give_chains_totals_tests_and_the_top(config: Path) -> None:
    found = answer("owners", "Brightquay Logistics Limited", "--on", "2025-06-01", config=config)
    assert set(found) >= {
        "party", "on", "known", "chains", "totals", "tests", "ultimate_parent", "headquarters",
    }  # fmt: skip
    assert found["on"] == "2025-06-01"
    assert max(len(chain["parties"]) for chain in found["chains"]) == 3
    assert {"least", "most", "open"} == set(found["chains"][0]["shares"][0])
    assert set(found["totals"][0]) >= {"party", "economic", "listed"}
    assert {test["regime"] for test in found["tests"]} >= {"bis", "ofac", "eu", "uk"}
    assert set(found["tests"][0]) >= {"regime", "result", "least", "most", "by", "settled_by"}
    one = answer("owners", "Brightquay Logistics Limited", "--regime", "bis", config=config)
    assert [test["regime"] for test in one["tests"]] == ["bis"]
    down = answer("owned", "Pacific Gain Ltd", config=config)
    assert [each["party"]["name"].split()[0] for each in down["totals"]] == ["Brightquay"]
    assert down["on"] == "2026-06-30"
    for command in ("owners", "owned"):
        shown = entrepot(command, "Pacific Gain Ltd", config=config)
        assert shown.exit_code == 0
        assert "Pacific Gain Ltd" in shown.stdout


@pytest.mark.parametrize(
    "words",
    [("A1",), ("Harbor Cloud",), ("QINGLAN BEIJING ELECTRONIC INFORMATION", "--back"),
     ("A1", "--to", "QINGLAN BEIJING ELECTRONIC INFORMATION"), ("A1", "-k", "1"), ("A1", "--max-legs", "3")],
    ids=" ".join,
)  # fmt: skip
def test_trace_shows_paths_to_the_restricted_end(config: Path, words: tuple[str, ...]) -> None:
    found = answer("trace", *words, config=config)
    assert set(found) >= {"start", "paths", "units", "searched", "on", "known"}
    records = [[leg["record"] for leg in path["legs"]] for path in found["paths"]]
    assert any(each[-2:] == ["A3", "A4"] for each in records)
    assert set(found["paths"][0]) >= {"end", "ends", "legs", "links", "score"}
    assert [path["score"] for path in found["paths"]] == sorted(
        (path["score"] for path in found["paths"]), reverse=True
    )
    for units in found["units"]:
        assert set(units) >= {"end", "recognized", "if_same_goods", "assumes"}
        assert set(units["if_same_goods"]["units"]) == UNITS
    shown = entrepot("trace", *words, config=config)
    assert shown.exit_code == 0
    assert "Path 1" in shown.stdout
    assert "Searched" in shown.stdout


def test_a_trace_without_a_path_says_what_was_searched_and_never_clear(config: Path) -> None:
    shown = entrepot("trace", "A1", "--max-legs", "1", config=config)
    assert shown.exit_code == 0
    assert "No path found within what was searched." in shown.stdout
    assert "clear" not in shown.stdout.lower()


def test_path_and_neighbors_give_nodes_and_edges(config: Path) -> None:
    for words in (("path", "Crestline Servers Inc", "Brightquay Logistics Ltd"), ("neighbors", "Harbor Cloud")):
        found = answer(*words, config=config)
        assert set(found) >= {"nodes", "edges", "searched", "on", "known"}
        assert set(found["nodes"][0]) >= {"id", "name", "kind"}
        assert set(found["edges"][0]) >= {"from", "to", "kind", "record"}
        shown = entrepot(*words, config=config)
        assert shown.exit_code == 0
        assert "Connections" in shown.stdout
    further = answer("neighbors", "Harbor Cloud", "--hops", "2", config=config)
    assert len(further["nodes"]) > len(answer("neighbors", "Harbor Cloud", config=config)["nodes"])


def test_flags_are_listed_and_shown(config: Path) -> None:
    found = answer("flags", "list", config=config)
    assert len(found) >= 20
    assert all(set(each) >= {"id", "title", "severity", "cites", "parameters", "enabled"} for each in found)
    assert "site_lacks_power" in entrepot("flags", "list", config=config).stdout
    one = answer("flags", "show", "site_lacks_power")
    assert {"says", "misses", "examples"} <= set(one)
    assert "Examples" in entrepot("flags", "show", "site_lacks_power").stdout


def test_controls_are_those_of_the_day_asked(config: Path) -> None:
    found = answer("controls", "--on", "2022-01-01", config=config)
    assert found["on"] == "2022-01-01"
    later = answer("controls", "--on", "2024-01-01", config=config)
    assert {each["id"] for each in later["measures"] if each["binds"]} > {
        each["id"] for each in found["measures"] if each["binds"]
    }
    assert answer("controls", config=config)["on"] == "2026-06-30"
    assert "Measures on 2024-01-01" in entrepot("controls", "--on", "2024-01-01", config=config).stdout


def test_runs_and_sources_are_listed(config: Path) -> None:
    runs = answer("runs", config=config)
    assert set(runs[0]) >= {"run", "as_of", "made_at", "version"}
    assert "2026-06-30" in entrepot("runs", config=config).stdout
    status = answer("sources", "status", config=config)
    assert {each["source"] for each in status} == {
        "parties", "payments", "shipments", "sites", "ownership", "entity_list",
    }  # fmt: skip
    assert set(status[0]) >= {
        "source", "files", "read", "accepted", "duplicate", "quarantined", "last_read_at", "age_hours", "next_due_at",
    }  # fmt: skip
    assert "shipments" in entrepot("sources", "status", config=config).stdout
    assert answer("sources", "quarantine", config=config) == []
    assert "nothing is in quarantine" in entrepot("sources", "quarantine", config=config).stdout


def test_what_was_known_then_can_be_asked(config: Path) -> None:
    made = answer("runs", config=config)[0]["made_at"][:10]
    for known in ("1", made):
        found = answer("owners", "Harbor Cloud", "--known", known, config=config)
        assert found["known"]["run"] == 1


def _alerts(config: Path, *words: str) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in answer("alerts", "list", *words, config=config)}


def test_the_life_of_alerts_over_corrections_new_files_and_new_lists(tmp_path: Path) -> None:
    entities: Any = LISTED["entities"]
    entrepot("init", tmp_path)
    config, inbox = tmp_path / "monitor.toml", tmp_path / "inbox"
    config.write_text('as_of = "2026-06-30"\n' + config.read_text())
    write_example(inbox)
    assert answer("run", config=config)["alerts"]["raised"] == 1
    (first,) = _alerts(config)

    text = (inbox / "shipments.csv").read_text()
    correction = [line for line in text.splitlines() if line.startswith(("id,", "A4,"))]
    (inbox / "shipments_2024-12-31.csv").write_text("\n".join(correction).replace(",36,", ",30,") + "\n")
    assert answer("run", config=config)["alerts"] == {"raised": 0, "updated": 1, "withdrawn": 0}
    ends = {units["end"]: units["if_same_goods"]["units"]["most"] for units in _alerts(config)[first]["units"]}
    assert 30 in ends.values()

    closed = entrepot("alerts", "close", first, "explained", "--because", "own stock", "--who", "Ana", config=config)
    assert closed.stdout == f"{first} closed: explained\n"
    twice = entrepot("alerts", "close", first, "explained", "--because", "again", config=config)
    assert (twice.exit_code, "closed already" in twice.stderr) == (1, True)
    assert not _alerts(config)
    assert _alerts(config, "--status", "closed")[first]["disposition"]

    row = {"id": "N1", "shipped_on": "2024-07-02", "arrived_on": "2024-07-09", "shipper_name": "Orion Boards GmbH",
           "shipper_country": "DE", "consignee_name": "Vellmark Trading Co", "consignee_country": "CN",
           "item": "NVIDIA HGX H100 8-GPU server", "quantity": 4, "value": 1_080_000, "license": ""}  # fmt: skip
    write_csv(inbox / "shipments_new.csv", [row])
    assert answer("run", config=config)["alerts"]["raised"] == 1
    (second,) = _alerts(config)
    assert _alerts(config, "--status", "closed")[first]["status"] == "closed"

    dated = {"effective_date": "2024-01-02", "federal_register": "89 FR 100, 1/2/24"}
    vellmark = {**entities[0], "name": "Vellmark Trading Co., Ltd.", "aliases": [], **dated}
    listed = {**LISTED, "entities": [*entities, vellmark]}
    (inbox / "entity_list.json").write_text(json.dumps(listed), encoding="utf-8")
    done = answer("run", config=config)
    assert (done["new_run"], done["alerts"]["withdrawn"]) == (True, 0)
    flags = {each["flag"] for alert in _alerts(config).values() for each in alert["findings"]}
    assert "party_is_listed" in flags
    assert second in _alerts(config)


def test_the_demo_finds_what_was_planted_and_will_not_mix_with_your_files(tmp_path: Path) -> None:
    shown = entrepot("demo", tmp_path / "demo", "--shipments", "800")
    assert shown.exit_code == 0
    for words in ("All names are made up", "Honest look-alikes", "Alerts, worst first", "Path 1 of", "Next:"):
        assert words in shown.stdout
    assert "not found" not in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 200
    again = entrepot("demo", tmp_path / "demo")
    assert (again.exit_code, "is not empty; name a new folder" in again.stderr) == (2, True)


def test_the_demo_tells_all_as_json() -> None:
    found = answer("demo", "--shipments", "500", "--seed", "3")
    assert set(found) >= {"folder", "shipments", "parties", "seconds", "truth", "alerts"}


def test_the_daemon_makes_a_pass_and_ends_when_told(tmp_path: Path) -> None:
    entrepot("init", tmp_path)
    write_example(tmp_path / "inbox")
    config = tmp_path / "monitor.toml"
    command = [sys.executable, "-m", "monitor", "daemon", "--config", str(config)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], env=dict(os.environ)
    ) as process:
        health, until = tmp_path / "daemon.json", time.monotonic() + 60
        while not (health.exists() and json.loads(health.read_text())["passes"]):
            assert time.monotonic() < until
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events[0] == "daemon started"
    assert {"pass started", "pass finished"} <= set(events)
    assert events[-1] == "daemon stopped"
    assert len(answer("alerts", "list", config=config)) == 1
