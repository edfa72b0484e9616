"""The US Consolidated Screening List as JSON: the bulk file and answers of the API, an array, or a record a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.errors import SourceFailed
from pipelines.normalize.entries import spoken
from pipelines.normalize.screening_entries import screening_entry
from pipelines.reading.json_member import records_under
from pipelines.reading.listed import STATED, in_pieces, listed, nameless, names_somebody
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

KEYS = frozenset({"source", "name", "source_list_url"})
WITHIN = re.compile(rb'^\s*\{.*?"results"\s*:\s*\[', re.DOTALL)
TELLING = (b'"source"', b'"name"', b'"source_list_url"')
PLACE = ("address", "city", "state", "postal_code", "country")


def is_screening_json(file: RawFile) -> bool:
    """Whether it holds records of the Consolidated Screening List: under `results`, in an array or line by line."""
    if not file.is_json:
        return False
    return _has_results(file) or file.spelled >= KEYS


def _has_results(file: RawFile) -> bool:
    return all(key in file.head for key in TELLING) and WITHIN.match(file.head) is not None


def read_screening_json(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read each file's records as listings, piece by piece.

    Raises
    ------
    SourceFailed
        A document is cut off or broken: a list of which the end is missing is no list.
    """
    for file in files:
        notes = _checked(file) if _has_results(file) else ()
        records = records_under(file, "results") if _has_results(file) else file.objects
        for piece in in_pieces(enumerate(records, start=1)):
            yield _piece(piece, notes)
            notes = ()


def _checked(file: RawFile) -> tuple[str, ...]:
    """Read it through once before anything of it is taken; say when it states more records than it has."""
    there = sum(1 for _ in records_under(file, "results"))
    stated = re.search(rb'"total"\s*:\s*(\d{1,9})', file.head)
    if stated and int(stated[1]) > there:
        return (f"{file.name}: holds {there:,} of {int(stated[1]):,} records; download the whole list",)
    if not there:
        raise SourceFailed(f"{file.name}: `results` is empty; download it again")
    return ()


def _piece(records: Sequence[tuple[int, Any]], notes: tuple[str, ...]) -> Extract:
    rows, bad = [], []
    for number, record in records:
        entry = screening_entry(_flat(record)) if isinstance(record, Mapping) else None
        if entry and names_somebody(entry):
            rows.append({**entry, "row": number})
        else:
            broken = str(record) if isinstance(record, ValueError) else "has no list or neither name nor address"
            bad.append(nameless(number, record, broken))
    return Extract("listings", listed(rows), bad_rows(bad), len(records), notes=notes, columns=STATED)


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    """Write a record as the official CSV does: several values in one text, parted by semicolons."""
    flat = {str(key): _joined(value) for key, value in record.items()}
    return {**flat, "addresses": "; ".join(_places(record.get("addresses"))), "ids": "; ".join(_ids(record.get("ids")))}


def _joined(value: Any) -> str:
    return "; ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> str:
    """Write one value as text; half a character becomes a question mark."""
    if value is None or isinstance(value, Mapping | list):
        return ""
    return spoken(str(value)).encode("utf-8", "replace").decode()


def _places(addresses: Any) -> Iterable[str]:
    for each in addresses if isinstance(addresses, list) else [addresses]:
        parts = [each.get(key) for key in PLACE] if isinstance(each, Mapping) else [each]
        written = [_plain(part).replace(";", ",") for part in parts]
        yield ", ".join(part for part in written if part and part != "-0-")


def _ids(ids: Any) -> Iterable[str]:
    for each in ids if isinstance(ids, list) else [ids]:
        parts = [each.get(key) for key in ("type", "number", "country")] if isinstance(each, Mapping) else [each]
        yield ", ".join(_plain(part).replace(";", ",") for part in parts if part)


SCREENING_LIST_JSON = Source(
    id="screening_list_json",
    title="Consolidated Screening List (JSON)",
    publisher="US International Trade Administration",
    license="US government work",
    tables=("listings",),
    recognizes=is_screening_json,
    read=read_screening_json,
    expected=(15_000, 60_000),
)
