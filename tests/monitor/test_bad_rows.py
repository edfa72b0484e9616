"""Rows with wrong dates, absurd quantities or nothing but ids are traced as far as they go."""

from __future__ import annotations

import json

import pytest

from monitor.trace import shipments, trace_all
from pipelines.tables import Tables

Row = dict[str, object]
END: Row = {
    "shipment": "out", "party": "far", "rule": "destination", "on_the_day": True, "certainty": "on_record",
    "verify": False,
}  # fmt: skip


def row(name: str, shipper: str, consignee: str, shipped: str, arrived: str) -> Row:
    return {
        "id": name, "source": "shipments", "shipper": shipper, "consignee": consignee, "shipped_on": shipped,
        "arrived_on": arrived, "item": "NVIDIA HGX H100 8-GPU server", "hs_code": "847150", "quantity": 4, "pieces": 4,
        "family": "accelerator", "chip": "h100", "form": "server", "recognized": True, "chips_per_piece": 8.0,
        "chips": 32.0, "h100_equivalents": 32.0, "value_usd": 1_080_000.0,
    }  # fmt: skip


def broken(**change: object) -> Tables:
    return Tables.of(
        shipments=[
            row("in", "maker", "middle", "2024-01-01", "2024-01-10") | change,
            row("out", "middle", "far", "2024-02-10", "2024-02-12"),
        ],
        restricted_ends=[END],
        countries=[],
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"pieces": None, "chips": None, "quantity": 900.0, "unit": "kg"}, id="unknown pieces"),
        pytest.param({"pieces": 0.0, "chips": 0.0}, id="no pieces"),
        pytest.param({"pieces": -3.0, "chips": -24.0}, id="fewer than no pieces"),
        pytest.param({"pieces": 1e12, "chips": 8e12}, id="absurdly many"),
        pytest.param({"pieces": 0.5, "chips": 4.5}, id="half a piece"),
        pytest.param({"arrived_on": None}, id="no arrival"),
        pytest.param({"arrived_on": "2023-12-01"}, id="an arrival before the departure"),
        pytest.param({"h100_equivalents": None, "value_usd": None, "item": None, "hs_code": None}, id="little known"),
        pytest.param({"intermediate_consignee": "maker"}, id="the shipper in between"),
    ],
)
def test_bad_rows_are_traced_as_far_as_they_go(change: Row) -> None:
    (found,) = trace_all(broken(**change))
    assert ["in", "out"] in [shipments(path) for path in found.paths]
    assert json.dumps(found.as_json(), allow_nan=False)
    bounds = found.units[0].counted.if_same_goods
    assert 0 <= bounds.least <= bounds.likely <= bounds.most <= 32


def test_the_same_id_twice_and_far_away_dates_do_no_harm() -> None:
    tables = broken()
    rows = tables.frame("shipments")
    twice = tables.replace(shipments=rows.vstack(rows[:1]))
    assert shipments(trace_all(twice)[0].paths[0]) == ["in", "out"]
    assert len(trace_all(broken(shipped_on="0001-01-01", arrived_on=None))) == 1
    assert len(trace_all(broken(shipped_on="9999-12-31", arrived_on=None))) == 1
