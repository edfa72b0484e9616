"""The economic share: products along chains, summed over chains. Not the legal test: see `control.py`.

Seen from the owned party, a share is a step: walk up to an owner with the probability of its share. The economic
share of an owner is the probability of ever getting to it, which solves loops by the linear system (I − A)⁻¹ and
counts no walk twice. With intervals, least takes every share at its least; most chooses the shares that favor the
owner, within 100 percent per company, by policy iteration: exact, and never a sum above 100.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import spsolve

from pipelines.graph.ownership.cascade import Bools, Floats, Ints, downstream
from pipelines.graph.ownership.holdings import holdings_on

DENSE = 40
"""Up to so many unknowns a dense solver is faster."""
STEPS = 200
"""Policy iteration ends by itself, after about as many steps as chains are long."""
SMALL = 1e-12


@dataclass(frozen=True)
class Stakes:
    """Interests of one day as numbers, sorted by owner; shares 0 to 1; `least_of` and `known` per party."""

    owner: Ints
    owned: Ints
    least: Floats
    most: Floats
    least_of: Floats


def economic(
    ownership: pl.DataFrame,
    *,
    on_day: int | dt.date,
    owners: Sequence[str] | None = None,
    owned: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Say what share every owner has in every party below it: owner, owned, least, most (percent), tight.

    `owners` and `owned` keep the answer to some parties (without them all pairs, which are many). Not `tight`:
    recorded shares of a company exceed 100 together, or a loop that owns itself entirely stands in between, of
    which nothing on record says whose it is.
    """
    held = holdings_on(ownership, on_day)
    held = held.filter(pl.col("owner") != pl.col("owned")) if owned is None else _above(held, owned)
    ids = pl.concat([held["owner"], held["owned"]]).unique().sort()
    stakes = _stakes(held, ids)
    wanted = ids.is_in(list(owned)).to_numpy() if owned is not None else np.ones(len(ids), dtype=bool)
    starts = ids.index_of if owners is not None else None
    codes = [starts(each) for each in owners or ()] if starts else np.unique(stakes.owner).tolist()
    rows = [row for code in codes if code is not None for row in _shares(stakes, int(code), wanted)]
    kinds = {"owner": pl.UInt32, "owned": pl.UInt32, "least": pl.Float64, "most": pl.Float64, "tight": pl.Boolean}
    found = pl.DataFrame(rows, schema=kinds, orient="row")
    return found.with_columns(owner=ids.gather(found["owner"]), owned=ids.gather(found["owned"])).sort("owner", "owned")


def _above(held: pl.DataFrame, owned: Sequence[str]) -> pl.DataFrame:
    """Keep the interests from which a way leads to the parties asked for."""
    rows = held.filter(pl.col("owner") != pl.col("owned"))
    known = wave = pl.Series("owned", list(owned), dtype=pl.String).unique()
    while len(wave):
        met = rows.filter(pl.col("owned").is_in(wave.implode()))["owner"].unique()
        wave = met.filter(~met.is_in(known.implode()))
        known = pl.concat([known, wave.rename("owned")])
    return rows.filter(pl.col("owned").is_in(known.implode()))


def _stakes(held: pl.DataFrame, ids: pl.Series) -> Stakes:
    codes = pl.DataFrame({"id": ids}).with_row_index("code").with_columns(pl.col("code").cast(pl.Int64))
    rows = held.join(codes, left_on="owner", right_on="id").rename({"code": "from"})
    rows = rows.join(codes, left_on="owned", right_on="id").rename({"code": "to"}).sort("from", "to")
    to, least = rows["to"].to_numpy(), rows["least"].to_numpy() / 100
    least_of = np.asarray(np.bincount(to, weights=least, minlength=len(ids)), dtype=np.float64)
    return Stakes(rows["from"].to_numpy(), to, least, rows["most"].to_numpy() / 100, least_of)


def _shares(stakes: Stakes, start: int, wanted: Bools) -> Iterator[tuple[int, int, float, float, bool]]:
    below = downstream(stakes.owner, stakes.owned, np.array([start]), len(stakes.least_of))
    local = _Below.of(stakes, start, below)
    least = local.solve(local.least)
    loops = local.self_owned(least)
    most = local.best(least, loops)
    doubtful = bool(loops.any()) or bool((local.over > 1 + 1e-9).any())
    for at, node in enumerate(np.flatnonzero(below)):
        if node != start and wanted[node]:
            low, high = round(float(least[at]) * 100, 6), round(float(most[at]) * 100, 6)
            yield start, int(node), min(low, 100.0), min(max(low, high), 100.0), not doubtful


