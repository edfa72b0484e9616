"""Mentions, parties and their hand-over keys."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipelines.graph.keys import party_keys
from pipelines.resolve.clusters import resolve
from pipelines.resolve.mentions import mentions, with_party_ids
from pipelines.resolve.parties import mentions_table, parties
from tests.pipelines.resolve.written import consignees, records, table

GROUPS = {"party": pl.String, "parent": pl.String, "from_on": pl.Date, "until_on": pl.Date}


def described(**tables: list[dict[str, object]]) -> tuple[dict[str, dict[str, object]], dict[str, pl.DataFrame]]:
    """Resolve records; the parties by name, and the frames made."""
    made = records(**tables)
    said = mentions(made)
    ids = resolve(said).mention_to_party
    people = parties(said, ids, made)
    frames = {"parties": people, "mentions": mentions_table(said, ids), "ids": ids}
    return {row["name"]: row for row in people.rows(named=True)}, frames


def test_mentions_that_fold_alike_are_one_with_their_count() -> None:
    people = [{"name": "Harbor Cloud"}, {"name": "HARBOR CLOUD"}, {"name": "Harbor Cloud"}, {"name": None}]
    found = mentions(records(shipments=consignees(*people)))
    assert found.select("name", "records").rows() == [("Harbor Cloud", 3)]


def test_a_role_without_a_name_but_with_an_id_is_a_mention() -> None:
    found = mentions(records(shipments=consignees({"name": None, "id": "C-17"})))
    assert found.select("name", "id").rows() == [("C-17", "C-17")]


def test_nothing_recorded_is_no_mention() -> None:
    assert mentions({}).height == 0
    assert resolve(mentions({})).mention_to_party.height == 0


def test_roles_become_one_column_and_rows_keep_their_order() -> None:
    people = [{"name": name} for name in ("Zenvora", "Kestrelle", "Zenvora Ltd")]
    made = records(shipments=consignees(*people))
    ids = resolve(mentions(made)).mention_to_party
    frame = with_party_ids(made["shipments"], "shipments", ids)
    assert frame["id"].to_list() == ["0", "1", "2"]
    assert frame["consignee"][0] == frame["consignee"][2] != frame["consignee"][1]
    assert frame["shipper"].null_count() == 3
    assert "consignee_name" not in frame.columns


def test_a_party_takes_the_name_most_used_and_what_its_rows_state() -> None:
    people = [
        {"name": "HARBOR CLOUD SDN BHD", "country": "MY"},
        {"name": "Harbor Cloud Sdn Bhd", "country": "MY", "address": "12 Jalan Bukit"},
        {"name": "Harbor Cloud"},
    ]
    stated: dict[str, object] = {
        "id": "C1",
        "name": "Harbor Cloud",
        "incorporated_on": dt.date(2023, 2, 1),
        "revenue": 5.0,
        "roles": ["customer"],
        "kind": "organization",
    }
    sent = [{**row, "shipped_on": dt.date(2024, 5, 2 + place)} for place, row in enumerate(consignees(*people))]
    found, _ = described(shipments=sent, parties=[stated])
    assert list(found) == ["Harbor Cloud Sdn Bhd"]
    party = found["Harbor Cloud Sdn Bhd"]
    assert (party["country"], party["address"], party["revenue_usd"]) == ("MY", "12 Jalan Bukit", 5.0)
    assert party["incorporated_on"] == dt.date(2023, 2, 1)
    assert party["first_seen_on"] == dt.date(2024, 5, 2)
    assert party["roles"] == ["consignee", "customer"]
    assert party["aliases"] == ["HARBOR CLOUD SDN BHD", "Harbor Cloud"]


def test_the_row_recorded_last_counts() -> None:
    rows = [{"id": "C1", "name": "Zenvora", "country": "SG", "employees": float(count)} for count in (5, 9)]
    made = records(parties=rows)
    days = pl.Series([dt.date(2025, 1, 2), dt.date(2025, 1, 1)])
    made["parties"] = made["parties"].with_columns(days.alias("recorded_on"))
    said = mentions(made)
    assert parties(said, resolve(said).mention_to_party, made)["employees"].to_list() == [5.0]


def keys_of(
    kind: str, people: list[dict[str, object]], officers: list[dict[str, object]] | None = None
) -> pl.DataFrame:
    said = [
        {"key": row["id"], "party": row["id"], "name": row["name"], "address": row.get("address")} for row in people
    ]
    keys = party_keys(
        table("parties", people),
        table("mentions", said),
        table("officers", officers),
        pl.DataFrame([{"party": "p1", "parent": "p2"}], schema=GROUPS),
    )
    return keys.filter(pl.col("kind") == kind)


PEOPLE: list[dict[str, object]] = [
    {
        "id": "p1",
        "name": "Zenvora",
        "country": "HK",
        "address": "Unit 07, 9/F Sunrise Tower, 21 Argyle Rd",
        "phone": "+852 2345 6789",
        "email": "a@zenvora.example",
    },
    {
        "id": "p2",
        "name": "Kestrelle",
        "country": "HK",
        "address": "RM 907 SUNRISE TWR 21 ARGYLE RD KLN",
        "phone": "(852) 23456789",
        "email": "b@gmail.com",
        "website": "www.zenvora.example",
    },
    {"id": "p3", "name": "Bramwick", "country": "HK", "address": "Hong Kong", "email": "c@gmail.com"},
]


def test_parties_of_one_unit_share_an_address_key() -> None:
    found = keys_of("address", PEOPLE)
    assert found["party"].to_list() == ["p1", "p2"]
    assert found["crowd"].to_list() == [2, 2]


def test_parties_share_phones_and_own_domains_but_no_free_mail() -> None:
    shared = keys_of("contact", PEOPLE).filter(pl.col("crowd") > 1)
    assert shared["key"].unique().sort().to_list() == ["23456789", "zenvora.example"]
    assert set(shared["party"]) == {"p1", "p2"}


def test_officers_share_by_identifier_birth_date_or_rare_name_and_city() -> None:
    officers: list[dict[str, object]] = [
        {"party": "p1", "person_name": "Tarik Vexmoor", "birth_date": "1970-01", "from_on": dt.date(2020, 1, 1)},
        {"party": "p2", "person_name": "VEXMOOR, Tarik", "birth_date": "1970-01"},
        {"party": "p3", "person_name": "Tarik Vexmoor", "birth_date": "1980-05"},
        {"party": "p3", "person_name": "Quillby Oxladine", "city": "Johor"},
        {"party": "p1", "person_name": "Quillby Oxladine", "city": "JOHOR"},
        {"party": "p2", "person_name": "Li Na", "city": "Johor"},
        {"party": "p3", "person_name": "Li Na", "city": "Johor"},
    ]
    shared = keys_of("officer", PEOPLE, officers).filter(pl.col("crowd") > 1)
    assert shared.select("key", "party").rows() == [
        ("oxladine quillby of johor", "p1"),
        ("tarik vexmoor born 1970-01", "p1"),
        ("tarik vexmoor born 1970-01", "p2"),
        ("oxladine quillby of johor", "p3"),
    ]


def test_a_parent_bears_its_own_key_and_everybody_is_himself() -> None:
    assert keys_of("parent", PEOPLE)["party"].to_list() == ["p1", "p2"]
    assert keys_of("identity", PEOPLE)["key"].to_list() == ["p1", "p2", "p3"]


def test_an_id_without_a_name_joins_the_party_that_bears_it_and_never_names_it() -> None:
    own = pl.DataFrame({"id": ["5493000HARBOR0000012"], "name": ["Harbor Cloud Sdn Bhd"], "source": ["gleif"]})
    relations = pl.DataFrame(
        {
            "owner_id": ["5493000PACIFIC000034"] * 3,
            "owned_id": ["5493000HARBOR0000012", "5493000PACIFIC000035", "5493000PACIFIC000036"],
            "source": ["gleif"] * 3,
        }
    )
    records = {"parties": own, "ownership": relations}
    said = mentions(records)
    found = resolve(said).mention_to_party
    people = parties(said, found, records)
    assert len(people) == 4
    assert set(people["name"]) > {"Harbor Cloud Sdn Bhd", "5493000PACIFIC000034"}
    assert "5493000HARBOR0000012" not in set(people["name"])
