"""What was read, as people read it on a terminal."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from monitor.terminal import put, put_lines, put_table
from monitor.words import plural

if TYPE_CHECKING:
    from monitor.corrections import Exported
    from monitor.run import Pass
    from pipelines.ingest import Ingested

COUNTS = ("source", "read", "accepted", "duplicate", "quarantined")
MOST = 20
"""Quarantined rows shown after a pass."""

ALIKE = 5
"""Quarantined rows of one file, column and reason shown after a pass."""


def quarantine_lines(rows: pl.DataFrame) -> list[str]:
    """Say one line per row that could not be used: file, row, column, value, reason, what to do."""
    return [_line(row) for row in rows.to_dicts()]


def _in_short(rows: pl.DataFrame) -> list[str]:
    """The same for a page: of rows of one file, column and reason the first few, and at most so many."""
    alike = ["file", "column", "reason"]
    first = rows.filter(pl.int_range(pl.len()).over(alike) < ALIKE).head(MOST)
    left = rows.height - first.height
    told = quarantine_lines(first)
    return (
        [*told, f"… and {left:,} rows more, most of them alike; `entrepot sources quarantine` lists all"]
        if left
        else told
    )


def _line(row: Mapping[str, Any]) -> str:
    column = f", column {row['column']}" if row["column"] else ""
    value = f" {_quoted(row['value'])}" if row["value"] is not None else ""
    return f"{row['file']}, row {row['row']}{column}:{value} {row['reason']}; {row['advice']}"


def _quoted(value: str) -> str:
    return f"“{value[:77]}…”" if len(value) > 80 else f"“{value}”"


def exported_lines(written: Iterable[Exported], declared: Container[str], inbox: object) -> list[str]:
    """Say which files of quarantined rows were written, and where to put those that can be corrected."""
    return [
        f"wrote {plural(each.rows, 'row')} to {each.path}"
        + ("" if each.source is None else f"; correct it and put it {_place(each.source, declared, inbox)}")
        for each in written
    ] or ["nothing is in quarantine"]


def _place(source: str, declared: Container[str], inbox: object) -> str:
    return f"beside the files of source {source}" if source in declared else f"into {inbox}"


def show_reading(ingested: Ingested, rows: Sequence[Mapping[str, Any]], inbox: object) -> None:
    """Print what one reading gave, and what could not be used."""
    _show_counts("Read", rows, inbox)
    put_lines(_troubles(ingested.failed, ingested.not_understood, ingested.quarantine))
    put_lines(note for report in ingested.reports for note in report.told)


def show_pass(done: Pass, rows: Sequence[Mapping[str, Any]], inbox: object) -> None:
    """Print what one pass read, could not use, and raised."""
    _show_counts(f"Run {done.run}", rows, inbox)
    put_lines(_troubles(done.failures, done.not_understood, done.quarantine))
    put_lines((*done.notes, *done.counts, done.sentence))


def show_status(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print per source what was last read and how old it is."""
    corrected = ("corrected",) if any(row.get("corrected") for row in rows) else ()
    columns = (*_columns(rows), *corrected, "last_read_at", "age_hours", "next_due_at")
    put_table("Sources", rows, columns, "nothing was read yet; put files into the inbox and type: entrepot run")
    put_lines(f"failed: {row['failed']}" for row in rows if row["failed"])


def _show_counts(title: str, rows: Sequence[Mapping[str, Any]], inbox: object) -> None:
    put_table(title, rows, _columns(rows), f"no rows to read in {inbox}")
    total = {name: sum(row[name] for row in rows) for name in COUNTS[1:]}
    if len(rows) > 1:
        put(
            f"{plural(total['read'], 'row')} read: {total['accepted']:,} accepted, {total['duplicate']:,} duplicate, "
            f"{total['quarantined']:,} quarantined"
        )


def _columns(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Name the table only where it is not the source's name."""
    told = any(row["table"] not in ("", row["source"]) for row in rows)
    return (COUNTS[0], "table", *COUNTS[1:]) if told else COUNTS


def _troubles(failed: Iterable[str], not_understood: Iterable[str], quarantine: pl.DataFrame) -> list[str]:
    return [
        *(f"failed: {line}" for line in failed),
        *(f"left out: {line}" for line in not_understood),
        *_in_short(quarantine),
    ]
