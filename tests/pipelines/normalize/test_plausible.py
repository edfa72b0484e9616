"""Whether unknown goods may be those that had arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.normalize.plausible import ADDED, plausible

INPUT: dict[str, Any] = {
    "unit_value_usd": pl.Float64, "hs_code": pl.String, "weight_kg": pl.Float64, "pieces": pl.Float64,
    "serial_match": pl.Boolean, "goods": pl.String, "arrived_form": pl.String, "arrived_chips_per_piece": pl.Float64,
}  # fmt: skip
SERVERS = {"goods": "accelerator/h100", "arrived_form": "server", "arrived_chips_per_piece": 8.0, "pieces": 36.0}
BOARDS = {"goods": "accelerator/h100", "arrived_form": "board", "arrived_chips_per_piece": 1.0, "pieces": 36.0}


def judged(*rows: Mapping[str, object]) -> pl.DataFrame:
    return plausible(pl.DataFrame([{**dict.fromkeys(INPUT), **row} for row in rows], schema=INPUT))


@pytest.mark.parametrize(
    ("row", "chips", "fits", "misfits"),
    [
        (SERVERS | {"unit_value_usd": 261_111.0, "hs_code": "847330"}, 8, ["value", "hs_code"], []),
        (SERVERS | {"unit_value_usd": 275_000.0, "hs_code": "853690"}, 8, ["value"], ["hs_code"]),
        (SERVERS | {"unit_value_usd": 32_000.0}, 1, ["value"], []),
        (SERVERS | {"hs_code": "847330"}, 8, ["hs_code"], []),
        (SERVERS | {"weight_kg": 36 * 130.0}, 8, ["weight"], []),
        (SERVERS | {"weight_kg": 36 * 2.5}, 1, ["weight"], []),
        (SERVERS | {"serial_match": True, "unit_value_usd": 50.0}, 1, ["serials"], ["value"]),
        (BOARDS | {"unit_value_usd": 4_100.0}, 1, ["value"], []),
        (BOARDS | {"unit_value_usd": 270_000.0}, 1, ["value"], []),
        (BOARDS | {"unit_value_usd": 1_000.0, "hs_code": "8473"}, 1, ["hs_code"], []),
        (SERVERS | {"arrived_chips_per_piece": None, "unit_value_usd": 30_000.0}, None, ["value"], []),
        (SERVERS | {"goods": "accelerator", "unit_value_usd": 30_000.0}, 1, ["value"], []),
        ({"goods": "memory", "unit_value_usd": 300.0, "hs_code": "854232"}, None, ["value", "hs_code"], []),
    ],
)  # fmt: skip
def test_goods_with_the_signs_are_plausible(
    row: dict[str, object], chips: float | None, fits: list[str], misfits: list[str]
) -> None:
    said = judged(row).row(0, named=True)
    assert said["plausible"]
    assert said["assumed_chips_per_piece"] == chips
    assert (said["fits"], said["misfits"]) == (fits, misfits)
    assert 0 < said["fit"] <= 1


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(SERVERS, id="nothing known"),
        pytest.param(SERVERS | {"unit_value_usd": 50.0, "hs_code": "847330"}, id="far too cheap for a single chip"),
        pytest.param(BOARDS | {"unit_value_usd": 700.0, "hs_code": "847330"}, id="below a twentieth of a chip"),
        pytest.param(SERVERS | {"unit_value_usd": 5e6, "hs_code": "847330"}, id="far too dear for a system"),
        pytest.param(SERVERS | {"unit_value_usd": 3_000.0, "hs_code": "853690"}, id="below a fifth, other code"),
        pytest.param(SERVERS | {"weight_kg": 36 * 0.1}, id="far too light"),
        pytest.param({"goods": "other", "unit_value_usd": 30_000.0, "hs_code": "847330"}, id="other goods"),
        pytest.param(BOARDS | {"unit_value_usd": 30_000.0, "goods": None}, id="no goods"),
    ],
)
def test_goods_without_them_are_not(row: dict[str, object]) -> None:
    assert judged(row)["plausible"].to_list() == [False]


def test_every_misfit_lowers_the_fit() -> None:
    fit = judged(SERVERS | {"unit_value_usd": 270_000.0, "hs_code": "847330"}, SERVERS | {"unit_value_usd": 270_000.0},
                 SERVERS | {"unit_value_usd": 270_000.0, "hs_code": "853690"})["fit"].to_list()  # fmt: skip
    assert fit == sorted(fit, reverse=True)
    assert len(set(fit)) == 3


MONEY = st.none() | st.floats(0, 1e9)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "unit_value_usd": MONEY, "weight_kg": MONEY, "pieces": MONEY, "serial_match": st.none() | st.booleans(),
                "hs_code": st.none() | st.text("0123456789", max_size=6),
                "goods": st.sampled_from(["accelerator/h100", "accelerator", "accelerator/x", "memory", "other", "?"]),
                "arrived_form": st.none() | st.sampled_from(["chip", "board", "server", "rack"]),
                "arrived_chips_per_piece": st.none() | st.sampled_from([0.0, 1.0, 8.0, 72.0, 7.5]),
            }
        ),
        max_size=6,
    )
)  # fmt: skip
def test_rows_keep_their_number_and_order_and_every_answer_is_given(rows: list[dict[str, object]]) -> None:
    said = judged(*rows)
    assert_frame_equal(said.select(INPUT.keys()), pl.DataFrame(rows, schema=INPUT))
    assert said.columns == [*INPUT, *ADDED]
    assert said.select("plausible", "fits", "misfits", "fit").null_count().row(0) == (0, 0, 0, 0)
    assert said["fit"].is_between(0, 1).all()
    assert said.filter(pl.col("plausible") & (pl.col("fits").list.len() == 0)).is_empty()
