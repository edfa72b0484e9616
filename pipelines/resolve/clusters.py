"""Clusters: which mentions are one party, without chaining wildly, and under which lasting id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, pairwise

import polars as pl

from pipelines.normalize.names import parse_name
from pipelines.resolve.candidates import candidate_pairs
from pipelines.resolve.evidence import same_country
from pipelines.resolve.profile import Profile, contradiction, judged_same, profiles
from pipelines.resolve.registry import REGISTRY, lasting_ids

REVIEW_PAIRS = {"left": pl.String, "right": pl.String, "score": pl.Float64, "detail": pl.String}
_ANCHORS = 60
"""Of parties of one name and country that contradict each other, how many are compared with each other."""

CROWDED_ID = 6
"""An id that more than this many different names bear is a placeholder, not an id."""


@dataclass(frozen=True)
class Resolution:
    """Which mention is which party.

    `mention_to_party`: key, party. `registry`: key, party, first_run, redirected_to — an input of the next run.
    `review`: left, right (party ids), score, detail of pairs that may be the same and were kept apart.
    """

    mention_to_party: pl.DataFrame
    registry: pl.DataFrame
    review: pl.DataFrame


def resolve(
    mentions: pl.DataFrame, *, registry: pl.DataFrame | None = None, judgments: pl.DataFrame | None = None
) -> Resolution:
    """Gather mentions into parties: one id per real party, the same in every run.

    Evidence is taken strongest first (identifiers, names in one country, names without a country, likely misspellings);
    two mentions that contradict each other are never joined, by whatever chain. `judgments` (left, right, same: mention
    keys or party ids of the registry) go before everything. The order of rows changes nothing.
    """
    known = profiles(mentions.sort("key"))
    clusters = Clusters(known, *_judged(judgments, registry, known))
    _join_by_identifier(clusters)
    _join_by_name(clusters)
    _join_without_country(clusters)
    _join_misspelled(clusters)
    members = clusters.members()
    ids, ledger = lasting_ids(members, known, registry)
    party = {key: ids[root] for root, keys in members.items() for key in keys}
    table = pl.DataFrame(
        {"key": list(party), "party": list(party.values())}, schema={"key": pl.String, "party": pl.String}
    )
    return Resolution(table.sort("key"), ledger, clusters.review(party))


class Clusters:
    """Disjoint sets of mentions that refuse a union which would contradict itself."""

    def __init__(self, known: dict[str, Profile], same: list[tuple[str, str]], apart: list[tuple[str, str]]) -> None:
        self.known = known
        self._parent = {key: key for key in known}
        self._merged = dict(known)
        self._apart: dict[str, set[str]] = defaultdict(set)
        self._doubts: dict[tuple[str, str], tuple[float, str]] = {}
        for left, right in apart:
            self._apart[left].add(right)
            self._apart[right].add(left)
        for left, right in same:
            self.join(left, right, judged=True)

    def root(self, key: str) -> str:
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def of(self, key: str) -> Profile:
        """Everything known of the cluster a mention is in."""
        return self._merged[self.root(key)]

    def roots(self) -> list[str]:
        return [key for key in self.known if self._parent[key] == key]

    def join(self, left: str, right: str, *, judged: bool = False, strong: bool = False) -> bool:
        """Join two clusters unless that contradicts itself; `strong`: an identifier says so, countries may differ."""
        first, second = sorted((self.root(left), self.root(right)))
        if first == second:
            return True
        if self._are_apart(first, second):
            return False
        if not judged and contradiction(self._merged[first], self._merged[second], strong=strong):
            return False
        self._parent[second] = first
        self._merged[first] = self._merged[first].merged(self._merged.pop(second))
        self._apart[first] |= self._apart.pop(second, set())
        return True

    def _are_apart(self, first: str, second: str) -> bool:
        return any(self.root(each) == second for each in self._apart.get(first, ())) or any(
            self.root(each) == first for each in self._apart.get(second, ())
        )

    def doubt(self, left: str, right: str, score: float, detail: str) -> None:
        """Remember a pair that may be the same and is left to people."""
        first, second = sorted((left, right))
        self._doubts.setdefault((first, second), (score, detail))

    def members(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for key in self.known:
            found[self.root(key)].append(key)
        return dict(found)

    def review(self, party: dict[str, str]) -> pl.DataFrame:
        rows: dict[tuple[str, str], tuple[object, ...]] = {}
        for (left, right), (score, detail) in sorted(self._doubts.items()):
            if party[left] != party[right] and not self._are_apart(self.root(left), self.root(right)):
                first, second = sorted((party[left], party[right]))
                rows.setdefault((first, second), (first, second, score, detail))
        return pl.DataFrame(list(rows.values()), schema=REVIEW_PAIRS, orient="row")


def _judged(
    judgments: pl.DataFrame | None, registry: pl.DataFrame | None, known: dict[str, Profile]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Read judgments as pairs of mentions: those that are the same, those that are not."""
    same: list[tuple[str, str]] = []
    apart: list[tuple[str, str]] = []
    if judgments is None or not judgments.height:
        return same, apart
    stands_for = {key: key for key in known}
    for key, party in (
        (registry if registry is not None else pl.DataFrame(schema=REGISTRY)).select("key", "party").iter_rows()
    ):
        if key in known:
            stands_for.setdefault(party, key)
    for left, right, verdict in judgments.select("left", "right", "same").iter_rows():
        if left in stands_for and right in stands_for:
            (same if verdict else apart).append((stands_for[left], stands_for[right]))
    return sorted(same), sorted(apart)


