"""One record to several lines: counted once, its amounts never repeated."""

from __future__ import annotations

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pipelines.reading.mapped import mapped, shipment

LISTED = 'shipped_on = "DAY"\nquantity = "QTY"\nvalue = "VALUE"\nhs_code = "HS"\n[split]\ncolumns = ["HS"]\nby = ";"\n'
NESTED = """
table = "shipments"
rows = "items.pieces"
[columns]
id = "ref"
shipped_on = "day"
shipper_name = "parties[role=FROM].party.name"
consignee_name = "parties[1].party.name"
item = "items.goods"
quantity = "items.pieces.count"
value = "total"
weight_kg = "items.pieces.kilograms"
"""


def test_amounts_stay_on_the_first_line(tmp_path: Path) -> None:
    found = shipment(tmp_path, "DAY,QTY,VALUE,HS", "2025-03-01,7,700,8471;8473;8474", LISTED)
    assert found.rows.select("line", "hs_code", "quantity", "value").rows() == [
        (1, "8471", 7, 700),
        (2, "8473", 0, None),
        (3, "8474", 0, None),
    ]
    assert (found.read, found.extra) == (1, 2)


def test_amounts_are_divided_where_said_and_whole_pieces_stay_whole(tmp_path: Path) -> None:
    said = f'{LISTED}amounts = "divide"\n'
    found = shipment(tmp_path, "DAY,QTY,VALUE,HS", "2025-03-01,7,700,8471;8473", said)
    assert found.rows.select("quantity", "value").rows() == [(4, 350), (3, 350)]


def test_parts_side_by_side_go_together(tmp_path: Path) -> None:
    said = LISTED.replace('["HS"]', '["HS", "QTY", "VALUE"]')
    found = shipment(tmp_path, "DAY,QTY,VALUE,HS", "2025-03-01,4;3,700,8471;8473", said)
    assert found.rows.select("hs_code", "quantity", "value").rows() == [("8471", 4, 700), ("8473", 3, None)]


def test_headings_that_count_give_a_line_each(tmp_path: Path) -> None:
    said = (
        'shipped_on = "DAY"\nhs_code = "HS {n}"\nquantity = "QTY {n}"\nvalue = "VALUE"\n'
        '[split]\ncolumns = ["HS {n}", "QTY {n}"]\n'
    )
    cells = "2025-03-01,9,8471,7,8473,8\n2025-03-01,9,8471,7,,\n2025-03-01,9,,,8473,8"
    found = shipment(tmp_path, "DAY,VALUE,HS 1,QTY 1,HS 2,QTY 2", cells, said)
    assert found.rows.select("id", "line", "hs_code", "quantity", "value").rows() == [
        ("S1", 1, "8471", 7, 9),
        ("S1", 2, "8473", 8, None),
        ("S2", 1, "8471", 7, 9),
        ("S3", 1, "8473", 8, 9),
    ]


def test_a_record_with_one_bad_line_is_quarantined_whole(tmp_path: Path) -> None:
    said = LISTED.replace('["HS"]', '["HS", "QTY"]')
    found = shipment(tmp_path, "DAY,QTY,VALUE,HS", "2025-03-01,4;x,700,8471;8473\n2025-03-01,4;5,700,8471;8473", said)
    assert found.quarantined.select("row", "column", "value").rows() == [(1, "quantity", "x")]
    assert json.loads(found.quarantined["original"][0])["HS"] == "8471;8473"
    assert found.rows["row"].to_list() == [2, 2]


def test_a_record_with_too_many_parts_is_quarantined(tmp_path: Path) -> None:
    found = shipment(tmp_path, "DAY,QTY,VALUE,HS", f"2025-03-01,4,700,{';'.join(['8471'] * 501)}", LISTED)
    assert found.quarantined["reason"].to_list() == ["lists more than 500 parts"]


def test_lines_of_a_split_record_share_its_hash(tmp_path: Path) -> None:
    said = LISTED.replace("shipped_on", 'order_id = { hash = ["*"] }\nshipped_on', 1)
    found = shipment(tmp_path, "DAY,QTY,VALUE,HS", "2025-03-01,7,700,8471;8473", said)
    assert found.rows["order_id"].n_unique() == 1


def test_nested_json_gives_a_line_for_every_entry(tmp_path: Path) -> None:
    parties = [{"role": "FROM", "party": {"name": "Alder"}}, {"role": "TO", "party": {"name": "Harbor"}}]
    pieces = [{"count": 3, "kilograms": 10}, {"count": 4, "kilograms": 1}]
    record = {"ref": "R1", "day": "2025-03-01", "parties": parties, "total": 50}
    records = [{**record, "items": [{"goods": "H100", "pieces": pieces}]}, {**record, "ref": "R2", "items": []}, 7]
    found = mapped(tmp_path, json.dumps(records), NESTED, "x.json")
    assert found.rows.select(
        "id", "line", "shipper_name", "consignee_name", "quantity", "value", "weight_kg"
    ).rows() == [
        ("R1", 1, "Alder", "Harbor", 3, 50, 10),
        ("R1", 2, "Alder", "Harbor", 4, None, 1),
    ]
    assert found.quarantined.select("row", "reason").rows() == [
        (2, "is required and empty"),
        (3, "the record is no JSON object"),
    ]
    assert (found.read, found.extra) == (3, 1)


@given(
    pieces=st.lists(st.integers(0, 40), min_size=1, max_size=6),
    parts=st.lists(st.integers(1, 6), min_size=6, max_size=6),
    amounts=st.sampled_from(["first", "divide"]),
)
@settings(max_examples=15, deadline=None)
def test_splitting_never_changes_what_moved(pieces: list[int], parts: list[int], amounts: str) -> None:
    cells = "\n".join(f"2025-03-01,{n},{n * 10},{';'.join(['8471'] * k)}" for n, k in zip(pieces, parts, strict=False))
    with TemporaryDirectory() as folder:
        found = shipment(Path(folder), "DAY,QTY,VALUE,HS", cells, f'{LISTED}amounts = "{amounts}"\n')
    assert found.rows.height == sum(parts[: len(pieces)])
    assert found.rows["quantity"].sum() == sum(pieces)
    assert math.isclose(float(found.rows["value"].sum()), sum(pieces) * 10, abs_tol=1e-6)


@pytest.mark.parametrize("amounts", ["first", "divide"])
def test_an_empty_amount_stays_empty(tmp_path: Path, amounts: str) -> None:
    found = shipment(tmp_path, "DAY,QTY,VALUE,HS", "2025-03-01,4,,8471;8473", f'{LISTED}amounts = "{amounts}"\n')
    assert found.rows["value"].to_list() == [None, None]


def test_a_corrected_file_of_a_foreign_layout_says_what_it_corrects(tmp_path: Path) -> None:
    cells = "2025-03-01,4,700,8471,abc,is no number,x.csv"
    found = shipment(tmp_path, "DAY,QTY,VALUE,HS,quarantined_as,reason,file", cells, LISTED)
    assert found.one("quarantined_as") == ("abc",)
    assert found.notes == ()
