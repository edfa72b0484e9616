"""Beneficial ownership statements (BODS 0.1 to 0.4): entities and persons to parties, relationships to ownership.

Statements are read twice: first which replace which and which only close a record, then one by one. What is kept
of the first reading is a few bytes per relationship, and the ids of statements that are replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.errors import Unusable
from pipelines.normalize.replaced import Histories
from pipelines.normalize.stated_interests import interest_of
from pipelines.normalize.statements import (
    Statement,
    is_indirect,
    is_statement,
    meant,
    party_of,
    statement,
    unpacked,
    unspecified,
)
from pipelines.normalize.written import last_day, list_of, moment_of
from pipelines.pieces import At, Pieces
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source


@dataclass(frozen=True)
class _Told:
    """A statement and where it stands."""

    at: At
    said: Statement


def is_bods(file: RawFile) -> bool:
    """Whether the first record is a BODS statement of any version, or a package of them."""
    return file.is_json and is_statement(next(iter(file.objects), None))


def read_bods(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read all files as one body of statements.

    Each statement is a version of its record, as many rows as it has interests; parties are named by id alone, so
    that it does not matter in which file, or when, they are described.
    """
    histories, pieces = Histories(), Pieces()
    for _, body in _bodies(files):
        _look(body, histories)
    histories.settle()
    waiting: dict[str, list[_Told]] = {}
    for at, body in _bodies(files):
        try:
            said = statement(body)
            told = _Told(at, replace(said, record=histories.root(said.record)))
            if told.said.record in histories.closed_barely and said.kind == "relationship":
                waiting.setdefault(told.said.record, []).append(told)
            else:
                _add(told, told, histories, pieces)
        except Unusable as why:
            pieces.refuse("ownership", at, why)
        yield from pieces.full()
    for record in waiting.values():
        _add_closed_barely(record, histories, pieces)
        yield from pieces.full()
    yield from pieces.rest("parties")


def _bodies(files: Sequence[RawFile]) -> Iterator[tuple[At, object]]:
    for file in files:
        number = 0
        for record in file.objects:
            for body in unpacked(record):
                number += 1
                yield At(file.name, number), body


def _look(body: object, histories: Histories) -> None:
    try:
        said = statement(body)
    except Unusable:
        return
    histories.see(said, len(_interests(said)))


def _interests(said: Statement) -> list[Mapping[str, object]]:
    return [each for each in list_of(said.details, "interests") if isinstance(each, Mapping)]


def _add(told: _Told, full: _Told, histories: Histories, pieces: Pieces) -> None:
    said = told.said
    known = {"record": said.record, "recorded_at": moment_of(said.stated, later=histories.rank(said))}
    if said.kind == "relationship":
        _add_interests(told, full.said.details, known, histories, pieces)
    else:
        pieces.add("parties", told.at, **known, line=1, id=said.record, **party_of(said.kind, said.details))


def _add_interests(
    told: _Told, details: Mapping[str, object], known: Mapping[str, object], histories: Histories, pieces: Pieces
) -> None:
    """Give a row per interest; lines that another version of the record has besides are said to hold no longer."""
    sides = _sides(told.said, details, histories)
    ended = last_day("statementDate", told.said.stated) if told.said.closed else None
    interests = [each for each in list_of(details, "interests") if isinstance(each, Mapping)] or [{}]
    through = is_indirect(told.said.details)
    rows = [interest_of(each, ended, through=through) for each in interests]
    for number, row in enumerate(rows, start=1):
        why = "; ".join(str(each) for each in (sides.why, row["details"]) if each) or None
        pieces.add("ownership", told.at, **{**known, **sides.ids, **row, "details": why, "line": number})
    for number in range(len(rows) + 1, histories.lines(told.said) + 1):
        gone = {"interest": "unknownInterest", "details": "no longer stated"}
        pieces.add("ownership", told.at, **known, line=number, owned_id=sides.ids["owned_id"], **gone)


@dataclass(frozen=True)
class _Sides:
    """Owner and owned by id, and why no owner is named."""

    ids: Mapping[str, str | None]
    why: str | None


def _sides(said: Statement, details: Mapping[str, object], histories: Histories) -> _Sides:
    subject, interested = (said.details.get(side) or details.get(side) for side in ("subject", "interestedParty"))
    owned, owner = meant(subject), meant(interested)
    if owned is None:
        raise Unusable("subject", subject, f"names nobody ({unspecified(subject)})", "name the entity it is about")
    ids = {"owner_id": histories.root(owner) if owner else None, "owned_id": histories.root(owned)}
    return _Sides(ids, None if owner else unspecified(interested))


def _add_closed_barely(record: list[_Told], histories: Histories, pieces: Pieces) -> None:
    """Give a closing statement that repeats no interests those of the statement before it."""
    ordered = sorted(record, key=lambda each: (each.said.stated or "", each.said.rank, each.said.id))
    full = ordered[0]
    for told in ordered:
        full = told if _interests(told.said) else full
        try:
            _add(told, full, histories, pieces)
        except Unusable as why:
            pieces.refuse("ownership", told.at, why)


BODS = Source(
    id="bods",
    title="Beneficial ownership statements (BODS 0.1 to 0.4)",
    publisher="any publisher of the Beneficial Ownership Data Standard",
    license="as the publisher states",
    tables=("parties", "ownership"),
    recognizes=is_bods,
    read=read_bods,
)
