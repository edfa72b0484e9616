"""Pairs to groups: one row of a class in each, best pairs first, whatever the order they come in."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Numbers = npt.NDArray[np.int64]


def matched(pairs: pl.DataFrame, group: Numbers, rows: pl.DataFrame) -> Numbers:
    """Join groups by pairs, best first as `pairs` stand; `group` and the result name a row's group by a row in it.

    A group takes no second row of a class, and no row that hands on what another received. What nothing contests is
    joined at once, which is what best first comes to there; only contested groups are gone through pair by pair.
    """
    if pairs.is_empty():
        return group
    ends = np.column_stack([group[pairs["a"].to_numpy()], group[pairs["b"].to_numpy()]])
    part = _parts(ends, len(group))[group]
    contested = _contested(part, rows)
    settled: Numbers = np.where(contested[part], group, part)
    left = contested[part[pairs["a"].to_numpy()]]
    if left.any():
        _by_turns(pairs.filter(pl.Series(left)), settled, rows, np.flatnonzero(contested[part]))
    return _renamed(settled)


def _parts(ends: Numbers, size: int) -> Numbers:
    joined = coo_array((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(size, size))
    part: Numbers = connected_components(joined, directed=False)[1].astype(np.int64)
    first = np.full(int(part.max()) + 1, size, dtype=np.int64)
    np.minimum.at(first, part, np.arange(size))
    return first[part]


def _contested(part: Numbers, rows: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Mark parts, by the row that names them, with two rows of a class or with different shippers and consignees."""
    found = (
        rows.select("label", "shipper", "consignee", part=pl.Series(part))
        .filter(pl.Series(np.bincount(part, minlength=len(part))[part] > 1))
        .group_by("part")
        .agg(
            pl.len(),
            several=(pl.col("shipper").min() != pl.col("shipper").max())
            & (pl.col("consignee").min() != pl.col("consignee").max()),
            labels=pl.col("label").n_unique(),
        )
        .filter((pl.col("labels") < pl.col("len")) | pl.col("several"))
    )
    marks = np.zeros(len(part), dtype=np.bool_)
    marks[found["part"].to_numpy()] = True
    return marks


class _Group:
    """Rows joined so far: their classes, the parties that send and those that receive."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.labels: set[int] = set()
        self.ends: set[tuple[str | None, str | None]] = set()
        self.receivers: set[str] = set()

    def take(self, row: int, label: int, shipper: str | None, consignee: str | None, between: str | None) -> None:
        self.rows.append(row)
        self.labels.add(label)
        self.ends.add((shipper, consignee))
        self.receivers |= {each for each in (consignee, between) if each}

    def fits(self, other: _Group) -> bool:
        if self.labels & other.labels:
            return False
        if len(self.ends | other.ends) == 1:
            return True
        senders, theirs = ({shipper for shipper, _ in each.ends} for each in (self, other))
        return not (senders & other.receivers or theirs & self.receivers)

    def absorb(self, other: _Group) -> None:
        self.rows += other.rows
        self.labels |= other.labels
        self.ends |= other.ends
        self.receivers |= other.receivers


def _by_turns(pairs: pl.DataFrame, group: Numbers, rows: pl.DataFrame, touched: Numbers) -> None:
    """Join groups pair by pair where they fit; changes `group` in place."""
    facts = rows[touched].select("row", "label", "shipper", "consignee", "between")
    of: dict[int, _Group] = {}
    by_name: dict[int, _Group] = {}
    for name, fact in zip(group[touched].tolist(), facts.iter_rows(), strict=True):
        of[fact[0]] = by_name.setdefault(name, _Group())
        of[fact[0]].take(*fact)
    _join(pairs.select("a", "b").iter_rows(), of)
    for joined in {id(each): each for each in of.values()}.values():
        group[joined.rows] = min(joined.rows)


def _join(pairs: Iterable[tuple[int, int]], of: dict[int, _Group]) -> None:
    for a, b in pairs:
        one, other = of[a], of[b]
        if one is other or not one.fits(other):
            continue
        one.absorb(other)
        for row in other.rows:
            of[row] = one


def _renamed(group: Numbers) -> Numbers:
    """Name every group by its first row."""
    _, place = np.unique(group, return_inverse=True)
    first = np.full(int(place.max()) + 1, len(group), dtype=np.int64)
    np.minimum.at(first, place, np.arange(len(group)))
    return first[place]
