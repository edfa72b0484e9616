"""What one run was made of, and the line of `runs` that says so."""

from __future__ import annotations

import datetime as dt
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
}
"""The table `runs`; versions, lists, parameters, columns and contents are JSON."""


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

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> RunInfo:
        """Read a line of `runs`."""
        texts = ("versions", "lists", "parameters", "columns", "contents")
        return cls(**{**row, **{name: json.loads(row[name]) for name in texts}})

    def row(self) -> dict[str, object]:
        """Write the line of `runs`."""
        values = {name: getattr(self, name) for name in RUNS}
        return {name: _json(each) if isinstance(each, Mapping) else each for name, each in values.items()}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be stored with a run")
