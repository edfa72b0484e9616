"""Compare the alerts of a run with those known: raise, update, withdraw, open again; tell each once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, select

from monitor.journal import contents, history, outbox
from monitor.journal.content import Alert, fingerprint, latest_evidence, plain, reach
from monitor.journal.spelling import spell
from monitor.journal.tables import ALERTS, RUNS_RAISED, STATE
from monitor.red_flag import Severity

OPEN = ("open", "in_review", "escalated")
"""Statuses of an alert somebody still has to deal with."""


@dataclass(frozen=True)
class RaiseReport:
    """Ids of the alerts of one run by what became of them; `digested` of the raised are told together."""

    raised: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    digested: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Numbers as `entrepot run --json` gives them; opened again counts as updated."""
        return {"raised": len(self.raised), "updated": len(self.updated), "withdrawn": len(self.withdrawn)}


@dataclass
class Raising:
    """One run's alerts on their way into the journal, within one transaction."""

    connection: Connection
    run: int
    now: dt.datetime
    channels: Sequence[str]
    since: dt.date
    first: bool
    became: dict[str, list[str]] = field(default_factory=dict)
    for_digest: list[Alert] = field(default_factory=list)

    def all(self, alerts: Sequence[Mapping[str, Any]]) -> RaiseReport:
        """Take in every alert of the run, withdraw the open ones it no longer has."""
        known = {row.id: row for row in self.connection.execute(select(ALERTS))}
        made = {alert["id"]: alert for alert in map(plain, alerts)}
        for name, alert in made.items():
            self._take(alert, known.get(name))
        for name in sorted(known.keys() - made.keys()):
            if known[name].status in OPEN:
                self._withdraw(known[name])
        self._tell_digest()
        _remember(self.connection, self.run, self.now, self.channels)
        return RaiseReport(**{name: tuple(ids) for name, ids in self.became.items()})

    def _take(self, alert: Alert, known: Row[Any] | None) -> None:
        if known is None:
            self._raise(alert)
        elif known.status == "withdrawn":
            self._reopen(alert, known, "follows again from the records")
        elif known.fingerprint == fingerprint(alert):
            self._note(alert["id"], "unchanged")
        elif known.status == "closed":
            self._take_closed(alert, known)
        else:
            self._update(alert, known)

    def _raise(self, alert: Alert) -> None:
        columns = {
            **self._columns(alert), "status": "open", "first_raised_at": self.now, "raised_run": self.run,
        }  # fmt: skip
        self.connection.execute(ALERTS.insert().values(id=alert["id"], **columns))
        contents.keep(self.connection, alert, self.run)
        self._record(alert, "raised", f"{alert['severity']}: {alert.get('severity_reason') or alert['kind']}")
        self._note(alert["id"], "raised")
        said = self._spelled(alert["id"])
        if self.first and (latest_evidence(alert) or dt.date.min) < self.since:
            self._note(alert["id"], "digested")
            self.for_digest.append(said)
        else:
            self._tell("alert.raised", said)

    def _update(self, alert: Alert, known: Row[Any]) -> None:
        self._change(alert, status=known.status)
        self._record(alert, "updated", what_changed(known.body, alert))
        self._note(alert["id"], "updated")
        self._tell("alert.updated", self._spelled(alert["id"]), known.severity)

    def _take_closed(self, alert: Alert, known: Row[Any]) -> None:
        reason = why_open_again(known.at_closing or {}, alert)
        if reason:
            self._reopen(alert, known, reason)
            return
        self._change(alert, status="closed")
        self._record(alert, "updated", f"{what_changed(known.body, alert)}; stays closed")
        self._note(alert["id"], "unchanged")

    def _reopen(self, alert: Alert, known: Row[Any], reason: str) -> None:
        self._change(alert, status="open", disposition=None, at_closing=None)
        self._record(alert, "reopened", reason)
        self._note(alert["id"], "updated")
        self._note(alert["id"], "reopened")
        self._tell("alert.updated", self._spelled(alert["id"]), known.severity)

    def _withdraw(self, known: Row[Any]) -> None:
        self.connection.execute(
            ALERTS.update()
            .where(ALERTS.c.id == known.id)
            .values(status="withdrawn", updated_at=self.now, updated_run=self.run)
        )
        reason = f"no longer follows from the records, lists and rules of run {self.run}"
        history.record(self.connection, known.id, "withdrawn", at=self.now, why=reason, run=self.run)
        self._note(known.id, "withdrawn")
        self._tell("alert.withdrawn", {**self._spelled(known.id), "withdrawn_because": reason})

    def _tell_digest(self) -> None:
        if len(self.for_digest) == 1:  # one message either way: the alert itself says more
            self._tell("alert.raised", self.for_digest[0])
            return
        outbox.queue_digest(
            self.connection, self.channels, self.for_digest, self.since, run=self.run, at=self.now
        )  # fmt: skip

    def _change(self, alert: Alert, **values: object) -> None:
        columns = {**self._columns(alert), **values}
        self.connection.execute(ALERTS.update().where(ALERTS.c.id == alert["id"]).values(columns))
        contents.keep(self.connection, alert, self.run)

    def _columns(self, alert: Alert) -> dict[str, Any]:
        return {
            "kind": alert["kind"],
            "severity": alert["severity"],
            "subject": (alert.get("party") or {}).get("id"),
            "body": alert,
            "fingerprint": fingerprint(alert),
            "updated_run": self.run,
            "updated_at": self.now,
        }

    def _record(self, alert: Alert, what: str, why: str) -> None:
        detail = {"severity": alert["severity"], "fingerprint": fingerprint(alert)}
        history.record(self.connection, alert["id"], what, at=self.now, why=why, run=self.run, detail=detail)

    def _note(self, alert: str, became: str) -> None:
        self.became.setdefault(became, []).append(alert)

    def _spelled(self, alert: str) -> Alert:
        return spell(self.connection.execute(select(ALERTS).where(ALERTS.c.id == alert)).one())

    def _tell(self, event: str, alert: Alert, severity_before: str = "low") -> None:
        severity = max(Severity(severity_before), Severity(alert["severity"]), key=lambda each: each.rank)
        outbox.queue(
            self.connection, self.channels, event, alert, run=self.run, at=self.now, severity=severity.value
        )  # fmt: skip


