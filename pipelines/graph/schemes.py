"""One scheme per subject: the consignee of the last leg whose goods were recognized, and all that leads on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from pipelines.graph.arrays import Flags, Numbers
from pipelines.graph.handovers import Handovers
from pipelines.graph.routes import Field, Found, Route, best_paths
from pipelines.graph.scores import NEVER
from pipelines.graph.traced import Traced


@dataclass(frozen=True)
class Scheme:
    """What leads through one subject to restricted ends.

    `known` are the recognized shipments into the subject (`last`) and what led to them; `beyond` are states of unknown
    goods after them; `ends` all ends among both.
    """

    subject: int
    found: Found
    last: Flags
    known: Flags
    beyond: Flags
    ends: Numbers


def schemes(of: Traced, k: int) -> Iterator[Scheme]:
    """Make one scheme per subject that a restricted end was reached through, in the order of party ids."""
    moves, states, is_end = of.reach.moves, of.reach.states, of.reach.is_end
    unknown = of.within & ~of.named
    leads = of.within & of.named & (is_end | of.graph.before(unknown)) & ~of.told_twice
    holder = moves.consignee[states.move]
    for subject in np.unique(holder[leads]):
        last = leads & (holder == subject)
        known, beyond = _led_to(of, last), _led_on(of, last, unknown)
        ends = np.flatnonzero(is_end & (last | beyond))
        found = _paths(of, last, known, beyond, k)
        if found.routes:
            yield Scheme(int(subject), found, last, known, beyond, ends)


def _led_to(of: Traced, last: Flags) -> Flags:
    known, fresh = last.copy(), last
    for _ in range(of.reach.rules.max_legs - 1):
        fresh = of.graph.before(fresh) & ~known
        if not fresh.any():
            break
        known |= fresh
    return known


def _led_on(of: Traced, last: Flags, unknown: Flags) -> Flags:
    beyond, fresh = np.zeros(len(last), bool), last
    for _ in range(of.reach.rules.max_legs - 1):
        fresh = of.graph.after(fresh) & unknown & ~beyond
        if not fresh.any():
            break
        beyond |= fresh
    return beyond


def _paths(of: Traced, last: Flags, known: Flags, beyond: Flags, k: int) -> Found:
    """Search a graph of two stages: up to a last recognized leg, and on from it through unknown goods only."""
    early, late = np.flatnonzero(known), np.flatnonzero(beyond)
    size = len(early) + len(late)
    first, second = np.full(len(last), -1), np.full(len(last), -1)
    first[early], second[late] = np.arange(len(early)), np.arange(len(early), size)
    before = of.graph.among(known & ~of.mine, known & ~(of.mine & of.roots)).beside(
        of.graph.among(known & of.mine, known)
    )
    graph = (
        before.renumbered(size, first, first)
        .beside(of.graph.among(last, beyond).renumbered(size, first, second))
        .beside(of.graph.among(beyond, beyond).renumbered(size, second, second))
    )
    old = np.concatenate([early, late])
    may_end = np.concatenate([last[early], np.ones(len(late), bool)])
    goal = np.where(may_end, of.weights.goal[old], NEVER)
    field = Field(graph, of.weights.of(old, goal), of.reach.moves, of.reach.states.move[old])
    farthest, max_legs = Farthest(of), of.reach.rules.max_legs
    roots, own = (np.flatnonzero(each[early]) for each in (of.roots, of.reach.states.own))
    found = Found((), truncated=False)
    for starts, least in ((roots, 1), (own, max_legs), (own, 1)):  # a root may lie beyond the legs searched
        if not found.routes:
            found = best_paths(field, starts, k=k, max_legs=max_legs, accept=partial(_told, old, farthest, least))
    return Found(tuple(in_reach(route, graph, old) for route in found.routes), found.truncated)


def _told(old: Numbers, farthest: Farthest, least: int, path: tuple[int, ...]) -> bool:
    return len(path) >= least and farthest.is_end_of(old[list(path)])


def in_reach(route: Route, graph: Handovers, old: Numbers) -> Route:
    """Tell a route in the numbers of the reach; entries become rows of keys."""
    rows = tuple(int(graph.entry_row[entry]) for entry in route.entries)
    return Route(tuple(int(old[state]) for state in route.states), rows, route.score)


class Farthest:
    """Tells whether a path goes as far as it can: on from its end, no end at another party is within the legs left."""

    def __init__(self, of: Traced) -> None:
        self.of = of

    def is_end_of(self, path: Numbers) -> bool:
        """Whether the path's end is new on it and no further one can be reached."""
        of = self.of
        moves, move = of.reach.moves, of.reach.states.move
        ends = of.end_party[path]
        been = {*moves.shipper[move[path]].tolist(), *moves.consignee[move[path[:-1]]].tolist(), *ends[:-1].tolist()}
        if int(ends[-1]) in been:
            return False
        been |= {int(ends[-1]), int(moves.consignee[move[path[-1]]])}
        return not self._further(path, been)

    def _further(self, path: Numbers, been: set[int]) -> bool:
        of = self.of
        new_end = of.reach.is_end & ~np.isin(of.end_party, list(been))
        new_end[path] = False
        fresh = np.zeros(len(of.within), bool)
        fresh[path[-1]] = True
        seen = np.zeros(len(of.within), bool)
        seen[path] = True
        for _ in range(of.reach.rules.max_legs - len(path)):
            fresh = of.graph.after(fresh) & ~seen
            if (fresh & new_end).any():
                return True
            if not fresh.any():
                break
            seen |= fresh
        return False
