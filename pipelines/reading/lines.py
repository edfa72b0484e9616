"""Lines of text that is read piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LINE = 16 * 1024**2
"""Bytes a line of text, or a record on it, may have."""


def unix(text: bytes) -> bytes:
    """End lines with line feeds."""
    if b"\r" not in text:
        return text
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def line_feeds(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """End lines with line feeds, piece by piece."""
    held = b""
    for read in pieces:
        piece = held + read if held else read
        held = b"\r" if piece.endswith(b"\r") else b""
        yield unix(piece[: len(piece) - len(held)])
    if held:
        yield b"\n"


def text_lines(pieces: Iterable[bytes], longest: int = LINE) -> Iterator[bytes | None]:
    """Give line by line without line ends; None for one longer than that."""
    rest, long = b"", False
    for piece in pieces:
        if b"\n" not in piece and not long and len(rest) + len(piece) <= longest:
            rest += piece
            continue
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield None if long or len(line) > longest else line
            long = False
        if long or len(rest) > longest:
            rest, long = b"", True
    if long:
        yield None
    elif rest:
        yield rest
