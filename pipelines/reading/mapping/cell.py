"""One way of taking a value from a record, as a mapping declares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.errors import InputError
from pipelines.normalize.dates import EXCEL, is_date_format
from pipelines.reading.mapping.words import nearest

ALL = "*"
LONGEST_PATTERN = 500
KEYS: Mapping[str, type | tuple[type, ...]] = {
    "column": str,
    "join": list,
    "with": str,
    "hash": list,
    "pattern": str,
    "date": (str, list),
    "timezone": str,
    "unit": str,
    "unit_column": str,
    "currency": str,
    "currency_column": str,
    "times": str,
    "scale": (int, float),
    "decimal_comma": bool,
    "optional": bool,
}
"""What may stand in the braces of a column, and of which kind it is."""

ONLY_FOR = {
    "date": "date",
    "timezone": "date",
    "times": "number",
    "scale": "number",
    "decimal_comma": "number",
    "unit": "number",
    "unit_column": "number",
    "currency": "number",
    "currency_column": "number",
}


@dataclass(frozen=True)
class Cell:
    """One way of taking a value: from which headings, and how it is written there."""

    headings: tuple[str, ...]
    joined: str | None = None
    hashed: bool = False
    pattern: str | None = None
    dates: tuple[str, ...] = ()
    timezone: str | None = None
    unit: str | None = None
    unit_column: str | None = None
    currency: str | None = None
    currency_column: str | None = None
    times: str | None = None
    scale: float = 1.0
    decimal_comma: bool | None = None
    optional: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Every heading it looks at."""
        beside = (self.unit_column, self.currency_column, self.times)
        return (*(each for each in self.headings if each != ALL), *(each for each in beside if each))

    @property
    def converts(self) -> bool:
        """Whether its number is not simply the one written."""
        return bool(self.unit or self.unit_column or self.times or self.scale != 1 or self.decimal_comma is not None)


def cells(said: object, column: str, kind: str, where: str) -> tuple[Cell, ...]:
    """Read what stands beside a canonical column: a heading, braces, or several of them in brackets.

    Raises
    ------
    InputError
        It is none of these, or says what has no meaning for such a column.
    """
    ways = said if isinstance(said, list) else [said]
    if not ways:
        raise InputError(f"{where}: {column} = [] names no heading; name one, or leave the line out")
    return tuple(_cell(each, column, kind, where) for each in ways)


def _cell(said: object, column: str, kind: str, where: str) -> Cell:
    if isinstance(said, str):
        return Cell((said,))
    if not isinstance(said, Mapping):
        raise InputError(f'{where}: {column} = {said!r} is no heading; write it as {column} = "HEADING"')
    _check_keys(said, column, kind, where)
    headings, joined, hashed = _headings(said, column, where)
    return Cell(
        headings=headings,
        joined=joined,
        hashed=hashed,
        pattern=_pattern(said.get("pattern"), column, where),
        dates=date_formats(said.get("date"), f"{where}: {column}"),
        timezone=timezone(said.get("timezone"), f"{where}: {column}"),
        unit=said.get("unit"),
        unit_column=said.get("unit_column"),
        currency=said.get("currency"),
        currency_column=said.get("currency_column"),
        times=said.get("times"),
        scale=float(said.get("scale", 1)),
        decimal_comma=said.get("decimal_comma"),
        optional=said.get("optional", False),
    )


def _check_keys(said: Mapping[str, Any], column: str, kind: str, where: str) -> None:
    for key, value in said.items():
        if key not in KEYS:
            raise InputError(f"{where}: {column} has no {key!r}{nearest(key, KEYS)}; known are {', '.join(KEYS)}")
        wanted = KEYS[key]
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            raise InputError(f"{where}: {column}: {key} = {value!r} is {_no(key)}")
        if key in ONLY_FOR and ONLY_FOR[key] != kind:
            raise InputError(f"{where}: {column}: {key} is for a {ONLY_FOR[key]}, {column} is none; remove it")
    if column not in ("value", "amount") and {"currency", "currency_column"} & set(said):
        raise InputError(f"{where}: {column}: a currency goes with value or amount; remove it")
    if column not in ("quantity", "weight_kg") and {"unit", "unit_column"} & set(said):
        raise InputError(f"{where}: {column}: a unit goes with quantity or weight_kg; remove it")


def _no(key: str) -> str:
    wanted = KEYS[key]
    if key == "date":
        return 'no format such as "%d/%m/%Y"'
    if wanted is list:
        return 'no list; write ["A", "B"]'
    if wanted is str:
        return "no text; put it in quotes"
    return "neither true nor false" if wanted is bool else "no number"


def _headings(said: Mapping[str, Any], column: str, where: str) -> tuple[tuple[str, ...], str | None, bool]:
    given = [key for key in ("column", "join", "hash") if key in said]
    if len(given) != 1:
        raise InputError(
            f"{where}: {column} needs one of column, join and hash; it has {' and '.join(given) or 'none'}"
        )
    if given == ["column"]:
        return (said["column"],), None, False
    listed = said[given[0]]
    if not listed or not all(isinstance(each, str) for each in listed):
        raise InputError(f'{where}: {column}: {given[0]} = {listed!r} names no headings; write ["A", "B"]')
    return tuple(listed), said.get("with", " ") if given == ["join"] else None, given == ["hash"]


def _pattern(said: str | None, column: str, where: str) -> str | None:
    if said is None:
        return None
    if len(said) > LONGEST_PATTERN:
        raise InputError(f"{where}: {column}: pattern is longer than {LONGEST_PATTERN} characters; shorten it")
    try:
        pl.Series([""]).str.extract(said, 1)
    except pl.exceptions.PolarsError as error:
        told = [line for line in str(error).splitlines() if line.startswith(("error:", "regex error: C"))]
        raise InputError(
            f"{where}: {column}: pattern {said!r} cannot be used ({' '.join(told) or 'no regular expression'}); mend it"
        ) from error
    if pl.Series([""]).str.extract_groups(said).struct.fields == []:
        raise InputError(f"{where}: {column}: pattern {said!r} has no group; put what is wanted in (…)")
    return said


def date_formats(said: object, where: str) -> tuple[str, ...]:
    """Read one date format or several.

    Raises
    ------
    InputError
        One of them is none.
    """
    if said is None:
        return ()
    listed: Sequence[object] = said if isinstance(said, list) else [said]
    for each in listed:
        if not isinstance(each, str) or not (each == EXCEL or is_date_format(each)):
            raise InputError(f'{where}: date format {each!r} is none; write it as "%d/%m/%Y", "%b %Y" or "{EXCEL}"')
    return tuple(str(each) for each in listed)


def timezone(said: object, where: str) -> str | None:
    """Read the name of a time zone.

    Raises
    ------
    InputError
        There is no such zone.
    """
    if said is None:
        return None
    try:
        pl.Series([0]).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(str(said))
    except pl.exceptions.PolarsError as error:
        raise InputError(f'{where}: timezone = {said!r} is none; write it as "Asia/Kolkata"') from error
    return str(said)
