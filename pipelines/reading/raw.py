"""A file before anybody says what its columns mean: every value as text, every record numbered."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree

from pipelines.errors import SourceFailed
from pipelines.reading.columns import LARGEST, decode, fingerprint, read_stable
from pipelines.reading.delimited import RawTable, delimited, header_of, no_rows

BOX = ";"
HEAD = 1024 * 1024
ROOT = re.compile(rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)", re.DOTALL)
DATE_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def spelled(name: str) -> str:
    """Spell a heading as the contract does: lower case, underscores."""
    return re.sub(r"[^0-9a-z]+", "_", name.strip().lower()).strip("_")


def date_in_name(name: str) -> dt.date | None:
    """Read the day a file's name says: csl_2026-07-31.csv; null when it says none."""
    found = DATE_IN_NAME.search(name)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


@dataclass
class RawFile:
    """One file, read once: what it is shows when asked."""

    path: Path
    content: bytes = field(repr=False)
    shown: str = ""

    @property
    def name(self) -> str:
        return self.shown or self.path.name

    @cached_property
    def version(self) -> str:
        return fingerprint(self.content)

    @property
    def dated_on(self) -> dt.date | None:
        """The day its name says, None when it says none."""
        return date_in_name(self.path.name)

    @cached_property
    def _text(self) -> tuple[bytes, str]:
        return decode(self.content, self.name)

    @property
    def text(self) -> bytes:
        """Its content as UTF-8."""
        return self._text[0]

    @property
    def encoding(self) -> str:
        return self._text[1]

    @property
    def head(self) -> bytes:
        """The first MiB of its text, as UTF-8."""
        return self.text[:HEAD]

    def lines(self) -> Iterator[str]:
        """Its text line by line, without line ends."""
        for line in self.text.splitlines():
            yield line.decode("utf-8", "replace")

    @cached_property
    def root(self) -> str | None:
        """Name of an XML file's root element without its namespace; None when it is no XML."""
        found = ROOT.search(self.head)
        return found[1].decode() if found else None

    def elements(self, *names: str) -> Iterator[etree._Element]:
        """The XML elements of these names (without namespace), one by one; each is gone when the next is asked for.

        Raises
        ------
        SourceFailed
            It is broken, has a document type or entities, or elements nested or sized beyond reason.
        """
        parser = etree.iterparse(
            io.BytesIO(self.text), events=("end",), tag=[f"{{*}}{name}" for name in names],
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        )  # fmt: skip
        try:
            for _, element in parser:
                yield element
                element.clear()
        except etree.XMLSyntaxError as error:
            raise SourceFailed(f"{self.name}: is broken XML ({error}); download it again") from error

    @property
    def is_parquet(self) -> bool:
        return self.content.startswith(b"PAR1")

    @property
    def is_json(self) -> bool:
        """Whether it begins as JSON does."""
        return not self.is_parquet and self.text[:64].lstrip()[:1] in (b"{", b"[")

    @cached_property
    def headings(self) -> list[str]:
        """Headings of a table, or the keys of the first record of a JSON file."""
        if self.is_parquet:
            return list(pl.read_parquet_schema(io.BytesIO(self.content)))
        if not self.is_json:
            return header_of(self.text)
        first = next(iter(self.objects), None)
        return list(first) if isinstance(first, Mapping) else []

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Headings as the contract spells them."""
        return frozenset(map(spelled, self.headings))

    @cached_property
    def document(self) -> Any:
        """The JSON document when the file is one; None for JSON lines."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def objects(self) -> list[Any]:
        """The records of a JSON file: of its array, or line by line; a line that is no JSON is its error."""
        if isinstance(self.document, list):
            return self.document
        return [self.document] if self.document is not None else _lines(self.text)

    @property
    def is_broken_json(self) -> bool:
        """Whether it begins as JSON does and neither the whole nor its first line is any."""
        return self.is_json and (not self.objects or isinstance(self.objects[0], ValueError))

    def batches(self) -> Iterator[RawTable]:
        """Read it as a table of text, piece by piece; row numbers go on from piece to piece.

        Raises
        ------
        SourceFailed
            No table can be made of it.
        """
        yield self.table()

    def table(self) -> RawTable:
        """Read it whole as a table of text.

        Raises
        ------
        SourceFailed
            No table can be made of it.
        """
        if self.is_parquet:
            return _parquet(self.content, self.name)
        return _of_objects(self.objects, self.name) if self.is_json else delimited(self.text, self.name)


def open_files(path: Path, *, shown: str = "", largest: int = LARGEST) -> list[RawFile]:
    """Open what a path holds: the file itself, unpacked; each sheet of a workbook, each member of an archive.

    Raises
    ------
    SourceFailed
        Unreadable, too large, changing, hostile.
    """
    return [open_raw(path, shown=shown, largest=largest)]


def open_raw(path: Path, *, shown: str = "", largest: int = LARGEST) -> RawFile:
    """Read a file that stays the same meanwhile.

    Raises
    ------
    SourceFailed
        Unreadable, too large, changing.
    """
    return RawFile(path, read_stable(path, largest=largest), shown)


def _lines(text: bytes) -> list[Any]:
    found: list[Any] = []
    for line in text.split(b"\n"):
        if line.strip():
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                found.append(ValueError(f"no JSON: {error}"))
    return found


def _of_objects(objects: Iterable[Any], name: str) -> RawTable:
    rows: list[dict[str, str | None]] = []
    bad: list[dict[str, object]] = []
    for number, each in enumerate(objects, start=1):
        if isinstance(each, Mapping):
            rows.append({**_flat(each), "row": str(number)})
        else:
            bad.append(
                {
                    "row": number,
                    "column": None,
                    "value": str(each)[:200],
                    "reason": str(each) if isinstance(each, ValueError) else "the record is no JSON object",
                    "advice": "write one JSON object per line",
                }
            )
    columns = list(dict.fromkeys(key for row in rows for key in row if key != "row"))
    frame = pl.DataFrame(
        {key: [row.get(key) for row in rows] for key in (*columns, "row")},
        schema=dict.fromkeys((*columns, "row"), pl.String),
    ).with_columns(pl.col("row").cast(pl.Int64))
    return RawTable(name, columns, frame, pl.DataFrame(bad, schema=no_rows().schema), len(rows) + len(bad))


def _flat(record: Mapping[str, Any], stem: str = "") -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, Mapping) and not stem:
            flat |= _flat(value, f"{key}_")
        else:
            flat[stem + ("row_" if key == "row" and not stem else key)] = _shown(value)
    return flat


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return BOX.join(str(_shown(each)).replace(BOX, ",") for each in value if each is not None)
    return json.dumps(value) if isinstance(value, Mapping) else str(value)


def _parquet(content: bytes, name: str) -> RawTable:
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceFailed(
            f"{name}: the Parquet file is broken ({str(error).splitlines()[0]}); copy it again"
        ) from error
    columns = [column for column in frame.columns if column != "row"]
    texts = frame.select(_as_text(pl.col(column), frame.schema[column]) for column in columns)
    return RawTable(
        name,
        columns,
        texts.with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64)),
        no_rows(),
        frame.height,
    )


def _as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.List):
        return column.list.eval(pl.element().cast(pl.String)).list.join(BOX)
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S")
    if dtype.is_float():
        whole = (column == column.round(0)) & (column.abs() < 1e15)
        return (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
    if dtype.is_nested():
        return pl.lit(None, pl.String).alias(column.meta.output_name())
    return column.cast(pl.String, strict=False)
