"""Traces as the contract tells them: the worked example, steps between parties, answers on request."""

from __future__ import annotations

import json

import pytest

from monitor.trace import path_between, reached, shipments, trace, trace_all
from pipelines.errors import UnknownParty
from pipelines.graph.tracing.rules import Rules
from pipelines.tables import Tables

Row = dict[str, object]
GOODS = "accelerator/h100"


def servers(row: str, shipper: str, consignee: str, shipped: str, arrived: str, pieces: int, **more: object) -> Row:
    return {
        "id": row,
        "source": "shipments",
        "shipper": shipper,
        "consignee": consignee,
        "shipped_on": shipped,
        "arrived_on": arrived,
        "item": "NVIDIA HGX H100 8-GPU server",
        "hs_code": "847150",
        "quantity": pieces,
        "pieces": pieces,
        "family": "accelerator",
        "chip": "h100",
        "form": "server",
        "recognized": True,
        "chips_per_piece": 8.0,
        "chips": pieces * 8.0,
        "h100_equivalents": pieces * 8.0,
        "controlled": True,
        **more,
    }


def unknown(
    row: str, shipper: str, consignee: str, shipped: str, arrived: str, pieces: int, value: float, **more: object
) -> Row:
    return {
        "id": row,
        "source": "shipments",
        "shipper": shipper,
        "consignee": consignee,
        "shipped_on": shipped,
        "arrived_on": arrived,
        "item": "computer parts",
        "hs_code": "847330",
        "quantity": pieces,
        "pieces": pieces,
        "recognized": False,
        "vague": True,
        "value_usd": value,
        "unit_value_usd": value / pieces,
        **more,
    }


def end(shipment: str, party: str, rule: str, **more: object) -> Row:
    return {
        "shipment": shipment,
        "party": party,
        "goods": GOODS,
        "rule": rule,
        "on_the_day": True,
        "certainty": "inferred",
        "verify": False,
        **more,
    }


def example() -> Tables:
    names = {
        "crestline": "Crestline Servers Inc",
        "orion": "Orion Boards GmbH",
        "harbor": "Harbor Cloud Sdn Bhd",
        "brightquay": "Brightquay Logistics Ltd",
        "qinglan": "Qinglan Beijing Electronic Information",
    }
    return Tables.of(
        shipments=[
            servers(
                "A1",
                "crestline",
                "harbor",
                "2024-05-02",
                "2024-05-09",
                30,
                value_usd=8_100_000.0,
                mine=True,
                order_id="O1",
            ),
            servers("A2", "orion", "harbor", "2024-05-20", "2024-05-24", 10, value_usd=2_750_000.0),
            unknown("A3", "harbor", "brightquay", "2024-06-01", "2024-06-04", 36, 9_400_000),
            unknown(
                "A4",
                "brightquay",
                "qinglan",
                "2024-06-10",
                "2024-06-12",
                36,
                9_900_000,
                item="adapter modules",
                hs_code="853690",
            ),
            servers("A5", "orion", "harbor", "2024-09-01", "2024-09-06", 50, value_usd=13_600_000.0),
        ],
        parties=[
            {"id": party, "name": name, "trade": "logistics" if party == "brightquay" else None}
            for party, name in names.items()
        ],
        orders=[{"id": "O1", "consignee": "harbor"}, {"id": "O2", "consignee": "harbor"}],
        license_needs=[
            {
                "shipment": "A1",
                "need": "not_required",
                "on_record": "no",
                "need_today": "required",
                "because": ["4A090.a to MY"],
            },
            {
                "shipment": "A3",
                "need": "required",
                "on_record": "no",
                "need_today": "required",
                "assumed": True,
                "because": ["Hong Kong counts as China"],
            },
        ],
        restricted_ends=[
            end("A3", "brightquay", "destination"),
            end("A4", "qinglan", "destination"),
            end("A4", "qinglan", "listed", on_the_day=False, list="EL", entry="Qinglan (Beijing)"),
        ],
        sources=[{"id": "shipments", "table": "shipments", "complete": False}],
        countries=[],
    )


