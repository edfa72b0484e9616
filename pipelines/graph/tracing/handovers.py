"""Which state may carry on which: departures sorted once, and each arrival's contiguous range of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.graph.tracing.arrays import FAR, Flags, Measures, Numbers, spans
from pipelines.graph.tracing.movement_columns import Movements
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.states import KEYLESS, Arrivals, Departures, States, arrivals, departures


@dataclass(frozen=True)
class Handovers:
    """Possible hand-overs of `size` states.

    An entry is a departure of a state under one key (`entry_row`: its row of `Keys`, -1 for the party itself). A
    query is an arrival of a state at a holder under one key; entries `start` to `stop` may carry it on.
    """

    size: int
    entry: Numbers
    entry_day: Numbers
    entry_row: Numbers
    strength: Measures
    query: Numbers
    start: Numbers
    stop: Numbers
    arrived: Numbers
    holder: Numbers

    def hits(self, wanted: Flags) -> Flags:
        """Which queries have an entry of a wanted state in their range."""
        before = np.concatenate([[0], np.cumsum(wanted[self.entry], dtype=np.int64)])
        hit: Flags = before[self.stop] > before[self.start]
        return hit

    def after(self, states: Flags) -> Flags:
        """States that may carry on one of these."""
        asked = states[self.query]
        change = np.bincount(self.start[asked], minlength=len(self.entry) + 1)
        change = change - np.bincount(self.stop[asked], minlength=len(self.entry) + 1)
        return self._marked(self.entry[np.cumsum(change[:-1]) > 0])

    def before(self, states: Flags) -> Flags:
        """States that one of these may carry on."""
        return self._marked(self.query[self.hits(states)])

    def _marked(self, states: Numbers) -> Flags:
        marked = np.zeros(self.size, bool)
        marked[states] = True
        return marked

    def among(self, sources: Flags, targets: Flags) -> Handovers:
        """Keep hand-overs from sources to targets; states keep their numbers."""
        kept = targets[self.entry]
        before = np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])
        start, stop = before[self.start], before[self.stop]
        asked = sources[self.query] & (stop > start)
        return Handovers(
            self.size,
            self.entry[kept],
            self.entry_day[kept],
            self.entry_row[kept],
            self.strength[kept],
            self.query[asked],
            start[asked],
            stop[asked],
            self.arrived[asked],
            self.holder[asked],
        )

    def beside(self, other: Handovers) -> Handovers:
        """Put two sets of hand-overs of the same states side by side."""
        shift = len(self.entry)
        pairs = {
            name: np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("entry", "entry_day", "entry_row", "strength", "query", "arrived", "holder")
        }
        return Handovers(
            size=self.size,
            start=np.concatenate([self.start, other.start + shift]),
            stop=np.concatenate([self.stop, other.stop + shift]),
            **pairs,
        )

    def renumbered(self, size: int, sources: Numbers, targets: Numbers) -> Handovers:
        """Give states other numbers: `sources` and `targets` hold the new one of each old one."""
        return Handovers(
            size,
            targets[self.entry],
            self.entry_day,
            self.entry_row,
            self.strength,
            sources[self.query],
            self.start,
            self.stop,
            self.arrived,
            self.holder,
        )

    def pairs(self) -> tuple[Numbers, Numbers]:
        """Spell out every hand-over, each once, as (from state, to state)."""
        places, which = spans(self.start, self.stop)
        code = np.unique(self.query[which] * self.size + self.entry[places])
        source, target = code // max(self.size, 1), code % max(self.size, 1)
        apart = source != target
        return source[apart], target[apart]

    @property
    def count(self) -> int:
        """How many hand-overs `pairs` would spell out before joining the same."""
        return int((self.stop - self.start).sum())


def handovers(moves: Movements, states: States, rules: Rules) -> Handovers:
    """Sort departures by key, goods and day, and find the range of each arrival by binary search."""
    every = np.arange(len(states))
    left, goods = _entered(states, departures(moves, every, states.move))
    came = arrivals(moves, states, every, rules)
    width = len(states.goods_names)
    code = (left.key * width + goods) * FAR + left.day
    order = np.argsort(code, kind="stable")
    code = code[order]
    first = (came.key * width + states.goods[came.state]) * FAR + np.maximum(came.since, 0)
    near = np.argsort(first, kind="stable")  # searching in order keeps to what the processor has at hand
    first = first[near]
    last = first + (np.minimum(came.until, FAR - 1) - np.maximum(came.since, 0))[near]
    start, stop = np.searchsorted(code, first, "left"), np.searchsorted(code, last, "right")
    return _of(len(states), left, order, came, near, start, stop)


def _of(
    size: int, left: Departures, order: Numbers, came: Arrivals, near: Numbers, start: Numbers, stop: Numbers
) -> Handovers:
    met = stop > start
    near = near[met]
    return Handovers(
        size, left.state[order], left.day[order], left.row[order], left.strength[order],
        came.state[near], start[met], stop[met], came.arrived[near], came.holder[near],
    )  # fmt: skip


def _entered(states: States, left: Departures) -> tuple[Departures, Numbers]:
    """Give entries their goods; where some accelerators are named without product, enter every product there too."""
    goods = states.goods[left.state]
    if KEYLESS not in states.goods_names:
        return left, goods
    bare = states.goods_names.index(KEYLESS)
    products = np.array([name.startswith(f"{KEYLESS}/") for name in states.goods_names])
    again = np.flatnonzero(products[goods] & states.own[left.state])
    twice = np.concatenate([np.arange(len(goods)), again])
    goods = np.concatenate([goods, np.full(len(again), bare)])
    return Departures(left.state[twice], left.key[twice], left.day[twice], left.strength[twice], left.row[twice]), goods
