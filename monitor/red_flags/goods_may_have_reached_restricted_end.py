"""A traced path leads from goods known to be controlled to a restricted end."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, alike, graded, true
from monitor.guidance import ADVANCED_IC_GUIDANCE, PIPELINE_STUDY
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables) -> Frame:
    """Grade what the tracer found by the units that must, or may, have reached the end.

    Critical takes recognized units that must have arrived at an end restricted on the day, by records that would show
    a license, and nothing to verify; high takes units that must have arrived if the goods are the same. Unknown
    numbers of units leave it medium, and so do goods at the end whose weight and HS code speak against their value.
    """
    sure = nw.col("recognized_least").fill_null(0) > 0
    if_same = nw.col("if_same_goods_least").fill_null(0) > 0
    shown = nw.col("certainty") == "on_record"
    doubtful = tables.may_carry.group_by("shipment").agg(fit=nw.col("fit").max()).filter(~alike())
    told = tables.reached.join(
        doubtful.select(end_shipment="shipment", unlike=nw.lit(value=True)), on="end_shipment", how="left"
    )
    return told.select(
        "shipment", "end",
        party="subject",
        steps=nw.when(nw.col("legs") == 1)
        .then(nw.lit("one shipment"))
        .otherwise(nw.concat_str(nw.col("legs").cast(nw.String), nw.lit(" shipments"))),
        delivery="end_shipment",
        restricted_by=nw.col("rule").str.replace_all("_", " "),
        units=_units(sure),
        severity=graded("medium", (sure & true("on_the_day") & shown & ~true("verify"), "critical"),
                        (sure | (if_same & ~true("unlike")), "high")),
        inferred=~sure,
        verify=true("verify"),
    )  # fmt: skip


def _units(sure: nw.Expr) -> nw.Expr:
    def at_least(column: str, text: str) -> nw.Expr:
        return nw.concat_str(
            nw.lit("at least "), nw.col(column).ceil().cast(nw.Int64).cast(nw.String), nw.lit(f" pieces{text}")
        )

    if_same = nw.col("if_same_goods_least").fill_null(0) > 0
    inferred = nw.when(if_same).then(at_least("if_same_goods_least", ", if these are the same goods"))
    return (
        nw.when(sure)
        .then(at_least("recognized_least", ""))
        .otherwise(inferred.otherwise(nw.lit("an unknown number of pieces, possibly none")))
    )


_FOUND: dict[str, object] = {
    "subject": "acme", "path": "A>B", "shipment": "S2", "start": "S1", "end": "qing", "end_shipment": "S4", "legs": 3,
    "rule": "destination", "on_the_day": True, "certainty": "on_record", "verify": False, "recognized_least": 4.0,
    "if_same_goods_least": 36.0, "observed": True,
}  # fmt: skip

FLAG = RedFlag(
    id="goods_may_have_reached_restricted_end",
    title="Goods may have reached a restricted end",
    cites=(PIPELINE_STUDY.passage("CSIS-4"), ADVANCED_IC_GUIDANCE.passage("ADV-08")),
    severity=Severity.MEDIUM,
    family="graph",
    kind="diversion",
    find=find,
    says="On the path traced for {party}, controlled goods may have reached {end} in {steps}: {units} (restricted by "
    "{restricted_by}).",
    misses="Movements outside the records; hand-overs without a shared key; paths beyond the legs and dwell searched.",
    innocent=(
        ("The onward goods are others", "serial numbers, a packing list or a stock count"),
        ("The delivery was licensed", "the number of the license"),
    ),
    examples=(
        raises("recognized units that must have arrived", "acme", severity=Severity.CRITICAL, reached=[_FOUND]),
        raises("only if the goods are the same", "acme", severity=Severity.HIGH,
               reached=[_FOUND | {"recognized_least": 0.0, "certainty": "inferred"}]),
        raises("records that cannot show a license", "acme", severity=Severity.HIGH,
               reached=[_FOUND | {"certainty": "unknown_license"}]),
        raises("the end was listed afterwards", "acme", severity=Severity.HIGH,
               reached=[_FOUND | {"on_the_day": False}]),
        raises("the measure is to be verified", "acme", severity=Severity.HIGH, reached=[_FOUND | {"verify": True}]),
        raises("other stock could explain every unit", "acme", severity=Severity.MEDIUM,
               reached=[_FOUND | {"recognized_least": 0.0, "if_same_goods_least": 0.0}]),
        raises("numbers of units unknown", "acme", severity=Severity.MEDIUM,
               reached=[_FOUND | {"recognized_least": None, "if_same_goods_least": None}]),
        raises("batteries at the end, by weight and code", "acme", severity=Severity.MEDIUM,
               reached=[_FOUND | {"recognized_least": 0.0}],
               may_carry=[{"shipment": "S4", "goods": "accelerator/h100", "fit": 0.18, "recognized": False}]),
        silent("no path found", reached=[]),
    ),
)  # fmt: skip
