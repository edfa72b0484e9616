"""Findings and paths joined to alerts: one per suspicion, with a stable id, in the JSON contract."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from monitor import summary
from monitor.check import Checked
from monitor.gate import passes, weigh
from monitor.questionnaire import questions
from monitor.red_flag import RedFlag, Severity
from monitor.red_flags import FLAGS
from monitor.tracing.suspicion import Suspicion, shipments
from pipelines import Tables

Alert = dict[str, Any]

KINDS = ("diversion", "listing", "ownership", "license", "over_purchase", "site", "payment", "identity")
"""Kinds of alert; of several findings of one party, the first kind in this order names the alert."""

KIND_OF_RULE = {"listed": "listing", "listed_address": "listing", "owned_50_percent": "ownership"}
"""What a delivery straight to a restricted end is about; every other rule is about the license."""


NOTHING_OF_MINE: Mapping[str, Any] = {"shipments": [], "quantity": 0, "value_usd": 0, "open_orders": [], "units": []}
"""What an alert says of the user's own shipments when it concerns none."""


def alert_id(subject: str, kind: str, nth: int = 1) -> str:
    """Name an alert by its subject and kind; disjoint schemes of one party get `/2`, `/3`."""
    digest = hashlib.sha256(f"{subject}|{kind}".encode()).hexdigest()[:12]
    return f"a-{digest}" if nth == 1 else f"a-{digest}/{nth}"


