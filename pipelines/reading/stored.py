"""Bytes as they are stored: read from the beginning as often as asked, and never while they change."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from pipelines.errors import SourceFailed

LARGEST = 64 * 1024**3
"""Bytes a single file may have, unpacked, when it is read piece by piece."""

HELD = 512 * 1024**2
"""Bytes of what must be held whole: a workbook, a document, a text asked for at once."""

SMALL = 8 * 1024**2
"""Bytes up to which a file is read at once, and again when it changed meanwhile."""

BLOCK = 1024**2
TRIES = 3
CHANGES = "changes while it is read; copy it under another name and rename it when complete"


class Stored(Protocol):
    """What has bytes: a file, what a compressed file unpacks to, a member of an archive."""

    @property
    def name(self) -> str:
        """What it is called in messages."""

    @property
    def version(self) -> str:
        """Fingerprint of its bytes."""

    @property
    def plain(self) -> Path | None:
        """Where these very bytes lie on disk; None when they lie packed."""

    def open(self) -> BinaryIO:
        """Begin to read; whoever asks closes it."""


@dataclass
class OnDisk:
    """A file on disk, the same at every reading."""

    path: Path
    name: str
    largest: int = LARGEST
    _seen: tuple[int, int, int] | None = field(default=None, init=False, repr=False)

    @property
    def plain(self) -> Path | None:
        return self.path

    @cached_property
    def version(self) -> str:
        return fingerprint_of(self)

    def check(self) -> None:
        """Look whether it can be read.

        Raises
        ------
        SourceFailed
            Unreadable or too large.
        """
        _checked(self.path, self.name, self.largest)

    def open(self) -> BinaryIO:
        """Begin to read.

        Raises
        ------
        SourceFailed
            Unreadable, too large, or not what it was at the last reading.
        """
        found = _checked(self.path, self.name, self.largest)
        if found.st_size < SMALL:
            content, found = _settled(self.path, self.name, self.largest)
            self._same(found)
            return io.BytesIO(content)
        self._same(found)
        return io.BufferedReader(_Watched(self.path, self.name, _mark(found)), BLOCK)

    def _same(self, found: os.stat_result) -> None:
        if self._seen not in (None, _mark(found)):
            raise SourceFailed(f"{self.name}: {CHANGES}")
        self._seen = _mark(found)


@dataclass(frozen=True)
class Held:
    """Bytes that are at hand."""

    name: str
    content: bytes = field(repr=False)

    @property
    def plain(self) -> Path | None:
        return None

    @property
    def version(self) -> str:
        return fingerprint(self.content)

    def open(self) -> BinaryIO:
        """Begin to read."""
        return io.BytesIO(self.content)


class _Watched(io.RawIOBase):
    """An open file that fails at its end when it is no longer what it was at its beginning."""

    def __init__(self, path: Path, name: str, mark: tuple[int, int, int]) -> None:
        super().__init__()
        self.name, self._mark = name, mark
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise unreadable(name, error) from error

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        try:
            count = self._file.readinto(buffer)
            if not count and buffer and _mark(os.fstat(self._file.fileno())) != self._mark:
                raise SourceFailed(f"{self.name}: {CHANGES}")
        except OSError as error:
            raise unreadable(self.name, error) from error
        return count

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def read_stable(path: Path, *, largest: int = LARGEST, pause: float = 0.2) -> bytes:
    """Read a whole file that did not change meanwhile.

    Raises
    ------
    SourceFailed
        Unreadable, too large, or changing at every try.
    """
    return _settled(path, path.name, largest, pause)[0]


def _settled(path: Path, name: str, largest: int, pause: float = 0.2) -> tuple[bytes, os.stat_result]:
    for attempt in range(TRIES):
        if attempt:
            time.sleep(pause)
        before = _checked(path, name, largest)
        try:
            content, after = path.read_bytes(), path.stat()
        except OSError as error:
            raise unreadable(name, error) from error
        if _mark(before) == _mark(after) and len(content) == after.st_size:
            return content, after
    raise SourceFailed(f"{name}: {CHANGES}")


def _checked(path: Path, name: str, largest: int) -> os.stat_result:
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(name, error) from error
    if found.st_size > largest:
        raise SourceFailed(f"{name}: {found.st_size:,} bytes, more than {largest:,}; split it or use Parquet")
    return found


def _mark(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ino


def unreadable(name: str, error: OSError) -> SourceFailed:
    """Word that a file cannot be read."""
    return SourceFailed(f"{name}: cannot be read ({error.strerror}); check the file and its permissions")


def chunks(stored: Stored, size: int = BLOCK) -> Iterator[bytes]:
    """Read from beginning to end, piece by piece."""
    with stored.open() as stream:
        while piece := stream.read(size):
            yield piece


def held(stored: Stored, what: str = "file", largest: int = HELD) -> bytes:
    """Read what has to be held whole.

    Raises
    ------
    SourceFailed
        It is larger than may be held.
    """
    with stored.open() as stream:
        content = stream.read(largest + 1)
    if len(content) > largest:
        raise SourceFailed(
            f"{stored.name}: the {what} has more than {largest:,} bytes; split it, or give CSV or JSON lines"
        )
    return content


def fingerprint(content: bytes) -> str:
    """Name a content: the first 16 digits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def fingerprint_of(stored: Stored) -> str:
    """Name what is stored by all its bytes."""
    seen = hashlib.sha256()
    for piece in chunks(stored):
        seen.update(piece)
    return seen.hexdigest()[:16]
