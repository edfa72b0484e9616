"""Values of a database as texts, spelled as a file would have them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from decimal import Decimal

BOX = ";"


class NoText(Exception):
    """A value cannot be spelled: it is bytes."""


class Nested(Exception):
    """A value is an object with keys, which one text does not hold."""


def spell(value: object) -> str | None:
    """Spell one value; null stays null.

    Raises
    ------
    NoText, Nested
        It is bytes, or an object with keys.
    """
    how = HOW.get(type(value))
    return how(value) if how else _other(value)


def nested(value: object) -> object:
    """Spell a value, an object by the values inside.

    Raises
    ------
    NoText
        There are bytes in it.
    """
    if isinstance(value, Mapping):
        return {str(key): nested(each) for key, each in value.items()}
    try:
        return spell(value)
    except Nested:
        return [nested(each) for each in value] if isinstance(value, list | tuple) else str(value)


def _same(value: str) -> str:
    return value


def _float(value: float) -> str | None:
    if not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _decimal(value: Decimal) -> str | None:
    return f"{value:f}" if value.is_finite() else _float(float(value))


def _moment(value: dt.datetime) -> str:
    return value.isoformat()


def _list(value: list[object] | tuple[object, ...]) -> str:
    texts = [spell(each) for each in value]
    return BOX.join(text.replace(BOX, ",") for text in texts if text is not None)


def _other(value: object) -> str | None:
    """Spell a value of a type of its own."""
    if isinstance(value, bytes | bytearray | memoryview):
        raise NoText
    if isinstance(value, Mapping):
        raise Nested
    for kind, how in HOW.items():
        if isinstance(value, kind):
            return how(value)
    return _list(sorted(value, key=str)) if isinstance(value, set | frozenset) else str(value)


HOW: dict[type, Callable[..., str | None]] = {
    str: _same,
    type(None): lambda _: None,
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _float,
    Decimal: _decimal,
    dt.datetime: _moment,
    dt.date: dt.date.isoformat,
    dt.time: dt.time.isoformat,
    list: _list,
    tuple: _list,
}
"""How values of each type are spelled; a kind stands before those it is a kind of."""
