"""Several citations of one entry: the first listed it, the others amended it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalize.citations import amended, citations, published_first
from tests.shared_data import real_data


@pytest.mark.parametrize(
    ("text", "first", "later"),
    [
        ("62 FR 26922, 5/16/97. 66 FR 24266, 5/14/01. 84 FR 1, 8/14/2019", "1997-05-16", ["2001-05-14", "2019-08-14"]),
        ("76 FR 71869, 11/21/11", "2011-11-21", []),
        ("46 F.R. 46154 9/17/81 and 46 F.R. 19290 3/30/81", "1981-03-30", ["1981-09-17"]),
        ("91 FR 35189 (June 10, 2026)", "2026-06-10", []),
        ("Vol. 88, No. 151, 08/08/2023", "2023-08-08", []),
        ("90 F.R. 41975 8//28/2025", "2025-08-28", []),
        ("84 FR 22963, 5/21/19, 84 FR 22963, 5/21/19", "2019-05-21", []),
        ("77 FR 1, 13/45/12", None, []),
        ("", None, []),
        (None, None, []),
    ],
)  # fmt: skip
def test_the_first_notice_lists_and_the_others_amend(text: str | None, first: str | None, later: list[str]) -> None:
    assert published_first(text) == (dt.date.fromisoformat(first) if first else None)
    assert [day.isoformat() for day in amended(text)] == later


def test_a_page_that_is_stated_dates_an_amendment_without_its_day() -> None:
    assert amended("62 FR 26922, 5/16/97. 90 FR 14048") == [dt.date(2025, 3, 28)]


days = st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)), min_size=1, max_size=6)


@given(days, st.sampled_from([". ", "; ", ", ", "\n", " and "]), st.booleans())
def test_every_day_cited_is_read_whatever_stands_between(said: list[dt.date], between: str, short: bool) -> None:
    year = "%y" if short else "%Y"
    text = between.join(
        f"{day.year - 1935} FR {1000 + at}, {day.month}/{day.day}/{day.strftime(year)}" for at, day in enumerate(said)
    )
    assert [each.published_on for each in citations(text)] == said
    assert [published_first(text), *amended(text)] == sorted(set(said))


def test_every_entry_of_the_real_list_has_its_first_day() -> None:
    """3,409 entries, 257 amended; two cite a page without its day, and one a further notice nobody states."""
    entries = json.loads((real_data() / "lists/bis_entity_list.json").read_text(encoding="utf-8"))["entities"]
    texts = [" ".join(entry["federal_register"].split()) for entry in entries]
    cited = [each for text in texts for each in citations(text)]
    assert sum(1 for text in texts if not published_first(text)) == 2
    assert sum(1 for text in texts if amended(text)) == 257
    assert sum(1 for each in cited if not each.published_on) == 3
    assert all(each.volume and each.page for each in cited)
