"""Zip archives: their members read as files of their own, unpacked while they are read; nothing is put on disk."""

from __future__ import annotations

import copy
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from pipelines.errors import SourceFailed
from pipelines.reading.compression import Guarded
from pipelines.reading.stored import BLOCK, LARGEST, Stored, fingerprint_of, held

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
MEMBERS = 1_000
"""Members an archive may have."""

DIRECTORY = 8 * 1024**2
"""Bytes the list of an archive's members may have."""

UNBOUNDED = 2**62
"""Stands for the size a member claims to unpack to, which nobody has to believe."""

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)


@dataclass(frozen=True)
class Archive:
    """A zip archive."""

    packed: Stored
    largest: int = LARGEST

    @property
    def name(self) -> str:
        return self.packed.name

    @contextmanager
    def opened(self) -> Iterator[zipfile.ZipFile]:
        """Open it, and word what is broken.

        Raises
        ------
        SourceFailed
            It is broken, or lists more than an archive may hold.
        """
        with self._stream() as stream:
            if _directory(stream) > DIRECTORY:
                raise self._refused(f"lists more than {MEMBERS:,} members")
            try:
                with zipfile.ZipFile(stream) as found:
                    yield found
            except BROKEN as error:
                raise broken(self.name, error) from error

    def _stream(self) -> BinaryIO:
        return self.packed.open() if self.packed.plain else io.BytesIO(held(self.packed, "archive"))

    @cached_property
    def infos(self) -> tuple[zipfile.ZipInfo, ...]:
        """List its regular members.

        Raises
        ------
        SourceFailed
            It is broken, encrypted, empty, or has more or larger members than it may.
        """
        with self.opened() as found:
            listed = found.infolist()
            regular = tuple(each for each in listed if _is_regular(each))
        if len(listed) > MEMBERS:
            raise self._refused(f"has {len(listed):,} members, more than {MEMBERS:,}")
        if any(each.flag_bits & 1 for each in regular):
            raise SourceFailed(f"{self.name}: the archive is encrypted; unpack it with its password first")
        if not regular:
            raise SourceFailed(f"{self.name}: the archive is empty; remove it")
        self._weigh(regular)
        return regular

    def _weigh(self, regular: tuple[zipfile.ZipInfo, ...]) -> None:
        packed = sum(each.compress_size for each in regular)
        unpacked = sum(each.file_size for each in regular)
        with self._stream() as stream:
            size = stream.seek(0, io.SEEK_END)
        if packed > size:
            raise self._refused("has members that overlap, as those of a bomb do")
        if unpacked > self.largest:
            raise SourceFailed(f"{self.name}: unpacks to more than {self.largest:,} bytes; split it or use Parquet")

    def _refused(self, why: str) -> SourceFailed:
        return SourceFailed(f"{self.name}: the archive {why}; refused, unpack what you need of it")

    def members(self) -> list[Member]:
        """Give its regular members as files."""
        return [Member(self, each) for each in self.infos]

    @property
    def is_workbook(self) -> bool:
        """Whether it is an Excel workbook."""
        return {"[Content_Types].xml", "xl/workbook.xml"} <= {each.filename for each in self.infos}


@dataclass(frozen=True)
class Member:
    """A member of an archive; its name is a label only."""

    archive: Archive
    info: zipfile.ZipInfo = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.archive.name}/{self.label}"

    @property
    def label(self) -> str:
        """Its name without what would lead out of the archive."""
        parts = [part for part in self.info.filename.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        return "".join(each if each.isprintable() else "�" for each in "/".join(parts))[-200:] or "unnamed"

    @property
    def plain(self) -> Path | None:
        return None

    @cached_property
    def version(self) -> str:
        return fingerprint_of(self)

    def open(self) -> BinaryIO:
        """Begin to unpack, beyond the size it claims if there is more."""
        whole = _Opened(self.archive, self.info)
        what = "zip archive"
        used = self.info.compress_size
        return io.BufferedReader(Guarded(whole, whole, lambda: used, self.name, what, self.archive.largest), BLOCK)


class _Opened(io.RawIOBase):
    """A member that is read, with the archive that is open for it."""

    def __init__(self, archive: Archive, info: zipfile.ZipInfo) -> None:
        super().__init__()
        claimed = copy.copy(info)
        claimed.file_size = UNBOUNDED
        self._name = archive.name
        self._open = archive.opened()
        found = self._open.__enter__()
        try:
            self._member = found.open(claimed)
        except BROKEN as error:
            self._open.__exit__(None, None, None)
            raise broken(self._name, error) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            read = self._member.read(len(buffer))
        except BROKEN as error:
            raise broken(self._name, error) from error
        buffer[: len(read)] = read
        return len(read)

    def close(self) -> None:
        if not self.closed:
            self._member.close()
            self._open.__exit__(None, None, None)
        super().close()


def broken(name: str, error: BaseException) -> SourceFailed:
    """Word that an archive is broken."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return SourceFailed(f"{name}: the zip archive is broken ({line}); copy it again")


def _is_regular(info: zipfile.ZipInfo) -> bool:
    """Whether it is a file somebody meant: no folder, no link, nothing a system left there."""
    parts = info.filename.replace("\\", "/").split("/")
    passing = parts[0] == "__MACOSX" or parts[-1].startswith(".")
    return not (info.filename.endswith("/") or stat.S_ISLNK(info.external_attr >> 16) or passing)


def _directory(stream: BinaryIO) -> int:
    """Find how large the list of members is, before it is read."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    found = 0
    if at >= 0 and len(tail) >= at + 22:
        found = struct.unpack_from("<L", tail, at + 12)[0]
    if at >= 20 and tail[at - 20 : at - 16] == b"PK\x06\x07":
        stream.seek(min(struct.unpack_from("<Q", tail, at - 12)[0], size))
        record = stream.read(56)
        found = struct.unpack_from("<Q", record, 40)[0] if len(record) == 56 else DIRECTORY + 1
    stream.seek(0)
    return int(found)
