"""A run reads what it fetches and asks for like any file, and says what it could not get."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.journal import Journal
from monitor.run import Pass, run
from monitor.settings import read_settings
from monitor.status import read_status
from tests.pipelines.fetching.servers import Server, says, sends, serving

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HEADINGS = "id,shipped_on,shipper_name,consignee_name,item,quantity\n"
ROWS = HEADINGS + "A1,2026-01-05,Crestline Servers Inc,Harbor Cloud Sdn Bhd,NVIDIA HGX H100 8-GPU server,30\n"
MORE = ROWS + "A2,2026-01-09,Harbor Cloud Sdn Bhd,Brightquay Logistics Ltd,computer parts,28\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def passed(folder: Path, block: str, hours: int = 0) -> Pass:
    (folder / "inbox").mkdir(exist_ok=True)
    (folder / "monitor.toml").write_text(f"[[source]]\n{block}\n", encoding="utf-8")
    return run(read_settings(folder / "monitor.toml"), now=NOON + dt.timedelta(hours=hours))


def fetched(url: str, more: str = "") -> str:
    return f'id = "erp"\nurl = "{url}"\nallow_private = true\nretries = 0\n{more}'


def accepted(of: Pass) -> int:
    return sum(report.accepted for report in of.reports)


def test_a_fetched_file_is_read_and_what_is_new_in_it_is_added(tmp_path: Path, server: Server) -> None:
    url = server.plays(says(ROWS.encode(), etag='"1"'), says(b"", 304), says(MORE.encode(), etag='"2"'), path="/s.csv")
    first, again, more = (passed(tmp_path, fetched(url), hours) for hours in range(3))
    assert (first.new_run, accepted(first), first.failed) == (True, 1, ())
    assert (again.new_run, again.failed) == (False, ())
    assert (more.new_run, more.failed) == (True, ())


def test_nothing_is_asked_before_it_is_due(tmp_path: Path, server: Server) -> None:
    url = server.plays(says(ROWS.encode()), path="/s.csv")
    for hours in (0, 1, 12):
        passed(tmp_path, fetched(url, 'every = "6h"'), hours)
    assert len(server.asked) == 2


def test_status_says_when_a_fetched_source_is_asked_for_again(tmp_path: Path, server: Server) -> None:
    passed(tmp_path, fetched(server.plays(says(ROWS.encode()), path="/s.csv"), 'every = "7d"'))
    set_here = read_settings(tmp_path / "monitor.toml")
    (row,) = read_status(Journal(set_here.journal.url), set_here, NOON)
    assert row["next_due_at"] == NOON + dt.timedelta(days=7)


def test_a_source_that_cannot_be_fetched_fails_alone(tmp_path: Path, server: Server) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "shipments.csv").write_text(MORE, encoding="utf-8")
    broken = passed(tmp_path, fetched(server.plays(says(b"", 404), path="/s.csv")))
    assert accepted(broken) == 2
    (line,) = broken.failed
    assert line.startswith("source erp: ")
    assert "answered 404; correct `url`" in line


def test_the_last_good_copy_is_read_and_the_failure_told(tmp_path: Path, server: Server) -> None:
    truncated = sends(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n" + MORE.encode())
    url = server.plays(says(ROWS.encode()), truncated, path="/s.csv")
    passed(tmp_path, fetched(url))
    kept = passed(tmp_path, fetched(url), 1)
    assert not kept.new_run
    assert any("broke off" in line and "is used" in line for line in (*kept.failed, *kept.notes))


def test_rows_of_a_database_are_read(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "erp.db") as erp:
        erp.execute("CREATE TABLE moved (id, day, origin, target, what, n)")
        erp.execute("INSERT INTO moved VALUES ('A1', '2026-01-05', 'Crestline Servers Inc', 'Harbor Cloud', 'H100', 8)")
    erp.close()
    block = (
        'id = "erp"\ntable = "shipments"\nurl = "sqlite:///erp.db"\nquery = "SELECT id, day AS shipped_on,'
        ' origin AS shipper_name, target AS consignee_name, what AS item, n AS quantity FROM moved"'
    )
    assert accepted(passed(tmp_path, block)) == 1
    assert not passed(tmp_path, block).new_run