def test_the_worked_example_is_one_suspicion_with_two_paths_to_the_farthest_end() -> None:
    (found,) = trace_all(example())
    assert (found.subject, found.starts, found.lengths, found.rule) == ("harbor", ("A1", "A2"), (3, 3), "destination")
    assert [shipments(path) for path in found.paths] == [["A1", "A3", "A4"], ["A2", "A3", "A4"]]
    for path in found.paths:
        assert [(each["leg"], each["id"]) for each in path["ends"]] == [(1, "brightquay"), (2, "qinglan")]
        assert [(each["rule"], each["on_the_day"]) for each in path["end"]["restricted_because"]] == [
            ("destination", True),
            ("listed", False),
        ]
        for link in path["links"]:
            assert not link["observed"]
            assert link["basis"] == ["quantity", "dwell", "value"]
            assert link["against"] == ["description", "hs_code"]
            assert 0 < link["confidence"] < 1


def four(units: Row, basis: str, measure: str) -> list[float]:
    return list(units[basis][measure].values())  # type: ignore[index]


def test_the_worked_examples_units_are_those_counted_by_hand() -> None:
    told = trace_all(example())[0].as_json()
    assert [each["end"] for each in told["units"]] == ["qinglan", "brightquay"]
    for units, mine in zip(told["units"], told["mine"]["units"], strict=True):
        assert four(units, "recognized", "units") == four(mine, "recognized", "chips") == [0, 0, 0, 0]
        assert four(units, "if_same_goods", "units") == [36, 36, 36, 36]
        assert four(mine, "if_same_goods", "units") == [26, 27, 30, 30]
        assert (
            four(mine, "if_same_goods", "chips")
            == four(mine, "if_same_goods", "h100_equivalents")
            == [208, 216, 240, 240]
        )
        assert {"each unknown piece is a server, the form that arrived", "the goods are those received"} <= set(
            units["assumes"]
        )
    assert (told["mine"]["shipments"], told["mine"]["quantity"], told["mine"]["value_usd"]) == (["A1"], 30, 8_100_000)
    assert told["mine"]["open_orders"] == ["O2"]


def test_the_law_of_unknown_goods_is_told_as_if_they_were_those_received() -> None:
    first, second, third = trace_all(example())[0].paths[0]["legs"]
    assert first["law"] == {
        "on_date": {"license": "not_required", "on_record": "no", "because": ["4A090.a to MY"]},
        "today": {"license": "required"},
    }
    assert second["law"]["on_date"]["because"] == ["if the goods are those received", "Hong Kong counts as China"]
    assert third["law"]["on_date"]["license"] == "undetermined"


def test_goods_that_rested_longer_than_the_settings_allow_are_not_followed() -> None:
    assert trace_all(example(), rules=Rules(dwell={"accelerator": 5}, other_dwell=5)) == []


def test_what_was_searched_is_told_and_everything_is_json() -> None:
    told = json.loads(json.dumps(trace_all(example())[0].as_json()))
    assert told["searched"] == {
        "max_legs": 6,
        "dwell_days": {"accelerator": 180},
        "forwarder_dwell_days": 45,
        "links_used": ["identity"],
        "records_from": "2024-05-02",
        "records_to": "2024-09-06",
        "shipments": 5,
        "truncated": False,
    }


def test_reached_has_a_row_per_end() -> None:
    rows = reached(trace_all(example()))
    assert rows.select("subject", "end", "end_shipment", "legs", "shipment", "start", "path", "mine").rows() == [
        ("harbor", "qinglan", "A4", 3, "A1", "A1", "A1>A3>A4", True),
        ("harbor", "brightquay", "A3", 2, "A1", "A1", "A1>A3>A4", True),
    ]
    assert rows.select("recognized_least", "if_same_goods_least", "on_the_day", "observed").unique().rows() == [
        (0.0, 36.0, True, False)
    ]
    assert reached([]).is_empty()


def test_ends_listed_only_afterwards_are_kept_apart() -> None:
    tables = example()
    only_later = tables.replace(restricted_ends=tables.frame("restricted_ends").filter(rule="listed"))
    assert trace_all(only_later) == []
    (found,) = trace_all(only_later, look_back=True)
    assert reached([found])["on_the_day"].to_list() == [False]


