"""JSON records as a table of text: nested keys joined by underscores, lists by semicolons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from pipelines.reading.raw_table import RawTable, bad_record, no_rows

BOX = ";"
RECORDS = 50_000
"""Records of one piece."""

VALUES = 10_000_000
"""Values of one piece, with those of keys that other records have."""

WIDEST = 2_000
"""Different keys the records of a file may have."""

ADVICE = "write one JSON object per line"


def json_pieces(objects: Iterable[Any], name: str) -> Iterator[RawTable]:
    """Read records as tables, piece by piece; each has the columns of those before it too."""
    piece = _Piece(name)
    some = False
    for number, each in enumerate(objects, start=1):
        piece.add(number, each)
        if piece.full:
            yield piece.table()
            some = True
            piece = _Piece(name, piece.columns)
    if piece.read or not some:
        yield piece.table()


class _Piece:
    """Records that become one table."""

    def __init__(self, name: str, columns: dict[str, None] | None = None) -> None:
        self.name = name
        self.columns = columns or {}
        self._rows: list[dict[str, str | None]] = []
        self._numbers: list[int] = []
        self._bad: list[dict[str, object]] = []

    @property
    def read(self) -> int:
        return len(self._rows) + len(self._bad)

    @property
    def full(self) -> bool:
        return self.read >= RECORDS or len(self._rows) * len(self.columns) > VALUES

    def add(self, number: int, each: Any) -> None:
        """Take a record, or note what is wrong with it."""
        if not isinstance(each, Mapping):
            reason = str(each) if isinstance(each, ValueError) else "the record is no JSON object"
            self._bad.append(bad_record(number, str(each)[:200], reason, ADVICE))
            return
        try:
            flat = _flat(each)
        except (RecursionError, ValueError) as error:
            shown = f"a record with the keys {', '.join(map(str, each))}"[:200]
            self._bad.append(bad_record(number, shown, f"it is nested or sized beyond reason ({error})", ADVICE))
            return
        new = [key for key in flat if key not in self.columns]
        if len(new) + len(self.columns) > WIDEST:
            reason = f"the file has more than {WIDEST:,} different keys"
            self._bad.append(bad_record(number, f"key {new[0]}"[:200], reason, "write values, not keys"))
            return
        self.columns.update(dict.fromkeys(new))
        self._rows.append(flat)
        self._numbers.append(number)

    def table(self) -> RawTable:
        """Make a table of what was taken."""
        columns = list(self.columns)
        frame = pl.DataFrame(
            {key: [row.get(key) for row in self._rows] for key in columns}, schema=dict.fromkeys(columns, pl.String)
        ).with_columns(pl.Series("row", self._numbers, dtype=pl.Int64))
        return RawTable(self.name, columns, frame, pl.DataFrame(self._bad, schema=no_rows().schema), self.read)


def _flat(record: Mapping[str, Any], stem: str = "") -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, Mapping) and not stem:
            flat |= _flat(value, f"{key}_")
        else:
            flat[stem + ("row_" if key == "row" and not stem else key)] = _shown(value)
    return flat


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return BOX.join(str(_shown(each)).replace(BOX, ",") for each in value if each is not None)
    return json.dumps(value) if isinstance(value, Mapping) else str(value)
