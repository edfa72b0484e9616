"""Count what files read together give for one table, so that every row read is accounted for."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines.reading import quarantine
from pipelines.reading.versions import with_provenance
from pipelines.source import Extract, SourceSetting

FIRST_DAY_OF: Mapping[str, str] = {
    "shipments": "shipped_on",
    "orders": "version_on",
    "payments": "paid_on",
    "service": "on",
    "stock": "counted_on",
    "installations": "seen_on",
    "attestations": "given_on",
}
"""Column that says when a row of a table happened; tables of standing facts have none."""


@dataclass
class Tally:
    """What is known of one table while files of one source are read together."""

    setting: SourceSetting
    table: str
    filed_on: Mapping[str, dt.date | None]
    read: int = 0
    extra: int = 0
    repeated: int = 0
    bad: list[pl.DataFrame] = field(default_factory=list)
    filled: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    unlicensed: bool = False
    days: list[dt.date] = field(default_factory=list)
    ahead: int = 0
    notes: list[str] = field(default_factory=list)
    corrects: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return sum(frame.height for frame in self.bad)

    def add(self, extract: Extract, as_of: dt.date) -> Iterator[pl.DataFrame]:
        """Count one piece; give its rows with their provenance."""
        first = next(iter(self.filed_on))
        for name, rows in _by_file(extract.quarantined, first):
            told = rows.with_columns(file=pl.lit(name), source=pl.lit(self.setting.id), table=pl.lit(self.table))
            self.bad.append(quarantine.whole(told))
        self.read += extract.read
        self.extra += extract.extra
        self.repeated += extract.repeated
        self.notes += extract.notes
        if "quarantined_as" in extract.rows.columns:
            self.corrects += extract.rows.get_column("quarantined_as").drop_nulls().to_list()
        if extract.rows.height:
            self._note(extract, as_of)
        for name, rows in _by_file(extract.rows, first):
            yield with_provenance(rows, self.table, self.setting.id, name, self.filed_on.get(name))

    def _note(self, extract: Extract, as_of: dt.date) -> None:
        rows = extract.rows
        there = rows.select(
            _has_value(name, rows.schema[name]).sum().alias(name)
            for name in sorted(extract.columns & set(rows.columns))
        )
        self.filled.update(dict.fromkeys(extract.columns, 0) | (there.row(0, named=True) if there.width else {}))
        self.rows += rows.height
        self.unlicensed |= "license" not in extract.columns
        day = FIRST_DAY_OF.get(self.table)
        if day and day in rows.columns:
            first, last, ahead = rows.select(
                pl.col(day).min().alias("first"), pl.col(day).max().alias("last"), (pl.col(day) > as_of).sum()
            ).row(0)
            self.days += [each for each in (first, last) if each]
            self.ahead += int(ahead or 0)

    def told(self, corrections: int, as_of: dt.date) -> tuple[str, ...]:
        """What a reader should know of the files."""
        notes = [*dict.fromkeys(self.notes)]
        if corrections:
            notes.append(
                f"{corrections:,} records have several versions; the one recorded last counts "
                "(lines of one movement need a `line` column)"
            )
        if self.ahead:
            notes.append(f"{self.ahead:,} rows have a {FIRST_DAY_OF[self.table]} after {as_of}")
        return tuple(notes)


def _by_file(frame: pl.DataFrame, otherwise: str) -> list[tuple[str, pl.DataFrame]]:
    if "file" not in frame.columns:
        return [(otherwise, frame)] if frame.height else []
    return [
        (str(name), rows) for (name,), rows in frame.partition_by("file", as_dict=True, maintain_order=True).items()
    ]


def _has_value(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    return (column.list.len() > 0).fill_null(value=False) if isinstance(dtype, pl.List) else column.is_not_null()
