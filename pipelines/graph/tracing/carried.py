"""Goods nobody recognized take the key of what had arrived: forward, leg by leg, only where plausible and enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.graph.tracing.arrays import FAR, Flags, Numbers, spans
from pipelines.graph.tracing.movement_columns import Movements
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.states import KEYLESS, NOTES, UNKNOWN, Arrivals, States, arrivals, departures, goods_key

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
    several = np.flatnonzero(np.bincount(state)[state] > 1) if len(state) else np.zeros(0, np.int64)
    order = several[np.lexsort((since[several], state[several], node[several]))]
    same = (node[order][1:] == node[order][:-1]) & (state[order][1:] == state[order][:-1])
    if not same.any():
        return np.arange(len(node))
    group = np.concatenate([[0], np.cumsum(~same)])
    covered = np.maximum.accumulate(until[order] + group * FAR * 2) - group * FAR * 2
    again = order[1:][same]
    since[again] = np.maximum(since[again], covered[:-1][same] + 1)
    kept = np.ones(len(node), bool)
    kept[again[since[again] > until[again]]] = False
    return np.flatnonzero(kept)


def _sums(values: Numbers) -> Numbers:
    return np.concatenate([[0], np.cumsum(values)])


@dataclass(frozen=True)
class Asked:
    """Departures (by their number in a caller's list) and the keys of their shippers."""

    number: Numbers
    key: Numbers
    day: Numbers

    def only(self, kept: Flags) -> Asked:
        return Asked(self.number[kept], self.key[kept], self.day[kept])


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


def summed(held: Stock, offers: pl.DataFrame, own: Numbers | None = None) -> pl.DataFrame:
    """Add offers to one row per departure and goods: `milli` chips, each arrival once, and the `kind` most of them are.

    Arrivals met through several keys of a shipper would count several times; where that can matter they are counted
    one by one. `own` are numbers that are states and may have met themselves: they are left out of their own sum.
    """
    per_goods = offers.group_by("number", "goods", maintain_order=True).agg(
        pl.col("milli").sum(),
        pl.col("key").n_unique().alias("keys"),
        pl.col("kind").sort_by("milli", "kind", descending=[True, False]).first(),
    )
    own = np.zeros(0, np.int64) if own is None else own
    alone = pl.col("number").is_in(pl.Series(own).implode())
    several = per_goods.filter((pl.col("keys") > 1) | alone).select("number", "goods")
    if several.is_empty():
        return per_goods
    exact = _each_once(held, offers.join(several, on=["number", "goods"], how="semi"), own)
    return per_goods.join(exact, on=["number", "goods"], how="left", maintain_order="left").with_columns(
        milli=pl.col("exact").fill_null(pl.when(alone).then(0).otherwise("milli"))
    )


def _each_once(held: Stock, offers: pl.DataFrame, own: Numbers) -> pl.DataFrame:
    node, day = offers["node"].to_numpy(), offers["day"].to_numpy()
    earliest = np.maximum(day - held.longest, 0)
    start = np.searchsorted(held.opened, node * FAR + earliest, "left")
    stop = np.searchsorted(held.opened, node * FAR + day, "right")
    places, which = spans(start, stop)
    number = offers["number"].to_numpy()[which]
    itself = np.isin(number, own) & (held.state[places] == number)
    there = (held.until[places] >= day[which]) & ~itself
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
    states, fresh, came = known, np.arange(len(known)), None
    asked = _asked(moves, unknown["move"].to_numpy())
    for _ in range(rules.max_legs - 1 if len(known) and len(unknown) else 0):
        new = arrivals(moves, states, fresh, rules)
        came = new if came is None else came.beside(new)
        more = _accepted(states, _judged(moves, states, _offers(states, unknown, asked, came, new), judge))
        if not len(more):
            break
        fresh = np.arange(len(states), len(states) + len(more))
        states = states.joined(more)
    return states


def _asked(moves: Movements, move: Numbers) -> Asked:
    left = departures(moves, move, move)
    return Asked(left.state, left.key, left.day)


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


def _offers(states: States, unknown: pl.DataFrame, asked: Asked, came: Arrivals, new: Arrivals) -> pl.DataFrame:
    """What had arrived for unknown goods that something new arrived for, of keys they do not carry yet."""
    goods, kinds = len(states.goods_names), len(states.kinds)
    met = offered(stock(states, new, kinds), asked, goods, kinds)["number"].unique().to_numpy()
    asked = asked.only(np.isin(asked.number, met))
    held = stock(states, came.only(np.isin(came.key, asked.key)), kinds)
    rows = summed(held, offered(held, asked, goods, kinds)).rename({"number": "move"})
    have = pl.DataFrame({"move": states.move, "goods": states.goods})
    return rows.join(have, on=["move", "goods"], how="anti").join(unknown, on="move")


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
