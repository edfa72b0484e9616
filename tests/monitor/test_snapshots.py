"""What was known at a run stays what it was, through more runs, retention and a vacuum; tampering is named."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from monitor.journal import Journal
from monitor.retention import give_up
from monitor.run import run
from monitor.settings import read_settings
from pipelines.store import Store
from tests.command import answer, entrepot, write_csv
from tests.test_example import write_example

pytestmark = pytest.mark.long

FIRST = dt.datetime(2026, 6, 30, 9, tzinfo=dt.UTC)
HARBOR = "Harbor Cloud Sdn Bhd"
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("screen", "Qinglan Beijing Electronic Information", "--country", "CN"),
    ("owners", HARBOR),
    ("owned", "Crestline Servers Inc"),
    ("trace", HARBOR),
    ("trace", "A4", "--back"),
    ("path", HARBOR, "Brightquay Logistics Ltd"),
    ("neighbors", HARBOR),
    ("alerts", "list", "--status", "open", "--status", "closed", "--status", "in_review"),
    ("lists", "status"),
    ("sources", "quarantine"),
)

WEBHOOK = """
[[channel]]
type = "webhook"
name = "cases"
url = "http://127.0.0.1:9/hook"
secret = "c2VjcmV0c2VjcmV0c2VjcmV0"
timeout_seconds = 1
"""


def told(config: Path, *known: str) -> dict[str, Any]:
    """Ask everything; what only says what was known, or when, is left out of lists."""
    answers = {" ".join(words): answer(*words, *known, config=config) for words in QUESTIONS}
    return {words: _without_known(said) if isinstance(said, list) else said for words, said in answers.items()}


def _without_known(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "known"} for row in rows]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, dict[str, Any]]]:
    """Four passes over a growing inbox, and what each had answered."""
    folder = tmp_path_factory.mktemp("history")
    entrepot("init", folder)
    config, inbox = folder / "monitor.toml", folder / "inbox"
    config.write_text(config.read_text().replace("#keep_days = 400", "keep_days = 5", 1) + WEBHOOK)
    write_example(inbox)
    answers: dict[int, dict[str, Any]] = {}
    for number, day in enumerate((0, 1, 2, 40), 1):
        grow(inbox, number)
        settings = read_settings(config)
        assert run(settings, now=FIRST + dt.timedelta(days=day)).run == number
        if number == 1:
            answers[1] = told(config)
            journal = Journal(settings.journal.url)
            alert = journal.alerts()[0]["id"]
            journal.close(alert, "explained", "ada", "returned to sender", FIRST + dt.timedelta(hours=3))
        answers[number] = answers.get(number) or told(config)
    return config, answers


def grow(inbox: Path, number: int) -> None:
    """Put the next file into the inbox."""
    share = {"owner_name": "Pacific Gain Ltd", "owned_name": HARBOR, "share_min": 60, "share_max": 75}
    entry = {"id": "B1", "shipped_on": "2024-06-20", "shipper_name": HARBOR, "consignee_name": "Pacific Gain Ltd",
             "item": "NVIDIA HGX H100 8-GPU server", "quantity": 4}  # fmt: skip
    if number == 2:
        write_csv(inbox / "ownership.csv", [share])
    if number == 3:
        write_csv(inbox / "more_shipments.csv", [entry, {**entry, "id": "B2", "shipped_on": "no day"}])
    if number == 4:
        write_csv(inbox / "corrected.csv", [{**entry, "quantity": 6, "recorded_at": "2026-08-01"}])


def small_runs(config: Path, count: int) -> None:
    """Make many more runs, each with other rows in tables that answers come from."""
    store = Store(read_settings(config).store.path)
    for number in range(count):
        with store.begin() as writer:
            base = store.open()
            rows = base.table("parties").collect()
            writer.write("parties", rows.with_columns(name=pl.col("name") + f" {number}"))
            writer.write("quarantine", base.table("quarantine").collect().head(number % 2))
            at = FIRST + dt.timedelta(days=41, minutes=number)
            writer.commit(as_of=at.date(), made_at=at, parameters=base.info.parameters, version=base.info.version)


def test_every_answer_stays_what_it_was_through_runs_retention_and_vacuum(
    history: tuple[Path, dict[int, dict[str, Any]]], tmp_path: Path
) -> None:
    config, answers = copied(history[0], tmp_path), history[1]
    kept = {each["run"] for each in answer("runs", config=config) if each["kept"]}
    assert 4 in kept
    assert kept != {1, 2, 3, 4}  # the last pass was due to retire and vacuum
    small_runs(config, 40)
    journal = Journal(read_settings(config).journal.url)
    journal.raise_all([dict(each) for each in journal.alerts("open")], run=44, now=FIRST + dt.timedelta(days=42))
    done = give_up(read_settings(config), FIRST + dt.timedelta(days=60))
    assert done.files > 20
    assert "everything adds up" in entrepot("verify", config=config).stdout
    for number in sorted(kept):
        assert told(config, "--known", str(number)) == answers[number]


def test_an_answer_says_what_was_known(history: tuple[Path, dict[int, dict[str, Any]]]) -> None:
    config, known = history[0], {"run": 4, "made_at": "2026-08-09T09:00:00+00:00"}
    commands = (*QUESTIONS, ("flags", "list"), ("controls",), ("sources", "status"), ("lists", "diff"))
    for words in commands:
        said = answer(*words, "--known", "4", config=config)
        assert all(each["known"] == known for each in (said if isinstance(said, list) else [said])), words
    assert answer("controls", "--known", "2026-08-20", config=config)["on"] == "2026-08-09"


def test_an_alert_is_shown_as_it_was_at_a_run(history: tuple[Path, dict[int, dict[str, Any]]]) -> None:
    config, answers = history
    before = next(each for words, each in answers[1].items() if words.startswith("alerts"))[0]
    then = answer("alerts", "show", before["id"], "--known", "4", config=config)
    assert before["status"] == "open"
    assert then["status"] == "open" or then["disposition"] == "explained"
    assert then["known"]["run"] == 4
    refused = entrepot("alerts", "show", "a-none", "--known", "4", config=config)
    assert (refused.exit_code, "no alert" in refused.stderr) == (2, True)


def test_a_retired_run_says_so_and_lists_go_on(history: tuple[Path, dict[int, dict[str, Any]]]) -> None:
    config = history[0]
    gone = [each["run"] for each in answer("runs", config=config) if not each["kept"]]
    refused = entrepot("owners", HARBOR, "--known", str(gone[0]), config=config)
    assert refused.exit_code == 2
    assert f"--known: run {gone[0]} of 2026-" in refused.stderr
    assert "was retired on 2026-08-09" in refused.stderr
    assert answer("lists", "diff", config=config)["from"]["run"] not in gone


def test_a_vacuum_says_what_goes_and_does_nothing_when_only_asked(
    history: tuple[Path, dict[int, dict[str, Any]]], tmp_path: Path
) -> None:
    config = copied(history[0], tmp_path)
    config.write_text(config.read_text().replace("keep_days = 5", "keep_days = 1").replace('"monthly"', '"none"'))
    would = answer("vacuum", "--dry-run", config=config)
    assert answer("vacuum", "--dry-run", config=config) == would
    assert entrepot("vacuum", config=config).stdout.startswith(
        f"{len(would['retired'])} run retired, {would['files']} files with {would['bytes']:,} bytes removed"
    )
    needed = Journal(read_settings(config).journal.url).runs_needed([1, 2, 3, 4])
    assert {each["run"] for each in answer("runs", config=config) if each["kept"]} == {*needed, 4}
    assert entrepot("verify", config=config).exit_code == 0


def copied(config: Path, to: Path) -> Path:
    """Copy a workspace, so that it may be harmed."""
    shutil.copytree(config.parent, to / "w")
    return to / "w" / "monitor.toml"


def edit_an_event(journal: sqlite3.Connection) -> str:
    journal.execute("UPDATE alert_events SET why = 'nothing' WHERE what = 'closed'")
    return "is not as it was written"


def take_an_event_out(journal: sqlite3.Connection) -> str:
    journal.execute("DELETE FROM alert_events WHERE number = 2")
    return "event 3 of alert"


def edit_an_alert(journal: sqlite3.Connection) -> str:
    alert, body = journal.execute("SELECT id, body FROM alerts").fetchone()
    said = json.dumps({**json.loads(body), "severity_reason": "none at all"})
    journal.execute("UPDATE alerts SET body = ? WHERE id = ?", (said, alert))
    return f"journal: alert {alert} is not as run"


def close_an_alert_without_a_word(journal: sqlite3.Connection) -> str:
    journal.execute("UPDATE alerts SET status = 'in_review', disposition = NULL")
    return "is in_review, by its history"


def edit_what_an_alert_said(journal: sqlite3.Connection) -> str:
    journal.execute("UPDATE alert_contents SET body = replace(body, 'Harbor', 'Harbour') WHERE number = 1")
    return "at run 1 is not as it was written"


def edit_a_message(journal: sqlite3.Connection) -> str:
    journal.execute("UPDATE outbox SET body = replace(body, 'Harbor', 'Harbour') WHERE number = 1")
    return "to cases is not as it was queued"


def lose_a_message(journal: sqlite3.Connection) -> str:
    journal.execute("UPDATE outbox SET next_try_at = NULL, error = NULL, delivered_at = NULL WHERE number = 1")
    return "neither waits nor was delivered"


def name_a_run_there_never_was(journal: sqlite3.Connection) -> str:
    journal.execute("INSERT INTO runs_raised (run, at) VALUES (77, '2026-01-01 00:00:00')")
    return "journal: alerts of run 77 were raised, which the store does not have"


def rest_on_another_run(journal: sqlite3.Connection) -> str:
    journal.execute("UPDATE alerts SET body = json_set(body, '$.snapshot.made_at', '2020-01-01T00:00:00+00:00')")
    return "rests on another run"


@pytest.mark.parametrize(
    "change",
    [
        edit_an_event, take_an_event_out, edit_an_alert, close_an_alert_without_a_word, edit_what_an_alert_said,
        edit_a_message, lose_a_message, name_a_run_there_never_was, rest_on_another_run,
    ],
)  # fmt: skip
def test_what_was_changed_in_the_journal_is_named(
    history: tuple[Path, dict[int, dict[str, Any]]], tmp_path: Path, change: Callable[[sqlite3.Connection], str]
) -> None:
    config = copied(history[0], tmp_path)
    with sqlite3.connect(config.parent / "journal.db") as journal:
        line = change(journal)
    journal.close()
    found = entrepot("verify", "--json", config=config)
    said = json.loads(found.stdout)
    assert (found.exit_code, said["adds_up"]) == (1, False)
    assert any(line in each for each in said["wrong"])


def test_counts_that_do_not_add_up_are_named(history: tuple[Path, dict[int, dict[str, Any]]], tmp_path: Path) -> None:
    config = copied(history[0], tmp_path)
    store = Store(read_settings(config).store.path)
    with store.begin() as writer:
        base = store.open()
        readings = base.table("readings").collect()
        more = pl.col("reading").str.replace('"accepted": 5', '"accepted": 6', literal=True)
        writer.write("readings", readings.with_columns(more))
        gone = pl.DataFrame([("shipments", 1, 2)], schema=["table", "key", "version"], orient="row")
        writer.write("superseded", pl.concat([base.table("superseded").collect(), gone]))
        writer.commit(as_of=base.info.as_of, made_at=FIRST + dt.timedelta(days=50), version="0.1.0")
    found = entrepot("verify", config=config)
    shown = found.stdout
    assert found.exit_code == 1
    assert shown.splitlines()[-1].endswith(" do not add up")
    assert "5 rows read are not 6 accepted + 0 duplicate + 0 quarantined" in shown
    assert "superseded: 1 entries are of versions of records of shipments that are not there" in shown
