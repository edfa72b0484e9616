"""The journal: alerts and their life, messages and their delivery, one database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from monitor.journal import checks, contents, history, leases, life, notices, outbox, raising, readings
from monitor.journal.content import Alert
from monitor.journal.database import Database
from monitor.journal.outbox import Delivery
from monitor.journal.raising import RaiseReport
from monitor.journal.spelling import spell, worst_first
from monitor.journal.tables import ALERTS, RUNS_RAISED


class Journal:
    """One journal. Every method is one transaction; times must bear a time zone.

    `url` is a file (SQLite, made when it is not there) or a SQLAlchemy URL.

    Raises
    ------
    StoreError
        The database cannot be used; any method may raise it.
    InputError
        An alert id, a disposition or a reason that the user can mend.
    """

    def __init__(self, url: str | Path) -> None:
        self.database = Database(url)

    def alerts(self, status: str | Sequence[str] | None = None) -> list[Alert]:
        """List alerts, worst first: all, or those of one or several statuses."""
        statuses = [status] if isinstance(status, str) else status
        wanted = select(ALERTS) if statuses is None else select(ALERTS).where(ALERTS.c.status.in_(statuses))
        with self.database.reading() as connection:
            return sorted(map(spell, connection.execute(wanted)), key=worst_first)

    def alert(self, alert: str) -> Alert:
        """One alert in the contract of alerts out."""
        with self.database.reading() as connection:
            return spell(life.known(connection, alert))

    def history(self, alert: str) -> list[dict[str, Any]]:
        """What happened to one alert: at, who, what, why, run, detail; oldest first."""
        with self.database.reading() as connection:
            life.known(connection, alert)
            return history.of_alert(connection, alert)

    def alerts_at(self, run: int) -> list[Alert]:
        """List the alerts as they were when those of a run had been raised, worst first."""
        with self.database.reading() as connection:
            return sorted(contents.at(connection, run), key=worst_first)

    def history_at(self, alert: str, run: int) -> list[dict[str, Any]]:
        """What had happened to one alert when those of a run had been raised, oldest first."""
        with self.database.reading() as connection:
            return history.of_alert(connection, alert, until=contents.history_at(connection, run))

    def verify(self) -> list[str]:
        """Name every event that was changed after it was written; empty when none was."""
        with self.database.reading() as connection:
            return history.breaks(connection)

    def wrong(self, runs: Mapping[int, Mapping[str, Any]]) -> list[str]:
        """Name everything that does not add up; `runs` has the snapshot of every run of the store."""
        with self.database.reading() as connection:
            return list(checks.wrong(connection, runs))

    def runs_needed(self, runs: Sequence[int]) -> set[int]:
        """Of these runs, those an alert that was not withdrawn rests on, and those whose alerts are not raised yet."""
        bodies = select(ALERTS.c.body).where(ALERTS.c.status != "withdrawn")
        with self.database.reading() as connection:
            last = connection.execute(select(func.max(RUNS_RAISED.c.run))).scalar() or 0
            named = {(body.get("snapshot") or {}).get("run") for body in connection.execute(bodies).scalars()}
        return {run for run in runs if run in named or run > last}

    def last_raised(self) -> int | None:
        """The last run whose alerts were raised."""
        with self.database.reading() as connection:
            return connection.execute(select(func.max(RUNS_RAISED.c.run))).scalar()

    def raise_all(
        self,
        alerts: Sequence[Mapping[str, Any]],
        *,
        run: int,
        now: dt.datetime,
        channels: Sequence[str] = (),
        deliver_from: dt.date | None = None,
    ) -> RaiseReport:
        """Take in the alerts of one run: raise new ones, update changed ones, withdraw those it no longer has.

        Idempotent. Closed alerts stay closed unless their severity rises or they reach new ends on new paths. On the
        first pass of a journal, alerts whose evidence is older than `deliver_from` (default: the day of `now`) are
        told in one digest per channel.
        """
        with self.database.writing() as connection:
            return raising.raise_all(connection, alerts, run=run, now=now, channels=channels, deliver_from=deliver_from)

    def close(self, alert: str, disposition: str, who: str, why: str, now: dt.datetime) -> None:
        """End an alert with a disposition (`DISPOSITIONS`)."""
        with self.database.writing() as connection:
            life.close(connection, alert, disposition, who=who, why=why, now=now)

    def review(self, alert: str, who: str, why: str, now: dt.datetime) -> None:
        """Take an alert into review."""
        with self.database.writing() as connection:
            life.move(connection, alert, "in_review", "reviewed", who=who, why=why, now=now)

    def escalate(self, alert: str, who: str, why: str, now: dt.datetime) -> None:
        """Put an alert before somebody who decides."""
        with self.database.writing() as connection:
            life.move(connection, alert, "escalated", "escalated", who=who, why=why, now=now)

    def reopen(self, alert: str, who: str, why: str, now: dt.datetime) -> None:
        """Open a closed alert again."""
        with self.database.writing() as connection:
            life.reopen(connection, alert, who=who, why=why, now=now)

    def assign(self, alert: str, assignee: str | None, who: str, now: dt.datetime, why: str = "") -> None:
        """Give an alert to somebody, or (None) to nobody."""
        with self.database.writing() as connection:
            life.assign(connection, alert, assignee, who=who, why=why, now=now)

    def note(self, alert: str, text: str, who: str, now: dt.datetime) -> None:
        """Write a note into an alert's history."""
        with self.database.writing() as connection:
            life.note(connection, alert, text, who=who, now=now)

    def due(self, now: dt.datetime, channels: Sequence[str] | None = None, most: int = 100) -> list[Delivery]:
        """Messages to try now, oldest first: of these channels, or of all."""
        with self.database.reading() as connection:
            return outbox.due(connection, now, channels, most)

    def delivered(self, delivery: str, now: dt.datetime) -> None:
        """Note that a channel took a message."""
        with self.database.writing() as connection:
            outbox.settle(connection, delivery, delivered_at=now)

    def failed(self, delivery: str, error: str, next_try: dt.datetime | None) -> None:
        """Note that a channel did not take a message, and when to try again; None drops it for good."""
        with self.database.writing() as connection:
            outbox.settle(connection, delivery, error=error, next_try=next_try)

    def waiting(self) -> list[dict[str, Any]]:
        """Per channel: messages delivered, messages waiting, the newest error."""
        with self.database.reading() as connection:
            return outbox.waiting(connection)

    def lease(self, name: str, now: dt.datetime, seconds: float) -> bool:
        """Take or renew a lease for this thread; False while another, of a living process, holds it."""
        until = now + dt.timedelta(seconds=seconds)
        with self.database.writing() as connection:
            return leases.take(connection, name, by=leases.holder(), now=now, until=until)

    def give_back(self, name: str) -> None:
        """End this thread's lease."""
        with self.database.writing() as connection:
            leases.give_back(connection, name, by=leases.holder())

    def note_reading(self, rows: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
        """Keep what a pass read of every source."""
        with self.database.writing() as connection:
            readings.note(connection, rows, now)

    def note_troubles(
        self, troubles: Mapping[str, notices.Trouble], channels: Sequence[str], now: dt.datetime
    ) -> tuple[str, ...]:
        """Tell the operator of each source that began to fail or is well again since this was last noted."""
        with self.database.writing() as connection:
            return notices.note(connection, troubles, channels, now)

    def troubles(self) -> dict[str, dict[str, Any]]:
        """The sources that fail, were refused or are stale: state, lines, since."""
        with self.database.reading() as connection:
            return notices.last(connection)

    def note_vacuum(self, now: dt.datetime) -> None:
        """Keep when the store was vacuumed."""
        with self.database.writing() as connection:
            readings.note_vacuum(connection, now)

    def last_vacuum(self) -> dt.datetime | None:
        """When the store was vacuumed last; None: never."""
        with self.database.reading() as connection:
            return readings.last_vacuum(connection)

    def last_reading(self) -> tuple[dt.datetime | None, list[dict[str, Any]]]:
        """When sources were read last (None: never), and what was read of each."""
        with self.database.reading() as connection:
            return readings.last(connection)
