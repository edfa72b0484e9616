"""Quarantined rows come out as a file with their own headings; corrected and handed over again it clears them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.reading.exported import guarded, unguarded
from pipelines.reading.raw_table import RawTable, no_rows
from tests.command import answer, entrepot

HEAD = "id,shipped_on,shipper_name,consignee_name,item,quantity,description"
ROWS = """A1,2024-05-02,Alder Söhne,Harbor,H100,many,=cmd
A2,2024-05-03,Alder,Harbor,H100,-3,'tis
A3,2024-05-04,Alder,Harbor,H100,1,
"""
ERP = """table = "shipments"
[columns]
id = "Ref"
shipped_on = "Day"
shipper_name = "From"
consignee_name = "To"
item = "What"
quantity = "Pcs"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    entrepot("init", tmp_path)
    (tmp_path / "inbox" / "shipments.csv").write_text(f"{HEAD}\n{ROWS}", encoding="utf-8")
    return tmp_path / "monitor.toml"


def run(config: Path) -> dict[str, Any]:
    """Make a pass; rows read, accepted, quarantined and corrected of each source."""
    entrepot("run", config=config)
    names = ("read", "accepted", "quarantined", "corrected")
    return {each["source"]: tuple(each[name] for name in names) for each in answer("sources", "status", config=config)}


def exported(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def corrected(rows: list[dict[str, str]], path: Path, **values: str) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, **values} for row in rows)


def test_a_corrected_export_clears_the_rows_and_brings_their_other_values_back_as_they_were(config: Path) -> None:
    assert run(config) == {"shipments": (3, 1, 2, 0)}
    out = config.parent / "q.csv"
    shown = entrepot("sources", "quarantine", "--export", out, config=config).stdout
    assert shown == f"wrote 2 rows to {out}; correct it and put it into {config.parent / 'inbox'}\n"
    rows = exported(out)
    assert [*rows[0]] == [*HEAD.split(","), "reason", "advice", "file", "quarantined_as"]
    assert [(row["shipper_name"], row["quantity"], row["description"]) for row in rows] == [
        ("Alder Söhne", "many", "'=cmd"),
        ("Alder", "'-3", "'tis"),
    ]
    assert rows[0]["reason"].startswith("quantity 'many' ")
    corrected(rows, config.parent / "inbox" / "fixed.csv", quantity="3")
    assert run(config) == {"shipments": (5, 3, 2, 2)}
    assert answer("sources", "quarantine", config=config) == []


def test_a_correction_that_is_refused_stands_for_the_row_it_was_to_correct(config: Path) -> None:
    run(config)
    out = config.parent / "q.csv"
    entrepot("sources", "quarantine", "--export", out, config=config)
    corrected(exported(out), config.parent / "inbox" / "fixed.csv", id="", quantity="several")
    assert run(config) == {"shipments": (5, 1, 4, 0)}
    entrepot("sources", "quarantine", "--export", out, config=config)
    assert len(exported(out)) == 2
    corrected(exported(out), config.parent / "inbox" / "again.csv", quantity="2", id="A9")
    assert run(config)["shipments"][2:] == (4, 4)


def test_rows_of_several_layouts_come_out_as_a_list_and_a_file_for_each(config: Path) -> None:
    (config.parent / "erp.toml").write_text(ERP)
    (config.parent / "erp").mkdir()
    (config.parent / "erp" / "a.csv").write_text("Ref;Day;From;To;What;Pcs\nE1;2024-05-02;+Alder;Harbor;H100;few\n")
    with config.open("a") as settings:
        settings.write('\n[[source]]\nid = "erp"\nglob = "erp/*.csv"\ntable = "shipments"\nmapping = "erp.toml"\n')
    assert run(config)["erp"] == (1, 0, 1, 0)
    shown = entrepot("sources", "quarantine", "--export", config.parent / "q.csv", config=config).stdout
    assert "put it beside the files of source erp" in shown
    assert len(exported(config.parent / "q.csv")) == 3
    entrepot("sources", "quarantine", "--export", config.parent / "out", config=config)
    assert sorted(each.name for each in (config.parent / "out").iterdir()) == ["erp_shipments.csv", "shipments.csv"]
    rows = exported(config.parent / "q" / "erp_shipments.csv")
    assert [*rows[0]][:6] == ["Ref", "Day", "From", "To", "What", "Pcs"]
    corrected(rows, config.parent / "erp" / "b.csv", Pcs="3")
    assert run(config)["erp"] == (2, 1, 1, 1)
    assert {row["source"] for row in answer("sources", "quarantine", config=config)} == {"shipments"}


def test_a_document_of_several_lines_is_not_exported_as_one_of_them(config: Path) -> None:
    (config.parent / "docs.toml").write_text(ERP.replace("[columns]", 'rows = "lines"\n[columns]').replace(
        '"What"', '"lines.What"').replace('"Pcs"', '"lines.Pcs"'))  # fmt: skip
    lines = [{"What": "H100", "Pcs": "2"}, {"What": "A100", "Pcs": "many"}]
    document = {"Ref": "E1", "Day": "2024-05-02", "From": "Alder", "To": "Harbor", "lines": lines}
    (config.parent / "docs.json").write_text(json.dumps([document]))
    (config.parent / "inbox" / "shipments.csv").unlink()
    with config.open("a") as settings:
        settings.write('\n[[source]]\nid = "docs"\npath = "docs.json"\ntable = "shipments"\nmapping = "docs.toml"\n')
    assert run(config)["docs"] == (1, 0, 1, 0)
    entrepot("sources", "quarantine", "--export", config.parent / "q.csv", config=config)
    (row,) = exported(config.parent / "q.csv")
    assert (row["source"], row["value"], row["original"]) == ("docs", "many", "")


def test_what_is_guarded_against_formulas_is_read_as_it_was() -> None:
    values = ["=1+1", "'=1+1", "''-3", "-3", "'tis", " @x", "plain", None, "", "'"]
    frame = pl.DataFrame({"row": list(range(len(values))), "value": values, "quarantined_as": ["x"] * len(values)})
    raw = RawTable("fixed.csv", ["value", "quarantined_as"], guarded(frame), no_rows(), len(values))
    assert not [each for each in raw.frame["value"] if each and each[0] in "=+-@"]
    assert_frame_equal(unguarded(raw).frame, frame)


def test_status_tells_what_was_corrected_by_table_and_when_a_failed_source_was_last_read(config: Path) -> None:
    inbox = config.parent / "inbox"
    run(config)
    first = answer("sources", "status", config=config)[0]
    (inbox / "shipments.csv").write_bytes(b"PK\x03\x04 broken")
    (inbox / "fixed.csv").write_text(f"{HEAD}\nA1,2024-05-02,Alder,Harbor,H100,3,\n", encoding="utf-8")
    run(config)
    (failed,) = answer("sources", "status", config=config)
    assert (failed["read"], failed["corrected"], failed["failed"][:13]) == (4, 1, "shipments.csv")
    assert failed["last_read_at"] >= first["last_read_at"]
    assert "corrected" in entrepot("sources", "status", config=config).stdout
