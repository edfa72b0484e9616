"""The legal 50 percent test of each regime, over time.

Direct shares held by restricted owners are added up; an owner that itself passes counts in full (OFAC, 2014-08-13;
Supplement No. 8 to Part 744). Multiplying along the chain is another question: `economic.py`.

Time is local: a party's test changes only on days when an interest in it, or in or of its restricted owners, does.
Each party is cut into such stretches, and one cascade runs over all stretches of all parties at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
import polars as pl

from pipelines.graph.ownership.cascade import Outcome, Web, below, downstream, judge
from pipelines.graph.ownership.holdings import holdings, on_day
from pipelines.graph.ownership.reasons import Case, Reasons, explain
from pipelines.graph.ownership.stretches import ALWAYS, FOREVER, clip, merged, overlap, with_dates
from pipelines.graph.ownership.unrolled import SHIFT, Graph, Nodes, listed_nodes, stretches, unroll
from pipelines.tables import GRAPH, conform

Entries = dict[int, list[tuple[int, int, str, bool]]]
"""List entries of a party: first day, last day, name, whether its date is known."""

Interval = tuple[int | None, int | None, str, bool]
"""First day, last day, status, whether it is to be verified."""


class Regime(Protocol):
    """A fifty-percent rule as dated data; `foreign_only` leaves out parties of the United States."""

    @property
    def id(self) -> str: ...
    @property
    def threshold(self) -> float: ...
    @property
    def strict(self) -> bool: ...
    @property
    def aggregate(self) -> bool: ...
    @property
    def intervals(self) -> Sequence[Interval]: ...
    @property
    def citation(self) -> str: ...
    @property
    def foreign_only(self) -> bool: ...


def ownership_tests(
    ownership: pl.DataFrame,
    listed_owners: pl.DataFrame,
    *,
    regimes: Iterable[Regime],
    parties: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Test every party downstream of a listed owner, stretch by stretch: rows of `GRAPH["ownership_tests"]`.

    `listed_owners` has party, regime, entry, list, since_day and until_day (null = without end). A party that
    restricted owners hold nothing of has no row; a test that rests on an entry without a date is to be verified.
    `parties` gives names and, for `foreign_only`, countries; an unknown country counts as foreign.
    """
    return _tests(ownership, listed_owners, regimes, parties, (ALWAYS, FOREVER))


def tests_on(
    ownership: pl.DataFrame,
    listed_owners: pl.DataFrame,
    *,
    regimes: Iterable[Regime],
    day: int,
    parties: pl.DataFrame | None = None,  # noqa: PT028 (no test: it tests)
) -> pl.DataFrame:
    """Test on one day only, given as days since 1970; `from_on` and `until_on` are that day."""
    return _tests(ownership.filter(on_day(day)), listed_owners, regimes, parties, (day, day))


def _tests(
    ownership: pl.DataFrame,
    listed_owners: pl.DataFrame,
    regimes: Iterable[Regime],
    parties: pl.DataFrame | None,
    window: tuple[int, int],
) -> pl.DataFrame:
    listed = _listed(listed_owners, window)
    interests = clip(holdings(ownership), *window)
    codes = _codes(interests, listed)
    graph = _numbered(interests, codes)
    told = [_regime_tests(graph, codes, listed, each, parties, window) for each in regimes]
    rows = pl.concat(told) if told else GRAPH["ownership_tests"].empty()
    return rows.sort("regime", "party", "from_on", nulls_last=False)


def _listed(listed_owners: pl.DataFrame, window: tuple[int, int]) -> pl.DataFrame:
    rows = listed_owners.with_columns(
        first=pl.col("since_day").cast(pl.Int64).fill_null(ALWAYS),
        last=pl.col("until_day").cast(pl.Int64).fill_null(FOREVER),
        dated=pl.col("since_day").is_not_null(),
    )
    return clip(rows.filter(pl.col("party").is_not_null()), *window)


