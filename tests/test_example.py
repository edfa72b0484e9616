"""The worked example: five deliveries, one payment, one hall, two list entries in; one alert out, every number."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from monitor.journal import Journal
from monitor.run import Pass, run
from monitor.settings import read_settings
from monitor.workspace import make_workspace

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
CRESTLINE = ("Crestline Servers Inc", "US", "")
ORION = ("Orion Boards GmbH", "DE", "")
SERVER = "NVIDIA HGX H100 8-GPU server"
UNIT = "Unit 07, 9/F Sunrise Tower, 21 Argyle Rd"

SHIPMENTS = [
    (
        "A1",
        "2024-05-02",
        "2024-05-09",
        CRESTLINE,
        ("Harbor Cloud Sdn Bhd", "MY", "12 Jalan Bukit, Johor"),
        SERVER,
        30,
        "847150",
        "4A090.a",
        8_100_000,
        "O1",
    ),
    (
        "A2",
        "2024-05-20",
        "2024-05-24",
        ORION,
        ("HARBOR CLOUD", "MY", ""),
        SERVER,
        10,
        "847150",
        "4A090.a",
        2_750_000,
        "",
    ),
    (
        "A3",
        "2024-06-01",
        "2024-06-04",
        ("Harbor Cloud Sdn. Bhd.", "", ""),
        ("Brightquay Logistics Ltd", "HK", UNIT),
        "computer parts",
        36,
        "847330",
        "",
        9_400_000,
        "",
    ),
    (
        "A4",
        "2024-06-10",
        "2024-06-12",
        ("Brightquay Logistics Limited", "", ""),
        ("QINGLAN BEIJING ELECTRONIC INFORMATION CO LTD", "CN", ""),
        "adapter modules",
        36,
        "853690",
        "",
        9_900_000,
        "",
    ),
    (
        "A5",
        "2024-09-01",
        "2024-09-06",
        ORION,
        ("Harbor Cloud Sdn Bhd", "MY", ""),
        SERVER,
        50,
        "847150",
        "4A090.a",
        13_600_000,
        "",
    ),
]
LISTED = {
    "list_id": "bis-entity-list",
    "entities": [
        {
            "name": "Qinglan (Beijing) Electronic Information Industry Co., Ltd.",
            "country": "China",
            "address": "",
            "aliases": ["Qinglan Beijing Electronic Information Co., Ltd."],
            "effective_date": "2025-03-25",
            "federal_register": "90 FR 14046, 3/28/25",
            "notes": "For all items subject to the EAR. (See § 744.11 of the EAR)",
        },
        {
            "name": "Address 77",
            "aliases": [],
            "country": "China",
            "effective_date": "2024-06-12",
            "address": "Unit 07, 9/F Sunrise Tower, No. 21 Argyle Road, Hong Kong.",
            "federal_register": "89 FR 51644, 6/18/24",
            "notes": "For items on the CCL and listed in supplement no. 7 to part 746 of the EAR",
        },
    ],
}


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _shipment(
    id_: str,
    shipped: str,
    arrived: str,
    shipper: tuple[str, ...],
    consignee: tuple[str, ...],
    item: str,
    quantity: int,
    hs: str,
    eccn: str,
    value: int,
    order: str,
) -> dict[str, Any]:
    sides = {
        f"{role}_{part}": value
        for role, side in (("shipper", shipper), ("consignee", consignee))
        for part, value in zip(("name", "country", "address"), side, strict=True)
    }
    return {
        "id": id_,
        "shipped_on": shipped,
        "arrived_on": arrived,
        **sides,
        "item": item,
        "quantity": quantity,
        "hs_code": hs,
        "eccn": eccn,
        "value": value,
        "license": "",
        "order_id": order,
    }


def write_example(inbox: Path) -> None:
    """Write the example's files."""
    _write(inbox / "shipments.csv", [_shipment(*each) for each in SHIPMENTS])
    _write(
        inbox / "parties.csv",
        [{"id": "H0", "name": "Harbor Cloud Sdn Bhd", "country": "MY", "incorporated_on": "2023-02-01"}],
    )
    _write(
        inbox / "sites.csv",
        [
            {
                "id": "S1",
                "name": "Harbor Hall",
                "operator_name": "Harbor Cloud",
                "operator_country": "MY",
                "megawatts": 0.2,
            }
        ],
    )
    _write(
        inbox / "payments.csv",
        [
            {
                "id": "P1",
                "payer_name": "Pacific Gain Ltd",
                "payer_country": "HK",
                "payee_name": "Crestline Servers Inc",
                "payee_country": "US",
                "paid_on": "2024-04-25",
                "amount": 8100000,
                "currency": "USD",
                "order_id": "O1",
            }
        ],
    )
    (inbox / "entity_list.json").write_text(json.dumps(LISTED), encoding="utf-8")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pass]:
    folder = tmp_path_factory.mktemp("example")
    make_workspace(folder)
    config = folder / "monitor.toml"
    config.write_text(config.read_text().replace("parties = []", 'parties = ["Crestline Servers Inc"]', 1))
    write_example(folder / "inbox")
    return config, run(read_settings(config), now=NOW)


