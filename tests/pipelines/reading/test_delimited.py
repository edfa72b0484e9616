"""Delimited text is read piece by piece as a plain reader reads it whole, and a stray quote spoils only its record."""

import csv
import io
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import SourceFailed
from pipelines.reading import delimited
from pipelines.reading.raw import open_files
from pipelines.reading.raw_table import RawTable, joined

CELL = st.sampled_from(["", "Alder", 'say "so"', "a,b", "two\nlines", '"', ",,", "青岚", "x" * 40])
ROWS = st.lists(st.tuples(CELL, CELL, CELL), max_size=10)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "STRETCH", 16)
    monkeypatch.setattr(delimited, "LINE", 4096)


def cut(text: bytes, size: int) -> Iterable[bytes]:
    """Cut a text into pieces as a stream would give them."""
    return (text[at : at + size] for at in range(0, len(text), size))


def read(text: bytes, size: int = 50) -> RawTable:
    """Read in pieces of so many bytes."""
    return joined(delimited.pieces(cut(text, 7), "x.csv", size), "x.csv")


def rows(table: RawTable) -> list[tuple[str, ...]]:
    """Give the values, null as empty."""
    return table.frame.drop("row").select(pl.all().fill_null("")).rows()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows_=ROWS, size=st.integers(60, 400), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_pieces_of_any_size_give_what_a_plain_reader_gives(rows_: list[tuple[str, ...]], size: int, end: str) -> None:
    written = io.StringIO()
    csv.writer(written, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("a", "b", "c"), *rows_])
    table = read(written.getvalue().encode(), size)
    assert rows(table) == rows_
    assert table.frame["row"].to_list() == list(range(1, len(rows_) + 1))
    assert (table.bad.height, table.read) == (0, len(rows_))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet='ab,"\n\r;\0 x', max_size=200), size=st.integers(60, 400))
def test_whatever_the_text_no_record_is_lost_and_none_counts_twice(text: str, size: int) -> None:
    table = read(b"a,b\n" + text.encode(), size)
    assert table.read == table.frame.height + table.bad.height
    numbers = [*table.frame["row"], *table.bad["row"]]
    assert len(set(numbers)) == len(numbers)
    kept = "".join("".join(row) for row in rows(table)) + "".join(table.bad["value"])
    assert kept.count("x") == text.count("x") or '"' in text


@pytest.mark.parametrize("place", range(3))
def test_a_quote_that_is_never_closed_spoils_its_record_alone(place: int) -> None:
    values = ["one", "two", "three"]
    values[place] = '"' + values[place]
    lines = ["a,b,c", *["1,2,3"] * 50, ",".join(values), *["4,5,6"] * 500]
    table = read("\n".join(lines).encode())
    assert table.read == 551
    assert table.frame.height + table.bad.height == 551
    assert table.bad["row"].to_list() in ([51], [])


def test_quotes_that_pair_across_records_join_none_of_them() -> None:
    lines = ["a,b,c", '1,"Alder,3', *["4,5,6"] * 20, '7,Birch",9', "10,11,12"]
    table = read("\n".join(lines).encode(), 10_000)
    assert table.frame.height + table.bad.height == 23
    assert ("4", "5", "6") in rows(table)


def test_a_value_over_two_lines_in_the_last_column_stays_one_beside_a_stray_quote() -> None:
    table = read(b'a,b\n1"x,2\n3,"two\nlines"\n4,5\n')
    assert rows(table) == [('1"x', "2"), ("3", "two\nlines"), ("4", "5")]


def test_a_line_longer_than_any_is_told_and_the_others_are_read() -> None:
    table = read(b"a,b\n1,2\n" + b"x" * 10_000 + b"\n3,4\n")
    assert (rows(table), table.bad["row"].to_list()) == ([("1", "2"), ("3", "4")], [2])


def test_a_single_line_of_100_mb_is_refused_in_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    path = tmp_path / "shipments.csv"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"id,shipped_on," * 71_429)
    tracemalloc.start()
    with pytest.raises(SourceFailed, match="its first line has more than 1,000,000 characters"):
        list(open_files(path)[0].batches())
    assert tracemalloc.get_traced_memory()[1] < 250e6
    tracemalloc.stop()


def test_more_columns_than_any_table_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(SourceFailed, match="20,000 columns, more than 10,000"):
        read(b",".join(b"%d" % n for n in range(20_000)) + b"\n")
