"""Whether store and journal add up: every run, table, file, row, alert and message."""

from __future__ import annotations

from typing import Any

from monitor.journal import Journal
from monitor.run import snapshot
from monitor.settings import Settings
from monitor.words import plural
from pipelines.store import Store
from pipelines.store.verify import verify as verify_store


def verify(settings: Settings) -> dict[str, Any]:
    """Recompute hashes and counts; the answer of `verify --json`, with a line for each thing that does not add up.

    Raises
    ------
    StoreError
        The lines of the runs, or the journal, cannot be read at all.
    """
    store = Store(settings.store.path)
    found = verify_store(store)
    runs = {each.run: snapshot(each) for each in store.infos()}
    wrong = [*found.wrong, *Journal(settings.journal.url).wrong(runs)]
    return {
        "adds_up": not wrong,
        "runs": found.runs,
        "retired": found.retired,
        "tables": found.tables,
        "files": found.files,
        "wrong": wrong,
        "notes": found.notes,
    }


def verdict(answer: dict[str, Any]) -> str:
    """Say it in one sentence."""
    looked = ", ".join(
        (plural(answer["runs"], "run"), plural(answer["tables"], "table"), plural(answer["files"], "file"))
    )
    retired = f" ({answer['retired']} retired)" if answer["retired"] else ""
    if answer["adds_up"]:
        return f"everything adds up: {looked}{retired}"
    return f"{plural(len(answer['wrong']), 'thing')} of {looked}{retired} {_verb(answer['wrong'])} not add up"


def _verb(wrong: list[str]) -> str:
    return "does" if len(wrong) == 1 else "do"