def through_a_sister() -> Tables:
    return Tables.of(
        shipments=[
            servers("in", "maker", "middle", "2024-01-01", "2024-01-10", 4, invoice_number="I-1"),
            servers("out", "sister", "far", "2024-02-10", "2024-02-12", 4, invoice_number="I-1"),
        ],
        party_keys=[
            {"party": party, "kind": "address", "key": "k", "crowd": 2, "evidence": "Unit 3, 5 Quay Road"}
            for party in ("middle", "sister")
        ],
        restricted_ends=[end("out", "far", "destination") | {"goods": None, "certainty": "on_record"}],
        countries=[],
    )


def test_a_step_between_parties_that_share_an_address_is_a_leg_with_its_evidence() -> None:
    (found,) = trace_all(through_a_sister())
    first, step, last = found.paths[0]["legs"]
    assert (step["kind"], step["from"]["id"], step["to"]["id"], step["record"]) == (
        "shared_address",
        "middle",
        "sister",
        "Unit 3, 5 Quay Road",
    )
    assert (first["record"], last["record"]) == ("in", "out")
    (link,) = found.paths[0]["links"]
    assert (link["from_leg"], link["to_leg"], link["observed"]) == (0, 2, True)
    assert "invoice_number" in link["basis"]
    assert found.lengths == (2,)
    assert found.units[0].pieces(recognized=True).least == 4


@pytest.mark.parametrize(
    ("start", "more", "expected"),
    [
        ("A1", {}, [["A1", "A3", "A4"]]),
        ("A5", {}, []),
        ("harbor", {}, [["A3", "A4"]]),
        ("crestline", {"to": "brightquay"}, [["A1", "A3"]]),
        ("crestline", {"to": "orion"}, []),
        ("A4", {"back": True}, [["A1", "A3", "A4"], ["A2", "A3", "A4"]]),
        ("qinglan", {"back": True, "k": 1}, [["A1", "A3", "A4"]]),
        ("A1", {"rules": Rules(max_legs=2)}, [["A1", "A3"]]),
    ],
)
def test_a_trace_on_request_goes_forward_or_back(start: str, more: Row, expected: list[list[str]]) -> None:
    answer = trace(example(), start, **more)  # type: ignore[arg-type]
    assert [shipments(path) for path in answer["paths"]] == expected
    assert answer["searched"]["truncated"] is False
    assert ("note" in answer) is (not expected)


@pytest.mark.parametrize(("max_legs", "shown", "truncated"), [(3, 1, False), (2, 0, True), (1, 0, True)])
def test_a_trace_says_when_goods_lead_on_in_more_shipments_than_it_searched(
    max_legs: int, shown: int, truncated: bool
) -> None:
    tables = through_two_borders()
    answer = trace(tables, "L0", rules=Rules(max_legs=max_legs))
    assert (len(answer["paths"]), answer["searched"]["truncated"]) == (shown, truncated)
    (found,) = trace_all(tables, rules=Rules(max_legs=max_legs))
    assert found.as_json()["searched"]["truncated"] is truncated


def through_two_borders() -> Tables:
    legs = [
        servers("L0", "a", "b", "2024-01-02", "2024-01-05", 4),
        servers("L1", "b", "c", "2024-02-02", "2024-02-05", 4),
        servers("L2", "c", "d", "2024-03-02", "2024-03-05", 4),
    ]
    return Tables.of(shipments=legs, restricted_ends=[end("L2", "d", "destination")])


def test_a_trace_from_a_shipment_counts_that_shipments_units() -> None:
    units = trace(example(), "A2")["units"]
    assert [four(each, "if_same_goods", "units") for each in units] == [[6, 9, 6, 10]] * 2


def test_a_trace_from_nobody_says_so() -> None:
    with pytest.raises(UnknownParty, match="'nobody'"):
        trace(example(), "nobody")


def test_two_parties_are_connected_by_the_shortest_way() -> None:
    answer = path_between(example(), "orion", "qinglan")
    assert [each["id"] for each in answer["nodes"]] == ["orion", "harbor", "brightquay", "qinglan"]
    assert {each["record"] for each in answer["edges"]} == {"A2", "A3", "A4", "A5"}
    apart = path_between(example(), "orion", "nobody")
    assert (apart["found"], apart["edges"], apart["searched"]["truncated"]) == (False, [], False)


def test_parties_that_share_an_address_are_connected() -> None:
    (edge,) = path_between(through_a_sister(), "middle", "sister")["edges"]
    assert (edge["kind"], edge["record"]) == ("shared_address", "Unit 3, 5 Quay Road")
