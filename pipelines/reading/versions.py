"""Which rows are the same record, which of its versions wins, and what tells one content from another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import polars as pl
import polars_hash as plh

from pipelines.tables import FILES

KEYS: Mapping[str, tuple[str, ...]] = {
    "orders": ("id", "version_on"),
    "licenses": ("number",),
    "authorized_distributors": ("party_name", "party_id", "territory", "from_on"),
    "service": ("serial_number", "order_id", "event", "on"),
    "ownership": ("owner_name", "owner_id", "owned_name", "owned_id", "interest", "from_on"),
    "officers": ("party_name", "party_id", "person_name", "person_id", "role", "from_on"),
    "tenancies": ("site", "tenant_name", "tenant_id", "from_on"),
    "installations": ("serial_number", "item", "site", "seen_on", "seen_by"),
    "stock": ("party_name", "party_id", "item", "counted_on"),
    "attestations": ("party_name", "party_id", "question", "given_on"),
    "listings": ("list", "name", "kind", "country", "addresses"),
}
"""What identifies a row of a table whose `id` column does not, or that has none: the content of these columns.

The rest of such a row (shares, last days, dates of a listing) may be corrected by a later file.
"""

PROVENANCE: Mapping[str, pl.DataType] = {
    "source": pl.String(),
    "record": pl.String(),
    "line": pl.Int64(),
    "file": pl.String(),
    "row": pl.Int64(),
    "recorded_on": pl.Date(),
    "recorded_at": pl.Datetime("us"),
    "content": pl.String(),
    "key": pl.Int64(),
    "version": pl.Int64(),
}
"""Where a row comes from. `recorded_on` is the day of `recorded_at`, else the file's own date, else null.

`key` stands for source, record and line, `version` for the content: 64 bits each, the same on every machine.
"""

RECORD = ("source", "record", "line")
VERSION = ("key", "version")
IS, NEXT = "\x1f", "\x1e"
"""Stand between a column's name and its value, and between two columns, in the text whose hash is the content."""

RECORDED = ("recorded_on", "recorded_at")


def record_schema(table: str) -> dict[str, pl.DataType]:
    """Columns of the records of a contract table: those of the file, then provenance."""
    return {**FILES[table].schema, **PROVENANCE}


def no_records(table: str) -> pl.DataFrame:
    """Give the records of a table nobody supplied."""
    return pl.DataFrame(schema=record_schema(table))


def with_provenance(rows: pl.DataFrame, table: str, source: str, file: str, filed_on: dt.date | None) -> pl.DataFrame:
    """Give canonical rows their provenance; columns of the table they lack stay away.

    `rows` has `row` and may have `record`, `line` and `recorded_at`; `filed_on` is the file's own date.
    """
    missing = {"line": pl.lit(1, pl.Int64), "recorded_at": pl.lit(None, pl.Datetime("us"))}
    missing["record"] = record_of(rows, table)
    rows = rows.with_columns(expr.alias(name) for name, expr in missing.items() if name not in rows.columns)
    rows = rows.with_columns(
        source=pl.lit(source),
        file=pl.lit(file),
        content=_content(rows, table),
        line=pl.col("line").fill_null(1),
        recorded_on=pl.coalesce(pl.col("recorded_at").dt.date(), pl.lit(filed_on, pl.Date())),
    ).with_columns(
        key=key_of(pl.col("source"), pl.col("record"), pl.col("line")),
        version=_short(pl.col("content")),
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in record_schema(table).items() if name in rows.columns)


def key_of(source: pl.Expr, record: pl.Expr, line: pl.Expr) -> pl.Expr:
    """Name a record of a source by 64 bits."""
    return _short(source, record.fill_null(""), line.fill_null(1).cast(pl.String))


def _short(*parts: pl.Expr) -> pl.Expr:
    """Name texts by 64 bits; a pair of them tells two versions apart beyond any accident."""
    text = plh.concat_str(list(parts), separator="\x1f")
    return text.nchash.xxh3_64().reinterpret(signed=True)


def record_of(rows: pl.DataFrame, table: str) -> pl.Expr:
    """Name the record a row is of: its id, or what identifies a row of this table; null where that is missing."""
    columns = KEYS.get(table, ("id",))
    if len(columns) == 1:
        return pl.col(columns[0]) if columns[0] in rows.columns else pl.lit(None, pl.String)
    parts = [
        _as_text(rows, name).fill_null("").str.to_lowercase() if name in rows.columns else pl.lit("")
        for name in columns
    ]
    return pl.concat_str(parts, separator=" | ").str.strip_chars_end(" |")


def _as_text(rows: pl.DataFrame, name: str) -> pl.Expr:
    dtype = rows.schema[name]
    return pl.col(name).list.join(";") if isinstance(dtype, pl.List) else pl.col(name).cast(pl.String)


def _content(rows: pl.DataFrame, table: str) -> pl.Expr:
    """Hash the values of each row; a column that is null and one that is not there are the same.

    Stored hashes must agree with those of any later version, so polars' own hash does not serve.
    """
    columns = sorted(name for name in FILES[table].schema if name in rows.columns)
    return _spelled(rows, columns).chash.blake3().str.slice(0, 24)  # type: ignore[attr-defined, no-any-return]


def _spelled(rows: pl.DataFrame, columns: Sequence[str]) -> pl.Expr:
    """Spell `name value` of every column that is not null, with a separator between two of them.

    A column without nulls before which no separator stands lets every other one have its own: before it, or behind.
    """
    whole = next((name for name in columns if rows[name].null_count() == 0), None)
    if whole is None:
        pairs = [pl.concat_str(pl.lit(f"{name}{IS}"), _as_text(rows, name)) for name in columns]
        return plh.concat_str(pairs or [pl.lit("")], separator=NEXT, ignore_nulls=True)
    form, values = "", []
    for name in columns:
        before, after = ("", NEXT) if name < whole else (NEXT, "") if name > whole else ("", "")
        nulls, pair = rows[name].null_count(), f"{before}{name}{IS}{{}}{after}"
        if nulls and nulls == rows.height:
            continue
        form += "{}" if nulls else pair
        values.append(pl.format(pair, _as_text(rows, name)).fill_null("") if nulls else _as_text(rows, name))
    return pl.format(form, *values)


def winners(records: pl.DataFrame) -> pl.DataFrame:
    """Keep the winning version of each record: recorded last, else the greater content hash.

    The answer does not depend on the order of the rows; it is sorted by record.
    """
    return _last(records, RECORD).sort(RECORD)


def _last(records: pl.DataFrame, by: Iterable[str]) -> pl.DataFrame:
    columns = list(by)
    if records.is_empty() or not records.select(pl.struct(columns).is_duplicated().any()).item():
        return records
    order = [name for name in (*RECORDED, "content") if name in records.columns]
    ties = [name for name in ("file", "row") if name in records.columns]
    ranked = records.sort([*order, *ties], descending=[False] * len(order) + [True] * len(ties), nulls_last=False)
    return ranked.unique(subset=columns, keep="last", maintain_order=True).sort(ties or columns)
