"""Read a mapping's file and refuse, in one line, what it must not say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.errors import InputError
from pipelines.normalize.values import Style
from pipelines.reading.mapping.cell import Cell, cells, date_formats, timezone
from pipelines.reading.mapping.mapping import EXTRA, ColumnMapping
from pipelines.reading.mapping.split import NUMBER, Split
from pipelines.reading.mapping.words import nearest
from pipelines.tables import FILES

SETTINGS = (
    "table", "title", "header_row", "rows", "date_format", "timezone", "decimal_comma", "null",
    "columns", "constants", "default", "values", "units", "split", "moves_goods",
)  # fmt: skip
LARGEST_HEADER_ROW = 1000


def read_mapping(path: Path, table: str | None = None) -> ColumnMapping:
    """Read one mapping.

    Raises
    ------
    InputError
        Unreadable, not TOML, or saying what a mapping cannot.
    """
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"mapping {path}: cannot be read ({error.strerror}); check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"mapping {path.name}: is no valid TOML: {error}; mend that line") from error
    return checked(declared, path.name, table)


def checked(declared: Mapping[str, Any], name: str, table: str | None = None) -> ColumnMapping:
    """Make a mapping of what its file says.

    Raises
    ------
    InputError
        It says what a mapping cannot.
    """
    where = f"mapping {name}"
    of = _table(declared, table, where)
    kinds = {column.name: column.kind for column in FILES[of].columns} | dict.fromkeys(EXTRA, "text")
    columns = _columns(declared, kinds, of, where)
    constants = _texts(declared, "constants", where)
    default = _texts(declared, "default", where)
    for column in (*constants, *default):
        _known(column, kinds, of, where)
    twice = sorted(set(columns) & set(constants))
    if twice:
        raise InputError(
            f"{where}: {twice[0]} stands in [columns] and in [constants]; leave one, or give it in [default]"
        )
    split = _split(declared, columns, where)
    return ColumnMapping(
        name=name,
        table=of,
        columns=columns,
        constants=constants,
        default=default,
        values=_words(declared, kinds, of, where),
        units={unit.casefold(): ours for unit, ours in _texts(declared, "units", where).items()},
        style=_style(declared, where),
        nothing=tuple(each.casefold() for each in _listed(declared, "null", where)),
        split=split,
        rows=_text(declared, "rows", where),
        header_row=_header_row(declared, where),
        title=_text(declared, "title", where) or "",
        moves_goods=_moves_goods(declared, where),
    )


def _table(declared: Mapping[str, Any], table: str | None, where: str) -> str:
    unknown = [key for key in declared if key not in SETTINGS]
    if unknown:
        raise InputError(
            f"{where}: no setting {unknown[0]!r}{nearest(unknown[0], SETTINGS)}; settings are {', '.join(SETTINGS)}"
        )
    of = declared.get("table", table)
    if not isinstance(of, str) or of not in FILES:
        raise InputError(f"{where}: table = {of!r} is no table; tables are {', '.join(FILES)}")
    return of


def _moves_goods(declared: Mapping[str, Any], where: str) -> bool:
    said = declared.get("moves_goods", True)
    if not isinstance(said, bool):
        raise InputError(f"{where}: moves_goods = {said!r} must be true or false")
    return said


def _known(column: str, kinds: Mapping[str, str], of: str, where: str) -> None:
    if column not in kinds:
        raise InputError(
            f"{where}: table {of} has no column {column!r}{nearest(column, kinds)}; its columns stand in templates"
            " that `entrepot init` writes"
        )


def _columns(declared: Mapping[str, Any], kinds: Mapping[str, str], of: str, where: str) -> dict[str, tuple[Cell, ...]]:
    section = _section(declared, "columns", where)
    for column in section:
        _known(column, kinds, of, where)
    return {column: cells(said, column, kinds[column], where) for column, said in section.items()}


def _section(declared: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    section = declared.get(key, {})
    if not isinstance(section, Mapping):
        raise InputError(f"{where}: {key} = {section!r} is no table of names; write [{key}] and lines below it")
    return section


def _texts(declared: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    said = _section(declared, key, where)
    for column, value in said.items():
        if isinstance(value, Mapping | list):
            raise InputError(f'{where}: [{key}] {column} = {value!r} is no single value; write {column} = "…"')
    return {column: str(value).lower() if isinstance(value, bool) else str(value) for column, value in said.items()}


def _words(declared: Mapping[str, Any], kinds: Mapping[str, str], of: str, where: str) -> dict[str, dict[str, str]]:
    section = _section(declared, "values", where)
    for column, words in section.items():
        _known(column, kinds, of, where)
        if not isinstance(words, Mapping):
            raise InputError(f"{where}: [values] holds one table per column, as [values.{column}]")
    return {column: {str(old).casefold(): str(new) for old, new in words.items()} for column, words in section.items()}


def _style(declared: Mapping[str, Any], where: str) -> Style:
    comma = declared.get("decimal_comma")
    if comma is not None and not isinstance(comma, bool):
        raise InputError(f"{where}: decimal_comma = {comma!r} must be true or false")
    formats = date_formats(declared.get("date_format"), f"{where}: date_format")
    return Style(formats, comma, timezone(declared.get("timezone"), where))


def _listed(declared: Mapping[str, Any], key: str, where: str) -> list[str]:
    said = declared.get(key, [])
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise InputError(f'{where}: {key} = {said!r} is no list of words; write ["A", "B"]')
    return said


def _text(declared: Mapping[str, Any], key: str, where: str) -> str | None:
    said = declared.get(key)
    if said is not None and not (isinstance(said, str) and said.strip()):
        raise InputError(f"{where}: {key} = {said!r} is no text; put it in quotes, or leave it out")
    return said


def _header_row(declared: Mapping[str, Any], where: str) -> int:
    said = declared.get("header_row", 1)
    if not isinstance(said, int) or isinstance(said, bool) or not 1 <= said <= LARGEST_HEADER_ROW:
        raise InputError(f"{where}: header_row = {said!r} is no line number from 1 to {LARGEST_HEADER_ROW}")
    return said


def _split(declared: Mapping[str, Any], columns: Mapping[str, tuple[Cell, ...]], where: str) -> Split | None:
    said = _section(declared, "split", where)
    if not said:
        return None
    known = ("columns", "by", "amounts")
    unknown = [key for key in said if key not in known]
    if unknown:
        raise InputError(
            f"{where}: [split] has no {unknown[0]!r}{nearest(unknown[0], known)}; known are columns, by, amounts"
        )
    named = _listed(said, "columns", f"{where}: [split]")
    counted = [NUMBER in each for each in named]
    by = said.get("by")
    if not named or any(counted) != all(counted):
        raise InputError(
            f'{where}: [split] columns = {named!r} must all list parts or all count them, as "HS {NUMBER}"'
        )
    if all(counted) == (by is not None) or not (by is None or (isinstance(by, str) and by)):
        raise InputError(
            f'{where}: [split] needs by = ";" (what stands between parts) or headings that count, as "HS {NUMBER}"'
        )
    amounts = said.get("amounts", "first")
    if amounts not in ("first", "divide"):
        raise InputError(f'{where}: [split] amounts = {amounts!r}; write "first" or "divide"')
    if "rows" in declared:
        raise InputError(f"{where}: rows and [split] both make lines; leave one")
    if "line" in columns:
        raise InputError(f"{where}: line stands in [columns], and [split] numbers lines too; leave one")
    return Split(tuple(named), by, amounts)
