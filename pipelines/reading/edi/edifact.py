"""EDIFACT: segments of an interchange, tokenized by pydifact one by one, so that one bad segment spoils no other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pydifact.control.characters import Characters
from pydifact.exceptions import EDISyntaxError
from pydifact.parser import Parser, TokenIterator
from pydifact.tokenizer import Tokenizer

from pipelines.errors import SourceFailed
from pipelines.reading.edi.message import Envelope, Message, Problem, messages
from pipelines.reading.edi.segment import Segment, pieces
from pipelines.reading.raw import RawFile

BEGINS = re.compile(rb"^[\s\xef\xbb\xbf]*(?:UNA[^\w\s].{5}\s*(?:UNB|UNG|UNH)|(?:UNB|UNH)\+)", re.DOTALL)
ENVELOPE = Envelope(("UNB", "UNZ"), ("UNG", "UNE"), ("UNH", "UNT"), 5, 5)
STANDARD = "UNA:+.? '"
TAG = re.compile(r"^[A-Z][A-Z0-9]{2}$")


def is_edifact(file: RawFile) -> bool:
    """Whether a file begins as an EDIFACT interchange or message does."""
    return BEGINS.match(file.head[:200]) is not None


def edifact_messages(file: RawFile) -> Iterator[Message | Problem]:
    """Give the messages of a file one by one, and what of its interchange does not add up.

    Raises
    ------
    SourceFailed
        Its separators cannot be, or a segment has no end.
    """
    return messages(_segments(file), ENVELOPE)


def _segments(file: RawFile) -> Iterator[Segment]:
    lines = file.lines()
    characters, first = _characters(lines, file.name)
    parser = Parser(characters=characters)
    texts = pieces(
        _chained(first, lines), characters.segment_terminator, characters.escape_character.strip(), file.name
    )
    for number, (text, whole) in enumerate(((text, whole) for text, whole in texts if text), start=1):
        yield _segment(number, text, whole, characters, parser)


def _chained(first: str, lines: Iterable[str]) -> Iterator[str]:
    yield first
    yield from lines


def _characters(lines: Iterator[str], name: str) -> tuple[Characters, str]:
    """Read the separators of the service string advice, and give what follows it on its line."""
    first = next((line for line in lines if line.strip("\ufeff \t")), "").lstrip("\ufeff \t")
    if not first.startswith("UNA"):
        return Characters.from_str(STANDARD), first
    if len(first) < 9:
        raise SourceFailed(f"{name}: its UNA is cut; it takes six signs")
    signs = first[3:9]
    separators = signs[0] + signs[1] + signs[3].strip() + signs[5]
    if len(set(separators)) < len(separators) or any(each.isalnum() for each in separators):
        raise SourceFailed(
            f"{name}: its UNA {signs!r} names one sign for two purposes; ask the sender for a valid file"
        )
    return Characters.from_str(signs), first[9:]


def _segment(number: int, text: str, whole: bool, characters: Characters, parser: Parser) -> Segment:
    """Tokenize one segment; what cannot be has an empty tag."""
    try:
        tokens = TokenIterator(Tokenizer().get_tokens(text + characters.segment_terminator, characters))
        raw = next(parser.convert_tokens_to_raw_segments(tokens), [])
    except EDISyntaxError:
        raw = []
    elements = [[each] if isinstance(each, str) else [str(part) for part in each] for each in raw]
    tag = elements[0][0] if elements and elements[0] else ""
    return Segment(number, tag if TAG.match(tag) else f"?{text[:20]}", elements[1:], whole)
