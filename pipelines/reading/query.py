"""Rows asked of a database, by any URL of SQLAlchemy: read only, one statement, streamed, bounded in time and rows."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, CursorResult, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from pipelines.errors import InputError, SourceFailed
from pipelines.reading.query_setting import QuerySetting
from pipelines.reading.query_values import nested
from pipelines.secret import reveal

ROWS = 2_000
"""Rows asked for at a time."""

CONNECT_SECONDS = 15
VERSION_ROWS = 1_000

QUOTED = re.compile(
    r"'(?:[^']|'')*' | \"(?:[^\"]|\"\")*\" | `[^`]*` | \$(\w*)\$.*?\$\1\$ | (--[^\n]* | /\*.*?\*/)",
    re.DOTALL | re.VERBOSE,
)
ASKS = re.compile(r"[\s(]*(?:select|with|values|table|from)\b", re.IGNORECASE)
DRIVERS = {"postgresql": "install entrepot[postgresql]"}
READS_ONLY = {
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = {milliseconds}"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION max_execution_time = {milliseconds}"),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION max_statement_time = {seconds}"),
    "sqlite": ("PRAGMA query_only = ON",),
}
"""What each kind of database is told first. Others are only asked what begins as a question does."""

Row = Sequence[object]


class QueryRows:
    """The answer of a database to the query of one source, while it is connected."""

    def __init__(self, setting: QuerySetting, connection: Connection, ends: float) -> None:
        self.setting = setting
        self.connection = connection
        self.ends = ends
        self.open: list[CursorResult[Any]] = []

    def version(self) -> str | None:
        """Hash the answer of the version query; None when there is none."""
        if self.setting.version_query is None:
            return None
        statement = _one_statement(self.setting.version_query, "version_query")
        with self._asked(statement) as rows:
            answer = [[nested(value) for value in row] for row in rows.fetchmany(VERSION_ROWS)]
        return hashlib.sha256(json.dumps(answer).encode()).hexdigest()

    def rows(self) -> tuple[list[str], Iterator[Row]]:
        """Ask; give the headings, and the rows as they come.

        Raises
        ------
        SourceFailed
            Two columns have one name; while the rows are read: too many, too slow.
        """
        statement = _one_statement(self.setting.query, "query")
        answer = self._asked(statement, stream_results=True, yield_per=ROWS)
        if not answer.returns_rows:
            raise InputError("gives no rows; write one SELECT in `query`")
        headings = [str(name) for name in answer.keys()]  # noqa: SIM118  # no dictionary but a method of the answer
        twice = sorted({name for name in headings if headings.count(name) > 1})
        if twice:
            raise InputError(f"gives the column {twice[0]!r} twice; name one of them anew with AS in `query`")
        return headings, self._bounded(answer)

    def _asked(self, statement: str, **options: Any) -> CursorResult[Any]:
        answer = self.connection.exec_driver_sql(statement, execution_options={"no_parameters": True, **options})
        self.open.append(answer)
        return answer

    def close(self) -> None:
        """Let go of the answers, read to their end or not."""
        for answer in self.open:
            with suppress(SQLAlchemyError):
                answer.close()

    def _bounded(self, rows: Any) -> Iterator[Row]:
        for number, row in enumerate(rows):
            if number >= self.setting.max_rows:
                raise SourceFailed(
                    f"gives more than max_rows = {self.setting.max_rows:,} rows; ask for fewer or raise it"
                )
            if number % ROWS == 0 and time.monotonic() > self.ends:
                raise SourceFailed(f"takes longer than timeout_seconds = {self.setting.timeout_seconds:g}; raise it")
            yield row


@contextmanager
def asking(setting: QuerySetting) -> Iterator[QueryRows]:
    """Connect to the database of a source; whatever goes wrong there is told in one line.

    Raises
    ------
    SourceFailed
        It cannot be reached, or does not answer.
    InputError
        Its URL, its driver or its query is to be mended.
    """
    url = _url(setting)
    ends = time.monotonic() + setting.timeout_seconds
    with _told(url):
        engine = _engine(url, setting.folder, ends)
        try:
            with engine.connect() as connection:
                _make_read_only(connection, setting.timeout_seconds)
                with closing(QueryRows(setting, connection, ends)) as rows:
                    yield rows
        finally:
            engine.dispose()


def _url(setting: QuerySetting) -> URL:
    try:
        return make_url(reveal(setting.url))
    except (ArgumentError, ValueError) as error:
        # what cannot be read may hold a password, so it is not repeated
        raise InputError("`url` is no database URL; write it as postgresql+psycopg://user@host/database") from error


def _engine(url: URL, folder: Path, ends: float) -> Engine:
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database not in (None, "", ":memory:"):
        return create_engine(
            "sqlite://", creator=partial(_sqlite, folder / str(url.database), ends), poolclass=NullPool
        )
    if kind == "postgresql":
        exact = partial(json.loads, parse_float=Decimal)
        patience = {"connect_timeout": CONNECT_SECONDS} if "psycopg" in url.drivername else {}
        return create_engine(url, poolclass=NullPool, json_deserializer=exact, connect_args=patience)
    return create_engine(url, poolclass=NullPool)


def _sqlite(path: Path, ends: float) -> sqlite3.Connection:
    if not path.is_file():
        raise InputError(f"there is no SQLite file {path}; correct `url`")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=CONNECT_SECONDS)
    connection.set_progress_handler(lambda: time.monotonic() > ends, 100_000)
    return connection


def _make_read_only(connection: Connection, seconds: float) -> None:
    """Have the database refuse whatever would change it, and end what takes too long."""
    for statement in READS_ONLY.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement.format(milliseconds=int(seconds * 1000), seconds=seconds))


def _one_statement(query: str, name: str) -> str:
    """Give a query without its last semicolon.

    Raises
    ------
    InputError
        It is several statements, or none that only asks.
    """
    bare = QUOTED.sub(lambda found: " " if found[2] else "''", query).rstrip("; \t\r\n")
    if ";" in bare:
        raise InputError(f"`{name}` has several statements; write one SELECT")
    if not ASKS.match(bare):
        raise InputError(f"`{name}` is no SELECT; nothing else is asked of a database")
    return query.strip().rstrip("; \t\r\n")


@contextmanager
def _told(url: URL) -> Iterator[None]:
    try:
        yield
    except (ImportError, NoSuchModuleError) as error:
        kind = url.get_backend_name()
        advice = DRIVERS.get(kind, f"install the driver that SQLAlchemy names for {kind}")
        raise InputError(f"no driver for {url.drivername}: {_line(error, url)}; {advice}") from error
    except SQLAlchemyError as error:
        raise SourceFailed(f"{_where(url)}: {_line(error, url)}; correct `url` or `query`, or try later") from error


def _where(url: URL) -> str:
    """Name a database without user and password."""
    if url.get_backend_name() == "sqlite":
        return f"sqlite {Path(str(url.database)).name}"
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()} {url.host or ''}{port}/{url.database or ''}"


def _line(error: BaseException, url: URL) -> str:
    cause = getattr(error, "orig", None) or error
    line = (str(cause).strip() or type(cause).__name__).splitlines()[0][:300]
    return line.replace(str(url.password), "***") if url.password else line
