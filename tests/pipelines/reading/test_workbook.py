"""Every sheet of a workbook reads as the delimited text it would be exported as."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.errors import SourceFailed
from pipelines.reading.raw import RawFile, open_files
from tests.pipelines.reading.peaks import peak_of


def written(path: Path) -> Path:
    """Write a workbook with three sheets, of which one is hidden and one empty."""
    book = xlsxwriter.Workbook(path)
    days = book.add_format({"num_format": "dd/mm/yyyy"})
    moments = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet = book.add_worksheet("Shipments")
    sheet.write_row(2, 1, ["id", "shipped_on", "seen", "quantity", "value", "sold", "error", "code"])
    sheet.write(3, 1, "A1")
    sheet.write_datetime(3, 2, dt.date(2024, 5, 2), days)
    sheet.write_datetime(3, 3, dt.datetime(2024, 5, 2, 18, 30, tzinfo=dt.UTC).replace(tzinfo=None), moments)
    sheet.write_row(3, 4, [30, 1.25, True])
    sheet.write_formula(3, 7, "=NA()", None, "#N/A")
    sheet.write(3, 8, "00123")
    sheet.write(5, 1, 'A2, "second"\nline')
    sheet.write(5, 4, 10_000_000_000)
    hidden = book.add_worksheet("Prices")
    hidden.write_column(0, 0, ["item", "H100"])
    hidden.hide()
    book.add_worksheet("Empty")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Shipments!$E$4:$E$6"})
    book.add_chartsheet("Chart").set_chart(chart)
    book.close()
    return path


@pytest.fixture
def sheets(tmp_path: Path) -> list[RawFile]:
    """The sheets of a workbook."""
    return open_files(written(tmp_path / "book.xlsx"), shown="in/book.xlsx")


def test_every_sheet_with_rows_is_a_file_and_hidden_ones_say_so(sheets: list[RawFile]) -> None:
    assert [sheet.name for sheet in sheets] == ["in/book.xlsx [Shipments]", "in/book.xlsx [Prices, hidden]"]
    assert [sheet.encoding for sheet in sheets] == ["UTF-8", "UTF-8"]


def test_cells_are_spelled_as_a_delimited_file_spells_them(sheets: list[RawFile]) -> None:
    table = sheets[0].table()
    first = {key: value for key, value in table.frame.row(0, named=True).items() if value}
    assert first == {
        "id": "A1",
        "shipped_on": "2024-05-02",
        "seen": "2024-05-02T18:30:00",
        "quantity": "30",
        "value": "1.25",
        "sold": "true",
        "code": "00123",
        "row": 1,
    }
    assert table.frame.row(2, named=True)["id"] == 'A2, "second"\nline'
    assert table.frame["quantity"].to_list()[2] == "10000000000"


def test_the_same_sheet_has_the_same_version(tmp_path: Path, sheets: list[RawFile]) -> None:
    again = open_files(written(tmp_path / "again.xlsx"))
    assert [each.version for each in again] == [each.version for each in sheets]


def repacked(path: Path, name: str, content: bytes) -> Path:
    """Replace a member of a workbook."""
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, content if each == name else old.read(each))
    path.write_bytes(packed.getvalue())
    return path


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1'><c r = 'A1'><v>1</v></c></row><row r='9'><c r = 'XFD1048576'><v>1</v></c></row>",
        b'<row r="1">' + b"<c><v>1</v></c>" * 16_000 + b'</row><row r="1048576"><c><v>1</v></c></row>',
    ],
)
def test_a_sheet_that_reaches_beyond_reason_is_refused(tmp_path: Path, cells: bytes) -> None:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = b"<worksheet " + space + b"><sheetData>" + cells + b"</sheetData></worksheet>"
    path = repacked(written(tmp_path / "book.xlsx"), "xl/worksheets/sheet1.xml", sheet)
    with peak_of(50_000_000), pytest.raises(SourceFailed, match=r"reach over .* cells, more than 30,000,000"):
        open_files(path)


def test_a_workbook_that_unpacks_as_no_records_do_is_refused(tmp_path: Path) -> None:
    path = repacked(written(tmp_path / "book.xlsx"), "xl/sharedStrings.xml", b" " * 300_000_000)
    with peak_of(50_000_000), pytest.raises(SourceFailed, match="more than 200 times its size"):
        open_files(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<worksheet", "the workbook is broken|the workbook is empty"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>', "the workbook is empty|is broken"),
    ],
)
def test_a_broken_workbook_is_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = written(tmp_path / "book.xlsx")
    for number in (1, 2, 3):
        repacked(path, f"xl/worksheets/sheet{number}.xml", content)
    with pytest.raises(SourceFailed, match=says):
        open_files(path)
