"""The supplements to Part 744 as XML: eCFR's tables (TABLE, TR, TD) and the printing office's (GPOTABLE, ROW, ENT)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipelines.errors import SourceFailed
from pipelines.reading.raw import RawFile
from pipelines.reading.supplement_rows import Lines, RowsOfTable, SupplementRow

BREAKS = frozenset({"br", "p", "li", "fp", "div"})


def rows_of_xml(file: RawFile) -> Iterator[SupplementRow]:
    """Give the entries of all tables that are lists.

    Raises
    ------
    SourceFailed
        It is broken, or no table has the headings of a list.
    """
    table = RowsOfTable()
    for element in file.elements("TR", "BOXHD", "ROW"):
        headings = [cell for cell in element if _tag(cell) in {"th", "ched"}]
        if headings:
            yield from table.headed([" ".join(_lines(cell)) for cell in headings])
        elif _tag(element) != "boxhd":
            yield from table.row([_lines(cell) for cell in element if _tag(cell) in {"td", "ent"}])
    yield from table.ended()
    if not table.tables:
        wanted = "has no table with the columns Country, Entity, License requirement"
        raise SourceFailed(f"{file.name}: {wanted}; download Part 744 again")


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _lines(cell: etree._Element) -> Lines:
    """Write a cell's text line by line."""
    text = "".join(_texts(cell))
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def _texts(element: etree._Element) -> Iterator[str]:
    yield _flat(element.text)
    for child in element:
        if _tag(child) in BREAKS:
            yield "\n"
        yield from _texts(child)
        if _tag(child) in BREAKS - {"br"}:
            yield "\n"
        yield _flat(child.tail)


def _flat(text: str | None) -> str:
    return " ".join((text or "").split("\n"))
