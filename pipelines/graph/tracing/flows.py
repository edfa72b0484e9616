"""Flows of chips over hand-overs: how many at most (maximum flow), and how many likely (a walk through time)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from pipelines.graph.tracing.arrays import Flags, Measures, Numbers

MOST = 2**30
"""Chips of a line of unknown quantity, and the most any flow counts: 32-bit integers are what SciPy takes."""


@dataclass(frozen=True)
class Net:
    """States in an order of departure and the hand-overs among them.

    `chips` is how much each state carries, `room` how much may pass at each hand-over.
    """

    chips: Numbers
    source: Numbers
    target: Numbers
    room: Numbers

    def without(self, states: Flags) -> Net:
        """The same without these states."""
        return self._kept(np.where(states, 0, self.chips), ~(states[self.source] | states[self.target]))

    def cut_before(self, states: Flags) -> Net:
        """The same without what leads into these states."""
        return self._kept(self.chips, ~states[self.target])

    def along(self, edges: Flags) -> Net:
        """The same with these hand-overs only."""
        return self._kept(self.chips, edges)

    def _kept(self, chips: Numbers, edges: Flags) -> Net:
        return Net(chips, self.source[edges], self.target[edges], self.room[edges])

    def unexplained(self) -> Numbers:
        """Chips of each state beyond all that could have been handed over to it."""
        offered = np.bincount(self.target, weights=self.room, minlength=len(self.chips))
        return np.maximum(self.chips - np.rint(offered).astype(np.int64), 0)

    def downstream(self, states: Flags) -> Flags:
        """States that may hold goods of these, themselves included."""
        found = states.copy()
        while True:
            more = np.unique(self.target[found[self.source] & ~found[self.target]])
            if not len(more):
                return found
            found[more] = True


def most_flow(net: Net, given: Numbers, ends: Flags) -> int:
    """Most chips that may come from sources (`given` of each state) into ends; no state carries more than its own."""
    size = len(net.chips)
    start, stop = 2 * size, 2 * size + 1
    state = np.arange(size)
    sources, sinks = np.flatnonzero(given > 0), np.flatnonzero(ends)
    if not len(sources) or not len(sinks):
        return 0
    head = np.concatenate([state, net.source + size, np.full(len(sources), start), sinks + size])
    tail = np.concatenate([state + size, net.target, sources, np.full(len(sinks), stop)])
    room = np.concatenate([net.chips, net.room, given[sources], net.chips[sinks]])
    scale = max(1, -(-int(given.sum()) // MOST))
    capacity = csr_matrix((np.ceil(room / scale).astype(np.int32), (head, tail)), shape=(size * 2 + 2,) * 2)
    return int(maximum_flow(capacity, start, stop).flow_value) * scale


def tagged(net: Net, given: Flags, ends: Flags, *, oldest_first: bool) -> float:
    """Chips of the given states that stand in ends when every departure takes from what is there.

    It takes from the arrivals it can carry on, in proportion to what is left of each, or the oldest first; states must
    be in order of departure. What no arrival explains is not of the given states.
    """
    left = net.chips.astype(float)
    share = np.zeros(len(left))
    later = net.source < net.target
    order = np.lexsort((net.source[later], net.target[later]))
    source, target = net.source[later][order], net.target[later][order]
    bounds = np.searchsorted(target, np.arange(len(left) + 1))
    for state in range(len(left)):
        wanted, lots = left[state], source[bounds[state] : bounds[state + 1]]
        taken = _taken(left[lots], wanted, oldest_first=oldest_first)
        left[lots] -= taken
        of_given = float((taken * share[lots]).sum()) / wanted if wanted else 0.0
        share[state] = 1.0 if given[state] else of_given
    return float((share * net.chips)[ends].sum())


def _taken(there: Measures, wanted: float, *, oldest_first: bool) -> Measures:
    total = float(there.sum())
    if total <= wanted:
        return there.copy()
    if not oldest_first:
        return there * (wanted / total)
    before = np.concatenate([[0.0], np.cumsum(there)[:-1]])
    result: Measures = np.clip(wanted - before, 0, there)
    return result
