"""What one run was made of, and the line of `runs` that says so."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.store.delta import Columns

RUNS: Mapping[str, pl.DataType] = {
    "run": pl.Int64(),
    "as_of": pl.Date(),
    "made_at": pl.Datetime("us", "UTC"),
    "versions": pl.String(),
    "lists": pl.String(),
    "parameters": pl.String(),
    "judgments": pl.Int64(),
    "version": pl.String(),
    "columns": pl.String(),
    "contents": pl.String(),
    "files": pl.String(),
    "previous": pl.String(),
    "hash": pl.String(),
}
"""The table `runs`; versions, lists, parameters, columns, contents and files are JSON.

`hash` covers the line and the hash of the line before, `previous`: a line that is changed or taken out shows.
"""

TEXTS = ("versions", "lists", "parameters", "columns", "contents", "files")

BRIEF = ("run", "as_of", "made_at", "judgments", "version")
"""What of a line is short."""


@dataclass(frozen=True)
class RunInfo:
    """What one run was made of. `versions`: table → Delta version; `version`: that of the code."""

    run: int
    as_of: dt.date
    made_at: dt.datetime
    versions: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    judgments: int = 0
    version: str = ""
    columns: Mapping[str, Columns] = field(default_factory=dict)
    contents: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    previous: str = ""
    hash: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> RunInfo:
        """Read a line of `runs`; what a line of an earlier version of this code lacks is empty."""
        texts = {name: json.loads(row[name] or "{}") for name in TEXTS}
        return cls(**{**row, **texts, "previous": row["previous"] or "", "hash": row["hash"] or ""})

    def row(self) -> dict[str, object]:
        """Write the line of `runs`."""
        values = {name: getattr(self, name) for name in RUNS}
        row = {name: _json(each) if isinstance(each, Mapping) else each for name, each in values.items()}
        return {**row, "hash": line_hash(row)}


def line_hash(row: Mapping[str, object]) -> str:
    """Hash a line of `runs`; columns it has no value in do not count, so that later ones may be added."""
    said = {name: value for name, value in row.items() if name != "hash" and value not in (None, "", "{}")}
    return hashlib.sha256(_json(dict(sorted(said.items()))).encode()).hexdigest()


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be stored with a run")
