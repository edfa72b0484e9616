"""The memory something takes at its peak."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Peak:
    """Bytes held at once."""

    bytes: int = 0


@contextmanager
def peak_of(most: int) -> Iterator[Peak]:
    """Hold what is done within to so many bytes, and tell how many it took."""
    peak = Peak()
    tracemalloc.start()
    try:
        yield peak
        peak.bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak.bytes < most, f"{peak.bytes:,} bytes, more than {most:,}"
