"""Which statements are versions of one record, learned in a first reading and kept in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import polars as pl

from pipelines.normalize.statements import Statement

MANY = 255
"""Interests a statement is counted to have at most."""

DEEPEST = 1_000
"""Versions behind a statement that are counted at most."""


class Replacements:
    """Statements that name those they replace: all that hang together are one record, named after the oldest."""

    def __init__(self) -> None:
        self._replaced: dict[str, Sequence[str]] = {}
        self._parent: dict[str, str] = {}
        self._roots: dict[str, str] = {}

    def see(self, name: str, replaced: Sequence[str]) -> None:
        """Take notice that a statement replaces others."""
        if replaced:
            self._replaced[name] = replaced
        for each in replaced:
            self._parent[self._top(each)] = self._top(name)

    def _top(self, name: str) -> str:
        self._parent.setdefault(name, name)
        while self._parent[name] != name:
            self._parent[name] = self._parent[self._parent[name]]
            name = self._parent[name]
        return name

    def settle(self) -> dict[str, str]:
        """Name every record after its least statement that replaces none (in a loop: its least), by statement."""
        oldest: dict[str, tuple[bool, str]] = {}
        for each in self._parent:
            top, own = self._top(each), (each in self._replaced, each)
            oldest[top] = min(oldest.get(top, own), own)
        self._roots = {each: oldest[self._top(each)][1] for each in self._parent}
        return self._roots

    def root(self, name: str) -> str:
        """Name the record a statement is a version of."""
        return self._roots.get(name, name)

    def depth(self, name: str) -> int:
        """Count the versions that stand behind a statement."""
        seen: set[str] = set()
        while name in self._replaced and name not in seen and len(seen) < DEEPEST:
            seen.add(name)
            name = min(self._replaced[name])
        return len(seen)


class Histories:
    """What a first reading of BODS shows: replacements, bare closings, and how many interests a record had.

    Of a record whose versions differ in their number of interests the greatest number is kept.
    """

    def __init__(self) -> None:
        self.closed_barely: set[str] = set()
        self._replacements = Replacements()
        self._lines: dict[int, int] = {}
        self._keys, self._counts = array("q"), array("B")

    def see(self, said: Statement, interests: int) -> None:
        """Take notice of a statement."""
        self._replacements.see(said.id, said.replaces)
        if said.kind == "relationship":
            self._keys.append(hash(said.record))
            self._counts.append(min(interests, MANY))
            if said.closed and not interests:
                self.closed_barely.add(said.record)

    def settle(self) -> None:
        """Find the record of every replaced statement, and the records that lost or gained interests."""
        roots = {hash(each): hash(root) for each, root in self._replacements.settle().items()}
        keys, lines = pl.Series(self._keys, dtype=pl.Int64), pl.Series(self._counts, dtype=pl.UInt8)
        frame = pl.DataFrame({"key": keys.replace(roots) if roots else keys, "lines": lines})
        ends = frame.group_by("key").agg(most=pl.col("lines").max(), least=pl.col("lines").min())
        varied = ends.filter(pl.col("most") > pl.max_horizontal("least", 1))
        self._lines = dict(varied.select("key", "most").iter_rows())
        self._keys, self._counts = array("q"), array("B")

    def root(self, name: str) -> str:
        """Name the record a statement is a version of."""
        return self._replacements.root(name)

    def rank(self, said: Statement) -> int:
        """Order versions stated at one moment: by status, and by how many stand behind."""
        return said.rank + self._replacements.depth(said.id)

    def lines(self, said: Statement) -> int:
        """How many interests versions of its record have at most, where they differ."""
        return self._lines.get(hash(said.record), 0)
