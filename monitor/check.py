"""Run the red flags over one picture of the world: who is named and why, who could not be judged, what did not run."""

from __future__ import annotations

import datetime as dt
import inspect
import math
import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from monitor.red_flag import RedFlag, Severity
from monitor.red_flags import FLAGS
from monitor.summary import country_name
from monitor.words import day
from pipelines import Tables
from pipelines.errors import InputError
from pipelines.tables import GRAPH

Settings = Mapping[str, Mapping[str, object]]

ROLES = frozenset(role for table in GRAPH.values() for role in table.roles)
"""Columns of evidence named like a role hold party ids and are written as names."""

COUNTRIES = frozenset(each.name for table in GRAPH.values() for each in table.columns if each.kind == "country")
"""Columns of evidence named like a country of the vocabulary hold codes and are written as names."""

FINDINGS: Mapping[str, pl.DataType] = {
    "flag": pl.String(), "family": pl.String(), "kind": pl.String(), "severity": pl.String(), "party": pl.String(),
    "shipment": pl.String(), "payment": pl.String(), "reason": pl.String(), "verify": pl.Boolean(),
    "inferred": pl.Boolean(), "shipments": pl.List(pl.String()), "payments": pl.List(pl.String()),
    "pieces": pl.Int64(),
}  # fmt: skip
"""One finding per flag and party: the worst piece of evidence in words, and the records of all of them."""

UNSURE: Mapping[str, pl.DataType] = {"flag": pl.String(), "party": pl.String(), "because": pl.String()}

OPTIONAL: Mapping[str, pl.DataType] = {
    "shipment": pl.String(), "payment": pl.String(), "delivery": pl.String(), "severity": pl.String(),
    "verify": pl.Boolean(), "inferred": pl.Boolean(),
}  # fmt: skip
"""What a piece of evidence may leave out."""

ENOUGH = 0.5
"""A flag about an absent value runs where a source fills the column for this share of its rows."""


@dataclass(frozen=True)
class Checked:
    """What the flags found; `not_evaluable` has `flag` and `because`."""

    findings: pl.DataFrame
    unsure: pl.DataFrame
    not_evaluable: list[dict[str, str]]


def check(tables: Tables, *, settings: Settings | None = None, flags: Sequence[RedFlag] = FLAGS) -> Checked:
    """Evaluate the flags together; `settings` gives parameters by flag id, defaults stand for the rest.

    Raises
    ------
    InputError
        Settings name a flag or a parameter that does not exist.
    """
    chosen = _parameters(settings or {}, flags)
    fills = tables.frame("fills")
    reasons = {flag.id: _not_evaluable(flag, tables, fills) for flag in flags}
    able = [flag for flag in flags if reasons[flag.id] is None]
    evidence = _collect([flag.find(tables, **chosen[flag.id]) for flag in able])
    asked = [flag for flag in able if flag.unsure is not None]
    untold = _collect([_unsure(flag, tables, chosen[flag.id]) for flag in asked])
    kept, seldom = _where_filled(able, evidence, tables, fills)
    return Checked(
        findings=_findings(able, kept, tables),
        unsure=_unsure_rows([*zip(asked, untold, strict=True), *seldom]),
        not_evaluable=[{"flag": flag, "because": because} for flag, because in reasons.items() if because],
    )


def _parameters(settings: Settings, flags: Sequence[RedFlag]) -> dict[str, dict[str, object]]:
    known = {flag.id: knobs(flag) for flag in flags}
    for flag, values in settings.items():
        if flag not in {each.id for each in FLAGS} | set(known):
            raise InputError(f"settings name red flag {flag!r}, which does not exist; see `entrepot flags list`")
        unknown = set(values) - set(known.get(flag, values))
        if unknown:
            named = ", ".join(sorted(unknown))
            raise InputError(f"red flag {flag!r} has no parameter {named}; it has {', '.join(known[flag]) or 'none'}")
    return {flag: dict(settings.get(flag, {})) for flag in known}


