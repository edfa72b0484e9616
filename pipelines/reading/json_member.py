"""The records of one array inside a large JSON document, one by one: {"total": …, "results": [{…}, …]}."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from pipelines.errors import SourceFailed
from pipelines.reading.encodings import encoding_of, utf8
from pipelines.reading.raw import RawFile
from pipelines.reading.stored import chunks

LARGEST = 16 * 1024 * 1024
"""Characters one record, or what stands before the array, may have."""


def records_under(file: RawFile, key: str) -> Iterator[Any]:
    """Give the records of the array under a key of the document; what stands before and after it is passed over.

    Raises
    ------
    SourceFailed
        It has no such array, or breaks off or goes wrong inside it.
    """
    blocks = _blocks(file)
    text, at = _opened(blocks, key, file.name)
    decoder = json.JSONDecoder()
    while True:
        at = _passed(text, at)
        if text[at : at + 1] == "]":
            return
        try:
            record, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            more = next(blocks, "") if len(text) - at < LARGEST else ""
            if not more:
                line = f"{file.name}: `{key}` breaks off or goes wrong ({str(error)[:80]}); download it again"
                raise SourceFailed(line) from error
            text, at = text[at:] + more, 0
        else:
            yield record


def _passed(text: str, at: int) -> int:
    """Step over white space and the comma between two records."""
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _opened(blocks: Iterator[str], key: str, name: str) -> tuple[str, int]:
    """Find where the array begins."""
    opening = re.compile(rf'"{key}"\s*:\s*\[')
    text = ""
    for block in blocks:
        text += block
        found = opening.search(text)
        if found:
            return text, found.end()
        if len(text) > LARGEST:
            break
    raise SourceFailed(f"{name}: has no array `{key}`; download it again")


def _blocks(file: RawFile) -> Iterator[str]:
    """Give the text in pieces, whatever its lines."""
    encoding = encoding_of(file.content, chunks(file.stored), file.name, file.declared)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for piece in utf8(chunks(file.stored), encoding):
        if text := decoder.decode(piece):
            yield text
    yield decoder.decode(b"", final=True)
