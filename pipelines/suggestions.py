"""Propose mappings for whatever a path holds, or say why none is needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import SourceFailed
from pipelines.inbox import recognize
from pipelines.ingest.reader import UNREADABLE
from pipelines.reading.raw import RawFile, open_files
from pipelines.reading.suggest import suggest
from pipelines.sources import SOURCES


@dataclass(frozen=True)
class Suggested:
    """What is proposed for one table a path holds; without `text`, `told` says why nothing is."""

    name: str
    table: str | None
    text: str = ""
    missing: tuple[str, ...] = ()
    told: str = ""


def suggestions(path: Path) -> list[Suggested]:
    """Propose a mapping for a file, for each sheet of a workbook, each member of an archive.

    Raises
    ------
    SourceFailed
        It cannot be read.
    """
    return [_suggested(file) for file in open_files(path)]


def _suggested(file: RawFile) -> Suggested:
    try:
        known = recognize(file)
        if known is not None and known.table is None:
            title = next(each.title for each in SOURCES if each.id == known.source)
            return Suggested(file.name, None, told=f"recognized as {title}; it needs no mapping")
        found = suggest(file)
    except UNREADABLE as error:
        line = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise SourceFailed(f"{file.name}: cannot be read ({line}); export it again") from error
    if found.canonical:
        return Suggested(file.name, found.table, told=f"spelled as the table {found.table}; it needs no mapping")
    return Suggested(file.name, found.table, found.text, found.missing)