@pytest.fixture(scope="module")
def alert(workspace: tuple[Path, Pass]) -> dict[str, Any]:
    found = Journal(read_settings(workspace[0]).journal.url).alerts()
    assert len(found) == 1
    return found[0]


def _names(alert: dict[str, Any]) -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for finding in alert["findings"]:
        named.setdefault(finding["party"]["name"].split()[0].title(), set()).add(finding["flag"])
    return named


def test_one_high_diversion_alert_names_harbor_cloud(alert: dict[str, Any]) -> None:
    assert (alert["kind"], alert["severity"], alert["status"]) == ("diversion", "high", "open")
    assert alert["party"]["name"] == "Harbor Cloud Sdn Bhd"


def test_every_row_read_is_accounted_for(workspace: tuple[Path, Pass]) -> None:
    for report in workspace[1].reports:
        assert report.read == report.accepted + report.duplicate + report.quarantined
    assert {report.table: report.read for report in workspace[1].reports}["shipments"] == 5


def test_both_paths_lead_through_brightquay_to_qinglan_by_inferred_joins(alert: dict[str, Any]) -> None:
    paths = [[leg["record"] for leg in path["legs"] if leg["kind"] == "shipment"] for path in alert["paths"]]
    assert sorted(paths) == [["A1", "A3", "A4"], ["A2", "A3", "A4"]]
    assert paths[0] == ["A1", "A3", "A4"]
    for path in alert["paths"]:
        assert path["end"]["name"].upper().startswith("QINGLAN")
        assert [end["name"].split()[0].title() for end in path["ends"]] == ["Brightquay", "Qinglan"]
        rules = {(each["rule"], each["on_the_day"], each["certainty"]) for each in path["end"]["restricted_because"]}
        assert ("destination", True, "inferred") in rules
        assert not any(each["rule"] == "listed" and each["on_the_day"] for each in path["end"]["restricted_because"])
        for link in path["links"]:
            assert not link["observed"]
            assert {"quantity", "dwell"} <= set(link["basis"])
        assert {"description", "hs_code"} <= set(path["links"][0]["against"])


def test_the_law_on_the_unrecognized_legs_is_judged_for_the_goods_received(alert: dict[str, Any]) -> None:
    first, *onward = [leg for leg in alert["paths"][0]["legs"] if leg["kind"] == "shipment"]
    assert first["law"]["on_date"]["license"] == "not_required"
    for leg in onward:
        assert leg["law"]["on_date"]["license"] == "required"
        assert leg["law"]["on_date"]["on_record"] == "no"
        assert leg["law"]["on_date"]["because"][0].startswith("if the goods are those received")


def _bounds(units: dict[str, Any], basis: str, measure: str = "units") -> tuple[float, ...]:
    return tuple(units[basis][measure][name] for name in ("least", "likely", "first_in_first_out", "most"))


