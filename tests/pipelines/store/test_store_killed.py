"""Whoever is killed, and when: the last complete run is readable, and the next one is complete."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from pipelines.store import Store

NOON = dt.datetime(2024, 5, 2, 12, tzinfo=dt.UTC)

KILLED = """
import datetime as dt, sys, time
import polars as pl
from pipelines.store import Store

point, store = sys.argv[2], Store(sys.argv[1])

def reached(name):
    if name == point:
        print("reached", flush=True)
        time.sleep(60)

writer = store.begin()
reached("begun")
writer.append("parties", pl.DataFrame({"id": ["x", "y"]}))
reached("facts added")
writer.write("routes", pl.DataFrame({"id": [1, 2, 3]}))
writer.write("fresh", pl.DataFrame({"id": [1]}))
reached("tables written")
store.last = lambda last=store.last: (reached("committing"), last())[1]
writer.commit(as_of=dt.date(2024, 5, 3), made_at=dt.datetime(2024, 5, 3, tzinfo=dt.UTC))
reached("committed")
"""


@pytest.mark.parametrize("point", ["begun", "facts added", "tables written", "committing", "committed"])
def test_a_killed_run_leaves_the_last_one_readable_and_doubles_nothing(tmp_path: Path, point: str) -> None:
    store = Store(tmp_path)
    with store.begin() as writer:
        writer.append("parties", pl.DataFrame({"id": ["a"]}))
        writer.write("routes", pl.DataFrame({"id": [0]}))
        writer.commit(as_of=NOON.date(), made_at=NOON)
    kill_at(point, tmp_path)
    runs = 2 if point == "committed" else 1
    assert store.runs().height == runs
    assert store.open(1).records("parties").collect()["id"].to_list() == ["a"]
    with store.begin() as writer:
        if runs == 1:
            writer.append("parties", pl.DataFrame({"id": ["x", "y"]}))
            writer.write("routes", pl.DataFrame({"id": [1, 2, 3]}))
        assert writer.commit(as_of=NOON.date(), made_at=NOON) == runs + 1
    last = store.open()
    assert sorted(last.records("parties").collect()["id"]) == ["a", "x", "y"]
    assert sorted(last.table("routes").collect()["id"]) == [1, 2, 3]


def started(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)


def kill_at(point: str, folder: Path) -> None:
    with started(KILLED, folder, point) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reached\n"
        process.send_signal(signal.SIGKILL)


def test_a_run_killed_anywhere_while_writing_is_undone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.begin() as writer:
        writer.write("routes", pl.DataFrame({"id": [0]}))
        writer.commit(as_of=NOON.date(), made_at=NOON)
    code = (
        "import sys, polars as pl; from pipelines.store import Store\n"
        "writer = Store(sys.argv[1]).begin(); print('begun', flush=True)\n"
        "for n in range(10**6): writer.append('parties', pl.DataFrame({'id': [n]})); "
        "writer.write('routes', pl.DataFrame({'id': [n]}))"
    )
    for wait in (0.0, 0.013, 0.05):
        with started(code, tmp_path) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        assert store.open().table("routes").collect()["id"].to_list() == [0]
    with store.begin() as writer:
        writer.append("parties", pl.DataFrame({"id": [1]}))
        writer.commit(as_of=NOON.date(), made_at=NOON)
    assert store.open().records("parties").collect().rows() == [(1, 2)]
    assert store.open().table("routes").collect()["id"].to_list() == [0]
