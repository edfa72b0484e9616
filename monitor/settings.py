"""What the user set in `monitor.toml`, read once into frozen objects; `config/monitor.toml` shows every default."""

from __future__ import annotations

import datetime as dt
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from monitor.complaint import explain, line_of
from monitor.measures import Interval
from monitor.section import Section
from monitor.source_block import SourceBlock
from pipelines import secret
from pipelines.configuration import config_path
from pipelines.errors import InputError
from pipelines.graph.tracing.rules import Rules
from pipelines.normalize.exchange_rates import exchange_rates
from pipelines.source import SourceSetting
from pipelines.store.retention import Older, Retention

if TYPE_CHECKING:
    import polars as pl

    from monitor.channel import Channel

Detail = Literal["full", "brief"]
SeverityName = Literal["low", "medium", "high", "critical"]


def _dwell(value: object) -> object:
    return {"accelerator": value} if isinstance(value, int) else value


class User(Section):
    """Who the user is: names as they stand in the records."""

    parties: tuple[str, ...] = ()


class StoreSetting(Section):
    """Where facts are kept: a folder or the address of an object store; and how long every run is."""

    path: str = "store"
    keep_days: int | None = Field(default=None, ge=1)
    keep_older: Older = "monthly"
    vacuum_every: Interval = dt.timedelta(days=1)

    @property
    def retention(self) -> Retention:
        """Spell it as the pipelines do."""
        return Retention(self.keep_days, self.keep_older)


class JournalSetting(Section):
    """Where alerts and messages are kept: a file or the URL of a database."""

    url: str = "journal.db"


class TraceSetting(Section):
    """How far goods are followed, and how many paths are told."""

    max_legs: int = Field(default=6, ge=1, le=20)
    dwell_days: Annotated[dict[str, Annotated[int, Field(ge=0)]], BeforeValidator(_dwell)] = Field(
        default={"accelerator": 180}
    )
    other_dwell_days: int = Field(default=180, ge=0)
    forwarder_dwell_days: int = Field(default=45, ge=0)
    crowd: int = Field(default=25, ge=1)
    k: int = Field(default=5, ge=1)

    def rules(self) -> Rules:
        """Spell it as the pipelines do."""
        return Rules(
            max_legs=self.max_legs,
            dwell=self.dwell_days,
            other_dwell=self.other_dwell_days,
            forwarder_dwell=self.forwarder_dwell_days,
            crowd=self.crowd,
        )


class FlagSetting(Section):
    """Whether one red flag is on, and the parameters set for it."""

    enabled: bool = True
    parameters: dict[str, Any] = Field(default={})


class MailSetting(Section):
    """Whom to tell by mail, and the server that takes it."""

    type: Literal["mail"]
    name: str = "mail"
    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: str = Field(alias="from")
    to: tuple[str, ...] = Field(min_length=1)
    detail: Detail = "full"
    min_severity: SeverityName = "low"
    confidential: bool = False
    operator: bool = True
    timeout_seconds: float = Field(default=30, gt=0)


class WebhookSetting(Section):
    """Which address to post to, and the secret that signs the messages."""

    type: Literal["webhook"]
    name: str = "webhook"
    url: str = Field(pattern=r"^https?://")
    secret: SecretStr
    detail: Detail = "full"
    min_severity: SeverityName = "low"
    confidential: bool = False
    operator: bool = True
    timeout_seconds: float = Field(default=30, gt=0)


