"""What a trace may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STRENGTH: Mapping[str, float] = {"identity": 1.0, "parent": 0.9, "address": 0.7, "contact": 0.7, "officer": 0.6}
"""How sure it is that goods pass between two parties that share a key of this kind."""

UNCROWDED = frozenset({"identity", "parent"})
"""Kinds of key that no crowd weakens."""

CROWD = 25
"""Parties above which a shared address, contact or officer joins nobody."""


@dataclass(frozen=True)
class Rules:
    """What a trace may do: legs, days of dwell by goods family, links between parties."""

    max_legs: int = 6
    dwell: Mapping[str, int] = field(default_factory=lambda: {"accelerator": 180})
    other_dwell: int = 180
    forwarder_dwell: int = 45
    crowd: int = CROWD
    links: tuple[str, ...] = tuple(STRENGTH)

    def dwell_of(self, goods: str) -> int:
        """Days goods of this key may rest at a party."""
        return self.dwell.get(goods.split("/")[0], self.other_dwell)
