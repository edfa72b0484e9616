"""What a party received leaves it under another name, code or class, in the same quantity."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import narwhals as nw

from monitor.evidence import CONSIGNED_TO, Frame, following, moving, possible_shipments, true
from monitor.guidance import CASES, KNOW_YOUR_CUSTOMER, SMUGGLING_PIPELINE
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

HS_CODES = ("847141", "847149", "847150", "847180", "847190", "847330", "847350", "854231", "854239")
"""Codes under which accelerators, boards and servers are declared; practice differs by country."""


def find(tables: Tables, *, dwell: int = 180, forwarder_dwell: int = 45, least: float = 0.8, most: float = 1.1,
         unit_value: float = 5000.0, hs_codes: Sequence[str] = HS_CODES) -> Frame:  # fmt: skip
    """Compare what came to a party with what it sent on within `dwell` days (forwarders: `forwarder_dwell`).

    The onward quantity must be `least` to `most` of what came, one leg or the sum of legs on either side, in pieces
    or in accelerators (servers taken apart), and the description must fall from recognized to vague, the HS code
    leave the set, or the ECCN fall to EAR99 (or to blank, where the source fills it). Onward goods known to be cheap or
    something else, and unknown quantities, are no evidence.
    """
    came = _came(tables, unit_value, hs_codes)
    went = _went(tables, unit_value, hs_codes)
    stays = nw.when(nw.col("passes_on")).then(forwarder_dwell).otherwise(dwell)
    pairs = (
        following(came, went, first_day="came_day", then_day="left_day", days=dwell)
        .filter(nw.col("left_day") <= nw.col("came_day") + stays, nw.col("supplier") != nw.col("consignee"))
        .with_columns(change=_change())
        .filter(~nw.col("change").is_null(), _same_chip())
    )
    return (
        _quantities(_summed(pairs, dwell), least, most)
        .filter(~nw.col("came").is_null())
        .with_columns(share=nw.col("went") / nw.col("came"))
        .select("party", "shipment", "delivery", "came", "came_as", "went", "item", "consignee", "on", "share",
                "change", inferred=~nw.col("recognized"))
    )  # fmt: skip


def _in_set(hs_codes: Sequence[str]) -> nw.Expr:
    """Whether the code is in the set; null when it is unknown or too short to say."""
    return nw.when(nw.col("hs_code").str.len_chars() >= 6).then(nw.col("hs_code").str.slice(0, 6).is_in(hs_codes))


def _came(tables: Tables, unit_value: float, hs_codes: Sequence[str]) -> Frame:
    passes_on = nw.col("trade").is_in(CONSIGNED_TO).fill_null(value=False)
    trades = tables.parties.select(passes_on=passes_on, trader="id")
    return (
        possible_shipments(tables, unit_value)
        .filter(moving(), nw.col("pieces") > 0)
        .join(trades, left_on="consignee", right_on="trader", how="left")
        .select(
            party="consignee", delivery="id", supplier="shipper", came_as="item", came_hs="hs_code", came_chip="chip",
            came_day=nw.coalesce("arrived_day", "shipped_day"), came_pieces="pieces", came_chips="chips",
            came_known=true("recognized"), came_in_set=_in_set(hs_codes), passes_on=true("passes_on"),
            came_controlled=nw.col("eccn").str.contains(r"^[34][Aa]090|\.[Zz]$").fill_null(value=False),
        )
    )  # fmt: skip


def _went(tables: Tables, unit_value: float, hs_codes: Sequence[str]) -> Frame:
    fills = tables.fills.filter(
        nw.col("table") == "shipments", nw.col("column") == "eccn", nw.col("share") >= 0.5
    ).select("source", fills_eccn=nw.lit(value=True))
    cheap = (nw.col("unit_value_usd") < unit_value).fill_null(value=False)
    ordinary = (nw.col("family") == "other").fill_null(value=False)
    blank = nw.col("eccn").is_null() & true("fills_eccn")
    return (
        tables.shipments.filter(moving(), nw.col("pieces") > 0)
        .filter(~ordinary, ~cheap)
        .join(fills, on="source", how="left")
        .select(
            "item", "consignee", "hs_code", "chip", party="shipper", shipment="id", left_day="shipped_day",
            on="shipped_on", pieces="pieces", chips="chips", recognized=true("recognized"), vague=true("vague"),
            in_set=_in_set(hs_codes), decontrolled=(nw.col("eccn").str.to_uppercase() == "EAR99") | blank,
        )
        .filter((nw.col("vague") & ~nw.col("recognized")) | ~nw.col("in_set") | nw.col("decontrolled"))
    )  # fmt: skip


def _change() -> nw.Expr:
    """How the goods changed, in words; null when they did not."""
    vague = nw.col("came_known") & nw.col("vague") & ~nw.col("recognized")
    recoded = nw.col("came_in_set") & ~nw.col("in_set")
    declassed = nw.col("came_controlled") & nw.col("decontrolled")
    codes = nw.concat_str(nw.lit("HS code "), nw.col("came_hs"), nw.lit(" becomes "), nw.col("hs_code"))
    return nw.coalesce(
        nw.when(vague).then(nw.lit("the description falls from recognized to vague")),
        nw.when(recoded).then(codes),
        nw.when(declassed).then(nw.lit("the controlled ECCN is gone")),
    )


def _same_chip() -> nw.Expr:
    return nw.col("came_chip").is_null() | nw.col("chip").is_null() | (nw.col("came_chip") == nw.col("chip"))


def _summed(pairs: Frame, dwell: int) -> Frame:
    """Add to each pair the sums of what had come before a leg, and of what changed legs left after or up to one."""
    before = pairs.group_by("shipment").agg(
        all_came_pieces=nw.col("came_pieces").sum(), all_came_chips=nw.col("came_chips").sum()
    )
    after = pairs.group_by("delivery").agg(all_pieces=nw.col("pieces").sum(), all_chips=nw.col("chips").sum())
    legs = pairs.select("party", "shipment", "left_day", "pieces", "chips").unique()
    earlier = legs.select("party", leg="shipment", leg_day="left_day", leg_pieces="pieces", leg_chips="chips")
    upto = (
        following(earlier, legs.select("party", "shipment", "left_day"), first_day="leg_day", then_day="left_day",
                  days=dwell)
        .group_by("shipment")
        .agg(upto_pieces=nw.col("leg_pieces").sum(), upto_chips=nw.col("leg_chips").sum())
    )  # fmt: skip
    return pairs.join(before, on="shipment").join(after, on="delivery").join(upto, on="shipment")


def _quantities(pairs: Frame, least: float, most: float) -> Frame:
    """Add the first fitting pair of quantities: one leg or sums on either side; pieces, chips, or pieces as chips."""
    unnamed = ~nw.col("recognized")
    fits: list[tuple[nw.Expr, nw.Expr, nw.Expr]] = []
    for came, went in (("all_came_", "upto_"), ("all_came_", ""), ("came_", "all_"), ("came_", "")):
        for of_came, of_went, applies in (
            ("pieces", "pieces", nw.lit(value=True)),
            ("chips", "chips", nw.lit(value=True)),
            ("chips", "pieces", unnamed),
        ):
            have, sent = nw.col(came + of_came), nw.col(went + of_went)
            fit = applies & (have > 0) & (sent >= least * have) & (sent <= most * have)
            fits.append((fit, have, sent))
    none = nw.lit(None, dtype=nw.Float64)
    return pairs.with_columns(
        came=reduce(lambda rest, each: nw.when(each[0]).then(each[1]).otherwise(rest), reversed(fits), none),
        went=reduce(lambda rest, each: nw.when(each[0]).then(each[2]).otherwise(rest), reversed(fits), none),
    )


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
_RECODED = {"hs_code": "853690", "item": "adapter modules"}
_SAME: dict[str, object] = {"item": "NVIDIA HGX H100", "vague": False, "recognized": True, "family": "accelerator",
                            "chip": "h100", "chips": 288.0}  # fmt: skip

FLAG = RedFlag(
    id="goods_change_on_the_way",
    title="Goods change their description on the way",
    cites=(CASES.passage("C1"), CASES.passage("C3"), KNOW_YOUR_CUSTOMER.passage("S3-11"),
           SMUGGLING_PIPELINE.passage("CSIS-2")),
    severity=Severity.HIGH,
    family="goods",
    kind="diversion",
    find=find,
    says='{party} received {came} of "{came_as}" and on {on} had sent on {went} ({share:.0%}), as "{item}" to '
    "{consignee}: {change}.",
    misses="Goods mixed with others or sent on in other quantities; quantities in kilograms or cartons.",
    innocent=(
        ("the onward goods are others", "packing lists, part or serial numbers"),
        ("the forwarder's clerk shortened the text", "the commercial invoice of the same leg"),
    ),
    examples=(
        raises("40 servers in, 36 computer parts out", "acme", severity=Severity.HIGH, shipments=[_IN, _SECOND, _OUT]),
        raises("servers taken apart", "acme", shipments=[_IN, _OUT | {"pieces": 232.0, "unit_value_usd": 30000.0}]),
        raises("two legs that add up", "acme", shipments=[
            _IN, _OUT | {"pieces": 14.0}, _OUT | {"id": "A4", "pieces": 14.0, "shipped_on": "2024-06-09"}]),
        raises("36 unknown pieces whose code changes", "acme",
               shipments=[_OUT | {"id": "A2", "shipper": "x", "consignee": "acme"},
                          _OUT | _RECODED | {"shipped_on": "2024-06-10"}]),
        raises("a class that falls to EAR99", "acme", shipments=[_IN, _SECOND, _OUT | _SAME | {"eccn": "EAR99"}]),
        silent("sent on under their name", shipments=[_IN, _SECOND, _OUT | _SAME | {"eccn": "4A090.a"}]),
        silent("a blank class where the source seldom has one", shipments=[_IN, _SECOND, _OUT | _SAME]),
        silent("a third of them", shipments=[_IN, _SECOND, _OUT | {"pieces": 13.0}]),
        silent("computer parts at 40 USD a piece", shipments=[_IN, _SECOND, _OUT | {"unit_value_usd": 40.0}]),
        silent("sent back to the maker", shipments=[_IN, _OUT | {"pieces": 30.0, "consignee": "maker"}]),
        silent("left before they arrived", shipments=[_IN, _OUT | {"pieces": 30.0, "shipped_on": "2024-05-05"}]),
        silent("a forwarder that holds goods for two months", parties=[
            {"id": "acme", "name": "Acme Logistics", "trade": "logistics"}],
               shipments=[_IN, _OUT | {"pieces": 30.0, "shipped_on": "2024-07-20"}]),
        silent("quantity unknown", shipments=[_IN, _SECOND, _OUT | {"pieces": None}]),
    ),
)  # fmt: skip
