"""One scheme per subject: the consignee of the last leg whose goods were recognized, and all that leads on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from pipelines.graph.handovers import Handovers
from pipelines.graph.movement_columns import Flags, Measures, Numbers
from pipelines.graph.reach import Reach
from pipelines.graph.routes import Field, Found, Route, best_paths
from pipelines.graph.scores import NEVER, Weights, one_if_unknown, supply, weigh

EXPLAINED = 0.5
"""A recognized shipment is the start of a path when less than this part of it had arrived at its shipper."""


@dataclass(frozen=True)
class Traced:
    """The part of a reach from which an end can be reached, with what scores need; states keep their numbers."""

    reach: Reach
    within: Flags
    graph: Handovers
    arrived: Measures
    weights: Weights

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
        own = states.own & self.within & ~self._told_twice
        share = np.divide(self.arrived, states.chips, out=np.zeros(len(states)), where=states.chips > 0)
        after_own = self.graph.after(self.mine & self.within)
        flags: Flags = own & ((share < EXPLAINED) | (self.mine & ~after_own))
        return flags

    @cached_property
    def _told_twice(self) -> Flags:
        """States of a family alone where the shipment carries a product as well."""
        states = self.reach.states
        carried = np.isin(states.move, states.move[~states.own])
        return states.own & carried

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


def traced(reach: Reach, wanted: Flags | None = None) -> Traced:
    """Cut a reach down to the states that lead to an end (or to `wanted` states) and weigh them."""
    within = reach.legs > 0 if wanted is None else wanted
    graph = reach.graph.among(within, within)
    arrived = supply(reach.moves, reach.states, reach.graph, within, reach.rules)
    with np.errstate(divide="ignore"):
        goal = np.log(reach.certainty)
    counted = replace(reach.states, chips=one_if_unknown(reach.states.chips))
    known = (
        supply(reach.moves, counted, reach.graph, within, reach.rules)
        if np.isnan(reach.states.chips).any()
        else arrived
    )
    return Traced(reach, within, graph, arrived, weigh(reach.states, arrived, known, goal))


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
    leads = of.within & of.named & (is_end | of.graph.before(unknown)) & ~of._told_twice
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
