"""What may be set of a source that is fetched by its URL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FetchSetting:
    """Where a source is fetched, how often at most, and what bounds it.

    `every` None means: asked at every run. `sha256` pins the content; `checksum_url` names a file that says it.
    `timeout_seconds` bounds all tries together. Values of `headers`, `token`, `proxy` and `url` may be `env:NAME`.
    """

    id: str
    url: str = field(repr=False)
    every: dt.timedelta | None = None
    sha256: str | None = None
    checksum_url: str | None = None
    max_bytes: int = 500_000_000
    timeout_seconds: float = 600
    retries: int = 3
    allow_private: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    token: str | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