@dataclass(frozen=True)
class Book:
    """Facts about parties and records, looked up while alerts are written."""

    parties: Mapping[str, Mapping[str, Any]]
    records: Mapping[str, Mapping[str, Any]]
    flags: Mapping[str, RedFlag]

    @classmethod
    def of(cls, tables: Tables, findings: pl.DataFrame, flags: Sequence[RedFlag]) -> Book:
        named = findings.get_column("shipments").explode().drop_nulls().unique().implode()
        shipments = _with_movements(tables, named)
        payments = tables.polars("payments").select("id", "source", "record").collect()
        records = {row["id"]: row for row in pl.concat([shipments, payments], how="diagonal").to_dicts()}
        parties = {row["id"]: row for row in tables.frame("parties").to_dicts()}
        return cls(parties, records, {flag.id: flag for flag in flags})

    def party(self, party: str) -> dict[str, Any]:
        """Spell a party as the contract does."""
        row = self.parties.get(party, {})
        return {
            "id": party,
            "name": row.get("name") or party,
            "country": row.get("country"),
            "kind": row.get("kind") or "organization",
            "roles": row.get("roles") or [],
        }

    def short(self, party: str) -> dict[str, Any]:
        return {"id": party, "name": self.party(party)["name"]}

    def passes(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Decide whether these findings make an alert."""
        weighty = [row for row in rows if not self.flags[row["flag"]].context]
        pairs = [(Severity(row["severity"]), row["family"]) for row in weighty]
        return passes(pairs, calibrated=any(self.flags[row["flag"]].calibrated for row in rows))

    def told(self, shipments: Sequence[str]) -> list[str]:
        """List every row that describes one of these movements: each shipment, then the others of its movement."""
        rows = [[each, *(self.records.get(each, {}).get("movement_rows") or [])] for each in shipments]
        return list(dict.fromkeys(row for movement in rows for row in movement))

    def finding(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Spell a finding as the contract does."""
        flag = self.flags[row["flag"]]
        evidence = [*self.told(row["shipments"] or []), *([row["payment"]] if row["payment"] else [])]
        return {
            "flag": flag.id,
            "title": flag.title,
            "party": self.short(row["party"]),
            "severity": row["severity"],
            "reason": row["reason"],
            "cites": [asdict(cite) for cite in flag.cites],
            "shipments": row["shipments"] or [],
            "records": [
                {"source": found["source"], "record": found["record"]}
                for found in (self.records.get(each) for each in evidence)
                if found
            ],
        }


def _with_movements(tables: Tables, named: pl.Series) -> pl.DataFrame:
    """Take the named shipments, and the rows that describe the same movements."""
    rows = tables.polars("shipments").select("id", "source", "record", "movement_rows")
    wanted = rows.filter(pl.col("id").is_in(named)).collect()
    others = wanted["movement_rows"].explode(empty_as_null=False, keep_nulls=False).unique().implode()
    beside = rows.filter(pl.col("id").is_in(others), ~pl.col("id").is_in(named)).collect()
    return pl.concat([wanted, beside])


def alerts(
    tables: Tables,
    checked: Checked,
    suspicions: Sequence[Suspicion],
    *,
    snapshot: Mapping[str, Any],
    flags: Sequence[RedFlag] = FLAGS,
) -> list[Alert]:
    """Join findings and traced paths to alerts, worst first.

    A diversion takes every finding of its subject and of the parties on its paths; what is not attached there
    makes an alert of its own party when it passes the gate. Times of raising are the journal's to add.
    """
    book = Book.of(tables, checked.findings, flags)
    by_party: dict[str, list[dict[str, Any]]] = {}
    for row in checked.findings.sort("party", "flag").to_dicts():
        by_party.setdefault(row["party"], []).append(row)
    made, attached = [], set[tuple[str, str]]()
    for suspicion, nth in _numbered(suspicions):
        rows = _of_suspicion(suspicion, by_party, book)
        if not book.passes(rows):
            continue
        attached |= {(row["party"], row["flag"]) for row in rows}
        made.append(
            _alert(
                book,
                checked,
                suspicion.subject,
                _kind_of(suspicion),
                rows,
                snapshot,
                traced=suspicion.as_json(),
                nth=nth,
            )
        )
    for party, rows in by_party.items():
        left = [row for row in rows if (party, row["flag"]) not in attached]
        if left and book.passes(left):
            made.append(_alert(book, checked, party, _kind(left, book), left, snapshot))
    return sorted(made, key=lambda each: (-Severity(each["severity"]).rank, -each["score"], each["id"]))


def _numbered(suspicions: Sequence[Suspicion]) -> Iterator[tuple[Suspicion, int]]:
    """Number the schemes of one subject and kind, the earliest first, whether or not they make an alert."""
    counts = Counter[tuple[str, str]]()
    for suspicion in sorted(suspicions, key=lambda each: (each.begun, each.subject)):
        scheme = (suspicion.subject, _kind_of(suspicion))
        counts[scheme] += 1
        yield suspicion, counts[scheme]


def _of_suspicion(
    suspicion: Suspicion, by_party: Mapping[str, list[dict[str, Any]]], book: Book
) -> list[dict[str, Any]]:
    """Take all findings of the subject; of others on its paths those about its shipments, or about none at all."""
    others = [each for each in suspicion.parties if each != suspicion.subject and not _mine(book, each)]
    own = {*suspicion.starts, *(each for path in suspicion.paths for each in shipments(path))}
    beside = [row for party in others for row in by_party.get(party, [])]
    related = [row for row in beside if not row["shipments"] or not own.isdisjoint(row["shipments"])]
    return [*by_party.get(suspicion.subject, []), *related]


def _mine(book: Book, party: str) -> bool:
    return bool(book.parties.get(party, {}).get("mine"))


def _kind_of(suspicion: Suspicion) -> str:
    direct = all(legs == 1 for legs in suspicion.lengths)
    return KIND_OF_RULE.get(suspicion.rule, "license") if direct else "diversion"


def _kind(rows: Sequence[Mapping[str, Any]], book: Book) -> str:
    worst = max(Severity(row["severity"]).rank for row in rows)
    kinds = {book.flags[row["flag"]].kind for row in rows if Severity(row["severity"]).rank == worst}
    return min(kinds, key=KINDS.index)


def _alert(
    book: Book,
    checked: Checked,
    subject: str,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    snapshot: Mapping[str, Any],
    *,
    traced: Mapping[str, Any] | None = None,
    nth: int = 1,
) -> Alert:
    place = {flag: number for number, flag in enumerate(book.flags)}
    ordered = sorted(
        rows,
        key=lambda row: (row["party"] != subject, -Severity(row["severity"]).rank, place[row["flag"]], row["party"]),
    )
    unjudged = _not_evaluable(checked, {row["party"] for row in rows})
    weight = weigh([(Severity(row["severity"]), row["flag"]) for row in rows])
    traced = traced or {}
    alert: Alert = {
        "id": alert_id(subject, kind, nth),
        "kind": kind,
        "status": "open",
        "severity": weight.severity.value,
        "severity_reason": weight.reason,
        "score": weight.score,
        "contributions": [{"flag": flag, "points": points} for flag, points in weight.contributions],
        "raised_at": None,
        "updated_at": None,
        "title": "",
        "summary": "",
        "party": book.party(subject),
        "findings": [book.finding(row) for row in ordered],
        "not_evaluable": unjudged,
        "questions": questions(kind, {each["flag"] for each in (*rows, *unjudged)}),
        "explanations": _explanations(book, ordered),
        "paths": traced.get("paths", []),
        "units": traced.get("units", []),
        "mine": traced.get("mine") or dict(NOTHING_OF_MINE),
        "searched": traced.get("searched"),
        "clock": {"first_raised": None, "known_since": snapshot.get("made_at")},
        "hold": None,
        "disposition": None,
        "snapshot": dict(snapshot),
    }
    alert["title"] = summary.title(alert)
    alert["summary"] = summary.summary(alert, incorporated_on=book.parties.get(subject, {}).get("incorporated_on"))
    return alert


def _not_evaluable(checked: Checked, parties: set[str]) -> list[dict[str, str]]:
    unsure = (
        checked.unsure.filter(pl.col("party").is_in(list(parties)))
        .select("flag", "because")
        .unique(maintain_order=True)
    )
    return [*checked.not_evaluable, *unsure.sort("flag", "because").to_dicts()]


def _explanations(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    readings = {reading: shown for row in rows for reading, shown in book.flags[row["flag"]].innocent}
    return [{"innocent_reading": reading, "would_be_shown_by": shown} for reading, shown in readings.items()]
