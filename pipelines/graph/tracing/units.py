"""How many of the given units may have reached an end: least, likely, first in first out and most.

Most is a maximum flow from the given shipments into the end's deliveries. Least is conservation: what the records can
explain of those deliveries, less what everything else that could feed them can (two maximum flows). Likely lets every
departure take from what is there in proportion, or the oldest first. All on the union of the end's traced part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.graph.tracing.arrays import Flags
from pipelines.graph.tracing.feeds import Bounds, Feeds, feeds
from pipelines.graph.tracing.traced import Traced
from pipelines.tables import Tables


@dataclass(frozen=True)
class Units:
    """Chips of given shipments at one end: of recognized goods, and if the goods are those received.

    `pieces_per_chip` and `h100_per_chip` are those of the given shipments; `middle` the parties that sent them on;
    `inferred` end states whose goods are not recognized; `because` says why the recognized least is what it is.
    """

    recognized: Bounds
    if_same_goods: Bounds
    pieces_per_chip: float
    h100_per_chip: float
    middle: tuple[int, ...]
    because: str
    inferred: tuple[int, ...]
    cut: bool


NOT_RECOGNIZED = "the goods delivered to the end are not recognized"
NOT_COMPLETE = (
    "the records of the parties between are not declared complete, so the least counts only joins that share a "
    "serial, order, invoice or bill of lading"
)


def units(of: Traced, given: Sequence[int], ends: Sequence[int], complete: frozenset[int]) -> Units:
    """Bound the chips of the given states in the deliveries of the end states.

    `complete` are the parties whose movements are all on record.
    """
    recognized, same, middle, reasons, cut = Bounds(), Bounds(), set[int](), list[str](), False
    goods = of.reach.states.goods
    for one in np.unique(goods[list(ends)]):
        part = feeds(of, given, [state for state in ends if goods[state] == one])
        bounds, because = _recognized(part, complete)
        recognized += bounds
        same += part.bounds().at_least(bounds.least)
        reasons.append(because)
        middle |= part.middle()
        cut |= part.cut
    inferred = tuple(int(state) for state in ends if not of.reach.states.own[state])
    return Units(
        recognized,
        same,
        *_ratios(of, given),
        tuple(sorted(middle)),
        "; ".join(sorted({each for each in reasons if each})),
        inferred,
        cut,
    )


def _recognized(part: Feeds, complete: frozenset[int]) -> tuple[Bounds, str]:
    """Count recognized goods only; the least needs complete records of the parties between, or observed joins."""
    known = part.only(part.own | _same_serials(part))
    if not known.ends.any():
        return Bounds(), NOT_RECOGNIZED
    bounds = known.bounds()
    if known.middle() <= complete:
        return bounds.at_least(known.observed().bounds().least), ""
    firm = min(known.observed().bounds().least, bounds.most)
    if firm >= bounds.least:
        return bounds.at_least(firm), ""
    return Bounds(firm, *bounds.numbers[1:]), NOT_COMPLETE


def _same_serials(part: Feeds) -> Flags:
    """Unknown goods with a serial of recognized ones are recognized."""
    moves, states = part.traced.reach.moves, part.traced.reach.states
    rows = (
        moves.frame.select("serial_numbers")[states.move[part.state]]
        .with_columns(place=pl.int_range(pl.len()), own=pl.Series(part.own))
        .explode("serial_numbers")
        .drop_nulls()
    )
    numbers = rows.filter("own")["serial_numbers"].implode()
    matched = rows.filter(~pl.col("own"), pl.col("serial_numbers").is_in(numbers))["place"].unique()
    return np.isin(np.arange(len(part.state)), matched.to_numpy())


def _ratios(of: Traced, given: Sequence[int]) -> tuple[float, float]:
    """Pieces and H100 equivalents per chip of the given states; 1 and 0 when nobody knows."""
    states, frame = of.reach.states, of.reach.moves.frame
    chips = np.nan_to_num(states.chips[list(given)])
    rows = frame.select(pl.col("pieces", "h100_equivalents").cast(pl.Float64).fill_null(0.0))[states.move[list(given)]]

    def per_chip(name: str) -> float | None:
        amount = rows[name].to_numpy()
        counted = (chips > 0) & (amount > 0)
        return float(amount[counted].sum() / chips[counted].sum()) if counted.any() else None

    pieces, h100 = per_chip("pieces"), per_chip("h100_equivalents")
    return 1.0 if pieces is None else pieces, h100 or 0.0


def complete_parties(tables: Tables, of: Traced, parties: Sequence[int]) -> frozenset[int]:
    """Of these parties, those named by a source that declares to record every movement of the parties it names."""
    sources = tables.frame("sources").filter(pl.col("complete").fill_null(value=False))["id"]
    moves = of.reach.moves
    declared = moves.frame["source"].is_in(sources.implode()).fill_null(value=False).to_numpy()
    named = np.concatenate([moves.shipper[declared], moves.consignee[declared]])
    return frozenset(set(parties) & set(named.tolist()))
