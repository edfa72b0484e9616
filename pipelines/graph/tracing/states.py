"""States of a trace: a shipment and the goods it carries, recognized or as received.

The goods key is `family/chip` for accelerators, the family for other controlled goods. Goods that are unknown take,
leg by leg, the keys of what had arrived where they left (`pipelines.graph.tracing.carried`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipelines.graph.tracing.arrays import Flags, Measures, Numbers
from pipelines.graph.tracing.movement_columns import Movements
from pipelines.graph.tracing.rules import Rules

KEYLESS = "accelerator"
"""Family whose goods may be named without their product: such a state meets departures of every product."""

UNKNOWN = 0.0
"""Chips per piece of a kind nobody stated."""


@dataclass(frozen=True)
class States:
    """States as columns; `goods` and `kind` are places in `goods_names` and `kinds`.

    `chips` are accelerators in the line (pieces for other families), NaN when unknown; `own` is true where the row
    itself says what the goods are; `fit` is 1 for those, else how well unknown goods fit what they are taken to be.
    """

    move: Numbers
    goods: Numbers
    own: Flags
    chips: Measures
    kind: Numbers
    fit: Measures
    goods_names: tuple[str, ...]
    kinds: tuple[tuple[str | None, float], ...]
    notes: pl.DataFrame

    def __len__(self) -> int:
        return len(self.move)

    def part(self, kept: Numbers, place: Numbers, number: Numbers) -> States:
        """Take some states: `place` is the new row of each movement, `number` the new number of each state."""
        notes = self.notes.with_columns(state=pl.Series(number[self.notes["state"].to_numpy()])).filter(
            pl.col("state") >= 0
        )
        return replace(
            self, move=place[self.move[kept]], goods=self.goods[kept], own=self.own[kept], chips=self.chips[kept],
            kind=self.kind[kept], fit=self.fit[kept], notes=notes,
        )  # fmt: skip

    def joined(self, more: States) -> States:
        """Add states; names and kinds are those of `more`, which extends these."""
        return replace(
            more,
            move=np.concatenate([self.move, more.move]),
            goods=np.concatenate([self.goods, more.goods]),
            own=np.concatenate([self.own, more.own]),
            chips=np.concatenate([self.chips, more.chips]),
            kind=np.concatenate([self.kind, more.kind]),
            fit=np.concatenate([self.fit, more.fit]),
            notes=pl.concat([self.notes, more.notes]),
        )


NOTES = {"state": pl.Int64(), "fits": pl.List(pl.String()), "misfits": pl.List(pl.String())}


def goods_key() -> pl.Expr:
    """The key of goods as a row states them; null for goods nobody recognized."""
    chip = pl.when(pl.col("family") == KEYLESS).then(pl.col("chip"))
    known = pl.col("recognized").fill_null(value=True) & pl.col("family").is_not_null()
    return pl.when(known).then(pl.concat_str("family", chip, separator="/", ignore_nulls=True))


def recognized_states(moves: Movements) -> States:
    """One state per shipment whose goods the row itself names."""
    rows = (
        moves.frame.select(
            goods_key().alias("goods"),
            "form",
            _chips().alias("chips"),
            per_piece=pl.col("chips_per_piece").fill_null(UNKNOWN),
        )
        .with_row_index("move")
        .filter(pl.col("goods").is_not_null())
    )
    names = tuple(rows["goods"].unique().sort())
    kinds = rows.select("form", "per_piece").unique().sort("form", "per_piece").with_row_index("kind")
    kind = rows.join(kinds, on=["form", "per_piece"], how="left", nulls_equal=True, maintain_order="left")["kind"]
    return States(
        rows["move"].cast(pl.Int64).to_numpy(),
        rows["goods"].cast(pl.Enum(names)).to_physical().cast(pl.Int64).to_numpy(),
        np.ones(len(rows), bool),
        rows["chips"].fill_null(float("nan")).to_numpy(),
        kind.cast(pl.Int64).to_numpy(),
        np.ones(len(rows)),
        names,
        tuple(kinds.select("form", "per_piece").iter_rows()),
        pl.DataFrame(schema=NOTES),
    )


def _chips() -> pl.Expr:
    """Accelerators in the line, pieces where goods hold none; nothing or less counts as unknown."""
    of_family = pl.when(pl.col("family") == KEYLESS).then(pl.col("chips"))
    counted = of_family.fill_null(
        pl.col("pieces") * pl.col("chips_per_piece").fill_null(pl.when(pl.col("family") != KEYLESS).then(1.0))
    )
    return pl.when(counted > 0).then(counted)


@dataclass(frozen=True)
class Departures:
    """Departures of states, once per key of the shipper that holds that day."""

    state: Numbers
    key: Numbers
    day: Numbers
    strength: Measures
    row: Numbers
    """Row of `Keys`; -1 for the party itself."""


@dataclass(frozen=True)
class Arrivals:
    """Arrivals of states, once per holder and key: goods may leave from `since` to `until`."""

    state: Numbers
    key: Numbers
    since: Numbers
    until: Numbers
    arrived: Numbers
    """First day the holder may have had them; `since` is later where the key began to hold later."""
    holder: Numbers
    row: Numbers

    def only(self, kept: Flags) -> Arrivals:
        return Arrivals(*(column[kept] for column in self._columns))

    def beside(self, other: Arrivals) -> Arrivals:
        return Arrivals(*(np.concatenate(pair) for pair in zip(self._columns, other._columns, strict=True)))

    @property
    def _columns(self) -> tuple[Numbers, ...]:
        return self.state, self.key, self.since, self.until, self.arrived, self.holder, self.row


def departures(moves: Movements, state: Numbers, move: Numbers) -> Departures:
    """Enter each departure once per key of its shipper."""
    shipper, day = moves.shipper[move], moves.shipped[move]
    rows, which = moves.keys.rows_of(shipper)
    holds = (moves.keys.since[rows] <= day[which]) & (day[which] <= moves.keys.until[rows])
    rows, which = rows[holds], which[holds]
    papers, named = moves.papers_out.of(move)
    return Departures(
        np.concatenate([state, state[which], state[named]]),
        np.concatenate([shipper, moves.keys.key[rows], papers]),
        np.concatenate([day, day[which], day[named]]),
        np.concatenate([np.ones(len(state)), moves.keys.strength[rows], np.ones(len(named))]),
        np.concatenate([np.full(len(state), -1), rows, np.full(len(named), -1)]),
    )


def arrivals(moves: Movements, states: States, state: Numbers, rules: Rules) -> Arrivals:
    """Let each arrival be met once per key of its consignee, and of its intermediate consignee.

    The consignee has the goods from the first possible arrival, an intermediate from the departure, each until the
    last possible arrival and the dwell.
    """
    move = states.move[state]
    passed = np.flatnonzero(moves.intermediate[move] >= 0)
    own = _held(moves, states, state, moves.consignee[move], moves.first[move], rules)
    papers = _by_papers(moves, states, state, rules)
    between = state[passed]
    on_the_way = states.move[between]
    passing = _held(moves, states, between, moves.intermediate[on_the_way], moves.shipped[on_the_way], rules)
    columns = (np.concatenate(three) for three in zip(own, passing, papers, strict=True))
    return Arrivals(*columns)


def _held(
    moves: Movements, states: States, state: Numbers, holder: Numbers, since: Numbers, rules: Rules
) -> tuple[Numbers, ...]:
    until = moves.last[states.move[state]] + dwell(moves, states, state, holder, rules)
    rows, which = moves.keys.rows_of(holder)
    later = np.maximum(since[which], moves.keys.since[rows])
    sooner = np.minimum(until[which], moves.keys.until[rows])
    holds = later <= sooner
    rows, which = rows[holds], which[holds]
    return (
        np.concatenate([state, state[which]]),
        np.concatenate([holder, moves.keys.key[rows]]),
        np.concatenate([since, later[holds]]),
        np.concatenate([until, sooner[holds]]),
        np.concatenate([since, since[which]]),
        np.concatenate([holder, holder[which]]),
        np.concatenate([np.full(len(state), -1), rows]),
    )


def _by_papers(moves: Movements, states: States, state: Numbers, rules: Rules) -> tuple[Numbers, ...]:
    """A forwarder may keep goods for the full dwell when an order, invoice, bill of lading or serial is shared."""
    keys, which = moves.papers_in.of(states.move[state])
    state = state[which]
    move = states.move[state]
    days = np.array([rules.dwell_of(name) for name in states.goods_names], np.int64)[states.goods[state]]
    consigned = moves.forwarder[moves.consignee[move]]
    holder = np.where(consigned, moves.consignee[move], moves.intermediate[move])
    since = np.where(consigned, moves.first[move], moves.shipped[move])
    return state, keys, since, moves.last[move] + days, since, holder, np.full(len(state), -1)


def dwell(moves: Movements, states: States, state: Numbers, holder: Numbers, rules: Rules) -> Numbers:
    """Days goods may rest at a holder: those of their family, fewer at a forwarder."""
    of_goods = np.array([rules.dwell_of(name) for name in states.goods_names], np.int64)
    longest = of_goods[states.goods[state]]
    return np.where(moves.forwarder[holder], np.minimum(rules.forwarder_dwell, longest), longest)
