"""Whatever a file holds, what is proposed is a mapping that holds, or the file is refused in one line."""

from __future__ import annotations

import csv
import tomllib
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import EntrepotError, InputError
from pipelines.reading.mapping import checked
from pipelines.reading.raw import open_raw
from pipelines.reading.suggest import suggest
from pipelines.sources.records import read_records

WORDS = [
    "Date",
    "QTY",
    "Value USD",
    "Shipper",
    "Buyer",
    "Goods",
    "Ref",
    "HS {n}",
    "a.b",
    "COUNTRY",
    "row",
    "Unit",
    "Weight",
]
CELL = st.one_of(
    st.sampled_from(["25/03/2025", "03/04/2025", "2025-03-28T18:30:00.000Z", "1,500", "1.234,5", "US", "kg", "NULL"]),
    st.text(max_size=12),
)  # fmt: skip
HEADING = st.one_of(st.sampled_from(WORDS), st.text(min_size=1, max_size=12))


@given(st.lists(HEADING, min_size=1, max_size=8), st.lists(st.lists(CELL, min_size=8, max_size=8), max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_table_gets_a_mapping_that_reads_it_or_one_line(headings: list[str], rows: list[list[str]]) -> None:
    text = StringIO()
    csv.writer(text).writerows([headings, *(row[: len(headings)] for row in rows)])
    told = ""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.getvalue().encode("utf-8", "replace"))
        try:
            found = suggest(open_raw(path))
            if found.text:
                mapping = checked(tomllib.loads(found.text), "m.toml")
                for each in read_records(open_raw(path), mapping.table, mapping):
                    assert each.read + each.extra == each.rows.height + each.repeated + each.quarantined.height
        except EntrepotError as error:
            told = str(error)
    assert "\n" not in told


ANYTHING = st.recursive(
    st.one_of(
        st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), st.text(max_size=6), st.sampled_from(WORDS)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["column", "join", "hash", "pattern", "date", "unit", "times", "scale", "by", "columns", "id"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=5,
)
SETTINGS = ["columns", "constants", "values", "units", "split", "default", "date_format", "null", "rows", "header_row"]


@given(st.dictionaries(st.sampled_from(SETTINGS), ANYTHING, max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_mapping_holds_or_is_refused_in_one_line(said: dict[str, object]) -> None:
    told = ""
    try:
        checked(said, "m.toml", "shipments")
    except InputError as error:
        told = str(error)
    assert "\n" not in told


@given(ANYTHING, st.sampled_from(["shipped_on", "quantity", "value", "item", "weight_kg", "id"]))
@settings(max_examples=150, deadline=None)
def test_any_column_holds_or_is_refused_in_one_line(said: object, column: str) -> None:
    told = ""
    try:
        checked({"columns": {column: said}}, "m.toml", "shipments")
    except InputError as error:
        told = str(error)
    assert "\n" not in told


@pytest.mark.parametrize("pattern", ["(a+)+$", "(.*)*x", "((a|a)*)b"])
def test_a_pattern_takes_linear_time(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "x.csv").write_text("NO,DAY,FROM,TO,GOODS,QTY\n1,2025-01-01,A,B," + "a" * 50_000 + "!,1\n")
    columns = {"id": "NO", "shipped_on": "DAY", "shipper_name": "FROM", "consignee_name": "TO", "quantity": "QTY"}
    taken = {**columns, "item": "GOODS", "eccn": {"column": "GOODS", "pattern": pattern}}
    mapping = checked({"columns": taken}, "m.toml", "shipments")
    (found,) = read_records(open_raw(tmp_path / "x.csv"), "shipments", mapping)
    assert found.rows.height == 1
