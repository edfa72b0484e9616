"""Reach: the states and fewest legs the rules give, pair by pair."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from pipelines.graph.tracing.reach import Reach, reach
from pipelines.graph.tracing.rules import Rules
from pipelines.tables import Tables
from tests.pipelines.graph.tracing.random_worlds import tables, worlds
from tests.pipelines.graph.tracing.small_worlds import end, h100, parts, worked_example
from tests.pipelines.graph.tracing.walks import World, judge, states, walks


def found(world: Reach) -> dict[tuple[str, str], int]:
    ids, names = world.moves.frame["id"], world.states.goods_names
    pairs = zip(world.states.move.tolist(), world.states.goods.tolist(), world.legs.tolist(), strict=True)
    return {(ids[move], names[goods]): legs for move, goods, legs in pairs}


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_reach_is_that_of_all_walks(world: World) -> None:
    expected = {
        state: min((len(walk) for walk in walks(world, state) if walk[-1] in world.ends), default=0)
        for state in states(world)
    }
    assert found(reach(tables(world), rules=world.rules, judge=judge)) == expected


def legs(of: Tables, **rules: int) -> dict[str, int]:
    return {shipment: count for (shipment, _), count in found(reach(of, rules=Rules(**rules))).items()}


def test_goods_that_arrived_after_the_departure_do_not_reach() -> None:
    assert legs(worked_example()) == {"A1": 2, "A2": 2, "A3": 1, "A4": 1, "A5": 0}


def passed_on(days_later: str = "2024-02-10", **more: object) -> Tables:
    return Tables.of(
        shipments=[
            h100("in", "maker", "middle", "2024-01-01", "2024-01-10"),
            h100("out", "middle", "far", days_later, days_later, **more),
        ],
        restricted_ends=[end("out", "far")],
        countries=[],
    )


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param(passed_on(), 2, id="within dwell"),
        pytest.param(passed_on("2024-01-10"), 2, id="on the day of arrival"),
        pytest.param(passed_on("2024-01-09"), 0, id="before arrival"),
        pytest.param(passed_on("2024-07-08"), 2, id="180 days"),
        pytest.param(passed_on("2024-07-09"), 0, id="181 days"),
        pytest.param(passed_on(chip="a100"), 0, id="another product"),
        pytest.param(
            passed_on(chip=None, form=None, chips_per_piece=None, chips=None), 2, id="the family without the product"
        ),
        pytest.param(passed_on(kind="return"), 0, id="a return"),
        pytest.param(passed_on(moves_goods=False), 0, id="papers that move nothing"),
        pytest.param(passed_on(pieces=10_000.0, chips=80_000.0), 2, id="known goods in any quantity"),
    ],
)
def test_known_goods_are_passed_on(of: Tables, expected: int) -> None:
    assert legs(of).get("in", 0) == expected


def relabeled(pieces: float | None, value: float = 260_000, **more: object) -> Tables:
    return Tables.of(
        shipments=[
            h100("in", "maker", "middle", "2024-01-01", "2024-01-10", 10),
            parts("out", "middle", "far", "2024-02-10", "2024-02-12", pieces, value=value, **more),
        ],
        restricted_ends=[end("out", "far", "accelerator/h100")],
        countries=[],
    )


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param(relabeled(10), 2, id="as many as arrived"),
        pytest.param(relabeled(11), 0, id="more than arrived"),
        pytest.param(relabeled(80, value=30_000), 2, id="taken apart"),
        pytest.param(relabeled(10, value=40, hs_code="940330"), 0, id="worth little"),
        pytest.param(relabeled(10, family="other", form="other", recognized=True), 0, id="other goods"),
        pytest.param(relabeled(None), 2, id="an unknown number of pieces"),
    ],
)
def test_unknown_goods_carry_what_had_arrived_when_plausible_and_enough(of: Tables, expected: int) -> None:
    assert legs(of).get("in", 0) == expected


def test_a_forwarder_holds_goods_for_45_days_unless_a_paper_is_shared() -> None:
    def of(**papers: str) -> Tables:
        return Tables.of(
            shipments=[
                h100("in", "maker", "hub", "2024-01-01", "2024-01-10", **papers),
                h100("out", "hub", "far", "2024-03-20", "2024-03-22", **papers),
            ],
            parties=[{"id": "hub", "name": "Hub", "trade": "logistics"}],
            restricted_ends=[end("out", "far")],
            countries=[],
        )

    assert legs(of())["in"] == 0
    assert legs(of(bill_of_lading="B-7"))["in"] == 2


@pytest.mark.parametrize(
    ("kind", "crowd", "expected"), [("address", 2, 2), ("officer", 25, 2), ("contact", 26, 0), ("parent", 900, 2)]
)
def test_goods_pass_between_parties_that_share_a_key_unless_it_is_crowded(kind: str, crowd: int, expected: int) -> None:
    of = Tables.of(
        shipments=[
            h100("in", "maker", "middle", "2024-01-01", "2024-01-10"),
            h100("out", "sister", "far", "2024-02-10", "2024-02-12"),
        ],
        party_keys=[{"party": party, "kind": kind, "key": "k", "crowd": crowd} for party in ("middle", "sister")],
        restricted_ends=[end("out", "far")],
        countries=[],
    )
    assert legs(of)["in"] == expected


def test_keys_are_not_chained() -> None:
    keys = [("middle", "k"), ("sister", "k"), ("sister", "l"), ("cousin", "l")]
    of = Tables.of(
        shipments=[
            h100("in", "maker", "middle", "2024-01-01", "2024-01-10"),
            h100("out", "cousin", "far", "2024-02-10", "2024-02-12"),
        ],
        party_keys=[{"party": party, "kind": "address", "key": key, "crowd": 2} for party, key in keys],
        restricted_ends=[end("out", "far")],
        countries=[],
    )
    assert legs(of)["in"] == 0


def test_two_parties_shipping_to_each_other_daily_end_within_the_legs() -> None:
    days = [f"2024-{month:02}-{day:02}" for month in (1, 2, 3) for day in range(1, 29)]
    rows = [
        h100(f"{way}{day}", *parties, day, day)
        for day in days
        for way, parties in (("f", ("one", "two")), ("b", ("two", "one")))
    ]
    of = Tables.of(shipments=rows, restricted_ends=[end("f2024-03-28", "two")], countries=[])
    assert max(legs(of, max_legs=6).values()) == 3


def test_an_empty_world_reaches_nothing() -> None:
    assert legs(Tables.of(shipments=[], restricted_ends=[], countries=[])) == {}


def test_goods_that_nobody_recognizes_reach_nothing_when_nothing_recognized_moved() -> None:
    only_parts = (
        parts("in", "maker", "middle", "2024-01-01", "2024-01-10"),
        parts("out", "middle", "far", "2024-02-10", None),
    )
    world = Tables.of(shipments=only_parts, restricted_ends=[end("out", "far")], countries=[])
    assert found(reach(world, rules=Rules())) == {}
