"""The Entity List as eCFR publishes it, with the Unverified List and the military end users: XML, text, or a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from pipelines.errors import SourceFailed
from pipelines.normalize.published_entries import Published, published_entry
from pipelines.normalize.supplement_entries import entry_parts, first_name
from pipelines.reading.listed import STATED, in_pieces, listed, nameless, names_somebody
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile
from pipelines.reading.supplement_rows import SupplementRow, columns_of, rows_of_table
from pipelines.reading.supplement_text import is_supplement_text, rows_of_text
from pipelines.reading.supplement_xml import rows_of_xml
from pipelines.source import Extract, Source

ROOTS = frozenset(
    {"DLPSTEXTCLASS", "ECFR", "ECFRBRWS", "CFRDOC", "PART", "APPENDIX", "TABLE", "GPOTABLE"}
    | {f"DIV{number}" for number in range(1, 10)}
)
FILLED = STATED - {"delisted_on", "program", "identifiers"}


def is_supplement(file: RawFile) -> bool:
    """Whether it is XML of the Code of Federal Regulations, its text with a list in it, or a table so headed."""
    if file.is_json or file.is_parquet:
        return False
    if file.root is not None:
        return file.root.upper() in ROOTS
    return is_supplement_text(file.head) or columns_of(file.headings) is not None


def read_supplement(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read each file's entries as listings.

    Raises
    ------
    SourceFailed
        It is broken, or holds no entry.
    """
    for file in files:
        broken = bad_rows()
        if file.root is None and not is_supplement_text(file.head):
            rows, broken = _of_table(file)
        else:
            rows = list(rows_of_xml(file) if file.root is not None else rows_of_text(file.lines()))
        if not rows and broken.is_empty():
            raise SourceFailed(f"{file.name}: has no entries under any country; download the supplement again")
        yield from _extracts(rows, broken)


def _of_table(file: RawFile) -> tuple[list[SupplementRow], pl.DataFrame]:
    """Read rows of comma-separated text; a cell may have several lines."""
    pieces = list(file.batches())
    headings = pieces[0].headings if pieces else file.headings
    cells = (
        (row, [(value or "").splitlines() for value in values])
        for raw in pieces
        for row, *values in raw.frame.select("row", *raw.headings).iter_rows()
    )
    broken = pl.concat([bad_rows(), *(raw.bad.select(bad_rows().columns) for raw in pieces)])
    return list(rows_of_table(headings, cells)), broken


def _extracts(rows: Sequence[SupplementRow], broken: pl.DataFrame) -> Iterator[Extract]:
    shared = Counter((row.of, row.country, first_name(row.entity)) for row in rows)
    further = frozenset(name for (_, _, name), count in shared.items() if count > 1)
    for piece in in_pieces(rows):
        good, bad = [], []
        for row in piece:
            entry = _entry(row, further)
            if names_somebody(entry):
                good.append({**entry, "row": row.number})
            else:
                bad.append(nameless(row.number, " ".join(row.entity)))
        quarantined = pl.concat([broken, bad_rows(bad)]).sort("row")
        yield Extract("listings", listed(good), quarantined, len(piece) + broken.height, columns=FILLED)
        broken = bad_rows()


def _entry(row: SupplementRow, further: frozenset[str]) -> dict[str, Any]:
    name, aliases, address = entry_parts(row.entity, further=further)
    country = _spelled(row.country)
    return published_entry(Published(row.of, name, tuple(aliases), country, address, row.cited, row.requirement))


def _spelled(country: str) -> str:
    """Write a country as a sentence would: "CHINA, PEOPLE'S REPUBLIC OF" is China."""
    small = {"Of": "of", "And": "and", "The": "the"}
    return " ".join(small.get(word, word) for word in country.split(",")[0].title().split())


ENTITY_LIST_TEXT = Source(
    id="entity_list_text",
    title="Supplements No. 4, 6 and 7 to Part 744 (Entity List, Unverified List, military end users)",
    publisher="Bureau of Industry and Security, as published by eCFR",
    license="US government work",
    tables=("listings",),
    recognizes=is_supplement,
    read=read_supplement,
    expected=(40, 8_000),
)