def knobs(flag: RedFlag) -> dict[str, object]:
    """List the parameters of a flag with their defaults; sequences as lists, as TOML has them."""
    parameters = inspect.signature(flag.find).parameters.values()
    defaults = {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in defaults.items()}


def _unsure(flag: RedFlag, tables: Tables, parameters: Mapping[str, object]) -> nw.LazyFrame[Any]:
    if flag.unsure is None:
        raise ValueError(f"{flag.id} has no unsure")
    taken = inspect.signature(flag.unsure).parameters
    return flag.unsure(tables, **{name: value for name, value in parameters.items() if name in taken})


def _collect(frames: Sequence[nw.LazyFrame[Any]]) -> list[pl.DataFrame]:
    return pl.collect_all([frame.to_native() for frame in frames])


def _not_evaluable(flag: RedFlag, tables: Tables, fills: pl.DataFrame) -> str | None:
    missing = [name for name in flag.needs if name not in tables.supplied]
    if missing:
        return f"no source supplies {', '.join(missing)}"
    empty = [column for column in flag.fills if not _sources_filling(column, fills)]
    return f"no source fills {', '.join(empty)} for half of its rows" if empty else None


def _sources_filling(column: str, fills: pl.DataFrame) -> set[str]:
    table, name = column.split(".")
    enough = (pl.col("table") == table) & (pl.col("column") == name) & (pl.col("share") >= ENOUGH)
    return set(fills.filter(enough)["source"])


def _where_filled(
    flags: Sequence[RedFlag], evidence: Sequence[pl.DataFrame], tables: Tables, fills: pl.DataFrame
) -> tuple[list[pl.DataFrame], list[tuple[RedFlag, pl.DataFrame]]]:
    """Split evidence about absent values: what rests on a source that fills the columns, and whom nobody can judge."""
    kept, seldom = [], []
    for flag, rows in zip(flags, evidence, strict=True):
        mine = rows
        for column in flag.fills:
            good = _records_of(tables, column.split(".")[0], _sources_filling(column, fills))
            key = "payment" if column.startswith("payments.") else "shipment"
            because = pl.lit(f"its source seldom fills {column}")
            seldom.append((flag, mine.filter(~pl.col(key).is_in(good)).select("party", because=because)))
            mine = mine.filter(pl.col(key).is_in(good))
        kept.append(mine)
    return kept, seldom


def _records_of(tables: Tables, table: str, sources: Collection[str]) -> list[str]:
    if table not in {"shipments", "payments"}:
        raise ValueError(f"fills can name columns of shipments and payments, not of {table}")
    rows = tables.polars(table)
    good = rows.filter(pl.col("source").is_in(list(sources)))
    if table == "shipments":
        told = good.select(pl.col("movement_rows").explode(empty_as_null=False, keep_nulls=False).alias("id"))
        good = pl.concat([good.select("id"), told])
    return good.select("id").unique().collect()["id"].to_list()


def _unsure_rows(rows: Sequence[tuple[RedFlag, pl.DataFrame]]) -> pl.DataFrame:
    frames = [frame.select(pl.lit(flag.id).alias("flag"), "party", "because") for flag, frame in rows]
    empty = pl.DataFrame(schema=dict(UNSURE))
    known = pl.concat([empty, *frames], how="vertical_relaxed").filter(pl.col("party").is_not_null())
    return known.unique().sort("flag", "party", "because")


def _findings(flags: Sequence[RedFlag], evidence: Sequence[pl.DataFrame], tables: Tables) -> pl.DataFrame:
    grouped = [(flag, _per_party(flag, rows)) for flag, rows in zip(flags, evidence, strict=True)]
    names = _names(tables, [rows for _, rows in grouped])
    frames = [_said(flag, rows, names) for flag, rows in grouped]
    ranks = {str(each): -each.rank for each in Severity}
    order = pl.col("severity").replace_strict(ranks, return_dtype=pl.Int8)
    return pl.concat([pl.DataFrame(schema=dict(FINDINGS)), *frames]).sort(order, "flag", "party")


