"""The user's own files: canonical headings, or as a mapping says; piece by piece, every record accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.errors import InputError, SourceFailed
from pipelines.normalize.dates import moment
from pipelines.normalize.looked import Looked, looked
from pipelines.normalize.numbers import Evidence, Sign
from pipelines.normalize.values import Parsed, Style, day_column, evidence_of, number_column, parse
from pipelines.reading.ahead import ahead
from pipelines.reading.exported import BESIDE, CORRECTS, unguarded
from pipelines.reading.mapping import ColumnMapping, nearest, not_used, some
from pipelines.reading.mapping.canonical import canonical
from pipelines.reading.mapping.canonical import parsed as mapped
from pipelines.reading.mapping.lines import Lines, lines
from pipelines.reading.mapping.lines import notes as mapped_notes
from pipelines.reading.quarantine import Check, bad_rows, divide, sound
from pipelines.reading.raw import RawFile, spelled
from pipelines.reading.raw_table import RawTable
from pipelines.reading.versions import record_of
from pipelines.source import Extract
from pipelines.tables import FILES, Column, Table

REPEATED = re.compile(r" \(\d+\)$")
WHOLE = r"^\d{1,9}(?:\.0+)?$"
UTC_OFFSET = r"(?:[zZ]|[+-]\d{2}:?\d{2})$"
OWN = ("row", "^[=#].*$")
OWN_COLUMNS = (Column("line", "int", ""), Column("recorded_at", "datetime", ""), Column(CORRECTS, "text", ""))
"""Columns every file may have beside those of its table; the last one a corrected file, as it was exported."""


def read_records(file: RawFile, table: str, mapping: ColumnMapping | None = None) -> Iterator[Extract]:
    """Read one file for one table, piece by piece: canonical headings in any order and case, or as a mapping says.

    Raises
    ------
    InputError
        A required column is missing, a heading stands twice, the mapping does not fit.
    SourceFailed
        No table can be made of the file, or a later piece shows that numbers of an earlier one were misread.
    """
    reading = _Reading(file, FILES[table], mapping)
    for raw in ahead(lines(file, mapping) if mapping else map(unguarded, file.batches())):
        yield reading.extract(raw)


@dataclass
class _Reading:
    """What is known of a file while its pieces are read: which columns it has, and how it writes decimals."""

    file: RawFile
    of: Table
    mapping: ColumnMapping | None
    seen: list[str] = field(default_factory=list)
    signs: Evidence = field(default_factory=Evidence)
    judged: Sign | None = None

    def extract(self, raw: RawTable) -> Extract:
        """Read one piece."""
        all_rows, notes = self._canonical(raw)
        look = all_rows.full(OWN)
        texts, full = all_rows.texts, look.texts
        style, told = self._style(look)
        rows, quarantined = self._typed(look, style)
        quarantined = _one_per_record(quarantined)
        kept = rows
        if quarantined.height:
            kept = rows.join(quarantined.select("row"), on="row", how="anti", maintain_order="left")
        bad = pl.concat([raw.bad.select(bad_rows().columns), quarantined]).sort("row")
        bad = _with_originals(bad, raw, full, self.of)
        blank = texts["row"].n_unique() - full["row"].n_unique() if full.height < texts.height else 0
        return Extract(
            self.of.name,
            kept,
            bad,
            raw.read - blank,
            notes=(*notes, *told),
            columns=frozenset(kept.columns) & frozenset(self.of.schema),
            extra=kept.height - kept["row"].n_unique(),
        )

    def _canonical(self, raw: RawTable) -> tuple[Looked, list[str]]:
        """Give the canonical texts of a piece; columns of an earlier one that it lacks are empty."""
        first = not self.seen
        texts, notes = (canonical(raw, self.mapping), []) if self.mapping else _named(raw, self.of)
        if first:
            _require(self.of, raw, texts.columns, self.mapping)
            if not (self.file.is_parquet or self.file.encoding == "UTF-8"):
                notes.append(f"{self.file.name}: read as {self.file.encoding}")
            notes += mapped_notes(raw, self.mapping) if self.mapping else []
        lacking = [name for name in self.seen if name not in texts.columns]
        texts = texts.with_columns(pl.lit(None, pl.String).alias(name) for name in lacking)
        self.seen = [name for name in texts.columns if name != "row"]
        kinds = {each.name: each.kind for each in self.of.columns if each.kind in ("date", "number")}
        names = [name for name in self.seen if not name.startswith("#")]
        return looked(texts, names, {} if self.mapping else kinds), notes

    def _style(self, look: Looked) -> tuple[Style, list[str]]:
        """Settle the decimal sign for this piece: one for the whole file, as soon as it was needed."""
        style = self.mapping.style if self.mapping else Style()
        if style.decimal_comma is not None:
            return style, []
        names = self.mapping.shown_numbers if self.mapping else [c.name for c in self.of.columns if c.kind == "number"]
        now = evidence_of(look.texts, [name for name in names if name in look.texts.columns], look.values)
        self.signs += now
        sign = self.signs.sign
        if self.judged is not None and sign != self.judged:
            sign = self._settled(sign, self.judged)
        notes = [] if sign != "comma" or self.judged else [f"{self.file.name}: numbers read with a decimal comma"]
        if self.judged or now.pointed or now.commaed or now.hints:
            self.judged = sign
        return replace(style, shown=sign), notes

    def _settled(self, sign: Sign, judged: Sign) -> Sign:
        """Keep the sign by which values that could be read two ways were read; refuse a file that belies it."""
        if sign in ("comma", "either") or judged in ("comma", "either"):
            raise SourceFailed(
                f"{self.file.name}: numbers are written with decimal points and with decimal commas, and some could be"
                " either; declare decimal_comma in a mapping, or split the file"
            )
        return judged

    def _typed(self, look: Looked, style: Style) -> tuple[pl.DataFrame, pl.DataFrame]:
        texts = look.texts
        columns = [each for each in (*self.of.columns, *OWN_COLUMNS) if each.name in texts.columns]
        read = {each.name: self._parsed(each, look, style) for each in columns}
        typed = texts.select("row", *(parsed.value.alias(name) for name, parsed in read.items()))
        checks: list[Check] = []
        marks: list[pl.Series] = []
        for name, parsed in read.items():
            unread = texts[name].is_not_null() & typed[name].is_null()
            if unread.any():
                checks += _checks(name, parsed)
                marks += [unread.alias(f"!{name}"), *_doubts(texts, name, parsed, unread)]
        good, bad = divide(typed.with_columns(marks), texts, [*checks, *sound(self.of, texts.columns)])
        return good.select(typed.columns), bad

    def _parsed(self, column: Column, look: Looked, style: Style) -> Parsed:
        """How a column is read."""
        texts, values = look.texts, look.values.get(column.name)
        if values is not None and column.kind == "date":
            return day_column(pl.lit(values), pl.col(column.name), ())
        if values is not None and style.sign in ("point", "unknown"):
            return number_column(pl.lit(values), pl.col(column.name))
        if column.name == "line" and column.kind == "int":
            text = pl.col("line")
            value = pl.when(text.str.contains(WHOLE)).then(text.cast(pl.Float64, strict=False).cast(pl.Int64))
            return Parsed(value, "is no line number", "write 1, 2, 3 …")
        if column.kind == "datetime":
            return Parsed(_moment(pl.col(column.name)), "is no time", "write it as 2024-05-31T14:00:00Z")
        declared = mapped(column, self.mapping, style, texts.columns) if self.mapping else None
        return declared or parse(column, look.of(column.name), style, texts.columns)


def _checks(name: str, parsed: Parsed) -> list[Check]:
    doubts = [Check(name, pl.col(f"?{name}"), parsed.reason, parsed.doubtful[1])] if parsed.doubtful else []
    return [*doubts, Check(name, pl.col(f"!{name}"), parsed.reason, parsed.advice)]


def _doubts(texts: pl.DataFrame, name: str, parsed: Parsed, unread: pl.Series) -> list[pl.Series]:
    """Mark the unread texts that could be read in two ways."""
    if parsed.doubtful is None:
        return []
    return [(texts.select(parsed.doubtful[0].alias(f"?{name}")).to_series() & unread).alias(f"?{name}")]


def _one_per_record(bad: pl.DataFrame) -> pl.DataFrame:
    return bad.unique("row", keep="first", maintain_order=True)


def _with_originals(bad: pl.DataFrame, raw: RawTable, texts: pl.DataFrame, of: Table) -> pl.DataFrame:
    """Add to bad rows which record each is, where that can be read, and the row as written where it is one line."""
    if bad.is_empty():
        return bad
    whole = raw.whole if isinstance(raw, Lines) else raw.frame
    written = whole.filter(pl.col("row").is_in(bad["row"].implode())).filter(pl.len().over("row") == 1)
    original = pl.struct(pl.exclude("row")).struct.json_encode()
    mine = texts.filter(pl.col("row").is_in(bad["row"].implode())).unique("row", keep="first")
    line = pl.col("line").cast(pl.Int64, strict=False) if "line" in mine.columns else pl.lit(None, pl.Int64)
    named = mine.select("row", record=record_of(mine, of.name), line=line)
    told = bad.join(written.select("row", original=original), on="row", how="left", maintain_order="left")
    return told.join(named, on="row", how="left", maintain_order="left")


def _named(raw: RawTable, of: Table) -> tuple[pl.DataFrame, list[str]]:
    """Give the columns that are spelled as the contract spells them, and say which are not used."""
    known = {*of.schema, *(column.name for column in OWN_COLUMNS)}
    found: dict[str, str] = {}
    for heading in raw.headings:
        name = spelled(REPEATED.sub("", heading))
        if name in known and name in found:
            raise InputError(f"{raw.name}: column {name} stands twice ({found[name]!r} and {heading!r}); remove one")
        if name in known:
            found[name] = heading
    passed = BESIDE if CORRECTS in found else ()
    strange = [each.strip() for each in raw.headings if each not in found.values() and each not in passed]
    frame = raw.frame.select("row", *(pl.col(heading).alias(name) for name, heading in found.items()))
    return frame, not_used(raw.name, strange)


def _require(of: Table, raw: RawTable, columns: Sequence[str], mapping: ColumnMapping | None) -> None:
    missing = [column.name for column in of.columns if column.required and column.name not in columns]
    if missing:
        free = [heading for heading in raw.headings if spelled(heading) not in columns]
        hint = nearest(missing[0], free) or f"; its columns are {some(raw.headings)}"
        them = "them" if len(missing) > 1 else "it"
        what = f"add {them} to the mapping {mapping.name}" if mapping else f"add {them} or declare a mapping"
        raise InputError(
            f"{raw.name}: required column{'s' * (len(missing) > 1)} {', '.join(missing)} of {of.name} missing"
            f"{hint}; {what}"
        )


def _moment(text: pl.Expr) -> pl.Expr:
    stamp = text.str.replace(" ", "T", literal=True)
    day = stamp.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    plain = stamp.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    short = stamp.str.to_datetime("%Y-%m-%dT%H:%M", strict=False, time_unit="us")
    return (
        pl.when(stamp.str.contains(UTC_OFFSET) & stamp.str.contains("T"))
        .then(moment(text).dt.replace_time_zone(None))
        .otherwise(pl.coalesce(day, plain, short))
    )
