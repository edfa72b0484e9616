"""Quarantined rows as files that can be corrected in a spreadsheet and handed over again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.reading.exported import BESIDE, CORRECTS, guarded

LISTED = ("source", "file", "row", "column", "value", "reason", "advice", "table", "original", CORRECTS)
"""Columns of the listing of all rows; those of them that keep their layout have files of their own."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Exported:
    """A file that was written: of which source its rows are, none where it is no file to hand over again."""

    path: Path
    rows: int
    source: str | None = None


def export_quarantine(rows: pl.DataFrame, path: Path) -> list[Exported]:
    """Write rows of one layout as one file with their own headings; of several, all in a list and a file for each.

    The files for correction then lie in a folder named like the list; a path without `.csv` is that folder.
    """
    layouts, others = _layouts(rows.to_dicts())
    single = path.suffix.lower() == ".csv"
    if single and len(layouts) == 1 and not others:
        (((source, table, _), of_layout),) = layouts.items()
        return [_written(path, _correctable(of_layout), source)]
    folder = path.with_suffix("") if single else path
    if layouts or (others and not single):
        folder.mkdir(exist_ok=True)
    done = [_written(path if single else folder / "all_rows.csv", rows.select(LISTED))] if single or others else []
    for (source, table, _), of_layout in layouts.items():
        done.append(_written(_free(folder, source, table, done), _correctable(of_layout), source))
    return done


def _layouts(rows: Iterable[Row]) -> tuple[dict[tuple[str, str, tuple[str, ...]], list[Row]], list[Row]]:
    """Sort rows by source, table and headings; apart from those whose fields cannot be told apart."""
    layouts: dict[tuple[str, str, tuple[str, ...]], list[Row]] = {}
    others: list[Row] = []
    for row in _last_tried(rows):
        if row["fields"]:
            layouts.setdefault((row["source"], row["table"], tuple(row["fields"])), []).append(row)
        else:
            others.append(row)
    return layouts, others


def _last_tried(rows: Iterable[Row]) -> list[Row]:
    """Give each row its fields; a correction that was quarantined too stands for the row it was to correct."""
    told = [{**row, "fields": json.loads(row["original"]) if row["original"] else {}} for row in rows]
    tried = {name for row in told for name in (row["fields"].get(CORRECTS) or "").split()}
    return [_own(row) for row in told if row[CORRECTS] not in tried]


def _own(row: Row) -> Row:
    """Take from the fields of a row what an earlier export put beside them, and keep the names it had there."""
    fields = row["fields"]
    if CORRECTS not in fields:
        return row
    names = " ".join([row[CORRECTS], *(fields[CORRECTS] or "").split()])
    return {
        **row,
        "fields": {name: each for name, each in fields.items() if name not in (*BESIDE, CORRECTS)},
        CORRECTS: names,
    }


def _correctable(rows: Sequence[Row]) -> pl.DataFrame:
    """Give rows their own headings and values, and beside them why they were refused."""
    whole = []
    for row in rows:
        beside = {"reason": _reason(row), "advice": row["advice"], "file": f"{row['file']}, row {row['row']}"}
        free = {name: each for name, each in beside.items() if name not in row["fields"]}
        whole.append({**row["fields"], **free, CORRECTS: row[CORRECTS]})
    return pl.DataFrame(whole, schema=dict.fromkeys(whole[0], pl.String), strict=False)


def _reason(row: Row) -> str:
    column = f"{row['column']} " if row["column"] else ""
    value = f"'{row['value']}' " if row["value"] is not None else ""
    return f"{column}{value}{row['reason']}"


def _free(folder: Path, source: str, table: str, done: Sequence[Exported]) -> Path:
    """Name a file by its source and table, with a number from the second on."""
    name = source if source == table else f"{source}_{table}"
    taken = {each.path for each in done}
    names = (folder / f"{name}{number}.csv" for number in ("", *(f"_{each}" for each in range(2, len(done) + 3))))
    return next(each for each in names if each not in taken)


def _written(path: Path, rows: pl.DataFrame, source: str | None = None) -> Exported:
    """Write a file; a mark of its encoding goes before text that a spreadsheet would else misread."""
    text = guarded(rows).write_csv()
    path.write_text(text, encoding="utf-8" if text.isascii() else "utf-8-sig", newline="")
    return Exported(path, rows.height, source)
