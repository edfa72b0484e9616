"""Which rows describe one movement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.graph.joining.candidates import loose, named
from pipelines.graph.joining.comparable import comparable
from pipelines.graph.joining.compared import compared
from pipelines.graph.joining.matching import Numbers, matched
from pipelines.graph.joining.parts import partial

ROUNDS = 3
"""Times what found no counterpart is compared again: a nearest one may have been taken."""


@dataclass(frozen=True)
class Groups:
    """Rows of one movement: the place of a row that names the group of each row, in order of their ids.

    `agreed` has `whole` and `part`: groups of what was agreed and left in parts, each part a movement.
    """

    group: Numbers
    agreed: pl.DataFrame


def grouped(shipments: pl.DataFrame) -> Groups:
    """Group rows, sorted by id, that describe one movement.

    Strongest first: rows that a paper or serial number joins with equal quantities; lines told in parts; rows a paper
    joins although their quantities differ; rows only parties, goods, quantity and days join.
    """
    rows = comparable(shipments)
    group = np.arange(rows.height, dtype=np.int64)
    if rows["label"].n_unique() < 2:
        return Groups(group, _NONE.clear())
    pairs = compared(named(rows), rows)
    equal = pl.col("same").fill_null(value=True)
    group = matched(pairs.filter(equal), group, rows)
    parts = partial(rows, group)
    group = matched(_open(pairs.filter(~equal), group, rows, parts), group, rows)
    for _ in range(ROUNDS):
        more = compared(_open(loose(_single(rows, group)), group, rows, parts), rows)
        joined = matched(more, group, rows)
        if (joined == group).all():
            break
        group = joined
    return _together(group, parts)


_NONE = pl.DataFrame(schema={"whole": pl.Int64, "part": pl.Int64})


def _single(rows: pl.DataFrame, group: Numbers) -> pl.DataFrame:
    """Keep rows whose group has not every class."""
    classes = rows["label"].n_unique()
    return rows.filter(pl.len().over(pl.Series(group)) < classes)


def _open(pairs: pl.DataFrame, group: Numbers, rows: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Leave out pairs of rows that have their counterpart in the other's class."""
    if pairs.is_empty():
        return pairs
    labels = rows["label"].to_numpy()
    taken = _taken(pairs, group, labels, parts)
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    asked = pairs.with_columns(
        _a=pl.Series(group[a]), _b=pl.Series(group[b]), _la=pl.Series(labels[a]), _lb=pl.Series(labels[b])
    )
    free = asked.join(taken, left_on=["_a", "_lb"], right_on=["group", "label"], how="anti").join(
        taken, left_on=["_b", "_la"], right_on=["group", "label"], how="anti"
    )
    return free.drop("_a", "_b", "_la", "_lb")


def _taken(pairs: pl.DataFrame, group: Numbers, labels: npt.NDArray[Any], parts: pl.DataFrame) -> pl.DataFrame:
    """List the classes each group of the pairs has, its own and those of its whole or its parts."""
    ends = pl.DataFrame({"one": group[parts["whole"].to_numpy()], "two": group[parts["part"].to_numpy()]})
    asked = np.zeros(len(group), dtype=np.bool_)
    for some in (group[pairs["a"].to_numpy()], group[pairs["b"].to_numpy()], ends["one"], ends["two"]):
        asked[some] = True
    mask = asked[group]
    own = pl.DataFrame({"group": group[mask], "label": labels[mask]})
    linked = pl.concat([ends, ends.select(one="two", two="one")]).join(own, left_on="two", right_on="group")
    return pl.concat([own, linked.select(group="one", label="label")]).unique()


def _together(group: Numbers, parts: pl.DataFrame) -> Groups:
    """Give parts that only tell again what their whole moved to its group."""
    told = parts.filter(~pl.col("leaves"))
    into = dict(zip(group[told["part"].to_numpy()].tolist(), group[told["whole"].to_numpy()].tolist(), strict=True))
    merged = pl.Series(group).replace(into).to_numpy() if into else group
    left = parts.filter("leaves").select(
        pl.Series("whole", merged[parts.filter("leaves")["whole"].to_numpy()]),
        pl.Series("part", merged[parts.filter("leaves")["part"].to_numpy()]),
    )
    return Groups(merged, left.filter(pl.col("whole") != pl.col("part")).unique().sort("whole", "part"))
