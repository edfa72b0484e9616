"""One segment of an interchange, whatever its syntax: a tag and elements of components."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.errors import SourceFailed

LONGEST = 100_000
"""Characters of the longest segment; the standards allow a few thousand."""


@dataclass(frozen=True)
class Segment:
    """A segment: its number in the file, tag and elements; `whole` is false when the file ends in the midst of it."""

    number: int
    tag: str
    elements: Sequence[Sequence[str]]
    whole: bool = True

    def at(self, element: int, component: int = 1) -> str:
        """The text of a component, both counted from 1 as the standards do; empty when there is none."""
        parts = self.elements[element - 1] if element <= len(self.elements) else ()
        return parts[component - 1].strip() if component <= len(parts) else ""

    def parts(self, element: int) -> list[str]:
        """The components of an element as written."""
        return list(self.elements[element - 1]) if element <= len(self.elements) else []


def pieces(lines: Iterable[str], terminator: str, release: str, name: str) -> Iterator[tuple[str, bool]]:
    """Part lines into segments at a terminator that no release sign stands before; the last may lack its own.

    Raises
    ------
    SourceFailed
        A segment without end.
    """
    end, sign = re.escape(terminator), re.escape(release)
    plain = f"[^{end}{sign}]" if release else f"[^{end}]"
    whole = re.compile(rf"((?:{plain}|{sign}.)*+){end}" if release else rf"({plain}*+){end}", re.DOTALL)
    rest = ""
    for line in lines:
        text, at = rest + line, 0
        while found := whole.match(text, at):
            yield found[1].strip(), True
            at = found.end()
        rest = text[at:]
        if len(rest) > LONGEST:
            raise SourceFailed(f"{name}: a segment of more than {LONGEST:,} characters; it is cut or no EDI")
    if rest.strip():
        yield rest.strip(), False
