"""Schemes of a subject: the consignee of the last leg whose goods were recognized, and all that leads on.

Schemes of one subject that share no shipment and no end are told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from pipelines.graph.tracing.arrays import Flags, Numbers
from pipelines.graph.tracing.handovers import Handovers
from pipelines.graph.tracing.routes import Field, Found, Route, best_paths
from pipelines.graph.tracing.scores import NEVER
from pipelines.graph.tracing.traced import Traced

FEW_STEPS = 300
"""Steps of the second look, where goods go to and fro among ends and none is plainly the last."""


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
    """Make the schemes of every subject that a restricted end was reached through, by party id, earliest first."""
    moves, states, is_end = of.reach.moves, of.reach.states, of.reach.is_end
    unknown = of.within & ~of.named
    leads = of.within & of.named & (is_end | of.graph.before(unknown)) & ~of.told_twice
    holder = moves.consignee[states.move]
    for subject in np.unique(holder[leads]):
        for last in _apart(of, leads & (holder == subject), unknown):
            known, beyond = _led_to(of, last), _led_on(of, last, unknown)
            ends = np.flatnonzero(is_end & (last | beyond))
            found = _paths(of, last, known, beyond, k)
            if found.routes:
                yield Scheme(int(subject), found, last, known, beyond, ends)


def _apart(of: Traced, last: Flags, unknown: Flags) -> Iterator[Flags]:
    """Split the last recognized legs of a subject by schemes that share no shipment and no end, earliest first."""
    within = _led_to(of, last) | _led_on(of, last, unknown)
    departed = of.reach.moves.shipped[of.reach.states.move]
    left = np.flatnonzero(last)
    left = left[np.argsort(departed[left], kind="stable")]
    while len(left):
        part = _grown(of, int(left[0]), within)
        yield last & part
        left = left[~part[left]]


def _grown(of: Traced, seed: int, within: Flags) -> Flags:
    """Take in whatever shares a hand-over, a shipment or an end with what is already in."""
    move, party, is_end = of.reach.states.move, of.end_party, of.reach.is_end & within
    part = np.zeros(len(within), bool)
    part[seed] = True
    while True:
        more = of.graph.after(part) | of.graph.before(part) | np.isin(move, move[part])
        more |= is_end & np.isin(party, party[part & is_end])
        more &= within & ~part
        if not more.any():
            return part
        part |= more


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
    graph = _before(of, known).renumbered(size, first, first)
    if len(late):
        graph = graph.beside(of.graph.among(last, beyond).renumbered(size, first, second))
        graph = graph.beside(of.graph.among(beyond, beyond).renumbered(size, second, second))
    old = np.concatenate([early, late])
    may_end = np.concatenate([last[early], np.ones(len(late), bool)])
    field = Field(
        graph,
        of.weights.of(old, np.where(may_end, of.weights.goal[old], NEVER)),
        of.reach.moves,
        of.reach.states.move[old],
    )
    found = _search(of, field, old, len(early), k)
    return Found(tuple(in_reach(route, graph, old) for route in found.routes), found.truncated)


def _before(of: Traced, known: Flags) -> Handovers:
    """Hand-overs up to the last recognized leg; nothing leads into the user's own shipments where paths begin."""
    own = known & of.mine
    if not own.any():
        return of.graph.among(known, known)
    return of.graph.among(known & ~own, known & ~(own & of.roots)).beside(of.graph.among(own, known))


def _search(of: Traced, field: Field, old: Numbers, early: int, k: int) -> Found:
    """Search from the roots, or, where every root lies beyond the legs searched, for paths of all legs."""
    max_legs = of.reach.rules.max_legs
    first = np.arange(len(old)) < early
    starts, least = np.flatnonzero(first & of.roots[old]), 1
    near = _legs_from(field.graph, starts, max_legs)
    if not (near[field.weights.goal > NEVER] > 0).any():
        starts, least = np.flatnonzero(first & of.reach.states.own[old]), max_legs
        near = np.full(len(old), max_legs)
    accept = partial(_told, old, Farthest(of), least)
    last_ends = replace(
        field,
        weights=replace(field.weights, goal=np.where(near + of.legs_on[old] > max_legs, field.weights.goal, NEVER)),
    )
    found = best_paths(last_ends, starts, k=k, max_legs=max_legs, accept=accept)
    if found.routes:
        return found
    return best_paths(field, starts, k=k, max_legs=max_legs, accept=accept, most_steps=FEW_STEPS)


def _legs_from(graph: Handovers, starts: Numbers, max_legs: int) -> Numbers:
    """Fewest legs from a start to each state, both counted; 0 where none leads there."""
    legs = np.zeros(graph.size, np.int64)
    legs[starts] = 1
    for taken in range(2, max_legs + 1):
        fresh = graph.after(legs == taken - 1) & (legs == 0)
        if not fresh.any():
            break
        legs[fresh] = taken
    return legs


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
        left = of.reach.rules.max_legs - len(path)
        been |= {int(ends[-1]), int(moves.consignee[move[path[-1]]])}
        return left < of.legs_on[path[-1]] or not self._further(path, been, left)

    def _further(self, path: Numbers, been: set[int], left: int) -> bool:
        of = self.of
        seen, fresh = set(path.tolist()), path[-1:]
        for _ in range(left):
            fresh = np.array([state for state in of.next_states(fresh) if state not in seen], np.int64)
            if any(of.reach.is_end[state] and int(of.end_party[state]) not in been for state in fresh):
                return True
            seen |= set(fresh.tolist())
        return False
