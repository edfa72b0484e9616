"""Addresses: taken apart and compared down to the unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalize.addresses import address_key, fold_address, parse_address, same_house, same_unit

ONE_UNIT = [
    ("Unit 07, 9/F Sunrise Tower, No. 21 Argyle Road, Kowloon, Hong Kong", "RM 907 SUNRISE TWR 21 ARGYLE RD KLN"),
    ("Unit 04, 7/F Bright Quay Tower, No. 33 Mong Lok Road, Kowloon", "RM 704 BRIGHTQUAY TWR 33 MONGLOK RD KLN"),
    ("Flat D, 16/F One Harbor Place, 18 Lomond Rd, Hong Kong", "UNIT D 16TH FLOOR ONE HARBOR PLACE 18 LOMOND ROAD HK"),
    (
        "Office 4, 16/F Ho Wing Commercial Centre, 2-16 Fayun Street",
        "Room 1604 Ho Wing Comm Bldg, 2 Fa Yun St, Kln",
    ),
    ("Room 19C Lochart Centre 301-307, Lochart Rd., Hong Kong", "19C, LOCHART CTR, 301-307 LOCHART ROAD"),
    ("7/F QW Tower, 111 Bonner Strand, Hong Kong", "7TH FLOOR QW TWR 111 BONNER STRAND"),
    ("14C, Hung Shek Kiu Main Street, Hong Kong", "FLAT 14C HUNG SHEK KIU MAIN ST YUEN LONG NT"),
    ("No: 52 Basat Sk., İç Kapı No: 1, Merkez Mah., Istanbul", "BASAT SOKAK NO 52 IC KAPI NO 1 ISTANBUL"),
    ("12 Jalan Bukit, Johor", "12, JLN BUKIT, JOHOR BAHRU"),
    ("10 Ansom Road, #07-12 Harbor Plaza, Singapore", "#07-12, 10 ANSOM RD, SINGAPORE 079903"),
    ("Room 1003, 10/F, Lipton Centre Tower 1, 89 Queensway", "UNIT 3 10/F TOWER 1 LIPTON CTR 89 QUEENSWAY HK"),
]
TWO_UNITS = [
    ("Unit 07, 9/F Sunrise Tower, 21 Argyle Road", "RM 908 SUNRISE TWR 21 ARGYLE RD"),
    ("Room 1605, Ho Wing Centre, 2-16 Fa Yun Street", "Room 1605A, Ho Wing Centre, 2-16 Fa Yun Street"),
    ("Unit 07, 9/F Sunrise Tower, 21 Argyle Road", "Sunrise Tower, 21 Argyle Road"),
    ("Sunrise Tower, 21 Argyle Road", "Sunrise Twr, 21 Argyle Rd"),
    ("12 Jalan Bukit, Johor", "14 Jalan Bukit, Johor"),
    ("12 Jalan Bukit, Johor", "12 Jalan Bukit, Penang"),
    ("Argyle Road, Hong Kong", "Argyle Road, Kowloon"),
    ("Unit 5, 33 Argyle Road", "Unit 5, 33 Nathen Road"),
    ("Hong Kong", "Hong Kong"),
    ("", ""),
]

SCRIBBLES = st.text(alphabet="abcdefgh 0123456789,/#-F", max_size=60)


@pytest.mark.parametrize(("one", "other"), ONE_UNIT)
def test_spellings_of_one_unit_are_one(one: str, other: str) -> None:
    assert same_unit(one, other)[0], same_unit(one, other)[1]
    assert same_unit(other, one)[0]
    assert address_key(one, None) is not None


@pytest.mark.parametrize(("one", "other"), ONE_UNIT[:6])
def test_spellings_of_one_unit_have_one_key(one: str, other: str) -> None:
    assert address_key(one, "HK") == address_key(other, "HK")


@pytest.mark.parametrize(("one", "other"), TWO_UNITS)
def test_other_units_and_too_little_said_are_not_one(one: str, other: str) -> None:
    assert not same_unit(one, other)[0], same_unit(one, other)[1]
    assert not same_unit(other, one)[0]


def test_a_city_alone_or_a_tower_without_unit_has_no_key() -> None:
    assert address_key("Hong Kong", "HK") is None
    assert address_key("Sunrise Tower, 21 Argyle Road", "HK") is None
    assert address_key(None, "HK") is None


def test_another_unit_of_one_building_is_one_house() -> None:
    assert same_house("Unit 07, 9/F Sunrise Tower, 21 Argyle Road", "RM 908 SUNRISE TWR 21 ARGYLE RD")


@given(st.text(max_size=80))
def test_folding_an_address_twice_changes_nothing(text: str) -> None:
    folded = fold_address(text)
    assert fold_address(folded) == folded
    parse_address(text)


@given(
    st.text(alphabet="abcdefgh 0123456789,/#-F", max_size=60), st.text(alphabet="abcdefgh 0123456789,/#-F", max_size=60)
)
def test_comparing_addresses_does_not_depend_on_the_side(one: str, other: str) -> None:
    assert same_unit(one, other)[0] == same_unit(other, one)[0]
