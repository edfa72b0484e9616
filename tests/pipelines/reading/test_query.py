"""The answer of a database is kept as a file, whole or not at all, and read like one."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import EntrepotError, InputError, SourceFailed
from pipelines.fetching.fetch import Fetched, fetch, fetched_paths
from pipelines.reading.query_setting import QuerySetting
from pipelines.reading.raw import open_files
from pipelines.sources.records import read_records

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
MANY = 200_000


@pytest.fixture(autouse=True)
def shop(tmp_path: Path) -> Path:
    """A SQLite file of three movements, in every test's folder."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE moved (id TEXT, shipped_on TEXT, shipper TEXT, quantity REAL, note BLOB)")
        shop.executemany(
            "INSERT INTO moved VALUES (?, ?, ?, ?, NULL)",
            [("m1", "2024-05-01", "Brightquay, Ltd.", 12), ("m2", "2024-05-02", 'Harbor "Cloud"', 0.5),
             ("m3", None, "Qinglan\r\nComputing", None)],
        )  # fmt: skip
    shop.close()
    return path


def asked(folder: Path, url: str, query: str, **parts: Any) -> Fetched:
    return fetch(QuerySetting("warehouse", url, query, folder=folder, **parts), folder / "downloads", now=NOON)


def texts(fetched: Fetched) -> list[dict[str, str | None]]:
    """Read a kept answer as any file is read."""
    (file,) = open_files(fetched.path)
    return file.table().frame.drop("row").to_dicts()


def test_rows_are_read_as_a_file_would_be(tmp_path: Path) -> None:
    fetched = asked(tmp_path, "sqlite:///shop.db", "SELECT id, shipped_on, shipper, quantity FROM moved ORDER BY id;")
    assert (fetched.status, fetched.changed) == ("downloaded", True)
    assert texts(fetched) == [
        {"id": "m1", "shipped_on": "2024-05-01", "shipper": "Brightquay, Ltd.", "quantity": "12"},
        {"id": "m2", "shipped_on": "2024-05-02", "shipper": 'Harbor "Cloud"', "quantity": "0.5"},
        {"id": "m3", "shipped_on": None, "shipper": "Qinglan\nComputing", "quantity": None},
    ]


def test_its_file_is_shown_by_the_name_of_the_source(tmp_path: Path, shop: Path) -> None:
    setting = QuerySetting("warehouse", f"sqlite:///{shop}", "SELECT id FROM moved")
    ((path, shown),) = fetched_paths(setting, tmp_path / "downloads", NOON)
    assert (path, shown) == (tmp_path / "downloads" / "warehouse" / "warehouse", "warehouse (query)")


def test_rows_fill_a_table_of_the_contract(tmp_path: Path) -> None:
    query = (
        "SELECT id, shipped_on, shipper AS shipper_name, 'Harbor Cloud' AS consignee_name, 'servers' AS item, quantity"
        " FROM moved"
    )
    (file,) = open_files(asked(tmp_path, "sqlite:///shop.db", query).path)
    pieces = list(read_records(file, "shipments"))
    assert sum(each.read for each in pieces) == 3
    assert {day for each in pieces for day in each.rows["shipped_on"]} >= {dt.date(2024, 5, 1), dt.date(2024, 5, 2)}


def test_the_same_answer_changes_nothing(tmp_path: Path) -> None:
    query = "SELECT id FROM moved ORDER BY id"
    assert [asked(tmp_path, "sqlite:///shop.db", query).status for _ in range(2)] == ["downloaded", "unchanged"]
    assert asked(tmp_path, "sqlite:///shop.db", f"{query} DESC").status == "downloaded"


def test_while_the_version_is_the_same_nothing_is_asked(tmp_path: Path, shop: Path) -> None:
    """The table is renamed behind its back: only asking for the rows would notice."""
    parts = {
        "query": "SELECT id FROM moved",
        "version_query": "SELECT max(id), count(*), NULL FROM (SELECT 'm3' AS id)",
    }
    first = asked(tmp_path, "sqlite:///shop.db", **parts)
    with sqlite3.connect(shop) as changing:
        changing.execute("ALTER TABLE moved RENAME TO gone")
    changing.close()
    again = asked(tmp_path, "sqlite:///shop.db", **parts)
    assert (again.status, again.version, again.failure) == ("unchanged", first.version, None)


