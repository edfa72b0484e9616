"""Lists of restricted parties, as people read them on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.terminal import heading, paragraph, put, put_lines, put_table

Json = Mapping[str, Any]

COLUMNS = ("list", "source", "file", "version", "entries", "newest_on", "coverage", "age_days")
MOST = 200
"""Entries of one kind that are shown; JSON has them all."""


def show_status(answer: Json) -> None:
    """Print the lists of a run, what was refused, and what an excerpt means."""
    rows: Sequence[Json] = answer["lists"]
    put_table(
        "Lists",
        [{**each, "version": _short(each["version"])} for each in rows],
        COLUMNS,
        "no list was read yet; put one into the inbox and type: entrepot run",
    )
    put_lines(dict.fromkeys(f"refused: {each['refused']}" for each in rows if each["refused"]))
    if any(each["coverage"] == "excerpt" for each in rows):
        put("Of an excerpt, parties that are not in it are not screened; who left it is not known.")


def _short(version: str | None) -> str | None:
    """The day of a file, or the first signs of the hash of it; of several of one source only how many there are."""
    parts = version.split(", ") if version else []
    return f"{len(parts)} files" if len(parts) > 1 else version[:10] if version else None


def show_difference(answer: Json) -> None:
    """Print what was added, removed and changed between two runs."""
    one, two = answer["from"], answer["known"]
    put(f"Run {one['run']} of {one['made_at']:%Y-%m-%d} against run {two['run']} of {two['made_at']:%Y-%m-%d}")
    for name in ("added", "removed", "changed"):
        heading(f"{name.capitalize()}: {len(answer[name]):,} {'entry' if len(answer[name]) == 1 else 'entries'}")
        for each in answer[name][:MOST]:
            paragraph(_line(each), "    ", "  ")
        if len(answer[name]) > MOST:
            put(f"  … and {len(answer[name]) - MOST:,} more; --json gives all")


def _line(entry: Json) -> str:
    name = entry["name"] or entry["id"].partition("|@")[2]
    country = f" ({', '.join(entry['country'])})" if entry["country"] else ""
    last = ""
    if entry["delisted_on"]:
        how = ", gone from the copy of that day" if entry["delisted_inferred"] else ""
        last = f", last day {entry['delisted_on']}{how}"
    changes = "; ".join(f"{part}: {_said(each['from'])} → {_said(each['to'])}" for part, each in _changes(entry))
    return f"{entry['list']}: {name}{country}{last}{': ' if changes else ''}{changes}"


def _changes(entry: Json) -> list[tuple[str, Json]]:
    return list(entry.get("changes", {}).items())


def _said(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value if value is not None else "nothing")
    return text if len(text) <= 120 else f"{text[:119]}…"
