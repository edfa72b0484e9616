"""Read a file as the lines a mapping looks at: its own columns, named as the mapping names them, beside `row`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

import polars as pl

from pipelines.errors import InputError, SourceFailed
from pipelines.reading.delimited import header_of, pieces
from pipelines.reading.exported import BESIDE, CORRECTS, unguarded
from pipelines.reading.mapping.cell import ALL, Cell
from pipelines.reading.mapping.mapping import ColumnMapping
from pipelines.reading.mapping.paths import is_path, nested
from pipelines.reading.mapping.split import (
    AMOUNTS,
    LINE,
    LINES,
    MOST,
    SAME,
    Split,
    counted_lines,
    listed_lines,
    numbered,
    too_many,
)
from pipelines.reading.mapping.taking import hash_name, hashed
from pipelines.reading.mapping.words import nearest, not_used, plain, some
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile
from pipelines.reading.raw_table import RawTable, no_rows

PREAMBLE = 30
"""Lines among which the headings are looked for."""

TOGETHER = 5_000


@dataclass(frozen=True)
class Lines(RawTable):
    """The lines of a piece, and in `whole` its records as the file has them."""

    whole: pl.DataFrame


def lines(file: RawFile, mapping: ColumnMapping) -> Iterator[Lines]:
    """Read a file piece by piece; a split record has several lines of the same `row`.

    Raises
    ------
    InputError
        A heading the file does not have.
    SourceFailed
        No table can be made of it.
    """
    known = False
    for raw in map(unguarded, _pieces(file, mapping)):
        if not known:
            _check(raw, mapping)
        known = True
        made = _divided(raw, mapping)
        yield Lines(made.name, made.headings, made.frame, made.bad, made.read, raw.frame)


def notes(raw: RawTable, mapping: ColumnMapping) -> list[str]:
    """Say which columns of a file are not used, and which that the mapping names it does not have."""
    has = {plain(each) for each in raw.headings}
    named = {plain(each) for each in mapping.headings} | {plain(each) for each in _parts(raw.headings, mapping)}
    if CORRECTS in raw.headings:
        named |= {plain(each) for each in (CORRECTS, *BESIDE)}
    strange = [] if mapping.takes_all else [each for each in raw.headings if plain(each) not in named]
    lacking = [each for each in mapping.headings if plain(each) not in has | _counted(raw.headings, mapping)]
    told = [f"{raw.name}: mapping {mapping.name} names what it has not: {some(lacking)}"] if lacking else []
    return [*not_used(raw.name, strange), *told]


def _pieces(file: RawFile, mapping: ColumnMapping) -> Iterator[RawTable]:
    if file.is_json and (mapping.rows or any(is_path(each) for each in mapping.headings)):
        return nested(file, mapping.headings, mapping.rows)
    if file.is_json or file.is_parquet:
        return file.batches()
    row = header_row(file, mapping.headings, mapping.header_row)
    return file.batches() if row == 1 else below(file, row)


def header_row(file: RawFile, headings: Sequence[str], declared: int = 1) -> int:
    """Find the line of the headings: the one declared, unless another of the first has more than twice as many."""
    wanted = {plain(each) for each in headings}
    counts = [
        len(wanted & {plain(each) for each in header_of(f"{line}\n".encode())})
        for line in file.head.decode("utf-8", "replace").splitlines()[:PREAMBLE]
    ]
    best = max(range(len(counts)), key=counts.__getitem__, default=0)
    there = counts[declared - 1] if declared <= len(counts) else 0
    return best + 1 if counts and counts[best] > 2 * there else declared


def below(file: RawFile, row: int) -> Iterator[RawTable]:
    """Read a text file from the line of its headings on.

    Raises
    ------
    SourceFailed
        It ends before.
    """
    found = islice(file.lines(), row - 1, None)
    first = next(found, None)
    if first is None:
        raise SourceFailed(f"{file.name}: has fewer than {row} lines; correct header_row in the mapping")
    return pieces(_joined(chain([first], found)), file.name)


def _joined(found: Iterable[str]) -> Iterator[bytes]:
    rest = iter(found)
    while some_lines := list(islice(rest, TOGETHER)):
        yield ("\n".join(some_lines) + "\n").encode()


def _check(raw: RawTable, mapping: ColumnMapping) -> None:
    """Refuse a mapping that names headings the file lacks; of several ways one suffices."""
    has = {plain(each) for each in raw.headings} | _counted(raw.headings, mapping)
    for column, cells in mapping.columns.items():
        lacking = [_lacking(cell, has) for cell in cells]
        if all(each is not None for each in lacking) and not all(cell.optional for cell in cells):
            heading = next(each for each in lacking if each is not None)
            raise InputError(
                f"mapping {mapping.name}: {column} = {heading!r}, but {raw.name} has no such column"
                f"{nearest(heading, raw.headings)}; correct the mapping, or add optional = true"
            )


def _lacking(cell: Cell, has: set[str]) -> str | None:
    """A heading without which a way of taking gives nothing; of those joined one suffices."""
    wanted = [each for each in cell.headings if each != ALL]
    lacking = [each for each in wanted if plain(each) not in has]
    if len(wanted) > 1 and len(lacking) < len(wanted):
        lacking = []
    beside = [each for each in (cell.times, cell.unit_column, cell.currency_column) if each]
    return next(iter([*lacking, *(each for each in beside if plain(each) not in has)]), None)


def _counted(headings: Sequence[str], mapping: ColumnMapping) -> set[str]:
    """Templates of counted headings of which the file has at least one."""
    if not (mapping.split and mapping.split.counts):
        return set()
    has = {plain(each) for each in headings}
    return {
        plain(each) for each in mapping.split.columns if any(plain(numbered(each, n)) in has for n in range(1, MOST))
    }


def _parts(headings: Sequence[str], mapping: ColumnMapping) -> list[str]:
    """Counted headings that the file has, as the mapping would spell them."""
    if not (mapping.split and mapping.split.counts):
        return []
    has = {plain(each) for each in headings}
    spelled = (numbered(each, n) for each in mapping.split.columns for n in range(1, MOST))
    return [each for each in spelled if plain(each) in has]


def _divided(raw: RawTable, mapping: ColumnMapping) -> RawTable:
    frame = _with_hashes(_named(raw, mapping), mapping)
    if mapping.split and mapping.split.by:
        return _listed(replace(raw, frame=frame), mapping, mapping.split, mapping.split.by)
    if mapping.split:
        return replace(raw, frame=counted_lines(frame, mapping.split.columns))
    if mapping.rows:
        place = pl.int_range(1, pl.len() + 1).over("row").cast(pl.Int64).alias(LINE)
        frame = frame.with_columns(place, pl.len().over("row").cast(pl.Int64).alias(LINES))
    return replace(raw, frame=frame)


def _named(raw: RawTable, mapping: ColumnMapping) -> pl.DataFrame:
    """Spell the headings as the mapping spells them; those the file lacks are empty."""
    spelled = {plain(each): each for each in reversed(raw.headings)}
    counting = mapping.split.columns if mapping.split and mapping.split.counts else ()
    wanted = [each for each in mapping.headings if each not in counting] + _parts(raw.headings, mapping)
    if CORRECTS in raw.headings:
        wanted.append(CORRECTS)
    if mapping.takes_all:
        named = {plain(each) for each in wanted}
        wanted += [each for each in raw.headings if plain(each) not in named]
        wanted = [each for each in wanted if each not in BESIDE] if CORRECTS in wanted else wanted
    found = [
        (pl.col(spelled[plain(each)]) if plain(each) in spelled else pl.lit(None, pl.String)).alias(each)
        for each in wanted
    ]
    return raw.frame.select("row", *found)


def _with_hashes(frame: pl.DataFrame, mapping: ColumnMapping) -> pl.DataFrame:
    """Add the hashes that name records, while there is one row for each."""
    below = f"{mapping.rows}." if mapping.rows else "\0"
    whole = [each for each in frame.columns if each not in ("row", CORRECTS) and not each.startswith(below)]
    wanted = {hash_name(cell): cell for cells in mapping.columns.values() for cell in cells if cell.hashed}
    return frame.with_columns(hashed(cell, whole) for cell in wanted.values())


def _listed(raw: RawTable, mapping: ColumnMapping, split: Split, by: str) -> RawTable:
    beyond = too_many(raw.frame, split.columns, by)
    told = {"reason": f"lists more than {MOST} parts", "advice": "give the record in several rows"}
    refused = bad_rows({"row": row, "column": split.columns[0], **told} for row in raw.frame.filter(beyond)["row"])
    after = {each: _after_first(each, mapping) for each in split.columns}
    frame = listed_lines(raw.frame.filter(~beyond), after, by)
    return replace(raw, frame=frame, bad=pl.concat([raw.bad, refused.select(no_rows().columns)]))


def _after_first(heading: str, mapping: ColumnMapping) -> str | None:
    """What lines after the first have of a cell with one entry: the same, but an amount is never repeated."""
    fed = {column for column, cells in mapping.columns.items() for cell in cells if heading in cell.headings}
    amounts = fed & set(AMOUNTS)
    return SAME if not amounts else "0" if "quantity" in amounts else None
