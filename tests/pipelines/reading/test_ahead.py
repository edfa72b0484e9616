"""Pieces made ahead come in their order, with the error where it arose."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from pipelines.reading.ahead import ahead


def test_pieces_come_in_their_order() -> None:
    assert list(ahead(range(100))) == list(range(100))
    assert list(ahead([])) == []
    assert list(ahead([None, None])) == [None, None]


def test_what_was_made_before_an_error_comes_first() -> None:
    def pieces() -> Iterator[int]:
        yield 1
        raise ValueError("cut off")

    given = ahead(pieces())
    assert next(given) == 1
    with pytest.raises(ValueError, match="cut off"):
        next(given)


def test_one_piece_is_made_ahead_and_no_more() -> None:
    made: list[int] = []

    def pieces() -> Iterator[int]:
        for each in range(10):
            made.append(each)
            yield each

    given = ahead(pieces())
    assert next(given) == 0
    assert next(given) == 1
    assert len(made) <= 3


def test_leaving_early_leaves_no_thread() -> None:
    before = threading.active_count()
    given = ahead(iter(range(10)))
    next(given)
    given.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
