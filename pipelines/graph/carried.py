"""Goods nobody recognized take the key of what had arrived: forward, leg by leg, only where plausible and enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.graph.arrays import FAR, Numbers, spans
from pipelines.graph.movement_columns import Movements
from pipelines.graph.rules import Rules
from pipelines.graph.states import KEYLESS, NOTES, UNKNOWN, Arrivals, States, arrivals, departures, goods_key

Judge = Callable[[pl.DataFrame], pl.DataFrame]
"""`pipelines.normalize.plausible.plausible`, or another with its columns."""

NAMED_FIT = 0.9
"""Goods fit of accelerators whose product is not named."""

UNKNOWN_FIT = 0.85
"""Most goods fit of unknown goods."""

THOUSANDTHS = 1000
BOUNDLESS = 10**12
"""Thousandths of a chip that stand for an unknown quantity: more than any line, and a million of them still add."""


@dataclass(frozen=True)
class Stock:
    """Arrivals by node (key, goods, kind), so that what had arrived on a day is two binary searches."""

    node: Numbers
    since: Numbers
    until: Numbers
    state: Numbers
    chips: Numbers
    opened: Numbers
    closed: Numbers
    sum_opened: Numbers
    sum_closed: Numbers
    longest: int

    def on(self, node: Numbers, day: Numbers) -> Numbers:
        """Thousandths of chips that had arrived at these nodes and may still leave on these days."""
        code = node * FAR + day
        came = self.sum_opened[np.searchsorted(self.opened, code, "right")]
        gone = self.sum_closed[np.searchsorted(self.closed, code, "left")]
        return came - gone


def stock(states: States, held: Arrivals, kinds: int) -> Stock:
    """Sort arrivals for `Stock.on`."""
    node = (held.key * len(states.goods_names) + states.goods[held.state]) * kinds + states.kind[held.state]
    milli = np.nan_to_num(states.chips[held.state] * THOUSANDTHS, nan=BOUNDLESS)
    chips: Numbers = np.minimum(np.rint(milli), BOUNDLESS).astype(np.int64)
    since, until = held.since.copy(), np.minimum(held.until, FAR - 1)
    kept = _apart(node, held.state, since, until)
    node, since, until, state, chips = node[kept], since[kept], until[kept], held.state[kept], chips[kept]
    opened, closed = node * FAR + since, node * FAR + until
    first, last = np.argsort(opened, kind="stable"), np.argsort(closed, kind="stable")
    return Stock(
        node[first],
        since[first],
        until[first],
        state[first],
        chips[first],
        opened[first],
        closed[last],
        _sums(chips[first]),
        _sums(chips[last]),
        int((until - since).max(initial=0)),
    )


def _apart(node: Numbers, state: Numbers, since: Numbers, until: Numbers) -> Numbers:
    """Cut intervals of one state at one node so that none overlap (in place); say which are left."""
    order = np.lexsort((since, state, node))
    same = (node[order][1:] == node[order][:-1]) & (state[order][1:] == state[order][:-1])
    if not same.any():
        return np.arange(len(node))
    group = np.concatenate([[0], np.cumsum(~same)])
    covered = np.maximum.accumulate(until[order] + group * FAR * 2) - group * FAR * 2
    again = order[1:][same]
    since[again] = np.maximum(since[again], covered[:-1][same] + 1)
    return np.sort(np.concatenate([order[:1], order[1:][~same], again[since[again] <= until[again]]]))


def _sums(values: Numbers) -> Numbers:
    return np.concatenate([[0], np.cumsum(values)])


@dataclass(frozen=True)
class Asked:
    """Departures (by their number in a caller's list) and the keys of their shippers."""

    number: Numbers
    key: Numbers
    day: Numbers


def offered(held: Stock, asked: Asked, goods: int, kinds: int) -> pl.DataFrame:
    """What had arrived for each departure: a row per departure, key, goods and kind with `milli` chips above 0."""
    nodes = np.unique(held.node)
    width = goods * kinds
    places, which = spans(np.searchsorted(nodes, asked.key * width), np.searchsorted(nodes, (asked.key + 1) * width))
    node, day = nodes[places], asked.day[which]
    frame = pl.DataFrame(
        {
            "number": asked.number[which],
            "key": asked.key[which],
            "day": day,
            "node": node,
            "goods": node // kinds % goods,
            "kind": node % kinds,
            "milli": held.on(node, day),
        }
    )
    return frame.filter(pl.col("milli") > 0)


def summed(held: Stock, offers: pl.DataFrame) -> pl.DataFrame:
    """Add offers to one row per departure and goods: `milli` chips, each arrival once, and the `kind` most of them are.

    Arrivals met through several keys of a shipper would count several times; where that can matter they are counted
    one by one.
    """
    per_goods = offers.group_by("number", "goods", maintain_order=True).agg(
        pl.col("milli").sum(),
        pl.col("key").n_unique().alias("keys"),
        pl.col("kind").sort_by("milli", "kind", descending=[True, False]).first(),
    )
    several = per_goods.filter(pl.col("keys") > 1).select("number", "goods")
    if several.is_empty():
        return per_goods
    exact = _each_once(held, offers.join(several, on=["number", "goods"], how="semi"))
    return per_goods.join(exact, on=["number", "goods"], how="left", maintain_order="left").with_columns(
        milli=pl.col("exact").fill_null(pl.col("milli"))
    )


def _each_once(held: Stock, offers: pl.DataFrame) -> pl.DataFrame:
    node, day = offers["node"].to_numpy(), offers["day"].to_numpy()
    earliest = np.maximum(day - held.longest, 0)
    start = np.searchsorted(held.opened, node * FAR + earliest, "left")
    stop = np.searchsorted(held.opened, node * FAR + day, "right")
    places, which = spans(start, stop)
    there = held.until[places] >= day[which]
    places, which = places[there], which[there]
    return (
        pl.DataFrame(
            {
                "number": offers["number"].to_numpy()[which],
                "goods": offers["goods"].to_numpy()[which],
                "state": held.state[places],
                "chips": held.chips[places],
            }
        )
        .unique(["number", "goods", "state"])
        .group_by("number", "goods")
        .agg(pl.col("chips").sum().alias("exact"))
    )


def carried_states(moves: Movements, known: States, rules: Rules, judge: Judge) -> States:
    """Add a state for every key unknown goods may carry.

    A shipment of unknown goods, or of accelerators without their product, may carry a key when goods of it had
    arrived at its shipper (recognized or carried), `judge` finds it plausible, and it holds no more chips than had
    arrived within dwell. Pass by pass, one leg each.
    """
    unknown = _unknown(moves)
    states = known
    for _ in range(rules.max_legs - 1):
        more = _pass(moves, states, unknown, rules, judge) if len(unknown) else None
        if more is None:
            break
        states = states.joined(more)
    return states


def _unknown(moves: Movements) -> pl.DataFrame:
    wanted = goods_key().alias("own_goods")
    return (
        moves.frame.select(
            wanted,
            "family",
            "unit_value_usd",
            "hs_code",
            "weight_kg",
            "pieces",
            "serial_numbers",
            own_chips="chips_per_piece",
        )
        .with_row_index("move")
        .filter(pl.col("own_goods").is_null() | (pl.col("own_goods") == KEYLESS))
        .with_columns(pl.col("move").cast(pl.Int64))
    )


def _pass(moves: Movements, states: States, unknown: pl.DataFrame, rules: Rules, judge: Judge) -> States | None:
    every = np.arange(len(states))
    kinds = len(states.kinds)
    held = stock(states, arrivals(moves, states, every, rules), kinds)
    move = unknown["move"].to_numpy()
    left = departures(moves, move, move)
    offers = offered(held, Asked(left.state, left.key, left.day), len(states.goods_names), kinds)
    rows = summed(held, offers).rename({"number": "move"})
    have = pl.DataFrame({"move": states.move, "goods": states.goods})
    rows = rows.join(have, on=["move", "goods"], how="anti").join(unknown, on="move")
    if rows.is_empty():
        return None
    accepted = _accepted(states, _judged(moves, states, rows, judge))
    return accepted if len(accepted) else None


def _judged(moves: Movements, states: States, rows: pl.DataFrame, judge: Judge) -> pl.DataFrame:
    kinds, names = states.kinds, states.goods_names
    rows = rows.with_columns(
        pl.col("goods").replace_strict(dict(enumerate(names)), return_dtype=pl.String).alias("goods_name"),
        pl.col("kind")
        .replace_strict({at: form for at, (form, _) in enumerate(kinds)}, return_dtype=pl.String)
        .alias("arrived_form"),
        pl.col("kind")
        .replace_strict({at: each for at, (_, each) in enumerate(kinds)}, return_dtype=pl.Float64)
        .replace(UNKNOWN, None)
        .alias("arrived_chips_per_piece"),
    ).sort("move", "goods")
    rows = rows.with_columns(serial_match=_serial_match(moves, states, rows))
    seen = rows.select(
        "move",
        "unit_value_usd",
        "hs_code",
        "weight_kg",
        "pieces",
        "serial_match",
        "arrived_form",
        "arrived_chips_per_piece",
        number="goods",
        goods="goods_name",
    )
    found = judge(seen).select(
        "move", "number", "plausible", "assumed_form", "assumed_chips_per_piece", "fits", "misfits", "fit"
    )
    return rows.join(found, left_on=["move", "goods"], right_on=["move", "number"], how="inner").sort("move", "goods")


def _serial_match(moves: Movements, states: States, rows: pl.DataFrame) -> pl.Series:
    """Whether a serial number of the row is one of recognized goods of that key."""
    own = states.move[states.own]
    serials = moves.frame.select("serial_numbers")[own].with_columns(goods=pl.Series(states.goods[states.own]))
    serials = serials.explode("serial_numbers").drop_nulls().unique()
    numbered = rows.select("serial_numbers", "goods").with_row_index("row").explode("serial_numbers").drop_nulls()
    matched = numbered.join(serials, on=["serial_numbers", "goods"], how="semi")["row"].unique()
    return pl.Series("serial_match", np.isin(np.arange(len(rows)), matched.to_numpy()))


def _accepted(states: States, rows: pl.DataFrame) -> States:
    """Keep what is plausible and not more than had arrived; unknown pieces cannot be too many."""
    numbered = pl.col("serial_match")  # the very pieces that arrived, whatever their value says
    assumed = pl.when(numbered).then("arrived_chips_per_piece").otherwise("assumed_chips_per_piece")
    each = pl.col("own_chips").fill_null(assumed)
    chips = pl.when(pl.col("pieces") > 0).then(pl.col("pieces") * each)
    named = pl.col("own_goods").is_not_null()
    rows = rows.with_columns(each=each, chips=chips).filter(
        pl.col("plausible").fill_null(value=False) | named,
        pl.col("chips").is_null() | (pl.col("chips") * THOUSANDTHS <= pl.col("milli") + 0.5),
    )
    kinds = dict(zip(states.kinds, range(len(states.kinds)), strict=True))
    form = pl.when(numbered).then("arrived_form").otherwise("assumed_form")
    formed = rows.select(form.alias("form"), pl.col("each").fill_null(UNKNOWN)).iter_rows()
    kind = [kinds.setdefault(each_kind, len(kinds)) for each_kind in formed]
    fit = pl.when(named).then(NAMED_FIT).otherwise(pl.col("fit").fill_null(0.5).clip(0.05, 1) * UNKNOWN_FIT)
    number = pl.int_range(pl.len()).cast(pl.Int64) + len(states)
    return States(
        rows["move"].to_numpy(),
        rows["goods"].to_numpy(),
        np.zeros(len(rows), bool),
        rows["chips"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        np.array(kind, np.int64),
        rows.select(fit.alias("fit"))["fit"].to_numpy(),
        states.goods_names,
        tuple(kinds),
        rows.select(number.alias("state"), *(pl.col(each).cast(NOTES[each]) for each in ("fits", "misfits"))),
    )
