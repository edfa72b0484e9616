"""The same records told differently are the same alerts: shuffled, split, late, corrected."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cases import NOW, Alert, Case, Row, alerts_of, records, wordsmith, workspace, write_cases, write_rows
from tests.test_schemes import chain_by_serials, consolidation, direct_to_alias, splitting, two_schemes_of_one
from tests.test_schemes_dated import owned_half, paid_from_hong_kong, sister_at_the_same_address

CHOSEN = (chain_by_serials, consolidation, direct_to_alias, owned_half, paid_from_hong_kong,
          sister_at_the_same_address, splitting, two_schemes_of_one)  # fmt: skip


def cases() -> list[Case]:
    words, made = wordsmith(11), []
    for scheme in CHOSEN:
        made.append(Case(scheme.__name__, words))
        scheme(made[-1])
    return made


def essence(alerts: list[Alert]) -> dict[str, Any]:
    """What must not depend on how the records came."""
    return {
        each["id"]: (
            each["kind"], each["severity"], each["party"]["name"].upper(), each["score"],
            [[leg["record"] for leg in path["legs"]] for path in each["paths"]],
            sorted((found["flag"], found["severity"]) for found in each["findings"]),
            [(of["recognized"], of["if_same_goods"]) for of in each["units"]],
        )
        for each in alerts
    }  # fmt: skip


def tables(inbox: Path) -> dict[str, list[Row]]:
    found = {}
    for path in sorted(inbox.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            found[path.stem] = list(csv.DictReader(rows))
    return {name: rows for name, rows in found.items() if rows}


def written(folder: Path) -> tuple[Path, Path, dict[str, list[Row]]]:
    config = workspace(folder)
    write_cases(folder / "inbox", cases())
    return config, folder / "inbox", tables(folder / "inbox")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    config, _, _ = written(tmp_path_factory.mktemp("plain"))
    return essence(alerts_of(config))


def shuffled(inbox: Path, known: dict[str, list[Row]]) -> None:
    for name, rows in known.items():
        random.Random(5).shuffle(rows)  # noqa: S311 (a fixed seed, no secret)
        write_rows(inbox / f"{name}.csv", rows)


def split(inbox: Path, known: dict[str, list[Row]]) -> None:
    for name, rows in known.items():
        write_rows(inbox / f"{name}.csv", rows[::2])
        if rows[1::2]:
            write_rows(inbox / f"{name} (2).csv", rows[1::2])


@pytest.mark.parametrize("told", [shuffled, split])
def test_rows_in_another_order_or_in_two_files_are_the_same_alerts(
    told: Callable[[Path, dict[str, list[Row]]], None], plain: dict[str, Any], tmp_path: Path
) -> None:
    config, inbox, known = written(tmp_path)
    told(inbox, known)
    assert essence(alerts_of(config)) == plain


def test_records_that_arrive_later_end_in_the_same_alerts(plain: dict[str, Any], tmp_path: Path) -> None:
    config, inbox, known = written(tmp_path)
    shipments = sorted(known["shipments"], key=lambda row: row["shipped_on"])
    write_rows(inbox / "shipments.csv", shipments[: len(shipments) // 2])
    first = alerts_of(config)
    write_rows(inbox / "shipments-2.csv", shipments[len(shipments) // 2 :])
    then = alerts_of(config, NOW + dt.timedelta(hours=6))
    assert essence(then) == plain
    assert {each["id"] for each in first} <= {each["id"] for each in then}


def test_a_corrected_row_updates_its_alert(tmp_path: Path) -> None:
    config, inbox, known = written(tmp_path)
    before = {each["id"]: each for each in alerts_of(config)}
    row = next(row for row in known["shipments"] if row["id"] == "sister_at_the_same_address-B")
    write_rows(inbox / "shipments-2026-11-20.csv", [{**row, "quantity": "6", "value": "1572000"}])
    after = {each["id"]: each for each in alerts_of(config, NOW + dt.timedelta(hours=6))}
    assert set(after) == set(before)
    changed = [id_ for id_ in after if essence([after[id_]]) != essence([before[id_]])]
    assert changed == [id_ for id_, each in before.items() if "sister_at_the_same_address-B" in records(each)]
    units = after[changed[0]]["units"][0]["if_same_goods"]["units"]
    assert (units["least"], units["most"]) == (6, 6)


def test_a_row_that_is_withdrawn_by_a_license_withdraws_its_alert(tmp_path: Path) -> None:
    config, inbox, known = written(tmp_path)
    before = alerts_of(config)
    row = next(row for row in known["shipments"] if row["id"] == "direct_to_alias-A1")
    write_rows(inbox / "shipments-2026-11-20.csv", [{**row, "license": "D1234567"}])
    after = alerts_of(config, NOW + dt.timedelta(hours=6))
    gone = {each["party"]["name"] for each in before} - {each["party"]["name"] for each in after}
    assert gone == {row["consignee_name"]}
