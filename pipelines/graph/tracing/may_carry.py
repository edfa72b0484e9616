"""Which shipments may carry controlled goods: those that say so, and those their goods may have gone on in."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.graph.tracing.carried import Judge, carried_states
from pipelines.graph.tracing.movement_columns import Movements, movements
from pipelines.graph.tracing.rules import Rules
from pipelines.graph.tracing.states import KEYLESS, UNKNOWN, States, recognized_states
from pipelines.normalize.plausible import PER_MISFIT, plausible
from pipelines.tables import GRAPH, Tables, conform

OTHER_CLASS = r"^[0-9][A-E][0-9]{3}"
"""How a class of the Commerce Control List begins; EAR99 is none."""


def may_carry(tables: Tables, *, rules: Rules | None = None, judge: Judge = plausible) -> pl.DataFrame:
    """Follow controlled goods forward as the tracer does: GRAPH["may_carry"].

    A shipment has a row for the controlled goods it names (accelerators of undetermined class included) and, when it
    does not say what it carries, for every goods key that had arrived at its shipper within dwell, recognized or
    carried in turn, that its value, weight, HS code or serial numbers make plausible and that is enough for it.
    """
    rules = rules or Rules()
    moves = movements(tables, rules)
    known = _controlled(tables, moves, recognized_states(moves))
    states = carried_states(moves, known, rules, judge) if len(known) else known
    rows = _rows(moves, states).unique(["shipment", "goods"], keep="first")
    told = rows.join(_told_otherwise(tables), on="shipment", how="left").with_columns(
        fit=pl.when(pl.col("otherwise") & ~pl.col("recognized")).then(pl.col("fit") * PER_MISFIT).otherwise("fit")
    )
    return conform(told, GRAPH["may_carry"]).sort("shipment", "goods")


def _told_otherwise(tables: Tables) -> pl.DataFrame:
    """Shipments whose text names a product and whose papers a class of another kind: a sign against, like others."""
    other_class = pl.col("eccn").str.contains(OTHER_CLASS) & ~pl.col("eccn").str.contains(r"^[34]A090|\.Z$")
    told = tables.polars("shipments").filter(other_class, ~pl.col("vague").fill_null(value=True))
    return told.select(shipment="id", otherwise=pl.lit(value=True)).unique().collect()


def _controlled(tables: Tables, moves: Movements, states: States) -> States:
    unclassed = pl.col("controlled").is_null() & (pl.col("family") == KEYLESS)
    controlled = tables.polars("shipments").filter(pl.col("controlled") | unclassed).select("id").collect()["id"]
    wanted = moves.frame["id"].is_in(controlled.implode()).to_numpy()
    kept = np.flatnonzero(wanted[states.move])
    number = np.full(len(states), -1)
    number[kept] = np.arange(len(kept))
    return states.part(kept, np.arange(len(moves.frame)), number)


def _rows(moves: Movements, states: States) -> pl.DataFrame:
    per_piece = np.array([each for _, each in states.kinds], float)[states.kind]
    return pl.DataFrame(
        {
            "shipment": moves.frame["id"].gather(states.move),
            "goods": pl.Series(states.goods_names, dtype=pl.String).gather(states.goods),
            "chips_per_piece": pl.Series(per_piece, dtype=pl.Float64).replace(UNKNOWN, None),
            "chips_most": pl.Series(states.chips, dtype=pl.Float64).fill_nan(None),
            "fit": states.fit,
            "recognized": states.own,
        }
    )
