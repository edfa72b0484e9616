"""Restricted ends: which deliveries are, for which goods, how certainly, and which were so only afterwards."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from pipelines import Tables
from pipelines.graph.ends import restricted_ends
from pipelines.law import controls
from pipelines.law.licensing import license_needs
from pipelines.normalize.catalog import catalog
from pipelines.tables import GRAPH

PARTIES: list[dict[str, Any]] = [
    {"id": "crest", "name": "Crestline Servers Inc", "country": "US"},
    {"id": "harbor", "name": "Harbor Cloud Sdn Bhd", "country": "MY"},
    {"id": "quay", "name": "Brightquay Logistics Ltd", "country": "HK"},
    {"id": "qinglan", "name": "Qinglan Electronic Information", "country": "CN"},
    {"id": "branch", "name": "Qinglan Malaysia", "country": "MY"},
]
H100 = "accelerator/h100"
MAY = "2024-05-02"


def end(party: str, rule: str, certainty: str, goods: str | None = None, *, verify: bool = False) -> tuple[Any, ...]:
    return party, goods, rule, certainty, verify


def ends(
    rows: Sequence[Mapping[str, Any]],
    *,
    carried: Sequence[str] = (H100,),
    records: bool = True,
    as_of: str = "2026-09-01",
    **tables: Any,
) -> pl.DataFrame:
    sources = [{"id": "s", "records_licenses": records}]
    world = Tables.of(as_of=as_of, shipments=rows, parties=PARTIES, sources=sources, **tables)
    frame = world.frame
    chips = catalog().accelerators
    shipments = controls.classify(frame("shipments"), chips, as_of=world.as_of)
    around: dict[str, Any] = {
        name: frame(name) for name in ("screenings", "address_listings", "headquarters", "ownership_tests", "sources")
    }
    needs = license_needs(shipments, parties=frame("parties"), licenses=frame("licenses"), as_of=world.as_of, **around)
    return restricted_ends(
        shipments, needs, accelerators=chips, as_of=world.as_of, carried=carried, parties=frame("parties"),
        licenses=frame("licenses"), **around,
    )  # fmt: skip


def leg(day: str, chip: str | None, destination: str, consignee: str, **columns: Any) -> dict[str, Any]:
    known = (
        {"chip": chip, "family": "accelerator", "form": "server", "recognized": True} if chip else {"recognized": False}
    )
    plain = {"id": "S1", "source": "s", "shipper": "crest", "origin_country": "US"}
    return plain | known | {"shipped_on": day, "destination_country": destination, "consignee": consignee} | columns


def entry(party: str, since: str | None, **columns: Any) -> dict[str, Any]:
    return {
        "party": party, "listing": "L", "list": "EL", "entry": "the entry", "by": "alias", "band": "match",
        "person": False, "effect": "prohibits", "limits": "all", "dated": since is not None, "since_on": since,
        "citation": "90 FR 1",
    } | columns  # fmt: skip


def address(party: str | None, since: str, **columns: Any) -> dict[str, Any]:
    return {
        "party": party, "address": "Unit 07, 9/F", "listing": "A", "list": "EL", "entry": "Address 77",
        "address_only": True, "unit_level": True, "effect": "prohibits", "dated": True, "since_on": since,
        "citation": "89 FR 1",
    } | columns  # fmt: skip


def told(frame: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(frame.select(columns).rows(), key=str)


def test_the_worked_example() -> None:
    rows = [
        leg(MAY, "h100", "MY", "harbor", id="A1"),
        leg("2024-06-01", None, "HK", "quay", id="A3", shipper="harbor", origin_country="MY"),
        leg("2024-06-10", None, "CN", "qinglan", id="A4", shipper="quay", origin_country="HK"),
        leg("2024-09-01", "h100", "MY", "harbor", id="A5"),
    ]
    found = ends(rows, screenings=[entry("qinglan", "2025-03-25")], address_listings=[address("quay", "2024-06-12")])
    then = found.filter("on_the_day")
    assert told(then, "shipment", "party", "goods", "rule", "certainty", "verify") == [
        ("A3", "quay", "accelerator/h100", "destination", "inferred", False),
        ("A4", "qinglan", "accelerator/h100", "destination", "inferred", False),
    ]
    later = found.filter(~pl.col("on_the_day")).select("shipment", "party", "rule", "since_on").unique()
    assert [(shipment, party, rule, str(since)) for shipment, party, rule, since in later.sort("shipment").rows()] == [
        ("A3", "quay", "listed_address", "2024-06-12"),
        ("A4", "qinglan", "listed", "2025-03-25"),
    ]


@pytest.mark.parametrize(
    ("row", "records", "expected"),
    [
        (leg(MAY, "h100", "CN", "qinglan"), True, [end("qinglan", "destination", "on_record")]),
        (leg(MAY, "h100", "CN", "qinglan"), False, [end("qinglan", "destination", "unknown_license")]),
        (leg(MAY, "h100", "CN", "qinglan", license="D1234567"), True, []),
        (leg(MAY, "h100", "CN", "qinglan", license="NLR"), True, [end("qinglan", "destination", "on_record")]),
        (leg("2023-05-02", "a800", "CN", "qinglan"), True, []),
        (leg(MAY, "rtx4090", "VN", "harbor"), False, []),
        (leg(MAY, "rtx4090", "VN", "harbor"), True, [end("harbor", "destination", "on_record", verify=True)]),
        (leg(MAY, "rtx4090", "CN", "quay"), False, [end("quay", "destination", "unknown_license", verify=True)]),
        (leg(MAY, "h100", "MY", "branch"), True, [end("branch", "headquarters", "on_record")]),
        (leg(MAY, "h100", "MY", "harbor", end_user="branch"), True, [end("branch", "headquarters", "on_record")]),
        (leg("2025-06-02", "h20", "CN", "qinglan"), True, [end("qinglan", "letter", "on_record", verify=True)]),
        (leg("2026-08-02", "h100", "AE", "harbor"), True, [end("harbor", "destination", "on_record", verify=True)]),
        (leg("2022-09-15", "a100", "CN", "qinglan"), True, []),
        (leg("2023-10-25", "a800", "CN", "qinglan"), True, []),
        (leg(MAY, "h100", "CN", "qinglan", shipper="qinglan", origin_country="CN"), True, []),
        (leg(MAY, None, "MY", "harbor"), True, []),
        (leg(MAY, None, "MY", "branch"), True, [end("branch", "headquarters", "inferred", H100)]),
        (leg("2022-10-20", None, "RU", "harbor"), True, [end("harbor", "embargo", "inferred", H100)]),
        (leg(MAY, None, "CN", "qinglan", family="other", recognized=True), True, []),
        (
            leg(MAY, None, "CN", "qinglan", family="accelerator", eccn="4A090", recognized=True), True,
            [end("qinglan", "destination", "inferred", H100), end("qinglan", "destination", "on_record")],
        ),
    ],
)  # fmt: skip
def test_deliveries_that_needed_a_license(row: dict[str, Any], records: bool, expected: list[tuple[Any, ...]]) -> None:
    seat = {"party": "branch", "ultimate_parent": "qinglan", "country": "CN", "basis": "stated"}
    found = ends([row], records=records, headquarters=[seat])
    assert told(found, "party", "goods", "rule", "certainty", "verify") == expected


def test_the_law_is_judged_for_each_chip_unknown_goods_may_be() -> None:
    row = leg("2023-03-01", None, "CN", "qinglan")
    found = ends([row], carried=("accelerator/a100", "accelerator/a800", "accelerator/h100"))
    assert found["goods"].sort().to_list() == ["accelerator/a100", "accelerator/h100"]


def test_headquarters_by_registration_are_inferred() -> None:
    seat = {"party": "branch", "ultimate_parent": "qinglan", "country": "CN", "basis": "registration_of_parent"}
    found = ends([leg(MAY, "h100", "MY", "branch")], headquarters=[seat])
    assert found["certainty"].to_list() == ["inferred"]


@pytest.mark.parametrize(
    ("row", "hit", "expected"),
    [
        (leg("2025-03-25", "v100", "MY", "harbor"), entry("harbor", "2025-03-25"), [("EL", True, "on_record", False)]),
        (leg("2025-03-24", "v100", "MY", "harbor"), entry("harbor", "2025-03-25"), [("EL", False, "on_record", False)]),
        (leg("2025-03-25", "v100", "MY", "harbor"), entry("harbor", None), [("EL", True, "on_record", True)]),
        (leg("2025-03-25", "v100", "MY", "harbor", license="D1234567"), entry("harbor", "2020-01-01"), []),
        (
            leg("2025-03-25", "v100", "MY", "harbor", license="D1234567"), entry("harbor", "2020-01-01", list="DPL"),
            [("DPL", True, "on_record", False)],
        ),
        (
            leg("2025-03-25", "v100", "MY", "harbor", license="D1234567"), entry("harbor", "2020-01-01", list="SDN"),
            [("SDN", True, "on_record", False)],
        ),
        (leg("2025-03-25", "v100", "MY", "harbor"), entry("harbor", "2020-01-01", list="UVL", effect="conditions"), []),
        (leg("2025-03-25", "v100", "MY", "harbor"), entry("harbor", "2020-01-01", list="CMIC", effect="other"), []),
        (leg("2025-03-25", "v100", "MY", "harbor"), entry("harbor", "2020-01-01", band="review"), []),
        (leg("2025-03-25", "v100", "MY", "harbor"), entry("harbor", "2020-01-01", limits="project"), []),
        (
            leg("2025-03-25", "v100", "MY", "harbor"), entry("harbor", "2020-01-01", limits="excepted"),
            [("EL", True, "on_record", True)],
        ),
        (leg("2025-03-25", "v100", "MY", "harbor"), entry("harbor", "2020-01-01", until_on="2024-01-01"), []),
        (
            leg("2025-03-25", None, "MY", "harbor", family="other", recognized=True), entry("harbor", "2020-01-01"),
            [("EL", True, "on_record", False)],
        ),
        (
            leg("2025-03-25", None, "MY", "harbor", family="other", recognized=True),
            entry("harbor", "2020-01-01", limits="ccl"), [],
        ),
        (
            leg("2025-03-25", "v100", "MY", "harbor", intermediate_consignee="quay"), entry("quay", "2020-01-01"),
            [("EL", True, "on_record", False)],
        ),
        (leg("2025-03-25", "v100", "MY", "harbor", forwarder="quay"), entry("quay", "2020-01-01"), []),
    ],
)  # fmt: skip
def test_deliveries_that_a_list_prohibits(
    row: dict[str, Any], hit: dict[str, Any], expected: list[tuple[Any, ...]]
) -> None:
    assert told(ends([row], screenings=[hit]), "list", "on_the_day", "certainty", "verify") == expected


def test_unknown_goods_to_a_listed_party_are_an_end_whatever_they_are_and_as_what_they_may_carry() -> None:
    found = ends([leg("2025-04-01", None, "MY", "harbor")], screenings=[entry("harbor", "2025-03-25")])
    assert told(found, "goods", "certainty") == [("accelerator/h100", "inferred"), (None, "inferred")]


def test_an_address_without_a_name_binds_whoever_uses_it() -> None:
    row = leg("2024-07-01", "v100", "MY", "harbor", delivery_address="Unit 07, 9/F")
    by_party = ends([row], address_listings=[address("harbor", "2024-06-12")])
    by_delivery = ends([row], address_listings=[address(None, "2024-06-12", shipment="S1")])
    for found in (by_party, by_delivery):
        assert told(found, "party", "rule", "on_the_day") == [("harbor", "listed_address", True)]
    named = address("harbor", "2024-06-12", address_only=False)
    assert ends([row], address_listings=[named]).is_empty()
    assert ends([row], address_listings=[address("harbor", "2024-06-12", unit_level=False)]).is_empty()


@pytest.mark.parametrize(
    ("regime", "status", "license_number", "ends_there"),
    [("bis", "in_force", None, True), ("bis", "in_force", "D1234567", False), ("bis", "suspended", None, False),
     ("ofac", "in_force", "D1234567", True)],
)  # fmt: skip
def test_ownership_restricts_while_its_rule_is_in_force(
    regime: str, status: str, license_number: str | None, ends_there: bool
) -> None:
    test = {"party": "harbor", "regime": regime, "result": "positive", "status": status,
            "entries": ["Qinglan Group"],
            "chain": ["Qinglan Group owns 60 percent"], "from_on": "2025-09-29", "citation": "c"}  # fmt: skip
    found = ends([leg("2025-10-01", "v100", "MY", "harbor", license=license_number)], ownership_tests=[test])
    assert found.height == int(ends_there)
    if ends_there:
        assert found.row(0, named=True)["chain"] == ["Qinglan Group owns 60 percent"]


def test_within_the_united_states_only_what_no_license_lifts_is_an_end() -> None:
    rows = [leg("2025-03-25", "h100", "US", "harbor")]
    assert ends(rows, screenings=[entry("harbor", "2020-01-01")]).is_empty()
    assert ends(rows, screenings=[entry("harbor", "2020-01-01", list="DPL")]).height == 1


def test_a_party_in_two_roles_is_one_end_and_the_table_has_its_shape() -> None:
    found = ends(
        [leg("2025-04-01", "v100", "MY", "harbor", end_user="harbor")], screenings=[entry("harbor", "2025-03-25")] * 2
    )
    assert found.height == 1
    assert found.schema == GRAPH["restricted_ends"].schema
    assert ends([]).is_empty()
