"""The data centers a group is known to have cannot power the chips it has been sent."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, graded, true
from monitor.guidance import ADVANCED_IC_GUIDANCE
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables, *, medium: float = 0.15, high: float = 0.40) -> Frame:
    """Compare, on a group's worst day, what the chips that came and have not left draw with what its sites supply.

    The draw is the systems' power × 0.6 × 1.1 (made in pipelines, as is the worst day); the excess is need / supply
    - 1. High takes sites a source declares complete. Supply unknown: `unsure`. The finding names the operator of the
    last delivery, whose goods they are.
    """
    supply = nw.col("megawatts") * 1000
    return (
        tables.site_power.filter(nw.col("worst"), ~nw.col("megawatts").is_null())
        .with_columns(excess=nw.when(supply > 0).then(nw.col("kilowatts_needed") / supply - 1).otherwise(float("inf")))
        .filter(nw.col("excess") > medium)
        .with_columns(severity=graded("medium", ((nw.col("excess") > high) & true("sites_complete"), "high")))
        .with_columns(needed=nw.col("kilowatts_needed") / 1000, shipment=nw.col("shipments"))
        .explode("shipment")
        .select("shipment", "on", "chips_there", "needed", "megawatts", "excess", "sites", "severity",
                party=nw.coalesce("operator", "party"))
    )  # fmt: skip


def unsure(tables: Tables) -> Frame:
    """Name operators whose supply is unknown on a day their stock of chips changed."""
    unknown = tables.site_power.filter(nw.col("megawatts").is_null())
    named = unknown.select(party=nw.coalesce("operator", "party")).unique()
    return named.with_columns(because=nw.lit("the supply of one of its sites is unknown"))


_DAY: dict[str, object] = {
    "party": "acme", "operator": "acme", "on": "2024-09-06", "chips_there": 432.0, "kilowatts_needed": 363.5,
    "megawatts": 0.2, "sites": ["Acme Hall"], "shipments": ["S1", "S2"], "worst": True, "sites_complete": False,
}  # fmt: skip

FLAG = RedFlag(
    id="site_lacks_power",
    title="Data center cannot power the chips it is sent",
    cites=(ADVANCED_IC_GUIDANCE.passage("ADV-09"), ADVANCED_IC_GUIDANCE.passage("DD-05")),
    severity=Severity.MEDIUM,
    family="site",
    kind="site",
    find=find,
    unsure=unsure,
    needs=("shipments", "sites"),
    says="{party} has {chips_there} accelerators on {on} that need {needed} MW at 60 percent load; its known sites "
    "({sites}) supply {megawatts} MW.",
    misses="Sites nobody recorded; chips bought outside the shipment records; chips that wait in stores.",
    innocent=(
        ("A site that is not on record", "a lease or a power contract"),
        ("Goods kept in a warehouse until the hall opens", "a stock count with serial numbers"),
    ),
    examples=(
        raises("54 servers in a hall of 0.2 MW", "acme", severity=Severity.MEDIUM, site_power=[_DAY]),
        raises("and its sites are declared complete", "acme", severity=Severity.HIGH,
               site_power=[_DAY | {"sites_complete": True}]),
        silent("the same in a hall of 0.4 MW", site_power=[_DAY | {"megawatts": 0.4}]),
        silent("a hall whose supply nobody knows", site_power=[_DAY | {"megawatts": None}]),
        silent("a draw nobody knows", site_power=[_DAY | {"kilowatts_needed": None}]),
    ),
)  # fmt: skip
