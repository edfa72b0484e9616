"""The over-purchase model names a group: its subsidiaries each bought a little more than they can use."""

from __future__ import annotations

from monitor.evidence import Frame
from monitor.guidance import STUDIES
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables) -> Frame:
    """Take the groups the model names at its false-discovery rate, with the shipments the figures rest on."""
    named = tables.over_purchase.select("shipments", "because", party="party")
    return named.explode("shipments").select("because", shipment="shipments", party="party")


_NAMED: dict[str, object] = {
    "party": "acme", "score": 6.1, "p_value": 1e-6, "q_value": 1e-5, "excess": 900.0, "members": ["acme-my", "acme-jp"],
    "shipments": ["S1", "S2"], "because": "30 operators of the group together bought 900 accelerators more than usual.",
}  # fmt: skip

FLAG = RedFlag(
    id="group_buys_more_than_it_needs",
    title="A group's data centers together buy more than they need",
    cites=(STUDIES.passage("OVERBUYING"),),
    severity=Severity.HIGH,
    family="graph",
    kind="over_purchase",
    find=find,
    says="{party}: {because}",
    misses="Operators whose power supply nobody knows; groups of fewer than four operators; a market that over-buys "
    "alike.",
    needs=("shipments", "sites"),
    calibrated=True,
    innocent=(
        ("Halls under construction that are not on record", "leases, grid connection and opening dates"),
        ("A spare-parts policy of the group", "the policy, and stock counts with serial numbers"),
    ),
    examples=(
        raises("a group the model names", "acme", severity=Severity.HIGH, over_purchase=[_NAMED]),
        raises("figures without shipments", "acme", over_purchase=[_NAMED | {"shipments": None}]),
        silent("a market in which nobody stands out", over_purchase=[]),
    ),
)
