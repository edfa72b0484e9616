"""What an alert says in words of one delivery."""

from __future__ import annotations

import pytest

from monitor.summary import title
from tests.monitor.receivers import alert


@pytest.mark.parametrize(
    ("party", "why"),
    [
        ({"id": "b", "name": "Brightquay"}, "the consignee was on a restricted-party list"),
        ({"id": "q", "name": "Qinglan"}, "Qinglan was on a restricted-party list"),
    ],
    ids=["the consignee itself", "another party of the papers"],
)
def test_a_delivery_is_titled_by_its_consignee_and_whoever_is_restricted(party: dict[str, str], why: str) -> None:
    one = alert()
    one["units"] = []
    one["paths"][0]["legs"] = one["paths"][0]["legs"][:1]
    one["paths"][0]["end"] = party | {"restricted_because": [{"rule": "listed", "on_the_day": True}]}
    assert title(one) == f"36 units of “computer parts” recorded as delivered to Brightquay: {why}"
