"""Excel workbooks: every sheet with rows as the delimited text it would be exported as."""

from __future__ import annotations

import re
from dataclasses import dataclass

import fastexcel
import polars as pl

from pipelines.errors import SourceFailed
from pipelines.reading.archives import Archive
from pipelines.reading.stored import Held, chunks, held

CELLS = 30_000_000
"""Cells of all sheets, from the first filled one to the last: a full sheet of 28 columns."""

UNPACKED = 2 * 1024**3
"""Bytes a workbook may unpack to."""

ROW = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]{0,3}(\d+)""")
COLUMN = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})\d""")
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
ROW_BEGINS = re.compile(rb"<(?:\w+:)?row[\s/>]")
OVERLAP = 64


def sheets(archive: Archive) -> list[Held]:
    """Give every sheet with rows, hidden ones too, as text.

    Raises
    ------
    SourceFailed
        The workbook is broken, empty, or larger than may be held.
    """
    _check(archive)
    try:
        reader = fastexcel.read_excel(_content(archive))
        found = [_text(reader, sheet, archive.name) for sheet in reader.sheet_names]
    except BaseException as error:  # a parser's panic is no Exception
        if isinstance(error, SourceFailed) or not (isinstance(error, Exception) or _is_panic(error)):
            raise
        line = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise SourceFailed(f"{archive.name}: the workbook is broken ({line}); save it again") from error
    filled = [each for each in found if each]
    if not filled:
        raise SourceFailed(f"{archive.name}: the workbook is empty; give it a header line and rows, or remove it")
    return filled


def _is_panic(error: BaseException) -> bool:
    return type(error).__name__ == "PanicException"


def _content(archive: Archive) -> str | bytes:
    plain = archive.packed.plain
    return str(plain) if plain else held(archive.packed, "workbook")


def _text(reader: fastexcel.ExcelReader, sheet: str, name: str) -> Held | None:
    loaded = reader.load_sheet(sheet, header_row=None, dtypes="string")
    frame = loaded.to_polars()
    frame = frame.select(each for each in frame.columns if frame[each].null_count() < frame.height)
    if not frame.width:
        return None
    frame = frame.select(_spelled(pl.col(each)) for each in frame.columns)
    empty = pl.all_horizontal(pl.all().is_null())
    first = frame.select(empty.arg_min()).item()
    text = frame.slice(first).write_csv(include_header=False, quote_style="always")
    hidden = "" if loaded.visible == "visible" else ", hidden"
    return Held(f"{name} [{sheet}{hidden}]", text.encode())


def _spelled(column: pl.Expr) -> pl.Expr:
    """Spell days and times as ISO 8601 does."""
    return (
        column.str.replace(r"^(\d{4}-\d\d-\d\d) 00:00:00$", "$1")
        .str.replace(r"^1899-12-3[01] (\d\d:\d\d:\d\d)$", "$1")
        .str.replace(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)$", "${1}T$2")
    )


def _check(archive: Archive) -> None:
    """Refuse what a parser would take more memory for than there is.

    Raises
    ------
    SourceFailed
        It unpacks to more than a workbook may, or its sheets reach further.
    """
    unpacked = cells = 0
    for member in archive.members():
        reach = _Reach()
        is_sheet = member.info.filename.lower().startswith("xl/worksheets/")
        for piece in chunks(member):
            unpacked += len(piece)
            if unpacked > UNPACKED:
                raise SourceFailed(f"{archive.name}: unpacks to more than {UNPACKED:,} bytes; save it as CSV")
            if is_sheet:
                reach.add(piece)
        cells += reach.cells
        if cells > CELLS:
            raise SourceFailed(
                f"{archive.name}: its sheets reach over {cells:,} cells, more than {CELLS:,}; save it as CSV"
            )


@dataclass
class _Reach:
    """How far a sheet reaches, by the places its cells name and how many follow each other without one."""

    rows: int = 0
    columns: int = 0
    running: int = 0
    rest: bytes = b""

    def add(self, piece: bytes) -> None:
        text = self.rest + piece
        self.rest = text[-OVERLAP:]
        self.rows += len(ROW_BEGINS.findall(piece))
        self.rows = max(self.rows, *(int(each) for each in {*ROW.findall(text), b"0"} if len(each) < 10))
        self.columns = max(self.columns, *(_number(each) for each in {*COLUMN.findall(text), b""}))
        self._count(piece)

    def _count(self, piece: bytes) -> None:
        first, *others = ROW_BEGINS.split(piece)
        self.running += len(CELL.findall(first))
        self.columns = max(self.columns, self.running)
        for part in others:
            self.running = len(CELL.findall(part))
            self.columns = max(self.columns, self.running)

    @property
    def cells(self) -> int:
        return self.rows * self.columns


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number
