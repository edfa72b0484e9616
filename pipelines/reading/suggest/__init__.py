"""Propose a mapping for an unknown layout, from its headings and its values."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from pipelines.errors import SourceFailed
from pipelines.reading.delimited import header_of
from pipelines.reading.mapping.lines import PREAMBLE, below
from pipelines.reading.mapping.paths import nested
from pipelines.reading.raw import RawFile
from pipelines.reading.suggest.headings import guesses
from pipelines.reading.suggest.json_paths import json_paths
from pipelines.reading.suggest.profile import SAMPLE, Profile
from pipelines.reading.suggest.proposal import TABLES, Proposal, propose
from pipelines.reading.suggest.written import columns_of, written
from pipelines.tables import FILES

__all__ = ["Suggestion", "columns_of", "suggest"]


@dataclass(frozen=True)
class Suggestion:
    """What is proposed for a file: TOML, or nothing where the file is `canonical` for a table as it stands."""

    name: str
    table: str
    text: str
    missing: tuple[str, ...] = ()
    canonical: bool = False


def suggest(file: RawFile, table: str | None = None) -> Suggestion:
    """Propose a mapping.

    Raises
    ------
    SourceFailed
        No table can be made of the file.
    """
    own = _canonical(file)
    if own and table in (None, own):
        return Suggestion(file.name, own, "", canonical=True)
    row, lines = _header_row(file), None
    if file.is_json and (paths := json_paths(file)):
        headings, lines = paths
        raw = next(nested(file, headings, lines))
    else:
        raw = next(iter(file.batches() if row == 1 else below(file, row)))
    if not raw.headings:
        raise SourceFailed(f"{file.name}: has no headings; give it a header line, or remove it")
    profiles = {each: Profile.of(each, raw.frame[each].head(SAMPLE)) for each in raw.headings}
    made = propose(raw.headings, profiles, table, numbered=lines is not None)
    text = written(made, file.name, raw.read, header_row=row, lines=lines)
    return Suggestion(file.name, made.table, text, tuple(_missing(made)))


def _missing(made: Proposal) -> list[str]:
    return [each for each in made.missing if each != "id"]


def _canonical(file: RawFile) -> str | None:
    """The table whose required columns a file has, spelled as the contract does."""
    for name, table in FILES.items():
        required = {column.name for column in table.columns if column.required}
        if required and required <= file.spelled:
            return name
    return None


def _header_row(file: RawFile) -> int:
    """Find the line of the headings: the first of the lines with most words we know."""
    if file.is_json or file.is_parquet:
        return 1
    lines = file.head.decode("utf-8", "replace").splitlines()
    known = [_known(line) for line in islice(lines, PREAMBLE)]
    best = max(range(len(known)), key=known.__getitem__, default=0)
    return best + 1 if known and known[best] > 2 * known[0] else 1


def _known(line: str) -> int:
    headings = header_of(f"{line}\n".encode())
    return sum(any(guesses(each, table) for table in TABLES[:2]) for each in headings) if len(headings) > 1 else 0
