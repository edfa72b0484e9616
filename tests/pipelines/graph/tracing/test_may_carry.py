"""Which shipments may carry controlled goods: only where such goods had arrived at their shipper."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.graph.tracing.may_carry import may_carry
from pipelines.tables import Tables

IN: dict[str, object] = {
    "id": "A1", "shipped_on": "2024-05-02", "arrived_on": "2024-05-09", "shipper": "maker", "consignee": "acme",
    "item": "NVIDIA HGX H100", "family": "accelerator", "chip": "h100", "form": "server", "recognized": True,
    "controlled": True, "pieces": 40.0, "chips": 320.0, "chips_per_piece": 8.0, "hs_code": "847150",
}  # fmt: skip
PARTS: dict[str, object] = {
    "id": "A2", "shipped_on": "2024-06-01", "arrived_on": "2024-06-04", "shipper": "acme", "consignee": "bright",
    "item": "computer parts", "vague": True, "pieces": 36.0, "hs_code": "847330", "unit_value_usd": 261000.0,
}  # fmt: skip
ON = PARTS | {"id": "A3", "shipped_on": "2024-06-10", "arrived_on": None, "shipper": "bright", "consignee": "qing"}
RACKS: dict[str, object] = {
    "item": "rack server, 1 TB RAM", "vague": False, "eccn": "5A992.C", "hs_code": "847150", "unit_value_usd": 40000.0,
}  # fmt: skip


def carried(*shipments: dict[str, object]) -> pl.DataFrame:
    return may_carry(Tables.of(shipments=shipments))


def test_controlled_goods_are_carried_on_leg_by_leg() -> None:
    rows = carried(IN, PARTS, ON).select("shipment", "goods", "chips_per_piece", "chips_most", "recognized").rows()
    goods = "accelerator/h100"
    assert rows == [("A1", goods, 8.0, 320.0, True), ("A2", goods, 8.0, 288.0, False), ("A3", goods, 8.0, 288.0, False)]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"shipper": "another"}, id="nothing had arrived at its shipper"),
        pytest.param({"shipped_on": "2024-05-03"}, id="left before they arrived"),
        pytest.param({"unit_value_usd": 12.0, "hs_code": "940330"}, id="worth too little"),
        pytest.param({"pieces": 60.0}, id="more than had arrived"),
        pytest.param({"family": "other", "recognized": True, "item": "office chairs"}, id="other goods"),
        pytest.param({"kind": "return"}, id="goods that come back"),
    ],
)
def test_goods_that_cannot_be_those_that_came_are_not_carried(change: dict[str, object]) -> None:
    assert carried(IN, PARTS | change)["shipment"].to_list() == ["A1"]


@pytest.mark.parametrize(("controlled", "count"), [(True, 2), (None, 2), (False, 0)])
def test_accelerators_count_unless_known_to_be_free(controlled: bool | None, count: int) -> None:
    assert len(carried(IN | {"controlled": controlled}, PARTS)) == count


def test_papers_that_name_another_product_and_class_fit_worse() -> None:
    plain, told = (carried(IN, PARTS | RACKS | more)["fit"][1] for more in ({"eccn": None}, {}))
    assert told < plain


def test_no_shipments_carry_nothing() -> None:
    assert carried().is_empty()