def test_units_of_the_alert_are_thirty_six_if_the_goods_are_the_same_and_none_recognized(alert: dict[str, Any]) -> None:
    assert len(alert["units"]) == 2
    for units in alert["units"]:
        assert _bounds(units, "recognized") == (0, 0, 0, 0)
        assert _bounds(units, "if_same_goods") == (36, 36, 36, 36)
        assert units["assumes"]


def test_of_crestlines_thirty_at_least_twenty_six_and_likely_twenty_seven(alert: dict[str, Any]) -> None:
    mine = alert["mine"]
    assert (mine["shipments"], mine["quantity"], mine["value_usd"]) == (["A1"], 30, 8_100_000)
    for units in mine["units"]:
        assert _bounds(units, "recognized") == (0, 0, 0, 0)
        assert _bounds(units, "if_same_goods") == (26, 27, 30, 30)
        assert _bounds(units, "if_same_goods", "chips") == (208, 216, 240, 240)


def test_the_flags_are_those_of_the_example(alert: dict[str, Any]) -> None:
    named = _names(alert)
    assert named["Harbor"] == {
        "goods_may_have_reached_restricted_end",
        "goods_change_on_the_way",
        "paid_from_arms_embargoed_country",
        "passes_goods_straight_on",
        "site_lacks_power",
        "description_vague_for_value",
        "payer_is_third_party",
        "new_company_bought_controlled_goods",
    }
    assert named["Brightquay"] == {
        "forwarder_is_final_consignee",
        "goods_change_on_the_way",
        "description_vague_for_value",
        "was_listed_afterwards",
    }
    assert named["Qinglan"] == {"was_listed_afterwards"}


@pytest.mark.parametrize(
    ("flag", "severity"),
    [
        ("goods_may_have_reached_restricted_end", "high"),
        ("goods_change_on_the_way", "high"),
        ("paid_from_arms_embargoed_country", "high"),
        ("passes_goods_straight_on", "medium"),
        ("site_lacks_power", "medium"),
        ("payer_is_third_party", "low"),
        ("new_company_bought_controlled_goods", "low"),
    ],
)
def test_severities_are_those_of_the_example(alert: dict[str, Any], flag: str, severity: str) -> None:
    assert severity in {
        each["severity"]
        for each in alert["findings"]
        if each["flag"] == flag and each["party"]["name"].startswith("Harbor")
    }


def test_the_reasons_hold_the_numbers(alert: dict[str, Any]) -> None:
    reasons = {each["flag"]: each["reason"] for each in alert["findings"] if each["party"]["name"].startswith("Harbor")}
    assert "0.36" in reasons["site_lacks_power"]
    assert "0.2" in reasons["site_lacks_power"]
    assert "456" in reasons["new_company_bought_controlled_goods"]
    assert "90" in reasons["goods_change_on_the_way"]


def test_what_was_searched_is_said(alert: dict[str, Any]) -> None:
    searched = alert["searched"]
    assert searched["max_legs"] == 6
    assert searched["dwell_days"]["accelerator"] == 180
    assert searched["truncated"] is False


def test_the_summary_tells_what_is_recorded_and_what_is_inferred(alert: dict[str, Any]) -> None:
    for words in (
        "Harbor Cloud Sdn Bhd (Malaysia, incorporated 2023-02-01)",
        "Inferred",
        "at least 26",
        "likely 27",
        "license was required",
    ):
        assert words in alert["summary"]


def test_flags_that_lack_a_table_or_recognized_goods_say_so(alert: dict[str, Any]) -> None:
    not_judged = {each["flag"] for each in alert["not_evaluable"]}
    assert {
        "owned_half_by_listed",
        "leaves_declared_end_user",
        "first_bought_after_controls",
        "license_not_on_record",
    } <= not_judged


def test_a_second_pass_on_the_same_data_raises_nothing(workspace: tuple[Path, Pass]) -> None:
    config, first = workspace
    again = run(read_settings(config), now=NOW)
    assert first.raised.counts == {"raised": 1, "updated": 0, "withdrawn": 0}
    assert again.raised.counts == {"raised": 0, "updated": 0, "withdrawn": 0}
    assert not again.new_run
