"""What `monitor.toml` may say of one source."""

from __future__ import annotations

import codecs
import datetime as dt
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from monitor.remote import REMOTE, Remote
from monitor.section import Section
from pipelines.source import SourceSetting


class SourceBlock(Section, Remote):
    """One declared source; `date` is the files' own date."""

    id: str = Field(min_length=1)
    path: Path | None = None
    glob: str | None = None
    table: str | None = None
    mapping: Path | None = None
    mode: Literal["append", "snapshot"] = "append"
    records_licenses: bool | None = None
    sites_complete: bool = False
    complete: bool = False
    register_complete_for: tuple[str, ...] = ()
    moves_goods: bool = True
    coverage: Literal["auto", "complete", "excerpt"] = "auto"
    stale_after_days: int | None = Field(default=None, ge=1)
    encoding: str | None = None
    date: dt.date | None = None

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, name: str | None) -> str | None:
        try:
            return name and codecs.lookup(name).name
        except LookupError as error:
            raise ValueError("is no encoding Python knows; write it as utf-8, cp1255 or euc_jp") from error

    @model_validator(mode="after")
    def _has_files(self) -> SourceBlock:
        if self.path is None and self.glob is None and self.url is None:
            raise ValueError("name its files with path or glob, or its address with url")
        if self.url is not None and (self.path or self.glob):
            raise ValueError("has a url and files; declare two sources")
        return self

    def source(self, folder: Path) -> SourceSetting:
        """Spell it as the pipelines do; ids of its records begin with its own."""
        return SourceSetting(
            **self.model_dump(exclude={"date", *REMOTE}),
            as_of=self.date,
            prefix=f"{self.id}:",
            fetch=self.fetching(self.id),
            query=self.asking(self.id, folder),
        )
