"""What may be set of a source that is fetched by its URL, or asked of a database."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr, model_validator

from monitor.measures import Interval, Size
from pipelines.fetching.setting import FetchSetting
from pipelines.reading.query_setting import QuerySetting

FETCHED = ("every", "sha256", "checksum_url", "max_bytes", "retries", "allow_private", "headers", "token", "proxy")
QUERIED = ("version_query", "max_rows")
REMOTE = ("url", "query", "timeout_seconds", *FETCHED, *QUERIED)


class Remote(BaseModel):
    """Where a source is when it is no file here; a part of its block. With `query`, `url` is that of a database."""

    url: SecretStr | None = None
    query: str | None = Field(default=None, min_length=1)
    timeout_seconds: float = Field(default=600, gt=0)
    every: Interval | None = None
    sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$")
    checksum_url: SecretStr | None = None
    max_bytes: Size = 500_000_000
    retries: int = Field(default=3, ge=0, le=10)
    allow_private: bool = False
    headers: dict[str, SecretStr] = {}
    token: SecretStr | None = None
    proxy: SecretStr | None = None
    version_query: str | None = Field(default=None, min_length=1)
    max_rows: int = Field(default=50_000_000, gt=0)

    @model_validator(mode="after")
    def _fits_its_url(self) -> Remote:
        said = [name for name in REMOTE if name in self.model_fields_set]
        if self.url is None:
            if said:
                raise ValueError(f"{said[0]} is for sources with a url; add url, or remove it")
            return self
        strange = [name for name in said if name in (FETCHED if self.query else QUERIED)]
        if strange:
            raise ValueError(f"{strange[0]} is for {'files' if self.query else 'a query'}; remove it")
        scheme, found, _ = self.url.get_secret_value().partition("://")
        if not (found or scheme.startswith("env:")):
            raise ValueError("url is none; write https://…, or postgresql+psycopg://… with a query")
        if found and self.query and scheme in ("http", "https"):
            raise ValueError("query needs the url of a database, like postgresql+psycopg://…")
        if found and not self.query and scheme not in ("http", "https"):
            raise ValueError("a url that is not https:// is that of a database; add query")
        return self

    def fetching(self, source: str) -> FetchSetting | None:
        """Spell what is fetched as the pipelines do; None when nothing is."""
        if self.url is None or self.query:
            return None
        return FetchSetting(
            id=source,
            url=self.url.get_secret_value(),
            every=self.every,
            sha256=self.sha256,
            checksum_url=_plain(self.checksum_url),
            max_bytes=self.max_bytes,
            timeout_seconds=self.timeout_seconds,
            retries=self.retries,
            allow_private=self.allow_private,
            headers={name: value.get_secret_value() for name, value in self.headers.items()},
            token=_plain(self.token),
            proxy=_plain(self.proxy),
        )

    def asking(self, source: str, folder: Path) -> QuerySetting | None:
        """Spell what is asked of a database as the pipelines do; None when nothing is."""
        if self.url is None or not self.query:
            return None
        return QuerySetting(
            id=source,
            url=self.url.get_secret_value(),
            query=self.query,
            version_query=self.version_query,
            timeout_seconds=self.timeout_seconds,
            max_rows=self.max_rows,
            folder=folder,
        )


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