def raise_all(
    connection: Connection,
    alerts: Sequence[Mapping[str, Any]],
    *,
    run: int,
    now: dt.datetime,
    channels: Sequence[str],
    deliver_from: dt.date | None,
) -> RaiseReport:
    """Take in the alerts of one run; the same again changes nothing and tells nobody."""
    first = not connection.execute(select(func.count()).select_from(RUNS_RAISED)).scalar()
    since = deliver_from or now.date()
    return Raising(connection, run, now, channels, since, first).all(alerts)


def why_open_again(at_closing: Mapping[str, Any], alert: Alert) -> str | None:
    """Say what an alert has that it had not when it was closed: more severity, new ends, new paths."""
    before, after = at_closing.get("severity", "low"), alert["severity"]
    if Severity(after).rank > Severity(before).rank:
        return f"severity rose from {before} to {after}"
    for what, values in reach(alert).items():
        new = set(values) - set(at_closing.get(what, []))
        if new:
            return f"{len(new)} new {what if len(new) > 1 else what.removesuffix('s')}"
    return None


def what_changed(before: Alert, after: Alert) -> str:
    """Name the parts of an alert that changed."""
    if before.get("severity") != after.get("severity"):
        return f"severity from {before.get('severity')} to {after.get('severity')}"
    parts = [
        name for name in after if before.get(name) != after[name] and name not in ("snapshot", "clock", "searched")
    ]
    return f"changed: {', '.join(parts) or 'what was searched'}"


def _remember(connection: Connection, run: int, now: dt.datetime, channels: Sequence[str]) -> None:
    if connection.execute(select(RUNS_RAISED.c.run).where(RUNS_RAISED.c.run == run)).scalar() is None:
        connection.execute(RUNS_RAISED.insert().values(run=run, at=now))
    connection.execute(STATE.delete().where(STATE.c.name == "channels"))
    connection.execute(STATE.insert().values(name="channels", value=list(channels)))
