"""Giving up what need not be kept: retire runs as set, remove files no kept run needs, daily or when asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from monitor.journal import Journal
from monitor.settings import Settings
from monitor.words import plural
from pipelines.errors import StoreError
from pipelines.store import Store
from pipelines.store.vacuum import Vacuumed, vacuum


def give_up(settings: Settings, now: dt.datetime, *, dry_run: bool = False) -> Vacuumed:
    """Retire and remove at once, or only say what would go. No run that an alert rests on is retired.

    Raises
    ------
    StoreError
        Another process is writing, or the store or the journal cannot be used.
    """
    store, journal = Store(settings.store.path), Journal(settings.journal.url)
    needed = journal.runs_needed(store.runs().get_column("run").to_list())
    done = vacuum(store, settings.store.retention, now=now, needed=needed, dry_run=dry_run)
    if not dry_run:
        journal.note_vacuum(now)
    return done


def tidy(settings: Settings, journal: Journal, now: dt.datetime, say: Callable[[str], None]) -> None:
    """Do it when it is due; a store that is busy is tidied after the next pass."""
    before = journal.last_vacuum()
    if before is None:
        journal.note_vacuum(now)  # the first time is a day after the first pass
    elif now - before >= settings.store.vacuum_every:
        try:
            say(sentence(give_up(settings, now)))
        except StoreError as error:
            say(f"not vacuumed: {error}")


def sentence(done: Vacuumed, *, dry_run: bool = False) -> str:
    """Say what was removed, or would be."""
    would = "would be " if dry_run else ""
    return (
        f"{plural(len(done.retired), 'run')} {would}retired, {plural(done.files, 'file')} with {done.bytes:,} bytes "
        f"{would}removed; {plural(done.kept, 'run')} kept"
    )
