"""How good a path is: a product of factors, each of one leg, so that the best score to go is exact.

Score = Π over legs 0.95 × Π over hand-overs (strength of the key × time fit × goods fit × quantity fit × share) ×
certainty of the end × 0.5 per party visited again. Strength: the party itself 1, controlling parent 0.9, address and
contact 0.7 and officer 0.6, these three by 1/log2(1 + crowd). Time fit halves every 180 days at rest, counted from the
first possible arrival. Goods fit: recognized 1, accelerators without product 0.9, unknown at most 0.85. Quantity fit,
of the onward leg: 0.6 for nothing to 1 for all of what had arrived, falling by the factor by which it is more; 0.6 when
unknown. Share: the fourth root of the part of what had arrived that the earlier leg brought.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.graph.tracing.arrays import Flags, Measures, Numbers
from pipelines.graph.tracing.carried import THOUSANDTHS, Asked, offered, stock, summed
from pipelines.graph.tracing.handovers import Handovers
from pipelines.graph.tracing.movement_columns import Movements
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.states import KEYLESS, States, arrivals, departures

LEG = 0.95
AGAIN = 0.5
HALF_LIFE = 180.0
DAILY = float(np.log(2) / HALF_LIFE)
QUANTITY_UNKNOWN = 0.6
LEAST_FIT = 0.1
SHARE = 0.25
NEVER = -np.inf


def supply(moves: Movements, states: States, graph: Handovers, wanted: Flags, rules: Rules) -> Measures:
    """Chips of the same goods that had arrived for each wanted state's departure, each arrival once; else 0."""
    found = np.zeros(len(states))
    before = np.flatnonzero(graph.before(wanted))
    if not len(before):
        return found
    kinds, goods = len(states.kinds), len(states.goods_names)
    met = arrivals(moves, states, before, rules)
    held = stock(states, met, kinds)
    number = np.flatnonzero(wanted)
    left = departures(moves, number, states.move[number])
    offers = offered(held, Asked(left.state, left.key, left.day), goods, kinds)
    came, asked = offers["goods"].to_numpy(), offers["number"].to_numpy()
    same = came == states.goods[asked]
    if KEYLESS in states.goods_names:
        same |= (came == states.goods_names.index(KEYLESS)) & states.own[asked]
    keys = int(max(met.key.max(), left.key.max())) + 1
    own = np.unique(left.state[np.isin(left.state * keys + left.key, met.state * keys + met.key)])
    rows = summed(held, offers.filter(pl.Series(same)), own)
    np.add.at(found, rows["number"].to_numpy(), rows["milli"].to_numpy() / THOUSANDTHS)
    return found


def quantity_fit(chips: Measures, arrived: Measures) -> Measures:
    """Weigh how much of what had arrived an onward leg is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = chips / arrived
        fit = np.where(share <= 1, QUANTITY_UNKNOWN + (1 - QUANTITY_UNKNOWN) * share, np.maximum(1 / share, LEAST_FIT))
    return np.where(np.isfinite(share), fit, QUANTITY_UNKNOWN)


@dataclass(frozen=True)
class Weights:
    """Logarithms of factors: `onward` of carrying on as a state, `leaving` of being carried on, `goal` of ending there.

    Where a path may not end, `goal` is -inf.
    """

    onward: Measures
    leaving: Measures
    goal: Measures

    def of(self, states: Numbers, goal: Measures) -> Weights:
        return Weights(self.onward[states], self.leaving[states], goal)


def weigh(states: States, arrived: Measures, counted: Measures, goal: Measures) -> Weights:
    """Weigh states; `counted` is what had arrived with unknown quantities as one chip, as the share needs it."""
    legs = LEG * np.maximum(states.fit, LEAST_FIT / 2) * quantity_fit(states.chips, arrived)
    return Weights(
        np.log(legs) - SHARE * np.log(np.maximum(counted, 1.0)),
        SHARE * np.log(np.maximum(one_if_unknown(states.chips), 1.0)),
        goal,
    )


def one_if_unknown(chips: Measures) -> Measures:
    """Count an unknown number of chips as one."""
    return np.nan_to_num(chips, nan=1.0)


def entry_weights(graph: Handovers, weights: Weights) -> Measures:
    """Logarithm of the factors of each entry; the day is taken off here and put back at the arrival."""
    result: Measures = weights.onward[graph.entry] + np.log(graph.strength) - DAILY * graph.entry_day
    return result


def query_weights(graph: Handovers, weights: Weights) -> Measures:
    """Logarithm of the factors of each query, whichever entry is taken."""
    result: Measures = weights.leaving[graph.query] + DAILY * graph.arrived
    return result


def score_to_go(graph: Handovers, weights: Weights, max_legs: int) -> list[Measures]:
    """Best logarithm still to come from each state with at most 0, 1 … `max_legs` - 1 legs more."""
    entries, queries = entry_weights(graph, weights), query_weights(graph, weights)
    best = [weights.goal]
    for _ in range(max_legs - 1):
        reached = range_max(entries + best[-1][graph.entry], graph.start, graph.stop) + queries
        further = weights.goal.copy()
        np.maximum.at(further, graph.query, reached)
        best.append(further)
    return best


def range_max(values: Measures, start: Numbers, stop: Numbers) -> Measures:
    """Largest value of each range, by doubling windows; ranges must not be empty."""
    result = np.full(len(start), NEVER)
    if not len(start):
        return result
    level = np.floor(np.log2(stop - start)).astype(np.int64)
    window = values
    for power in range(int(level.max()) + 1):
        if power:
            half = 1 << (power - 1)
            window = np.maximum(window[:-half], window[half:])
        here = level == power
        result[here] = np.maximum(window[start[here]], window[stop[here] - (1 << power)])
    return result
