"""Hand-over keys of parties, and papers that forwarders pass on, as plain columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.graph.tracing.arrays import FAR, Flags, Measures, Numbers, spans
from pipelines.graph.tracing.rules import STRENGTH, UNCROWDED, Rules
from pipelines.tables import Tables

PAPERS = ("order_id", "invoice_number", "bill_of_lading")
"""Columns of papers whose number two shipments may share."""


@dataclass(frozen=True)
class Keys:
    """Hand-over keys of parties besides themselves: party `p` has rows `start[p]` to `start[p + 1]`."""

    start: Numbers
    key: Numbers
    since: Numbers
    until: Numbers
    strength: Measures
    kind: tuple[str, ...]
    evidence: tuple[str, ...]

    def rows_of(self, parties: Numbers) -> tuple[Numbers, Numbers]:
        """Row numbers of the keys of these parties, each with the place of its party in `parties`."""
        if not len(self.key):
            return self.key, self.key
        return spans(self.start[parties], self.start[parties + 1])


@dataclass(frozen=True)
class Papers:
    """Keys made of a forwarder and an order, invoice, bill of lading or serial: movement `m` has
    `key[start[m]:start[m + 1]]`."""

    start: Numbers
    key: Numbers

    def part(self, moves: Numbers) -> Papers:
        """Papers of some movements, in their order."""
        keys, which = self.of(moves)
        counts = np.bincount(which, minlength=len(moves))
        return Papers(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), keys)

    def of(self, moves: Numbers) -> tuple[Numbers, Numbers]:
        """Keys of these movements, each with the place of its movement in `moves`."""
        if not len(self.key):
            return self.key, self.key
        rows, which = spans(self.start[moves], self.start[moves + 1])
        return self.key[rows], which


def key_rows(tables: Tables, rules: Rules) -> pl.DataFrame:
    """Keys that join at least two parties and are not too crowded to say anything."""
    kinds = [kind for kind in rules.links if kind in STRENGTH and kind != "identity"]
    members = pl.col("party").n_unique().over("kind", "key")
    crowd = pl.max_horizontal(pl.col("crowd"), members).cast(pl.Int64)
    return (
        tables.polars("party_keys")
        .filter(pl.col("kind").is_in(kinds), pl.col("party").is_not_null(), pl.col("key").is_not_null())
        .filter(members > 1)
        .with_columns(crowd=crowd)
        .filter(pl.col("kind").is_in(UNCROWDED) | (pl.col("crowd") <= rules.crowd))
        .unique(["party", "kind", "key", "from_day", "until_day"], maintain_order=True)
        .sort("kind", "key", "party", "from_day", "until_day")
        .collect()
    )


def keys_of_parties(rows: pl.DataFrame, code: pl.Enum, parties: int, zero: int) -> Keys:
    """Number keys after the parties, sorted by party; days count from `zero`, open ends lie far away."""
    rows = rows.with_columns(
        number=pl.struct("kind", "key").rle_id().cast(pl.Int64) + parties,
        place=pl.col("party").cast(code).to_physical().cast(pl.Int64),
    ).sort("place", maintain_order=True)
    counts = np.bincount(rows["place"].to_numpy(), minlength=parties)
    crowd = rows["crowd"].to_numpy().astype(float)
    base = rows["kind"].replace_strict(STRENGTH, default=0.0, return_dtype=pl.Float64).to_numpy()
    discount = np.where(rows["kind"].is_in(UNCROWDED).to_numpy(), 1.0, 1 / np.log2(1 + np.maximum(crowd, 1)))
    return Keys(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        rows["number"].to_numpy(),
        rows["from_day"].cast(pl.Int64).fill_null(-FAR).to_numpy() - zero,
        rows["until_day"].cast(pl.Int64).fill_null(FAR * 2).to_numpy() - zero,
        base * discount,
        tuple(rows["kind"]),
        tuple(rows["evidence"].fill_null("")),
    )


def shared_papers(moves: pl.DataFrame, forwarder: Flags, parties: pl.Series, offset: int) -> tuple[Papers, Papers]:
    """Join what came to a forwarder and what left it by the papers both name."""
    forwarders = parties.filter(pl.Series(forwarder))
    papers = _named_papers(moves, forwarders)
    came = pl.col("consignee").is_in(forwarders.implode())
    into = papers.with_columns(holder=pl.when(came).then("consignee").otherwise("intermediate_consignee"))
    into, out = into.drop_nulls("holder"), papers.rename({"shipper": "holder"})
    on = ["holder", "paper"]
    shared = into.select(on).join(out.select(on), on=on, how="semi").unique().sort(on)
    shared = shared.with_columns(key=pl.int_range(pl.len(), dtype=pl.Int64) + offset)
    return _by_move(into.join(shared, on=on), len(moves)), _by_move(out.join(shared, on=on), len(moves))


def _named_papers(moves: pl.DataFrame, forwarders: pl.Series) -> pl.DataFrame:
    roles = ("shipper", "consignee", "intermediate_consignee")
    rows = moves.with_row_index("move").filter(
        pl.any_horizontal(pl.col(each).is_in(forwarders.implode()) for each in roles)
    )
    single = [pl.concat_list(pl.format(f"{each}:{{}}", pl.col(each))) for each in PAPERS]
    numbered = pl.col("serial_numbers").list.eval(pl.format("serial:{}", pl.element()))
    return (
        rows.select("move", *roles, paper=pl.concat_list(*single, numbered.fill_null([])))
        .explode("paper")
        .drop_nulls("paper")
        .unique(["move", "paper"], maintain_order=True)
    )


def _by_move(rows: pl.DataFrame, moves: int) -> Papers:
    rows = rows.sort("move", "key")
    counts = np.bincount(rows["move"].to_numpy(), minlength=moves)
    return Papers(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), rows["key"].to_numpy())