class DaemonSetting(Section):
    """When the daemon makes a pass: by interval or by the clock."""

    every: Interval | None = None
    schedule: str | None = Field(default=None, pattern=r"^\s*\S+(\s+\S+){4}\s*$")
    deliver_from: dt.date | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_of_two(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and {"every", "schedule"} <= set(values):
            raise ValueError("give every or schedule, not both")
        default = {} if isinstance(values, Mapping) and "schedule" in values else {"every": "6h"}
        return {**default, **values} if isinstance(values, Mapping) else values


class Settings(Section):
    """Everything `monitor.toml` says; paths in it are absolute."""

    inbox: Path = Path("inbox")
    downloads: Path = Path("downloads")
    as_of: dt.date | None = None
    exchange_rates: Path | None = None
    user: User = User()
    store: StoreSetting = StoreSetting()
    journal: JournalSetting = JournalSetting()
    declared: tuple[SourceBlock, ...] = Field(default=(), alias="source")
    trace: TraceSetting = TraceSetting()
    flags: dict[str, FlagSetting] = Field(default={})
    told: tuple[Annotated[MailSetting | WebhookSetting, Field(discriminator="type")], ...] = Field(
        default=(), alias="channel"
    )
    daemon: DaemonSetting = DaemonSetting(every="6h")  # type: ignore[arg-type]  # read as in the file
    folder: Path = Field(default=Path(), exclude=True)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Settings:
        for what, names in (("source id", [each.id for each in self.declared]),
                            ("channel name", [each.name for each in self.told])):  # fmt: skip
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]!r} is given twice; choose another")
        return self

    @property
    def sources(self) -> tuple[SourceSetting, ...]:
        """The declared sources."""
        return tuple(each.source(self.folder) for each in self.declared)

    @property
    def deliver_from(self) -> dt.date | None:
        """From when alerts are told one by one; None: from the day of the first run."""
        return self.daemon.deliver_from

    def rates(self) -> pl.DataFrame:
        """Read the exchange rates: the user's own, else those shipped."""
        return exchange_rates(self.exchange_rates)

    def day(self, now: dt.datetime) -> dt.date:
        """The day that counts as today."""
        return self.as_of or now.date()

    def channel_names(self) -> tuple[str, ...]:
        """Who is told, by name."""
        return tuple(each.name for each in self.told)

    def channels(self) -> list[Channel]:
        """Open the channels; nothing is connected yet."""
        from monitor.channels import open_channels  # channels are made of settings, so they cannot come first

        return open_channels(self.told)


def read_settings(path: Path) -> Settings:
    """Read `monitor.toml`.

    Raises
    ------
    InputError
        The file is missing, is no TOML, or says something unknown: one line with file, line, key, what to do.
    """
    text = _text(path)
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: no valid TOML: {error}; mend that line") from error
    if "folder" in said:
        raise InputError(f"{path}: line {line_of(text, ('folder',))}: key 'folder' is unknown; remove it")
    try:
        settings = Settings.model_validate(said)
    except ValidationError as error:
        raise InputError(f"{path}: {explain(error, text, Settings)}") from error
    return _resolve(settings, path.resolve().parent)


def reveal(value: SecretStr | str) -> str:
    """Give a secret; `env:NAME` is looked up in the environment.

    Raises
    ------
    InputError
        The environment has no such name.
    """
    return secret.reveal(value.get_secret_value() if isinstance(value, SecretStr) else value)


def init(folder: Path) -> list[Path]:
    """Write a commented `monitor.toml` and an inbox; leave what is there. Return what was written.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    inbox, file = folder / "inbox", folder / "monitor.toml"
    written = [path for path in (inbox, file) if not path.exists()]
    try:
        inbox.mkdir(parents=True, exist_ok=True)
        if file in written:
            shutil.copyfile(config_path("monitor.toml"), file)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}; choose another folder") from error
    return written


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: not found; make a workspace with `entrepot init`, or name one with --config"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text: {error}") from error


def _resolve(settings: Settings, folder: Path) -> Settings:
    journal = reveal(settings.journal.url)
    if "://" not in journal.removeprefix("sqlite:///"):
        journal = str(folder / journal.removeprefix("sqlite:///"))
    store = settings.store.path if "://" in settings.store.path else str(folder / settings.store.path)
    return settings.model_copy(
        update={
            "folder": folder,
            "inbox": folder / settings.inbox,
            "downloads": folder / settings.downloads,
            "exchange_rates": folder / settings.exchange_rates if settings.exchange_rates else None,
            "store": settings.store.model_copy(update={"path": store}),
            "journal": JournalSetting(url=journal),
            "declared": tuple(_resolve_source(each, folder) for each in settings.declared),
        }
    )


def _resolve_source(source: SourceBlock, folder: Path) -> SourceBlock:
    paths = {name: folder / getattr(source, name) for name in ("path", "mapping") if getattr(source, name)}
    glob = str(folder / source.glob) if source.glob else None
    return source.model_copy(update={**paths, "glob": glob})
