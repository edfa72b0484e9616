"""What may be set of a source that is asked of a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class QuerySetting:
    """Which database is asked what.

    `url` is any SQLAlchemy URL or `env:NAME`; the file of a SQLite URL is relative to `folder`. `version_query` gives
    one row that changes whenever the answer of `query` would.
    """

    id: str
    url: str = field(repr=False)
    query: str
    version_query: str | None = None
    timeout_seconds: float = 600
    max_rows: int = 50_000_000
    folder: Path = Path()
