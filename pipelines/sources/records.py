"""The user's own canonical files: one column after another, as the contract of files says."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from pipelines.errors import InputError
from pipelines.normalize.values import Style, clean, parse, style_of
from pipelines.reading.delimited import RawTable
from pipelines.reading.mapping import EXTRA, ColumnMapping, nearest
from pipelines.reading.quarantine import Check, bad_rows, divide, sound
from pipelines.reading.raw import RawFile, spelled
from pipelines.source import Extract
from pipelines.tables import FILES, Column, Table

REPEATED = re.compile(r" \(\d+\)$")
WHOLE = r"^\d{1,9}(?:\.0+)?$"
UTC_OFFSET = r"(?:[zZ]|[+-]\d{2}:?\d{2})$"


def read_records(file: RawFile, table: str, mapping: ColumnMapping | None = None) -> Extract:
    """Read one file for one table: canonical headings in any order and case, or as a mapping says.

    Raises
    ------
    InputError
        A required column is missing, a heading stands twice, the mapping does not fit.
    SourceFailed
        No table can be made of the file.
    """
    of = FILES[table]
    raw = file.table()
    texts, notes = _canonical(raw, of, mapping)
    _require(of, raw, texts.columns)
    if not (file.is_parquet or file.encoding == "UTF-8"):
        notes.append(f"{file.name}: read as {file.encoding}")
    texts = texts.with_columns(clean(pl.col(name)) for name in texts.columns if name != "row")
    full = texts.filter(~pl.all_horizontal(pl.exclude("row").is_null()))
    numbers = [column.name for column in of.columns if column.kind == "number" and column.name in full.columns]
    style = style_of(full, numbers, mapping.style if mapping else Style())
    rows, quarantined = _typed(full, of, style)
    bad = raw.bad.select(bad_rows().columns)
    read = raw.read - (texts.height - full.height)
    return Extract(
        table,
        rows,
        pl.concat([bad, quarantined]).sort("row"),
        read,
        notes=tuple(notes),
        columns=frozenset(rows.columns) & frozenset(of.schema),
    )


def _canonical(raw: RawTable, of: Table, mapping: ColumnMapping | None) -> tuple[pl.DataFrame, list[str]]:
    if mapping:
        return mapping.apply(raw.frame, raw.name), []
    known = {*of.schema, *EXTRA}
    found: dict[str, str] = {}
    for heading in raw.headings:
        name = spelled(REPEATED.sub("", heading))
        if name in known and name in found:
            raise InputError(f"{raw.name}: column {name} stands twice ({found[name]!r} and {heading!r}); remove one")
        if name in known:
            found[name] = heading
    strange = [heading.strip() for heading in raw.headings if heading not in found.values()]
    notes = [f"{raw.name}: not used: column{'s' * (len(strange) > 1)} {_some(strange)}"] if strange else []
    return raw.frame.select("row", *(pl.col(heading).alias(name) for name, heading in found.items())), notes


def _some(names: Sequence[str], shown: int = 8) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(name[:60] for name in names[:shown]) + more


def _require(of: Table, raw: RawTable, columns: Sequence[str]) -> None:
    missing = [column.name for column in of.columns if column.required and column.name not in columns]
    if missing:
        free = [heading for heading in raw.headings if spelled(heading) not in columns]
        hint = nearest(missing[0], free) or f"; its columns are {_some(raw.headings)}"
        raise InputError(
            f"{raw.name}: required column{'s' * (len(missing) > 1)} {', '.join(missing)} of {of.name} missing"
            f"{hint}; add {'them' if len(missing) > 1 else 'it'} or declare a mapping"
        )


def _typed(texts: pl.DataFrame, of: Table, style: Style) -> tuple[pl.DataFrame, pl.DataFrame]:
    values: list[pl.Expr] = []
    checks: list[Check] = []
    for column in (*of.columns, Column("line", "int", ""), Column("recorded_at", "datetime", "")):
        if column.name in texts.columns:
            value, check = _column(column, texts, style)
            values += [
                value.alias(column.name),
                (pl.col(column.name).is_not_null() & value.is_null()).alias(f"!{column.name}"),
            ]
            checks.append(check)
    typed = texts.select("row", *values)
    good, bad = divide(typed, texts, [*checks, *sound(of, texts.columns)])
    return good.select(pl.exclude(r"^!.*$")), bad


def _column(column: Column, texts: pl.DataFrame, style: Style) -> tuple[pl.Expr, Check]:
    wrong = pl.col(f"!{column.name}")
    text = pl.col(column.name)
    if column.name == "line" and column.kind == "int":
        value = pl.when(text.str.contains(WHOLE)).then(text.cast(pl.Float64, strict=False).cast(pl.Int64))
        return value, Check("line", wrong, "is no line number", "write 1, 2, 3 …")
    if column.kind == "datetime":
        return _moment(text), Check(column.name, wrong, "is no time", "write it as 2024-05-31T14:00:00Z")
    parsed = parse(column, texts[column.name], style)
    return parsed.value, Check(column.name, wrong, parsed.reason, parsed.advice)


def _moment(text: pl.Expr) -> pl.Expr:
    stamp = text.str.replace(" ", "T", literal=True)
    day = stamp.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    plain = stamp.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    short = stamp.str.to_datetime("%Y-%m-%dT%H:%M", strict=False, time_unit="us")
    zoned = (
        stamp.str.replace("[zZ]$", "+00:00")
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", strict=False, time_unit="us", time_zone="UTC")
        .dt.replace_time_zone(None)
    )
    return (
        pl.when(stamp.str.contains(UTC_OFFSET) & stamp.str.contains("T"))
        .then(zoned)
        .otherwise(pl.coalesce(day, plain, short))
    )
