"""Download politely: asked for only when due and changed, bounded, checked, and kept whole or not at all."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

from pipelines.errors import EntrepotError, SourceFailed
from pipelines.fetching.answer import shown
from pipelines.fetching.asked import answer
from pipelines.fetching.download import Download
from pipelines.fetching.kept import Kept, Known, address_of, file_name, folder_name
from pipelines.fetching.setting import FetchSetting
from pipelines.reading.query_setting import QuerySetting
from pipelines.secret import reveal

Say = Callable[[str], None]
Status = Literal["downloaded", "unchanged", "not due", "kept"]


@dataclass(frozen=True)
class Fetched:
    """What one fetch gave.

    `path` is a good copy, `fetched_at` when the server last said that it is current, `version` names its content.
    `dated_on` is the day the server says that it changed. `failure` says in one line why an old copy had to do; it is
    among the `notes`.
    """

    path: Path
    changed: bool
    fetched_at: dt.datetime
    version: str
    status: Status
    dated_on: dt.date | None = None
    notes: tuple[str, ...] = ()
    failure: str | None = None


def _silent(_: str) -> None:
    """Say nothing."""


def fetch(
    setting: FetchSetting | QuerySetting,
    folder: Path,
    *,
    now: dt.datetime,
    say: Say = _silent,
    force: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetch one source into a folder of downloads, unless its copy is younger than `every`.

    The answer of a database is kept like a file, unless its version is the same as before. A failed fetch leaves the
    last good copy, which is used, and says so. `force` asks before it is due.

    Raises
    ------
    SourceFailed
        It could not be fetched and there is no good copy.
    InputError
        A secret is not in the environment.
    """
    url, now = reveal(setting.url), now.astimezone(dt.UTC)
    kept = _kept(setting, url, folder)
    known = _still_wanted(kept.known(), setting)
    if known and not force and _is_fresh(known, setting, now):
        return _of(kept, known, "not due")
    say(f"asking {setting.id}" if isinstance(setting, QuerySetting) else f"fetching {shown(url)}")
    try:
        if isinstance(setting, QuerySetting):
            taken, is_new = answer(setting, kept, known, now)
        else:
            taken, is_new = Download(setting, url, kept, known, now).with_patience(pause)
        return _of(kept, taken, "downloaded" if is_new else "unchanged")
    except EntrepotError as error:
        line = f"source {setting.id}: {error}"
        known = _still_wanted(kept.known(), setting)
        if known is None:
            raise SourceFailed(line) from error
        line += f" (the copy of {known.fetched_at[:16].replace('T', ' ')} UTC is used)"
        say(line)
        return replace(_of(kept, known, "kept"), notes=(line,), failure=line)


def fetched_paths(
    setting: FetchSetting | QuerySetting, folder: Path, now: dt.datetime, say: Say = _silent, *, force: bool = False
) -> list[tuple[Path, str]]:
    """Fetch a source and list its files, each with the name it is shown by.

    Raises
    ------
    SourceFailed, InputError
        As `fetch`.
    """
    fetched = fetch(setting, folder, now=now, say=say, force=force)
    return [(fetched.path, shown_name(setting, fetched))]


def shown_name(setting: FetchSetting | QuerySetting, fetched: Fetched) -> str:
    """Name the copy as people know it."""
    return f"{setting.id} (query)" if isinstance(setting, QuerySetting) else fetched.path.name


def next_due(setting: FetchSetting | QuerySetting, folder: Path) -> dt.datetime | None:
    """Say when a source is asked for again at the earliest; None: at the next run.

    Raises
    ------
    InputError
        Its URL is not in the environment.
    """
    known = _kept(setting, reveal(setting.url), folder).known()
    every = setting.every if isinstance(setting, FetchSetting) else None
    return dt.datetime.fromisoformat(known.fetched_at) + every if known and every else None


def _kept(setting: FetchSetting | QuerySetting, url: str, folder: Path) -> Kept:
    """Find the place of the copy: of another address, or of another query, there is none yet."""
    name = folder_name(setting.id)
    if isinstance(setting, QuerySetting):
        return Kept(folder / name, name, address_of(f"{url}\n{setting.query}\n{setting.version_query}"))
    return Kept(folder / name, file_name(url), address_of(url))


def _still_wanted(known: Known | None, setting: FetchSetting | QuerySetting) -> Known | None:
    """A copy that is not what the user pinned is none."""
    pinned = setting.sha256 if isinstance(setting, FetchSetting) else None
    return None if known and pinned and known.sha256 != pinned.lower() else known


def _is_fresh(known: Known, setting: FetchSetting | QuerySetting, now: dt.datetime) -> bool:
    """Whether nothing is to be asked: the copy is what is pinned, or young enough."""
    if isinstance(setting, QuerySetting):
        return False
    age = now - dt.datetime.fromisoformat(known.fetched_at)
    return bool(setting.sha256) or (setting.every is not None and dt.timedelta() <= age < setting.every)


def _of(kept: Kept, known: Known, status: Status) -> Fetched:
    fetched_at = dt.datetime.fromisoformat(known.fetched_at)
    return Fetched(kept.path, status == "downloaded", fetched_at, known.sha256[:16], status, _day(known.modified))


def _day(modified: str | None) -> dt.date | None:
    try:
        return parsedate_to_datetime(modified).date() if modified else None
    except (ValueError, TypeError):
        return None
