"""What earlier runs keep of files and of the versions they gave: by it a pass reads only what changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import polars as pl

from pipelines.errors import InputError, SourceFailed
from pipelines.known.presence import Presence
from pipelines.known.readings import Origin, Reading
from pipelines.known.standing import Standing
from pipelines.reading import quarantine
from pipelines.reading.versions import RECORDED, VERSION, record_schema
from pipelines.source import SourceSetting

SETTLED = dt.timedelta(seconds=2)
"""A file changed so shortly before it was read may have changed again within the same tick of its clock."""

KNOWN = {name: record_schema("shipments")[name] for name in ("source", *VERSION, "file", *RECORDED)}
"""What is asked of the versions known."""

NOT_DECISIVE = ("id", "path", "glob", "mode", "mapping", "records_licenses", "sites_complete", "complete",
                "register_complete_for", "moves_goods", "prefix")  # fmt: skip
"""Settings of a source that change nothing about what its rows are read as."""


def nothing_known(_: str, __: pl.DataFrame) -> pl.DataFrame:
    """Give no versions: the first reading knows none."""
    return pl.DataFrame(schema=KNOWN)


@dataclass(frozen=True)
class Kept:
    """What is known before a pass.

    `versions(table, keys)` gives every known version of records with these keys: the columns of `KNOWN`.
    `quarantine` holds the rows still not usable.
    """

    readings: tuple[Reading, ...] = ()
    quarantine: pl.DataFrame = field(default_factory=quarantine.empty)
    beside: Standing = field(default_factory=Standing)
    presence: Presence = field(default_factory=Presence)
    versions: Callable[[str, pl.DataFrame], pl.DataFrame] = nothing_known


def origin_of(path: Path, name: str) -> Origin:
    """Take down a file as it is.

    Raises
    ------
    SourceFailed
        It cannot be read.
    """
    try:
        stat = path.stat()
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
    except OSError as error:
        raise SourceFailed(f"{name}: cannot be read ({error.strerror}); check the file and its permissions") from error
    return Origin(name, digest, stat.st_size, stat.st_mtime_ns)


def unchanged(path: Path, before: Origin, read_at: dt.datetime) -> Origin | None:
    """Tell whether a file is the one that was read: by size and time, else by its bytes; None when it is another."""
    settled = before.changed_at / 1e9 < (read_at - SETTLED).timestamp()
    if settled and before.same_stat(path):
        return before
    if path.stat().st_size != before.size:
        return None
    now = origin_of(path, before.name)
    return replace(before, changed_at=now.changed_at) if now.fingerprint == before.fingerprint else None


def how_read(setting: SourceSetting | None) -> str:
    """Name what decides how files are read: the settings, the mapping's text and this version of the code."""
    said = {name: each for name, each in asdict(setting).items() if name not in NOT_DECISIVE} if setting else {}
    text = json.dumps([version("entrepot"), said, _mapping(setting)], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _mapping(setting: SourceSetting | None) -> str:
    try:
        return setting.mapping.read_text(encoding="utf-8") if setting and setting.mapping else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"mapping {setting and setting.mapping}: cannot be read ({error}); check the path") from error


def to_read_again(
    readings: Sequence[Reading], changed: set[str], *, snapshot: bool, formats: set[str], edited: set[str]
) -> set[str]:
    """Name the unchanged files that must be read along with those that changed.

    All of a full copy, or of files that complete each other (`formats` are those the changed ones are of). Where a
    file was edited, also those that repeat rows of others, and all of them when it repeated rows itself: what is no
    longer said by one file may still be said by another.
    """
    mine = [each for each in readings if edited & _names(each)]
    tables = {(each.source, each.table) for each in mine}
    repeating = {(each.source, each.table) for each in mine if each.duplicate}
    again: set[str] = set()
    for reading in readings:
        of = (reading.source, reading.table)
        along = (
            (snapshot and bool(changed))
            or (len(reading.origins) > 1 and bool(_names(reading) & changed))
            or (bool(reading.format) and reading.format in formats)
            or of in repeating
            or (of in tables and reading.duplicate > 0)
        )
        again |= _names(reading) if along else set()
    return again - changed


def _names(reading: Reading) -> set[str]:
    return {each.name for each in reading.origins}
