"""Resolution: one id per real party, stable, never chained wildly."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.resolve.clusters import Resolution, resolve
from pipelines.resolve.mentions import mentions, with_party_ids
from tests.pipelines.resolve.written import consignees, records

TOWER = "Unit 07, 9/F Sunrise Tower, 21 Argyle Rd"
SAME_TOWER = "RM 907 SUNRISE TWR 21 ARGYLE RD KLN"
LEI = "5493001KJTIIGC8Y1R{:02d}"

SAME = {
    "legal form written otherwise": ({"name": "Brightquay Logistics Ltd"}, {"name": "Brightquay Logistics Limited"}),
    "upper case, no form": (
        {"name": "Harbor Cloud Sdn Bhd", "country": "MY", "address": "12 Jalan Bukit, Johor"},
        {"name": "HARBOR CLOUD", "country": "MY"},
        {"name": "Harbor Cloud Sdn. Bhd."},
    ),
    "one letter wrong": (
        {"name": "Brightquay Logistics Ltd", "country": "HK"},
        {"name": "Brightqay Logistics Limited", "country": "HK"},
    ),
    "Hong Kong and China at one address": (
        {"name": "Brightquay Ltd", "country": "HK", "address": TOWER},
        {"name": "Brightquay Ltd", "country": "CN", "address": SAME_TOWER},
    ),
    "no country, only one candidate": (
        {"name": "Zenvora Cloud Pte Ltd", "country": "SG"},
        {"name": "ZENVORA CLOUD"},
    ),
    "one LEI, renamed": (
        {"name": "Zenvora", "country": "SG", "id": LEI.format(11)},
        {"name": "Kestrelle", "country": "SG", "id": LEI.format(11)},
    ),
    "one id of the same files": (
        {"name": "Zenvora Cloud", "country": "SG", "id": "C-17"},
        {"name": "Zenvora Clowd Intl", "country": "SG", "id": "C-17"},
    ),
    "wrong letters at one address": (
        {"name": "Zenvora Kestrelle Ltd", "country": "HK", "address": TOWER},
        {"name": "Zenvorra Kestrele Ltd", "country": "HK", "address": SAME_TOWER},
    ),
}
DIFFERENT = {
    "subsidiaries by country": (
        {"name": "Acme Cloud Sdn Bhd", "country": "MY"},
        {"name": "Acme Cloud Pte Ltd", "country": "SG"},
    ),
    "subsidiaries by legal form alone": ({"name": "Acme Cloud Sdn Bhd"}, {"name": "Acme Cloud Pte Ltd"}),
    "subsidiaries by bracket": ({"name": "Acme Cloud (Malaysia)"}, {"name": "Acme Cloud (Singapore)"}),
    "public and private": ({"name": "Acme Sdn Bhd", "country": "MY"}, {"name": "Acme Berhad", "country": "MY"}),
    "numbers": ({"name": "Site 1 Ltd", "country": "GB"}, {"name": "Site 2 Ltd", "country": "GB"}),
    "institutes": ({"name": "Institute 38", "country": "CN"}, {"name": "Institute 14", "country": "CN"}),
    "letters": ({"name": "Venus A Limited", "country": "GB"}, {"name": "Venus B Limited", "country": "GB"}),
    "another trade": ({"name": "Sunrise Trading", "country": "HK"}, {"name": "Sunrise Logistics", "country": "HK"}),
    "people": ({"name": "Tan Xiaoming", "country": "MY"}, {"name": "Tan Xiaomeng", "country": "MY"}),
    "two LEIs": (
        {"name": "Zenvora", "country": "SG", "id": LEI.format(11)},
        {"name": "Zenvora", "country": "SG", "id": LEI.format(22)},
    ),
    "Hong Kong and China, no address": (
        {"name": "Brightquay Ltd", "country": "HK"},
        {"name": "Brightquay Ltd", "country": "CN"},
    ),
}


def resolved(*people: dict[str, object], **tables: list[dict[str, object]]) -> tuple[list[str], Resolution]:
    """Resolve one shipment to each party; the consignees' party ids in that order."""
    made = records(shipments=consignees(*people), **tables)
    found = resolve(mentions(made))
    return with_party_ids(made["shipments"], "shipments", found.mention_to_party)["consignee"].to_list(), found


@pytest.mark.parametrize("people", SAME.values(), ids=SAME.keys())
def test_spellings_of_one_party_get_one_id(people: tuple[dict[str, object], ...]) -> None:
    assert len(set(resolved(*people)[0])) == 1