def _grouped(known: Iterable[tuple[object, str]]) -> dict[object, list[str]]:
    found: dict[object, list[str]] = defaultdict(list)
    for group, key in known:
        found[group].append(key)
    return found


def _join_by_identifier(clusters: Clusters) -> None:
    """Join mentions that bear the same identifier, unless so many names bear it that it identifies nobody."""
    bearers = _grouped((code, key) for key, each in clusters.known.items() for code in sorted(each.identifiers))
    for code, keys in sorted(bearers.items(), key=str):
        if len({clusters.known[key].core for key in keys}) > CROWDED_ID:
            continue
        for key in keys[1:]:
            if not clusters.join(keys[0], key, strong=True):
                clusters.doubt(keys[0], key, 0.9, f"same identifier {code}, but they contradict each other")


def _join_by_name(clusters: Clusters) -> None:
    """Join clusters of one name and one country; where these contradict each other, only by address or contact."""
    groups = _grouped(
        ((core, country), root)
        for root in clusters.roots()
        for core in sorted(clusters.of(root).cores)
        for country in sorted(clusters.of(root).countries)
    )
    for group in sorted(groups, key=str):
        _join_group(clusters, groups[group], f'same name "{group[0]}" in {group[1]}')  # type: ignore[index]


def _join_group(clusters: Clusters, keys: list[str], detail: str) -> None:
    roots = sorted({clusters.root(key) for key in keys})
    registered = [root for root in roots if clusters.of(root).is_registered][:_ANCHORS]
    formed = [root for root in roots if clusters.of(root).forms][:_ANCHORS]
    for anchors in (registered, formed):
        if any(_contradict(clusters, first, second) for first, second in combinations(anchors, 2)):
            _join_anchored(clusters, anchors, roots, detail, linked_only=anchors is registered)
            return
    _join_in_turn(clusters, roots, detail)


def _join_anchored(clusters: Clusters, anchors: list[str], roots: list[str], detail: str, *, linked_only: bool) -> None:
    """Join a group whose anchors contradict each other: others only to the one anchor they share something with."""
    for first, second in combinations(anchors, 2):
        apart = linked_only and not clusters.of(first).linked(clusters.of(second))
        if apart or not clusters.join(first, second):
            clusters.doubt(first, second, 0.85, detail)
    free = []
    for root in (root for root in roots if root not in anchors):
        linked = {clusters.root(each) for each in anchors if clusters.of(each).linked(clusters.of(root))}
        if not (len(linked) == 1 and clusters.join(linked.pop(), root)):
            clusters.doubt(anchors[0], root, 0.85, detail)
            free.append(root)
    _join_in_turn(clusters, free, detail)


def _join_in_turn(clusters: Clusters, roots: list[str], detail: str) -> None:
    for first, second in pairwise(roots):
        if not clusters.join(first, second):
            clusters.doubt(first, second, 0.85, detail)


def _contradict(clusters: Clusters, first: str, second: str) -> bool:
    return contradiction(clusters.of(first), clusters.of(second)) is not None


def _join_without_country(clusters: Clusters) -> None:
    """Join a name without a country to the only party of that name; Hong Kong names to mainland ones by address."""
    groups = _grouped((core, root) for root in clusters.roots() for core in sorted(clusters.of(root).cores))
    for core in sorted(groups, key=str):
        roots = sorted({clusters.root(key) for key in groups[core]})
        placed = [root for root in roots if clusters.of(root).countries]
        loose = [root for root in roots if not clusters.of(root).countries]
        _join_across(clusters, placed[:_ANCHORS], str(core))
        _join_loose(clusters, sorted({clusters.root(root) for root in placed}), loose, str(core))


def _join_across(clusters: Clusters, placed: list[str], core: str) -> None:
    for place, first in enumerate(placed):
        for second in placed[place + 1 :]:
            relation = same_country(clusters.of(first).countries, clusters.of(second).countries)
            if relation != "china":
                continue
            if not (clusters.of(first).linked(clusters.of(second)) and clusters.join(first, second, strong=True)):
                clusters.doubt(first, second, 0.8, f'same name "{core}" in Hong Kong and the mainland')


def _join_loose(clusters: Clusters, placed: list[str], loose: list[str], core: str) -> None:
    for first, second in pairwise(loose):
        clusters.join(first, second)
    for root in sorted({clusters.root(each) for each in loose}):
        linked = [each for each in placed if clusters.of(each).linked(clusters.of(root))]
        fitting = [each for each in placed if not contradiction(clusters.of(each), clusters.of(root))]
        chosen = linked if len(linked) == 1 else fitting if len(fitting) == 1 else []
        if chosen and clusters.join(chosen[0], root):
            continue
        for each in fitting:
            clusters.doubt(each, root, 0.8, f'same name "{core}", no country stated')


def _join_misspelled(clusters: Clusters) -> None:
    """Join names that differ as misspellings do; likely ones by address or contact, else leave them to people."""
    roots = sorted(clusters.roots())
    names = [(root, name) for root in roots for name in map(parse_name, sorted(clusters.of(root).spellings))]
    parsed = [name for _, name in names]
    pairs = {
        (names[left][0], names[right][0])
        for left, right in candidate_pairs(parsed, parsed, busiest=200).iter_rows()
        if names[left][0] < names[right][0]
    }
    judged = sorted((judged_same(clusters.of(a), clusters.of(b)), a, b) for a, b in pairs)
    for verdict, first, second in reversed(judged):
        if verdict.same and clusters.join(first, second):
            continue
        if verdict.same or verdict.possible:
            clusters.doubt(first, second, verdict.score, verdict.detail)
