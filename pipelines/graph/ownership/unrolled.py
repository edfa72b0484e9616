"""Interests unrolled in time: every party cut into stretches on which nothing that decides its test changes.

A day of change is handed down from owner to owned, so a party is cut by what happens above it and by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.graph.ownership.cascade import Bools, Floats, Ints, Web, ranges, web

SHIFT = 25
MIDDLE = 1 << 24
"""A party and a day are one number, `party << SHIFT | day + MIDDLE`: sorted, searched and made unique at once."""


@dataclass(frozen=True)
class Nodes:
    """Stretches of parties: `key` is party and first day as one number, sorted; `last` is the last day."""

    key: Ints
    last: Ints

    @property
    def party(self) -> Ints:
        return self.key >> SHIFT

    @property
    def first(self) -> Ints:
        return (self.key & ((1 << SHIFT) - 1)) - MIDDLE

    def at(self, node: int) -> tuple[int, int, int]:
        """Party, first and last day of one stretch."""
        key = int(self.key[node])
        return key >> SHIFT, (key & ((1 << SHIFT) - 1)) - MIDDLE, int(self.last[node])


@dataclass(frozen=True)
class Graph:
    """Interests as numbers, sorted by owner: party codes, ends in percent, days."""

    owner: Ints
    owned: Ints
    least: Floats
    most: Floats
    above: Floats
    below: Floats
    first: Ints
    last: Ints

    def only(self, kept: Bools | Ints) -> Graph:
        return Graph(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))


def stretches(inner: Graph, outer: Graph, listed: pl.DataFrame, region: Bools, window: tuple[int, int]) -> Nodes:
    """Cut each party of the region on every day on which something that decides its test may change."""
    first, last = window
    party = np.flatnonzero(region)
    cuts = [
        *((edges.owned, day) for edges in (inner, outer) for day in (edges.first, edges.last + 1)),
        *((listed["code"].to_numpy(), listed[name].to_numpy() + more) for name, more in (("first", 0), ("last", 1))),
    ]
    keys = np.unique(np.concatenate([_key(*cut)[(cut[1] > first) & (cut[1] <= last)] for cut in cuts]))
    keys = np.union1d(_passed_down(inner, keys), _key(party, np.full(len(party), first)))
    ends = np.full(len(keys), last)
    same = keys[1:] >> SHIFT == keys[:-1] >> SHIFT
    ends[:-1][same] = (keys[1:][same] & ((1 << SHIFT) - 1)) - MIDDLE - 1
    return Nodes(keys, ends)


def _key(party: Ints, day: Ints) -> Ints:
    return (party.astype(np.int64) << SHIFT) | (day.astype(np.int64) + MIDDLE)


def _passed_down(inner: Graph, keys: Ints) -> Ints:
    """Hand each day of an owner down to those it owns on that day."""
    known, wave = keys, keys
    while len(wave):
        party, day = wave >> SHIFT, (wave & ((1 << SHIFT) - 1)) - MIDDLE
        begin = np.searchsorted(inner.owner, party, side="left")
        count = np.searchsorted(inner.owner, party, side="right") - begin
        edges, days = ranges(begin, count), np.repeat(day, count)
        holds = (inner.first[edges] < days) & (days <= inner.last[edges])
        met = np.unique(_key(inner.owned[edges[holds]], days[holds]))
        wave = np.setdiff1d(met, known, assume_unique=True)
        known = np.union1d(known, wave)
    return known


def unroll(inner: Graph, outer: Graph, nodes: Nodes) -> Web:
    """Lay every interest over the stretches of the party it is in, and over its owner's stretch of that time."""
    begin = np.searchsorted(nodes.key, _key(inner.owned, inner.first), side="left")
    count = np.searchsorted(nodes.key, _key(inner.owned, inner.last), side="right") - begin
    owned, edge = ranges(begin, count), np.repeat(np.arange(len(inner.owner)), count)
    owner = np.searchsorted(nodes.key, _key(inner.owner[edge], nodes.first[owned]), side="right") - 1
    ends = (inner.least[edge], inner.most[edge], inner.above[edge], inner.below[edge])
    return web(len(nodes.key), owner, owned, ends, _held_outside(outer, nodes))


def _held_outside(outer: Graph, nodes: Nodes) -> tuple[Floats, Floats]:
    """Sum what owners that cannot be restricted hold at least, by stretch: a running sum over days of change."""
    keys = np.concatenate([_key(outer.owned, outer.first), _key(outer.owned, outer.last + 1)])
    at = np.searchsorted(nodes.key, keys, side="left")
    stays = at < len(nodes.key)
    stays[stays] &= nodes.party[at[stays]] == keys[stays] >> SHIFT
    sums: list[Floats] = []
    for share in (outer.least, outer.above):
        weights = np.concatenate([share, -share])[stays]
        change = np.asarray(np.bincount(at[stays], weights=weights, minlength=len(nodes.key)), dtype=np.float64)
        sums.append(_running(change, nodes.party))
    return np.round(sums[0], 9), np.round(sums[1])


def _running(change: Floats, party: Ints) -> Floats:
    total = np.cumsum(change)
    begins = np.flatnonzero(np.r_[True, party[1:] != party[:-1]]) if len(party) else np.zeros(0, dtype=np.int64)
    before = (total - change)[begins]
    return total - np.repeat(before, np.diff(np.r_[begins, len(party)]))


def listed_nodes(nodes: Nodes, listed: pl.DataFrame) -> Ints:
    """Find the stretches on which a party is listed itself."""
    code, first, last = (listed[name].to_numpy() for name in ("code", "first", "last"))
    begin = np.searchsorted(nodes.key, _key(code, first), side="left")
    end = np.searchsorted(nodes.key, _key(code, last), side="right")
    return np.unique(ranges(begin, np.maximum(end - begin, 0)))
