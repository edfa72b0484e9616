"""The legal 50 percent test: the examples of the guidance, open shares, loops, time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.graph.ownership import control
from pipelines.graph.ownership.control import ownership_tests
from pipelines.tables import GRAPH, Tables, day_number
from tests.shared_data import real_data

DAY = day_number(dt.date(2025, 10, 15))


@dataclass(frozen=True)
class Rule:
    id: str = "ofac"
    threshold: float = 50.0
    strict: bool = False
    aggregate: bool = True
    intervals: Sequence[tuple[int | None, int | None, str, bool]] = ((None, None, "in_force", False),)
    citation: str = "a measure"
    foreign_only: bool = False


OFAC, UK = Rule(), Rule("uk", strict=True, aggregate=False)


def interests(*rows: tuple[str, str, float] | dict[str, object]) -> pl.DataFrame:
    spelled = [
        row if isinstance(row, dict) else {"owner": row[0], "owned": row[1], "least": row[2], "most": row[2]}
        for row in rows
    ]
    return Tables.of(ownership=spelled, countries=[]).frame("ownership")


def listed(*parties: str, regimes: Iterable[str] = ("ofac", "uk"), since: int | None = None) -> pl.DataFrame:
    rows = [
        {"party": party, "regime": regime, "entry": f"{party} on the list", "list": "SDN", "since_day": since}
        for party in parties
        for regime in regimes
    ]
    kinds = {"party": pl.String, "regime": pl.String, "entry": pl.String, "list": pl.String, "since_day": pl.Int32}
    return pl.DataFrame(rows, schema=kinds).with_columns(until_day=pl.lit(None, pl.Int32))


def results(ownership: pl.DataFrame, owners: pl.DataFrame, rule: Rule = OFAC, day: int = DAY) -> dict[str, str]:
    found = control.tests_on(ownership, owners, regimes=[rule], day=day)
    return dict(found.select("party", "result").iter_rows())


@pytest.mark.parametrize(
    ("rows", "owners", "party", "result"),
    [
        pytest.param([("X", "A", 50), ("A", "B", 50)], "X", "B", "positive", id="a cascade, not a product"),
        pytest.param([("X", "A", 50), ("X", "B", 10), ("A", "B", 40)], "X", "B", "positive", id="direct and indirect"),
        pytest.param(
            [("X", "A", 50), ("X", "B", 25), ("A", "C", 25), ("B", "C", 25)], "X", "C", "negative",
            id="an owner below half counts nothing",
        ),
        pytest.param([("X", "A", 25), ("Y", "A", 25)], "XY", "A", "positive", id="two listed owners add up"),
        pytest.param(
            [("X", "A", 50), ("X", "B", 50), ("A", "C", 25), ("B", "C", 25)], "X", "C", "positive", id="two halves"
        ),
        pytest.param([("X", "A", 49.99)], "X", "A", "negative", id="just below"),
        pytest.param([("X", "A", 16.7), ("Y", "A", 16.6), ("Z", "A", 16.7)], "XYZ", "A", "positive", id="thirds"),
        pytest.param(
            [("X", "A", 40), ("A", "B", 60), ("B", "A", 60)], "X", "A", "negative", id="a loop does not lift itself"
        ),
        pytest.param([("X", "A", 50), ("A", "B", 60), ("B", "A", 50)], "X", "B", "positive", id="into a loop"),
    ],
)  # fmt: skip
def test_the_guidance_examples_come_out(
    rows: list[tuple[str, str, float]], owners: str, party: str, result: str
) -> None:
    assert results(interests(*rows), listed(*owners))[party] == result


def band(owner: str, owned: str, least: float | None, most: float | None, opened: str = "none") -> dict[str, object]:
    return {"owner": owner, "owned": owned, "least": least, "most": most, "open": opened}


def test_a_register_band_up_to_half_is_open_at_half_and_fails_more_than_half() -> None:
    held = interests(band("X", "A", 25, 50, "least"))
    assert results(held, listed("X")) == {"A": "undetermined"}
    assert results(held, listed("X"), UK) == {"A": "negative"}


def test_a_band_above_half_passes_both() -> None:
    held = interests(band("X", "A", 50, 75, "least"))
    assert results(held, listed("X")) == results(held, listed("X"), UK) == {"A": "positive"}


def test_what_others_hold_at_least_caps_an_unknown_share() -> None:
    held = interests(band("X", "A", None, None), band("B", "A", 50, 75, "least"))
    assert results(held, listed("X")) == {"A": "negative"}
    closed = interests(band("X", "A", None, None), ("B", "A", 50))
    assert results(closed, listed("X")) == {"A": "undetermined"}


def test_an_undetermined_test_names_the_fact_that_settles_it() -> None:
    held = interests(band("X", "A", 25, 50, "least"), ("A", "B", 80))
    rows = control.tests_on(held, listed("X"), regimes=[OFAC], day=DAY)
    facts = dict(rows.select("party", "settled_by").iter_rows())
    assert facts["A"] == "the exact share of X in A (more than 25 to 50 % on record)"
    assert facts["B"] == f"whether A, which holds 80 % of B, counts as restricted: {facts['A']}"


def test_a_loop_that_owns_itself_entirely_is_undetermined() -> None:
    held = interests(band("X", "A", None, None), ("B", "A", 100), ("A", "B", 100), ("B", "C", 70))
    rows = control.tests_on(held, listed("X"), regimes=[OFAC], day=DAY)
    assert dict(rows.select("party", "result").iter_rows()) == dict.fromkeys("ABC", "undetermined")
    assert (
        rows.filter(pl.col("party") == "A")["settled_by"].item() == "who stands behind the loop in which A owns itself"
    )


def test_without_aggregation_the_largest_owner_counts_with_all_it_holds() -> None:
    assert results(interests(("X", "A", 30), ("Y", "A", 30)), listed(*"XY"), UK) == {"A": "negative"}
    through = interests(("X", "A", 30), ("X", "S", 100), ("S", "A", 30))
    assert results(through, listed("X"), UK) == {"A": "positive", "S": "positive"}


def test_only_shareholdings_count_and_the_newest_of_one_kind() -> None:
    votes = band("X", "A", 75, 100) | {"interest": "votingRights"}
    old = band("X", "A", 60, 60) | {"from_on": "2019-01-01", "interest": "shareholding"}
    new = band("X", "A", 30, 30) | {"from_on": "2021-01-01", "interest": "shareholding"}
    assert results(interests(votes), listed("X")) == {}
    assert results(interests(new, old, votes), listed("X")) == {"A": "negative"}
    assert results(interests(new, old), listed("X"), day=day_number(dt.date(2020, 1, 1))) == {"A": "positive"}


def test_an_indirect_statement_is_not_added_to_its_own_chain() -> None:
    indirect = band("X", "B", 30, 30) | {"directness": "indirect"}
    assert results(interests(("X", "A", 60), ("A", "B", 30), indirect), listed("X"))["B"] == "negative"
    assert results(interests(band("X", "B", 60, 60) | {"directness": "indirect"}), listed("X")) == {"B": "positive"}


def test_parties_of_the_united_states_are_left_out_but_passed_through() -> None:
    held = interests(("X", "A", 60), ("A", "B", 60))
    parties = Tables.of(parties=[{"id": "A", "name": "A", "country": "US"}], countries=[]).frame("parties")
    rule = Rule("ofac", foreign_only=True)
    rows = control.tests_on(held, listed("X"), regimes=[rule], day=DAY, parties=parties)
    assert rows["party"].to_list() == ["B"]


def test_stretches_follow_interests_listings_and_the_measure() -> None:
    held = interests(
        ("Qinglan Group", "Harbor Holdings", 60),
        band("Harbor Holdings", "Delta Trading", 55, 55) | {"from_on": "2024-03-01", "until_on": "2026-02-28"},
    )
    since = day_number(dt.date(2024, 1, 1))
    rule = Rule(intervals=((day_number(dt.date(2025, 9, 29)), day_number(dt.date(2025, 11, 9)), "in_force", False),
                           (day_number(dt.date(2025, 11, 10)), None, "suspended", True)))  # fmt: skip
    rows = ownership_tests(held, listed("Qinglan Group", since=since), regimes=[rule])
    assert rows.schema == GRAPH["ownership_tests"].schema
    delta = rows.filter(pl.col("party") == "Delta Trading").select("from_on", "until_on", "status", "verify").rows()
    assert delta == [
        (dt.date(2025, 9, 29), dt.date(2025, 11, 9), "in_force", False),
        (dt.date(2025, 11, 10), dt.date(2026, 2, 28), "suspended", True),
    ]
    row = rows.row(0, named=True)
    assert row["chain"] == ["Qinglan Group 60 % → Harbor Holdings 55 % → Delta Trading"]
    assert (row["by"], row["entries"]) == (["Qinglan Group"], ["Qinglan Group on the list"])


NAMES = "ABCDEF"
shares = st.sampled_from([0, 10, 20, 25, 30, 40, 50, 51, 60, 75, 100])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[dict[str, object]], str]:
    pairs = draw(st.lists(st.tuples(*[st.sampled_from(NAMES)] * 2), max_size=9, unique=True))
    rows, left = [], dict.fromkeys(NAMES, 100.0)
    for owner, owned in pairs:
        ends = sorted(min(draw(shares), left[owned]) if place == 0 else draw(shares) for place in range(2))
        least = min(ends[0], left[owned])
        left[owned] -= least
        opened = draw(st.sampled_from(["none", "least", "most", "both"])) if least < ends[1] else "none"
        rows.append(band(owner, owned, least, ends[1], opened))
    return rows, draw(st.sampled_from(NAMES)) + draw(st.sampled_from(NAMES))


def cascade(exact: dict[tuple[str, str], float], owners: Iterable[str], rule: Rule) -> set[str]:
    """Who passes, by trying again until nothing changes."""
    restricted, passed, before = set(owners), set(), None
    while before != passed:
        before = set(passed)
        for party in NAMES:
            held = sum(share for (one, other), share in exact.items() if other == party != one and one in restricted)
            if held > rule.threshold + 1e-7 or (not rule.strict and held > rule.threshold - 1e-7):
                passed.add(party)
        restricted |= passed
    return passed


def some_exact(draw: st.DrawFn, rows: list[dict[str, object]]) -> dict[tuple[str, str], float] | None:
    """Choose shares within the intervals, at most 100 per company; ends excluded are not chosen."""
    exact: dict[tuple[str, str], float] = {}
    for row in rows:
        least, most, opened = float(str(row["least"])), float(str(row["most"])), row["open"]
        low = 0.01 if opened in ("least", "both") else 0.0
        high = 0.99 if opened in ("most", "both") else 1.0
        exact[str(row["owner"]), str(row["owned"])] = least + (most - least) * draw(st.sampled_from([low, 0.5, high]))
    totals = [sum(share for (_, other), share in exact.items() if other == party) for party in NAMES]
    return exact if max(totals) <= 100 else None


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_exact_world_lies_within_the_answer(data: st.DataObject) -> None:
    rows, owners = data.draw(worlds())
    rule = data.draw(st.sampled_from([OFAC, Rule(strict=True)]))
    answer = results(interests(*rows), listed(*set(owners)), rule)
    exact = some_exact(data.draw, rows)  # type: ignore[arg-type]
    if exact is None:
        return
    passed = cascade(exact, owners, rule)
    for party in NAMES:
        said = answer.get(party, "negative")
        assert said == "undetermined" or (said == "positive") == (party in passed)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_exact_shares_are_decided_as_trying_again_decides(world: tuple[list[dict[str, object]], str]) -> None:
    rows, owners = world
    exact = {(str(row["owner"]), str(row["owned"])): float(str(row["least"])) for row in rows}
    held = interests(*(band(*pair, share, share) for pair, share in exact.items()))
    answer = results(held, listed(*set(owners)))
    passed = cascade(exact, owners, OFAC)
    assert {party for party, said in answer.items() if said == "positive"} == passed
    full = [sum(share for (_, other), share in exact.items() if other == party) >= 100 for party in NAMES]
    assert any(full) or "undetermined" not in answer.values()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_each_stretch_says_what_its_days_say(data: st.DataObject) -> None:
    rows, owners = data.draw(worlds())
    days = st.one_of(st.none(), st.integers(0, 12).map(lambda day: dt.date(1970, 1, 1 + day)))
    dated = [row | {"from_on": data.draw(days), "until_on": data.draw(days)} for row in rows]
    held, names = interests(*dated), listed(*set(owners), since=data.draw(st.integers(0, 12)))
    rule = data.draw(st.sampled_from([OFAC, UK]))
    over_time = ownership_tests(held, names, regimes=[rule])
    for day in range(-1, 14):
        on = pl.col("from_day").fill_null(-99) <= day, pl.col("until_day").fill_null(99) >= day
        kept = ("party", "result", "least", "most", "by", "chain", "settled_by")
        assert (
            over_time.filter(*on).select(kept).rows()
            == control.tests_on(held, names, regimes=[rule], day=day).select(kept).rows()
        )


def real_interests() -> pl.DataFrame:
    rows = []
    for path in sorted((real_data() / "ownership" / "bods" / "groups").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            statement = json.loads(line)
            if statement["recordType"] == "relationship" and statement["recordStatus"] != "closed":
                rows += [_real(statement, each) for each in statement["recordDetails"].get("interests", [])]
    return interests(*rows)


def _real(statement: dict[str, object], interest: dict[str, object]) -> dict[str, object]:
    details: dict[str, str] = statement["recordDetails"]  # type: ignore[assignment]
    ends: dict[str, float | str] = interest.get("share") or {}  # type: ignore[assignment]
    return {
        "owner": str(details["interestedParty"]), "owned": str(details["subject"]),
        "least": ends.get("minimum") or None, "most": ends.get("maximum") or None, "open": "least",
        "interest": interest["type"], "details": interest.get("details"), "record": str(statement["recordId"]),
        "from_on": interest.get("startDate") or None, "until_on": interest.get("endDate") or None,
    }  # fmt: skip


def test_real_groups_are_positive_down_from_their_top() -> None:
    held = real_interests()
    tops = held.filter(pl.col("interest") == "shareholding").join(held, left_on="owner", right_on="owned", how="anti")
    rows = control.tests_on(held, listed(*tops["owner"].unique().to_list()), regimes=[OFAC, UK], day=DAY)
    certain = set(tops.filter(pl.col("least") >= 50, pl.col("until_on").is_null())["owned"])
    assert certain
    assert certain <= set(rows.filter(pl.col("result") == "positive", pl.col("regime") == "ofac")["party"])
    assert rows.filter(pl.col("result") == "undetermined")["settled_by"].null_count() == 0