def _codes(interests: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    ids = pl.concat([interests["owner"], interests["owned"], listed["party"].cast(pl.String)]).unique().sort()
    return pl.DataFrame({"id": ids}).with_row_index("code").with_columns(pl.col("code").cast(pl.Int64))


def _numbered(interests: pl.DataFrame, codes: pl.DataFrame) -> Graph:
    rows = interests.join(codes, left_on="owner", right_on="id").rename({"code": "from"})
    rows = rows.join(codes, left_on="owned", right_on="id").rename({"code": "to"}).sort("from")
    least, most, above, below = (rows[name].cast(pl.Float64).to_numpy() for name in ("least", "most", "above", "below"))
    owner, owned, first, last = (rows[name].to_numpy() for name in ("from", "to", "first", "last"))
    return Graph(owner, owned, least, most, above, below, first, last)


def _regime_tests(
    graph: Graph,
    codes: pl.DataFrame,
    listed: pl.DataFrame,
    regime: Regime,
    parties: pl.DataFrame | None,
    window: tuple[int, int],
) -> pl.DataFrame:
    mine = listed.filter(pl.col("regime") == regime.id).join(codes, left_on="party", right_on="id")
    names = _names(codes, parties)
    skipped = _american(codes, parties) if regime.foreign_only else frozenset()
    found = [each for each in _stretch_tests(graph, mine, regime, names, window) if each["party"] not in skipped]
    rows = pl.DataFrame(found, schema=_STRETCHES).join(
        codes.with_columns(id_of=pl.col("id")).drop("id"), left_on="party", right_on="code"
    )
    return _in_words(rows.with_columns(party=pl.col("id_of")).drop("id_of"), codes, regime)


_STRETCHES = pl.Schema(
    {
        "party": pl.Int64(), "result": pl.String(), "least": pl.Float64(), "most": pl.Float64(),
        "by": pl.List(pl.Int64()), "entries": pl.List(pl.String()), "settled_by": pl.String(),
        "chain": pl.List(pl.String()), "undated": pl.Boolean(), "first": pl.Int64(), "last": pl.Int64(),
    }
)  # fmt: skip


def _in_words(rows: pl.DataFrame, codes: pl.DataFrame, regime: Regime) -> pl.DataFrame:
    """Name the listed owners, lay the measure's own dates over the stretches, merge what is the same."""
    ids = codes["id"].to_list()
    by = [[ids[each] for each in owners] for owners in rows["by"].to_list()]
    named = rows.with_columns(
        by=pl.Series(by, dtype=pl.List(pl.String)), regime=pl.lit(regime.id), citation=pl.lit(regime.citation)
    )
    dated = overlap(named, _measure(regime), "regime", "regime")
    dated = dated.with_columns(pl.col("verify") | pl.col("undated")).drop("undated")
    return conform(with_dates(merged(dated, ("party", "status"))), GRAPH["ownership_tests"])


def _measure(regime: Regime) -> pl.DataFrame:
    rows = [
        (regime.id, ALWAYS if first is None else first, FOREVER if last is None else last, status, verify)
        for first, last, status, verify in regime.intervals
    ]
    kinds = {"regime": pl.String, "first": pl.Int64, "last": pl.Int64, "status": pl.String, "verify": pl.Boolean}
    return pl.DataFrame(rows, schema=kinds, orient="row")


def _names(codes: pl.DataFrame, parties: pl.DataFrame | None) -> Sequence[str]:
    if parties is None:
        return codes["id"].to_list()
    known = parties.select("id", "name").unique("id", keep="first")
    return (
        codes.join(known, on="id", how="left", maintain_order="left")
        .select(pl.coalesce("name", "id"))
        .to_series()
        .to_list()
    )


def _american(codes: pl.DataFrame, parties: pl.DataFrame | None) -> frozenset[int]:
    if parties is None:
        return frozenset()
    home = parties.filter(pl.col("country") == "US").select("id").unique()
    return frozenset(codes.join(home, on="id", how="semi")["code"].to_list())


def _stretch_tests(
    graph: Graph, listed: pl.DataFrame, regime: Regime, names: Sequence[str], window: tuple[int, int]
) -> Iterator[dict[str, object]]:
    """Test each stretch of each party below the listed; without aggregation, owner by owner, the largest counts."""
    starts = np.unique(listed["code"].to_numpy())
    region = downstream(graph.owner, graph.owned, starts, len(names))
    inner = graph.only(region[graph.owner] & region[graph.owned])
    outer = graph.only(~region[graph.owner] & region[graph.owned])
    nodes = stretches(inner, outer, listed, region, window)
    net = unroll(inner, outer, nodes)
    entries = _entries(listed)
    best: dict[int, Reasons] = {}
    for rows in _together(listed) if regime.aggregate else _apart(listed, inner):
        _better(best, net, nodes, rows, regime, names)
    for node, reasons in best.items():
        yield _row(nodes, node, reasons, entries)


def _together(listed: pl.DataFrame) -> Iterator[pl.DataFrame]:
    if not listed.is_empty():
        yield listed


def _apart(listed: pl.DataFrame, inner: Graph) -> Iterator[pl.DataFrame]:
    owners = listed.filter(pl.col("code").is_in(np.unique(inner.owner).tolist()))
    yield from owners.partition_by("code", maintain_order=True)


def _better(
    best: dict[int, Reasons], net: Web, nodes: Nodes, listed: pl.DataFrame, regime: Regime, names: Sequence[str]
) -> None:
    starts = listed_nodes(nodes, listed)
    places, part = below(net, starts)
    seeds = np.isin(places, starts)
    outcome = judge(part, seeds, regime)
    case = Case.of(part, outcome, seeds, nodes.key[places] >> SHIFT, names)
    for at in np.flatnonzero((outcome.most > 0) | outcome.undetermined):
        node, weight = int(places[at]), _weight(outcome, int(at))
        if node not in best or weight > best[node].weight:
            best[node] = explain(case, int(at), weight)


def _weight(outcome: Outcome, node: int) -> tuple[int, float, float]:
    result = 2 if outcome.positive[node] else int(outcome.undetermined[node])
    return result, float(outcome.most[node]), float(outcome.least[node])


def _row(nodes: Nodes, node: int, reasons: Reasons, entries: Entries) -> dict[str, object]:
    party, first, last = nodes.at(node)
    known = [[each for each in entries[owner] if each[0] <= first <= each[1]] for owner in reasons.by]
    named = (text for of in known for _, _, text, _ in of)
    result, most, least = reasons.weight
    return {
        "party": party, "result": ("negative", "undetermined", "positive")[result],
        "least": least, "most": most, "by": list(reasons.by), "entries": list(dict.fromkeys(named)),
        "settled_by": reasons.settled_by, "chain": list(reasons.chain),
        "undated": any(of and not any(dated for *_, dated in of) for of in known), "first": first, "last": last,
    }  # fmt: skip


def _entries(listed: pl.DataFrame) -> Entries:
    found: Entries = {}
    columns = listed.select("code", "first", "last", "entry", "dated").sort("code", "entry", "dated")
    for code, first, last, entry, dated in columns.iter_rows():
        found.setdefault(code, []).append((first, last, entry or "", dated))
    return found
