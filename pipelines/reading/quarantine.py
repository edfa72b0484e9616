"""Rows that could not be used, each with its file, row, column, value, reason and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import polars_hash as plh

from pipelines.reading.versions import key_of
from pipelines.tables import Table

SHOWN = 200
"""Characters of a value that are shown."""

TOLD_AT_MOST = 2 * SHOWN
"""Characters of a reason, which may quote the file."""

SCHEMA: Mapping[str, pl.DataType] = {
    "source": pl.String(),
    "file": pl.String(),
    "row": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "advice": pl.String(),
    "table": pl.String(),
    "record": pl.String(),
    "line": pl.Int64(),
    "original": pl.String(),
    "quarantined_as": pl.String(),
}
"""`record` and `line` are null where they cannot be read. `original` is the row as written, a JSON object of headings,
null where its fields cannot be told apart; `quarantined_as` names it, for a file that gives it again, corrected."""

TOLD = ("row", "column", "value", "reason", "advice")


@dataclass(frozen=True)
class Check:
    """A reason for which a row is not used: `wrong` is true where it applies, null or false elsewhere.

    `column` is the one shown with its value as written.
    """

    column: str
    wrong: pl.Expr
    reason: str
    advice: str


def empty() -> pl.DataFrame:
    """Give a quarantine without rows."""
    return pl.DataFrame(schema=SCHEMA)


def bad_rows(rows: Iterable[Mapping[str, object]] = ()) -> pl.DataFrame:
    """Give bad records of one file: row, column, value, reason, advice."""
    listed = [{**dict.fromkeys(TOLD), **row} for row in rows]
    return pl.DataFrame(listed, schema={name: SCHEMA[name] for name in TOLD})


def whole(rows: pl.DataFrame) -> pl.DataFrame:
    """Complete bad records that have source, file and table: columns they lack are null, and each gets its name."""
    lacking = [pl.lit(None, dtype).alias(name) for name, dtype in SCHEMA.items() if name not in rows.columns]
    named = plh.concat_str(
        ["source", "file", pl.col("row").cast(pl.String), pl.coalesce("original", "value", pl.lit(""))],
        separator="\x1f",
        ignore_nulls=True,
    )
    every = rows.with_columns(lacking).with_columns(quarantined_as=named.chash.blake3().str.slice(0, 16))
    one_line = pl.col("reason", "advice").str.replace_all(r"\s+", " ").str.slice(0, TOLD_AT_MOST)
    every = every.with_columns(pl.col("value").str.slice(0, SHOWN), one_line)
    return every.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())


def key() -> pl.Expr:
    """Name the record of a bad row as that of a good one is named; null where it cannot be read."""
    return pl.when(pl.col("record").is_not_null()).then(key_of(pl.col("source"), pl.col("record"), pl.col("line")))


def divide(frame: pl.DataFrame, texts: pl.DataFrame, checks: Sequence[Check]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows that pass every check from those that fail one, which carry the first reason.

    `texts` is the same rows as written, in the same order.
    """
    if not checks or frame.is_empty():
        return frame, bad_rows()
    found = frame.select(check.wrong.any().alias(f"{number}") for number, check in enumerate(checks)).row(0)
    checks = [check for check, wrong in zip(checks, found, strict=True) if wrong]
    if not checks:
        return frame, bad_rows()
    first = pl.coalesce(
        pl.when(check.wrong.fill_null(value=False)).then(pl.lit(number, pl.Int32))
        for number, check in enumerate(checks)
    )
    failed = frame.select(first.alias("check")).to_series()
    good = frame.filter(failed.is_null())
    if good.height == frame.height:
        return good, bad_rows()
    spoiled = texts.with_columns(check=failed).filter(failed.is_not_null())
    return good, pl.concat([_told(part, checks[number]) for (number,), part in _by_check(spoiled)]).sort("row")


def _by_check(spoiled: pl.DataFrame) -> list[tuple[tuple[int], pl.DataFrame]]:
    parts = spoiled.partition_by("check", as_dict=True)
    return [((int(str(key[0])),), part) for key, part in parts.items()]


