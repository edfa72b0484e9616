"""Economic shares, chains of owners, and views."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.graph.ownership.chains import Chain, chains
from pipelines.graph.ownership.economic import economic
from pipelines.graph.view import neighborhood, paths_view
from pipelines.tables import Tables

Row = tuple[str, str, float, float]


def held(*rows: Row) -> pl.DataFrame:
    spelled = [{"owner": owner, "owned": owned, "least": least, "most": most} for owner, owned, least, most in rows]
    return Tables.of(ownership=spelled, countries=[]).frame("ownership")


def shares(*rows: Row) -> dict[tuple[str, str], tuple[float, float, bool]]:
    return {row[:2]: row[2:] for row in economic(held(*rows), on_day=20_000).iter_rows()}


def test_products_along_chains_are_summed() -> None:
    found = shares(("P", "A", 50, 50), ("P", "B", 40, 40), ("A", "C", 30, 30), ("B", "C", 50, 50))
    assert found["P", "C"] == (35.0, 35.0, True)


def test_loops_are_solved_and_counted_once() -> None:
    found = shares(("L", "A", 40, 40), ("B", "A", 60, 60), ("A", "B", 100, 100))
    assert found["L", "B"] == (100.0, 100.0, True)
    assert found["A", "B"] == (100.0, 100.0, True)


def test_most_is_capped_by_what_others_hold_at_least() -> None:
    assert shares(("P", "A", 0, 100), ("Q", "A", 30, 30))["P", "A"] == (0.0, 70.0, True)


def test_most_is_chosen_for_the_owner_company_by_company() -> None:
    found = shares(("X", "C", 25, 50), ("C", "D", 50, 75), ("X", "D", 10, 40))
    assert found["X", "D"] == (22.5, 70.0, True)


def test_a_loop_that_owns_itself_leaves_everything_open() -> None:
    found = shares(("L", "A", 0, 100), ("B", "A", 100, 100), ("A", "B", 100, 100))
    assert found["L", "A"] == (0.0, 100.0, False)


def test_records_above_all_are_scaled_and_not_tight() -> None:
    least, most, tight = shares(("P", "A", 80, 80), ("Q", "A", 80, 80))["P", "A"]
    assert (least, most, tight) == (50.0, 50.0, False)


NAMES = "ABCDEF"
parts = st.sampled_from([0.0, 10.0, 20.0, 30.0, 45.0])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.tuples(*[st.sampled_from(NAMES)] * 2), st.sampled_from([5.0, 10.0, 15.0, 19.0]), max_size=14))
def test_exact_shares_agree_with_the_inverse(exact: dict[tuple[str, str], float]) -> None:
    exact = {pair: share for pair, share in exact.items() if pair[0] != pair[1]}
    found = shares(*((*pair, share, share) for pair, share in exact.items()))
    matrix = np.zeros((6, 6))
    for (owner, owned), share in exact.items():
        matrix[NAMES.index(owner), NAMES.index(owned)] = share / 100
    inverse = np.linalg.inv(np.eye(6) - matrix)
    for (owner, owned), (least, most, tight) in found.items():
        one, other = NAMES.index(owner), NAMES.index(owned)
        expected = 100 * inverse[one, other] / inverse[one, one]
        assert least == pytest.approx(expected, abs=1e-4)
        assert most == pytest.approx(expected, abs=1e-4)
        assert tight


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_shares_within_the_intervals_give_results_within_the_interval(data: st.DataObject) -> None:
    pairs = data.draw(st.lists(st.tuples(*[st.sampled_from(NAMES)] * 2), max_size=10, unique=True))
    rows: list[Row] = []
    left = dict.fromkeys(NAMES, 100.0)
    exact: list[Row] = []
    for owner, owned in (pair for pair in pairs if pair[0] != pair[1]):
        least, more, wider = min(data.draw(parts), left[owned]), data.draw(parts), data.draw(parts)
        share = min(least + more, left[owned])
        left[owned] -= share
        rows.append((owner, owned, least, min(share + wider, 100.0)))
        exact.append((owner, owned, share, share))
    bounds = shares(*rows)
    for pair, (share, _, tight) in shares(*exact).items():
        least, most, sure = bounds[pair]
        assert least - 1e-4 <= share <= most + 1e-4 or not (tight and sure)


def test_chains_come_largest_first_and_never_turn_in_loops() -> None:
    own = held(("P", "A", 60, 60), ("Q", "A", 30, 30), ("R", "P", 100, 100), ("A", "P", 0, 0), ("A", "R", 10, 10))
    found = chains(own, "A", on_day=20_000)
    assert [each.parties for each in found] == [("R", "P", "A"), ("Q", "A")]
    assert found[0] == Chain(("R", "P", "A"), ((100.0, 100.0, "none"), (60.0, 60.0, "none")))
    assert chains(own, "Q", direction="owned", on_day=20_000)[0].parties == ("Q", "A", "R", "P")


def test_a_million_chains_are_not_walked() -> None:
    layers = [[f"{depth}{side}" for side in "ab"] for depth in range(20)]
    rows = [(one, two, 50.0, 50.0) for upper, lower in pairwise(layers) for one in upper for two in lower]
    found = chains(held(*rows), "19a", on_day=20_000, limit=5)
    assert len(found) == 5
    assert all(len(each.parties) == 20 and not each.cut for each in found)


def world() -> Tables:
    return Tables.of(
        parties=[{"id": each, "name": each.upper()} for each in "abcd"],
        shipments=[{"id": "s1", "shipper": "a", "consignee": "b", "shipped_on": "2024-01-01", "item": "servers"}],
        ownership=[{"owner": "a", "owned": "d", "least": 50, "most": 50}],
        party_keys=[{"party": each, "kind": "address", "key": "k", "crowd": 2} for each in "bc"],
        countries=[],
    )


def test_a_neighborhood_shows_edges_of_every_kind() -> None:
    view = neighborhood(world(), "b", hops=2)
    kinds = {(one, two, said["kind"]) for one, two, said in view.edges(data=True)}
    assert kinds == {("a", "b", "shipment"), ("a", "d", "ownership"), ("b", "c", "shared_address")}
    assert set(neighborhood(world(), "b", hops=1)) == {"a", "b", "c"}


def test_a_neighborhood_says_when_it_was_cut() -> None:
    view = neighborhood(world(), "b", hops=2, limit=2)
    assert len(view) == 2
    assert view.graph["cut"]
    assert len(neighborhood(world(), "nobody")) == 0


def test_paths_share_their_legs_in_the_view() -> None:
    leg = {"kind": "shipment", "from": {"id": "a", "name": "A"}, "to": {"id": "b", "name": "B"}, "record": "s1"}
    on = leg | {"from": leg["to"], "to": {"id": "c", "name": "C"}, "record": "s2"}
    view = paths_view([{"legs": [leg]}, {"legs": [leg, on], "end": {"id": "c", "name": "C"}}])
    assert view.edges["a", "b", "shipment:s1"]["paths"] == [0, 1]
    assert view.nodes["c"]["restricted"]
