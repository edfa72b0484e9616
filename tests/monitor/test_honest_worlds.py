"""Honest worlds stay quiet: at most two high or critical alerts per thousand active buyers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from models.worlds.ledger import Ledger
from models.worlds.schemes import relabeled_through_forwarder
from monitor.run import suspect
from monitor.settings import Settings
from pipelines import Tables
from pipelines.build import Known, build
from pipelines.ingest import ingest
from pipelines.reading.versions import winners
from tests.monitor.honest_worlds import electronics, honest_world

AS_OF = dt.date(2026, 6, 30)


def built(ledger: Ledger, folder: Path) -> Tables:
    ledger.world().write(folder)
    read = ingest([], folder, as_of=AS_OF)
    records = {name: winners(frame) for name, frame in read.records.items()}
    return build(Known(records, read.reports, [ledger.user], AS_OF)).tables


def raised(world: Tables) -> list[dict[str, Any]]:
    return suspect(world, Settings(), snapshot={})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_honest_trade_gives_at_most_two_serious_alerts_per_thousand_buyers(seed: int, tmp_path: Path) -> None:
    world = built(honest_world(seed), tmp_path)
    buyers = world.frame("shipments").get_column("consignee").n_unique()
    serious = [alert for alert in raised(world) if alert["severity"] in ("high", "critical")]
    assert buyers >= 600
    assert len(serious) * 1000 <= 2 * buyers, [(each["party"]["name"], each["kind"]) for each in serious]


def test_one_diverted_sale_among_honest_ones_is_found(tmp_path: Path) -> None:
    ledger = honest_world(1, buyers=220)
    relabeled_through_forwarder(ledger)
    subject = ledger.truth[-1].parties[0]
    assert [alert["party"]["name"] for alert in raised(built(ledger, tmp_path))] == [subject]


def test_expensive_goods_alone_may_not_be_controlled_goods(tmp_path: Path) -> None:
    ledger = Ledger(5, user="Meridian Vale Compute Inc")
    electronics(ledger, 30)
    world = built(ledger, tmp_path)
    assert world.frame("may_carry").is_empty()
    assert raised(world) == []
