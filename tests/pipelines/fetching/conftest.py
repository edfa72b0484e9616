"""What tests of downloads share: the server, and a fetch that waits for nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipelines.fetching.fetch import Fetched, fetch
from pipelines.fetching.setting import FetchSetting
from tests.pipelines.fetching.servers import Server, serving

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@dataclass
class Fetching:
    """Fetches into one folder; how long it would have waited, and what it said, is kept."""

    folder: Path
    waited: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __call__(self, url: str, *, now: dt.datetime = NOON, force: bool = False, **setting: Any) -> Fetched:
        of = FetchSetting(id="lists", url=url, **{"allow_private": True, "timeout_seconds": 5, **setting})
        return fetch(of, self.folder, now=now, say=self.said.append, force=force, pause=self.waited.append)

    def files(self) -> list[str]:
        """What lies beside the copy."""
        return sorted(path.name for path in (self.folder / "lists").glob("*"))


@pytest.fixture
def fetching(tmp_path: Path) -> Fetching:
    return Fetching(tmp_path / "downloads")
