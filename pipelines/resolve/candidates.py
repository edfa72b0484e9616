"""Which names are worth comparing: those that share a rare word, a misspelled rare word, or two common words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from scipy import sparse

from pipelines.normalize.names import Name, is_rare
from pipelines.resolve.evidence import letters_allowed, word_likeness

SHORTEST_FUZZY = 5

BUSIEST = 400
"""Names that may share a key before it says too little to be used."""


def token_frame(names: Sequence[Name]) -> pl.DataFrame:
    """List the words of each name: `name` (its place), `token`."""
    rows = [(place, token) for place, name in enumerate(names) for token in set(name.tokens)]
    return pl.DataFrame(rows, schema={"name": pl.Int64, "token": pl.String}, orient="row")


def candidate_pairs(left: Sequence[Name], right: Sequence[Name], *, busiest: int = BUSIEST) -> pl.DataFrame:
    """Pair places in `left` with places in `right` that share a blocking key.

    A key that more than `busiest` names of `right` share is not used: it says too little. Linear in the number of
    names and of pairs found; never all against all.
    """
    keys = pl.concat([_keys(left, right), _whole(left, right), _joint(left, right)])
    return keys.join(_frequent(keys, busiest), on="key", how="semi").pipe(_pairs)


def stored_keys(names: Sequence[Name]) -> pl.DataFrame:
    """List the keys under which names are found: `key`, `name` (its place)."""
    keys = pl.concat([_keys([], names), _whole([], names), _joint([], names)])
    return keys.select("key", "name").unique()


def asked_keys(names: Sequence[Name], vocabulary: Sequence[str]) -> list[str]:
    """List the keys by which names ask, words of a vocabulary they may be misspellings of included."""
    keys = pl.concat([_keys(names, []), _whole(names, []), _joint(names, [])])
    words = sorted({token for name in names for token in name.tokens})
    lengths = {size for word in words for size in _lengths(len(word))}
    alike = similar_tokens(words, [word for word in vocabulary if len(word) in lengths]).get_column("other")
    return pl.concat([keys.get_column("key"), alike]).unique().sort().to_list()


def _lengths(length: int) -> range:
    """How long a word may be that a word of this length may be a misspelling of."""
    return range(length - letters_allowed(length), length + letters_allowed(length) + 1)


def _pairs(keys: pl.DataFrame) -> pl.DataFrame:
    sides = [
        keys.filter(pl.col("side") == side).select("key", pl.col("name").alias(to)).unique()
        for side, to in (("left", "left"), ("right", "right"))
    ]
    return sides[0].join(sides[1], on="key").select("left", "right").unique().sort("left", "right")


def _frequent(keys: pl.DataFrame, busiest: int) -> pl.DataFrame:
    shared = keys.filter(pl.col("side") == "right").group_by("key").agg(pl.col("name").n_unique().alias("count"))
    whole = pl.col("key").str.starts_with("=")
    return shared.filter((pl.col("count") <= busiest) | whole)


def _side(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    return frame.select("key", "name", side=pl.lit(side))


def _keys(left: Sequence[Name], right: Sequence[Name]) -> pl.DataFrame:
    """Key names by their rare words; a word of `left` also takes the words of `right` it may be a misspelling of."""
    mine, others = token_frame(left), token_frame(right)
    rare = others.filter(pl.col("token").map_elements(is_rare, return_dtype=pl.Boolean)) if others.height else others
    alike = similar_tokens(mine["token"].unique().sort().to_list(), others["token"].unique().sort().to_list())
    spelled = mine.join(alike, on="token").select("name", pl.col("other").alias("token"))
    wanted = pl.concat([mine, spelled]).unique()
    return pl.concat([_side(wanted.rename({"token": "key"}), "left"), _side(rare.rename({"token": "key"}), "right")])


def _whole(left: Sequence[Name], right: Sequence[Name]) -> pl.DataFrame:
    """Key names by their whole core, and by their words in order of the alphabet."""
    rows = [
        (f"={key}", place, side)
        for side, names in (("left", left), ("right", right))
        for place, name in enumerate(names)
        for key in {name.squeezed, "".join(sorted(name.tokens))}
    ]
    return pl.DataFrame(rows, schema={"key": pl.String, "name": pl.Int64, "side": pl.String}, orient="row")


def _joint(left: Sequence[Name], right: Sequence[Name]) -> pl.DataFrame:
    """Key names by every two of their words, and by two neighbors written as one."""
    rows = [
        (key, place, side)
        for side, names in (("left", left), ("right", right))
        for place, name in enumerate(names)
        for key in _twos(name.tokens)
    ]
    return pl.DataFrame(rows, schema={"key": pl.String, "name": pl.Int64, "side": pl.String}, orient="row")


def _twos(tokens: tuple[str, ...]) -> set[str]:
    words = sorted(set(tokens[:9]))
    twos = {f"{first}+{second}" for place, first in enumerate(words) for second in words[place + 1 :]}
    joined = {first + second for first, second in pairwise(tokens)}
    return twos | joined | {token for token in tokens if len(token) >= 8}


def similar_tokens(queries: Sequence[str], vocabulary: Sequence[str]) -> pl.DataFrame:
    """Find the words of a vocabulary that each query may be a misspelling of: `token`, `other`.

    Words of five letters and more whose trigrams overlap enough, then compared letter by letter.
    """
    asked = [word for word in queries if len(word) >= SHORTEST_FUZZY and word.isascii() and not word.isdigit()]
    known = [word for word in vocabulary if len(word) >= SHORTEST_FUZZY and word.isascii() and not word.isdigit()]
    if not asked or not known:
        return pl.DataFrame(schema={"token": pl.String, "other": pl.String})
    rows = [
        (asked[a], known[b])
        for a, b in _overlapping(asked, known)
        if asked[a] != known[b] and word_likeness(asked[a], known[b])[0] > 0.5
    ]
    return pl.DataFrame(rows, schema={"token": pl.String, "other": pl.String}, orient="row")


def _overlapping(asked: list[str], known: list[str], *, step: int = 2000) -> list[tuple[int, int]]:
    columns: dict[str, int] = {}
    table = _trigrams(known, columns, grow=True)
    wanted = _trigrams(asked, columns, grow=False)
    width = len(columns)
    across = sparse.csr_matrix((np.ones(len(table[0]), np.int16), table), shape=(len(known), width)).T.tocsr()
    queries = sparse.csr_matrix((np.ones(len(wanted[0]), np.int16), wanted), shape=(len(asked), width))
    lengths = np.array([len(word) for word in known])
    found: list[tuple[int, int]] = []
    for start in range(0, len(asked), step):
        found += _close(queries[start : start + step] @ across, start, asked, lengths)
    return found


def _close(overlap: sparse.csr_matrix, start: int, asked: list[str], lengths: np.ndarray) -> list[tuple[int, int]]:
    block = overlap.tocoo()
    mine = np.array([len(word) for word in asked[start : start + overlap.shape[0]]])[block.row]
    allowed = np.array([letters_allowed(length) for length in range(64)])[
        np.minimum(np.minimum(mine, lengths[block.col]), 63)
    ]
    needed = np.maximum(np.maximum(mine, lengths[block.col]) - 3 * allowed, 2)
    kept = (block.data >= needed) & (np.abs(mine - lengths[block.col]) <= allowed)
    return list(zip((block.row[kept] + start).tolist(), block.col[kept].tolist(), strict=True))


def _trigrams(words: Sequence[str], columns: dict[str, int], *, grow: bool) -> tuple[list[int], list[int]]:
    rows, cols = [], []
    for row, word in enumerate(words):
        padded = f"^{word}$"
        for gram in {padded[place : place + 3] for place in range(len(padded) - 2)}:
            column = columns.setdefault(gram, len(columns)) if grow else columns.get(gram, -1)
            if column >= 0:
                rows.append(row)
                cols.append(column)
    return rows, cols
