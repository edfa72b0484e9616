"""A file before anybody says what its columns mean: what it is shows when asked, and it is read piece by piece."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from pipelines.errors import SourceFailed
from pipelines.reading.delimited import header_of, pieces
from pipelines.reading.encodings import Encoding, encoding_of, refuse_binary, utf8
from pipelines.reading.json_stream import json_array, json_lines, json_value
from pipelines.reading.json_table import json_pieces
from pipelines.reading.lines import LINE, line_feeds, text_lines
from pipelines.reading.opening import contents
from pipelines.reading.parquet import parquet_headings, parquet_pieces
from pipelines.reading.raw_table import RawTable, joined
from pipelines.reading.stored import HELD, LARGEST, Held, Stored, chunks, held
from pipelines.reading.xml_stream import declared_encoding, xml_elements, xml_root

HEAD = 1024 * 1024
DOCUMENT = 128 * 1024**2
"""Bytes a JSON document may have that is no array: it is held whole, many times its size."""

DATE_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def spelled(name: str) -> str:
    """Spell a heading as the contract does: lower case, underscores."""
    return re.sub(r"[^0-9a-z]+", "_", name.strip().lower()).strip("_")


def date_in_name(name: str) -> dt.date | None:
    """Read the day a file's name says: csl_2026-07-31.csv; null when it says none."""
    found = DATE_IN_NAME.search(name)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