def test_another_version_is_asked_for(tmp_path: Path, shop: Path) -> None:
    parts = {"query": "SELECT id FROM moved", "version_query": "SELECT count(*) FROM moved"}
    asked(tmp_path, "sqlite:///shop.db", **parts)
    with sqlite3.connect(shop) as changing:
        changing.execute("INSERT INTO moved (id) VALUES ('m4')")
    changing.close()
    assert len(texts(asked(tmp_path, "sqlite:///shop.db", **parts))) == 4


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM moved", "SELECT 1; DELETE FROM moved", "  -- SELECT\nDROP TABLE moved", "", ";",
        "PRAGMA query_only = OFF", "SELECT ';' ; SELECT 2", "/* SELECT */ UPDATE moved SET id = 1",
        "WITH x AS (SELECT 1) DELETE FROM moved",
    ],
)  # fmt: skip
def test_a_query_only_asks(tmp_path: Path, query: str) -> None:
    with pytest.raises(EntrepotError, match=r"no SELECT|several statements|readonly|read-only") as failed:
        asked(tmp_path, "sqlite:///shop.db", query)
    assert "\n" not in str(failed.value)
    assert len(texts(asked(tmp_path, "sqlite:///shop.db", "SELECT id FROM moved"))) == 3


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ';' AS id", "SELECT 'a' AS id -- ; the end", "/* ; */ SELECT 1 AS id;\n", "(SELECT 1 AS id)",
        "WITH x AS (SELECT 1 AS id) SELECT id FROM x", "VALUES (1)", "SELECT '100 % :not a name' AS id",
    ],
)  # fmt: skip
def test_what_only_looks_like_several_statements_is_asked(tmp_path: Path, query: str) -> None:
    query = "SELECT id FROM moved LIMIT 1" if query.startswith("(") else query
    assert len(texts(asked(tmp_path, "sqlite:///shop.db", query))) == 1


