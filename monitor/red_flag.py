"""What a red flag is: a claim about a party that records can show, with its source and its own examples."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from monitor.guidance import Cite
from pipelines import Tables


class Severity(enum.StrEnum):
    """How much one finding weighs, least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True)
class Example:
    """A small world and whom the flag names in it; `party` None means it names nobody."""

    name: str
    party: str | None
    rows: Mapping[str, Sequence[Mapping[str, object]]]
    as_of: str = "2026-01-01"
    severity: Severity | None = None

    @property
    def tables(self) -> Tables:
        """The world, made when asked for: importing a flag builds nothing."""
        return Tables.of(as_of=self.as_of, **self.rows)


def raises(
    name: str,
    party: str,
    *,
    as_of: str = "2026-01-01",
    severity: Severity | None = None,
    **rows: Sequence[Mapping[str, object]],
) -> Example:
    """A world in which the flag names this party (with this severity, when given)."""
    return Example(name, party, rows, as_of, severity)


def silent(name: str, *, as_of: str = "2026-01-01", **rows: Sequence[Mapping[str, object]]) -> Example:
    """A world in which the flag names nobody."""
    return Example(name, None, rows, as_of)


@dataclass(frozen=True)
class RedFlag:
    """One red flag.

    `find(tables, *, parameter=default, …)` gives a row per piece of evidence: `party` (whom it names), `shipment`
    (the record it rests on, may be null) and every value `says` mentions; optionally `severity` (text), `payment`,
    `inferred` (bool) and `verify` (bool). It is pure and lazy. `unsure(tables)` gives `party`, `because` for those it
    could not judge. `needs` are the tables without which nobody can be judged; `fills` the columns a source must fill
    for half its rows, as "table.column".
    """

    id: str
    title: str
    cites: tuple[Cite, ...]
    severity: Severity
    family: str
    kind: str
    find: Callable[..., nw.LazyFrame[Any]]
    says: str
    misses: str
    examples: tuple[Example, ...]
    unsure: Callable[..., nw.LazyFrame[Any]] | None = None
    needs: tuple[str, ...] = ("shipments",)
    fills: tuple[str, ...] = ()
    absent: bool = False
    calibrated: bool = False
    """Its findings hold an error rate that is set, so that one of them makes an alert by itself."""
    context: bool = False
    """Its findings are told beside others and never help to make an alert."""
    innocent: tuple[tuple[str, str], ...] = field(default=())
    """(innocent reading, what would show it)."""
