"""JSON records one by one: of an array or of lines, read in a sliding window, never whole."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.errors import SourceFailed
from pipelines.reading.lines import LINE, text_lines

WINDOW = 1024**2
SPACE = " \t\n\r"
LOOKED_AT = 4
"""Characters behind a number that tell whether it goes on: 1, then e+5."""


def json_lines(text: Iterable[bytes]) -> Iterator[Any]:
    """Give the record of every line; the error of a line that is no JSON."""
    for line in text_lines(text):
        if line is None:
            yield ValueError(f"no JSON: the record is longer than {LINE:,} bytes")
        elif line.strip():
            yield json_value(line)


def json_value(line: bytes) -> Any:
    """Read one JSON value, or give the error it has."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return ValueError(f"no JSON: {error}")
    return _half_characters(line) or value


def _half_characters(written: bytes | str) -> ValueError | None:
    """Tell the escape of half a character, which nobody can write down again."""
    text = written if isinstance(written, str) else written.decode("utf-8", "replace")
    if "\\u" not in text:
        return None
    for part in text.replace("\\\\", "").split("\\u")[1:]:
        if part[:1] in "dD" and part[1:2] in tuple("89abAB") + tuple("cdefCDEF"):
            return _unpaired(text)
    return None


def _unpaired(text: str) -> ValueError | None:
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return ValueError("no JSON: it has half of a character (an unpaired surrogate)")
    except (ValueError, RecursionError) as error:
        return ValueError(f"no JSON: {error}")
    return None


def json_array(text: Iterable[bytes], name: str) -> Iterator[Any]:
    """Give the elements of the array that the text is.

    Raises
    ------
    SourceFailed
        It breaks off, an element is larger than a record may be, or something follows it.
    """
    window = _Window(text, name)
    window.expect("[")
    if window.peek() == "]":
        window.expect("]")
    else:
        while True:
            yield window.value()
            if window.peek() == "]":
                break
            window.expect(",")
        window.expect("]")
    if window.peek():
        raise window.broken("something follows its end")


class _Window:
    """The part of a JSON text that is looked at."""

    def __init__(self, text: Iterable[bytes], name: str) -> None:
        self._text = iter(text)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._json = json.JSONDecoder()
        self._name = name
        self._held, self._at, self._passed = "", 0, 0
        self._ended = False

    def _more(self) -> bool:
        """Hold at least as much again; False at the end."""
        if self._ended:
            return False
        left = self._held[self._at :]
        self._passed += self._at
        wanted = max(WINDOW, len(left))
        parts, count = [left], 0
        while count < wanted and not self._ended:
            piece = next(self._text, None)
            self._ended = piece is None
            parts.append(self._decoder.decode(piece or b"", final=self._ended))
            count += len(parts[-1])
        self._held, self._at = "".join(parts), 0
        return True

    def peek(self) -> str:
        """Look at the next character that is no space; empty at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in SPACE:
                self._at += 1
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def expect(self, character: str) -> None:
        """Go past a character."""
        if self.peek() != character:
            raise self.broken(f"no {character!r}")
        self._at += 1

    def value(self) -> Any:
        """Read the value that comes next; the error of one that cannot be written down."""
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._held, self._at)
            except (ValueError, RecursionError) as error:
                if not isinstance(error, json.JSONDecodeError) or not self._grow():
                    raise self.broken(_line(error)) from error
                continue
            if len(self._held) - end >= LOOKED_AT or not self._grow():
                break
        written, self._at = self._held[self._at : end], end
        return _half_characters(written) or value

    def _grow(self) -> bool:
        """Hold more of a value that goes on."""
        if len(self._held) - self._at > LINE:
            raise SourceFailed(
                f"{self._name}: a record is longer than {LINE:,} characters; write smaller records, one per line"
            )
        return self._more()

    def broken(self, why: str) -> SourceFailed:
        """Word where the text breaks off."""
        place = self._passed + self._at
        return SourceFailed(
            f"{self._name}: is broken or cut off JSON (at character {place:,}: {why}); copy or download it again"
        )


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
