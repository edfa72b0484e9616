"""Kinds of array the tracer works with, and ranges spelled out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Measures = npt.NDArray[np.float64]

FAR = 1 << 20
"""Days fit below this: the lower bits of a (node, day) code."""


def spans(start: Numbers, stop: Numbers) -> tuple[Numbers, Numbers]:
    """Spell out ranges: every place in them, each with the number of its range."""
    length = np.maximum(stop - start, 0)
    which = np.repeat(np.arange(len(start)), length)
    first = np.concatenate([[0], np.cumsum(length)[:-1]]) if len(length) else length
    return start[which] + np.arange(len(which)) - first[which], which
