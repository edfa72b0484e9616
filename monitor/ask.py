"""The questions analysts ask: pure functions over one stored run, used by every face."""

from __future__ import annotations

from monitor.answers.answer import Answer, known
from monitor.answers.movement import neighbors, path, trace
from monitor.answers.ownership import owned, owners
from monitor.answers.reference import controls, flag, flags
from monitor.answers.screening import screen

__all__ = [
    "Answer", "known", "screen", "owners", "owned", "trace", "path", "neighbors", "flags", "flag", "controls",
]  # fmt: skip
