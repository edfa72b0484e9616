"""Read a file as it stands: not while it changes, not larger than allowed, and in the encoding it has."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import time
import zlib
from pathlib import Path

from pipelines.errors import SourceFailed

LARGEST = 2 * 1024**3
"""Bytes a single file may have, unpacked."""

TRIES = 3
MAGIC = {
    b"PK\x03\x04": "a zip archive or Excel workbook: save it as CSV (UTF-8)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save it as CSV (UTF-8)",
    b"%PDF": "a PDF: export the table as CSV",
    b"\x89PNG": "a picture: export the table as CSV",
    b"\xff\xd8\xff": "a picture: export the table as CSV",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"\x28\xb5\x2f\xfd": "a zstd archive: unpack it first",
    b"BZh": "a bzip2 archive: unpack it first",
    b"SQLite format 3": "an SQLite database: export the table as CSV",
}


def read_stable(path: Path, *, largest: int = LARGEST, pause: float = 0.2) -> bytes:
    """Read a whole file that did not change meanwhile; unpack gzip.

    Raises
    ------
    SourceFailed
        Unreadable, too large, or changing at every try.
    """
    for attempt in range(TRIES):
        if attempt:
            time.sleep(pause)
        content = _read_once(path, largest)
        if content is not None:
            return _unpacked(path, content, largest)
    raise SourceFailed(f"{path.name}: changes while it is read; copy it under another name and rename it when complete")


def _read_once(path: Path, largest: int) -> bytes | None:
    try:
        before = path.stat()
        if before.st_size > largest:
            raise SourceFailed(f"{path.name}: {before.st_size:,} bytes, more than {largest:,}; split it or use Parquet")
        content = path.read_bytes()
        after = path.stat()
    except OSError as error:
        raise SourceFailed(
            f"{path.name}: cannot be read ({error.strerror}); check the file and its permissions"
        ) from error
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return content if same and len(content) == after.st_size else None


def _unpacked(path: Path, content: bytes, largest: int) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.open(path) as packed:
            unpacked = packed.read(largest + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceFailed(f"{path.name}: the gzip archive is broken ({error}); copy it again") from error
    if len(unpacked) > largest:
        raise SourceFailed(f"{path.name}: unpacks to more than {largest:,} bytes; split it or use Parquet")
    return unpacked


def fingerprint(content: bytes) -> str:
    """Name a content: the first 16 digits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def decode(content: bytes, name: str) -> tuple[bytes, str]:
    """Give a text file's content as UTF-8 without mark, and the name of the encoding it had.

    Raises
    ------
    SourceFailed
        It is no text.
    """
    for start, what in MAGIC.items():
        if content.startswith(start):
            raise SourceFailed(f"{name}: is not text but {what}")
    for encoding, mark in (
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16", codecs.BOM_UTF16_LE),
        ("utf-16", codecs.BOM_UTF16_BE),
    ):
        if content.startswith(mark):
            return _converted(content, "utf-8-sig" if encoding == "utf-8" else encoding, name), encoding.upper()
    wide = _unmarked_utf16(content)
    if wide:
        return _converted(content, wide, name), "UTF-16"
    if _is_binary(content):
        raise SourceFailed(f"{name}: is not text (binary content); export the table as CSV, Parquet or JSON lines")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(content, name)
    return content, "UTF-8"


def _converted(content: bytes, encoding: str, name: str) -> bytes:
    try:
        return content.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        raise SourceFailed(f"{name}: is marked {encoding} but is not; save it as UTF-8 ({error})") from error


def _unmarked_utf16(content: bytes) -> str | None:
    """Tell UTF-16 without a mark by its NULs, which all stand on one side."""
    head = content[:4096]
    if len(head) < 4 or len(content) % 2:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 0.4 * len(head) / 2 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * len(head) / 2 and odd == 0 else None


def _is_binary(content: bytes) -> bool:
    """Whether control characters stand where text has none; a stray NUL spoils its row only."""
    head = content[:65536]
    controls = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13, 26))
    return controls > max(8, len(head) // 100)


def _legacy(content: bytes, name: str) -> tuple[bytes, str]:
    """Tell GB18030 from Windows-1252: Chinese text has its high bytes in pairs, Western text singly."""
    if _paired(content[:1_000_000]):
        try:
            return content.decode("gb18030").encode("utf-8"), "GB18030"
        except UnicodeDecodeError:
            pass
    try:
        return content.decode("cp1252").encode("utf-8"), "Windows-1252"
    except UnicodeDecodeError:
        return _converted(content, "latin-1", name), "Latin-1"


def _paired(head: bytes) -> bool:
    pairs = singles = run = 0
    for byte in head:
        if byte >= 0x80:
            run += 1
        elif run:
            pairs, singles, run = pairs + run // 2, singles + run % 2, 0
    return pairs > 4 * singles
