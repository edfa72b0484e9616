"""Open the journal's database: a SQLite file by default, another by its URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from monitor.journal.tables import LAYOUT, METADATA, STATE
from pipelines.errors import InputError, StoreError

PATIENCE_SECONDS = 60
"""How long a writer waits for another."""

LOCK = "LOCK TABLE alert_events IN EXCLUSIVE MODE"
LOCK_NOTHING = "SELECT pg_advisory_xact_lock(hashtext('entrepot journal'))"


class Database:
    """Connections to one journal; a connection is a transaction."""

    def __init__(self, url: str | Path) -> None:
        try:
            self.url = make_url(str(url)) if "://" in str(url) else URL.create("sqlite", database=str(url))
            self.engine = _engine(self.url)
        except ImportError as error:
            raise InputError(f"[journal] url needs a driver that is not installed: {_line(error)}") from error
        except ArgumentError as error:
            raise InputError(f"[journal] url is not a database URL: {_line(error)}") from error
        except ValueError as error:
            raise InputError("[journal] url is not a database URL: its port is no number") from error
        except OSError as error:
            raise StoreError(f"journal {url}: cannot be written: {error.strerror}; choose another folder") from error
        try:
            with self.writing() as connection:
                _lay_out(connection)
        except StoreError:
            self.engine.dispose()
            raise

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Change the journal alone, whole or not at all."""
        with self._errors(), self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                is_made = connection.dialect.has_table(connection, "alert_events")
                # before there is a table to lock, those who make it wait for one another
                connection.execute(text(LOCK if is_made else LOCK_NOTHING))
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read one consistent state; nobody has to wait for it."""
        with self._errors(), self.engine.connect() as connection:
            one_state = {"isolation_level": "REPEATABLE READ"} if connection.dialect.name == "postgresql" else {}
            yield connection.execution_options(reads_only=True, **one_state)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(f"journal {self.name}: {_line(error)}") from error

    @property
    def name(self) -> str:
        """The URL without its password."""
        return self.url.database or "" if self.url.drivername == "sqlite" else self.url.render_as_string()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # pysqlite would begin transactions by itself, late and deferred; `_begin` does it instead
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _lay_out(connection: Connection) -> None:
    METADATA.create_all(connection)
    layout = connection.execute(select(STATE.c.value).where(STATE.c.name == "layout")).scalar()
    if layout is None:
        connection.execute(STATE.insert().values(name="layout", value=LAYOUT))
    elif layout > LAYOUT:
        raise StoreError(f"the journal was written by a newer version of entrepot (layout {layout}); update entrepot")


def _line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
