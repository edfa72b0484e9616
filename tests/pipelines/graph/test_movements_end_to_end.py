"""A world told once and the same told three times over come to the same alerts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor import ask
from pipelines.store import Store
from tests.cases import MAKER, MINE, Case, alerts_of, wordsmith, workspace, write_cases

PAPERS = {"sale": "S", "export": "E", "import": "I"}


def example(kinds: dict[str, str]) -> Case:
    """Forty servers to a cloud, thirty-six of something on to Hong Kong; each movement told by a row of each kind."""
    case = Case("M", wordsmith(11))
    cloud, agent = case.company("MY", "Cloud"), case.company("HK", "Logistics")
    for kind, letter in kinds.items():
        late: dict[str, Any] = {"days": None if kind == "export" else 7}
        case.ship(f"{letter}1", "2024-05-02", MINE, cloud, quantity=30, kind=kind, bill_of_lading="B1", **late)
        case.ship(f"{letter}2", "2024-05-20", MAKER, cloud, quantity=10, kind=kind, order_id="O2", **late)
        case.ship(f"{letter}3", "2024-06-01", cloud, agent, "computer parts", 36, kind=kind, hs_code="847330", **late)
    return case


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Path, list[dict[str, Any]]]]:
    made = {}
    for papers in (1, 3):
        config = workspace(tmp_path_factory.mktemp("movements"))
        kinds = dict(list(PAPERS.items())[:papers])
        write_cases(config.parent / "inbox", [example(kinds)])
        made[papers] = (config, alerts_of(config))
    return made


def test_units_are_counted_once(told: dict[int, tuple[Path, list[dict[str, Any]]]]) -> None:
    (once,), (thrice,) = (alerts for _, alerts in told.values())
    assert thrice["units"][0]["if_same_goods"] == once["units"][0]["if_same_goods"]
    assert thrice["mine"]["quantity"] == once["mine"]["quantity"] == 30
    assert (thrice["severity"], len(thrice["paths"])) == (once["severity"], len(once["paths"]))
    assert {each["flag"] for each in thrice["findings"]} == {each["flag"] for each in once["findings"]}


def test_every_row_of_a_movement_is_evidence(told: dict[int, tuple[Path, list[dict[str, Any]]]]) -> None:
    (alert,) = told[3][1]
    reached = next(each for each in alert["findings"] if each["flag"] == "goods_change_on_the_way")
    assert {each["record"] for each in reached["records"]} >= {"M-S1", "M-E1", "M-I1", "M-S3", "M-E3", "M-I3"}
    assert alert["paths"][0]["legs"][0]["records"] == ["M-E1", "M-I1", "M-S1"]


def test_a_trace_from_any_row_of_a_movement_is_the_same(told: dict[int, tuple[Path, list[dict[str, Any]]]]) -> None:
    known = Store(told[3][0].parent / "store").open()
    answers = [ask.trace(known, f"M-{letter}1") for letter in PAPERS.values()]
    assert answers[0]["paths"]
    assert answers[0]["paths"] == answers[1]["paths"] == answers[2]["paths"]
