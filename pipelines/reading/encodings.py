"""The encoding of a text file: found on the whole of it, stated, and turned into UTF-8 while it is read."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import combining, normalize

from pipelines.errors import SourceFailed
from pipelines.reading.legacy import NAMES, legacy_codec

MARK = "\0\ufffd"
"""Stands where bytes are no text in the encoding; the NUL spoils the record for whoever parses it."""

MARKS_APART = ("cp1258",)
"""Encodings that write letters and their marks of tone apart."""

SAMPLE = 256 * 1024
"""Bytes of lines with other than ASCII that are judged."""

SAMPLED = 4096
"""Bytes of them taken from one piece, so that the sample stands for the whole file."""

MAGIC = {
    b"PK\x03\x04": "a zip archive or Excel workbook: save it as CSV (UTF-8)",
    b"\xd0\xcf\x11\xe0": "an old or password-protected Excel workbook: save it as XLSX or CSV without a password",
    b"%PDF": "a PDF: export the table as CSV",
    b"\x89PNG": "a picture: export the table as CSV",
    b"\xff\xd8\xff": "a picture: export the table as CSV",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"\x28\xb5\x2f\xfd": "packed twice (zstd): unpack it first",
    b"\x1f\x8b": "packed twice (gzip): unpack it first",
    b"BZh": "a bzip2 archive: unpack it first",
    b"\xfd7zXZ": "an xz archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"SQLite format 3": "an SQLite database: declare it as a source of SQL, or export the table as CSV",
}


@dataclass(frozen=True)
class Encoding:
    """How bytes are text: as it is stated, and as Python calls it; `clean` when every byte is known to fit."""

    shown: str
    codec: str
    clean: bool = False


UTF8 = Encoding("UTF-8", "utf-8", clean=True)


def encoding_of(head: bytes, pieces: Iterable[bytes], name: str, declared: str | None = None) -> Encoding:
    """Tell the encoding by marks, by a strict test of the whole for UTF-8, else by what the text would be.

    Raises
    ------
    SourceFailed
        It is no text, or not in the encoding declared.
    """
    wide = _wide(head)
    if wide:
        return wide
    refuse_binary(head, name)
    if declared:
        return _named(declared, name)
    found = _Survey()
    for piece in pieces:
        found.add(piece)
    return found.encoding()


def refuse_binary(head: bytes, name: str) -> None:
    """Refuse what is no text, by its first bytes.

    Raises
    ------
    SourceFailed
        It is none.
    """
    for start, what in MAGIC.items():
        if head.startswith(start):
            raise SourceFailed(f"{name}: is not text but {what}")
    if _is_binary(head):
        raise SourceFailed(f"{name}: is not text (binary content); export the table as CSV, Parquet or JSON lines")


def utf8(pieces: Iterable[bytes], encoding: Encoding) -> Iterator[bytes]:
    """Turn text into UTF-8 without a mark, piece by piece."""
    first = True
    if encoding.codec == "utf-8" and encoding.clean:
        for piece in pieces:
            yield piece.removeprefix(codecs.BOM_UTF8) if first else piece
            first = False
        return
    decoded = _decoded(pieces, encoding.codec)
    for text in _composed(decoded) if encoding.codec in MARKS_APART else decoded:
        yield (text.removeprefix("\ufeff") if first else text).encode("utf-8", "replace")
        first = first and not text


def _decoded(pieces: Iterable[bytes], codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors=_marking())
    for piece in pieces:
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _composed(texts: Iterable[str]) -> Iterator[str]:
    """Make one letter of a letter and its marks, also where the marks come with the next piece."""
    kept = ""
    for text in texts:
        whole = kept + text
        at = next(
            (at for at in range(len(whole) - 1, len(whole) - 9, -1) if at < 1 or not combining(whole[at])), len(whole)
        )
        kept = whole[max(at, 0) :]
        yield normalize("NFC", whole[: max(at, 0)])
    yield normalize("NFC", kept)


def _marking() -> str:
    codecs.register_error("mark undecodable", lambda error: (MARK, error.end))  # type: ignore[attr-defined]
    return "mark undecodable"


def _named(declared: str, name: str) -> Encoding:
    try:
        codec = codecs.lookup(declared).name.replace("-", "_")
        "".encode(codec)
    except (LookupError, ValueError) as error:
        raise SourceFailed(f'{name}: encoding = "{declared}" is none; write one such as "gb18030"') from error
    return Encoding(NAMES.get(codec, declared.upper()), codec)


def _wide(head: bytes) -> Encoding | None:
    """Tell UTF-16 and UTF-32 by their marks, or UTF-16 without one by its NULs, which all stand on one side."""
    marks = {codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32"}
    marks |= {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
    for mark, shown in marks.items():
        if head.startswith(mark):
            return Encoding(shown, shown.lower())
    sample = head[:4096]
    if len(sample) < 4 or len(sample) % 2:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * len(sample) / 2 and even == 0:
        return Encoding("UTF-16", "utf-16-le")
    return Encoding("UTF-16", "utf-16-be") if even > 0.4 * len(sample) / 2 and odd == 0 else None


def _is_binary(head: bytes) -> bool:
    """Whether control characters stand where text has none; a stray NUL spoils its row only."""
    head = head[:65536]
    controls = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13, 26))
    return controls > max(8, len(head) // 100)


class _Survey:
    """What all bytes of a file tell about its encoding."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._clean = True
        self.sample = bytearray()
        self.taken = 0

    def add(self, piece: bytes) -> None:
        if piece.isascii() and not self._decoder.getstate()[0]:
            return
        if self._clean:
            try:
                self._decoder.decode(piece)
            except UnicodeDecodeError:
                self._clean = False
        if len(self.sample) < SAMPLE:
            self._take(piece)

    def _take(self, piece: bytes) -> None:
        """Sample lines with other than ASCII, whole ones where there are some."""
        lines = piece.splitlines(keepends=True)
        taken = 0
        for line in lines[1:-1] if len(lines) > 3 and self.taken else lines:
            if not line.isascii():
                self.sample += line[:SAMPLED]
                taken += len(line)
                if taken > SAMPLED:
                    break
        self.taken += 1

    def encoding(self) -> Encoding:
        if self._clean:
            try:
                self._decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return Encoding("UTF-8 with bytes that are none", "utf-8")
            return UTF8
        return _told(bytes(self.sample))


def _told(sample: bytes) -> Encoding:
    """Tell UTF-8 with some bytes that are none from an encoding that is not Unicode."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if sum(not each.isascii() for each in text) - broken > 4 * broken:
        return Encoding("UTF-8 with bytes that are none", "utf-8")
    codec = legacy_codec(sample)
    return Encoding(NAMES[codec], codec)