@dataclass
class RawFile:
    """One file: what it is shows when asked; its content is read anew at every pass and never held."""

    path: Path
    source: Stored | bytes = field(repr=False)
    shown: str = ""
    declared: str | None = None
    container: str = ""

    @property
    def name(self) -> str:
        return self.shown or self.path.name

    @cached_property
    def stored(self) -> Stored:
        """Where its bytes come from."""
        return Held(self.name, self.source) if isinstance(self.source, bytes) else self.source

    @property
    def version(self) -> str:
        return self.stored.version

    @property
    def dated_on(self) -> dt.date | None:
        """The day its name or that of its archive says, None when they say none."""
        return date_in_name(self.path.name) or date_in_name(self.container)

    @cached_property
    def content(self) -> bytes:
        """The first MiB of its bytes."""
        with self.stored.open() as stream:
            return stream.read(HEAD)

    @cached_property
    def _encoding(self) -> Encoding:
        declared = self.declared or declared_encoding(self.content)
        if not self.declared and declared and declared.startswith("utf"):
            declared = None
        return encoding_of(self.content, chunks(self.stored), self.name, declared)

    @property
    def encoding(self) -> str:
        """The encoding of its text, found on the whole of it."""
        return "UTF-8" if self.is_parquet else self._encoding.shown

    def _text(self) -> Iterator[bytes]:
        return utf8(chunks(self.stored), self._encoding)

    @property
    def text(self) -> bytes:
        """Its whole content as UTF-8.

        Raises
        ------
        SourceFailed
            It is larger than may be held.
        """
        return b"".join(utf8([held(self.stored)], self._encoding))

    @cached_property
    def head(self) -> bytes:
        """The first MiB of its text, as UTF-8; empty for Parquet, which has none."""
        if self.is_parquet:
            return b""
        if self.content.isascii() and b"\0" not in self.content:
            refuse_binary(self.content, self.name)
            return self.content
        return b"".join(utf8([self.content], self._encoding))

    def lines(self) -> Iterator[str]:
        """Its text line by line, without line ends.

        Raises
        ------
        SourceFailed
            A line is longer than any is.
        """
        for line in text_lines(line_feeds(self._text())):
            if line is None:
                raise SourceFailed(f"{self.name}: a line is longer than {LINE:,} bytes; write one record per line")
            yield line.decode("utf-8", "replace")

    @cached_property
    def root(self) -> str | None:
        """Name of an XML file's root element without its namespace; None when it is no XML."""
        return xml_root(self.content)

    def elements(self, *names: str) -> Iterator[etree._Element]:
        """The XML elements of these names (without namespace), one by one; each is gone when the next is asked for.

        Raises
        ------
        SourceFailed
            It is broken, has a document type, or elements nested or sized beyond reason.
        """
        return xml_elements(self.content, chunks(self.stored), names, self.name)

    @property
    def is_parquet(self) -> bool:
        return self.content.startswith(b"PAR1")

    @property
    def is_json(self) -> bool:
        """Whether it begins as JSON does."""
        return not self.is_parquet and self.head[:64].lstrip()[:1] in (b"{", b"[")

    @cached_property
    def headings(self) -> list[str]:
        """Headings of a table, or the keys of the first record of a JSON file."""
        if self.is_parquet:
            return parquet_headings(self._random(), self.name)
        if not self.is_json:
            return header_of(self.head)
        first = next(iter(self.objects), None)
        return list(first) if isinstance(first, Mapping) else []

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Headings as the contract spells them."""
        return frozenset(map(spelled, self.headings))

    @cached_property
    def document(self) -> Any:
        """The JSON document when the file is one of bounded size; None for JSON lines."""
        if not self.is_json or self._is_lines:
            return None
        try:
            return json.loads(b"".join(utf8([held(self.stored, largest=DOCUMENT)], self._encoding)))
        except (ValueError, RecursionError, SourceFailed):
            return None

    @cached_property
    def _is_lines(self) -> bool:
        """Whether the first line is a JSON object and others follow."""
        first, _, rest = self.head.lstrip().partition(b"\n")
        return bool(first.startswith(b"{") and rest.strip() and not isinstance(json_value(first), ValueError))

    @property
    def objects(self) -> Iterable[Any]:
        """The records of a JSON file: of its array, or line by line; a line that is no JSON is its error."""
        return _Again(self._objects)

    def _objects(self) -> Iterator[Any]:
        if self.head.lstrip()[:1] == b"[":
            return json_array(self._text(), self.name)
        return json_lines(line_feeds(self._text())) if self.document is None else iter([self.document])

    @property
    def is_broken_json(self) -> bool:
        """Whether it begins as JSON does and neither the whole nor its first line is any."""
        if not self.is_json:
            return False
        try:
            return isinstance(next(iter(self.objects), ValueError()), ValueError)
        except SourceFailed:
            return True

    def batches(self) -> Iterator[RawTable]:
        """Read it as a table of text, piece by piece; row numbers go on from piece to piece.

        Raises
        ------
        SourceFailed
            No table can be made of it.
        """
        if self.is_parquet:
            return parquet_pieces(self._random(), self.name)
        if self.is_json:
            return json_pieces(self.objects, self.name)
        return pieces(self._text(), self.name)

    def table(self) -> RawTable:
        """Read it whole as a table of text.

        Raises
        ------
        SourceFailed
            No table can be made of it.
        """
        return joined(self.batches(), self.name)

    def _random(self) -> Path | bytes:
        """What a reader needs that goes to and fro: the place on disk, or the bytes."""
        return self.stored.plain or held(self.stored, "unpacked file", HELD)


class _Again:
    """Records that can be gone through more than once."""

    def __init__(self, begin: Callable[[], Iterator[Any]]) -> None:
        self._begin = begin

    def __iter__(self) -> Iterator[Any]:
        return self._begin()


def open_files(path: Path, *, shown: str = "", largest: int = LARGEST, encoding: str | None = None) -> list[RawFile]:
    """Open what a path holds: the file itself, unpacked; each sheet of a workbook, each member of an archive.

    Raises
    ------
    SourceFailed
        Unreadable, too large, changing, hostile.
    """
    found = contents(path, shown or path.name, largest)
    whole = len(found) == 1 and found[0].shown in (shown, path.name)
    return [
        RawFile(each.path, each.stored, shown if whole else each.shown, encoding, "" if whole else path.name)
        for each in found
    ]


def open_raw(path: Path, *, shown: str = "", largest: int = LARGEST, encoding: str | None = None) -> RawFile:
    """Open a path that holds a single content; of a workbook or archive with several the first.

    Raises
    ------
    SourceFailed
        Unreadable, too large, changing, hostile.
    """
    return open_files(path, shown=shown, largest=largest, encoding=encoding)[0]
