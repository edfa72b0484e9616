"""The registry of party ids: stored data that every run starts from, so that ids last."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

import polars as pl

from pipelines.resolve.profile import Profile

REGISTRY = {"key": pl.String, "party": pl.String, "first_run": pl.Int64, "redirected_to": pl.String}
"""A mention's key, the party it was first given to, the run of that, and the party it is now when merged."""


def party_id(key: str) -> str:
    """Name a party after its oldest mention."""
    return "p-" + hashlib.blake2b(key.encode(), digest_size=6).hexdigest()


def lasting_ids(
    members: Mapping[str, list[str]], known: Mapping[str, Profile], registry: pl.DataFrame | None
) -> tuple[dict[str, str], pl.DataFrame]:
    """Give each cluster its id, and write down what the next run must know.

    A cluster keeps the oldest id any of its mentions had; of two clusters with a claim on one id, the one with more of
    its mentions keeps it. A new cluster is named after its oldest mention.
    """
    before = registry if registry is not None else pl.DataFrame(schema=REGISTRY)
    rows = {row["key"]: row for row in before.iter_rows(named=True)}
    run = max((int(row["first_run"]) for row in rows.values()), default=0) + 1
    ids = _named(members, known, _claims(members, rows, _age_of_parties(before)))
    ledger = [_line(key, ids[root], rows.get(key), run) for root, keys in members.items() for key in keys]
    gone = [tuple(row.values()) for key, row in rows.items() if key not in known]
    lines = sorted([*ledger, *gone], key=lambda line: str(line[0]))
    return ids, pl.DataFrame(lines, schema=REGISTRY, orient="row")


def _age_of_parties(before: pl.DataFrame) -> dict[str, int]:
    return dict(before.group_by("party").agg(pl.col("first_run").min()).iter_rows())


def _claims(
    members: Mapping[str, list[str]], rows: Mapping[str, dict[str, object]], ages: Mapping[str, int]
) -> list[tuple[int, int, str, str]]:
    """List (age of the id, −mentions, id, cluster) for every id a cluster's mentions had."""
    found = []
    for root, keys in members.items():
        had = Counter(str(rows[key]["redirected_to"] or rows[key]["party"]) for key in keys if key in rows)
        found += [(ages.get(party, 0), -count, party, root) for party, count in had.items()]
    return sorted(found)


def _named(
    members: Mapping[str, list[str]], known: Mapping[str, Profile], claims: list[tuple[int, int, str, str]]
) -> dict[str, str]:
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, party, root in claims:
        if root not in ids and party not in taken:
            ids[root] = party
            taken.add(party)
    for root, keys in sorted(members.items()):
        if root not in ids:
            ids[root] = next(name for key in _oldest_first(keys, known) if (name := party_id(key)) not in taken)
            taken.add(ids[root])
    return ids


def _oldest_first(keys: list[str], known: Mapping[str, Profile]) -> list[str]:
    ordered = sorted(keys, key=lambda key: (known[key].first_on is None, str(known[key].first_on), key))
    return [*ordered, *(f"{key}/split" for key in ordered)]


def _line(key: str, party: str, row: Mapping[str, object] | None, run: int) -> tuple[object, ...]:
    if row is None:
        return key, party, run, None
    return key, row["party"], row["first_run"], None if row["party"] == party else party