@dataclass(frozen=True)
class _Below:
    """What one owner owns: interests among these parties, numbered anew; the owner is `start`."""

    size: int
    start: int
    owner: Ints
    owned: Ints
    least: Floats
    most: Floats
    over: Floats

    @classmethod
    def of(cls, stakes: Stakes, start: int, below: Bools) -> _Below:
        edges = np.flatnonzero(below[stakes.owner] & below[stakes.owned] & (stakes.owned != start))
        number = np.cumsum(below) - 1
        owned = stakes.owned[edges]
        scale = np.maximum(stakes.least_of[owned], 1.0)
        least = stakes.least[edges] / scale
        most = np.where(scale > 1, least, stakes.most[edges])
        over = stakes.least_of[below]
        return cls(int(below.sum()), int(number[start]), number[stakes.owner[edges]], number[owned], least, most, over)

    def solve(self, share: Floats, sources: Bools | None = None) -> Floats:
        """Find the probability of getting up to the owner (or another source) from every party."""
        value = np.zeros(self.size)
        value[self.start] = 1.0
        if sources is not None:
            value[sources] = 1.0
        fixed = value > 0
        open_ = self._reached(share, fixed) & ~fixed
        if open_.any():
            value[open_] = self._solved(share, open_, fixed)
        return value

    def _reached(self, share: Floats, start: Bools) -> Bools:
        member = start.copy()
        live = np.flatnonzero(share > SMALL)
        while True:
            met = self.owned[live[member[self.owner[live]]]]
            if member[met].all():
                return member
            member[met] = True

    def _solved(self, share: Floats, free: Bools, fixed: Bools) -> Floats:
        number = np.cumsum(free) - 1
        count = int(free.sum())
        given = fixed[self.owner] & free[self.owned]
        right = np.asarray(np.bincount(number[self.owned[given]], weights=share[given], minlength=count))
        among = free[self.owner] & free[self.owned]
        cells = (share[among], (number[self.owned[among]], number[self.owner[among]]))
        system = eye_array(count, format="csc") - csc_array(cells, shape=(count, count))
        if count <= DENSE:
            return np.asarray(np.linalg.solve(system.toarray(), right), dtype=np.float64)
        return np.asarray(spsolve(system, right), dtype=np.float64)

    def best(self, value: Floats, sources: Bools) -> Floats:
        """Raise shares in favor of the owner, company by company, until nothing improves."""
        for _ in range(STEPS):
            better = self.solve(self._favorable(value), sources)
            if np.abs(better - value).max() <= SMALL:
                return better
            value = better
        return np.where(value > 0, 1.0, 0.0)

    def _favorable(self, value: Floats) -> Floats:
        """Give what is left of each company to the owners of greatest value first."""
        order = np.lexsort((-value[self.owner], self.owned))
        room = np.where(value[self.owner] > 0, np.maximum(self.most - self.least, 0.0), 0.0)[order]
        owned = self.owned[order]
        left = np.maximum(1.0 - self.over, 0.0)[owned]
        total = np.cumsum(room)
        begins = np.r_[True, owned[1:] != owned[:-1]] if len(owned) else np.zeros(0, dtype=bool)
        before = total - room
        base = before[begins][np.cumsum(begins) - 1] if len(owned) else before
        given = np.clip(left - (before - base), 0.0, room)
        share = self.least.copy()
        share[order] += given
        return share

    def self_owned(self, value: Floats) -> Bools:
        """Mark parties of which no way leads up to anybody: all their shares are in loops among themselves."""
        inside = (value <= 0) & (self.over >= 1 - 1e-9)
        while inside.any():
            edges = inside[self.owner] & inside[self.owned]
            among = np.bincount(self.owned[edges], weights=self.least[edges], minlength=self.size)
            kept = inside & (among >= 1 - 1e-9)
            if (kept == inside).all():
                break
            inside = kept
        return np.asarray(inside)
