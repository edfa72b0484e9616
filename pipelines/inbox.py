"""Say what a file is by its content; its name only breaks ties. Write the templates of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.reading.mapping import ColumnMapping
from pipelines.reading.mapping.shipped import shipped_mapping
from pipelines.reading.raw import RawFile
from pipelines.sources import SOURCES
from pipelines.tables import FILES, Table

TEMPORARY = re.compile(
    r"^(?:[.~].*|.*\.(?:tmp|temp|part|partial|crdownload|download|swp|swo|bak|lock)|.*~|thumbs\.db|desktop\.ini)$",
    re.IGNORECASE,
)
TELLING = 3
"""Required columns that, all present, tell a table whatever else a file has."""


@dataclass(frozen=True)
class Recognized:
    """What a file is: a published source by id, or a file of one table, canonical or as a mapping says."""

    source: str
    table: str | None = None
    mapping: ColumnMapping | None = None


def files_in(inbox: Path) -> list[Path]:
    """List the files of an inbox and its folders by name, without temporary and hidden ones."""
    found = [path for path in inbox.rglob("*") if path.is_file() and not _passing(path.relative_to(inbox))]
    return sorted(found, key=lambda path: path.relative_to(inbox).as_posix())


def _passing(path: Path) -> bool:
    return any(TEMPORARY.match(part) for part in path.parts)


def recognize(file: RawFile) -> Recognized | None:
    """Tell what a file is, null when nothing here reads it.

    Raises
    ------
    SourceFailed
        It is no text, or broken.
    """
    for source in SOURCES:
        if source.recognizes(file):
            return Recognized(source.id)
    table = complete_table(file.spelled, file.path.name)
    if table:
        return Recognized(table, table)
    mapping = shipped_mapping(file)
    if mapping:
        return Recognized(mapping.name.removesuffix(".toml"), mapping.table, mapping)
    meant = meant_table(file.spelled, file.path.name)
    return Recognized(meant, meant) if meant else None


def canonical_table(headings: frozenset[str], name: str) -> str | None:
    """Tell which table of the contract has these headings, or is meant by them."""
    return complete_table(headings, name) or meant_table(headings, name)


def complete_table(headings: frozenset[str], name: str) -> str | None:
    """Tell which table has its required columns among these headings: of several the one with the most of them."""
    named = table_named(name)
    matched = {table: _matched(of, headings) for table, of in FILES.items()}
    complete = [
        table for table in FILES if _required(FILES[table]) <= headings and _tells(table, headings, matched, named)
    ]
    by_match = max(
        complete, key=lambda table: (matched[table], table == named, -len(_required(FILES[table]))), default=""
    )
    return by_match or None


def meant_table(headings: frozenset[str], name: str) -> str | None:
    """Tell which table a file means to be that lacks required columns: by its name, or most of its headings."""
    named = table_named(name)
    matched = {table: _matched(of, headings) for table, of in FILES.items()}
    meant = [table for table in FILES if matched[table] >= 2 and (table == named or 2 * matched[table] > len(headings))]
    best = max(meant, key=lambda table: (table == named, matched[table]), default=None)
    return best or (named if headings and named and matched[named] else None)


def _tells(table: str, headings: frozenset[str], matched: Mapping[str, int], named: str | None) -> bool:
    return len(_required(FILES[table])) >= TELLING or table == named or matched[table] >= max(2, len(headings) / 2)


def table_named(name: str) -> str | None:
    """Tell which table a file's name names: 2024_shipments.csv; null when none."""
    words = re.sub(r"[^a-z]+", "_", name.lower()).strip("_")
    fits = [table for table in FILES if re.search(rf"(?:^|_){table}(?:_|$)", words)]
    return max(fits, key=len, default=None)


def _required(table: Table) -> frozenset[str]:
    return frozenset(column.name for column in table.columns if column.required)


def _matched(table: Table, headings: frozenset[str]) -> int:
    return len(headings & set(table.schema))


def templates(folder: Path) -> Sequence[Path]:
    """Write a header-only CSV for every table of the contract; files that exist are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in FILES.items():
        path = folder / f"{name}.csv"
        if not path.exists():
            path.write_text(",".join(table.schema) + "\n", encoding="utf-8")
            written.append(path)
    return written
