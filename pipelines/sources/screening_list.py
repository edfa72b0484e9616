"""The US Consolidated Screening List: the official CSV of 28 or 29 columns, and the flat one with countries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.normalize.entries import is_address_only, spoken
from pipelines.normalize.screening_entries import screening_entry
from pipelines.reading.delimited import RawTable
from pipelines.reading.listed import STATED, listed, nameless, names_somebody
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile, spelled
from pipelines.source import Extract, Source

NEEDED = frozenset({"source", "name", "alt_names", "federal_register_notice", "source_list_url"})


def is_screening_list(file: RawFile) -> bool:
    """Whether the headings are those of the Consolidated Screening List, in either layout."""
    return not file.is_json and file.spelled >= NEEDED


def read_screening_list(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read each file's rows as listings, piece by piece; the list a row is of is in its `source`."""
    for file in files:
        yield from map(_piece, file.batches())


def _piece(raw: RawTable) -> Extract:
    frame = raw.frame.rename({heading: spelled(heading) for heading in raw.headings if spelled(heading)})
    rows, bad = [], []
    for written in frame.iter_rows(named=True):
        entry = screening_entry({key: spoken(None if value is None else str(value)) for key, value in written.items()})
        if names_somebody(entry):
            rows.append({**entry, "row": written["row"]})
        else:
            bad.append(_refused(written["row"], written["name"]))
    quarantined = pl.concat([raw.bad.select(bad_rows().columns), bad_rows(bad)]).sort("row")
    return Extract("listings", listed(rows), quarantined, raw.read, columns=STATED)


def _refused(row: int, name: str | None) -> dict[str, object]:
    if not is_address_only(name):
        return nameless(row, name, "has no list or neither name nor address")
    advice = "add the Entity List with addresses, or the official layout"
    return {**nameless(row, name, "is an address entry without its address"), "advice": advice}


SCREENING_LIST = Source(
    id="screening_list",
    title="Consolidated Screening List",
    publisher="US International Trade Administration",
    license="US government work",
    tables=("listings",),
    recognizes=is_screening_list,
    read=read_screening_list,
    expected=(15_000, 60_000),
)
