"""When findings become an alert, and how much it weighs.

An alert is "reason to know" for whoever reads it, so a single weak sign stays on the party's page (red_flags.md,
*When a finding becomes an alert*).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from monitor.red_flag import Severity

POINTS = {Severity.LOW: 0.05, Severity.MEDIUM: 0.12, Severity.HIGH: 0.30, Severity.CRITICAL: 0.60}
"""What one finding adds to the score; findings combine as independent signs, 1 - prod(1 - points)."""


@dataclass(frozen=True)
class Weight:
    """What a group of findings weighs."""

    severity: Severity
    reason: str
    score: float
    contributions: tuple[tuple[str, float], ...]


def passes(findings: Sequence[tuple[Severity, str]], *, calibrated: bool = False) -> bool:
    """Decide whether (severity, family) pairs make an alert.

    One critical finding does; so does one high finding beside a finding of another family; so does a finding that
    holds a set error rate (`calibrated`).
    """
    severities = {severity for severity, _ in findings}
    families = {family for _, family in findings}
    return calibrated or Severity.CRITICAL in severities or (Severity.HIGH in severities and len(families) > 1)


def weigh(findings: Sequence[tuple[Severity, str]]) -> Weight:
    """Weigh (severity, flag) pairs: the worst severity, one score, and what each flag adds to it.

    A flag counts once, with its worst finding, however many parties it names.
    """
    worst: dict[str, Severity] = {}
    for severity, flag in findings:
        worst[flag] = max(severity, worst.get(flag, severity), key=lambda each: each.rank)
    severity = max(worst.values(), key=lambda each: each.rank)
    leading = [flag for flag, each in worst.items() if each is severity]
    points = tuple(sorted(((flag, POINTS[each]) for flag, each in worst.items()), key=lambda pair: (-pair[1], pair[0])))
    score = 1 - prod(1 - each for _, each in points)
    others = len(worst) - len(leading)
    reason = f"{', '.join(sorted(leading))} {'is' if len(leading) == 1 else 'are'} {severity}"
    return Weight(
        severity,
        reason + (f"; {others} other red flag{'s' if others > 1 else ''} beside" if others else ""),
        round(score, 4),
        points,
    )
