"""The supplements to Part 744 as plain text: what eCFR exports, and what is copied from its page.

A tab opens a cell, and lines go on in it: other names, addresses. A country is a cell in capitals, an entry is its
text, the license requirement, the review policy and the citation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipelines.normalize.countries import country_code
from pipelines.normalize.entries import spoken
from pipelines.reading.supplement_rows import RESERVED, Lines, SupplementRow

SUPPLEMENT = re.compile(r"^\W*supplement no\. (?P<number>\d+) to part 744\b", re.IGNORECASE)
LISTS = {"4": "EL", "6": "UVL", "7": "MEU"}
CITED = re.compile(r"^\d{1,3}\s*\.?F\.?\s*R\.?\s*[\d,]{3,7}\b")
REQUIREMENT = re.compile(r"^(?:for\s+)?(?:(?:all|any)\s+)?items?\b", re.IGNORECASE)
FOOTNOTE = re.compile(r"^(?:\d{1,2}\s+[A-Z]\w+ .{20,}|\[\d{1,3} FR )", re.DOTALL)
FURTHER = re.compile(
    r"^(?:[—–]|-\w|subordinate instit|affiliated entit|the following addresses|addresses for\b)", re.IGNORECASE
)
LONGEST_COUNTRY = 60


def is_supplement_text(head: bytes) -> bool:
    """Whether a text names a supplement that is a list at the start of a line, and has cells."""
    lines = head.decode("utf-8", "replace").splitlines()
    return b"\t" in head and any((found := SUPPLEMENT.match(line)) and found["number"] in LISTS for line in lines)


def rows_of_text(lines: Iterable[str]) -> Iterator[SupplementRow]:
    """Give the entries of all supplements that are lists."""
    table = _Text()
    for cell in _cells(lines):
        yield from table.cell(cell)
    yield from table.ended()


def _cells(lines: Iterable[str]) -> Iterator[Lines]:
    """Part lines into cells; the line that names a supplement is a cell."""
    cell: Lines = []
    for line in lines:
        first, *others = line.rstrip("\r").split("\t")
        after = bool(cell) and CITED.match(cell[0]) and not CITED.match(first.strip())
        after = after or (bool(others) and _is_country([first.strip()]))
        if first.strip() and (after or SUPPLEMENT.match(first)):
            yield cell
            cell = []
        cell += [spoken(first)] if first.strip() else []
        if SUPPLEMENT.match(first):
            yield cell
            cell = []
        for other in others:
            yield cell
            cell = [spoken(other)] if other.strip() else []
    yield cell


class _Text:
    """Takes cell after cell and gives entries."""

    def __init__(self) -> None:
        self.of: str | None = None
        self.country = ""
        self.number = 0
        self.entity: Lines = []
        self.requirement = ""
        self.policies: list[Lines] = []
        self.done: SupplementRow | None = None

    def cell(self, lines: Lines) -> Iterator[SupplementRow]:
        """Take a cell, and give an entry that it completes."""
        text = " ".join(lines)
        named = SUPPLEMENT.match(text)
        if named:
            yield from self.ended()
            self.of, self.country = LISTS.get(named["number"]), ""
        elif text and self.of and _is_country(lines):
            yield from self.ended()
            self.country = text
        elif text and self.of and self.country and not RESERVED.match(text.strip("[] ")):
            yield from self._part(lines, text)

    def _part(self, lines: Lines, text: str) -> Iterator[SupplementRow]:
        if CITED.match(text):
            yield from self._cited(text)
        elif FOOTNOTE.match(text) and not self.entity:
            yield from self.ended()
        elif not self.entity:
            yield from self._begun(lines)
        elif self.of != "EL" or (not self.requirement and not REQUIREMENT.match(text)):
            self.entity += lines
        elif not self.requirement:
            self.requirement = text
        elif REQUIREMENT.match(text) and self.policies:
            following = self.policies.pop()
            yield from self._cited("")
            yield from self._begun(following)
            self.requirement = text
        else:
            self.policies.append(lines)

    def _begun(self, lines: Lines) -> Iterator[SupplementRow]:
        """Begin an entry, unless the cell goes on with the one just completed."""
        if self.done and FURTHER.match(lines[0]):
            self.done.entity += lines
            return
        if self.done:
            yield self.done
        self.done, self.entity = None, list(lines)

    def _cited(self, text: str) -> Iterator[SupplementRow]:
        if self.entity and self.of:
            self.number += 1
            self.done = SupplementRow(self.of, self.number, self.country, self.entity, self.requirement, text)
            self.entity, self.requirement, self.policies = [], "", []
        elif self.done:
            self.done.cited = f"{self.done.cited} {text}".strip()
        yield from ()

    def ended(self) -> Iterator[SupplementRow]:
        """Give what is complete, and an entry that has no citation."""
        if self.done and self.entity:
            yield self.done
            self.done = None
        yield from self._cited("")
        if self.done:
            yield self.done
        self.done = None


def _is_country(lines: Lines) -> bool:
    """Whether a cell is a country in capitals."""
    text = lines[0]
    plain = len(lines) == 1 and len(text) <= LONGEST_COUNTRY and not re.search(r"\d", text)
    return plain and text == text.upper() and country_code(text.strip(" .")) is not None
