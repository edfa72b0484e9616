"""A run killed at any point: the last complete run stays readable, the next completes, nothing is lost or doubled."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from monitor.journal import Journal
from pipelines.store import Store
from tests.command import answer, entrepot
from tests.test_example import write_example

HELD = """
import sys, time

point = sys.argv.pop(1)

def held(module, name, *, before=True, nth=1):
    owner = module
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    whole, calls = getattr(owner, last), []

    def waits(*given, **named):
        calls.append(1)
        if before and len(calls) == nth:
            rest()
        result = whole(*given, **named)
        if not before and len(calls) == nth:
            rest()
        return result

    setattr(owner, last, waits)

def rest():
    print("reached", flush=True)
    time.sleep(120)

import monitor.run, monitor.channels.webhook, pipelines.store
from monitor.journal import Journal

if point == "reading":
    held(monitor.run, "ingest", before=False)
elif point == "writing":
    held(pipelines.store.RunWriter, "write", nth=4)
elif point == "before the commit":
    held(pipelines.store.RunWriter, "commit")
elif point == "after the commit":
    held(pipelines.store.RunWriter, "commit", before=False)
elif point == "raising":
    held(Journal, "raise_all")
elif point == "raised":
    held(Journal, "raise_all", before=False)
elif point == "delivering":
    held(Journal, "delivered")

from monitor.__main__ import main
main()
"""
"""The command, made to rest at a named point."""

POINTS = ("reading", "writing", "before the commit", "after the commit", "raising", "raised", "delivering")
UNCOMMITTED = POINTS[:3]


@contextmanager
def listening() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web server that keeps the messages it is sent."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name the server calls
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            got.append({"id": self.headers["webhook-id"], "type": body["type"], "alert": body["data"].get("id")})
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # nothing on the test's output
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", got
        server.shutdown()


def workspace(folder: Path, url: str) -> Path:
    """Make a workspace with the worked example, told to one webhook from the start."""
    entrepot("init", folder)
    config = folder / "monitor.toml"
    channel = (
        f'\n[[channel]]\ntype = "webhook"\nname = "hook"\nurl = "{url}"\nsecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILA=="\n'
    )
    text = config.read_text().replace("[daemon]", "[daemon]\ndeliver_from = 2000-01-01", 1)
    config.write_text('as_of = "2026-06-30"\n' + text + channel)
    write_example(folder / "inbox")
    return config


@contextmanager
def resting(point: str, config: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a run in a process of its own, and wait until it rests at a point."""
    command = [sys.executable, "-c", HELD, point, "run", "--config", str(config)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first == "reached\n", process.communicate()[1]
        yield process


def kill_at(point: str, config: Path) -> None:
    """Kill a run when it comes to a point."""
    with resting(point, config) as process:
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def shipments(config: Path) -> list[str]:
    tables = Store(config.with_name("store")).open().tables()
    return sorted(tables.frame("shipments").get_column("id"))


def more(config: Path) -> None:
    """Drop a file that makes a second alert."""
    lines = (config.parent / "inbox" / "shipments.csv").read_text().splitlines()
    row = lines[1].replace("A1", "B1", 1).replace("Harbor Cloud Sdn Bhd", "Vellmark Trading Co", 1)
    row = row.replace("2024-05-02", "2024-07-02").replace("2024-05-09", "2024-07-09").replace(",MY,", ",CN,", 1)
    (config.parent / "inbox" / "shipments_2.csv").write_text(f"{lines[0]}\n{row}\n")


@pytest.mark.long
def test_a_first_run_killed_again_and_again_is_made_good_by_the_next(tmp_path: Path) -> None:
    with listening() as (url, got):
        config = workspace(tmp_path, url)
        for point in POINTS:
            kill_at(point, config)
            assert len(answer("runs", config=config)) == (0 if point in UNCOMMITTED else 1), point
            if point == "before the commit":
                assert "no run yet" in entrepot("owners", "Harbor Cloud", config=config).stderr
        assert shipments(config) == ["A1", "A2", "A3", "A4", "A5"]
        result = entrepot("run", config=config)
        assert result.exit_code == 0, result.output
        assert shipments(config) == ["A1", "A2", "A3", "A4", "A5"]
        assert len(answer("runs", config=config)) == 1
        once_told(config, got, alerts=1, again=True)


def test_a_later_run_killed_again_and_again_leaves_the_last_one_readable(tmp_path: Path) -> None:
    with listening() as (url, got):
        config = workspace(tmp_path, url)
        assert entrepot("run", config=config).exit_code == 0
        before = answer("alerts", "list", config=config)
        more(config)
        for point in ("writing", "before the commit", "raising"):
            kill_at(point, config)
            assert answer("alerts", "list", config=config) == before, point
            assert ("B1" in shipments(config)) == (point not in UNCOMMITTED), point
            assert answer("owners", "Harbor Cloud", config=config)["party"]["name"] == "Harbor Cloud Sdn Bhd"
        assert entrepot("run", config=config).exit_code == 0
        assert shipments(config) == ["A1", "A2", "A3", "A4", "A5", "B1"]
        once_told(config, got, alerts=2, again=False)


def once_told(config: Path, got: list[dict[str, Any]], *, alerts: int, again: bool) -> None:
    """Each alert was raised once and told once; a message whose receipt was not noted is sent again as the same."""
    journal = Journal(config.with_name("journal.db"))
    found = journal.alerts()
    assert len(found) == alerts
    for alert in found:
        assert [event["what"] for event in journal.history(alert["id"])].count("raised") == 1
    raised = [each for each in got if each["type"] == "alert.raised"]
    assert len({each["id"] for each in raised}) == len({each["alert"] for each in raised}) == alerts
    assert len(raised) == alerts + again
    assert not journal.verify()
    third = answer("run", config=config)
    assert (third["new_run"], third["alerts"]) == (False, {"raised": 0, "updated": 0, "withdrawn": 0})
    assert len(got) == len(raised) + len([each for each in got if each["type"] != "alert.raised"])


def test_a_run_that_lives_keeps_others_out_and_ctrl_c_ends_it_with_one_line(tmp_path: Path) -> None:
    with listening() as (url, _):
        config = workspace(tmp_path, url)
        with resting("before the commit", config) as process:
            refused = entrepot("run", config=config)
            assert refused.exit_code == 1
            assert f"process {process.pid} is writing here; wait" in refused.stderr
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=60)
        assert process.returncode == 130
        assert told.splitlines()[-1] == "entrepot: stopped; the last complete run is untouched"
        assert "Traceback" not in told
        assert answer("runs", config=config) == []