@pytest.mark.parametrize(
    ("url", "query", "told"),
    [
        ("sqlite:///shop.db", "SELECT weight FROM moved", "sqlite shop.db: no such column: weight; correct"),
        ("sqlite:///shop.db", "SELECT * FROM nowhere", "no such table: nowhere; correct `url` or `query`"),
        ("sqlite:///shop.db", "SELECT FROM WHERE", "syntax error"),
        ("sqlite:///shop.db", "SELECT id, id FROM moved", "gives the column 'id' twice; name one of them anew with AS"),
        ("sqlite:///shop.db", "SELECT id, x'00ff' AS photo FROM moved", "the column 'photo' holds bytes; leave it out"),
        ("sqlite:///none.db", "SELECT 1", r"there is no SQLite file .*none\.db; correct `url`"),
        ("sqlite:///monitor.toml", "SELECT 1 FROM x", "file is not a database"),
        ("not a url: s3cret", "SELECT 1", "is no database URL; write it as postgresql"),
        ("postgresql://me:s3cret@h:port/d", "SELECT 1", "is no database URL"),
        ("nosuch://me:s3cret@h/d", "SELECT 1", "no driver for nosuch"),
        ("mysql+pymysql://me:s3cret@h/d", "SELECT 1", "no driver for mysql.pymysql: .*; install the driver"),
        ("postgresql+psycopg://me:s3cret@127.0.0.1:1/d", "SELECT 1", r"postgresql 127.0.0.1:1/d: .*refused; correct"),
        ("env:NOBODY_SET_THIS", "SELECT 1", "which has no NOBODY_SET_THIS; set it"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line(tmp_path: Path, url: str, query: str, told: str) -> None:
    (tmp_path / "monitor.toml").write_text("this is long enough to be no database\n" * 99)
    with pytest.raises((SourceFailed, InputError), match=told) as failed:
        asked(tmp_path, url, query)
    assert "\n" not in str(failed.value)
    assert "s3cret" not in str(failed.value)
    assert not list((tmp_path / "downloads").rglob("*.part"))


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="gives more than max_rows = 2 rows; ask for fewer or raise it"):
        asked(tmp_path, "sqlite:///shop.db", "SELECT id FROM moved", max_rows=2)


def test_an_endless_query_ends(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with pytest.raises(SourceFailed, match="interrupted; correct `url` or `query`, or try later"):
        asked(tmp_path, "sqlite:///shop.db", endless, timeout_seconds=0.2)
    with pytest.raises(SourceFailed, match=r"takes longer than timeout_seconds = 0\.2; raise it|interrupted"):
        asked(tmp_path, "sqlite:///shop.db", endless.replace("max(i)", "i"), timeout_seconds=0.2)


def test_the_last_answer_stays_when_the_database_is_gone(tmp_path: Path, shop: Path) -> None:
    query = "SELECT id FROM moved"
    first = asked(tmp_path, "sqlite:///shop.db", query)
    shop.unlink()
    kept = asked(tmp_path, "sqlite:///shop.db", query)
    assert (kept.status, kept.version, len(texts(kept))) == ("kept", first.version, 3)
    assert "there is no SQLite file" in str(kept.failure)


# PostgreSQL


@pytest.fixture
def table(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of a database's owner, whose table `moved` is new."""
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS moved")
        owner.execute(
            "CREATE TABLE moved (id int, day date, at timestamptz, local timestamp, price numeric(30, 10),"
            " weight double precision, names text[], detail jsonb, ok bool, photo bytea, took interval, ref uuid)"
        )
        yield owner


ROW = """INSERT INTO moved VALUES (1, '2024-05-31', '2024-05-31 23:30:00+00', '2024-05-31 08:00:00.25',
 12345678901234567890.0123456789, 2.50, '{Brightquay,"Harbor; Cloud",NULL}',
 '{"goods": {"model": "H100", "price": 0.12345678901234567890}, "tags": ["a", "b"]}', true, NULL, '36 hours',
 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (2, NULL, NULL, NULL, 'NaN', 3, '{}', NULL, false, NULL, NULL, NULL)"""


def test_every_type_is_spelled_as_in_a_file(tmp_path: Path, postgres_url: str, table: psycopg.Connection[Any]) -> None:
    table.execute(ROW)
    query = "SELECT id, day, at AT TIME ZONE 'UTC' AS at, local, price, weight, names, ok, took, ref FROM moved"
    assert texts(asked(tmp_path, postgres_url, f"{query} ORDER BY id")) == [
        {"id": "1", "day": "2024-05-31", "at": "2024-05-31T23:30:00", "local": "2024-05-31T08:00:00.250000",
         "price": "12345678901234567890.0123456789", "weight": "2.5", "names": "Brightquay;Harbor, Cloud",
         "ok": "true", "took": "1 day, 12:00:00", "ref": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
        {"id": "2", "day": None, "at": None, "local": None, "price": None, "weight": "3", "names": None,
         "ok": "false", "took": None, "ref": None},
    ]  # fmt: skip


def test_a_moment_keeps_its_zone(tmp_path: Path, postgres_url: str, table: psycopg.Connection[Any]) -> None:
    table.execute(ROW)
    ((row),) = texts(asked(tmp_path, postgres_url, "SELECT at FROM moved WHERE id = 1"))
    assert dt.datetime.fromisoformat(str(row["at"])) == dt.datetime(2024, 5, 31, 23, 30, tzinfo=dt.UTC)


def test_objects_become_columns_as_in_a_json_file(
    tmp_path: Path, postgres_url: str, table: psycopg.Connection[Any]
) -> None:
    table.execute(ROW)
    first, second = texts(asked(tmp_path, postgres_url, "SELECT id, price, detail FROM moved ORDER BY id DESC"))[::-1]
    assert (first["id"], first["price"]) == ("1", "12345678901234567890.0123456789")
    assert first["detail_tags"] == "a;b"
    assert first["detail_goods"] == '{"model": "H100", "price": "0.12345678901234567890"}'
    assert second["id"] == "2"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT id, photo FROM moved ORDER BY id", None),
        ("SELECT 'x'::bytea AS photo FROM moved", "the column 'photo' holds bytes"),
        ("SELECT * FROM nowhere", 'relation "nowhere" does not exist; correct `url` or `query`'),
        (
            "WITH gone AS (DELETE FROM moved RETURNING id) SELECT id FROM gone",
            "must not contain data-modifying statements",
        ),
        ("SELECT nextval('numbers')", "read-only transaction"),
        ("SELECT pg_sleep(30)", "statement timeout; correct"),
        ("SELECT 1/0 AS id", "division by zero"),
    ],
)
def test_postgresql_is_only_asked(
    tmp_path: Path, postgres_url: str, table: psycopg.Connection[Any], query: str, told: str | None
) -> None:
    table.execute(ROW)
    table.execute("CREATE SEQUENCE IF NOT EXISTS numbers")
    if told is None:
        assert texts(asked(tmp_path, postgres_url, query)) == [{"id": "1", "photo": None}, {"id": "2", "photo": None}]
        return
    with pytest.raises(EntrepotError, match=told) as failed:
        asked(tmp_path, postgres_url, query, timeout_seconds=1)
    assert "\n" not in str(failed.value)
    assert table.execute("SELECT count(*) FROM moved").fetchone() == (2,)


def test_a_percent_sign_and_a_colon_are_no_parameters(tmp_path: Path, postgres_url: str) -> None:
    query = "SELECT '100 %s :id' AS id WHERE 'ab' LIKE 'a%' AND '1'::int = 1"
    assert texts(asked(tmp_path, postgres_url, query)) == [{"id": "100 %s :id"}]


PROGRAM = """
import datetime as dt, resource, sys
from pathlib import Path
from pipelines.fetching.fetch import fetch
from pipelines.reading.query_setting import QuerySetting
for rows in (10, int(sys.argv[3])):
    query = f"SELECT i AS id, repeat('x', 500) AS note, now() AS at FROM generate_series(1, {rows}) AS i"
    fetched = fetch(QuerySetting("warehouse", sys.argv[1], query), Path(sys.argv[2]), now=dt.datetime.now(dt.UTC))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_many_rows_are_streamed(tmp_path: Path, postgres_url: str) -> None:
    command = [sys.executable, "-c", PROGRAM, postgres_url, str(tmp_path / "downloads"), str(MANY)]
    few, many = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    with (tmp_path / "downloads" / "warehouse" / "warehouse").open("rb") as kept:
        assert sum(1 for _ in kept) == MANY + 1
    assert int(many) - int(few) < 40_000  # kilobytes, where all rows have 100,000


def test_a_connection_killed_midway_keeps_nothing_half(
    tmp_path: Path, postgres_url: str, table: psycopg.Connection[Any]
) -> None:
    asked(tmp_path, postgres_url, numbers(5))
    killing = threading.Thread(target=kill_others, args=(table, tmp_path))
    killing.start()
    with pytest.raises(SourceFailed, match=r"source warehouse: postgresql .*; correct `url` or `query`, or try later"):
        asked(tmp_path, postgres_url, numbers(3_000_000))
    killing.join()
    assert not list((tmp_path / "downloads").rglob("*.part"))
    assert len(texts(asked(tmp_path, postgres_url, numbers(5)))) == 5


def numbers(rows: int) -> str:
    return f"SELECT i AS id FROM generate_series(1, {rows}) AS i"  # noqa: S608  # a number


def kill_others(owner: psycopg.Connection[Any], folder: Path) -> None:
    """Once rows have been written, end every connection but one's own."""
    for _ in range(1000):
        if any(part.stat().st_size for part in folder.rglob("*.part")):
            break
        time.sleep(0.01)
    others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
    owner.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608


TEXT = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\r\n\t"), max_size=12)
    | st.none()
)
CELLS = st.tuples(TEXT, st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), TEXT)


@given(rows=st.lists(CELLS, max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_comes_through(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    """Whatever texts hold, quotes, commas and line ends among them: as many rows, with the same values."""
    with sqlite3.connect(tmp_path / "any.db") as any_db:
        any_db.execute("DROP TABLE IF EXISTS t")
        any_db.execute("CREATE TABLE t (a, b, c, d)")
        any_db.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
    any_db.close()
    (file,) = open_files(asked(tmp_path, "sqlite:///any.db", "SELECT * FROM t ORDER BY rowid").path)
    table = file.table()
    assert (table.read, table.bad.height) == (len(rows), 0)
    for read, (a, b, c, d) in zip(table.frame.drop("row").rows(), rows, strict=True):
        assert [_plain(each) for each in (read[0], read[3])] == [_plain(a), _plain(d)]
        assert (int(str(read[1])), float(str(read[2]))) == (b, c)


def _plain(text: str | None) -> str:
    """Spell a text as reading leaves it: one kind of line end, no space around, nothing for null."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()
