"""Messages of an interchange, and whether their controls add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.reading.edi.segment import Segment

MOST = 200_000
"""Segments of the largest message."""


@dataclass(frozen=True)
class Problem:
    """What does not add up: where, what stands there, why, and what to do."""

    row: int
    column: str
    value: str
    reason: str
    advice: str = "ask the sender for the whole file and read it again"

    def as_row(self) -> dict[str, object]:
        """Spell it as a row of the quarantine."""
        return {**vars(self), "value": self.value[:200]}


@dataclass
class Message:
    """One message: its type, reference and segments without header and trailer.

    `spoiled` says why nothing of it can be used; `lacking` what its controls say is missing or odd.
    """

    kind: str
    reference: str
    row: int
    written_at: str = ""
    segments: list[Segment] = field(default_factory=list)
    spoiled: Problem | None = None
    lacking: list[Problem] = field(default_factory=list)

    def add(self, segment: Segment) -> None:
        """Take a segment; a message too large is spoiled."""
        if len(self.segments) < MOST:
            self.segments.append(segment)
        elif self.spoiled is None:
            self.spoiled = Problem(self.row, self.kind, self.reference, f"has more than {MOST:,} segments", "split it")

    def close(self, trailer: Segment | None, tag: str) -> None:
        """Compare the trailer (count of segments, reference) with what is there."""
        if trailer is None:
            reason = f"ends before its {tag}: its last part is missing"
            self.spoiled = self.spoiled or Problem(self.row, self.kind or "message", self.reference, reason)
            return
        said, there = trailer.at(1), len(self.segments) + 2
        if not (said.isdecimal() and int(said) == there):
            reason = f"counts {said or 'no'} segments where {there:,} are: part of the message may be missing"
            self.lacking.append(Problem(trailer.number, tag, said, reason))
        if trailer.at(2) != self.reference:
            reason = f"ends another message than {self.reference!r}"
            self.lacking.append(Problem(trailer.number, tag, trailer.at(2), reason))


@dataclass(frozen=True)
class Envelope:
    """Tags of a syntax, opening and closing, and which element of a header its trailer repeats."""

    interchange: tuple[str, str]
    group: tuple[str, str]
    message: tuple[str, str]
    reference_at: int
    group_reference_at: int


@dataclass
class _Reader:
    """An interchange while it is read: what is open of it, and how many of its parts there were."""

    envelope: Envelope
    header: Segment | None = None
    group: Segment | None = None
    message: Message | None = None
    messages: int = 0
    grouped: int = 0
    groups: int = 0

    def step(self, segment: Segment) -> Iterator[Message | Problem]:
        """Take one segment and give what it ends."""
        of = self.envelope
        head, tail = of.message
        if segment.tag == tail and self.message is not None:
            yield self._ended(segment if segment.whole else None)
        elif segment.tag not in (*of.interchange, *of.group, head):
            if self.message is None:
                yield Problem(segment.number, segment.tag[:20], segment.at(1), "stands outside of any message")
            else:
                self.message.add(segment)
        else:
            yield from self.cut()
            yield from self._around(segment)

    def cut(self) -> Iterator[Message]:
        """Give a message whose trailer is missing."""
        if self.message is not None:
            yield self._ended(None)

    def unclosed(self) -> Iterator[Problem]:
        """Say that the interchange has no trailer."""
        if self.header is not None:
            tag = self.envelope.interchange[1]
            yield Problem(self.header.number, tag, "", f"the interchange has no {tag}: its end is missing")
        self.header, self.messages, self.groups = None, 0, 0

    def _ended(self, trailer: Segment | None) -> Message:
        message, self.message = self.message, None
        assert message is not None  # noqa: S101 - asked only while one is open
        message.close(trailer, self.envelope.message[1])
        return message

    def _around(self, segment: Segment) -> Iterator[Problem]:
        """Take a header, or the trailer of a group or interchange."""
        if segment.tag == self.envelope.message[0]:
            self.messages += 1
            self.grouped += 1
            self.message = _begun(segment, self.header)
        elif segment.tag == self.envelope.group[0]:
            self.groups, self.grouped, self.group = self.groups + 1, 0, segment
        elif segment.tag == self.envelope.group[1]:
            yield from _compared(segment, self.group, self.envelope.group_reference_at, self.grouped, "group")
            self.group = None
        elif segment.tag == self.envelope.interchange[0]:
            yield from self.unclosed()
            self.header = segment
        elif segment.tag == self.envelope.interchange[1]:
            parts = self.groups or self.messages
            yield from _compared(segment, self.header, self.envelope.reference_at, parts, "interchange")
            self.header = None
            yield from self.unclosed()


def _compared(trailer: Segment, header: Segment | None, at: int, there: int, what: str) -> Iterator[Problem]:
    """Compare the trailer of a group or interchange with what was in it."""
    if header is None:
        yield Problem(trailer.number, trailer.tag, trailer.at(2), f"ends no {what}: none is open")
        return
    said, begun = trailer.at(1), header.at(at)
    if not (said.isdecimal() and int(said) == there):
        reason = f"counts {said or 'no'} parts of the {what} where {there:,} are: some may be missing"
        yield Problem(trailer.number, trailer.tag, said, reason)
    if trailer.at(2) != begun:
        yield Problem(trailer.number, trailer.tag, trailer.at(2), f"ends another {what} than {begun!r}")


def messages(segments: Iterator[Segment], envelope: Envelope) -> Iterator[Message | Problem]:
    """Give the messages one by one, and what of the interchange does not add up."""
    reader = _Reader(envelope)
    for segment in segments:
        yield from reader.step(segment)
    yield from reader.cut()
    yield from reader.unclosed()


def _begun(header: Segment, of: Segment | None) -> Message:
    """Open a message: EDIFACT says reference then type, X12 type then reference."""
    kind, reference = (header.at(2), header.at(1)) if header.tag == "UNH" else (header.at(1), header.at(2))
    at = "" if of is None else f"{of.at(4)}{of.at(4, 2)}" if of.tag == "UNB" else f"{of.at(9)}{of.at(10)}"
    return Message(kind, reference, header.number, at)
