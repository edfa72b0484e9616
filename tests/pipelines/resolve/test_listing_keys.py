"""Looking listings up by key gives what comparing with all of them gives."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.resolve.listing_keys import listing_keys, listings_near
from pipelines.resolve.screen import screen_name
from pipelines.tables import GRAPH, conform

WORDS = (
    "Qinglan", "Qinglam", "Velmark", "Velmarck", "Beijing", "Technology", "Technologies", "Tech", "Electronic",
    "Trading", "Co", "Ltd", "Limited", "Orion", "Star", "Starlight", "light", "青岚", "Орион", "7", "VII", "(Shanghai)",
)  # fmt: skip
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(listed=st.lists(NAMES, min_size=1, max_size=12), asked=NAMES)
def test_screening_near_listings_is_screening_all(listed: list[str], asked: str) -> None:
    rows = [{"id": f"EL:{place}", "list": "EL", "name": name, "country": ["CN"]} for place, name in enumerate(listed)]
    listings = conform(pl.DataFrame(rows), GRAPH["listings"])
    near = listings.filter(pl.col("id").is_in(listings_near(asked, listing_keys(listings))))
    found = [(each.entry.id, each.score, each.band) for each in screen_name(asked, "CN", None, near)]
    assert found == [(each.entry.id, each.score, each.band) for each in screen_name(asked, "CN", None, listings)]


def test_no_listings_give_no_keys() -> None:
    keys = listing_keys(GRAPH["listings"].empty())
    assert keys.is_empty()
    assert listings_near("Qinglan", keys) == []
