"""A lock on a file: one writer at a time, freed by the system when its process dies, however it dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pipelines.errors import StoreError

if sys.platform == "win32":
    import msvcrt

    def _seize(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _seize(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_LOCKED_BYTE = 1 << 20  # beyond the text, so that others can still read who holds the lock


class FileLock:
    """Hold a file for this process until `release`.

    The lock belongs to the open file, not to the text in it: a process that is killed frees it, and a number of a
    process that is used again deceives nobody.

    Raises
    ------
    StoreError
        Another process holds it, or the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(f"{path.parent}: cannot be written: {error.strerror}; choose another folder") from error
        try:
            _seize(self._descriptor)
        except OSError as error:
            holder = self.holder()
            self.release()
            raise StoreError(
                f"{path.parent}: process {holder} is writing here; wait until it has finished, or stop it"
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def holder(self) -> str:
        """Name the process that holds the lock, as it wrote it down."""
        return self.path.read_text(encoding="utf-8", errors="replace").strip() or "unknown"

    def release(self) -> None:
        """Free the lock; harmless when it is free."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
