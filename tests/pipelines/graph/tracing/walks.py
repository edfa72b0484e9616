"""A slow tracer that says what the fast one must find: every rule spelled out pair by pair, every walk enumerated."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from pipelines.graph.tracing.rules import STRENGTH, Rules

State = tuple[str, str]
"""A shipment and the goods key it carries."""

H100, A100 = "accelerator/h100", "accelerator/a100"


@dataclass(frozen=True)
class Move:
    """A shipment of a small world; days are whole numbers, `chip` None means nobody knows the goods."""

    id: str
    shipper: str
    consignee: str
    shipped: int
    arrived: int | None
    pieces: int
    chip: str | None = "h100"
    between: str | None = None
    latest: int = 0
    value: float = 100_000.0

    @property
    def last(self) -> int:
        return self.latest if self.arrived is None else self.arrived

    @property
    def first(self) -> int:
        return self.shipped if self.arrived is None else self.arrived


@dataclass(frozen=True)
class Key:
    party: str
    kind: str
    key: str
    since: int = -10_000
    until: int = 10_000


@dataclass(frozen=True)
class World:
    moves: tuple[Move, ...]
    keys: tuple[Key, ...] = ()
    forwarders: frozenset[str] = frozenset()
    ends: frozenset[State] = frozenset()
    rules: Rules = field(default_factory=Rules)

    def move(self, of: str) -> Move:
        return next(move for move in self.moves if move.id == of)

    def keys_of(self, party: str) -> list[Key]:
        return [Key(party, "identity", party), *(key for key in self.keys if key.party == party)]

    def crowd(self, key: Key) -> int:
        return len({each.party for each in self.keys if (each.kind, each.key) == (key.kind, key.key)})

    def strength(self, key: Key) -> float:
        base = STRENGTH[key.kind]
        return base if key.kind in ("identity", "parent") else base / math.log2(1 + self.crowd(key))

    def joins(self, one: Move, other: Move, goods: str) -> list[tuple[float, int]]:
        """Ways the other may carry on the one: strength, first day the goods may have been there."""
        ways = []
        holders = [(one.consignee, one.first)]
        if one.between not in (None, one.consignee):
            holders.append((str(one.between), one.shipped))
        for holder, first in holders:
            rest = self.rules.dwell_of(goods)
            rest = min(self.rules.forwarder_dwell, rest) if holder in self.forwarders else rest
            for key in self.keys_of(holder):
                for own in self.keys_of(other.shipper):
                    same = (key.kind, key.key) == (own.kind, own.key)
                    holds = all(each.since <= other.shipped <= each.until for each in (key, own))
                    if same and holds and first <= other.shipped <= one.last + rest:
                        ways.append((self.strength(key), first))
        return ways if one.id != other.id else []


def judge(rows: pl.DataFrame) -> pl.DataFrame:
    """Take goods worth something for what arrived."""
    return rows.with_columns(
        plausible=pl.col("unit_value_usd") >= 1000,
        assumed_form="arrived_form",
        assumed_chips_per_piece=pl.col("arrived_chips_per_piece"),
        fits=pl.lit(["value"]),
        misfits=pl.lit([], dtype=pl.List(pl.String)),
        fit=pl.lit(0.8),
    )


def states(world: World) -> dict[State, float]:
    """Every state, with its chips: eight a piece, whatever the goods."""
    carried = {(move.id, f"accelerator/{move.chip}"): move.pieces * 8.0 for move in world.moves if move.chip}
    for _ in range(world.rules.max_legs - 1):
        more = {}
        for move in world.moves:
            for goods in (H100, A100):
                came = sum(
                    chips
                    for (one, of), chips in carried.items()
                    if of == goods and world.joins(world.move(one), move, goods)
                )
                fits = move.value >= 1000 and 0 < move.pieces * 8 <= came
                if move.chip is None and fits and (move.id, goods) not in carried:
                    more[move.id, goods] = move.pieces * 8.0
        if not more:
            break
        carried |= more
    return carried


def carried_on(world: World) -> dict[State, list[State]]:
    """Which states may carry on each."""
    known = states(world)
    return {
        one: [
            other
            for other in known
            if one[1] == other[1] and world.joins(world.move(one[0]), world.move(other[0]), one[1])
        ]
        for one in known
    }


def walks(world: World, start: State) -> Iterator[tuple[State, ...]]:
    """Every walk from a state with no shipment twice, itself included."""
    after = carried_on(world)

    def further(walk: tuple[State, ...]) -> Iterator[tuple[State, ...]]:
        yield walk
        if len(walk) < world.rules.max_legs:
            for other in after[walk[-1]]:
                if all(other[0] != state[0] for state in walk):
                    yield from further((*walk, other))

    yield from further((start,))


def score(world: World, walk: tuple[State, ...]) -> float:
    """The documented score of a walk to an end that is on record."""
    known = states(world)
    result, been = 0.95, {world.move(walk[0][0]).shipper, world.move(walk[0][0]).consignee}
    for before, after in itertools.pairwise(walk):
        one, other = world.move(before[0]), world.move(after[0])
        came = sum(
            chips
            for state, chips in known.items()
            if state[1] == after[1] and world.joins(world.move(state[0]), other, after[1])
        )
        share = known[after] / came
        result *= 0.95 * (1.0 if other.chip else 0.85 * 0.8)
        result *= max(
            strength * 0.5 ** ((other.shipped - first) / 180) for strength, first in world.joins(one, other, after[1])
        )
        result *= 0.6 + 0.4 * share if share <= 1 else max(1 / share, 0.1)
        result *= (known[before] / came) ** 0.25
        result *= 0.5 if other.consignee in been else 1.0
        been |= {other.shipper, other.consignee}
    return result


def parties(world: World, walk: tuple[State, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((world.move(shipment).shipper, world.move(shipment).consignee) for shipment, _ in walk)


def best(world: World, starts: list[State], k: int) -> list[float]:
    """Scores of the k best walks from starts to ends, of those with the same parties only the best."""
    found: dict[tuple[tuple[str, str], ...], float] = {}
    for start in starts:
        for walk in walks(world, start):
            if walk[-1] in world.ends:
                found[parties(world, walk)] = max(found.get(parties(world, walk), 0.0), score(world, walk))
    return sorted(found.values(), reverse=True)[:k]
