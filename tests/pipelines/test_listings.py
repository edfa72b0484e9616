"""Entries of lists: when they were listed, amended, taken off, listed again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.known.presence import Presence, delisted
from pipelines.listings import listings
from pipelines.normalize.names import fold
from pipelines.reading.versions import record_schema

JAN, FEB, MAR, APR = (dt.date(2026, month, 1) for month in (1, 2, 3, 4))


def records(*rows: dict[str, Any]) -> pl.DataFrame:
    """Records of lists; a record's key is its name when none is given."""
    filled = [{"list": "EL", "source": "el", "file": "el.json", "record": row.get("name"), **row} for row in rows]
    return pl.DataFrame(filled, schema=record_schema("listings"))


def merged(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return listings(frame, names_fold=fold).to_dicts()


def copies(*held: tuple[dt.date, str], source: str = "el", of: str = "EL") -> Presence:
    """Complete copies: a day, and the names it has, a letter each."""
    presence = Presence()
    for day, names in held:
        frame = pl.DataFrame(
            {"list": [of] * len(names), "record": list(names)}, schema={"list": pl.String, "record": pl.String}
        )
        presence = presence.noted(frame, source, [of], day)
    return presence


def test_several_citations_give_the_first_listing_and_its_amendments() -> None:
    cited = "62 FR 26922, 5/16/97. 66 FR 24266, 5/14/01. 84 FR 40241, 8/14/2019"
    (found,) = merged(records({"name": "Tallvik Works", "citation": cited, "published_on": dt.date(1997, 5, 16)}))
    assert found["published_on"] == dt.date(1997, 5, 16)
    assert found["amended_on"] == ["2001-05-14", "2019-08-14"]


def test_a_second_row_of_an_entry_published_later_is_an_amendment() -> None:
    """The same name listed again with another address: it was not of that address before."""
    (found,) = merged(
        records(
            {"name": "Tallvik Works", "published_on": JAN, "addresses": ["1 Quay"]},
            {"name": "TALLVIK WORKS", "published_on": MAR, "addresses": ["2 Quay"], "record": "b"},
        )
    )
    assert (found["published_on"], found["amended_on"]) == (JAN, ["2026-03-01"])


def test_an_expiry_is_a_last_day() -> None:
    (found,) = merged(records({"list": "Mine", "name": "Tallvik", "expires_on": FEB}))
    assert (found["delisted_on"], found["delisted_inferred"]) == (FEB, False)


def test_the_earlier_of_expiry_and_last_day_counts() -> None:
    (found,) = merged(records({"list": "Mine", "name": "Tallvik", "expires_on": FEB, "delisted_on": MAR}))
    assert found["delisted_on"] == FEB


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        ({"list": "Mine"}, "conditions"),
        ({"list": "Mine", "letter_type": "supplier_list"}, "conditions"),
        ({"list": "Mine", "letter_type": "is_informed"}, "prohibits"),
        ({"list": "EL"}, "prohibits"),
        ({"list": "CMIC"}, "other"),
    ],
)
def test_being_on_a_list_of_ones_own_is_to_be_reviewed(said: dict[str, Any], effect: str) -> None:
    (found,) = merged(records({"name": "Tallvik", **said}))
    assert found["effect"] == effect


def test_an_entry_gone_from_the_next_copy_was_taken_off_between() -> None:
    known = records({"name": "a"}, {"name": "b"})
    gone, stays = merged(delisted(known, copies((JAN, "ab"), (FEB, "b"), (MAR, "b"))))
    assert (gone["delisted_on"], gone["delisted_inferred"]) == (FEB, True)
    assert (stays["delisted_on"], stays["delisted_inferred"]) == (None, False)


def test_an_entry_that_comes_back_is_listed_again() -> None:
    (found,) = merged(delisted(records({"name": "a"}), copies((JAN, "a"), (FEB, ""), (MAR, "a"))))
    assert (found["delisted_on"], found["delisted_inferred"]) == (None, False)


def test_an_older_copy_read_later_changes_nothing() -> None:
    known = records({"name": "a"}, {"name": "b"})
    in_time = copies((JAN, "a"), (FEB, "ab"), (MAR, "ab"))
    late = copies((FEB, "ab"), (MAR, "ab"), (JAN, "a"))
    assert merged(delisted(known, late)) == merged(delisted(known, in_time))
    assert all(each["delisted_on"] is None for each in merged(delisted(known, late)))


def test_what_no_complete_copy_held_stays_listed() -> None:
    (found,) = merged(delisted(records({"name": "from an excerpt"}), copies((JAN, "a"), (FEB, "a"))))
    assert found["delisted_on"] is None


def test_a_day_stated_is_never_overruled() -> None:
    (found,) = merged(delisted(records({"name": "a", "delisted_on": JAN}), copies((JAN, "a"), (MAR, ""))))
    assert (found["delisted_on"], found["delisted_inferred"]) == (JAN, False)


def test_an_amended_entry_is_another_record_and_stays_listed() -> None:
    known = records({"name": "Tallvik", "record": "a"}, {"name": "Tallvik", "record": "b"})
    (found,) = merged(delisted(known, copies((JAN, "a"), (FEB, "b"))))
    assert (found["delisted_on"], found["delisted_inferred"]) == (None, False)


def test_another_list_of_the_same_source_says_nothing_of_this_one() -> None:
    presence = copies((JAN, "a")).noted(pl.DataFrame({"list": ["MEU"], "record": ["m"]}), "el", ["MEU"], FEB)
    (found,) = merged(delisted(records({"name": "a"}), presence))
    assert found["delisted_on"] is None


@pytest.mark.parametrize(("other", "ends"), [(FEB, MAR), (APR, None)])
def test_another_source_that_still_has_it_counts_while_it_is_newer(other: dt.date, ends: dt.date | None) -> None:
    known = records({"name": "a"}, {"name": "a", "source": "csl", "file": "csl.csv"})
    one, two = copies((JAN, "a"), (MAR, "")), copies((other, "a"), source="csl")
    both = Presence(pl.concat([one.entries, two.entries]), pl.concat([one.copies, two.copies]))
    (found,) = merged(delisted(known, both))
    assert found["delisted_on"] == ends


@given(
    held=st.lists(
        st.tuples(st.integers(1, 9), st.sets(st.sampled_from("abcd"))),
        min_size=1,
        max_size=6,
        unique_by=lambda each: each[0],
    ),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_order_of_copies_the_newest_decides(held: list[tuple[int, set[str]]], order: Any) -> None:
    told = [(dt.date(2026, month, 1), "".join(sorted(names))) for month, names in held]
    mixed = order.sample(told, len(told))
    found = {
        row["record"]: row for row in delisted(records(*({"name": each} for each in "abcd")), copies(*mixed)).to_dicts()
    }
    told.sort()
    for name in "abcd":
        seen = [day for day, names in told if name in names]
        later = [day for day, _ in told if seen and day > max(seen)]
        assert found[name]["delisted_on"] == (min(later) if later else None)
        assert found[name]["seen_on"] == (max(seen) if seen else None)
