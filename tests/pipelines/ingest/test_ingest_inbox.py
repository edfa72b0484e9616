"""What lies in the inbox is told by its content; the name only breaks ties."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.inbox import canonical_table, files_in, templates
from pipelines.ingest import ingest
from pipelines.tables import FILES

AS_OF = dt.date(2026, 1, 1)


@pytest.mark.parametrize("table", FILES)
def test_every_template_is_recognized_as_its_table(table: str) -> None:
    assert canonical_table(frozenset(FILES[table].schema), "anything.csv") == table


@pytest.mark.parametrize(
    ("headings", "name", "table"),
    [
        ("id,name,operator_name,country,megawatts", "x.csv", "sites"),
        ("id,name,country,address", "x.csv", "parties"),
        ("id,name", "items.csv", "items"),
        ("id,name", "parties.csv", "parties"),
        (
            "id,shipped_on,shipper_name,consignee_name,item,quantity,eccn,hs_code,foo,bar,baz,qux,quux,grault",
            "x.csv",
            "shipments",
        ),
        ("id,ship_date,shipper_name,consignee_name,item,quantity", "x.csv", "shipments"),
        ("id,version_on,consignee_name,item,quantity,value", "x.csv", "orders"),
        ("owner_name,owned_name,share_min", "parties.csv", "ownership"),
        ("first,second", "shipments.csv", None),
        ("first,second", "x.csv", None),
        ("id,first,second,third", "x.csv", None),
    ],
)
def test_a_table_is_told_by_its_headings(headings: str, name: str, table: str | None) -> None:
    assert canonical_table(frozenset(headings.split(",")), name) == table


def test_temporary_files_are_passed_over(tmp_path: Path) -> None:
    names = ["~$shipments.csv", ".shipments.csv", "shipments.csv.part", "a.TMP", "b.csv~", "c.swp", "good.csv"]
    for name in names:
        (tmp_path / name).write_text("x")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "d.csv").write_text("x")
    assert [path.name for path in files_in(tmp_path)] == ["good.csv"]


def test_a_fresh_inbox_of_templates_is_silently_in_order(tmp_path: Path) -> None:
    assert len(templates(tmp_path / "inbox")) == len(FILES)
    found = ingest([], tmp_path / "inbox", as_of=AS_OF)
    assert (found.failed, found.not_understood, found.quarantine.height) == ((), (), 0)
    assert not any(report.notes or report.read for report in found.reports)


def test_templates_leave_files_alone_that_exist(tmp_path: Path) -> None:
    (tmp_path / "shipments.csv").write_text("mine")
    assert len(templates(tmp_path)) == len(FILES) - 1
    assert (tmp_path / "shipments.csv").read_text() == "mine"


def test_anything_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "some.json").write_text('{"a": 1}')
    found = ingest([], tmp_path, as_of=AS_OF)
    assert [line.split(":")[0] for line in found.not_understood] == ["notes.txt", "picture.png", "some.json"]


def test_an_inbox_that_is_no_folder_is_named(tmp_path: Path) -> None:
    assert "is no folder" in ingest([], tmp_path / "inbox", as_of=AS_OF).failed[0]
