"""The k best paths: best-first search that knows exactly what is still to come."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from pipelines.graph.tracing.arrays import Measures, Numbers
from pipelines.graph.tracing.handovers import Handovers
from pipelines.graph.tracing.movement_columns import Movements
from pipelines.graph.tracing.scores import AGAIN, LEG, NEVER, Weights, entry_weights, query_weights, score_to_go

MOST_STEPS = 20_000
"""Steps after which a search stops and says so."""

Sequence = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Route:
    """A path: its states in order, and the entry of the graph each later one was reached by."""

    states: tuple[int, ...]
    entries: tuple[int, ...]
    score: float


@dataclass(frozen=True)
class Found:
    """What a search found, best first, and whether it was cut short."""

    routes: tuple[Route, ...]
    truncated: bool


@dataclass(frozen=True)
class Field:
    """Where to search: hand-overs between numbered states, what they weigh, and which shipment each state is."""

    graph: Handovers
    weights: Weights
    moves: Movements
    move: Numbers


@dataclass(frozen=True, order=False)
class _Partial:
    states: tuple[int, ...]
    entries: tuple[int, ...]
    weight: float
    sequence: Sequence


Accept = Callable[[tuple[int, ...]], bool]


def best_paths(
    field: Field, starts: Numbers, *, k: int, max_legs: int, accept: Accept | None = None, most_steps: int = MOST_STEPS
) -> Found:
    """Find the k best paths from any start to a goal, no shipment twice, each with another sequence of parties.

    Ties go by the order of states: departure, then shipment id. `accept` may refuse a complete path. Of paths with the
    same parties only the best is told.
    """
    search = _Search(field, max_legs)
    routes: dict[Sequence, Route] = {}
    search.begin(starts)
    for steps, partial in enumerate(search.complete()):
        if partial is None:
            if steps >= most_steps:
                return Found(tuple(routes.values()), truncated=True)
        elif partial.sequence not in routes and (accept is None or accept(partial.states)):
            routes[partial.sequence] = Route(partial.states, partial.entries, float(np.exp(partial.weight)))
            if len(routes) == k:
                break
    return Found(tuple(routes.values()), truncated=False)


class _Search:
    """The frontier of one search: partial paths, and ranges of next steps of which only the best is spelled out."""

    def __init__(self, field: Field, max_legs: int) -> None:
        self.field, self.graph, self.max_legs = field, field.graph, max_legs
        self.to_go = score_to_go(field.graph, field.weights, max_legs)
        self.entries = entry_weights(field.graph, field.weights)
        self.leaving = query_weights(field.graph, field.weights)
        self.order = np.argsort(field.graph.query, kind="stable")
        self.queries = np.searchsorted(field.graph.query[self.order], np.arange(field.graph.size + 1))
        self.worth: dict[int, Measures] = {}
        self.heap: list[tuple[float, int, tuple[int, ...], int, Callable[[], _Partial | None]]] = []
        self.number = count()
        self.seen: set[tuple[Sequence, int, frozenset[int]]] = set()

    def begin(self, starts: Numbers) -> None:
        """Line up the starts, best first; each is entered when the one before it is taken."""
        bound = self.to_go[self.max_legs - 1][starts]
        starts = starts[bound > NEVER]
        self._enter(starts[np.argsort(-bound[bound > NEVER], kind="stable")], 0)

    def _enter(self, starts: Numbers, at: int) -> None:
        if at < len(starts):
            start = int(starts[at])
            bound = float(np.log(LEG) + self.to_go[self.max_legs - 1][start])
            self._push(bound, 0, (start,), lambda: self._begin(starts, at))

    def _begin(self, starts: Numbers, at: int) -> None:
        start = int(starts[at])
        move = int(self.field.move[start])
        parties = (int(self.field.moves.shipper[move]), int(self.field.moves.consignee[move]))
        self._offer(_Partial((start,), (), float(np.log(LEG)), (parties,)))
        self._enter(starts, at + 1)

    def complete(self) -> Iterator[_Partial | None]:
        """Take steps, best first: each yields a complete path or None."""
        while self.heap:
            *_, step = heapq.heappop(self.heap)
            yield step()

    def _push(self, bound: float, last: int, states: tuple[int, ...], step: Callable[[], _Partial | None]) -> None:
        if bound > NEVER:
            heapq.heappush(self.heap, (-round(bound, 10), last, states, next(self.number), step))

    def _offer(self, partial: _Partial) -> None:
        left = self.max_legs - len(partial.states)
        bound = partial.weight + float(self.to_go[left][partial.states[-1]])
        self._push(bound, 0, partial.states, lambda: self._expand(partial))

    def _expand(self, partial: _Partial) -> None:
        state = partial.states[-1]
        if self._seen(partial):
            return
        weight = partial.weight + float(self.field.weights.goal[state])
        done = _Partial(partial.states, partial.entries, weight, partial.sequence)
        self._push(done.weight, 1, partial.states, lambda: done)
        if len(partial.states) < self.max_legs:
            for query in self.order[self.queries[state] : self.queries[state + 1]]:
                self._range(partial, int(query), int(self.graph.start[query]), int(self.graph.stop[query]))

    def _seen(self, partial: _Partial) -> bool:
        """Whether a better path with the same parties ends here with the same shipments still to avoid."""
        moves, move = self.field.moves, self.field.move
        here = moves.shipped[move[partial.states[-1]]]
        again = frozenset(state for state in partial.states if moves.shipped[move[state]] >= here)
        label = (partial.sequence, partial.states[-1], again)
        known = label in self.seen
        self.seen.add(label)
        return known

    def _range(self, partial: _Partial, query: int, start: int, stop: int) -> None:
        if start >= stop:
            return
        worth = self._worth(self.max_legs - len(partial.states) - 1)
        best = start + int(np.argmax(worth[start:stop]))
        bound = partial.weight + float(self.leaving[query]) + float(worth[best])
        self._push(bound, 0, partial.states, lambda: self._step(partial, query, start, stop, best))

    def _worth(self, left: int) -> Measures:
        if left not in self.worth:
            self.worth[left] = self.entries + self.to_go[left][self.graph.entry]
        return self.worth[left]

    def _step(self, partial: _Partial, query: int, start: int, stop: int, best: int) -> None:
        self._range(partial, query, start, best)
        self._range(partial, query, best + 1, stop)
        state = int(self.graph.entry[best])
        moves, move = self.field.moves, int(self.field.move[state])
        if any(int(self.field.move[each]) == move for each in partial.states):
            return
        parties = (int(moves.shipper[move]), int(moves.consignee[move]))
        been = {party for pair in partial.sequence for party in pair}
        weight = partial.weight + float(self.leaving[query]) + float(self.entries[best])
        weight += float(np.log(AGAIN)) if parties[1] in been else 0.0
        sequence = (*partial.sequence, parties)
        self._offer(_Partial((*partial.states, state), (*partial.entries, best), weight, sequence))
