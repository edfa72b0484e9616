"""Parents over time and where they are headquartered."""

from __future__ import annotations

import datetime as dt

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.graph.ownership.headquarters import headquarters
from pipelines.graph.ownership.parents import groups
from pipelines.graph.ownership.stretches import FOREVER, sweep
from pipelines.tables import GRAPH, Tables

AS_OF = dt.date(2026, 1, 1)
EMBARGOED = [
    {"country": "CN", "arms_embargoed": True},
    {"country": "KH", "arms_embargoed": True, "from_on": "2021-12-09", "until_on": "2026-02-02"},
    {"country": "SG", "arms_embargoed": False},
]


def interest(
    owner: str, owned: str, least: float | None, most: float | None = None, **more: object
) -> dict[str, object]:
    return {"owner": owner, "owned": owned, "least": least, "most": least if most is None else most, **more}


def relation(owner: str, owned: str, details: str, **more: object) -> dict[str, object]:
    return {"owner": owner, "owned": owned, "interest": "otherInfluenceOrControl", "details": details, **more}


def parents(*rows: dict[str, object]) -> dict[str, str]:
    found = groups(Tables.of(ownership=rows, countries=[]).frame("ownership"), AS_OF)
    return dict(found.select("party", "parent").iter_rows())


@pytest.mark.parametrize(
    ("rows", "party", "parent"),
    [
        pytest.param([interest("P", "A", 60), interest("A", "B", 100)], "B", "P", id="majority of a majority"),
        pytest.param([interest("P", "A", 50, 75, open="least")], "A", "P", id="more than half"),
        pytest.param([interest("P", "A", 50)], "A", "P", id="half without rival"),
        pytest.param([interest("P", "A", 50), interest("Q", "A", 50)], "A", "A", id="half each"),
        pytest.param([interest("P", "A", 50), interest("Q", "A", 25, 50)], "A", "A", id="a rival perhaps"),
        pytest.param([interest("P", "A", 25, 50, open="least")], "A", "A", id="not half for certain"),
        pytest.param(
            [interest("P", "S", 100), interest("P", "T", 100), interest("S", "A", 50), interest("T", "A", 50)],
            "A", "P",
            id="two sisters with half each",
        ),
        pytest.param(
            [interest("P", "A", 30), interest("P", "S", 100), interest("S", "A", 30)], "A", "P", id="with a subsidiary"
        ),
        pytest.param([relation("P", "A", "IS_DIRECTLY_CONSOLIDATED_BY")], "A", "P", id="consolidated"),
        pytest.param(
            [relation("D", "A", "IS_DIRECTLY_CONSOLIDATED_BY"), relation("U", "A", "IS_ULTIMATELY_CONSOLIDATED_BY")],
            "A", "U", id="the ultimate one beyond the direct",
        ),
        pytest.param([interest("P", "A", 75, interest="votingRights")], "A", "P", id="votes"),
        pytest.param([relation("P", "A", "some influence")], "A", "A", id="influence is no parent"),
        pytest.param(
            [interest("B", "C", 60), interest("C", "B", 60), interest("C", "A", 60)], "A", "B", id="a loop above"
        ),
        pytest.param([interest("A", "A", 60)], "A", "A", id="its own shares"),
    ],
)  # fmt: skip
def test_the_top_of_known_majorities_is_found(rows: list[dict[str, object]], party: str, parent: str) -> None:
    assert parents(*rows)[party] == parent


def test_parents_change_with_time() -> None:
    rows = [
        interest("P", "A", 60, until_on="2022-12-31"),
        interest("Q", "A", 60, from_on="2023-01-01"),
        interest("A", "B", 90),
    ]
    found = groups(Tables.of(ownership=rows, countries=[]).frame("ownership"), AS_OF).filter(pl.col("party") == "B")
    assert found.rows() == [("B", "P", None, dt.date(2022, 12, 31)), ("B", "Q", dt.date(2023, 1, 1), None)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12, unique_by=lambda pair: pair[1]))
