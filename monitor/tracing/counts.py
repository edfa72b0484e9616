"""Units at an end as the contract tells them: pieces, chips, H100 equivalents, and what they assume."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.tracing.path import Json, Teller, plain
from pipelines.graph.tracing.feeds import Bounds
from pipelines.graph.tracing.units import Units, complete_parties, units
from pipelines.tables import Tables


@dataclass(frozen=True)
class UnitsAtEnd:
    """Units of given shipments at one end."""

    end: str
    name: str
    counted: Units
    assumes: tuple[str, ...]

    @property
    def cut(self) -> bool:
        return self.counted.cut

    def pieces(self, *, recognized: bool) -> Bounds:
        """Bounds in pieces of the given shipments."""
        bounds = self.counted.recognized if recognized else self.counted.if_same_goods
        return bounds.times(self.counted.pieces_per_chip)

    def as_json(self) -> Json:
        recognized = self._measures(self.counted.recognized)
        if self.counted.because:
            recognized["because"] = self.counted.because
        return {
            "end": self.end,
            "name": self.name,
            "recognized": recognized,
            "if_same_goods": self._measures(self.counted.if_same_goods),
            "assumes": list(self.assumes),
        }

    def _measures(self, chips: Bounds) -> Json:
        return {
            "units": _four(chips.times(self.counted.pieces_per_chip)),
            "chips": _four(chips),
            "h100_equivalents": _four(chips.times(self.counted.h100_per_chip)),
        }


def _four(bounds: Bounds) -> Json:
    names = ("least", "likely", "first_in_first_out", "most")
    return dict(zip(names, map(plain, bounds.numbers), strict=True))


def count_units(
    tables: Tables, teller: Teller, given: Sequence[int] | np.ndarray[Any, Any], ends: Sequence[int]
) -> UnitsAtEnd:
    """Bound the units of the given states at one end party."""
    of = teller.of
    starts = [int(state) for state in given]
    complete = complete_parties(tables, of, of.reach.moves.shipper[of.reach.states.move[of.within]].tolist())
    counted = units(of, starts, ends, complete)
    end = teller.end(int(ends[0]))
    return UnitsAtEnd(end["id"], end["name"], counted, tuple(_assumes(teller, counted, complete)))


def _assumes(teller: Teller, counted: Units, complete: frozenset[int]) -> list[str]:
    states, moves = teller.states, teller.moves
    forms = sorted({str(states.kinds[states.kind[state]][0] or "piece like those") for state in counted.inferred})
    said = [
        f"each unknown piece is a {form}, the form that arrived"
        if form != "chip"
        else "each unknown piece is a single chip"
        for form in forms
    ]
    if counted.inferred:
        said.append("the goods are those received")
    open_books = [party for party in counted.middle if party not in complete]
    begin = (dt.date(1970, 1, 1) + dt.timedelta(days=moves.day_zero)).year
    said += [
        f"no other stock at {teller.party(moves.parties[party])['name']} (its records are not declared complete, "
        f"and begin in {begin})"
        for party in open_books
    ]
    if counted.because:
        said.append(f"recognized: {counted.because}")
    if counted.cut:
        said.append("there are too many hand-overs to spell out: bounds are taken from the sums alone")
    return said
