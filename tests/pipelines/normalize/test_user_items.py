"""The user's list of articles says what a SKU is; lists that contradict each other say nothing."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from pipelines.normalize.catalog import catalog
from pipelines.normalize.items import recognize

LINE = ("id", "source", "item", "hs_code", "eccn", "unit")
ARTICLE = ("id", "source", "name", "model", "eccn", "hs_code", "maker")


def line(*articles: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """Recognize two pieces of SKU X-1, given articles of that SKU."""
    shipped = {"source": "shipments", "item": "x-1 ", "quantity": 2.0, "value_usd": None, **facts}
    text = dict.fromkeys(LINE, pl.String)
    shipments = pl.DataFrame([shipped], schema={**text, "quantity": pl.Float64, "value_usd": pl.Float64})
    rows = [{"id": "X-1", "source": "items", **article} for article in articles]
    items = pl.DataFrame(rows, schema={**dict.fromkeys(ARTICLE, pl.String), "chips_per_unit": pl.Float64})
    return recognize(shipments, catalog=catalog(), user_items=items).to_dicts()[0]


@pytest.mark.parametrize(
    ("article", "fact", "value"),
    [
        ({"name": "HGX H100 8-GPU server"}, "chips", 16.0), ({"model": "h100_sxm"}, "chip", "h100"),
        ({"model": "h100_sxm", "chips_per_unit": 4.0}, "chips", 8.0),
        ({"chips_per_unit": 8.0}, "family", "accelerator"),
        ({"chips_per_unit": 0.0}, "family", "other"), ({"eccn": "3a090.a"}, "eccn", "3A090.A"),
        ({"eccn": "3A090.a"}, "form", "chip"), ({"hs_code": "8471.50"}, "hs_code", "847150"),
        ({"name": "L4", "maker": "NVIDIA"}, "chip", "l4"), ({"name": "L4", "maker": "Acme"}, "chip", None),
    ],
)  # fmt: skip
def test_every_column_of_an_article_matters(article: dict[str, Any], fact: str, value: object) -> None:
    assert line(article)[fact] == value
    assert line({})[fact] != value or value is None


def test_what_the_line_declares_stands_before_the_article() -> None:
    said = line({"eccn": "3A090.a", "hs_code": "847150"}, eccn="EAR99", hs_code="847330")
    assert (said["eccn"], said["hs_code"]) == ("EAR99", "847330")


def test_the_list_of_the_same_source_is_meant() -> None:
    server, coffee = {"model": "h100_sxm"}, {"name": "coffee", "source": "erp"}
    assert line(server, coffee)["chip"] == line(coffee, server)["chip"] == "h100"
    assert line(server, coffee, source="erp")["chip"] is None


def test_lists_of_other_sources_count_where_they_agree() -> None:
    one, other = {"model": "h100_sxm", "source": "a", "eccn": "4A090.a"}, {"model": "h100_sxm", "source": "b"}
    assert line(one, other)["chip"] == "h100"
    said = line(one, other | {"model": "a100_80_sxm"})
    assert (said["chip"], said["eccn"]) == (None, "4A090.A")
