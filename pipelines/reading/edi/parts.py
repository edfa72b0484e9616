"""A document as nested parts (message, consignment, goods): what a part does not say, the one around it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.reading.edi.segment import Segment

Party = Mapping[str, str]


@dataclass
class Part:
    """Some segments of a message, inside another part."""

    around: Part | None = None
    segments: list[Segment] = field(default_factory=list)

    def chain(self) -> Iterator[Part]:
        """This part, then those around it."""
        part: Part | None = self
        while part is not None:
            yield part
            part = part.around

    def named(self, *tags: str) -> list[Segment]:
        """Its own segments of these tags."""
        return [segment for segment in self.segments if segment.tag in tags]

    def coded(self, tag: str, wanted: Sequence[str], code: Callable[[Segment], str]) -> Segment | None:
        """The segment with the best of the wanted codes, in the innermost part that has one."""
        for part in self.chain():
            found: dict[str, Segment] = {}
            for segment in part.named(tag):
                found.setdefault(code(segment), segment)
            best = next((found[each] for each in wanted if each in found), None)
            if best is not None:
                return best
        return None


def in_roles(parties: Mapping[str, Party], roles: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Give the parties of a document the roles their codes mean.

    One that is consigned to beside an ultimate consignee receives on that one's behalf.
    """
    given: dict[str, str] = {}
    for role, wanted in roles.items():
        code = next((each for each in wanted if each in parties), None)
        if code:
            given |= {f"{role}_{part}": text for part, text in parties[code].items() if text}
    if "UC" in parties and "CN" in parties and parties["UC"] != parties["CN"]:
        given |= {f"intermediate_consignee_{part}": text for part, text in parties["CN"].items() if text}
    return given
