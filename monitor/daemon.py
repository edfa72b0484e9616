"""The daemon: one job on its schedule, one at a time, until it is told to stop; a job that fails stops nothing."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from monitor.channel import deliver
from monitor.journal import Journal
from monitor.settings import DaemonSetting, Settings
from pipelines.errors import EntrepotError, InputError
from pipelines.store.lock import FileLock

Job = Callable[[], Mapping[str, Any] | None]
"""One pass; what it returns is logged."""

BEAT_SECONDS = 30
"""How often the health file says that the daemon lives."""


def serve(job: Job, settings: Settings) -> None:
    """Run the job as `[daemon]` says, and deliver what waits, until SIGTERM or SIGINT; a pass under way is finished.

    `daemon.json` beside the settings says whether it lives and how the last pass went. A second signal ends at once.

    Raises
    ------
    StoreError
        Another daemon runs on these settings.
    """
    schedule, lock = trigger(settings.daemon), FileLock(settings.folder / "daemon.lock")
    try:
        keep_running(job, schedule, health=settings.folder / "daemon.json", beside=lambda: _deliver(settings))
    finally:
        lock.release()


def trigger(setting: DaemonSetting) -> BaseTrigger:
    """Make the schedule.

    Raises
    ------
    InputError
        The cron expression cannot be understood.
    """
    if setting.schedule is None:
        every = setting.every or dt.timedelta(hours=6)
        return IntervalTrigger(seconds=max(every.total_seconds(), 0.05))
    try:
        return CronTrigger.from_crontab(setting.schedule)
    except ValueError as error:
        raise InputError(
            f"[daemon] schedule {setting.schedule!r}: {error}; give minute hour day month weekday"
        ) from error


def keep_running(
    job: Job,
    schedule: BaseTrigger,
    *,
    health: Path,
    beside: Callable[[], None] = lambda: None,
    beat_seconds: float = BEAT_SECONDS,
) -> None:
    """Run a job at once and on its schedule, and `beside` with every beat, until a signal to stop.

    A time that comes while the job still runs is skipped; times missed (sleep of the machine) are made up once.
    """
    to_logs()
    log, stop, state = structlog.get_logger(), threading.Event(), Health(health)
    previous = {each: signal.signal(each, _stopper(stop)) for each in (signal.SIGTERM, signal.SIGINT)}
    scheduler = BackgroundScheduler()
    scheduler.add_job(
        lambda: _one(job, state, log), schedule, next_run_time=dt.datetime.now(dt.UTC), id="pass",
        coalesce=True, max_instances=1, misfire_grace_time=None,
    )  # fmt: skip
    log.info("daemon started", pid=os.getpid(), schedule=str(schedule))
    scheduler.start()
    try:
        while not stop.wait(beat_seconds):
            state.write()
            _isolated(beside, log)
    finally:
        log.info("daemon stopping after the present pass")
        scheduler.shutdown(wait=True)
        state.write(stopped=True)
        for each, handler in previous.items():
            signal.signal(each, handler)
        log.info("daemon stopped")


def _stopper(stop: threading.Event) -> Callable[[int, object], None]:
    def on_signal(number: int, _frame: object) -> None:
        if stop.is_set():  # asked twice: do not wait for the pass
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.set()

    return on_signal


def _deliver(settings: Settings) -> None:
    channels = settings.channels()
    if not channels:
        return
    report = deliver(Journal(settings.journal.url), channels, dt.datetime.now(dt.UTC))
    if report.delivered or report.failed:
        structlog.get_logger().info("delivered what waited", delivered=report.delivered, failed=report.failed)


def _isolated(act: Callable[[], None], log: Any) -> None:
    try:
        act()
    except Exception:  # delivering is tried again with the next beat
        log.error("delivery failed", exc_info=True)


class Health:
    """A file that says whether the daemon lives and how its last pass went."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: dict[str, Any] = {"pid": os.getpid(), "passes": 0, "failed": 0, "last": None}
        self._lock = threading.Lock()
        self.write()

    def write(self, *, stopped: bool = False, **news: Any) -> None:
        """Write the file whole; a reader never sees half of it."""
        with self._lock:
            self.said.update(news, at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), stopped=stopped)
            draft = self.path.with_name(f"{self.path.name}.new")
            draft.write_text(json.dumps(self.said, default=str), encoding="utf-8")
            draft.replace(self.path)

    def passed(self, **news: Any) -> None:
        """Note one pass."""
        counts = {"passes": self.said["passes"] + 1, "failed": self.said["failed"] + ("error" in news)}
        self.write(last=news, **counts)


def _one(job: Job, health: Health, log: Any) -> None:
    began = time.monotonic()
    log.info("pass started")
    try:
        news = dict(job() or {})
    except EntrepotError as error:
        news = {"error": str(error)}
        log.error("pass failed", error=str(error))
    except Exception as error:  # the next pass may well succeed; this one is told in full
        news = {"error": f"{type(error).__name__}: {error}"}
        log.error("pass failed", exc_info=True)
    news["seconds"] = round(time.monotonic() - began, 1)
    if "error" not in news:
        log.info("pass finished", **news)
    health.passed(**news)


def to_logs() -> None:
    """Send log lines to standard error: for people on a terminal, else as JSON."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it would warn of every time skipped
    people = sys.stderr.isatty()
    last: Any = structlog.dev.ConsoleRenderer() if people else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if people else [structlog.processors.format_exc_info]),
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
