"""What a party received leaves it under another name, code or class, in the same quantity."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import narwhals as nw

from monitor.evidence import (
    CONSIGNED_TO,
    HS_CODES,
    Frame,
    as_announced,
    following,
    graded,
    in_set,
    moving,
    possible_products,
    same_product,
    true,
)
from monitor.guidance import CASES, KNOW_YOUR_CUSTOMER, SMUGGLING_PIPELINE
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

SUMS = (("all_came_", "upto_"), ("all_came_", "leg_"), ("came_", "after_"), ("came_", "leg_"))
"""Quantities compared, the sums first: what had come with what left up to a leg, and so down to one and one."""


def find(tables: Tables, *, dwell: int = 180, forwarder_dwell: int = 45, least: float = 0.8, most: float = 1.1,
         least_fit: float = 0.25, hs_codes: Sequence[str] = HS_CODES) -> Frame:  # fmt: skip
    """Compare controlled goods that came to a party with what it sent on within `dwell` days (or `forwarder_dwell`).

    Onward goods are controlled ones, or unknown ones that may be those that had come. Their quantity must be `least`
    to `most` of it, one leg or the sum of legs (vague ones, or of one text) on either side, and the description fall
    from recognized to vague, the HS code leave the set, or the ECCN fall to EAR99 (or to blank, where the source fills
    it). Medium where the goods keep their name, go to the end user the inbound papers name or stay in the group, and
    where the text is not vague and the goods fit worse than `least_fit`. Unknown quantities are no evidence.
    """
    came, went = _came(tables, hs_codes), _went(tables, hs_codes)
    stays = nw.when(nw.col("passes_on")).then(forwarder_dwell).otherwise(dwell)
    pairs = (
        following(came, went, first_day="came_day", then_day="left_day", days=dwell)
        .filter(nw.col("left_day") <= nw.col("came_day") + stays, nw.col("supplier") != nw.col("consignee"))
        .with_columns(change=_change())
        .filter(~nw.col("change").is_null(), same_product("came_carried", "carried"))
    )
    fitting = _quantities(_summed(pairs, dwell), least, most).filter(~nw.col("came").is_null())
    return (
        as_announced(fitting, tables)
        .with_columns(share=nw.col("went") / nw.col("came"), severity=_severity(least_fit))
        .select("party", "shipment", "delivery", "came", "came_as", "went", "counted", "item", "consignee", "on",
                "share", "change", "severity", inferred=~nw.col("recognized"))
        .unique()
    )  # fmt: skip


def _came(tables: Tables, hs_codes: Sequence[str]) -> Frame:
    passes_on = nw.col("trade").is_in(CONSIGNED_TO).fill_null(value=False)
    trades = tables.parties.select(passes_on=passes_on, trader="id")
    return (
        possible_products(tables)
        .filter(moving(), nw.col("pieces") > 0)
        .join(trades, left_on="consignee", right_on="trader", how="left")
        .select(
            party="consignee", delivery="id", supplier="shipper", came_as="item", came_hs="hs_code",
            came_carried="carried", came_day=nw.coalesce("arrived_day", "shipped_day"), came_pieces="pieces",
            came_chips="carried_chips", came_known=true("recognized"), came_in_set=in_set(hs_codes),
            passes_on=true("passes_on"),
            came_controlled=nw.col("eccn").str.contains(r"^[34][Aa]090|\.[Zz]$").fill_null(value=False),
        )
    )  # fmt: skip


def _went(tables: Tables, hs_codes: Sequence[str]) -> Frame:
    fills = tables.fills.filter(
        nw.col("table") == "shipments", nw.col("column") == "eccn", nw.col("share") >= 0.5
    ).select("source", fills_eccn=nw.lit(value=True))
    vague = true("vague") & ~true("recognized")
    text = nw.when(vague).then(nw.lit("")).otherwise(nw.col("item").str.to_lowercase())
    return (
        possible_products(tables)
        .filter(moving(), nw.col("pieces") > 0)
        .join(fills, on="source", how="left")
        .select(
            "item", "consignee", "hs_code", "carried", "fit", party="shipper", shipment="id", left_day="shipped_day",
            on="shipped_on", leg_pieces="pieces", leg_chips="carried_chips", recognized=true("recognized"),
            hidden=vague, text=text, in_set=in_set(hs_codes), ear99=nw.col("eccn").str.to_uppercase() == "EAR99",
            blank=nw.col("eccn").is_null() & true("fills_eccn"),
        )
        .filter(nw.col("hidden") | ~nw.col("in_set") | nw.col("ear99") | nw.col("blank"))
    )  # fmt: skip


def _change() -> nw.Expr:
    """How the goods changed, in words; null when they did not."""
    vague = nw.col("came_known") & nw.col("hidden")
    recoded = nw.col("came_in_set") & ~nw.col("in_set")
    codes = nw.concat_str(nw.lit("HS code "), _dotted("came_hs"), nw.lit(" becomes "), _dotted("hs_code"))
    return nw.coalesce(
        nw.when(vague).then(nw.lit("the description falls from recognized to vague")),
        nw.when(nw.col("came_controlled") & nw.col("ear99")).then(nw.lit("the controlled ECCN becomes EAR99")),
        nw.when(recoded).then(codes),
        nw.when(nw.col("came_controlled") & nw.col("blank")).then(nw.lit("the controlled ECCN is gone")),
    )


def _dotted(code: str) -> nw.Expr:
    return nw.concat_str(nw.col(code).str.slice(0, 4), nw.lit("."), nw.col(code).str.slice(4, 2))


def _severity(least_fit: float) -> nw.Expr:
    falsely = nw.col("ear99") & nw.col("came_controlled")
    keeps_name = nw.col("recognized") & ~falsely.fill_null(value=False)
    unlike = ~nw.col("hidden") & (nw.col("fit") < least_fit)
    return graded("high", (keeps_name | unlike | nw.col("as_named") | nw.col("in_group"), "medium"))


def _summed(pairs: Frame, dwell: int) -> Frame:
    """Add to each pair the sums of what had come before a leg, and of what changed legs left after or up to one."""
    leg, delivery = ["shipment", "carried"], ["delivery", "came_carried", "text"]
    before = pairs.group_by(leg).agg(
        all_came_pieces=nw.col("came_pieces").sum(), all_came_chips=nw.col("came_chips").sum()
    )
    after = pairs.group_by(delivery).agg(after_pieces=nw.col("leg_pieces").sum(), after_chips=nw.col("leg_chips").sum())
    legs = pairs.select("party", "text", *leg, "left_day", "leg_pieces", "leg_chips").unique()
    earlier = legs.select(
        "party", "leg_pieces", "leg_chips", left_before="left_day", with_text="text", with_product="carried"
    )
    upto = (
        following(earlier, legs.select("party", "text", "left_day", *leg), first_day="left_before",
                  then_day="left_day", days=dwell)
        .filter(nw.col("text") == nw.col("with_text"), same_product("carried", "with_product"))
        .group_by(leg)
        .agg(upto_pieces=nw.col("leg_pieces").sum(), upto_chips=nw.col("leg_chips").sum())
    )  # fmt: skip
    return pairs.join(before, on=leg).join(after, on=delivery).join(upto, on=leg)


def _quantities(pairs: Frame, least: float, most: float) -> Frame:
    """Add the first fitting pair of quantities: pieces, unless accelerators are known and disagree; else these."""
    fits: list[tuple[nw.Expr, str, str, str]] = []
    for came, went in SUMS:
        by_chips = _within(f"{came}chips", f"{went}chips", least, most)
        uncounted = ~((nw.col(f"{came}chips") > 0) & (nw.col(f"{went}chips") > 0)).fill_null(value=False)
        by_pieces = _within(f"{came}pieces", f"{went}pieces", least, most)
        fits.append((by_pieces & (by_chips | uncounted), f"{came}pieces", f"{went}pieces", "pieces"))
        fits.append((by_chips, f"{came}chips", f"{went}chips", "accelerators"))
    none, nothing = nw.lit(None, dtype=nw.Float64), nw.lit(None, dtype=nw.String)
    return pairs.with_columns(
        came=reduce(lambda rest, each: nw.when(each[0]).then(nw.col(each[1])).otherwise(rest), reversed(fits), none),
        went=reduce(lambda rest, each: nw.when(each[0]).then(nw.col(each[2])).otherwise(rest), reversed(fits), none),
        counted=reduce(lambda rest, each: nw.when(each[0]).then(nw.lit(each[3])).otherwise(rest), reversed(fits),
                       nothing),
    )  # fmt: skip


def _within(have: str, sent: str, least: float, most: float) -> nw.Expr:
    fits = (nw.col(have) > 0) & (nw.col(sent) >= least * nw.col(have)) & (nw.col(sent) <= most * nw.col(have))
    return fits.fill_null(value=False)


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
           SMUGGLING_PIPELINE.passage("CSIS-2")),
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
