"""What the notes of an entry say, list by list: a scope, an order's kind and end, or numbers, programs, days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipelines.normalize.denials import american_day, order_of
from pipelines.normalize.entries import footnotes_in, spoken, unique
from pipelines.normalize.remarks import day_of, identifying, program_tags

SCOPED = frozenset({"EL"})
DENIAL = re.compile(r"\btype of denial:\s*(?P<kind>[\w-]+)", re.IGNORECASE)
EXPIRES = re.compile(r"\bexpires:\s*(?P<day>[\d/-]+)", re.IGNORECASE)
PROGRAM = re.compile(r"\bprograms?:\s*(?P<tags>[^;]+)", re.IGNORECASE)
TOGETHER = re.compile(r"\blisted together with (?:its )?(?:subsidiar\w+|affiliates):\s*(?P<names>[^|]+)", re.IGNORECASE)
BETWEEN = re.compile(
    r",\s+(?!(?:Ltd|Limited|Inc|LLC|L\.L\.C|Corp|Co\b|Company|PLC|Pte|Pty|S\.A|GmbH|B\.V|Incorporated))", re.IGNORECASE
)

SHORTENED = re.compile(r"\b(?:Ltd|Inc|Co|Corp|L\.L\.C|S\.A|S\.L\.U)\.$", re.IGNORECASE)


def noted(of: str, text: str | None) -> dict[str, Any]:
    """Read the notes of an entry of a list as columns of its listing; only the Entity List's are a scope."""
    notes = spoken(text)
    if of in SCOPED:
        return {"scope": notes or None, "footnotes": footnotes_in(notes)}
    kind, expires, program = DENIAL.search(notes), EXPIRES.search(notes), PROGRAM.search(notes)
    tagged = program or "linked to" in notes.lower()
    return {
        "scope": order_of(kind["kind"]) if kind else None,
        "footnotes": [],
        "delisted_on": american_day(expires["day"]) if expires else None,
        "identifiers": identifying(notes) if tagged else [],
        "program": program_tags(program["tags"].split(",") if program else [], notes) if tagged else None,
        "published_on": day_of("listing", notes),
    }


def listed_together(text: str | None) -> list[str]:
    """Name the companies that the notes of an entry list with it.

    >>> listed_together("Listed together with subsidiaries: Alder Co., Ltd., Birch, Inc. | Alder is …")
    ['Alder Co., Ltd.', 'Birch, Inc.']
    """
    found = TOGETHER.search(spoken(text))
    return unique(_names(found["names"])) if found else []


def _names(text: str) -> Iterator[str]:
    for part in BETWEEN.split(text.strip(" ,;")):
        name = part.strip(" ,;").removeprefix("and ")
        yield name if SHORTENED.search(name) else name.rstrip(".")
