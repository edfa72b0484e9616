"""The 50 percent cascade: an owner that is itself restricted counts in full, to a fixed point.

Shares are intervals. Restricted for certain is the least fixed point over the least shares; possibly restricted is
the least fixed point over the most that restricted owners can hold, which is never more than 100 minus what the
others hold at least. Both are exact: every assignment of shares within the intervals lies between them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DIGITS = 6
"""Percent are compared to this many decimals, so that three shares of 16.7, 16.6 and 16.7 make 50."""


class Threshold(Protocol):
    """Where a regime draws the line: at least `threshold` percent, or more than it when `strict`."""

    @property
    def threshold(self) -> float: ...
    @property
    def strict(self) -> bool: ...


@dataclass(frozen=True)
class Web:
    """Edges from owners to owned, sorted by owner, as columns of numbers; nodes are 0 … size − 1.

    `least_of` and `above_of` sum over *all* owners of a node, also those that are no nodes here.
    """

    size: int
    owner: Ints
    owned: Ints
    least: Floats
    most: Floats
    above: Floats
    below: Floats
    least_of: Floats
    above_of: Floats

    def owned_by(self, owners: Ints) -> Ints:
        """Edges that leave some nodes."""
        return leaving(self.owner, owners)


@dataclass(frozen=True)
class Held:
    """What restricted owners hold of each node: percent, and how many of their shares have an excluded end."""

    least: Floats
    most: Floats
    above: Floats
    below: Floats


@dataclass(frozen=True)
class Outcome:
    """What the test says of each node; `surely` and `perhaps`: in which wave it joined the restricted, −1 = never."""

    surely: Ints
    perhaps: Ints
    positive: Bools
    undetermined: Bools
    self_owned: Bools
    least: Floats
    most: Floats


def ranges(begin: Ints, count: Ints) -> Ints:
    """Concatenate `begin[i], begin[i] + 1, …`, `count[i]` numbers each."""
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    numbers: Ints = np.arange(total, dtype=np.int64) + np.repeat(begin - (ends - count), count)
    return numbers


def leaving(owner: Ints, nodes: Ints) -> Ints:
    """Give the places of the edges that leave some nodes; `owner` is sorted."""
    begin = np.searchsorted(owner, nodes, side="left")
    return ranges(begin, np.searchsorted(owner, nodes, side="right") - begin)


def downstream(owner: Ints, owned: Ints, starts: Ints, size: int) -> Bools:
    """Mark what some of `size` nodes own, directly or through others, themselves included; `owner` is sorted."""
    member = np.zeros(size, dtype=bool)
    wave = starts
    while len(wave):
        member[wave] = True
        met = np.unique(owned[leaving(owner, wave)])
        wave = met[~member[met]]
    return member


def web(
    size: int, owner: Ints, owned: Ints, ends: tuple[Floats, Floats, Floats, Floats], others: tuple[Floats, Floats]
) -> Web:
    """Sort edges by owner; `ends` are least, most, above, below; `others` what owners outside hold at least."""
    order = np.argsort(owner, kind="stable")
    owner, owned = owner[order], owned[order]
    least, most, above, below = (column[order] for column in ends)
    least_of = others[0] + np.bincount(owned, weights=least, minlength=size)
    above_of = others[1] + np.bincount(owned, weights=above, minlength=size)
    return Web(size, owner, owned, least, most, above, below, least_of, above_of)


def below(graph: Web, starts: Ints) -> tuple[Ints, Web]:
    """Cut out what is downstream of some nodes; return its nodes and the part, numbered anew."""
    nodes = wave = np.unique(starts)
    while len(wave):
        wave = np.setdiff1d(graph.owned[graph.owned_by(wave)], nodes)
        nodes = np.union1d(nodes, wave)
    edges = graph.owned_by(nodes)
    ends = np.searchsorted(nodes, graph.owner[edges]), np.searchsorted(nodes, graph.owned[edges])
    shares = _ends(graph, edges)
    return nodes, Web(len(nodes), *ends, *shares, graph.least_of[nodes], graph.above_of[nodes])


def judge(graph: Web, listed: Bools, rule: Threshold) -> Outcome:
    """Run the cascade from the listed nodes."""
    surely, known = spread(graph, listed, lambda held, at: _reaches_for_certain(held, at, rule))
    looped = self_owned(graph, surely >= 0)
    perhaps, open_to = spread(graph, listed | looped, lambda held, at: _may_reach(graph, held, at, rule))
    everyone = np.arange(graph.size)
    positive = _reaches_for_certain(known, everyone, rule)
    undetermined = (_may_reach(graph, open_to, everyone, rule) | looped) & ~positive
    least = np.minimum(np.round(known.least, DIGITS), 100.0)
    most = np.where(looped, 100.0, np.minimum(_top(graph, open_to, everyone)[0], 100.0))
    return Outcome(surely, perhaps, positive, undetermined, looped, least, most)


def spread(graph: Web, start: Bools, accept: Callable[[Held, Ints], Bools]) -> tuple[Ints, Held]:
    """Grow a set of nodes along the edges, wave by wave, until no node outside is accepted.

    Returns the wave in which each node joined (−1 = never) and what the set holds of every node. Work grows with
    the edges met, not with the size of the graph.
    """
    joined = np.where(start, 0, -1)
    held = Held(*(np.zeros(graph.size) for _ in range(4)))
    wave: Ints = np.flatnonzero(start)
    count = 0
    while len(wave):
        edges = graph.owned_by(wave)
        edges = edges[graph.owner[edges] != graph.owned[edges]]
        met = graph.owned[edges]
        for total, share in zip((held.least, held.most, held.above, held.below), _ends(graph, edges), strict=True):
            np.add.at(total, met, share)
        outside = np.unique(met[joined[met] < 0])
        wave = outside[accept(held, outside)]
        count += 1
        joined[wave] = count
    return joined, held


def _ends(graph: Web, edges: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    return graph.least[edges], graph.most[edges], graph.above[edges], graph.below[edges]


def _reaches_for_certain(held: Held, at: Ints, rule: Threshold) -> Bools:
    least = np.round(held.least[at], DIGITS)
    touches = (held.above[at] > 0) if rule.strict else np.ones(len(at), dtype=bool)
    return np.asarray((least > rule.threshold) | ((least == rule.threshold) & touches))


def _may_reach(graph: Web, held: Held, at: Ints, rule: Threshold) -> Bools:
    top, excluded = _top(graph, held, at)
    touches = np.zeros(len(at), dtype=bool) if rule.strict else ~excluded
    return np.asarray((top > rule.threshold) | ((top == rule.threshold) & touches))


def _top(graph: Web, held: Held, at: Ints) -> tuple[Floats, Bools]:
    """Return the most that the owners can hold together, and whether that number itself is excluded."""
    most = np.round(held.most[at], DIGITS)
    free = np.round(100.0 - (graph.least_of[at] - held.least[at]), DIGITS)
    least = np.round(held.least[at], DIGITS)
    excluded = ((most <= free) & (held.below[at] > 0)) | ((free <= most) & (graph.above_of[at] > held.above[at] + 0.5))
    top = np.maximum(np.minimum(most, free), least)
    return top, np.asarray(excluded & (top > least))


def self_owned(graph: Web, certain: Bools) -> Bools:
    """Mark loops that nobody but themselves and restricted owners owns: all of every member's shares.

    No share of anybody else stands behind such a loop, so nothing on record says whose it is.
    """
    inside = (np.round(graph.least_of, DIGITS) >= 100.0) & ~certain
    inside = _on_loops(graph, inside)
    while inside.any():
        edges = np.flatnonzero(inside[graph.owned] & (inside | certain)[graph.owner])
        among = np.bincount(graph.owned[edges], weights=graph.least[edges], minlength=graph.size)
        kept = _on_loops(graph, inside & (np.round(among, DIGITS) >= 100.0))
        if (kept == inside).all():
            break
        inside = kept
    return inside


def _on_loops(graph: Web, nodes: Bools) -> Bools:
    """Keep the nodes that own themselves, directly or through others of the set."""
    if not nodes.any():
        return nodes
    edges = np.flatnonzero(nodes[graph.owner] & nodes[graph.owned] & (graph.least > 0))
    owner, owned = graph.owner[edges], graph.owned[edges]
    links: Any = coo_array((np.ones(len(edges)), (owner, owned)), shape=(graph.size, graph.size))
    _, label = connected_components(links.tocsr(), directed=True, connection="strong")
    many = np.bincount(label)[label] > 1
    many[owner[owner == owned]] = True
    return np.asarray(nodes & many)
