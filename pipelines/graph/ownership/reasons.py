"""Why a 50 percent test comes out as it does: which listed owners count, along which chains, what would settle it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipelines.graph.ownership.cascade import Bools, Floats, Ints, Outcome, Web
from pipelines.graph.ownership.holdings import share_words

SEEN = 40
"""So many owners are looked at for one explanation; the nearest come first."""
CHAINS = 10
"""So many chains are told."""
LINKS = 12
"""So many owners of a chain are told, from the owned party up; then the listed one."""


@dataclass(frozen=True)
class Reasons:
    """The explanation of one test; `weight` is result (0 negative … 2 positive), most and least."""

    weight: tuple[int, float, float]
    by: Sequence[int]
    chain: Sequence[str]
    settled_by: str | None


@dataclass(frozen=True)
class Case:
    """A cascade with its outcome, ready to be asked why; `order` sorts edges by the owned node."""

    web: Web
    outcome: Outcome
    listed: Bools
    party: Ints
    names: Sequence[str]
    order: Ints
    owned: Ints
    tops: dict[tuple[bool, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, net: Web, outcome: Outcome, listed: Bools, party: Ints, names: Sequence[str]) -> Case:
        order = np.lexsort((-net.most, -net.least, net.owned))
        return cls(net, outcome, listed, party, names, order, net.owned[order])

    def name(self, node: int) -> str:
        return self.names[int(self.party[node])]

    def owners(self, node: int, joined: Ints, before: int | None = None) -> list[int]:
        """Edges into a node from owners that joined the restricted (before some wave), the largest first."""
        begin, end = np.searchsorted(self.owned, [node, node + 1])
        edges = self.order[begin:end]
        owner = self.web.owner[edges]
        wave = joined[owner]
        counts = (wave >= 0) & (owner != node) & (wave < (len(joined) if before is None else before))
        return [int(edge) for edge in edges[counts]]

    def onward(self, node: int, joined: Ints) -> int | None:
        """Edge from the largest owner that was restricted in an earlier wave: waves only fall, so no loop."""
        above = self.owners(node, joined, before=int(joined[node]))
        return above[0] if above and not self.listed[node] else None

    def top(self, node: int, joined: Ints) -> int:
        """Go up by the largest owners to a listed one (or into a loop that owns itself)."""
        way, at = [], node
        sure = joined is self.outcome.surely
        while (sure, at) not in self.tops:
            way.append(at)
            edge = self.onward(at, joined)
            if edge is None:
                break
            at = int(self.web.owner[edge])
        end = self.tops.get((sure, at), at)
        self.tops.update({(sure, each): end for each in way})
        return end

    def share(self, edge: int) -> str:
        net = self.web
        ends = float(net.least[edge]), float(net.most[edge])
        return share_words(*ends, above=bool(net.above[edge]), below=bool(net.below[edge]))


def explain(case: Case, node: int, weight: tuple[int, float, float]) -> Reasons:
    """Tell why the test of a node has its result: one chain for each owner whose share counts."""
    joined = case.outcome.surely if weight[0] == 2 else case.outcome.perhaps
    direct = case.owners(node, joined)
    chains = tuple(_chain(case, edge, joined) for edge in direct[:CHAINS])
    tops = [case.top(int(case.web.owner[edge]), joined) for edge in direct[:CHAINS]]
    listed = [*_listed_above(case, node, joined), *(top for top in tops if case.listed[top])]
    by = tuple(dict.fromkeys(int(case.party[each]) for each in listed))
    return Reasons(weight, by, chains, settling(case, node) if weight[0] == 1 else None)


def _listed_above(case: Case, node: int, joined: Ints) -> list[int]:
    """Go from owner to owner, nearest first, up to the listed ones."""
    seen = {node}
    listed: list[int] = []
    waiting = deque([node])
    while waiting and len(seen) < SEEN:
        for edge in case.owners(waiting.popleft(), joined):
            owner = int(case.web.owner[edge])
            if owner not in seen:
                seen.add(owner)
                (listed if case.listed[owner] else waiting).append(owner)
    return listed


def _chain(case: Case, edge: int, joined: Ints) -> str:
    words = f"{case.share(edge)} → {case.name(int(case.web.owned[edge]))}"
    at = int(case.web.owner[edge])
    for _ in range(LINKS):
        above = case.onward(at, joined)
        if above is None:
            return f"{case.name(at)} {words}"
        words = f"{case.share(above)} → {case.name(at)} {words}"
        at = int(case.web.owner[above])
    top = case.top(at, joined)
    return f"{case.name(at)} {words}" if top == at else f"{case.name(top)} … → {case.name(at)} {words}"


def settling(case: Case, node: int, depth: int = 3) -> str:
    """Name the fact that weighs most among those that leave a test open."""
    if case.outcome.self_owned[node]:
        return f"who stands behind the loop in which {case.name(node)} owns itself"
    edge = _widest(case, node)
    if edge is None:
        return f"the owners of {case.name(node)}"
    owner = int(case.web.owner[edge])
    if case.outcome.surely[owner] >= 0:
        return f"the exact share of {case.name(owner)} in {case.name(node)} ({case.share(edge)} on record)"
    deeper = settling(case, owner, depth - 1) if depth > 0 else f"the owners of {case.name(owner)}"
    holds = f"which holds {case.share(edge)} of {case.name(node)}"
    return f"whether {case.name(owner)}, {holds}, counts as restricted: {deeper}"


def _widest(case: Case, node: int) -> int | None:
    """Find the interest whose contribution is known least."""
    net, surely = case.web, case.outcome.surely
    edges = np.array(case.owners(node, case.outcome.perhaps), dtype=np.int64)
    gap: Floats = net.most[edges] - np.where(surely[net.owner[edges]] >= 0, net.least[edges], 0.0)
    return int(edges[gap.argmax()]) if len(edges) and gap.max() > 0 else None
