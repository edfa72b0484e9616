"""Versions of a record: the winner is the one recorded last, never the one read last."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest import ingest
from pipelines.reading.versions import PROVENANCE, winners

AS_OF = dt.date(2026, 1, 1)
HEAD = "id,shipped_on,shipper_name,consignee_name,item,quantity"


def row(quantity: int) -> str:
    return f"A1,2024-05-02,Alder,Harbor,H100,{quantity}"


def test_both_versions_are_kept_and_the_file_of_the_later_day_wins(tmp_path: Path) -> None:
    (tmp_path / "shipments_2024-07-01.csv").write_text(f"{HEAD}\n{row(5)}\n")
    (tmp_path / "shipments_2024-06-01.csv").write_text(f"{HEAD}\n{row(9)}\n")
    found = ingest([], tmp_path, as_of=AS_OF)
    assert found.records["shipments"].height == 2
    assert found.reports[0].corrections == 1
    assert winners(found.records["shipments"])["quantity"].to_list() == [5.0]


def test_recorded_at_counts_before_the_day_of_the_file(tmp_path: Path) -> None:
    rows = f"{row(1)},2024-06-01T10:00:00+08:00\n{row(2)},2024-06-01T03:00:00Z\n{row(3)},2024-06-01\n"
    (tmp_path / "shipments_2024-07-01.csv").write_text(f"{HEAD},recorded_at\n{rows}")
    found = ingest([], tmp_path, as_of=AS_OF)
    assert winners(found.records["shipments"])["quantity"].to_list() == [2.0]


@pytest.mark.parametrize("names", [("a.csv", "b.csv"), ("b.csv", "a.csv")])
def test_without_dates_the_winner_does_not_depend_on_the_name(tmp_path: Path, names: tuple[str, str]) -> None:
    for name, quantity in zip(names, (5, 9), strict=True):
        (tmp_path / name).write_text(f"{HEAD}\n{row(quantity)}\n")
    found = ingest([], tmp_path, as_of=AS_OF)
    content = dict(found.records["shipments"].select("quantity", "content").rows())
    assert winners(found.records["shipments"])["quantity"].to_list() == [max(content, key=content.__getitem__)]


def test_tables_without_id_are_known_by_what_identifies_them(tmp_path: Path) -> None:
    (tmp_path / "ownership_2024-01-01.csv").write_text("owner_name,owned_name,share_min\nAlder,Harbor,60\n")
    (tmp_path / "ownership_2024-02-01.csv").write_text(
        "owner_name,owned_name,share_min\nALDER,Harbor,40\nBirch,Harbor,60\n"
    )
    found = winners(ingest([], tmp_path, as_of=AS_OF).records["ownership"])
    assert found.select("owner_name", "share_min").rows() == [("ALDER", 40.0), ("Birch", 60.0)]


VERSION = st.tuples(st.sampled_from("AB"), st.sampled_from([None, 1, 2]), st.sampled_from("xyz"))


@settings(max_examples=80, deadline=None)
@given(versions=st.lists(VERSION, max_size=12))
def test_winners_do_not_depend_on_the_order_of_reading(versions: list[tuple[str, int | None, str]]) -> None:
    records = [
        {"source": "s", "record": record, "line": 1, "file": "f", "row": number, "content": content,
         "recorded_on": dt.date(2024, 1, day) if day else None, "recorded_at": None}
        for number, (record, day, content) in enumerate(versions)
    ]  # fmt: skip
    frame = pl.DataFrame(records, schema=dict(PROVENANCE))
    turned = frame.sample(fraction=1.0, shuffle=True, seed=1)
    expected = {
        record: max((day or 0, content) for name, day, content in versions if name == record)[1]
        for record in {record for record, _, _ in versions}
    }
    assert dict(winners(frame).select("record", "content").rows()) == expected
    assert dict(winners(turned).select("record", "content").rows()) == expected
