"""Whenever a download stops, a good copy is there."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.errors import SourceFailed
from pipelines.fetching import kept as keeping
from tests.pipelines.fetching.conftest import Fetching
from tests.pipelines.fetching.servers import CSV, Server, says, sends

OTHER = CSV + b"3,Qinglan Computing\n"
PROGRAM = """
import datetime as dt, sys
from pathlib import Path
from pipelines.fetching.fetch import fetch
from pipelines.fetching.setting import FetchSetting
setting = FetchSetting(id="lists", url=sys.argv[1], allow_private=True)
fetch(setting, Path(sys.argv[2]), now=dt.datetime.now(dt.UTC))
"""


def test_a_download_killed_in_the_middle_leaves_the_copy(server: Server, fetching: Fetching) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n"
    url = server.plays(says(etag='"v1"'), sends(head, *[b"1,x\n" * 20_000] * 200, every=0.05), says(b"", 304))
    fetching(url)
    command = [sys.executable, "-c", PROGRAM, url, str(fetching.folder)]
    with subprocess.Popen(command) as process:
        wait_for(lambda: any(fetching.folder.rglob("*.csv.*.part")))
        os.kill(process.pid, signal.SIGKILL)
    assert (fetching.folder / "lists" / "list.csv").read_bytes() == CSV
    assert fetching(url).status == "unchanged"
    assert server.asked[2]["if-none-match"] == '"v1"'


@pytest.mark.parametrize("stops_before", [1, 2, 3])
def test_the_copy_is_known_at_every_step(
    server: Server, fetching: Fetching, monkeypatch: pytest.MonkeyPatch, stops_before: int
) -> None:
    """Renaming the note, the copy and the note again: stopped before any of them, one good copy is known."""
    url = server.plays(says(etag='"v1"'), says(OTHER, etag='"v2"'), says(b"", 304))
    fetching(url)
    plain, renamed = Path.replace, []

    def replace(path: Path, target: Path) -> Path:
        renamed.append(target)
        if len(renamed) == stops_before:
            raise KeyboardInterrupt
        return plain(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            fetching(url)
    assert fetching(url).path.read_bytes() == (OTHER if stops_before == 3 else CSV)
    assert server.asked[2]["if-none-match"] == ('"v2"' if stops_before == 3 else '"v1"')


def test_what_a_killed_download_left_is_swept(server: Server, fetching: Fetching) -> None:
    url = server.plays(says(), says(OTHER))
    folder = fetching(url).path.parent
    old, young = folder / "list.csv.1.part", folder / "list.csv.2.part"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(old, (0, time.time() - keeping.STALE_SECONDS - 1))
    fetching(url)
    assert fetching.files() == ["list.csv", "list.csv.2.part", "list.csv.fetched.json"]


@pytest.mark.parametrize("note", ["", "[]", "{", "null", "[1]", '[{"address": "x"}]', "\udcff"])
def test_a_broken_note_only_costs_a_download(server: Server, fetching: Fetching, note: str) -> None:
    url = server.plays(says(etag='"v1"'))
    path = fetching(url).path
    path.with_name("list.csv.fetched.json").write_bytes(note.encode("utf-8", "surrogateescape"))
    assert fetching(url).status == "downloaded"


def test_a_folder_that_cannot_be_written_is_told(server: Server, fetching: Fetching) -> None:
    fetching.folder.write_text("a file")
    with pytest.raises(SourceFailed, match=r"source lists: .*list.csv: cannot be written"):
        fetching(server.plays(says()))


@pytest.mark.parametrize("full_at", [1, 2, 3])
def test_a_full_disk_costs_no_copy(
    server: Server, fetching: Fetching, monkeypatch: pytest.MonkeyPatch, full_at: int
) -> None:
    url = server.plays(says(etag='"v1"'), says(OTHER, etag='"v2"'))
    fetching(url)
    plain, written = os.fsync, []

    def fsync(file: int) -> None:
        written.append(file)
        if not stat.S_ISDIR(os.fstat(file).st_mode) and len(written) >= full_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        plain(file)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        kept = fetching(url)
    assert "cannot be written (No space left on device); free or choose another disk" in str(kept.failure)
    assert kept.version in {hashlib.sha256(each).hexdigest()[:16] for each in (CSV, OTHER)}
    assert kept.version == hashlib.sha256(kept.path.read_bytes()).hexdigest()[:16]
    assert fetching(url).path.read_bytes() == OTHER


def wait_for(happens: object, seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not happens():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.02)
