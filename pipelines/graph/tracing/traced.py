"""What leads to ends, cut out of a reach: small enough to search and to count units on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.graph.tracing.arrays import Flags, Measures, Numbers, spans
from pipelines.graph.tracing.handovers import Handovers, handovers
from pipelines.graph.tracing.reach import Reach
from pipelines.graph.tracing.scores import Weights, one_if_unknown, supply, weigh

EXPLAINED = 0.5
"""A recognized shipment is the start of a path when less than this part of it had arrived at its shipper."""


@dataclass(frozen=True)
class Traced:
    """The part of a reach that matters, with what scores need.

    `reach` is cut down to the states from which an end can be reached (`within`) and those that take from the same
    stock, in order of departure; `kept` are their numbers in the whole. `graph` joins states within only.
    """

    reach: Reach
    kept: Numbers
    within: Flags
    graph: Handovers
    arrived: Measures
    weights: Weights
    searched: int
    """Shipments searched, those left out of this part included."""

    continued: Flags
    """States that carry on what would reach an end only in more shipments than are searched."""

    @cached_property
    def named(self) -> Flags:
        """States of shipments whose row says what the goods are, at least their family."""
        moves, states = self.reach.moves, self.reach.states
        named = moves.frame["recognized"].fill_null(value=True) & moves.frame["family"].is_not_null()
        flags: Flags = named.to_numpy()[states.move]
        return flags

    @cached_property
    def mine(self) -> Flags:
        mine = self.reach.moves.frame["mine"].fill_null(value=False).to_numpy()
        flags: Flags = mine[self.reach.states.move]
        return flags

    @cached_property
    def roots(self) -> Flags:
        """Recognized states where goods enter the records: the user's own, or not explained by what had arrived."""
        states = self.reach.states
        own = states.own & self.within & ~self.told_twice
        share = np.divide(self.arrived, states.chips, out=np.zeros(len(states)), where=states.chips > 0)
        after_own = self.graph.after(self.mine & self.within)
        flags: Flags = own & ((share < EXPLAINED) | (self.mine & ~after_own))
        return flags

    @cached_property
    def told_twice(self) -> Flags:
        """States of a family alone where the shipment carries a product as well."""
        states = self.reach.states
        carried = np.isin(states.move, states.move[~states.own])
        return states.own & carried

    @cached_property
    def legs_on(self) -> Numbers:
        """Fewest legs from each state on to an end after it; more than are searched where there is none."""
        rules, legs = self.reach.rules, self.reach.legs
        on = np.full(len(legs), rules.max_legs + 1)
        for taken in range(rules.max_legs, 0, -1):
            on[self.graph.before(self.within & (legs == taken))] = taken
        return on

    @cached_property
    def _queries(self) -> tuple[Numbers, Numbers]:
        order = np.argsort(self.graph.query, kind="stable")
        return order, np.searchsorted(self.graph.query[order], np.arange(self.graph.size + 1))

    def next_states(self, states: Numbers) -> list[int]:
        """States that may carry on one of these few, in order."""
        order, bounds = self._queries
        asked = order[spans(bounds[states], bounds[states + 1])[0]]
        places, _ = spans(self.graph.start[asked], self.graph.stop[asked])
        following: list[int] = np.unique(self.graph.entry[places]).tolist()
        return following

    @cached_property
    def end_party(self) -> Numbers:
        """Party of the surest end of each state, as a place in the parties; -1 where it is none."""
        moves, ends = self.reach.moves, self.reach.ends.sort("weight", maintain_order=True)
        place = {party: number for number, party in enumerate(moves.parties)}
        party = np.full(len(self.reach.states), -1)
        consignee = moves.consignee[self.reach.states.move]
        for state, name in ends.select("state", "party").iter_rows():
            party[state] = place.get(name, consignee[state])
        return party


def traced(whole: Reach, wanted: Flags | None = None) -> Traced:
    """Cut a reach down to the states that lead to an end (or to `wanted` states) and weigh them."""
    leading = whole.legs > 0 if wanted is None else wanted
    moves, states, rules = whole.moves, whole.states, whole.rules
    arrived = supply(moves, states, whole.graph, leading, rules)
    counted = replace(states, chips=one_if_unknown(states.chips))
    known = supply(moves, counted, whole.graph, leading, rules) if np.isnan(states.chips).any() else arrived
    reach, kept = _part(whole, np.flatnonzero(leading | whole.graph.after(leading)))
    within = leading[kept]
    with np.errstate(divide="ignore"):
        goal = np.log(reach.certainty)
    weights = weigh(reach.states, arrived[kept], known[kept], goal)
    graph, continued = reach.graph.among(within, within), whole.graph.after(whole.beyond)[kept]
    return Traced(reach, kept, within, graph, arrived[kept], weights, len(moves.frame), continued)


def _part(whole: Reach, kept: Numbers) -> tuple[Reach, Numbers]:
    """Take some states of a reach, ordered by departure, shipment id and goods."""
    moves, rows = whole.moves.part(np.unique(whole.states.move[kept]))
    place = np.full(len(whole.moves.frame), -1)
    place[rows] = np.arange(len(rows))
    kept = kept[np.lexsort((whole.states.goods[kept], place[whole.states.move[kept]]))]
    number = np.full(len(whole.states), -1)
    number[kept] = np.arange(len(kept))
    states = whole.states.part(kept, place, number)
    ends, every_end = (_renumbered(frame, number) for frame in (whole.ends, whole.every_end))
    graph = handovers(moves, states, whole.rules)
    return Reach(whole.rules, moves, states, graph, ends, every_end, whole.legs[kept]), kept


def _renumbered(frame: pl.DataFrame, number: Numbers) -> pl.DataFrame:
    return frame.with_columns(state=pl.Series(number[frame["state"].to_numpy()])).filter(pl.col("state") >= 0)
