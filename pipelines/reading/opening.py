"""What a path holds: a file as it is, unpacked, or the several that a workbook or an archive has in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import SourceFailed
from pipelines.reading.archives import MAGIC, Archive, Member
from pipelines.reading.compression import Unpacked, compression
from pipelines.reading.stored import OnDisk, Stored
from pipelines.reading.workbook import sheets

OFFICE = {
    "xl/workbook.bin": "a binary Excel workbook (.xlsb): save it as XLSX or CSV",
    "[Content_Types].xml": "an Office document, no workbook: export its table as CSV",
    "mimetype": "an OpenDocument file: save it as XLSX or CSV",
}


@dataclass(frozen=True)
class Found:
    """One content: where it lies, what it is called, and its bytes."""

    path: Path
    shown: str
    stored: Stored


def contents(path: Path, shown: str, largest: int) -> list[Found]:
    """Find what a path holds.

    Raises
    ------
    SourceFailed
        Unreadable, too large, changing, hostile.
    """
    disk = OnDisk(path, shown, largest)
    disk.check()
    return _within(Found(path, shown, disk), largest)


def _within(found: Found, largest: int, *, archived: bool = False) -> list[Found]:
    head = _head(found.stored)
    kind = compression(head)
    if kind:
        unpacked = Unpacked(found.stored, kind, largest)
        found, head = Found(found.path, found.shown, unpacked), _head(unpacked)
    if not head.startswith(MAGIC):
        return [found]
    archive = Archive(found.stored, largest)
    if archive.is_workbook:
        return [Found(found.path, each.name, each) for each in sheets(archive)]
    if archived:
        raise SourceFailed(f"{found.shown}: is an archive in an archive; unpack it first")
    _refuse_office(archive)
    return [each for member in archive.members() for each in _member(found, member, largest)]


def _member(found: Found, member: Member, largest: int) -> list[Found]:
    return _within(Found(found.path / member.label, member.name, member), largest, archived=True)


def _refuse_office(archive: Archive) -> None:
    names = {each.filename for each in archive.infos}
    for name, what in OFFICE.items():
        if name in names:
            raise SourceFailed(f"{archive.name}: is not text but {what}")


def _head(stored: Stored) -> bytes:
    with stored.open() as stream:
        return stream.read(8)
