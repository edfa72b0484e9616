"""Chains of owners, the largest share first: best-first search with the exact best share still to come."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, pairwise
from math import inf, log
from typing import Literal

import networkx as nx
import polars as pl

from pipelines.graph.ownership.holdings import holdings_on

Share = tuple[float, float, str]
"""Least and most in percent, and which ends are excluded: none, least, most or both."""

LOOKED_AT = 200
"""So many beginnings of chains are looked at per chain asked for."""


@dataclass(frozen=True)
class Chain:
    """Parties from owner to owned; `shares[i]` is what `parties[i]` holds of `parties[i + 1]`.

    `cut`: the search ended before this chain did.
    """

    parties: tuple[str, ...]
    shares: tuple[Share, ...]
    cut: bool = False


Links = dict[str, list[tuple[str, Share]]]


def chains(
    ownership: pl.DataFrame,
    party: str,
    *,
    direction: Literal["owners", "owned"] = "owners",
    on_day: int | dt.date,
    limit: int = 50,
) -> list[Chain]:
    """Find the chains that lead from a party to its highest owners, or lowest holdings, by product of shares.

    No party comes twice in a chain. An open share counts as its middle in the order.
    """
    links = _links(holdings_on(ownership, on_day), party, direction)
    ahead = _ahead(links)
    found = [_chain(way, links, direction, cut=cut) for way, cut in _best(links, party, ahead, limit)]
    return [each for each in found if each.shares]


def _links(held: pl.DataFrame, party: str, direction: str) -> Links:
    """Take the interests that a walk from the party meets."""
    near, far = ("owned", "owner") if direction == "owners" else ("owner", "owned")
    rows = held.filter(pl.col("owner") != pl.col("owned"))
    links: Links = {}
    wave = [party]
    while wave:
        links |= {each: [] for each in wave}
        met = rows.filter(pl.col(near).is_in(wave)).sort(near, far)
        for one, other, *ends in met.select(near, far, "least", "most", "above", "below").iter_rows():
            links[one].append((other, _share(*ends)))
        wave = sorted(set(met[far]) - links.keys())
    return links


def _share(least: float, most: float, above: bool, below: bool) -> Share:
    return least, most, ("none", "most", "least", "both")[2 * above + below]


def _cost(share: Share) -> float:
    return -log(max((share[0] + share[1]) / 200, 1e-9))


def _ahead(links: Links) -> dict[str, float]:
    """Bound the cost from each party to an end from below, from the ends backward (Dijkstra).

    A chain ends at the top, and may end anywhere in a loop.
    """
    back: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for one, onward in links.items():
        for other, share in onward:
            back[other].append((one, _cost(share)))
    loops = (each for each in nx.strongly_connected_components(_digraph(links)) if len(each) > 1)
    ends = {each for each, onward in links.items() if not onward}.union(*loops)
    ahead = {each: 0.0 if each in ends else inf for each in links}
    heap = [(0.0, each) for each, cost in ahead.items() if cost == 0]
    while heap:
        cost, each = heappop(heap)
        if cost > ahead[each]:
            continue
        for one, more in back[each]:
            if cost + more < ahead[one]:
                ahead[one] = cost + more
                heappush(heap, (ahead[one], one))
    return ahead


def _digraph(links: Links) -> nx.DiGraph:
    return nx.DiGraph((one, other) for one, onward in links.items() for other, _ in onward)


def _best(links: Links, party: str, ahead: dict[str, float], limit: int) -> list[tuple[tuple[str, ...], bool]]:
    found: list[tuple[tuple[str, ...], bool]] = []
    turn = count()
    heap: list[tuple[float, int, int, float, tuple[str, ...]]] = [(ahead[party], 0, 0, 0.0, (party,))]
    for _ in range(LOOKED_AT * limit):
        if not heap or len(found) >= limit:
            break
        _, _, _, spent, way = heappop(heap)
        onward = [(other, spent + _cost(share)) for other, share in links[way[-1]] if other not in way]
        if not onward:
            found.append((way, False))
        for other, cost in onward:
            heappush(heap, (cost + ahead[other], -len(way), -next(turn), cost, (*way, other)))
    rest = [(heappop(heap)[-1], True) for _ in range(min(len(heap), limit - len(found)))]
    return found + rest


def _chain(way: tuple[str, ...], links: Links, direction: str, *, cut: bool) -> Chain:
    held = [dict(links[one])[other] for one, other in pairwise(way)]
    if direction == "owners":
        return Chain(way[::-1], tuple(held[::-1]), cut)
    return Chain(way, tuple(held), cut)
