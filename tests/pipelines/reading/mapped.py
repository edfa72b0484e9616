"""Read a small file through a mapping."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.reading.mapping import checked
from pipelines.reading.raw import open_raw
from pipelines.sources.records import read_records

NAMES = 'shipper_name = "FROM"\nconsignee_name = "TO"\nitem = "GOODS"\n'


@dataclass
class Mapped:
    """What a file gave; every record is accounted for."""

    rows: pl.DataFrame
    quarantined: pl.DataFrame
    read: int
    extra: int
    notes: tuple[str, ...]

    def one(self, *columns: str) -> tuple[object, ...]:
        """The values of the only row."""
        assert self.rows.height == 1, self.quarantined.rows()
        return self.rows.select(columns).row(0)


def mapped(folder: Path, text: str, mapping: str, name: str = "x.csv") -> Mapped:
    """Read a text through a mapping of shipments."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    declared = checked(tomllib.loads(mapping), "m.toml", "shipments")
    found = list(read_records(open_raw(path), "shipments", declared))
    made = Mapped(
        pl.concat([each.rows for each in found], how="diagonal"),
        pl.concat([each.quarantined for each in found]),
        sum(each.read for each in found),
        sum(each.extra for each in found),
        tuple(note for each in found for note in each.notes),
    )
    assert made.read + made.extra == made.rows.height + made.quarantined.height
    return made


def shipment(folder: Path, columns: str, cells: str, mapping: str) -> Mapped:
    """Read one or more shipments whose names and goods need no attention; `cells` are lines of the further columns."""
    lines = [f"S{number},Alder,Harbor,H100,{line}" for number, line in enumerate(cells.splitlines(), start=1)]
    said = mapping if "[columns]" in mapping else f"[columns]\n{mapping}"
    said = said.replace("[columns]\n", f'[columns]\nid = "NO"\n{NAMES}', 1)
    return mapped(folder, "\n".join([f"NO,FROM,TO,GOODS,{columns}", *lines]), said)
