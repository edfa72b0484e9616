"""The part of a trace that may feed an end's deliveries, as a net of chips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pipelines.graph.tracing.arrays import Flags, Measures, Numbers
from pipelines.graph.tracing.flows import MOST, Net, most_flow, tagged
from pipelines.graph.tracing.key_columns import PAPERS
from pipelines.graph.tracing.traced import Traced

MOST_HANDOVERS = 200_000
"""Hand-overs above which bounds are taken from the sums alone: still bounds, only wider."""


@dataclass(frozen=True)
class Bounds:
    """A number, four ways."""

    least: float = 0.0
    likely: float = 0.0
    first_in_first_out: float = 0.0
    most: float = 0.0

    @property
    def numbers(self) -> tuple[float, float, float, float]:
        return self.least, self.likely, self.first_in_first_out, self.most

    def __add__(self, other: Bounds) -> Bounds:
        return Bounds(*(a + b for a, b in zip(self.numbers, other.numbers, strict=True)))

    def at_least(self, least: float) -> Bounds:
        """Raise every number to what is certain, but not above the most."""
        return Bounds(*(max(number, min(least, self.most)) for number in self.numbers))

    def times(self, factor: float) -> Bounds:
        return Bounds(*(number * factor for number in self.numbers))


@dataclass(frozen=True)
class Feeds:
    """What may feed deliveries of one kind of goods: `state` of each node, in order of departure.

    `given` are the shipments asked about, `ends` the deliveries, `feeding` those that lead to them; the others only
    take from the same stock. `cut` says that there were too many hand-overs to spell out.
    """

    traced: Traced
    state: Numbers
    net: Net
    given: Flags
    ends: Flags
    feeding: Flags
    cut: bool

    @cached_property
    def own(self) -> Flags:
        flags: Flags = self.traced.reach.states.own[self.state]
        return flags

    def only(self, kept: Flags) -> Feeds:
        """Leave out the states that are not kept."""
        return replace(
            self,
            net=self.net.without(~kept),
            given=self.given & kept,
            ends=self.ends & kept,
            feeding=self.feeding & kept,
        )

    def along(self, edges: Flags) -> Feeds:
        return replace(self, net=self.net.along(edges))

    def bounds(self) -> Bounds:
        """Least, likely, first in first out and most chips of the given states in the deliveries."""
        net = self.net.without(~self.feeding)
        other = np.where(self.own & ~self.given, net.unexplained(), 0)
        given = np.where(self.given, net.chips, 0)
        if self.cut:
            return self._from_sums(given, other)
        net = net.cut_before(self.given)
        most = most_flow(net, given, self.ends)
        explained = most_flow(net, given + other, self.ends) if other.any() else most
        least = explained - most_flow(net.without(self.given), other, self.ends)
        likely, first = (tagged(self.net, self.given, self.ends, oldest_first=oldest) for oldest in (False, True))
        return Bounds(least, min(max(likely, least), most), min(max(first, least), most), most)

    def _from_sums(self, given: Numbers, other: Numbers) -> Bounds:
        delivered = int(self.net.chips[self.ends].sum())
        direct = int(self.net.chips[self.ends & self.given].sum())
        ours, theirs = int(given.sum()), int(other.sum())
        least, most = max(direct, min(ours, delivered - theirs)), min(ours, delivered)
        likely = float(np.clip(delivered * ours / max(ours + theirs, 1), least, most))
        return Bounds(least, likely, likely, most)

    def middle(self) -> frozenset[int]:
        """Parties that sent the given goods on."""
        downstream = self.net.without(~self.feeding).downstream(self.given) & self.feeding & ~self.given
        shipper = self.traced.reach.moves.shipper[self.traced.reach.states.move[self.state[downstream]]]
        return frozenset(shipper.tolist())

    def observed(self) -> Feeds:
        """Keep hand-overs that share a paper; where it is serials alone, no more than the shared ones pass."""
        papers = Shared(self.traced)
        move = self.traced.reach.states.move[self.state]
        net = self.net
        room = np.array(
            [
                papers.room(int(move[a]), int(move[b]), int(most))
                for a, b, most in zip(net.source, net.target, net.room, strict=True)
            ],
            np.int64,
        )
        return replace(self, net=Net(net.chips, net.source, net.target, room).along(room > 0))


class Shared:
    """Papers and serials that two shipments share."""

    def __init__(self, traced: Traced) -> None:
        self.rows = traced.reach.moves.frame.select(*PAPERS, "serial_numbers", "chips_per_piece")
        self.known: dict[int, dict[str, object]] = {}

    def row(self, move: int) -> dict[str, object]:
        if move not in self.known:
            self.known[move] = self.rows.row(move, named=True)
        return self.known[move]

    def papers(self, one: int, other: int) -> list[str]:
        """Names of the columns of papers both show with the same value."""
        a, b = self.row(one), self.row(other)
        return [paper for paper in PAPERS if a[paper] is not None and a[paper] == b[paper]]

    def serials(self, one: int, other: int) -> int:
        """How many serial numbers both show."""
        a, b = (self.row(each)["serial_numbers"] or () for each in (one, other))
        return len(set(a) & set(b))  # type: ignore[call-overload]

    def room(self, one: int, other: int, most: int) -> int:
        """Chips that surely are the same, as far as papers tell."""
        if self.papers(one, other):
            return most
        each = self.row(one)["chips_per_piece"]
        return min(most, round(self.serials(one, other) * (each if isinstance(each, float) else 1.0)))


def feeds(of: Traced, given: Sequence[int], ends: Sequence[int]) -> Feeds:
    """Gather what leads to the deliveries within the legs searched, and what else takes from the same stock."""
    size = len(of.within)
    wanted = np.zeros(size, bool)
    wanted[list(ends)] = True
    feeding, fresh = wanted.copy(), wanted
    for _ in range(of.reach.rules.max_legs - 1):
        fresh = of.graph.before(fresh) & ~feeding
        feeding |= fresh
    graph = of.reach.graph
    every = feeding | graph.after(feeding)
    graph = graph.among(feeding, every)
    cut = graph.count > MOST_HANDOVERS
    source, target = (np.zeros(0, np.int64),) * 2 if cut else graph.pairs()
    state = _in_order(of, np.flatnonzero(every), source, target)
    place = np.full(size, -1)
    place[state] = np.arange(len(state))
    chips = _chips(of.reach.states.chips[state])
    source, target = place[source], place[target]
    net = Net(chips, source, target, np.minimum(chips[source], chips[target]))
    marked = np.zeros(size, bool)
    marked[list(given)] = True
    return Feeds(of, state, net, marked[state] & feeding[state], wanted[state], feeding[state], cut)


def _chips(chips: Measures) -> Numbers:
    known = np.clip(np.rint(np.nan_to_num(chips, nan=0.0)), 0, MOST)
    unknown = min(MOST, int(known.sum()) + 1)
    return np.where(np.isnan(chips), unknown, known).astype(np.int64)


def _in_order(of: Traced, state: Numbers, source: Numbers, target: Numbers) -> Numbers:
    """Order by departure; on one day, what is carried on comes before what carries it on."""
    moves, move = of.reach.moves, of.reach.states.move
    day = moves.shipped[move]
    depth = np.zeros(len(day), np.int64)
    same_day = day[source] == day[target]
    source, target = source[same_day], target[same_day]
    for _ in range(of.reach.rules.max_legs):
        np.maximum.at(depth, target, depth[source] + 1)
    return state[np.lexsort((move[state], depth[state], day[state]))]
