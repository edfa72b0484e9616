"""A party is owned 50 percent or more by listed parties."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, appearances, graded, holds, reaches, true
from monitor.guidance import AFFILIATES_RULE, KNOW_YOUR_CUSTOMER, OFAC_FIFTY_PERCENT
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables) -> Frame:
    """Join appearances with the positive legal tests of their day, regime by regime.

    Critical only where the measure was in force and needs no verification and the party gets the goods (a blocked
    owner bars every role); a license on record leaves it medium. An undetermined test is no finding but `unsure`.
    """
    tests = tables.ownership_tests.filter(nw.col("result") == "positive")
    return (
        appearances(tables)
        .join(tests, on="party")
        .filter(holds("on_day"))
        .with_columns(severity=_severity(), verify=true("verify"), regime=nw.col("regime").str.to_uppercase())
        .with_columns(state=nw.col("status").str.replace_all("_", " "))
        .select("party", "shipment", "payment", "on", "regime", "least", "entries", "chain", "state", "citation",
                "severity", "verify")
    )  # fmt: skip


def _severity() -> nw.Expr:
    in_force = (nw.col("status") == "in_force") & ~true("verify")
    return graded(
        "high",
        (true("licensed"), "medium"),
        (in_force & ((nw.col("regime") != "bis") | reaches()), "critical"),
    )


def unsure(tables: Tables) -> Frame:
    """Name parties whose test on the day of a shipment or payment hangs on unknown shares."""
    because = nw.concat_str(
        nw.lit("ownership undetermined; settled by "), nw.col("settled_by").fill_null("their exact shares")
    )
    return (
        tables.appearances.select("party", "on_day")
        .join(tables.ownership_tests.filter(nw.col("result") == "undetermined"), on="party")
        .filter(holds("on_day"))
        .select("party", because=because)
        .unique()
    )


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2025-10-10", "shipper": "maker", "consignee": "acme", "family": "accelerator",
    "recognized": True, "controlled": True,
}  # fmt: skip
_SEEN: dict[str, object] = {
    "party": "acme", "role": "consignee", "shipment": "S1", "on": "2025-10-10", "controlled": True,
}  # fmt: skip
_TEST: dict[str, object] = {
    "party": "acme", "regime": "bis", "result": "positive", "least": 60.0, "most": 60.0, "by": ["qing"],
    "entries": ["Qing Institute (EL)"], "chain": ["Qing Institute holds 60 % of Acme"], "from_on": "2025-09-29",
    "until_on": "2025-11-09", "status": "in_force", "verify": False,
}  # fmt: skip

FLAG = RedFlag(
    id="owned_half_by_listed",
    title="Party is owned 50 percent or more by listed parties",
    cites=(
        AFFILIATES_RULE.passage("50-percent"), OFAC_FIFTY_PERCENT.passage("50-percent"),
        KNOW_YOUR_CUSTOMER.passage("S3-29"),
    ),
    severity=Severity.CRITICAL,
    family="who",
    kind="ownership",
    find=find,
    unsure=unsure,
    needs=("ownership",),
    says="Listed owners hold at least {least} percent of {party} on {on} ({regime} test, measure {state}): {chain}.",
    misses="Holdings no register shows; control without shares, which the U.S. tests do not count.",
    innocent=(
        ("The shares were sold before the day", "the share register of that day"),
        ("An exception or saving clause covers the delivery", "the notice and the day the goods left"),
    ),
    examples=(
        raises("60 percent held by a listed institute while the rule was in force", "acme",
               severity=Severity.CRITICAL, shipments=[_SALE], appearances=[_SEEN], ownership_tests=[_TEST]),
        raises("the measure was suspended", "acme", severity=Severity.HIGH, shipments=[_SALE], appearances=[_SEEN],
               ownership_tests=[_TEST | {"status": "suspended"}]),
        raises("the measure is to be verified", "acme", severity=Severity.HIGH, shipments=[_SALE], appearances=[_SEEN],
               ownership_tests=[_TEST | {"verify": True}]),
        silent("the shares came a month later", shipments=[_SALE], appearances=[_SEEN],
               ownership_tests=[_TEST | {"from_on": "2025-11-01"}]),
        silent("25 to 50 percent: undetermined", shipments=[_SALE], appearances=[_SEEN],
               ownership_tests=[_TEST | {"result": "undetermined", "least": 25.0}]),
        silent("owners unknown", shipments=[_SALE], appearances=[_SEEN], ownership_tests=[]),
    ),
)  # fmt: skip
