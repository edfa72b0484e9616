"""How sure a match is: match, review, or none."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.normalize.address import Address
from pipelines.normalize.names import Name
from pipelines.resolve.evidence import Evidence, Likeness, same_address
from pipelines.resolve.listing_index import Entry

MATCH, REVIEW = 0.86, 0.75

_NEEDED = {"same": 0.7, "china": 0.8, "unknown": 1.0, "different": 1.8}
"""How much shared words must say before a likeness counts in full."""

_FACTOR = {"same": 1.0, "china": 0.98, "unknown": 0.97, "different": 0.93}


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is screened: all its names, countries, addresses and identifiers."""

    party: str
    names: tuple[Name, ...]
    countries: frozenset[str]
    addresses: tuple[Address, ...] = ()
    identifiers: frozenset[str] = frozenset()
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One listing that a party matches: how surely (`score` 0 to 1, `band` match or review) and on what evidence."""

    party: str
    entry: Entry
    name: str
    by: str
    score: float
    band: str
    rare_token: bool
    second_link: str | None
    evidence: tuple[Evidence, ...] = field(default=())

    @property
    def rank(self) -> tuple[float, float]:
        """How sure, and how alike the names are."""
        return self.score, self.evidence[0].weight

    @property
    def list(self) -> str:
        return self.entry.list

    @property
    def detail(self) -> str:
        return "; ".join(f"{each.claim}: {each.detail} ({each.weight:+.2f})" for each in self.evidence)


def judged(
    subject: Subject, entry: Entry, likeness: Likeness, relation: str, match: float, review: float
) -> Match | None:
    """Score one comparison and put it in a band; null when it is no match. Name and by are left to the caller."""
    strength = min(1.0, 0.5 + 0.5 * likeness.shared / _NEEDED[relation])
    score = likeness.score * strength * _FACTOR[relation]
    if likeness.exact and likeness.words > 1 and relation in {"same", "china"}:
        score = max(score, match if likeness.words > 2 else review)
    if likeness.exact and likeness.words > 1 and likeness.rare:
        score = max(score, review)
    if score < review - 0.1:
        return None
    address = same_address(subject.addresses, entry.parsed) if subject.addresses and entry.addresses else None
    score = min(1.0, score + (address.weight if address else 0.0))
    band = _band(score, likeness, relation, entry, address, match, review)
    if band is None:
        return None
    if band == "review":
        score = min(score, match - 0.01)
    return Match(
        subject.party,
        entry,
        "",
        "",
        round(score, 4),
        band,
        likeness.rare > 0,
        _second_link(relation, address),
        _evidence(likeness, relation, strength, subject, entry, address),
    )


def _band(
    score: float, likeness: Likeness, relation: str, entry: Entry, address: Evidence | None, match: float, review: float
) -> str | None:
    if score < review:
        return None
    if entry.person:
        return _band_of_person(likeness, address)
    if relation == "different":
        return _band_abroad(likeness, score, match, address)
    sure = likeness.exact or (likeness.conflict is None and likeness.rare > 0 and likeness.shared >= 0.89) or address
    return "match" if score >= match and sure else "review"


def _band_of_person(likeness: Likeness, address: Evidence | None) -> str | None:
    if not likeness.exact or likeness.words < 2:
        return None
    return "match" if address else "review"


def _band_abroad(likeness: Likeness, score: float, match: float, address: Evidence | None) -> str | None:
    """Judge a name in another country: only two rare words in full agreement, or the very address, match."""
    if address:
        return "match" if score >= match else "review"
    if not likeness.exact:
        return "review" if likeness.rare >= 2 and likeness.conflict is None else None
    return "match" if likeness.rare >= 2 and score >= match else "review"


def _second_link(relation: str, address: Evidence | None) -> str | None:
    if address:
        return "address"
    return "country" if relation in {"same", "china"} else None


def _evidence(
    likeness: Likeness, relation: str, strength: float, subject: Subject, entry: Entry, address: Evidence | None
) -> tuple[Evidence, ...]:
    claim = "same_name" if likeness.exact else "similar_name"
    here, there = "/".join(sorted(subject.countries)) or "unknown", "/".join(sorted(entry.countries)) or "unknown"
    found = [
        Evidence(claim, likeness.detail, round(likeness.score, 3)),
        Evidence(
            "rare_words" if likeness.rare else "common_words",
            f"shared words weigh {likeness.shared:.2f}",
            round(strength - 1, 3),
        ),
        Evidence(
            {"same": "same_country", "china": "china_and_hong_kong"}.get(relation, f"{relation}_country"),
            f"{here} against {there}",
            round(_FACTOR[relation] - 1, 3),
        ),
    ]
    return tuple(found + ([address] if address else []))
