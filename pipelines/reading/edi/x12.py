"""X12: segments of an interchange, split into elements by pyx12.

Only its tokenizer serves: its reader stops without a word at an empty segment or one longer than its buffer, and takes
interchange versions 00401 and 00501 alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyx12.segment import Segment as Parsed  # type: ignore[import-untyped]

from pipelines.errors import SourceFailed
from pipelines.reading.edi.message import Envelope, Message, Problem, messages
from pipelines.reading.edi.segment import Segment, pieces
from pipelines.reading.raw import RawFile

BEGINS = re.compile(rb"^[\s\xef\xbb\xbf]*ISA([^\w\s]|\|)\d\d\1")
ENVELOPE = Envelope(("ISA", "IEA"), ("GS", "GE"), ("ST", "SE"), 13, 6)
TAG = re.compile(r"^[A-Z][A-Z0-9]{1,2}$")
HEADER = 106
"""Characters of the interchange header, whose last ones are the separators."""


def is_x12(file: RawFile) -> bool:
    """Whether a file begins as an X12 interchange does."""
    return BEGINS.match(file.head[:200]) is not None


def x12_messages(file: RawFile) -> Iterator[Message | Problem]:
    """Give the transaction sets of a file one by one, and what of its interchange does not add up.

    Raises
    ------
    SourceFailed
        Its header names no separators, or a segment has no end.
    """
    return messages(_segments(file), ENVELOPE)


def _segments(file: RawFile) -> Iterator[Segment]:
    element, component, terminator = _separators(file)
    by_line = terminator in "\r\n"
    lines = (f"{line}{terminator}" if by_line else line for line in file.lines())
    texts = pieces(lines, terminator, "", file.name)
    kept = ((text.lstrip("\ufeff \t"), whole) for text, whole in texts)
    for number, (text, whole) in enumerate(((text, whole) for text, whole in kept if text), start=1):
        yield _segment(number, text, whole, (terminator, element, component))


def _separators(file: RawFile) -> tuple[str, str, str]:
    """Read the separators where the header has them: of elements, of components, of segments."""
    head = file.head[: 4 * HEADER].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    fields = head.split(head[3], 16) if len(head) > 3 else []
    tail = fields[16] if len(fields) == 17 else ""
    signs = head[3] + tail[:2] if len(tail) > 1 else ""
    odd = [sign for sign in signs if sign.isalnum() or sign == " "]
    if len(set(signs)) < 3 or odd:
        raise SourceFailed(
            f"{file.name}: its ISA header does not name three separators; ask the sender for a valid file"
        )
    return signs[0], signs[1], signs[2]


def _segment(number: int, text: str, whole: bool, signs: tuple[str, str, str]) -> Segment:
    parsed = Parsed(text, *signs)
    elements = [[part.get_value() for part in composite.elements] for composite in parsed.elements]
    tag = (parsed.seg_id or "").strip()
    return Segment(number, tag if TAG.match(tag) else f"?{text[:20]}", elements, whole)
