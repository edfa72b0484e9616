"""Routes: the k best paths, as enumerating every walk finds them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings

from pipelines.graph.tracing.reach import reach
from pipelines.graph.tracing.routes import Field, Found, best_paths
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.schemes import Scheme, schemes
from pipelines.graph.tracing.traced import Traced, traced
from pipelines.tables import Tables
from tests.pipelines.graph.tracing.random_worlds import tables, worlds
from tests.pipelines.graph.tracing.small_worlds import end, h100, parts, worked_example
from tests.pipelines.graph.tracing.walks import World, best, judge, states


def search(of: Traced, k: int, **more: int) -> Found:
    field = Field(of.graph, of.weights, of.reach.moves, of.reach.states.move)
    starts = np.flatnonzero(of.reach.states.own & of.within)
    return best_paths(field, starts, k=k, max_legs=of.reach.rules.max_legs, **more)


@settings(max_examples=80, deadline=None)
@given(worlds(7))
def test_the_best_paths_are_those_of_all_walks(world: World) -> None:
    found = search(traced(reach(tables(world), rules=world.rules, judge=judge)), 4)
    starts = [state for state in states(world) if world.move(state[0]).chip]
    assert [route.score for route in found.routes] == pytest.approx(best(world, starts, 4))


def ids(of: Traced, scheme: Scheme) -> list[list[str]]:
    names = of.reach.moves.frame["id"]
    return [[names[int(of.reach.states.move[state])] for state in route.states] for route in scheme.found.routes]


def paths(tables: Tables, k: int = 3, **rules: int) -> dict[str, list[list[str]]]:
    of = traced(reach(tables, rules=Rules(**rules)))
    return {of.reach.moves.parties[scheme.subject]: ids(of, scheme) for scheme in schemes(of, k)}


def test_paths_lead_through_the_first_end_to_the_farthest() -> None:
    assert paths(worked_example()) == {"harbor": [["A1", "A3", "A4"], ["A2", "A3", "A4"]]}


def test_the_order_of_rows_changes_nothing() -> None:
    tables = worked_example()
    turned = tables.replace(
        shipments=tables.frame("shipments").reverse(), restricted_ends=tables.frame("restricted_ends").reverse()
    )
    assert paths(turned) == paths(tables)


def test_a_delivery_straight_to_an_end_is_a_path_of_one_leg() -> None:
    of = Tables.of(
        shipments=[h100("S", "maker", "far", "2024-01-01", "2024-01-09")],
        restricted_ends=[end("S", "far")],
        countries=[],
    )
    assert paths(of) == {"far": [["S"]]}


def test_the_subject_is_whom_the_last_recognized_leg_reached() -> None:
    of = Tables.of(
        shipments=[
            h100("S1", "maker", "one", "2024-01-01", "2024-01-09"),
            parts("S2", "one", "two", "2024-01-19", "2024-01-22"),
            h100("S3", "two", "three", "2024-02-01", "2024-02-03"),
            parts("S4", "three", "four", "2024-02-11", "2024-02-13"),
        ],
        restricted_ends=[end("S2", "two", "accelerator/h100"), end("S4", "four", "accelerator/h100")],
        countries=[],
    )
    assert paths(of) == {"three": [["S1", "S2", "S3", "S4"]]}


def test_paths_begin_with_the_users_own_shipment() -> None:
    of = Tables.of(
        shipments=[
            h100("S1", "maker", "us", "2024-01-01", "2024-01-09"),
            h100("S2", "us", "buyer", "2024-01-19", "2024-01-22", mine=True),
            h100("S3", "buyer", "far", "2024-02-01", "2024-02-03"),
        ],
        restricted_ends=[end("S3", "far")],
        countries=[],
    )
    assert paths(of) == {"far": [["S2", "S3"]]}


def test_a_chain_longer_than_the_legs_searched_is_told_as_far_as_it_was_searched() -> None:
    parties = ["a", "b", "c", "d", "e", "f"]
    rows = [
        h100(f"S{n}", *pair, f"2024-0{n + 1}-01", f"2024-0{n + 1}-05")
        for n, pair in enumerate(itertools.pairwise(parties))
    ]
    of = Tables.of(shipments=rows, restricted_ends=[end("S1", "c"), end("S4", "f")], countries=[])
    found = paths(of, max_legs=2)
    assert found["f"] == [["S3", "S4"]]


def test_two_parties_shipping_to_each_other_daily_take_few_steps() -> None:
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 7) for day in range(1, 29)]
    rows = [
        h100(f"{way}{day}", *parties, day, day)
        for day in days
        for way, parties in (("f", ("one", "two")), ("b", ("two", "one")))
    ]
    of = Tables.of(
        shipments=[*rows, h100("out", "two", "far", "2024-07-01", "2024-07-02")],
        restricted_ends=[end("out", "far")],
        countries=[],
    )
    found = search(traced(reach(of)), 3, most_steps=5_000)
    assert not found.truncated
    assert len(found.routes) == 3
    assert [route.score for route in found.routes] == sorted((route.score for route in found.routes), reverse=True)


def test_a_search_cut_short_says_so() -> None:
    assert search(traced(reach(worked_example())), 3, most_steps=1).truncated
