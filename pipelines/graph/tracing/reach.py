"""Reach: from which states a restricted end can be reached, in how few legs. Linear: one pass per leg."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.graph.tracing.arrays import Flags, Measures, Numbers
from pipelines.graph.tracing.carried import Judge, carried_states
from pipelines.graph.tracing.handovers import Handovers, handovers
from pipelines.graph.tracing.movement_columns import Movements, movements
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.states import States, recognized_states
from pipelines.normalize.plausible import plausible
from pipelines.tables import Tables

CERTAINTY = {"on_record": 1.0, "unknown_license": 0.85, "inferred": 0.7}
"""How much an end of this certainty weighs in a path's score."""

TO_BE_VERIFIED = 0.9


@dataclass(frozen=True)
class Reach:
    """Everything a trace starts from.

    `ends` has a row per (state, restricted end); `every_end` also those restricted at other times. `legs` is the fewest
    shipments from a state to an end, itself included; 0 where none was found within `rules.max_legs`.
    """

    rules: Rules
    moves: Movements
    states: States
    graph: Handovers
    ends: pl.DataFrame
    every_end: pl.DataFrame
    legs: Numbers

    @cached_property
    def is_end(self) -> Flags:
        marked = np.zeros(len(self.states), bool)
        marked[self.ends["state"].to_numpy()] = True
        return marked

    @cached_property
    def beyond(self) -> Flags:
        """States that would reach an end in one shipment more than are searched."""
        farthest = self.legs == self.rules.max_legs
        flags: Flags = self.graph.before(farthest) & (self.legs == 0)
        return flags

    @cached_property
    def certainty(self) -> Measures:
        """Weight of the surest end each state is; 0 where it is none."""
        weight = np.zeros(len(self.states))
        np.maximum.at(weight, self.ends["state"].to_numpy(), self.ends["weight"].to_numpy())
        return weight


def reach(tables: Tables, *, rules: Rules | None = None, look_back: bool = False, judge: Judge = plausible) -> Reach:
    """Find what may have reached a restricted end.

    `look_back` takes the ends that were restricted only afterwards instead of those restricted on the day.
    """
    rules = rules or Rules()
    moves = movements(tables, rules)
    states = carried_states(moves, recognized_states(moves), rules, judge)
    graph = handovers(moves, states, rules)
    every_end = restricted(tables, moves, states)
    ends = every_end.filter(pl.col("on_the_day") != look_back)
    marked = np.zeros(len(states), bool)
    marked[ends["state"].to_numpy()] = True
    return Reach(rules, moves, states, graph, ends, every_end, fewest_legs(graph, marked, rules.max_legs))


def fewest_legs(graph: Handovers, ends: Flags, max_legs: int) -> Numbers:
    """Count legs to the nearest end, itself included; 0 where none is within reach.

    An arrival reaches in h + 1 legs when its range holds a member of those that reach in h: a prefix sum says so.
    """
    legs = ends.astype(np.int64)
    fresh = ends
    for taken in range(2, max_legs + 1):
        if not fresh.any():
            break
        found = graph.before(fresh) & (legs == 0)
        legs[found] = taken
        fresh = found
    return legs


def restricted(tables: Tables, moves: Movements, states: States) -> pl.DataFrame:
    """Match restricted ends to states: rows without goods hold for what the row itself names."""
    rows = pl.DataFrame(
        {
            "shipment": moves.frame["id"].gather(states.move),
            "state": np.arange(len(states)),
            "carried": pl.Series(states.goods_names, dtype=pl.String).gather(states.goods),
            "own": states.own,
            "named": (moves.frame["recognized"].fill_null(value=True) & moves.frame["family"].is_not_null()).gather(
                states.move
            ),
        }
    )
    weight = pl.col("certainty").replace_strict(CERTAINTY, default=CERTAINTY["inferred"], return_dtype=pl.Float64)
    doubt = pl.when(pl.col("verify").fill_null(value=False)).then(TO_BE_VERIFIED).otherwise(1.0)
    goods, carried = pl.col("goods"), pl.col("carried")
    same = (goods == carried) | goods.str.starts_with(carried + "/") | carried.str.starts_with(goods + "/")
    holds = pl.when(goods.is_null()).then(pl.col("named")).otherwise(same)
    return (
        tables.frame("restricted_ends")
        .join(rows, on="shipment")
        .filter(holds)
        .with_columns(pl.col("on_the_day").fill_null(value=True), weight=weight * doubt)
        .sort("state", "party", "rule", "list", "entry", nulls_last=True)
    )
