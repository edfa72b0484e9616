"""Screening: which parties match which listings, how surely, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from pipelines.normalize.address import parse_address
from pipelines.normalize.entries import date_of
from pipelines.normalize.names import Name, parse_name, spellings
from pipelines.resolve.bands import MATCH, REVIEW, Match, Subject, judged
from pipelines.resolve.candidates import candidate_pairs
from pipelines.resolve.evidence import Evidence, same_country, similar_name
from pipelines.resolve.listing_index import NOT_PARTIES, Entry, ListingIndex, listing_index
from pipelines.resolve.screen_addresses import screen_addresses
from pipelines.tables import GRAPH, conform

__all__ = ["MATCH", "REVIEW", "Match", "Subject", "matches", "screen", "screen_addresses", "screen_name", "subjects"]


def screen(
    parties: pl.DataFrame,
    mentions: pl.DataFrame,
    listings: pl.DataFrame,
    *,
    match: float = MATCH,
    review: float = REVIEW,
) -> pl.DataFrame:
    """Compare every party under every name it goes by with every listing; one row per party and listing.

    A party without a country is compared with all countries and needs rarer words; an entry without a country likewise.
    """
    index = listing_index(listings)
    rows = [_row(found) for found in matches(subjects(parties, mentions), index, match=match, review=review)]
    if not rows:
        return GRAPH["screenings"].empty()
    return conform(pl.DataFrame(rows, schema_overrides=_DATES), GRAPH["screenings"]).sort("party", "listing")


_OF_THE_LISTING = ("delisted_inferred", "letter_type", "confidential")

_DATES: Mapping[str, type[pl.DataType] | pl.DataType] = {
    "last_amended_on": pl.Date,
    "letter_type": pl.String,
    "since_on": pl.Date,
    "until_on": pl.Date,
    "published_on": pl.Date,
    "citation": pl.String,
    "second_link": pl.String,
    "entry": pl.String,
    "effect": pl.String,
    "limits": pl.String,
}


def screen_name(
    name: str,
    country: str | None,
    address: str | None,
    listings: pl.DataFrame,
    *,
    match: float = MATCH,
    review: float = REVIEW,
) -> list[Match]:
    """Compare one name with every listing, best first."""
    subject = Subject(
        name,
        _names([name]),
        frozenset(filter(None, [country])),
        tuple(parse_address(text) for text in [address] if text),
    )
    found = matches([subject], listing_index(listings), match=match, review=review)
    return sorted(found, key=lambda each: (-each.score, each.entry.id))


def subjects(parties: pl.DataFrame, mentions: pl.DataFrame) -> list[Subject]:
    """Gather what is known of each party."""
    said = mentions.group_by("party").agg(pl.col("name", "country", "address").drop_nulls().unique().sort())
    known = parties.join(said, left_on="id", right_on="party", how="left", suffix="_said")
    return [
        Subject(
            party=row["id"],
            names=_names([row["name"], *(row["aliases"] or []), *(row["name_said"] or [])]),
            countries=frozenset(filter(None, [row["country"], *(row["country_said"] or [])])),
            addresses=tuple(
                map(parse_address, dict.fromkeys(filter(None, [row["address"], *(row["address_said"] or [])])))
            ),
            identifiers=frozenset(
                each.upper() for each in (row["lei"], row["registration_number"]) if each and len(each) >= 6
            ),
            kind=row["kind"],
        )
        for row in known.iter_rows(named=True)
    ]


def _names(texts: Iterable[str | None]) -> tuple[Name, ...]:
    found = {name.folded: name for text in texts if text for name in map(parse_name, spellings(text)) if name.tokens}
    return tuple(found.values())


def matches(known: list[Subject], index: ListingIndex, *, match: float = MATCH, review: float = REVIEW) -> list[Match]:
    """Find the listings each party matches: the best comparison of each party and listing."""
    names = [(place, name) for place, subject in enumerate(known) for name in subject.names]
    pairs = candidate_pairs([name for _, name in names], index.names)
    best: dict[tuple[int, int], Match] = {}
    for left, right in pairs.iter_rows():
        place, name = names[left]
        found = _compared(known[place], name, index, right, match, review)
        key = (place, index.owners[right])
        if found and (key not in best or found.rank > best[key].rank):
            best[key] = found
    _add_identifiers(known, index, best)
    return list(best.values())


def _compared(
    subject: Subject, name: Name, index: ListingIndex, right: int, match: float, review: float
) -> Match | None:
    entry, listed = index.entries[index.owners[right]], index.names[right]
    if not _comparable(subject, name, entry) or not _promising(name, listed):
        return None
    likeness = similar_name(name, listed, at_least=0.6)
    if likeness.score < 0.6:
        return None
    relation = same_country(subject.countries or name.countries, entry.countries)
    found = judged(subject, entry, likeness, relation, match, review)
    return found and replace(found, name=listed.text, by=index.by[right])


def _comparable(subject: Subject, name: Name, entry: Entry) -> bool:
    if entry.kind in NOT_PARTIES:
        return subject.kind == "vessel" and entry.kind == "vessel"
    return not (entry.person and (name.legal or subject.kind == "vessel"))


def _promising(name: Name, listed: Name) -> bool:
    """Rule out cheaply what cannot come near: names of very different length."""
    shorter, longer = sorted((len(name.squeezed), len(listed.squeezed)))
    return shorter * 4 >= longer


def _add_identifiers(known: list[Subject], index: ListingIndex, best: dict[tuple[int, int], Match]) -> None:
    """Match by identifier: an LEI or registration number that an entry states."""
    stated: dict[str, list[int]] = {code: [] for entry in index.entries for code in entry.identifiers}
    for place, entry in enumerate(index.entries):
        for code in entry.identifiers:
            stated[code].append(place)
    for place, subject in enumerate(known):
        for code in sorted(subject.identifiers):
            for owner in stated.get(code, []):
                entry = index.entries[owner]
                evidence = Evidence("same_identifier", code, 1.0)
                best[place, owner] = Match(
                    subject.party, entry, code, "identifier", 1.0, "match", True, "identifier", (evidence,)
                )


def _row(found: Match) -> dict[str, object]:
    row, since = found.entry.row, found.entry.since
    return {
        "party": found.party,
        "listing": found.entry.id,
        "list": found.entry.list,
        "entry": found.entry.name,
        "matched": found.name,
        "by": found.by,
        "band": found.band,
        "score": found.score,
        "rare_token": found.rare_token,
        "second_link": found.second_link,
        "person": found.entry.person,
        "effect": row.get("effect"),
        "limits": row.get("limits"),
        "dated": since is not None,
        "since_on": since,
        "until_on": row.get("delisted_on"),
        "published_on": row.get("published_on"),
        "citation": row.get("citation"),
        "detail": found.detail,
        "last_amended_on": date_of(max(row.get("amended_on") or [None])),
        **{name: row.get(name) for name in _OF_THE_LISTING},
    }
