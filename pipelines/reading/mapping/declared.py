"""Declared mappings: a foreign layout to canonical columns.

table = "shipments"
date_format = "%d/%m/%Y"          # of every date column; ISO 8601 when left out
decimal_comma = true              # 1.234,5; false: 1,234.5
[columns]
shipped_on = "Date of departure"  # canonical column = heading of the file
[constants]
origin_country = "KR"
[values.kind]
"EXP" = "export"                  # what the file writes = what we write
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from pipelines.errors import InputError
from pipelines.normalize.values import Style
from pipelines.tables import FILES

EXTRA = ("line", "recorded_at")
"""Columns every file may have beside those of its table."""

_KEYS = ("table", "date_format", "decimal_comma", "columns", "constants", "values")


@dataclass(frozen=True)
class ColumnMapping:
    """One declared mapping."""

    name: str
    table: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    style: Style = field(default_factory=Style)

    def apply(self, frame: pl.DataFrame, file: str) -> pl.DataFrame:
        """Give a table of text its canonical columns and no others, beside `row`.

        Raises
        ------
        InputError
            A heading the file does not have.
        """
        for canonical, heading in self.columns.items():
            if heading not in frame.columns:
                raise InputError(
                    f"mapping {self.name}: {canonical} = {heading!r}, but {file} has no such column"
                    f"{nearest(heading, frame.columns)}"
                )
        mapped = [self._translated(canonical, heading) for canonical, heading in self.columns.items()]
        fixed = [pl.lit(value).alias(name) for name, value in self.constants.items()]
        return frame.select("row", *mapped, *fixed)

    def _translated(self, canonical: str, heading: str) -> pl.Expr:
        words = self.values.get(canonical)
        text = pl.col(heading).str.strip_chars()
        return (text.replace(dict(words)) if words else text).alias(canonical)


def nearest(name: str, among: Iterable[str]) -> str:
    """Word a suggestion: "; did you mean …?", or nothing."""
    close = get_close_matches(name.lower(), [each.lower() for each in among], n=1, cutoff=0.5)
    spelled = next((each for each in among if close and each.lower() == close[0]), None)
    return f"; did you mean {spelled!r}?" if spelled else ""


def read_mapping(path: Path, table: str | None = None) -> ColumnMapping:
    """Read one mapping.

    Raises
    ------
    InputError
        Unreadable, not TOML, or naming a table or column that is none.
    """
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"mapping {path}: cannot be read ({error.strerror}); check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"mapping {path.name}: is no valid TOML: {error}") from error
    return _checked(declared, path.name, table)


def _checked(declared: Mapping[str, object], name: str, table: str | None) -> ColumnMapping:
    unknown = [key for key in declared if key not in _KEYS]
    if unknown:
        raise InputError(
            f"mapping {name}: no setting {unknown[0]!r}{nearest(unknown[0], _KEYS)}; settings are {', '.join(_KEYS)}"
        )
    of = declared.get("table", table)
    if not isinstance(of, str) or of not in FILES:
        raise InputError(f"mapping {name}: table = {of!r} is no table; tables are {', '.join(FILES)}")
    columns, constants = _texts(declared, "columns", name), _texts(declared, "constants", name)
    canonical = [*FILES[of].schema, *EXTRA]
    for column in (*columns, *constants):
        if column not in canonical:
            raise InputError(f"mapping {name}: table {of} has no column {column!r}{nearest(column, canonical)}")
    twice = sorted(set(columns) & set(constants))
    if twice:
        raise InputError(f"mapping {name}: {twice[0]} stands in [columns] and in [constants]; leave one")
    return ColumnMapping(name, of, columns, constants, _words(declared, name), _style(declared, name))


def _texts(declared: Mapping[str, object], key: str, name: str) -> dict[str, str]:
    section = declared.get(key, {})
    if not isinstance(section, Mapping):
        raise InputError(f"mapping {name}: [{key}] is no table of names")
    return {
        str(column): str(value).lower() if isinstance(value, bool) else str(value) for column, value in section.items()
    }


def _words(declared: Mapping[str, object], name: str) -> dict[str, dict[str, str]]:
    section = declared.get("values", {})
    if not isinstance(section, Mapping) or not all(isinstance(words, Mapping) for words in section.values()):
        raise InputError(f"mapping {name}: [values] holds one table per column, as [values.kind]")
    return {column: {str(old): str(new) for old, new in words.items()} for column, words in section.items()}


def _style(declared: Mapping[str, object], name: str) -> Style:
    form, comma = declared.get("date_format"), declared.get("decimal_comma")
    if form is not None and not (isinstance(form, str) and "%" in form):
        raise InputError(f'mapping {name}: date_format = {form!r} is no format such as "%d/%m/%Y"')
    if comma is not None and not isinstance(comma, bool):
        raise InputError(f"mapping {name}: decimal_comma = {comma!r} must be true or false")
    return Style(form, comma)
