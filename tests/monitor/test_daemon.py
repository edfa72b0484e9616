"""The daemon goes on whatever a pass does, and stops when told, after the present pass."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from apscheduler.triggers.cron import CronTrigger

from monitor.daemon import trigger
from monitor.settings import DaemonSetting
from pipelines.errors import InputError

DAEMON = """
import sys, time
from pathlib import Path
from monitor.daemon import serve
from monitor.settings import Settings, DaemonSetting
from pipelines.errors import InputError

folder, kind, passes = Path(sys.argv[1]), sys.argv[2], []

def job():
    passes.append(1)
    with (folder / "passes").open("a") as file:
        file.write("began\\n")
    if kind == "fails" and len(passes) == 1:
        raise InputError("shipments.csv: no column id")
    if kind == "fails" and len(passes) == 2:
        raise ZeroDivisionError("oh")
    if kind == "slow":
        time.sleep(1)
    with (folder / "passes").open("a") as file:
        file.write("ended\\n")
    return {"run": len(passes)}

every = "1h" if kind == "rarely" else "0.2s"
serve(job, Settings(folder=folder, daemon=DaemonSetting(every=every)))
"""


def started(folder: Path, kind: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", DAEMON, folder, kind], stderr=subprocess.PIPE, text=True)


def wait_for(folder: Path, text: str, count: int, seconds: float = 20) -> None:
    path, until = folder / "passes", time.monotonic() + seconds
    while not (path.exists() and path.read_text().count(text) >= count):
        assert time.monotonic() < until, f"no {count} × {text!r} within {seconds} s"
        time.sleep(0.02)


def stop(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> list[dict[str, object]]:
    process.send_signal(number)
    _, lines = process.communicate(timeout=20)
    return [json.loads(line) for line in lines.splitlines()]


def test_it_runs_at_once_and_on_schedule_whatever_a_pass_does(tmp_path: Path) -> None:
    with started(tmp_path, "fails") as process:
        wait_for(tmp_path, "ended", 2)
        log = stop(process)
    assert process.returncode == 0
    assert [log[0]["event"], log[-1]["event"]] == ["daemon started", "daemon stopped"]
    failed = [str(line) for line in log if line["event"] == "pass failed"]
    assert "shipments.csv: no column id" in failed[0]
    assert "ZeroDivisionError: oh" in failed[1]
    health = json.loads((tmp_path / "daemon.json").read_text())
    assert (health["stopped"], health["failed"], health["pid"]) == (True, 2, process.pid)
    assert health["passes"] >= 4


def test_it_catches_up_at_the_start_and_finishes_the_pass_under_way(tmp_path: Path) -> None:
    with started(tmp_path, "slow") as process:
        wait_for(tmp_path, "began", 1)
        stop(process, signal.SIGINT)
    passes = (tmp_path / "passes").read_text()
    assert passes.count("began") == passes.count("ended") == 1


def test_a_second_daemon_on_the_same_settings_is_refused(tmp_path: Path) -> None:
    with started(tmp_path, "rarely") as process:
        wait_for(tmp_path, "ended", 1)
        with started(tmp_path, "rarely") as second:
            _, text = second.communicate(timeout=20)
        assert f"process {process.pid} is writing here" in text
        stop(process)


def test_schedules_are_intervals_or_cron() -> None:
    assert trigger(DaemonSetting.model_validate({"every": "6h"})).interval.total_seconds() == 6 * 3600
    assert isinstance(trigger(DaemonSetting(schedule="30 6 * * mon-fri")), CronTrigger)
    with pytest.raises(InputError, match="give minute hour"):
        trigger(DaemonSetting(schedule="99 6 * * *"))
