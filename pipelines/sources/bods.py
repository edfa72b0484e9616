"""Beneficial ownership data (BODS 0.4): entity, person and relationship statements to parties and ownership.

A record may have several statements over time: the latest says what holds, a closing one when it ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.errors import SourceFailed
from pipelines.normalize.entries import date_of, spoken
from pipelines.normalize.statements import (
    address_of,
    country_of,
    interest_of,
    items_of,
    names_of,
    part,
    rank_of,
    registered_in,
)
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source
from pipelines.tables import FILES

SEAT = ("headquarters", "business")
KINDS = {"entity": "parties", "person": "parties", "relationship": "ownership"}


@dataclass
class _Statements:
    """Statements of one kind: the file and number each stands at, and what could not be used."""

    read: int = 0
    repeated: int = 0
    kept: list[_Statement] = field(default_factory=list)
    bad: list[dict[str, object]] = field(default_factory=list)
    _by_id: dict[str, list[_Statement]] = field(default_factory=dict)

    def same(self, body: Mapping[str, Any]) -> list[_Statement]:
        """Statements kept under the same statement id."""
        return self._by_id.get(str(body.get("statementId")), [])

    def keep(self, statement: _Statement) -> None:
        self.kept.append(statement)
        self._by_id.setdefault(str(statement.body.get("statementId")), []).append(statement)

    def reject(self, file: str, row: int, column: str, value: object, reason: str) -> None:
        advice = "nothing is assumed of it; add the statement that is missing"
        self.bad.append(
            {"file": file, "row": row, "column": column, "value": str(value)[:200], "reason": reason, "advice": advice}
        )


@dataclass(frozen=True)
class _Statement:
    file: str
    row: int
    body: Mapping[str, Any]

    @property
    def record(self) -> str:
        return str(self.body["recordId"])

    @property
    def details(self) -> Mapping[str, Any]:
        details: Mapping[str, Any] = self.body["recordDetails"]
        return details

    @property
    def stated_on(self) -> dt.date | None:
        return date_of(self.body.get("statementDate")) or date_of(
            part(self.body, "publicationDetails").get("publicationDate")
        )

    @property
    def closed(self) -> bool:
        return self.body.get("recordStatus") == "closed"

    @property
    def order(self) -> tuple[str, int, str]:
        status = ("new", "updated", "closed")
        at = str(self.body.get("recordStatus"))
        moment = str(self.body.get("statementDate") or "")
        return moment, status.index(at) if at in status else 0, str(self.body.get("statementId"))


def is_bods(file: RawFile) -> bool:
    """Whether the first record is a BODS statement, of any version."""
    if not file.is_json:
        return False
    first = next(iter(file.objects), None)
    return isinstance(first, Mapping) and (
        ("statementId" in first and "recordType" in first) or ("statementID" in first and "statementType" in first)
    )


def read_bods(files: Sequence[RawFile]) -> list[Extract]:
    """Read all files as one body of statements, so that a relation finds its parties in another file.

    Counts are of statements; one of a relationship gives a row per interest.

    Raises
    ------
    SourceFailed
        A file is of BODS before 0.4.
    """
    sorted_out = {"parties": _Statements(), "ownership": _Statements()}
    for file in files:
        if "statementID" in file.headings:
            raise SourceFailed(f"{file.name}: is BODS before 0.4; convert it to 0.4")
        _sort(file, sorted_out)
    parties = {row["id"]: row for row in _parties(sorted_out["parties"])}
    ids = {str(each.body.get("statementId")): each.record for each in sorted_out["parties"].kept}
    ownership = list(_ownership(sorted_out["ownership"], parties, ids))
    return [
        _extract("parties", list(parties.values()), sorted_out["parties"]),
        _extract("ownership", ownership, sorted_out["ownership"]),
    ]


def _extract(table: str, rows: Sequence[Mapping[str, Any]], statements: _Statements) -> Extract:
    own = {
        "row": pl.Int64(),
        "record": pl.String(),
        "line": pl.Int64(),
        "file": pl.String(),
        "recorded_at": pl.Datetime("us"),
    }
    schema = {**FILES[table].schema, **own}
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    bad = pl.DataFrame(statements.bad, schema={"file": pl.String(), **bad_rows().schema})
    columns = frozenset(name for name in FILES[table].schema if any(name in row for row in rows))
    return Extract(table, frame, bad, statements.read, statements.repeated, columns=columns)


def _sort(file: RawFile, into: Mapping[str, _Statements]) -> None:
    for number, each in enumerate(file.objects, start=1):
        kind = KINDS.get(str(each.get("recordType"))) if isinstance(each, Mapping) else None
        statements = into[kind or "ownership"]
        statements.read += 1
        if kind is None or not each.get("recordId") or not isinstance(each.get("recordDetails"), Mapping):
            statements.reject(file.name, number, "recordType", each, "is no BODS 0.4 statement")
        elif any(each == other.body for other in statements.same(each)):
            statements.repeated += 1
        else:
            statements.keep(_Statement(file.name, number, each))


def _latest(statements: _Statements) -> list[list[_Statement]]:
    """Group statements by record, each group in the order of time."""
    groups: dict[str, list[_Statement]] = {}
    for each in statements.kept:
        groups.setdefault(each.record, []).append(each)
    return [sorted(group, key=lambda each: each.order) for group in groups.values()]


def _parties(statements: _Statements) -> Iterable[dict[str, Any]]:
    for group in _latest(statements):
        last = next((each for each in reversed(group) if names_of(each.details)), None)
        if last is None:
            for each in group:
                why = each.details.get("personType") or part(each.details, "entityType").get("type") or "party"
                statements.reject(each.file, each.row, "name", each.record, f"the {why} has no name")
        else:
            yield _party(last)


def _party(statement: _Statement) -> dict[str, Any]:
    details = statement.details
    names = names_of(details)
    addresses = [each for each in items_of(details, "addresses") if isinstance(each, Mapping)]
    identifiers = [
        (str(each.get("scheme") or ""), spoken(str(each.get("id") or "")))
        for each in items_of(details, "identifiers")
        if isinstance(each, Mapping)
    ]
    return {
        **_origin(statement),
        "line": 1,
        "id": statement.record,
        "name": names[0],
        "aliases": names[1:],
        "kind": "person" if statement.body["recordType"] == "person" else "organization",
        "country": registered_in(details) or next(filter(None, map(country_of, addresses)), None),
        "headquarters_country": next((country_of(each) for each in addresses if each.get("type") in SEAT), None),
        "address": next(filter(None, map(address_of, sorted(addresses, key=rank_of))), None),
        "registration_number": next((number for scheme, number in identifiers if scheme != "XI-LEI" and number), None),
        "lei": next((number for scheme, number in identifiers if scheme == "XI-LEI" and number), None),
        "incorporated_on": date_of(details.get("foundingDate")),
        "dissolved_on": date_of(details.get("dissolutionDate")),
    }


def _origin(statement: _Statement) -> dict[str, Any]:
    day = statement.stated_on
    moment = dt.datetime.combine(day, dt.time()) if day else None
    return {"row": statement.row, "file": statement.file, "record": statement.record, "recorded_at": moment}


def _ownership(
    statements: _Statements, parties: Mapping[str, Mapping[str, Any]], ids: Mapping[str, str]
) -> Iterable[dict[str, Any]]:
    for group in _latest(statements):
        last = group[-1]
        owner, owned = _meant(last.details.get("interestedParty"), ids), _meant(last.details.get("subject"), ids)
        lacking = _lacking("interestedParty", owner, parties) or _lacking("subject", owned, parties)
        if lacking:
            for each in group:
                statements.reject(each.file, each.row, *lacking)
            continue
        told = next((each for each in reversed(group) if items_of(each.details, "interests")), last)
        for number, interest in enumerate(items_of(told.details, "interests") or [{}], start=1):
            if isinstance(interest, Mapping):
                yield {
                    **_origin(last),
                    "line": number,
                    **_side("owner", parties[owner]),
                    **_side("owned", parties[owned]),
                    **interest_of(interest, last.stated_on if last.closed else None),
                }


def _lacking(column: str, party: str, parties: Mapping[str, Any]) -> tuple[str, str, str] | None:
    if party.startswith("!"):
        return column, party[1:], "names no party: it is unspecified or unknown"
    return None if party in parties else (column, party, "is described by no usable statement")


def _meant(reference: object, ids: Mapping[str, str]) -> str:
    """Name the record a reference means; with "!" in front, why it means none."""
    if isinstance(reference, str) and reference:
        return ids.get(reference, reference)
    if isinstance(reference, Mapping):
        for key in ("describedByEntityStatement", "describedByPersonStatement"):
            if reference.get(key):
                return ids.get(str(reference[key]), str(reference[key]))
        return f"!{reference.get('reason') or reference.get('unspecifiedReason') or 'unspecified'}"
    return "!missing"


def _side(role: str, party: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{role}_{part}": party.get(part) for part in ("id", "name", "country")}


BODS = Source(
    id="bods",
    title="Beneficial ownership statements (BODS 0.4)",
    publisher="any publisher of the Beneficial Ownership Data Standard",
    license="as the publisher states",
    tables=("parties", "ownership"),
    recognizes=is_bods,
    read=read_bods,
)
