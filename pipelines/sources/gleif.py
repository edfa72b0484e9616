"""Legal Entity Identifiers: who is who, who consolidates whom, and why no parent is reported.

XML (LEI-CDF, RR-CDF, reporting exceptions), the golden copy as CSV and answers of the API hold the same records.
Relations name both sides by LEI alone and carry no share; an exception is kept as an interest without an owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipelines.errors import Unusable
from pipelines.normalize.lei_records import (
    API_RECORDS,
    READ,
    Record,
    of_api,
    of_element,
    of_row,
    party,
    relation,
    unreported,
)
from pipelines.normalize.written import list_of, mapping_of
from pipelines.pieces import At, Pieces
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

ROOTS = ("LEIData", "RelationshipData", "ReportingExceptionData")
RECORDS = {"LEIRecord": "party", "RelationshipRecord": "relation", "Exception": "exception"}
HEADINGS = {
    "party": frozenset({"lei", "entity_legalname"}),
    "relation": frozenset({"relationship_startnode_nodeid", "relationship_relationshiptype"}),
    "exception": frozenset({"lei", "exception_category"}),
}
TABLES = {"party": "parties", "relation": "ownership", "exception": "ownership"}


def is_gleif(file: RawFile) -> bool:
    """Whether it is LEI data: by root element, headings of the golden copy, or what the API answers."""
    if file.root:
        return file.root in ROOTS
    if file.is_json:
        first = next(iter(file.objects), None)
        return bool(mapping_of(mapping_of(first, "meta"), "goldenCopy")) or bool(_kind_of_answer(first))
    return _kind_of_table(file) is not None


def read_gleif(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read records one by one, whatever they are written in."""
    pieces = Pieces()
    for file in files:
        for kind, at, record in _records(file, pieces):
            try:
                _add(kind, at, record, pieces)
            except Unusable as why:
                pieces.refuse(TABLES[kind], at, why)
            yield from pieces.full()
    yield from pieces.rest("parties")


def _add(kind: str, at: At, record: Record, pieces: Pieces) -> None:
    row = {"party": party, "relation": relation, "exception": unreported}[kind](record)
    pieces.add(TABLES[kind], at, **row)


def _records(file: RawFile, pieces: Pieces) -> Iterator[tuple[str, At, Record]]:
    if file.root:
        return _of_xml(file)
    return _of_json(file, pieces) if file.is_json else _of_table(file, pieces)


def _of_xml(file: RawFile) -> Iterator[tuple[str, At, Record]]:
    """Number records as they come; the day of the file stands in its header and dates the exceptions."""
    written, number = None, 0
    for element in file.elements("ContentDate", *RECORDS):
        kind = RECORDS.get(str(element.tag).rpartition("}")[2])
        if kind is None:
            written = element.text
        else:
            number += 1
            yield kind, At(file.name, number), of_element(element, written)


def _of_table(file: RawFile, pieces: Pieces) -> Iterator[tuple[str, At, Record]]:
    kind = _kind_of_table(file) or "party"
    for raw in file.batches():
        pieces.bad_lines(TABLES[kind], file.name, raw)
        read = [heading for heading in raw.headings if READ.fullmatch(heading)]
        for row in raw.frame.select("row", *read).iter_rows(named=True):
            yield kind, At(file.name, int(row["row"])), of_row(row)


def _kind_of_table(file: RawFile) -> str | None:
    return next((kind for kind, needed in HEADINGS.items() if file.spelled >= needed), None)


def _of_json(file: RawFile, pieces: Pieces) -> Iterator[tuple[str, At, Record]]:
    number = 0
    for answer in file.objects:
        for each in _items(answer):
            number += 1
            kind = API_RECORDS.get(str(mapping_of({"": each}, "").get("type")))
            if kind is None:
                why = Unusable("type", each, "is no LEI or relationship record", "ask the API for one of these")
                pieces.refuse("parties", At(file.name, number), why)
            else:
                yield kind, At(file.name, number), of_api(each)


def _items(answer: object) -> Iterable[object]:
    """Take the records of an answer: a list of them, one alone, or the error a broken line is."""
    if not isinstance(answer, Mapping):
        return [answer]
    return list_of(answer, "data") if isinstance(answer.get("data"), list) else [answer.get("data")]


def _kind_of_answer(answer: object) -> str | None:
    items = [answer, *_items(answer)][:2] if isinstance(answer, Mapping) else []
    kinds = (API_RECORDS.get(str(mapping_of({"": each}, "").get("type"))) for each in items)
    return next(filter(None, kinds), None)


GLEIF = Source(
    id="gleif",
    title="Legal Entity Identifier data (GLEIF)",
    publisher="Global Legal Entity Identifier Foundation",
    license="CC0 1.0",
    tables=("parties", "ownership"),
    recognizes=is_gleif,
    read=read_gleif,
)