def test_tops_agree_with_walking_up(pairs: list[tuple[int, int]]) -> None:
    pairs = [pair for pair in pairs if pair[0] != pair[1]]
    found = parents(*(interest(str(owner), str(owned), 60) for owner, owned in pairs))
    graph = nx.DiGraph((owned, owner) for owner, owned in pairs)
    for start in graph:
        reached = nx.descendants(graph, start) | {start}
        ends = [each for each in reached if graph.out_degree(each) == 0]
        loop = [each for each in reached if any(each in cycle for cycle in nx.simple_cycles(graph))]
        assert found[str(start)] == str(min(ends or loop))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8))
def test_sweeping_keeps_the_greatest_of_each_day(ends: list[tuple[int, int]]) -> None:
    spans = [(min(each), max(each), rank) for rank, each in enumerate(ends)]
    kept = sweep(spans)
    for day in range(-1, 11):
        holds = [rank for first, last, rank in spans if first <= day <= last]
        assert [rank for first, last, rank in kept if first <= day <= last] == holds[-1:]
    assert FOREVER > 0


def seats(rows: list[dict[str, object]], *parties: dict[str, object]) -> dict[str, tuple[str | None, str | None, str]]:
    named = [{"name": party["id"], "kind": "organization", **party} for party in parties]
    tables = Tables.of(ownership=rows, parties=named, countries=EMBARGOED)
    found = headquarters(
        tables.frame("ownership"), tables.frame("parties"), as_of=AS_OF, countries=tables.frame("countries")
    )
    assert found.schema == GRAPH["headquarters"].schema
    on_day = found.filter(
        (pl.col("from_on").fill_null(dt.date.min) <= AS_OF) & (pl.col("until_on").fill_null(dt.date.max) >= AS_OF)
    )
    return {row[0]: row[1:] for row in on_day.select("party", "ultimate_parent", "country", "basis").iter_rows()}


def test_headquarters_are_as_stated_for_the_parent_then_for_the_party() -> None:
    rows = [interest("P", "A", 60), interest("Q", "B", 60)]
    found = seats(rows, {"id": "P", "headquarters_country": "US"}, {"id": "A", "headquarters_country": "CN"},
                  {"id": "B", "headquarters_country": "MY"}, {"id": "Q"})  # fmt: skip
    assert found["A"] == ("P", "US", "stated")
    assert found["B"] == ("Q", "MY", "stated")


def test_registration_of_the_parent_counts_only_under_arms_embargo() -> None:
    rows = [interest("P", "A", 60), interest("Q", "B", 60)]
    found = seats(
        rows, {"id": "P", "country": "CN"}, {"id": "A", "country": "SG"}, {"id": "Q", "country": "SG"}, {"id": "B"}
    )
    assert found["A"] == ("P", "CN", "registration_of_parent")
    assert found["B"] == ("Q", None, "undetermined")
    assert seats([], {"id": "Z", "country": "CN"})["Z"] == ("Z", "CN", "registration_of_parent")


def test_an_embargo_holds_on_its_own_days() -> None:
    tables = Tables.of(parties=[{"id": "K", "name": "K", "country": "KH"}], countries=EMBARGOED)
    found = headquarters(
        tables.frame("ownership"), tables.frame("parties"), as_of=AS_OF, countries=tables.frame("countries")
    )
    assert found.select("country", "from_on", "until_on").rows() == [
        (None, None, dt.date(2021, 12, 8)),
        ("KH", dt.date(2021, 12, 9), dt.date(2026, 2, 2)),
        (None, dt.date(2026, 2, 3), None),
    ]  # fmt: skip


def test_natural_persons_are_no_parent_company() -> None:
    found = seats(
        [interest("N", "A", 100)], {"id": "N", "kind": "person", "country": "CN"}, {"id": "A", "country": "SG"}
    )
    assert found["A"] == ("A", None, "undetermined")


def test_a_parent_is_unknown_where_less_than_half_is_known() -> None:
    rows = [interest("P", "A", 60), interest("Q", "P", 20)]
    found = seats(rows, {"id": "A"}, {"id": "P", "headquarters_country": "CN"})
    assert found["A"] == (None, "CN", "stated")


def test_a_loop_of_owners_has_no_ultimate_parent() -> None:
    rows = [interest("B", "C", 60), interest("C", "B", 60), interest("C", "A", 60)]
    assert seats(rows, {"id": "A", "country": "CN"})["A"] == (None, None, "undetermined")
