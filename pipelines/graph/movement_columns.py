"""Shipments that move goods and the hand-over keys of parties, as plain columns of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.tables import Tables

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Measures = npt.NDArray[np.float64]

STRENGTH: Mapping[str, float] = {"identity": 1.0, "parent": 0.9, "address": 0.7, "contact": 0.7, "officer": 0.6}
"""How sure it is that goods pass between two parties that share a key of this kind."""

UNCROWDED = frozenset({"identity", "parent"})
"""Kinds of key that no crowd weakens."""

PAPERS = ("order_id", "invoice_number", "bill_of_lading")
CROWD = 25
UNKNOWN_TRANSIT = 60
FAR = 1 << 20
"""Days fit below this: the lower bits of a (node, day) code."""


@dataclass(frozen=True)
class Rules:
    """What a trace may do: legs, days of dwell by goods family, links between parties."""

    max_legs: int = 6
    dwell: Mapping[str, int] = field(default_factory=lambda: {"accelerator": 180})
    other_dwell: int = 180
    forwarder_dwell: int = 45
    crowd: int = CROWD
    links: tuple[str, ...] = tuple(STRENGTH)

    def dwell_of(self, goods: str) -> int:
        """Days goods of this key may rest at a party."""
        return self.dwell.get(goods.split("/")[0], self.other_dwell)


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
        return spans(self.start[parties], self.start[parties + 1])


@dataclass(frozen=True)
class Papers:
    """Keys made of a forwarder and an order, invoice, bill of lading or serial: movement `m` has
    `key[start[m]:start[m + 1]]`."""

    start: Numbers
    key: Numbers

    def of(self, moves: Numbers) -> tuple[Numbers, Numbers]:
        """Keys of these movements, each with the place of its movement in `moves`."""
        if not len(self.key):
            return self.key, self.key
        rows, which = spans(self.start[moves], self.start[moves + 1])
        return self.key[rows], which


def spans(start: Numbers, stop: Numbers) -> tuple[Numbers, Numbers]:
    """Spell out ranges: every place in them, each with the number of its range."""
    length = np.maximum(stop - start, 0)
    which = np.repeat(np.arange(len(start)), length)
    first = np.concatenate([[0], np.cumsum(length)[:-1]]) if len(length) else length
    return start[which] + np.arange(len(which)) - first[which], which


@dataclass(frozen=True)
class Movements:
    """Shipments that move goods between two parties; a movement is its row, a party its place in `parties`.

    `shipped` to `first … last` (first and last possible arrival, the same when recorded) are days since `day_zero`;
    `intermediate` is -1 where there is none.
    """

    frame: pl.DataFrame
    parties: tuple[str, ...]
    day_zero: int
    shipped: Numbers
    first: Numbers
    last: Numbers
    shipper: Numbers
    consignee: Numbers
    intermediate: Numbers
    forwarder: Flags
    keys: Keys
    papers_in: Papers
    papers_out: Papers

    def column(self, name: str) -> list[object]:
        return self.frame.get_column(name).to_list()


COLUMNS = (
    "id",
    "source",
    "kind",
    "shipped_day",
    "arrived_day",
    "arrived_by_day",
    "shipper",
    "consignee",
    "intermediate_consignee",
    "item",
    "hs_code",
    "quantity",
    "pieces",
    "chip",
    "family",
    "form",
    "recognized",
    "vague",
    "chips_per_piece",
    "chips",
    "h100_equivalents",
    "controlled",
    "weight_kg",
    "value_usd",
    "unit_value_usd",
    "order_id",
    "invoice_number",
    "bill_of_lading",
    "serial_numbers",
    "mine",
    "end_user",
)


def movements(tables: Tables, rules: Rules) -> Movements:
    """Take the shipments that carry goods on: not returns or repairs, not to the shipper itself, not other goods."""
    moves = (
        tables.polars("shipments")
        .filter(
            pl.col("moves_goods").fill_null(value=True),
            pl.col("kind").is_null() | ~pl.col("kind").is_in(["return", "repair"]),
            pl.col("shipper") != pl.col("consignee"),
            pl.col("family").is_null() | (pl.col("family") != "other"),
            pl.col("shipped_day").is_not_null(),
        )
        .select(COLUMNS)
        .with_columns(_arrival())
        .sort("shipped_day", "id")
        .collect()
    )
    key_rows = _key_rows(tables, rules)
    names = pl.concat(
        [moves[each] for each in ("shipper", "consignee", "intermediate_consignee")] + [key_rows["party"]]
    )
    parties = names.drop_nulls().unique().sort()
    code = pl.Enum(parties)
    zero = _least(moves["shipped_day"])
    consignee, between = _codes(moves["consignee"], code), _codes(moves["intermediate_consignee"], code)
    forwarder = _forwarders(tables, parties)
    keys = _keys(key_rows, code, len(parties), zero)
    papers = _papers(moves, forwarder, parties, int(keys.key.max(initial=len(parties))) + 1)
    return Movements(
        moves,
        tuple(parties),
        zero,
        _days(moves["shipped_day"], zero),
        _days(moves["first"], zero),
        _days(moves["last"], zero),
        _codes(moves["shipper"], code),
        consignee,
        np.where(between == consignee, -1, between),
        forwarder,
        keys,
        *papers,
    )


def _papers(moves: pl.DataFrame, forwarder: Flags, parties: pl.Series, offset: int) -> tuple[Papers, Papers]:
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


def _arrival() -> list[pl.Expr]:
    """First and last possible arrival; an arrival before the departure counts as not recorded."""
    shipped, arrived = pl.col("shipped_day"), pl.col("arrived_day")
    recorded: pl.Expr = pl.when(arrived >= shipped).then(arrived)
    latest = pl.when((pl.col("arrived_by_day") >= shipped) & arrived.is_null()).then(pl.col("arrived_by_day"))
    latest = latest.otherwise(shipped + UNKNOWN_TRANSIT)
    return [recorded.fill_null(shipped).alias("first"), recorded.fill_null(latest).alias("last")]


def _least(days: pl.Series) -> int:
    least = days.cast(pl.Int64).min()
    return least if isinstance(least, int) else 0


def _days(days: pl.Series, zero: int) -> Numbers:
    since: Numbers = days.cast(pl.Int64).to_numpy() - zero
    return np.clip(since, 0, FAR - 1)


def _codes(names: pl.Series, code: pl.Enum) -> Numbers:
    codes: Numbers = names.cast(code).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return codes


def _forwarders(tables: Tables, parties: pl.Series) -> Flags:
    logistics = tables.polars("parties").filter(pl.col("trade") == "logistics").select("id").collect()["id"]
    flags: Flags = parties.is_in(logistics.implode()).to_numpy()
    return flags


def _key_rows(tables: Tables, rules: Rules) -> pl.DataFrame:
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


def _keys(rows: pl.DataFrame, code: pl.Enum, parties: int, zero: int) -> Keys:
    rows = rows.with_columns(
        number=pl.struct("kind", "key").rle_id().cast(pl.Int64) + parties,
        place=pl.col("party").cast(code).to_physical().cast(pl.Int64),
    ).sort("place", maintain_order=True)
    counts = np.bincount(rows["place"].to_numpy(), minlength=parties) if len(rows) else np.zeros(parties, np.int64)
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
