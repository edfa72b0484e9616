"""The store keeps every run whole, whoever is killed."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.errors import StoreError
from pipelines.store import Store
from pipelines.tables import GRAPH, conform

NOON = dt.datetime(2024, 5, 2, 12, tzinfo=dt.UTC)

ROWS = pl.DataFrame(
    {
        "id": ["a", "b", None],
        "count": [1, None, 3],
        "small": pl.Series([1, 2, None], dtype=pl.UInt32),
        "share": [0.5, None, float("inf")],
        "on": [dt.date(2024, 1, 1), None, dt.date(1970, 1, 1)],
        "day": pl.Series([1, None, 3], dtype=pl.Int32),
        "via": [["MY", "HK"], [], None],
        "mine": [True, None, False],
        "nothing": [None, None, None],
    }
)


def one_run(store: Store, day: int = 2, **tables: pl.DataFrame) -> int:
    with store.begin() as writer:
        for name, frame in tables.items():
            writer.write(name, frame)
        return writer.commit(as_of=dt.date(2024, 5, day), made_at=NOON.replace(day=day))


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(ROWS, id="every kind of column"),
        pytest.param(ROWS.clear(), id="no rows"),
        pytest.param(ROWS.select("nothing"), id="only a column of nulls"),
        pytest.param(pl.DataFrame(), id="no columns"),
    ],
)
def test_a_table_comes_back_as_it_was_written(tmp_path: Path, frame: pl.DataFrame) -> None:
    store = Store(tmp_path / "store")
    one_run(store, anything=frame)
    assert_frame_equal(store.open().table("anything").collect(), frame)


@given(
    rows=st.lists(
        st.tuples(
            st.one_of(st.none(), st.text()),
            st.one_of(st.none(), st.dates()),
            st.one_of(st.none(), st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=3)),
            st.one_of(st.none(), st.floats(allow_nan=False)),
        ),
        max_size=8,
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]
) -> None:
    schema = {"text": pl.String(), "on": pl.Date(), "list": pl.List(pl.String()), "number": pl.Float64()}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    store = Store(tmp_path_factory.mktemp("store"))
    one_run(store, anything=frame)
    assert_frame_equal(store.open().table("anything").collect(), frame)


def test_a_store_without_runs_says_so_in_one_line(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.last() is None
    assert store.runs().is_empty()
    with pytest.raises(StoreError, match="no run is stored yet"):
        store.open()


def test_runs_are_numbered_and_each_can_be_opened_as_of_then(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert one_run(store, 2, parties=pl.DataFrame({"id": ["a"]})) == 1
    assert one_run(store, 5, parties=pl.DataFrame({"id": ["a", "b"]})) == 2
    assert store.open(1).table("parties").collect()["id"].to_list() == ["a"]
    assert store.open().table("parties").collect()["id"].to_list() == ["a", "b"]
    assert store.open(dt.date(2024, 5, 4)).info.run == 1
    assert store.open(dt.date(2024, 5, 5)).info.run == 2
    assert store.runs()["run"].to_list() == [1, 2]


@pytest.mark.parametrize("unknown", [0, 7, dt.date(2024, 5, 1)], ids=str)
def test_an_unknown_run_is_refused_in_one_line(tmp_path: Path, unknown: int | dt.date) -> None:
    store = Store(tmp_path)
    one_run(store, parties=pl.DataFrame({"id": ["a"]}))
    with pytest.raises(StoreError, match="no run") as refused:
        store.open(unknown)
    assert "\n" not in str(refused.value)


def test_a_run_tells_what_it_was_made_of(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.begin() as writer:
        writer.write("parties", GRAPH["parties"].empty())
        writer.commit(
            as_of=dt.date(2024, 5, 1), made_at=NOON, lists={"EL": "2024-04-30"}, version="0.1.0", judgments=3,
            parameters={"supplied": {"parties", "listings"}, "max_legs": 6, "since": dt.date(2024, 1, 1)},
        )  # fmt: skip
    last = store.last()
    assert last is not None
    assert (last.run, last.as_of, last.made_at) == (1, dt.date(2024, 5, 1), NOON)
    assert (last.lists, last.judgments, last.version) == ({"EL": "2024-04-30"}, 3, "0.1.0")
    assert last.parameters == {"supplied": ["listings", "parties"], "max_legs": 6, "since": "2024-01-01"}
    assert last.versions == {"parties": 0}
    assert store.open().tables().supplied == {"parties", "listings"}


def test_the_graph_of_a_run_has_todays_columns_and_only_graph_tables(tmp_path: Path) -> None:
    store = Store(tmp_path)
    narrow = conform(pl.DataFrame({"id": ["p1"], "name": ["Harbor Cloud"]}), GRAPH["parties"]).select("id", "name")
    one_run(store, parties=narrow, quarantine=pl.DataFrame({"file": ["a.csv"]}))
    tables = store.open().tables()
    assert set(tables.frames) == {"parties"}
    assert dict(tables.frame("parties").schema) == GRAPH["parties"].schema
    assert tables.frame("parties")["name"].to_list() == ["Harbor Cloud"]
    assert tables.frame("shipments").is_empty()


def test_facts_are_only_added_and_bear_the_run_that_learned_them(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for names in (["a"], ["b", "c"], []):
        with store.begin() as writer:
            writer.append("parties", pl.DataFrame({"id": names}, schema={"id": pl.String}))
            writer.commit(as_of=NOON.date(), made_at=NOON)
    known = store.open(3).records("parties").sort("id").collect()
    assert known.rows() == [("a", 1), ("b", 2), ("c", 2)]
    assert store.open(1).records("parties").collect().rows() == [("a", 1)]
    assert known.schema["known_run"] == pl.Int64


def test_facts_may_get_new_columns(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for frame in (
        pl.DataFrame({"id": ["a"], "value": [None]}),
        pl.DataFrame({"id": ["b"], "value": [1.5], "unit": ["kg"]}),
        pl.DataFrame({"id": ["c"], "value": [None], "unit": [None]}),
    ):
        with store.begin() as writer:
            writer.append("shipments", frame)
            writer.commit(as_of=NOON.date(), made_at=NOON)
    rows = store.open().records("shipments").sort("id").collect()
    assert rows.rows() == [("a", None, 1, None), ("b", 1.5, 2, "kg"), ("c", None, 3, None)]
    assert store.open(1).records("shipments").collect().schema["value"] == pl.Null


def test_many_small_additions_are_put_together_and_old_runs_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.store.delta.MANY_FILES", 3)
    store = Store(tmp_path)
    for number in range(6):
        with store.begin() as writer:
            writer.append("parties", pl.DataFrame({"id": [number]}))
            writer.commit(as_of=NOON.date(), made_at=NOON)
    for run in (1, 3, 4, 6):
        assert store.open(run).records("parties").collect()["id"].sort().to_list() == list(range(run))
    table = store.delta("records_parties")
    assert table is not None
    assert len(table.file_uris()) <= 3


def test_unchanged_rows_are_not_written_again_whatever_their_order(tmp_path: Path) -> None:
    store = Store(tmp_path)
    frame = pl.DataFrame({"id": ["a", "b"], "via": [["MY"], []]})
    one_run(store, routes=frame)
    one_run(store, routes=frame.reverse())
    one_run(store, routes=frame.vstack(frame.head(1)))
    assert [store.open(run).info.versions["routes"] for run in (1, 2, 3)] == [0, 0, 1]


def test_a_run_that_is_not_committed_leaves_nothing_the_next_one_sees(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.begin() as writer:
        writer.append("parties", pl.DataFrame({"id": ["a"]}))
        writer.write("routes", pl.DataFrame({"id": ["a"]}))
        writer.commit(as_of=NOON.date(), made_at=NOON)
    with store.begin() as writer:
        writer.append("parties", pl.DataFrame({"id": ["lost"], "extra": [1]}))
        writer.write("routes", pl.DataFrame({"other": [1]}))
        writer.write("made_by_the_lost_run", pl.DataFrame({"id": [1]}))
    assert store.open().names() == ["records_parties", "routes"]
    with store.begin() as writer:
        assert writer.run == 2
        writer.append("parties", pl.DataFrame({"id": ["b"]}))
        writer.append("made_by_the_lost_run", pl.DataFrame({"id": ["x"]}))
        writer.commit(as_of=NOON.date(), made_at=NOON)
    now = store.open()
    assert now.records("parties").sort("id").collect().rows() == [("a", 1), ("b", 2)]
    assert now.table("routes").collect().rows() == [("a",)]
    assert now.records("made_by_the_lost_run").collect().rows() == [("x", 2)]


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.begin(), pytest.raises(StoreError, match=f"process {os.getpid()} is writing"):
        store.begin()
    store.begin().close()


def test_a_run_stored_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.begin() as late:
        (tmp_path / ".lock").unlink()
        one_run(store, parties=pl.DataFrame({"id": ["a"]}))
        with pytest.raises(StoreError, match="meanwhile"):
            late.commit(as_of=NOON.date(), made_at=NOON)
    assert store.runs().height == 1


def test_a_file_in_place_of_the_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("no folder")
    with pytest.raises(StoreError, match="is a file"):
        Store(tmp_path / "store").begin()
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "store" / "inside").begin()


@pytest.mark.parametrize("name", ["two words", "żółć", "a#b?c{d}*", "~+&=,;:'"])
def test_a_store_may_lie_in_a_folder_of_any_usual_name(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path / name)
    for _ in range(2):
        with store.begin() as writer:
            writer.append("parties", pl.DataFrame({"id": ["a"]}))
            writer.commit(as_of=NOON.date(), made_at=NOON)
    assert store.open().records("parties").collect().height == 2
    assert store.open(1).records("parties").collect().height == 1
    assert {path.name for path in (tmp_path / name).iterdir()} == {".lock", "records_parties", "runs"}


@pytest.mark.parametrize("name", ["a[1]", "100%", "a|b", "a^b"])
def test_a_folder_name_that_cannot_be_used_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="choose another"):
        Store(tmp_path / name)


def test_tables_keep_their_history_for_ten_years_in_plain_parquet(tmp_path: Path) -> None:
    from deltalake import DeltaTable

    one_run(Store(tmp_path), parties=pl.DataFrame({"id": ["a"]}))
    table = DeltaTable(tmp_path / "parties")
    assert table.metadata().configuration["delta.logRetentionDuration"] == "interval 3650 days"
    assert table.metadata().configuration["delta.deletedFileRetentionDuration"] == "interval 3650 days"
    assert table.protocol().min_reader_version == 1


STEPS = st.lists(
    st.tuples(
        st.booleans(),  # whether the run is completed
        st.lists(st.integers(0, 9), max_size=2),  # facts it adds
        st.none() | st.lists(st.integers(0, 9), max_size=2),  # what it puts in a table
    ),
    max_size=5,
)


@given(steps=STEPS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_run_is_what_the_completed_runs_before_it_made(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, list[int], list[int] | None]]
) -> None:
    store, facts, table = Store(tmp_path_factory.mktemp("store")), list[int](), list[int]()
    made: list[tuple[list[int], list[int]]] = []
    for completed, added, put in steps:
        with store.begin() as writer:
            writer.append("facts", pl.DataFrame({"n": added}, schema={"n": pl.Int64}))
            writer.write("table", pl.DataFrame({"n": table if put is None else put}, schema={"n": pl.Int64}))
            if completed:
                writer.commit(as_of=NOON.date(), made_at=NOON)
                facts, table = facts + added, table if put is None else put
                made.append((facts, table))
    assert store.runs()["run"].to_list() == list(range(1, len(made) + 1))
    for run, expected in enumerate(made, 1):
        stored = store.open(run)
        found = (stored.records("facts").collect()["n"], stored.table("table").collect()["n"])
        assert [sorted(each) for each in found] == [sorted(each) for each in expected]
