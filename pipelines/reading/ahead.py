"""Make the next piece in a thread of its own while the present one is worked on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")


def ahead(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Give the pieces in their order, one made ahead; where making one fails, those before it come first.

    The pieces are made one after the other, so what makes them need not know of it.
    """
    source, none = iter(pieces), object()
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, source, none)
        while (piece := coming.result()) is not none:
            coming = maker.submit(next, source, none)
            yield piece  # type: ignore[misc]
