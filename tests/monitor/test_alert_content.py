"""What counts as the same alert, and how old its evidence is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.journal.content import fingerprint, latest_evidence, plain, reach
from tests.monitor.passes import alert


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        ({}, dt.date(2024, 5, 9)),
        ({"clock": {"latest_evidence_on": "2025-01-01"}}, dt.date(2025, 1, 1)),
        ({"paths": [], "searched": {"records_to": "2024-09-06"}}, dt.date(2024, 9, 6)),
        ({"paths": None, "searched": None, "clock": None}, None),
        ({"paths": [{"legs": [{"departed_on": "soon"}]}]}, None),
    ],
    ids=["legs", "as the alert says", "end of the records", "nothing said", "no date"],
)
def test_the_latest_evidence_of_an_alert(parts: dict[str, Any], day: dt.date | None) -> None:
    assert latest_evidence(alert(**parts)) == day


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(parts=st.dictionaries(st.sampled_from(["title", "score", "findings", "units", "searched"]), VALUES))
def test_the_fingerprint_ignores_what_only_the_journal_says_and_the_order_of_keys(parts: dict[str, Any]) -> None:
    one = plain({"id": "a", **parts})
    other = dict(reversed(list(one.items()))) | {"status": "closed", "updated_at": "x", "snapshot": {"run": 9}}
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint({**one, "title": [one.get("title")]})


def test_the_fingerprint_ignores_the_last_digits_and_the_end_of_the_records() -> None:
    assert fingerprint(alert(score=0.1 + 0.2)) == fingerprint(alert(score=0.3))
    assert fingerprint(alert(searched={"max_legs": 6, "records_to": "2024-01-01"})) == fingerprint(
        alert(searched={"max_legs": 6, "records_to": "2024-01-02"})
    )
    assert fingerprint(alert(searched={"max_legs": 6})) != fingerprint(alert(searched={"max_legs": 5}))
    assert reach(alert(ends=("b", "a"))) == {"ends": ["a", "b"], "paths": ["A1>to-a", "A1>to-b"]}
