"""Units: bounds that hold whatever truly happened, and the figures of the worked example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.graph.tracing.feeds import Bounds
from pipelines.graph.tracing.reach import reach
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.traced import Traced, traced
from pipelines.graph.tracing.units import NOT_COMPLETE, NOT_RECOGNIZED, Units, complete_parties, units
from pipelines.tables import Tables
from tests.pipelines.graph.tracing.small_worlds import Row, end, h100, parts, worked_example


def counted(of: Tables, given_ids: list[str], end_ids: list[str], rules: Rules | None = None) -> Units:
    found = traced(reach(of, rules=rules))
    parties = range(len(found.reach.moves.parties))
    return units(found, numbers(found, given_ids), numbers(found, end_ids), complete_parties(of, found, parties))


def numbers(of: Traced, ids: list[str]) -> list[int]:
    named = of.reach.moves.frame["id"].gather(of.reach.states.move)
    return [int(state) for state in np.flatnonzero(named.is_in(ids).to_numpy())]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["A1"], Bounds(208, 216, 240, 240)),
        (["A2"], Bounds(48, 72, 48, 80)),
        (["A1", "A2"], Bounds(288, 288, 288, 288)),
    ],
)
@pytest.mark.parametrize("at", ["A3", "A4"])
def test_the_worked_example_counts_chips(ids: list[str], at: str, expected: Bounds) -> None:
    found = counted(worked_example(), ids, [at])
    assert found.if_same_goods == expected
    assert (found.recognized, found.because) == (Bounds(), NOT_RECOGNIZED)
    assert found.pieces_per_chip == 1 / 8


def passed_on(*, complete: bool = False, **papers: object) -> Tables:
    return Tables.of(
        shipments=[
            h100("in", "maker", "middle", "2024-01-01", "2024-01-05", 10, **papers),
            h100("too", "other", "middle", "2024-01-01", "2024-01-05", 4),
            h100("out", "middle", "far", "2024-02-01", "2024-02-05", 12, **papers),
        ],
        restricted_ends=[end("out", "far")],
        sources=[{"id": "shipments", "table": "shipments", "complete": complete}],
        countries=[],
    )


@pytest.mark.parametrize(
    ("of", "least", "because"),
    [
        pytest.param(passed_on(), 0, NOT_COMPLETE, id="open books, inferred join"),
        pytest.param(passed_on(complete=True), 64, "", id="complete records"),
        pytest.param(passed_on(order_id="O-1"), 80, "", id="a shared order"),
        pytest.param(passed_on(serial_numbers=["n1", "n2"]), 16, NOT_COMPLETE, id="two shared serials"),
    ],
)
def test_the_recognized_least_needs_complete_records_or_observed_joins(of: Tables, least: int, because: str) -> None:
    found = counted(of, ["in"], ["out"])
    assert (found.recognized.least, found.because) == (least, because)
    assert found.recognized.most == 80


def test_a_delivery_straight_to_the_end_is_certain() -> None:
    of = Tables.of(
        shipments=[h100("S", "maker", "far", "2024-01-01", "2024-01-09", 5)],
        restricted_ends=[end("S", "far")],
        countries=[],
    )
    assert counted(of, ["S"], ["S"]).recognized == Bounds(40, 40, 40, 40)


def test_unknown_goods_with_the_serials_of_recognized_ones_are_recognized() -> None:
    of = Tables.of(
        shipments=[
            h100("in", "maker", "middle", "2024-01-01", "2024-01-05", 2, serial_numbers=["n1", "n2"]),
            parts("out", "middle", "far", "2024-02-01", "2024-02-05", 2, value=10, serial_numbers=["n2", "n1"]),
        ],
        restricted_ends=[end("out", "far", "accelerator/h100")],
        countries=[],
    )
    assert counted(of, ["in"], ["out"]).recognized.least == 16


def test_first_in_first_out_and_pro_rata_differ() -> None:
    of = Tables.of(
        shipments=[
            h100("old", "a", "m", "2024-01-01", "2024-01-02", 10),
            h100("new", "b", "m", "2024-01-03", "2024-01-04", 30),
            h100("out", "m", "far", "2024-01-10", "2024-01-11", 20),
        ],
        restricted_ends=[end("out", "far")],
        countries=[],
    )
    found = counted(of, ["old"], ["out"]).if_same_goods
    assert found == Bounds(0, 40, 80, 80)


@st.composite
def physical(draw: st.DrawFn) -> tuple[list[Row], dict[str, list[str]]]:
    """Ship numbered servers between parties: the rows, and whose servers are on each."""
    stock: dict[str, list[tuple[int, str]]] = {party: [] for party in "abc"}
    rows, aboard = list[Row](), dict[str, list[str]]()
    for number in range(draw(st.integers(2, 9))):
        made = draw(st.booleans()) or not any(stock.values())
        shipper = (
            f"maker{number}" if made else draw(st.sampled_from(sorted(party for party, held in stock.items() if held)))
        )
        consignee = draw(st.sampled_from([party for party in ("a", "b", "c", "far") if party != shipper]))
        if made:
            units = [f"s{number}"] * draw(st.integers(1, 5))
        else:
            held = draw(st.permutations(stock[shipper]))
            taken = held[: draw(st.integers(1, len(held)))]
            stock[shipper] = held[len(taken) :]
            units = [origin for _, origin in taken]
        day = f"2024-01-{number + 1:02}"
        rows.append(h100(f"s{number}", shipper, consignee, day, day, len(units)))
        aboard[f"s{number}"] = units
        if consignee != "far":
            stock[consignee] += [(number, origin) for origin in units]
    return rows, aboard


@settings(max_examples=120, deadline=None)
@given(physical(), st.integers(0, 8))
def test_bounds_contain_what_truly_happened(world: tuple[list[Row], dict[str, list[str]]], which: int) -> None:
    rows, aboard = world
    ends = [str(row["id"]) for row in rows if row["consignee"] == "far"]
    made = [str(row["id"]) for row in rows if str(row["shipper"]).startswith("maker")]
    of = Tables.of(
        shipments=rows,
        restricted_ends=[end(at, "far") for at in ends],
        countries=[],
        sources=[{"id": "shipments", "table": "shipments", "complete": True}],
    )
    start = made[which % len(made)]
    truly = 8 * sum(aboard[at].count(start) for at in ends)
    if ends:
        found = counted(of, [start], ends, Rules(max_legs=9))
        for bounds in (found.if_same_goods, found.recognized):
            assert bounds.least <= truly <= bounds.most
            assert bounds.least <= bounds.likely <= bounds.most
            assert bounds.least <= bounds.first_in_first_out <= bounds.most
