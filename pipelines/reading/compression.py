"""Compressed files, unpacked while they are read: gzip and zstd, told by their first bytes; bombs are refused."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from pipelines.errors import SourceFailed
from pipelines.reading.stored import BLOCK, LARGEST, Stored

HARMLESS = 100 * 1000**2
"""Unpacked bytes up to which nobody asks how much they were compressed."""

RATIO = 200
"""Times that records may be compressed: those of real exports come to 5 to 40."""

KINDS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
FED = 4096
"""Packed bytes given to zstd at once: 4 of them may unpack to 128 KiB."""

BROKEN = (OSError, EOFError, zlib.error, zstandard.ZstdError)


def compression(head: bytes) -> str | None:
    """Name the compression a file's first bytes tell; None when they tell none."""
    return next((kind for magic, kind in KINDS.items() if head.startswith(magic)), None)


@dataclass(frozen=True)
class Unpacked:
    """What a compressed file unpacks to."""

    packed: Stored
    kind: str
    largest: int = LARGEST

    @property
    def name(self) -> str:
        return self.packed.name

    @property
    def version(self) -> str:
        return self.packed.version

    @property
    def plain(self) -> Path | None:
        return None

    def open(self) -> BinaryIO:
        """Begin to unpack."""
        packed = self.packed.open()
        inner: io.RawIOBase | gzip.GzipFile
        inner = gzip.GzipFile(fileobj=packed, mode="rb") if self.kind == "gzip" else _Zstd(packed)
        guarded = Guarded(inner, packed, packed.tell, self.name, f"{self.kind} archive", self.largest)
        return io.BufferedReader(guarded, BLOCK)


class Guarded(io.RawIOBase):
    """What is unpacked, as long as it is neither broken nor more than anybody packs."""

    def __init__(
        self, inner: io.RawIOBase | gzip.GzipFile | BinaryIO, packed: BinaryIO | io.RawIOBase, used: Callable[[], int],
        name: str, what: str, largest: int,
    ) -> None:  # fmt: skip
        super().__init__()
        self._inner, self._packed, self._used = inner, packed, used
        self._name, self._what, self._largest = name, what, largest
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            count: int = self._inner.readinto(buffer) or 0  # type: ignore[union-attr]
        except BROKEN as error:
            raise SourceFailed(f"{self._name}: the {self._what} is broken ({_line(error)}); copy it again") from error
        self._count += count
        if self._count > self._largest:
            raise SourceFailed(f"{self._name}: unpacks to more than {self._largest:,} bytes; split it or use Parquet")
        if self._count > HARMLESS and self._count > RATIO * self._used():
            raise SourceFailed(
                f"{self._name}: unpacks to more than {RATIO} times its size, as no records do; refused as a bomb"
            )
        return count

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._packed.close()
        super().close()


class _Zstd(io.RawIOBase):
    """The frames of a zstd file one after another; one that is cut off is an error, not an end."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__()
        self._packed = packed
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._left = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            fed = self._left or self._packed.read(FED)
            self._left = b""
            if not fed and self._frame is None:
                return 0
            if not fed:
                raise EOFError("it is cut off")
            self._ready = memoryview(self._unpacked(fed))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _unpacked(self, fed: bytes) -> bytes:
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj()
        unpacked = self._frame.decompress(fed)
        if self._frame.eof:
            self._left, self._frame = self._frame.unused_data, None
        return unpacked


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
