"""The law for one shipment, checked by hand: day, goods, destination and parties, and the answer they get."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import Tables
from pipelines.law import controls
from pipelines.law.claims import claim
from pipelines.law.licensing import license_needs
from pipelines.law.measure import of_kind
from pipelines.normalize.catalog import catalog
from pipelines.tables import GRAPH

ADDRESSEE = of_kind("letter")[0].addressee[0]
PARTIES: list[dict[str, Any]] = [
    {"id": "crest", "name": "Crestline Servers Inc", "country": "US"},
    {"id": "maker", "name": f"{ADDRESSEE} export desk", "country": "US"},
    {"id": "orion", "name": "Orion Boards GmbH", "country": "DE"},
    {"id": "harbor", "name": "Harbor Cloud Sdn Bhd", "country": "MY"},
    {"id": "quay", "name": "Brightquay Ltd", "country": "HK"},
    {"id": "lantern", "name": "Lantern Computing Co", "country": "CN"},
    {"id": "branch", "name": "Lantern Computing Malaysia", "country": "MY"},
    {"id": "shelf", "name": "Shelf Nineteen Ltd", "country": "KY"},
]
HEADQUARTERS = [
    {"party": "branch", "ultimate_parent": "lantern", "country": "CN", "basis": "stated"},
    {"party": "shelf", "ultimate_parent": "shelf", "country": None, "basis": "undetermined"},
]


def needs(
    rows: Sequence[Mapping[str, Any]],
    *,
    as_of: str = "2026-09-01",
    records: bool = True,
    carried: Sequence[str] = (),
    **tables: Any,
) -> pl.DataFrame:
    sources = [{"id": "s", "records_licenses": records}]
    world = Tables.of(
        as_of=as_of, shipments=rows, parties=PARTIES, sources=sources, **{"headquarters": HEADQUARTERS} | tables
    )  # fmt: skip
    names = (
        "parties",
        "screenings",
        "address_listings",
        "headquarters",
        "ownership_tests",
        "licenses",
        "sources",
    )
    shipments = controls.classify(world.frame("shipments"), catalog().accelerators, as_of=world.as_of)
    return license_needs(shipments, as_of=world.as_of, carried=carried, **{name: world.frame(name) for name in names})


def leg(day: str, goods: str | None, destination: str | None, **columns: Any) -> dict[str, Any]:
    """One shipment: a chip by its product, `eccn:…` for a declared class, `other`, or None for unknown goods."""
    told: dict[str, Any] = {"family": "accelerator", "form": "board", "recognized": True}
    if goods is None:
        told = {"recognized": False}
    elif goods == "other":
        told = {"family": "other", "recognized": True}
    elif goods.startswith("eccn:"):
        told |= {"eccn": goods.removeprefix("eccn:")}
    else:
        told |= {"chip": goods}
    plain = {"id": "S1", "source": "s", "shipper": "orion", "consignee": "harbor", "origin_country": "DE"}
    return plain | {"shipped_on": day, "destination_country": destination} | told | columns


def one(row: Mapping[str, Any], **tables: Any) -> dict[str, Any]:
    return needs([row], **tables).row(0, named=True)


@pytest.mark.parametrize(
    ("row", "need", "rules"),
    [
        # October 2022: 3A090 and 4A090 to China, Hong Kong included, from 2022-10-21
        (leg("2022-10-20", "a100", "CN"), "undetermined", ["letter"]),
        (leg("2022-10-21", "a100", "CN"), "required", ["destination"]),
        (leg("2022-10-21", "h100", "HK"), "required", ["destination"]),
        (leg("2022-08-25", "a100", "CN"), "not_required", []),
        (leg("2022-08-26", "a100", "CN", shipper="maker"), "required", ["letter"]),
        (leg("2022-08-26", "v100", "CN", shipper="maker"), "not_required", []),
        (leg("2023-01-16", "a100", "MO"), "not_required", []),
        (leg("2023-01-17", "a100", "MO"), "required", ["destination"]),
        (leg("2023-06-01", "a800", "CN"), "not_required", []),
        (leg("2023-06-01", "h800", "CN", shipper="maker"), "not_required", []),
        (leg("2023-06-01", "h100", "VN"), "not_required", []),
        (leg("2023-06-01", "h100", "AE"), "not_required", []),
        (leg("2023-06-01", "h100", "MY", consignee="branch"), "not_required", []),
        # October 2023: the letter at once, the rule from 2023-11-17
        (leg("2023-10-22", "a800", "CN", shipper="maker"), "not_required", []),
        (leg("2023-10-23", "a800", "CN", shipper="maker"), "required", ["letter"]),
        (leg("2023-10-23", "a800", "CN"), "undetermined", ["letter"]),
        (leg("2023-11-16", "l40s", "AE"), "undetermined", ["letter"]),
        (leg("2023-11-17", "a800", "CN"), "required", ["destination"]),
        (leg("2023-11-17", "l40s", "AE"), "required", ["destination"]),
        (leg("2023-11-17", "l4", "SA"), "required", ["destination"]),
        (leg("2023-11-17", "h100", "VN"), "required", ["destination"]),
        (leg("2023-11-17", "h100", "KZ"), "required", ["destination"]),
        (leg("2023-11-17", "h100", "MY"), "not_required", []),
        (leg("2023-11-17", "h100", "SG"), "not_required", []),
        (leg("2023-11-17", "h100", "IL"), "not_required", []),
        (leg("2023-11-17", "h100", "IN"), "not_required", []),
        (leg("2023-11-17", "h100", "DE"), "not_required", []),
        (leg("2024-02-01", "h100", "NI"), "not_required", []),
        (leg("2024-03-15", "h100", "NI"), "required", ["destination"]),
        (leg("2024-05-01", "v100", "CN"), "not_required", []),
        (leg("2024-05-01", "h100", "CN", shipper="quay", origin_country="HK"), "required", ["destination"]),
        (leg("2024-05-01", "h100", "CN", shipper="lantern", origin_country="CN"), "required", ["destination"]),
        (leg("2024-05-01", "h100", "CN", shipper="quay", consignee="quay", origin_country="HK"), "not_required", []),
        (leg("2024-05-01", "h100", "CN", shipper="lantern", consignee="lantern"), "required", ["destination"]),
        # exceptions exist for .b and for what is not for data centers
        (leg("2024-05-01", "a30", "CN"), "exception_possible", ["destination"]),
        (leg("2024-05-01", "rtx4090", "CN"), "exception_possible", ["destination"]),
        (leg("2024-05-01", "rtx4090d", "CN"), "not_required", []),
        # headquarters, worldwide from 2023-11-17
        (leg("2023-11-16", "h100", "MY", consignee="branch"), "not_required", []),
        (leg("2023-11-17", "h100", "MY", consignee="branch"), "required", ["headquarters"]),
        (leg("2024-05-01", "h100", "DE", end_user="branch"), "required", ["headquarters"]),
        (leg("2024-05-01", "h100", "SG", end_user="lantern"), "required", ["headquarters"]),
        (leg("2024-05-01", "h100", "VN", consignee="branch"), "required", ["destination", "headquarters"]),
        (leg("2024-05-01", "h100", "US", consignee="branch"), "not_required", []),
        (leg("2024-05-01", "h100", "SG", consignee="shelf"), "undetermined", []),
        (leg("2024-05-01", "v100", "SG", consignee="shelf"), "not_required", []),
        # the AI Diffusion rule never bound; the H20 class by letter
        (leg("2025-03-01", "h100", "MY"), "not_required", []),
        (leg("2025-05-16", "b200", "IN"), "not_required", []),
        (leg("2025-04-08", "h20", "CN"), "not_required", []),
        (leg("2025-04-09", "h20", "CN", shipper="maker"), "required", ["letter"]),
        (leg("2025-04-09", "h20", "CN"), "undetermined", ["letter"]),
        (leg("2025-04-09", "h20", "MY"), "not_required", []),
        (leg("2025-04-09", "h20", "MY", consignee="branch", shipper="maker"), "required", ["letter"]),
        (leg("2026-02-01", "h200", "CN", shipper="crest", origin_country="US"), "required", ["destination"]),
        # the Emirates became an entity-level question, treated as before
        (leg("2026-07-09", "h100", "AE"), "required", ["destination"]),
        (leg("2026-07-10", "h100", "AE"), "undetermined", ["destination"]),
        # declared classes, other goods, unknown goods, embargoes
        (leg("2023-11-16", "eccn:5A992.z", "CN"), "not_required", []),
        (leg("2023-11-17", "eccn:5A992.z", "CN"), "required", ["destination"]),
        (leg("2024-05-01", "eccn:4A090", "HK"), "required", ["destination"]),
        (leg("2024-05-01", "eccn:EAR99", "HK"), "undetermined", []),
        (leg("2024-05-01", "other", "CN"), "not_required", []),
        (leg("2024-05-01", "other", "IR"), "undetermined", []),
        (leg("2024-05-01", "other", "IR", origin_country="US"), "required", ["embargo"]),
        (leg("2022-09-01", "v100", "RU"), "required", ["embargo"]),
        (leg("2024-05-01", None, "MY"), "undetermined", []),
        (leg("2024-05-01", "h100", None), "undetermined", []),
        (leg("2024-05-01", "h100", "US", shipper="crest", origin_country="US"), "not_required", []),
    ],
    ids=lambda value: "-".join(str(value[key]) for key in ("shipped_on", "chip", "destination_country") if key in value)
    if isinstance(value, dict) else None,
)  # fmt: skip
def test_the_need_on_the_day(row: dict[str, Any], need: str, rules: list[str]) -> None:
    answer = one(row)
    assert (answer["need"], answer["rules"]) == (need, rules), answer["because"]


def listed(party: str = "harbor", **columns: Any) -> dict[str, Any]:
    return {
        "party": party, "listing": "L", "list": "EL", "entry": "Harbor Holdings", "matched": "Harbor", "by": "name",
        "band": "match", "score": 1.0, "second_link": "country", "person": False, "effect": "prohibits",
        "limits": "all", "dated": True, "since_on": "2024-05-01", "published_on": "2024-05-03", "citation": "89 FR 1",
    } | columns  # fmt: skip


@pytest.mark.parametrize(
    ("row", "entry", "need", "verify"),
    [
        (leg("2024-05-01", "v100", "MY"), listed(), "required", False),
        (leg("2024-04-30", "v100", "MY"), listed(), "not_required", False),
        (leg("2024-05-01", "other", "MY", origin_country="US"), listed(), "required", False),
        (leg("2024-05-01", "other", "MY"), listed(), "undetermined", True),
        (leg("2024-05-01", "v100", "MY"), listed(since_on=None, dated=False), "required", True),
        (leg("2024-05-01", "v100", "MY"), listed(band="review"), "not_required", False),
        (leg("2024-05-01", "v100", "MY"), listed(until_on="2024-04-30", since_on="2023-01-01"), "not_required", False),
        (leg("2024-05-01", "v100", "MY"), listed(limits="project"), "not_required", False),
        (leg("2024-05-01", "v100", "MY"), listed(limits="excepted"), "required", True),
        (leg("2024-05-01", "other", "MY"), listed(limits="ccl"), "not_required", False),
        (leg("2024-05-01", "v100", "MY"), listed(limits="ccl"), "required", False),
        (leg("2024-05-01", "v100", "MY"), listed(list="UVL", effect="conditions"), "not_required", False),
        (leg("2024-05-01", "v100", "MY"), listed(list="CMIC", effect="other"), "not_required", False),
        (leg("2024-05-01", "other", "MY", origin_country="US"), listed(list="MEU"), "not_required", False),
        (leg("2024-05-01", "v100", "MY"), listed(list="MEU"), "required", False),
        (leg("2024-05-01", "other", "US"), listed(list="SDN"), "required", False),
        (leg("2024-05-01", "v100", "US"), listed(list="EL"), "not_required", False),
        (leg("2024-05-01", "v100", "MY"), listed(list="DPL", person=True, second_link=None), "required", True),
        (leg("2024-05-01", "v100", "MY", end_user="branch"), listed("branch"), "required", False),
        (leg("2024-05-01", "v100", "MY"), listed(list="our own watch list"), "required", False),
    ],
)
def test_lists_ask_for_a_license_within_their_scope(
    row: dict[str, Any], entry: dict[str, Any], need: str, verify: bool
) -> None:
    answer = one(row, screenings=[entry])
    assert (answer["need"], answer["verify"]) == (need, verify), answer["because"]


@pytest.mark.parametrize(
    ("regime", "status", "result", "need"),
    [("bis", "in_force", "positive", "required"), ("bis", "suspended", "positive", "not_required"),
     ("ofac", "in_force", "positive", "required"), ("bis", "in_force", "undetermined", "undetermined"),
     ("bis", "in_force", "negative", "not_required")],
)  # fmt: skip
def test_ownership_counts_while_its_rule_is_in_force(regime: str, status: str, result: str, need: str) -> None:
    test = {
        "party": "harbor",
        "regime": regime,
        "result": result,
        "status": status,
        "entries": ["Lantern Group"],
        "citation": "c",
    }
    assert one(leg("2025-10-01", "v100", "MY"), ownership_tests=[test])["need"] == need


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, "none"), ("", "none"), ("NLR", "nlr"), ("nlr", "nlr"), ("C33", "nlr"), ("C33 NLR", "nlr"),
        ("EAR99", "nlr"), ("No license required", "nlr"), ("N/A", "nlr"), ("D1234567", "number"),
        ("C30 D1234567", "number"), ("BIS-2024-00871", "number"), ("C30", "unclear"), ("pending", "unclear"),
        ("NAC", "exception"), ("License Exception STA", "exception"), ("VEU", "veu"), ("TGL 7", "tgl"),
    ],
)  # fmt: skip
def test_license_columns_are_read(text: str | None, kind: str) -> None:
    assert claim(text).kind == kind


def a_license(**columns: Any) -> dict[str, Any]:
    return {
        "number": "D1234567",
        "consignee": "lantern",
        "eccn": "4A090.a",
        "from_on": "2024-01-01",
        "until_on": "2024-12-31",
    } | columns


@pytest.mark.parametrize(
    ("goods", "claimed", "tables", "on_record"),
    [
        ("h100", None, {}, "no"),
        ("h100", None, {"records": False}, "unknown"),
        ("h100", "NLR", {}, "no"),
        ("h100", "C33", {}, "no"),
        ("h100", "NLR", {"records": False}, "unknown"),
        ("h100", "D1234567", {}, "yes"),
        ("h100", "D1234567", {"records": False}, "yes"),
        ("h100", "C30 D1234567", {"licenses": [a_license()]}, "yes"),
        ("h100", "D1234567", {"licenses": [a_license(until_on="2024-04-30")]}, "no"),
        ("h100", "D1234567", {"licenses": [a_license(consignee="harbor")]}, "no"),
        ("h100", None, {"licenses": [a_license()]}, "yes"),
        ("h100", "NLR", {"licenses": [a_license()]}, "no"),
        ("h100", "C30", {}, "unknown"),
        ("h100", "NAC", {}, "no"),
        ("h100", "STA", {}, "no"),
        ("h100", "LPP", {}, "no"),
        ("h100", "VEU", {}, "yes"),
        ("rtx4090", "NAC", {}, "yes"),
        ("rtx4090", "ACA", {}, "no"),
        ("rtx4090", "NAC", {"screenings": [listed("lantern", list="UVL", effect="conditions")]}, "no"),
    ],
)
def test_what_counts_as_a_license_on_record(
    goods: str, claimed: str | None, tables: dict[str, Any], on_record: str
) -> None:
    row = leg("2024-05-01", goods, "CN", consignee="lantern", license=claimed)
    assert one(row, **tables)["on_record"] == on_record


def test_an_exception_for_d1_needs_no_notice_and_is_open_from_its_day() -> None:
    for day, on_record in (("2024-04-03", "no"), ("2024-04-04", "yes")):
        assert one(leg(day, "rtx4090", "VN", license="ACA"))["on_record"] == on_record


def test_today_is_asked_beside_the_day() -> None:
    answer = one(leg("2023-06-01", "a800", "CN"), as_of="2024-01-01")
    assert (answer["need"], answer["need_today"]) == ("not_required", "required")


def test_the_chain_of_reasons_starts_with_the_goods_and_names_what_decides() -> None:
    because = one(leg("2024-05-01", "h100", "HK", consignee="quay"))["because"]
    assert because[0] == "h100: 4A090.a"
    assert because[1].startswith("destination HK (counts as China) needs a license")
    assert because[-1] == "no license is named"


def test_goods_nobody_recognized_are_also_judged_as_what_they_may_be() -> None:
    rows = [leg("2023-03-01", None, "CN"), leg("2023-03-01", "a100", "CN") | {"id": "S2"}]
    answers = needs(rows, carried=("accelerator/a100", "accelerator/a800"))
    assert answers.select("shipment", "goods", "assumed", "need").rows() == [
        ("S1", None, False, "undetermined"), ("S2", None, False, "required"),
        ("S1", "accelerator/a100", True, "required"), ("S1", "accelerator/a800", True, "not_required"),
    ]  # fmt: skip
    assert answers.row(2, named=True)["because"][0] == "if the goods are those received"


def test_every_shipment_gets_exactly_one_row_in_the_table_s_shape() -> None:
    goods = ("h100", "a30", "other", None)
    rows = [leg("2024-05-01", goods[n % 4], ("CN", "MY")[n % 2]) | {"id": f"S{n}"} for n in range(200)]
    entries = [listed(), listed(list="SDN", listing="M")]
    answers = needs(rows, screenings=entries, headquarters=[*HEADQUARTERS, *HEADQUARTERS])
    assert answers.schema == GRAPH["license_needs"].schema
    assert answers["shipment"].to_list() == [row["id"] for row in rows]
    assert not answers["need"].is_null().any()


LEGS = st.builds(
    leg,
    st.dates(dt.date(2022, 8, 1), dt.date(2026, 8, 31)).map(dt.date.isoformat),
    st.sampled_from(["h100", "a800", "rtx4090", "a30", "h20", "eccn:5A992.z", "other", None]),
    st.sampled_from(["CN", "HK", "MO", "MY", "AE", "VN", "US", "RU", None]),
    consignee=st.sampled_from(["harbor", "lantern", "branch", "shelf"]),
    license=st.sampled_from([None, "NLR", "D1234567", "NAC", "TGL 7"]),
)


@given(st.lists(LEGS, min_size=1, max_size=8))
@settings(max_examples=12, deadline=None)
def test_a_shipment_gets_the_same_answer_alone_and_among_others(rows: list[dict[str, Any]]) -> None:
    numbered = [row | {"id": f"S{number}"} for number, row in enumerate(rows)]
    entries = [listed(), listed("branch", list="SDN", listing="M", since_on="2025-01-01")]
    together = needs(numbered, screenings=entries)
    alone = pl.concat([needs([row], screenings=entries) for row in numbered])
    assert together.equals(alone)


@pytest.mark.parametrize(
    ("day", "country", "on_record"),
    [("2025-10-01", "SG", "yes"), ("2025-10-01", "MY", "no"), ("2025-11-28", "SG", "yes"), ("2025-11-29", "SG", "no")],
)
def test_the_temporary_license_for_affiliates_reaches_friendly_destinations_until_its_end(
    day: str, country: str, on_record: str
) -> None:
    test = {
        "party": "harbor",
        "regime": "bis",
        "result": "positive",
        "status": "in_force",
        "entries": ["Lantern Group"],
    }
    assert one(leg(day, "v100", country, license="TGL 7"), ownership_tests=[test])["on_record"] == on_record


def test_an_empty_world_has_no_needs() -> None:
    assert needs([]).is_empty()