def _told(part: pl.DataFrame, check: Check) -> pl.DataFrame:
    shown = pl.col(check.column).str.slice(0, SHOWN) if check.column in part.columns else pl.lit(None, pl.String)
    return part.select(
        "row",
        pl.lit(check.column).alias("column"),
        shown.alias("value"),
        pl.lit(check.reason).alias("reason"),
        pl.lit(check.advice).alias("advice"),
    )


def sound(table: Table, columns: Iterable[str]) -> list[Check]:
    """List what must hold for the rows of a table, as far as the file has the columns."""
    has = set(columns)
    checks = [*_required(table), *_ranges(table, has), *_order(has), *_of_table(table.name, has)]
    return [check for check in checks if check.column in has]


def _required(table: Table) -> list[Check]:
    return [
        Check(column.name, pl.col(column.name).is_null(), "is required and empty", "fill it in, or leave the row out")
        for column in table.columns
        if column.required
    ]


def _ranges(table: Table, has: set[str]) -> list[Check]:
    checks = [
        Check(column.name, pl.col(column.name) < 0, "is negative", "write what moved as a positive figure")
        for column in table.columns
        if column.kind == "number" and column.name in has and column.name != "revenue"
    ]
    shares = [name for name in ("share_min", "share_max") if name in has]
    checks += [
        Check(name, pl.col(name) > 100, "is more than 100 percent", "write percent, 0 to 100") for name in shares
    ]
    if len(shares) == 2:
        checks.append(
            Check(
                "share_min",
                pl.col("share_min") > pl.col("share_max"),
                "is more than share_max",
                "exchange or correct the two",
            )
        )
    return checks


PERIODS = (
    ("arrived_on", "shipped_on", "is before shipped_on"),
    ("until_on", "from_on", "is before from_on"),
    ("expires_on", "given_on", "is before given_on"),
    ("delisted_on", "published_on", "is before published_on"),
)
HAPPENED = ("ordered_on", "shipped_on", "arrived_on", "paid_on", "version_on", "counted_on", "given_on", "seen_on")


def _order(has: set[str]) -> list[Check]:
    ordered = [
        Check(late, pl.col(late) < pl.col(early), reason, "correct one of the two dates")
        for late, early, reason in PERIODS
        if {late, early} <= has
    ]
    plausible = pl.lit(1950), pl.lit(2150)
    return ordered + [
        Check(name, ~pl.col(name).dt.year().is_between(*plausible), "is no plausible day", "correct the year")
        for name in HAPPENED
        if name in has
    ]


def _of_table(name: str, has: set[str]) -> list[Check]:
    if name == "attestations":
        return [
            Check(
                "answer", ~pl.col("answer").is_in(["yes", "no", "refused"]), "is no answer", "write yes, no or refused"
            )
        ]
    needs = {
        "service": (("serial_number", "order_id"), "serial_number and order_id are both empty"),
        "listings": (("name", "addresses"), "name and addresses are both empty"),
    }
    checks = []
    if name in needs:
        wanted, reason = needs[name]
        checks.append(
            _one_of([each for each in wanted if each in has], "event" if name == "service" else "list", reason)
        )
    if name == "installations":
        checks.append(_unit_or_count(has))
    return checks


def _one_of(columns: Sequence[str], otherwise: str, reason: str) -> Check:
    lacking = pl.all_horizontal(pl.col(each).is_null() for each in columns) if columns else pl.lit(value=True)
    return Check(columns[0] if columns else otherwise, lacking, reason, "fill in one of them")


def _unit_or_count(has: set[str]) -> Check:
    serial = pl.col("serial_number").is_not_null() if "serial_number" in has else pl.lit(value=False)
    counted = (
        (pl.col("item").is_not_null() & pl.col("quantity").is_not_null())
        if {"item", "quantity"} <= has
        else pl.lit(value=False)
    )
    shown = "serial_number" if "serial_number" in has else "site"
    return Check(shown, ~(serial | counted), "neither serial_number nor item and quantity are given", "fill in either")
