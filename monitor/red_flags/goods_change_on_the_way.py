"""What a party received leaves it under another name, code or class, in the same quantity."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from monitor.evidence import (
    CONSIGNED_TO,
    HS_CODES,
    LEAST_FIT,
    Frame,
    following,
    graded,
    in_set,
    same_product,
    true,
)
from monitor.guidance import CASES, KNOW_YOUR_CUSTOMER, PIPELINE_STUDY
from monitor.onward import deliveries, legs, per_leg, so_far, with_deliveries
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

LEG = ("party", "shipment", "carried", "item", "consignee", "on", "hs_code", "known", "hidden", "fit", "in_group",
       "leg_pieces", "leg_chips", "upto_pieces", "upto_chips")  # fmt: skip
"""What is told of a leg."""

SIDES = (("upto_", "pieces"), ("upto_", "chips"), ("leg_", "pieces"), ("leg_", "chips"))
"""What left: the sum up to a leg, or the leg, in pieces or accelerators."""


def find(tables: Tables, *, dwell: int = 180, forwarder_dwell: int = 45, least: float = 0.8, most: float = 1.1,
         least_fit: float = LEAST_FIT, many: int = 25, hs_codes: Sequence[str] = HS_CODES) -> Frame:  # fmt: skip
    """Compare controlled goods that came to a party with what it sent on within `dwell` days (or `forwarder_dwell`).

    Onward goods are controlled ones, or unknown ones that may be those that had come. Their quantity must be `least`
    to `most` of it, one leg or the sum of legs (vague ones, or of one text) on either side, and the description fall
    from recognized to vague, the HS code leave the set, or the ECCN fall to EAR99 (or to blank, where the source fills
    it). Of more than `many` deliveries one fits any leg by chance: then only their sum is compared.
    Medium where the goods keep their name, go to the end user the inbound papers name or stay in the group, and where
    they fit worse than `least_fit`. Unknown quantities are no evidence.
    """
    came, went = _came(tables, hs_codes), so_far(_went(tables, hs_codes), dwell, ["text"])
    stays = nw.when(nw.col("passes_on")).then(forwarder_dwell).otherwise(dwell)
    pairs = (
        following(came, went, first_day="came_day", then_day="left_day", days=dwell)
        .filter(nw.col("left_day") <= nw.col("came_day") + stays, nw.col("supplier") != nw.col("consignee"))
        .filter(same_product("came_carried", "carried"))
        .with_columns(rank=_rank(), **_ones(least, most))
        .filter(~nw.col("rank").is_null())
    )
    legs_found = per_leg(
        pairs, LEG, rank=nw.col("rank").min(), came_as=nw.col("came_as").min(), came_hs=nw.col("came_hs").min(),
        **{one: nw.col(one).max() for one in _ones(least, most)},
    )  # fmt: skip
    fitting = _fitting(legs_found, least, most, many).with_columns(
        share=nw.col("went") / nw.col("came"),
        change=_change(),
        severity=_severity(least_fit),
        inferred=~nw.col("known"),
    )
    return with_deliveries(fitting, ("party", "shipment", "came", "came_as", "went", "counted", "item", "consignee",
                                     "on", "share", "change", "severity", "inferred"))  # fmt: skip


def _came(tables: Tables, hs_codes: Sequence[str]) -> Frame:
    passes_on = nw.col("trade").is_in(CONSIGNED_TO).fill_null(value=False)
    trades = tables.parties.select(passes_on=passes_on, party="id")
    inside = in_set(hs_codes).fill_null(value=False)
    return (
        deliveries(tables)
        .join(trades, on="party", how="left")
        .with_columns(
            passes_on=true("passes_on"), came_in_set=inside, came_hs=nw.when(inside).then(nw.col("hs_code")),
            came_controlled=nw.col("eccn").str.contains(r"^[34][Aa]090|\.[Zz]$").fill_null(value=False),
        )
        .select("party", "delivery", "supplier", "named_group", "came_day", "came_carried", "came_pieces", "came_chips",
                "came_known", "passes_on", "came_in_set", "came_hs", "came_controlled", came_as="item")
    )  # fmt: skip


def _went(tables: Tables, hs_codes: Sequence[str]) -> Frame:
    """Legs that do not say, or not in the same code and class, what controlled goods they are."""
    fills = tables.fills.filter(
        nw.col("table") == "shipments", nw.col("column") == "eccn", nw.col("share") >= 0.5
    ).select("source", fills_eccn=nw.lit(value=True))
    hidden = true("vague") & ~nw.col("known")
    return (
        legs(tables)
        .join(fills, on="source", how="left")
        .with_columns(
            hidden=hidden, text=nw.when(hidden).then(nw.lit("")).otherwise(nw.col("item").str.to_lowercase()),
            in_set=in_set(hs_codes).fill_null(value=True),
            ear99=(nw.col("eccn").str.to_uppercase() == "EAR99").fill_null(value=False),
            blank=nw.col("eccn").is_null() & true("fills_eccn"),
        )
        .filter(nw.col("hidden") | ~nw.col("in_set") | nw.col("ear99") | nw.col("blank"))
    )  # fmt: skip


def _rank() -> nw.Expr:
    """Which change the goods made, the plainest first; null when none."""
    return nw.coalesce(
        nw.when(nw.col("came_known") & nw.col("hidden")).then(nw.lit(1)),
        nw.when(nw.col("came_controlled") & nw.col("ear99")).then(nw.lit(2)),
        nw.when(nw.col("came_in_set") & ~nw.col("in_set")).then(nw.lit(3)),
        nw.when(nw.col("came_controlled") & nw.col("blank")).then(nw.lit(4)),
    )


def _change() -> nw.Expr:
    codes = nw.concat_str(nw.lit("HS code "), _dotted("came_hs"), nw.lit(" becomes "), _dotted("hs_code"))
    return (
        nw.when(nw.col("rank") == 1)
        .then(nw.lit("the description falls from recognized to vague"))
        .otherwise(
            nw.when(nw.col("rank") == 2)
            .then(nw.lit("the controlled ECCN becomes EAR99"))
            .otherwise(nw.when(nw.col("rank") == 3).then(codes).otherwise(nw.lit("the controlled ECCN is gone")))
        )
    )


def _dotted(code: str) -> nw.Expr:
    return nw.concat_str(nw.col(code).str.slice(0, 4), nw.lit("."), nw.col(code).str.slice(4, 2))


def _severity(least_fit: float) -> nw.Expr:
    keeps_name = nw.col("known") & (nw.col("rank") != 2)
    unlike = nw.col("fit") < least_fit
    as_named = nw.col("named_pieces") >= nw.col("leg_pieces")
    return graded("high", (keeps_name | unlike | as_named | nw.col("in_group"), "medium"))


def _fits(came: str, went: str, counted: str, least: float, most: float) -> nw.Expr:
    """Whether what went is `least` to `most` of what came; where accelerators are known, pieces must not gainsay."""

    def within(unit: str) -> nw.Expr:
        have, sent = nw.col(came + unit), nw.col(went + unit)
        return ((have > 0) & (sent >= least * have) & (sent <= most * have)).fill_null(value=False)

    if counted == "chips":
        return within("chips")
    unknown = ~((nw.col(f"{came}chips") > 0) & (nw.col(f"{went}chips") > 0)).fill_null(value=False)
    return within("pieces") & (within("chips") | unknown)


def _ones(least: float, most: float) -> dict[str, nw.Expr]:
    """The quantity of one delivery where the leg, or what had left up to it, fits it alone."""
    return {
        f"one_{went}{counted}": nw.when(_fits("came_", went, counted, least, most)).then(nw.col(f"came_{counted}"))
        for went, counted in SIDES
    }


def _fitting(rows: Frame, least: float, most: float, many: int) -> Frame:
    """Keep legs whose quantity fits, the sums before single deliveries; add `came`, `went` and what is `counted`."""
    few = nw.col("came_times") <= many
    fits = [(_fits("all_", went, counted, least, most), f"all_{counted}", went, counted) for went, counted in SIDES]
    for went, counted in SIDES:
        one = f"one_{went}{counted}"
        fits.append((~nw.col(one).is_null() & few, one, went, counted))
    came, sent, told = nw.lit(None, dtype=nw.Float64), nw.lit(None, dtype=nw.Float64), nw.lit("pieces")
    for fit, have, went, counted in reversed(fits):
        came = nw.when(fit).then(nw.col(have)).otherwise(came)
        sent = nw.when(fit).then(nw.col(went + counted)).otherwise(sent)
        told = nw.when(fit).then(nw.lit("pieces" if counted == "pieces" else "accelerators")).otherwise(told)
    return rows.with_columns(came=came, went=sent, counted=told).filter(~nw.col("came").is_null())


_IN: dict[str, object] = {
    "id": "A1", "source": "shipments", "shipped_on": "2024-05-02", "arrived_on": "2024-05-09", "shipper": "maker",
    "consignee": "acme", "item": "NVIDIA HGX H100", "family": "accelerator", "chip": "h100", "recognized": True,
    "controlled": True, "pieces": 30.0, "chips": 240.0, "hs_code": "847150", "eccn": "4A090.a",
}  # fmt: skip
_SECOND = _IN | {"id": "A2", "arrived_on": "2024-05-24", "pieces": 10.0, "chips": 80.0}
_OUT: dict[str, object] = {
    "id": "A3", "source": "shipments", "shipped_on": "2024-06-01", "shipper": "acme", "consignee": "bright",
    "item": "computer parts", "vague": True, "recognized": False, "pieces": 36.0, "hs_code": "847330",
    "unit_value_usd": 261000.0,
}  # fmt: skip
_MAY: dict[str, object] = {"shipment": "A3", "goods": "accelerator/h100", "chips_per_piece": 8.0, "chips_most": 288.0,
                           "fit": 0.6, "recognized": False}  # fmt: skip
_APART = _MAY | {"chips_per_piece": 1.0, "chips_most": 232.0}
_RECODED: dict[str, object] = {"hs_code": "853690", "item": "adapter modules"}
_SAME: dict[str, object] = {"item": "NVIDIA HGX H100", "vague": False, "recognized": True, "family": "accelerator",
                            "chip": "h100", "chips": 288.0, "controlled": True}  # fmt: skip
_NAMED: dict[str, object] = {"end_user": "bright"}
_GROUP: list[dict[str, object]] = [
    {"id": "acme", "name": "Acme", "group": "top"}, {"id": "bright", "name": "Bright", "group": "top"},
]  # fmt: skip
_HALF = _MAY | {"chips_most": 112.0}

FLAG = RedFlag(
    id="goods_change_on_the_way",
    title="Goods change their description on the way",
    cites=(CASES.passage("C1"), CASES.passage("C3"), KNOW_YOUR_CUSTOMER.passage("S3-11"),
           PIPELINE_STUDY.passage("CSIS-2")),
    severity=Severity.HIGH,
    family="goods",
    kind="diversion",
    find=find,
    says='{party} received {came} {counted} of "{came_as}" and by {on} had sent on {went} ({share:.0%}), as "{item}" '
    "to {consignee}: {change}.",
    misses="Goods mixed with others or sent on in other quantities; quantities in kilograms or cartons.",
    innocent=(
        ("The onward goods are others", "packing lists, part or serial numbers"),
        ("The forwarder's clerk shortened the text", "the commercial invoice of the same leg"),
    ),
    examples=(
        raises("40 servers in, 36 computer parts out", "acme", severity=Severity.HIGH, shipments=[_IN, _SECOND, _OUT],
               may_carry=[_MAY]),
        raises("servers taken apart", "acme", severity=Severity.HIGH, may_carry=[_APART],
               shipments=[_IN, _OUT | {"pieces": 232.0, "unit_value_usd": 30000.0}]),
        raises("two legs that add up", "acme", may_carry=[_HALF, _HALF | {"shipment": "A4"}], shipments=[
            _IN, _OUT | {"pieces": 14.0}, _OUT | {"id": "A4", "pieces": 14.0, "shipped_on": "2024-06-09"}]),
        raises("36 unknown pieces whose code changes", "acme", severity=Severity.HIGH,
               may_carry=[_MAY | {"shipment": "A2"}, _MAY],
               shipments=[_OUT | {"id": "A2", "shipper": "x", "consignee": "acme"},
                          _OUT | _RECODED | {"shipped_on": "2024-06-10"}]),
        raises("a class that falls to EAR99", "acme", severity=Severity.HIGH,
               shipments=[_IN, _SECOND, _OUT | _SAME | {"eccn": "EAR99"}]),
        raises("another code under the same name", "acme", severity=Severity.MEDIUM,
               shipments=[_IN, _SECOND, _OUT | _SAME | {"eccn": "4A090.a", "hs_code": "851762"}]),
        raises("to the end user the papers name", "acme", severity=Severity.MEDIUM, may_carry=[_MAY],
               shipments=[_IN | _NAMED, _SECOND | _NAMED, _OUT]),
        raises("within the group", "acme", severity=Severity.MEDIUM, shipments=[_IN, _SECOND, _OUT],
               may_carry=[_MAY], parties=_GROUP),
        raises("other goods of that value by weight and code", "acme", severity=Severity.MEDIUM,
               may_carry=[_MAY | {"fit": 0.18}],
               shipments=[_IN, _SECOND, _OUT | {"vague": False, "item": "power units", "hs_code": "850440"}]),
        silent("one of thirty deliveries fits by chance", may_carry=[_MAY | {"chips_most": 40.0}], shipments=[
            *(_IN | {"id": f"D{day}", "arrived_on": f"2024-04-{day:02}", "pieces": 5.0, "chips": 40.0}
              for day in range(1, 31)), _OUT | {"pieces": 5.0}]),
        silent("sent on under their name", shipments=[_IN, _SECOND, _OUT | _SAME | {"eccn": "4A090.a"}]),
        silent("a blank class where the source seldom has one", shipments=[_IN, _SECOND, _OUT | _SAME]),
        silent("a third of them", shipments=[_IN, _SECOND, _OUT | {"pieces": 13.0}],
               may_carry=[_MAY | {"chips_most": 104.0}]),
        silent("goods that are not those that had come", shipments=[_IN, _SECOND, _OUT]),
        silent("another product may be in it", shipments=[_IN, _SECOND, _OUT],
               may_carry=[_MAY | {"goods": "accelerator/a100"}]),
        silent("expensive goods nobody received as controlled", shipments=[
            _IN | {"item": "rack server", "controlled": False, "family": None, "chip": None, "recognized": False},
            _OUT]),
        silent("sent back to the maker", shipments=[_IN, _OUT | {"pieces": 30.0, "consignee": "maker"}],
               may_carry=[_MAY]),
        silent("left before they arrived", shipments=[_IN, _OUT | {"pieces": 30.0, "shipped_on": "2024-05-05"}],
               may_carry=[_MAY]),
        silent("a forwarder that holds goods for two months", may_carry=[_MAY], parties=[
            {"id": "acme", "name": "Acme Logistics", "trade": "logistics"}],
               shipments=[_IN, _OUT | {"pieces": 30.0, "shipped_on": "2024-07-20"}]),
        silent("quantity unknown", shipments=[_IN, _SECOND, _OUT | {"pieces": None}],
               may_carry=[_MAY | {"chips_most": None}]),
    ),
)  # fmt: skip
