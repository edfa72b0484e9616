"""Bad input through the real command: one clear line each, the rest goes on, nothing accepted before is lost."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import Result

from monitor.channels.letter import letter
from monitor.journal import Delivery
from pipelines.store import Store
from tests.command import answer, entrepot, write_csv
from tests.test_example import write_example

ESCAPES = "\x1b[31mBrig\x1b[0mhtway\x07 \u202eGroup\u202c <b onload=alert(1)>Ltd</b>"
"""A name that would color the terminal, ring its bell, turn its letters and run in a browser."""

GOOD: dict[str, Any] = {
    "id": "C1",
    "shipped_on": "2024-05-02",
    "arrived_on": "2024-05-09",
    "shipper_name": "Crestline Servers Inc",
    "shipper_country": "US",
    "consignee_name": "Harbor Cloud Sdn Bhd",
    "consignee_country": "MY",
    "item": "NVIDIA HGX H100 8-GPU server",
    "quantity": "2",
    "value": "540000",
}

BAD_ROWS = [
    ({"shipped_on": "2024-02-30"}, "column shipped_on: “2024-02-30” is no date; write it as 2024-05-31"),
    ({"shipped_on": "05/06/2024"}, "column shipped_on: “05/06/2024” is no date; write it as"),
    ({"arrived_on": "2024-01-01"}, "column arrived_on: “2024-01-01” is before shipped_on; correct one"),
    ({"shipped_on": "0024-05-02"}, "column shipped_on: “0024-05-02” is no"),
    ({"quantity": "-3"}, "column quantity: “-3” is negative; write"),
    ({"quantity": "ten"}, "column quantity: “ten” is no number; write digits"),
    ({"quantity": "=1+1"}, "column quantity: “=1+1” is no number; write digits"),
    ({"quantity": "NaN"}, "column quantity: is required and empty; fill it in"),
    ({"value": "1e999"}, "column value: “1e999” is no number; write digits"),
    ({"consignee_country": "Atlantis"}, "column consignee_country: “Atlantis” is no country we know; write the ISO"),
    ({"consignee_name": ""}, "column consignee_name: is required and empty; fill it in"),
    ({"id": ""}, "column id: is required and empty; fill it in"),
]

BAD_FILES = [
    ("failed: shipments_without.csv: required column consignee_name of shipments missing", "add it or declare"),
    ("failed: payments_empty.csv: is empty", "give it a header line and rows"),
    ("failed: sites.bin.csv: is not text (binary content)", "export the table as CSV"),
    ("left out: photo.csv: is not text (binary content)", "export the table as CSV"),
    ("left out: notes.csv: not understood (its columns are dear, diary)", "declare a mapping"),
    ("failed: csl_cut.json: is broken or cut off JSON", "download it again"),
    ("failed: orders_growing.csv: changes while it is read", "copy it under another name"),
    ("failed: erp.toml", ""),
]


@dataclass(frozen=True)
class Workspace:
    """A workspace after a good run and one with everything bad in it."""

    config: Path
    before: list[dict[str, Any]]
    result: Result

    @property
    def lines(self) -> list[str]:
        return self.result.stdout.splitlines()


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("bad")
    entrepot("init", folder)
    config, inbox = folder / "monitor.toml", folder / "inbox"
    config.write_text('as_of = "2026-06-30"\n' + config.read_text())
    write_example(inbox)
    assert entrepot("run", config=config).exit_code == 0
    before = answer("alerts", "list", config=config)
    spoil(inbox)
    (inbox / "payments.csv").unlink()
    (inbox / "sites.csv").write_text((inbox / "sites.csv").read_text()[:40])
    (folder / "erp.csv").write_text("No,A\n1,2\n")
    (folder / "erp.toml").write_text('table = "shipments"\n[columns]\nid = "Number"\n')
    declared = '\n[[source]]\nid = "erp"\npath = "erp.csv"\nmapping = "erp.toml"\n'
    config.write_text(config.read_text() + declared)
    with pytest.MonkeyPatch.context() as patch:
        whole = Path.read_bytes

        def growing(self: Path) -> bytes:
            content = whole(self)
            if self.name == "orders_growing.csv":
                self.write_bytes(content + b"more")
            return content

        patch.setattr(Path, "read_bytes", growing)
        result = entrepot("run", config=config)
    return Workspace(config, before, result)


def spoil(inbox: Path) -> None:
    """Put every kind of bad file beside the good ones."""
    rows = [{**GOOD, "id": f"B{number}", **change} for number, (change, _) in enumerate(BAD_ROWS)]
    write_csv(inbox / "shipments_rows.csv", rows)
    named = {"consignee_name": ESCAPES, "consignee_country": "HK", "item": "=cmd|' /C calc'!A0"}
    write_csv(inbox / "shipments_odd.csv", [{**GOOD, "id": "X1", **named}])
    write_csv(inbox / "shipments_without.csv", [{k: v for k, v in GOOD.items() if k != "consignee_name"}])
    bomb = ",".join(GOOD) + "\n" + ",".join(map(str, {**GOOD, "id": "Y1", "item": "x" * 3_000_000}.values()))
    (inbox / "shipments_bomb.csv").write_text(bomb + "\n")
    (inbox / "payments_empty.csv").write_bytes(b"")
    noise = random.Random(5).randbytes(4000)  # noqa: S311  # not for secrets
    (inbox / "sites.bin.csv").write_bytes(noise)
    (inbox / "photo.csv").write_bytes(noise)
    (inbox / "notes.csv").write_text("dear,diary\n1,2\n")
    (inbox / "csl_cut.json").write_text('{"results": [{"name": "Qinglan", "source": "Entity List (EL)"')
    (inbox / "orders_growing.csv").write_text("id,ordered_on\n")


def test_a_run_over_bad_files_ends_with_exit_code_1(spoiled: Workspace) -> None:
    assert spoiled.result.exit_code == 1
    assert "run 2;" in spoiled.lines[-1]


@pytest.mark.parametrize(("number", "says"), list(enumerate((says for _, says in BAD_ROWS), 1)))
def test_a_bad_row_is_one_line_with_file_row_column_value_and_advice(
    spoiled: Workspace, number: int, says: str
) -> None:
    found = [line for line in spoiled.lines if line.startswith(f"shipments_rows.csv, row {number}, ")]
    assert len(found) == 1
    assert says in found[0]


@pytest.mark.parametrize(("begins", "advises"), BAD_FILES, ids=[begins for begins, _ in BAD_FILES])
def test_a_bad_file_is_one_line_that_says_what_to_do(spoiled: Workspace, begins: str, advises: str) -> None:
    if "erp" in begins:
        begins, advises = "failed: mapping erp.toml: id = 'Number', but erp.csv has no such column", ""
    found = [line for line in spoiled.lines if line.startswith(begins)]
    assert len(found) == 1
    assert advises in found[0]


def test_a_gigantic_field_spoils_its_row_only_and_is_not_shown_whole(spoiled: Workspace) -> None:
    found = [line for line in spoiled.lines if line.startswith("shipments_bomb.csv, row 1")]
    assert len(found) == 1
    assert len(found[0]) < 400


def test_every_row_read_is_accepted_a_duplicate_or_quarantined(spoiled: Workspace) -> None:
    for row in answer("sources", "status", config=spoiled.config):
        assert row["read"] == row["accepted"] + row["duplicate"] + row["quarantined"]


def test_nothing_accepted_before_is_lost_when_its_file_vanishes_or_breaks(spoiled: Workspace) -> None:
    now = {alert["id"]: alert for alert in answer("alerts", "list", config=spoiled.config)}
    assert len(spoiled.before) == 1
    for alert in spoiled.before:
        flags = {each["flag"] for each in alert["findings"]}
        assert flags <= {each["flag"] for each in now[alert["id"]]["findings"]}
        assert {"paid_from_arms_embargoed_country", "site_lacks_power"} <= flags


def test_names_reach_the_terminal_without_what_it_would_obey(spoiled: Workspace) -> None:
    pages = [
        entrepot("alerts", "list", config=spoiled.config).stdout,
        entrepot("neighbors", "Crestline Servers Inc", config=spoiled.config).stdout,
        entrepot("trace", "X1", config=spoiled.config).stdout,
        entrepot("owners", ESCAPES, config=spoiled.config).output,
        entrepot("screen", ESCAPES, config=spoiled.config).output,
        entrepot("neighbors", "Crestline Servers Inc", "--json", config=spoiled.config).stdout,
        entrepot("alerts", "list", "--json", config=spoiled.config).stdout,
    ]
    assert any("<b onload" in page for page in pages)
    for page in pages:
        assert not {each for each in page if not each.isprintable() and each != "\n"}


def test_an_alert_that_names_it_shows_formula_and_tags_as_text(spoiled: Workspace) -> None:
    for alert in answer("alerts", "list", config=spoiled.config):
        page = entrepot("alerts", "show", alert["id"], config=spoiled.config).stdout
        assert not {each for each in page if not each.isprintable() and each != "\n"}


def test_quarantined_rows_are_exported_safe_for_a_spreadsheet(spoiled: Workspace, tmp_path: Path) -> None:
    result = entrepot("sources", "quarantine", "--export", tmp_path / "q.csv", config=spoiled.config)
    assert result.exit_code == 0
    with (tmp_path / "q.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(BAD_ROWS) + 1
    assert {"'=1+1", "'-3"} <= {row["value"] for row in rows}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_an_export_that_cannot_be_written_is_one_line(spoiled: Workspace, tmp_path: Path) -> None:
    result = entrepot("sources", "quarantine", "--export", tmp_path / "no" / "q.csv", config=spoiled.config)
    assert result.exit_code == 1
    assert one_line(result).endswith("choose another place, or free this one")


def test_a_lost_inbox_fails_the_run_and_loses_nothing(spoiled: Workspace, tmp_path: Path) -> None:
    config = spoiled.config.with_name("moved.toml")
    config.write_text(f'as_of = "2026-06-30"\ninbox = "{tmp_path / "gone"}"\n')
    result = entrepot("run", config=config)
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if line.startswith("failed: ")] == [
        f"failed: {tmp_path / 'gone'}: the inbox is no folder; make it with `entrepot init {tmp_path}`"
    ]
    held = {alert["id"] for alert in answer("alerts", "list", config=spoiled.config)}
    assert {alert["id"] for alert in spoiled.before} <= held


def one_line(result: Result) -> str:
    """Give what was printed to standard error, which is one line."""
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("entrepot: ")
    return str(lines[0])


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("owners", "Harbor Cloud", "--on", "2024-13-01"), 2, "--on: '2024-13-01' is not a date; write it as"),
        (("owned", "Harbor Cloud", "--on", "yesterday"), 2, "--on: 'yesterday' is not a date; write it as"),
        (("owners", "Harbor Cloud", "--known", "2024-02-31"), 2, "--known: '2024-02-31' is not a date"),
        (("owners", "Harbor Cloud", "--known", "77"), 2, "--known: no run 77; there are 1 to"),
        (("owners", "Harbor Cloud", "--known", "1999-01-01"), 2, "--known: no run on or before 1999-01-01; there are"),
        (("owners", "Harbor Cloud", "--regime", "mars"), 2, "--regime: no regime 'mars'; there are bis"),
        (("owners", "Nobody At All"), 2, "'Nobody At All' is no party in the records; entrepot screen"),
        (("trace", "Z99"), 2, "'Z99' is no party"),
        (("trace", "A1", "--to", "Z99"), 2, "'Z99' is no party"),
        (("path", "Harbor Cloud", "Z99"), 2, "'Z99' is no party"),
        (("screen", "Qinglan", "--country", "Atlantis"), 2, "country 'Atlantis' is not understood; give an ISO code"),
        (("alerts", "show", "a-none"), 2, "no alert 'a-none'; `entrepot alerts list` names them"),
        (("alerts", "close", "a-none", "explained", "--because", "x"), 2, "no alert 'a-none'"),
        (("alerts", "close", "a-none", "shrug", "--because", "x"), 2, "disposition 'shrug' is unknown; use one of"),
        (("alerts", "list", "--status", "done"), 2, "--status: 'done' is no status; use one of open"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_wrong_word_is_one_line_and_exit_code_2(
    spoiled: Workspace, words: tuple[str, ...], code: int, says: str
) -> None:
    result = entrepot(*words, config=spoiled.config)
    assert result.exit_code == code
    assert says in one_line(result)


def test_an_unknown_red_flag_is_one_line_that_names_the_nearest() -> None:
    result = entrepot("flags", "show", "site_lack_power")
    assert result.exit_code == 2
    assert "no red flag 'site_lack_power'; did you mean 'site_lacks_power'?" in one_line(result)


def test_an_ambiguous_party_is_exit_code_2_with_the_candidates(spoiled: Workspace) -> None:
    result = entrepot("owners", "r", config=spoiled.config)
    assert result.exit_code == 2
    line = one_line(result)
    assert "'r' is ambiguous; give one of these ids: " in line
    assert "(Harbor Cloud Sdn Bhd, MY)" in line


@pytest.mark.parametrize("words", [("nonsense",), ("alerts", "nonsense"), ("run", "--nonsense"), ("trace",)])
def test_wrong_usage_is_exit_code_2(words: tuple[str, ...]) -> None:
    result = entrepot(*words)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[trace\nk = 5\n", "no valid TOML"),
        ("inbx = 'inbox'\n", "line 1: key 'inbx' is unknown; did you mean 'inbox'?"),
        ("[trace]\nmax_legs = 'six'\n", "line 2: trace.max_legs"),
        ("[daemon]\nevery = 'often'\n", "line 2: daemon.every: give a number and s, m, h or d, like 6h"),
        ("[[source]]\nid = 'erp'\n", "name its files with path or glob"),
        ("[flags.site_lacks_powr]\nenabled = false\n", "no such red flag; did you mean 'site_lacks_power'?"),
        ("[flags.site_lacks_power]\nparameters = { slck = 1.0 }\n", "no parameter 'slck'; it has medium, high"),
        ("[flags.site_lacks_power]\nparameters = { medium = 'a' }\n", "medium = 'a' is of another kind than its"),
    ],
    ids=["malformed", "unknown key", "wrong type", "interval", "source without files", "flag", "parameter", "kind"],
)
def test_settings_that_cannot_be_understood_are_one_line_and_exit_code_1(tmp_path: Path, text: str, says: str) -> None:
    config = tmp_path / "monitor.toml"
    (tmp_path / "inbox").mkdir()
    config.write_text(text)
    result = entrepot("run", config=config)
    assert result.exit_code == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("entrepot: ")
    assert says in last


def test_settings_that_are_not_there_and_a_workspace_without_a_run_are_one_line(tmp_path: Path) -> None:
    missing = entrepot("run", config=tmp_path / "monitor.toml")
    assert missing.exit_code == 1
    assert "not found; make a workspace with `entrepot init`" in one_line(missing)
    entrepot("init", tmp_path)
    for words in (("owners", "x"), ("screen", "x"), ("sources", "quarantine"), ("trace", "x")):
        result = entrepot(*words, config=tmp_path / "monitor.toml")
        assert result.exit_code == 1
        assert "no run yet; put files into" in one_line(result)
    empty = entrepot("alerts", "list", config=tmp_path / "monitor.toml")
    assert (empty.exit_code, empty.stdout) == (
        0,
        "no alerts; that is what the records given show, not a clearance\n",
    )


def test_a_mail_escapes_what_a_browser_would_run(spoiled: Workspace) -> None:
    data = json.loads(json.dumps(spoiled.before[0]).replace("Harbor Cloud Sdn Bhd", "<b onload=alert(1)>Ltd</b>"))
    body = {"type": "alert.raised", "timestamp": "2026-06-30T12:00:00Z", "data": data}
    noon = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
    told = Delivery("m-1", "mail", "alert.raised", data["id"], 1, data["severity"], body, 0, noon)
    text, html = letter(told, brief=False)
    assert "<b onload" in text
    assert "<b onload" not in html
    assert "&lt;b onload" in html


def test_check_tells_the_same_and_changes_nothing(spoiled: Workspace) -> None:
    before = answer("runs", config=spoiled.config)
    result = entrepot("check", config=spoiled.config)
    assert result.exit_code == 1
    told = {line for line in spoiled.lines if line.startswith(("failed", "left out", "shipments_rows"))}
    assert {line for line in told if "orders_growing" not in line} <= set(result.stdout.splitlines())
    assert answer("runs", config=spoiled.config) == before


def test_the_store_holds_every_good_row_once(spoiled: Workspace) -> None:
    shipments = (
        Store(spoiled.config.with_name("store")).open().tables().polars("shipments").select(pl.col("id")).collect()
    )
    assert sorted(shipments.get_column("id")) == ["A1", "A2", "A3", "A4", "A5", "X1"]
