"""Lines of goods read from transport documents: text by canonical column, typed and checked like any file's rows."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.normalize.countries import country_code
from pipelines.reading.quarantine import SHOWN, Check, bad_rows, divide, sound
from pipelines.tables import FILES, PARTY_PARTS, Column

LARGEST = 1e15
WRONG = {"date": "is no date", "number": "is no number", "country": "is no country we know", "list": "is no list"}
ADVICE = "ask the sender to correct it"
TABLE = FILES["shipments"]
MOST = 50_000
"""Rows held before they are given on."""

TO_ORDER = re.compile(r"^\W*to\s+(?:the\s+)?order\b", re.IGNORECASE)
NO_DAY = "the document says no day of departure: neither shipped nor planned"


@dataclass(frozen=True)
class Piece:
    """Some of a file's lines: usable rows, those that are not, and how many were read."""

    rows: pl.DataFrame
    quarantined: pl.DataFrame
    read: int


@dataclass
class GoodsLines:
    """Collects lines of goods and gives them on in pieces."""

    _rows: list[dict[str, str | int | None]] = field(default_factory=list)
    _bad: list[Mapping[str, object]] = field(default_factory=list)
    stands: dict[str, int] = field(default_factory=dict)
    """How many lines have a day that stands for another, by what stands for it."""

    def add(self, row: int, line: int, texts: Mapping[str, str | None], recorded_at: str | None) -> None:
        """Take one line of goods; its record is its id and line."""
        told = {name: text for name, text in texts.items() if text}
        self._rows.append({**_held(told), "row": row, "line": line, "recorded_at": recorded_at})

    def reject(self, row: int, column: str, value: str, reason: str, advice: str) -> None:
        """Put something that is no usable line into the quarantine."""
        told = {"row": row, "column": column, "value": value[:200], "reason": reason, "advice": advice}
        self._bad.append(told)

    def stand(self, what: str) -> None:
        """Count a line whose day of departure is stood for by another day."""
        self.stands[what] = self.stands.get(what, 0) + 1

    @property
    def full(self) -> bool:
        return len(self._rows) + len(self._bad) >= MOST

    def take(self) -> Piece:
        """Give the lines so far and forget them."""
        rows, bad = _typed(self._rows)
        told = pl.concat([bad_rows(self._bad), bad]).sort("row")
        piece = Piece(rows, told, len(self._rows) + len(self._bad))
        self._rows, self._bad = [], []
        return piece

    def pieces(self, last: bool) -> Iterator[Piece]:
        """Give what there is when it is much, or when it is the last."""
        if self.full or (last and (self._rows or self._bad)):
            yield self.take()


def _held(texts: dict[str, str]) -> dict[str, str]:
    """Read a bill made out to order as consigned to who is told of its arrival: nobody else is named."""
    if TO_ORDER.match(texts.get("consignee_name", "")) and texts.get("notify_party_name"):
        kept = {name: text for name, text in texts.items() if not name.startswith("consignee_")}
        told = {f"consignee_{part}": texts.get(f"notify_party_{part}", "") for part in PARTY_PARTS}
        return {**kept, **{name: text for name, text in told.items() if text}}
    return texts


def _typed(lines: list[dict[str, str | int | None]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    named = [column for column in TABLE.columns if column.required or any(column.name in line for line in lines)]
    read = [_read(line, named) for line in lines]
    bad = bad_rows(told for _, told in read if told)
    place: dict[str, pl.DataType] = {"row": pl.Int64(), "line": pl.Int64(), "recorded_at": pl.Datetime("us")}
    schema = {**place, **{each.name: each.dtype for each in named}}
    rows = pl.DataFrame([values for values, told in read if not told], schema=schema)
    lists = [each.name for each in named if each.kind == "list"]
    texts = rows.with_columns(pl.col(name).list.join(";") for name in lists).cast(pl.String)
    texts = texts.with_columns(rows["row"])
    good, unsound = divide(rows, texts, [_departure(), *sound(TABLE, [each.name for each in named])])
    return good, pl.concat([bad, unsound])


def _read(
    line: dict[str, str | int | None], named: Sequence[Column]
) -> tuple[dict[str, Any], dict[str, object] | None]:
    """Type the texts of one line, and tell the first that cannot be read."""
    values: dict[str, Any] = {"row": line["row"], "line": line["line"], "recorded_at": _moment(line.get("recorded_at"))}
    told: dict[str, object] | None = None
    for column in named:
        text = " ".join(str(line.get(column.name) or "").split())
        values[column.name] = _value(column, text) if text else None
        if text and values[column.name] is None and told is None:
            reason = WRONG.get(column.kind, f"is no {column.name.replace('_', ' ')}")
            told = {
                "row": line["row"],
                "column": column.name,
                "value": text[:SHOWN],
                "reason": reason,
                "advice": ADVICE,
            }
    return values, told


def _value(column: Column, text: str) -> Any:
    """Read one text, which documents write as the contract does once their codes are resolved; null when it is none."""
    if column.kind == "date":
        return _day(text)
    if column.kind == "number":
        return _number(text)
    if column.kind == "country":
        return country_code(text)
    if column.kind == "list":
        return [part.strip() for part in text.split(";") if part.strip()] or None
    if column.name == "hs_code":
        digits = re.sub(r"\D", "", text)
        return digits if len(digits) > 1 else None
    if column.name == "currency":
        return text.upper() if re.fullmatch(r"[A-Za-z]{3}", text) else None
    return text.lower() if column.name in ("kind", "mode", "unit") else text


def _moment(text: object) -> dt.datetime | None:
    """Read when a document was written; one that cannot be read counts as not stated."""
    try:
        read = dt.datetime.fromisoformat(str(text)) if text else None
        return read.astimezone(dt.UTC).replace(tzinfo=None) if read and read.tzinfo else read
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _number(text: str) -> float | None:
    number = float(text) if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)", text, re.ASCII) else math.inf
    return number if abs(number) <= LARGEST else None


def _departure() -> Check:
    advice = "ask for the document with its day of departure, or hand over the shipment with shipped_on"
    return Check("shipped_on", pl.col("shipped_on").is_null(), NO_DAY, advice)