@pytest.mark.parametrize("people", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_different_parties_get_different_ids(people: tuple[dict[str, object], ...]) -> None:
    assert len(set(resolved(*people)[0])) == len(people)


def test_a_name_without_country_and_two_candidates_is_left_to_people() -> None:
    ids, found = resolved(
        {"name": "Acme Cloud", "country": "MY"}, {"name": "Acme Cloud", "country": "SG"}, {"name": "Acme Cloud"}
    )
    assert len(set(ids)) == 3
    assert found.review.height == 2


def test_a_party_between_two_registered_namesakes_joins_neither() -> None:
    registered = [
        {"id": number, "name": "Zenvora Ltd", "country": "GB", "registration_number": number}
        for number in ("12345678", "87654321")
    ]
    ids, found = resolved(
        {"name": "Zenvora Ltd", "country": "GB"},
        {"name": "Zenvora", "country": "GB", "id": "12345678"},
        parties=registered,
    )
    assert ids[0] != ids[1]
    assert found.mention_to_party["party"].n_unique() == 3
    assert found.review.height >= 1


def test_a_placeholder_id_joins_nobody() -> None:
    people = [{"name": f"{word} Ltd", "country": "GB", "id": "N/A"} for word in ("Zenvora", "Kestrelle")]
    assert len(set(resolved(*people)[0])) == 2


def test_an_id_that_many_names_bear_joins_nobody() -> None:
    names = ["Zenvora", "Kestrelle", "Bramwick", "Oxlade", "Tarnholt", "Vexmoor", "Quillby"]
    assert len(set(resolved(*({"name": name, "country": "GB", "id": "C-1"} for name in names))[0])) == len(names)


def test_judgments_go_before_evidence() -> None:
    made = records(
        shipments=consignees(
            {"name": "Zenvora Ltd", "country": "GB"},
            {"name": "Zenvora", "country": "GB"},
            {"name": "Kestrelle", "country": "FR"},
        )
    )
    said = mentions(made)
    keys = dict(said.select("name", "key").iter_rows())
    judged = pl.DataFrame(
        {"left": [keys["Zenvora"]] * 2, "right": [keys["Zenvora Ltd"], keys["Kestrelle"]], "same": [False, True]}
    )
    party = dict(resolve(said, judgments=judged).mention_to_party.iter_rows())
    assert party[keys["Zenvora"]] != party[keys["Zenvora Ltd"]]
    assert party[keys["Zenvora"]] == party[keys["Kestrelle"]]


def test_merged_parties_keep_the_older_id_and_redirect_the_other() -> None:
    old = resolve(mentions(records(shipments=consignees({"name": "Zenvora Ltd", "country": "GB"}))))
    two = consignees({"name": "Zenvora Ltd", "country": "GB"}, {"name": "Kestrelle Ltd", "country": "GB", "id": "C-9"})
    apart = resolve(mentions(records(shipments=two)), registry=old.registry)
    link = consignees({"name": "Zenvora Ltd", "country": "GB", "id": "C-9"})[0] | {"id": "9"}
    merged = resolve(mentions(records(shipments=[*two, link])), registry=apart.registry)
    first = old.mention_to_party["party"][0]
    assert merged.mention_to_party["party"].unique().to_list() == [first]
    assert merged.registry.filter(pl.col("redirected_to").is_not_null())["redirected_to"].to_list() == [first]


NAMES = st.sampled_from(
    [
        "Zenvora",
        "ZENVORA LTD",
        "Zenvora Limited",
        "Zenvorra Ltd",
        "Kestrelle Cloud",
        "Kestrelle Clouds",
        "Acme Trading",
        "Acme Trading 2",
        "Venus A",
        "E-Star",
    ]
)
PEOPLE = st.fixed_dictionaries(
    {
        "name": NAMES,
        "country": st.sampled_from([None, "GB", "HK", "CN"]),
        "id": st.sampled_from([None, None, "C-1", "C-2"]),
        "address": st.sampled_from([None, None, TOWER, SAME_TOWER, "12 Jalan Bukit, Johor"]),
    }
)


def partition(found: Resolution) -> set[frozenset[str]]:
    groups = found.mention_to_party.group_by("party").agg("key")["key"].to_list()
    return {frozenset(group) for group in groups}


@settings(max_examples=25, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=12), st.randoms())
def test_the_order_of_rows_changes_nothing(people: list[dict[str, object]], random: object) -> None:
    said = mentions(records(shipments=consignees(*people)))
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = mentions(records(shipments=consignees(*shuffled)))
    assert again.equals(said)
    first, second = resolve(said), resolve(said.sample(fraction=1, shuffle=True, seed=1))
    assert first.mention_to_party.equals(second.mention_to_party)
    assert first.registry.equals(second.registry)


@settings(max_examples=25, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=8), st.lists(PEOPLE, max_size=4))
def test_adding_mentions_never_renames_an_untouched_party(
    people: list[dict[str, object]], more: list[dict[str, object]]
) -> None:
    before = resolve(mentions(records(shipments=consignees(*people))))
    after = resolve(mentions(records(shipments=consignees(*people, *more))), registry=before.registry)
    untouched = partition(before) & partition(after)
    old, new = (dict(each.mention_to_party.iter_rows()) for each in (before, after))
    assert all(old[key] == new[key] for group in untouched for key in group)


@settings(max_examples=25, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=10))
def test_running_again_with_the_registry_changes_nothing(people: list[dict[str, object]]) -> None:
    said = mentions(records(shipments=consignees(*people)))
    first = resolve(said)
    again = resolve(said, registry=first.registry)
    assert again.mention_to_party.equals(first.mention_to_party)
    assert again.registry.equals(first.registry)


@settings(max_examples=25, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=12))
def test_no_party_has_two_countries_that_contradict_each_other(people: list[dict[str, object]]) -> None:
    made = records(shipments=consignees(*people))
    said = mentions(made)
    found = said.join(resolve(said).mention_to_party, on="key")
    plain = found.filter(pl.col("id").is_null().all().over("party"))
    for countries in plain.group_by("party").agg(pl.col("country").drop_nulls().unique())["country"].to_list():
        assert len(set(countries)) <= 1 or set(countries) == {"HK", "CN"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.fixed_dictionaries({"name": st.text(max_size=20), "address": st.text(max_size=20)}), min_size=1))
def test_any_text_can_be_resolved(people: list[dict[str, object]]) -> None:
    ids, _ = resolved(*people)
    assert None not in ids
