"""The copy that is kept of a download, and beside it what is known of it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote

from pipelines.errors import SourceFailed

STALE_SECONDS = 24 * 3600
"""After that a part of a download belongs to nobody any more."""


@dataclass(frozen=True)
class Known:
    """What is known of a copy: of which address (hashed, it may hold a secret), when, and by which marks."""

    address: str
    sha256: str
    fetched_at: str
    etag: str | None = None
    modified: str | None = None


def address_of(url: str) -> str:
    """Hash an address."""
    return _hash(url.encode())


def file_name(url: str) -> str:
    """Name the copy like the last part of its address."""
    path = unquote(url.partition("?")[0].partition("#")[0].partition("://")[2])
    last = re.sub(r"[^\w.-]+", "_", PurePosixPath(path.partition("/")[2]).name).strip("._-")
    return last[-100:] or "download"


def folder_name(source: str) -> str:
    """Name the folder of a source; ids that would be spelled alike stay apart."""
    plain = re.sub(r"[^\w.-]+", "_", source).strip(".")[:80]
    return plain if plain == source else f"{plain}-{_hash(source.encode())[:8]}"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Kept:
    """The last good copy of one download; it appears whole or not at all, whenever the power fails."""

    def __init__(self, folder: Path, name: str, address: str) -> None:
        self.path = folder / name
        self.told = folder / f"{name}.fetched.json"
        self.address = address

    def known(self) -> Known | None:
        """What is known of the copy; None when there is none, or it is not as it was fetched."""
        try:
            entries = [Known(**each) for each in json.loads(self.told.read_text(encoding="utf-8"))]
            entries = [each for each in entries if each.address == self.address]
            sha256 = _hash_of(self.path) if entries else ""
        except (OSError, ValueError, TypeError):
            return None
        return next((each for each in entries if each.sha256 == sha256), None)

    @contextmanager
    def part(self) -> Iterator[tuple[BinaryIO, Path]]:
        """Give a file to write the next copy to; it is gone afterwards unless it was taken.

        Raises
        ------
        SourceFailed
            The folder cannot be written, or the disk is full.
        """
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._sweep()
            with part.open("w+b") as file:
                yield file, part
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def take(self, part: Path, file: BinaryIO, fresh: Known, before: Known | None) -> None:
        """Put the part in the copy's place. Whenever this stops, the copy is one of those the note beside it tells."""
        file.flush()
        os.fsync(file.fileno())
        self.note([each for each in (fresh, before) if each])
        part.replace(self.path)
        _sync(self.path.parent)
        self.note([fresh])

    def note(self, known: Sequence[Known]) -> None:
        """Write what is known of the copy, whole or not at all.

        Raises
        ------
        SourceFailed
            The folder cannot be written, or the disk is full.
        """
        part = self.told.with_name(f"{self.told.name}.{os.getpid()}.part")
        try:
            with part.open("w", encoding="utf-8") as file:
                json.dump([asdict(each) for each in known], file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.told)
        except OSError as error:
            raise self._unwritable(error) from error
        _sync(self.told.parent)

    def _unwritable(self, error: OSError) -> SourceFailed:
        return SourceFailed(f"{self.path}: cannot be written ({error.strerror or error}); free or choose another disk")

    def _sweep(self) -> None:
        """Remove what a killed download left."""
        for part in self.path.parent.glob("*.part"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > STALE_SECONDS:
                    part.unlink()


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Make a rename lasting, where the system can."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
