"""Screening: what must match, what must not, and why it says so."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.resolve.screen import screen, screen_addresses, screen_name
from tests.pipelines.resolve.written import parties_and_mentions, table

ENTRIES: list[dict[str, object]] = [
    {
        "name": "Qinglan (Beijing) Electronic Information Industry Co., Ltd.",
        "country": ["CN"],
        "kind": "entity",
        "aliases": ["Qinglan Beijing Electronic Information Co., Ltd.", "QBEII"],
        "addresses": ["Building 9, 12 Haidian Road, Beijing; and Room 5, 3 Lianhua Street, Tianjin"],
    },
    {"name": "JSC Star", "country": ["RU"], "kind": "entity"},
    {"name": "Venus 7", "country": ["GB"], "kind": "entity"},
    {"name": "International Trading", "country": ["AE"], "kind": "entity"},
    {"name": "Zenvora Kestrelle Microsystems JSC", "country": ["RU"], "kind": "entity"},
    {"name": "Bramwick Research Institute No. 38", "country": ["CN"], "kind": "entity"},
    {"name": "Tarnholt Trading (HK) Limited", "country": ["HK"], "kind": "entity"},
    {"name": "Oxladine", "country": ["IR"], "kind": "entity"},
    {"name": "Tarik Vexmoor", "country": ["SY"], "kind": "person", "addresses": ["12 Jalan Bukit, Johor"]},
    {"name": "Quillby Star", "country": ["PA"], "kind": "vessel"},
]


def listings(entries: list[dict[str, object]] = ENTRIES) -> pl.DataFrame:
    day = dt.date(2025, 3, 25)
    given = {"list": "EL", "effect": "prohibits", "effective_on": day, "citation": "90 FR 1"}
    return table("listings", [{"id": f"EL:{entry['name']}", **given, **entry} for entry in entries])


def band(name: str, country: str | None = None, address: str | None = None) -> str | None:
    found = screen_name(name, country, address, listings())
    return found[0].band if found else None


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("QINGLAN (BEIJING) ELECTRONIC INFORMATION INDUSTRY CO LTD", "CN"),
        ("QINGLAN BEIJING ELECTRONIC INFORMATION", "CN"),
        ("Qinglan Beijing Electronics Info Industrial Company Limited", None),
        ("QINGLEN BEIJING ELECTRONIC INFORMATION CO LTD", "CN"),
        ("Qinglan Beijing Electronic Information Co., Ltd.", "HK"),
        ("ZENVORRA KESTRELE MICROSYSTEMS", "RU"),
        ("Зенвора Kestrelle Microsystems", "RU"),
        ("Zеnvоrа Kestrelle Microsystems LLC", "RU"),
        ("Zenvora Kestrelle Microsystems LLC", "KZ"),
        ("Kestrelle Zenvora Microsystems", "RU"),
        ("TARNHOLT TRADING HONG KONG LTD", "HK"),
        ("38th Bramwick Research Institute", "CN"),
        ("Something Else Ltd (a.k.a. Zenvora Kestrelle Microsystems)", "RU"),
        ("OXLADINE CO", "IR"),
    ],
)
def test_spellings_of_a_listed_name_match(name: str, country: str | None) -> None:
    assert band(name, country) == "match"


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("E-Star Limited", "RU"),
        ("E-Star Limited", None),
        ("Star Limited", "HK"),
        ("Venus A Limited", "GB"),
        ("Venus 8", "GB"),
        ("International Trading LLC", "MY"),
        ("International Logistics", "AE"),
        ("Bramwick Research Institute No. 14", "CN"),
        ("Oxladine Trading", "MY"),
        ("Beijing Electronic Information Co., Ltd.", "CN"),
        ("Quillby Star Ltd", "PA"),
        ("Zenvora Sdn Bhd", "MY"),
        ("Vexmoor Trading LLC", "SY"),
        ("", None),
        ("???", None),
    ],
)
def test_honest_names_do_not_match(name: str, country: str | None) -> None:
    assert band(name, country) in {None, "review"}
    assert band(name, country) is None or country == "CN"


def test_a_generic_name_in_its_own_country_is_only_reviewed() -> None:
    assert band("International Trading LLC", "AE") == "review"


def test_a_person_by_name_alone_is_only_reviewed() -> None:
    assert band("Tarik Vexmoor", "SY") == "review"
    assert band("Tarik Vexmoor", "SY", "12 JLN BUKIT JOHOR") == "match"
    assert band("Tarik Vexmoor Ltd", "SY") is None


def test_a_match_explains_itself() -> None:
    found = screen_name("QINGLAN BEIJING ELECTRONIC INFORMATION", "CN", "RM 5 3 LIANHUA ST TIANJIN", listings())[0]
    assert [each.claim for each in found.evidence] == ["same_name", "rare_words", "same_country", "same_address"]
    assert found.by == "alias"
    assert found.second_link == "address"
    assert "qinglan" in found.detail


def test_a_party_is_screened_under_every_name_and_keeps_one_row_per_listing() -> None:
    parties, said = parties_and_mentions(
        {"name": "Harmless Ltd", "country": "CN", "aliases": ["QBEII Ltd", "Qinglan Ltd"]}
    )
    more = table("mentions", [{"key": "m", "party": "p0", "name": "Qinglan Beijing Electronic Information"}])
    rows = screen(parties, pl.concat([said, more]), listings()).rows(named=True)
    assert [(row["listing"][:10], row["band"], row["dated"], row["second_link"]) for row in rows] == [
        ("EL:Qinglan", "match", True, "country")
    ]


def test_an_identifier_matches_without_a_name() -> None:
    known = listings().with_columns(identifiers=pl.Series([["LEI 5493001KJTIIGC8Y1R12"]] + [None] * (len(ENTRIES) - 1)))
    parties, said = parties_and_mentions({"name": "Harmless Ltd", "lei": "5493001KJTIIGC8Y1R12"})
    assert screen(parties, said, known).select("by", "band").rows() == [("identifier", "match")]


def test_a_match_says_when_its_entry_was_amended_last() -> None:
    known = listings().with_columns(amended_on=pl.lit(["2024-01-16", "2025-01-16"]))
    parties, said = parties_and_mentions({"name": "Zenvora Kestrelle Microsystems JSC", "country": "RU"})
    assert screen(parties, said, known)["last_amended_on"].to_list() == [dt.date(2025, 1, 16)]


def test_nothing_to_screen_is_an_empty_table() -> None:
    parties, said = parties_and_mentions({"name": "Harmless Ltd"})
    assert screen(parties, said, listings().clear()).height == 0
    assert screen(parties.clear(), said.clear(), listings()).height == 0


WORDS = st.sampled_from(
    [
        "Zenvora",
        "Kestrelle",
        "Bramwick",
        "Oxlade",
        "Tarnholt",
        "Trading",
        "Electronic",
        "Star",
        "Beijing",
        "Institute",
        "7",
        "14",
    ]
)


@settings(max_examples=20, deadline=None)
@given(st.lists(WORDS, min_size=2, max_size=5), st.sampled_from(["MY", "CN"]))
def test_a_listing_finds_its_own_name(words: list[str], country: str) -> None:
    name = " ".join(words)
    known = listings([{"name": f"{name} Ltd", "country": [country], "kind": "entity"}])
    found = screen_name(name.upper(), country, None, known)
    assert [each.entry.name for each in found] == [f"{name} Ltd"]


ADDRESSES: list[dict[str, object]] = [
    {
        "name": None,
        "kind": "address",
        "country": ["CN"],
        "addresses": ["Unit 07, 9/F Sunrise Tower, No. 21 Argyle Road, Hong Kong."],
    },
    {
        "name": "Zenvora Ltd",
        "kind": "entity",
        "country": ["HK"],
        "addresses": ["Room 5, 33 Lianhua Street; and Unit 8, 9/F Sunrise Tower, 21 Argyle Rd."],
    },
]


def test_an_address_is_found_without_a_name_and_said_to_the_unit() -> None:
    parties, said = parties_and_mentions(
        {"name": "Harmless Ltd", "country": "HK", "address": "RM 907 SUNRISE TWR 21 ARGYLE RD KLN"},
        {"name": "Elsewhere Ltd", "country": "MY", "address": "Room 5, 33 Lianhua Street"},
        {"name": "Nowhere Ltd", "country": "HK", "address": "Hong Kong"},
    )
    sent = table("shipments", [{"id": "A1", "delivery_address": "9th floor unit 7 Sunrise Twr, 21 Argyle Rd HK"}])
    found = screen_addresses(parties, said, sent, listings(ADDRESSES)).sort("party", "unit_level")
    wanted = ("party", "shipment", "address_only", "unit_level", "crowd")
    assert set(found.select(wanted).rows()) == {
        (None, "A1", True, True, 1),
        (None, "A1", False, False, 1),
        ("p0", None, True, True, 1),
        ("p0", None, False, False, 1),
    }


def test_a_crowded_address_says_how_many_share_it() -> None:
    people = [
        {"name": f"Harmless {word} Ltd", "country": "HK", "address": "RM 907 SUNRISE TWR 21 ARGYLE RD"}
        for word in ("Oxlade", "Bramwick", "Tarnholt")
    ]
    found = screen_addresses(*parties_and_mentions(*people), table("shipments", []), listings(ADDRESSES))
    assert found.filter("unit_level")["crowd"].to_list() == [3, 3, 3]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=40), st.sampled_from([None, "MY", "XX"]), st.one_of(st.none(), st.text(max_size=60)))
def test_any_text_can_be_screened(name: str, country: str | None, address: str | None) -> None:
    assert all(each.band in {"match", "review"} for each in screen_name(name, country, address, listings()))