def _per_party(flag: RedFlag, rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the worst piece of evidence of each party, with the records of all of them."""
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in OPTIONAL.items() if name not in rows.columns]
    pieces = _capped(rows.with_columns(missing).filter(pl.col("party").is_not_null()), flag)
    dated = ["on"] if "on" in rows.columns else []
    ranks = {str(each): -each.rank for each in Severity}
    rank = pl.col("severity").replace_strict(ranks, return_dtype=pl.Int8)
    worst_first = pieces.sort(rank, "inferred", *dated, "shipment", "payment", *_said_columns(flag, rows),
                              nulls_last=True)  # fmt: skip
    records = pl.concat_list("shipment", "delivery").list.explode(keep_nulls=False, empty_as_null=False)
    gathered = worst_first.group_by("party", maintain_order=True).agg(
        shipments=records.drop_nulls().unique().sort(),
        payments=pl.col("payment").drop_nulls().unique().sort(),
        pieces=pl.struct(*_said_columns(flag, rows), "severity").n_unique().cast(pl.Int64),
    )
    return worst_first.unique("party", keep="first", maintain_order=True).join(gathered, on="party")


def _said_columns(flag: RedFlag, rows: pl.DataFrame) -> list[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(flag.says) if name}
    return [name for name in rows.columns if name in named]


def _capped(pieces: pl.DataFrame, flag: RedFlag) -> pl.DataFrame:
    """Fill what a flag leaves out, and hold to the cap: nothing to be verified or only inferred is critical."""
    graded = pieces.with_columns(
        pl.col("severity").fill_null(str(flag.severity)), pl.col("verify", "inferred").fill_null(value=False)
    )
    doubtful = (pl.col("severity") == str(Severity.CRITICAL)) & (pl.col("verify") | pl.col("inferred"))
    return graded.with_columns(
        severity=pl.when(doubtful).then(pl.lit(str(Severity.HIGH))).otherwise(pl.col("severity"))
    )


def _names(tables: Tables, frames: Sequence[pl.DataFrame]) -> dict[str, str]:
    """Names of the parties the findings mention."""
    columns = [frame[name] for frame in frames for name in frame.columns if name in ROLES]
    wanted = {value for column in columns if column.dtype == pl.String for value in column.drop_nulls()}
    parties = tables.polars("parties").filter(pl.col("id").is_in(list(wanted))).select("id", "name").collect()
    return {party: name for party, name in parties.iter_rows() if name}


def _said(flag: RedFlag, rows: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    reasons = [_reason(flag, row, names) for row in rows.iter_rows(named=True)]
    said = rows.with_columns(
        pl.lit(flag.id).alias("flag"), pl.lit(flag.family).alias("family"), pl.lit(flag.kind).alias("kind"),
        pl.Series("reason", reasons, dtype=pl.String),
    )  # fmt: skip
    return said.select(pl.col(name).cast(dtype) for name, dtype in FINDINGS.items())


def _reason(flag: RedFlag, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    values = {name: _called(name, value, names) for name, value in row.items()}
    more = row["pieces"] - 1
    said = People().format(flag.says, **values)
    said = said.removesuffix(".") if said.endswith("..") else said
    return said + (f" (And {more:,} more.)" if more else "")


def _called(column: str, value: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    return names.get(value, value) if column in ROLES else country_name(value) if column in COUNTRIES else value


class People(string.Formatter):
    """Write values as people read them: 1 June 2024, 9,400,000, unknown."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return "unknown"
        return format(value, format_spec) if format_spec else _written(value)


def _written(value: object) -> str:
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, list | tuple):
        return "; ".join(_parts(value)) or "unknown"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _parts(values: Sequence[object]) -> Iterator[str]:
    return (_written(value) for value in values if value is not None)
