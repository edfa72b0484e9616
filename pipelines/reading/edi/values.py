"""Values of transport documents as the contract writes them: days, figures, weights, countries, packages.

What cannot be read is given as written, so that the row is rejected with it and not emptied.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pipelines.configuration import config_toml
from pipelines.normalize.countries import country_code

FORMS: Mapping[str, tuple[str, int]] = {
    "2": ("%d%m%y", 6), "3": ("%m%d%y", 6), "4": ("%d%m%Y", 8), "101": ("%y%m%d", 6), "102": ("%Y%m%d", 8),
    "201": ("%y%m%d", 6), "202": ("%y%m%d", 6), "203": ("%Y%m%d", 8), "204": ("%Y%m%d", 8), "205": ("%Y%m%d", 8),
    "303": ("%Y%m%d", 8), "304": ("%Y%m%d", 8), "711": ("%Y%m%d", 8), "718": ("%Y%m%d", 8), "719": ("%Y%m%d", 8),
}  # fmt: skip
"""Format codes of a date (UNTDID 2379), and how many characters are the day. Of a period it is the first day."""

WIDTHS = (35, 70, 512)
PERIODS = ("711", "718", "719")
LOCODE = re.compile(r"^[A-Z]{2}[A-Z2-9]{3}$")


@cache
def codes() -> Mapping[str, Any]:
    """What the codes of transport documents mean."""
    return config_toml("transport_codes.toml")


def day(text: str, form: str, *, last: bool = False) -> str:
    """Write a coded date as ISO: 1701290000 of format 201 → 2017-01-29; `last` takes the last day of a period."""
    if form not in FORMS:
        return text
    pattern, length = FORMS[form]
    if last and form in PERIODS and len(text) >= 2 * length:
        text = text.split("-")[-1] if "-" in text else text[len(text) // 2 :]
    return _written(text[:length], pattern) or text


def plain_day(text: str) -> str:
    """Write CCYYMMDD or YYMMDD as ISO."""
    return _written(text, "%Y%m%d" if len(text) == 8 else "%y%m%d") or text


def _written(text: str, pattern: str) -> str | None:
    try:
        return (
            dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC).date().isoformat() if text.isdecimal() else None
        )
    except ValueError:
        return None


def moment(text: str) -> str | None:
    """Write the time an interchange was made, [CC]YYMMDDHHMM, as ISO; null when it is none."""
    digits = re.sub(r"\D", "", text)[:12]
    pattern = "%Y%m%d%H%M" if len(digits) == 12 else "%y%m%d%H%M"
    try:
        return dt.datetime.strptime(digits, pattern).replace(tzinfo=dt.UTC).isoformat()[:19]
    except ValueError:
        return None


def figure(text: str) -> str:
    """Write a figure with a decimal point; neither standard has thousands separators."""
    return text.replace(",", ".")


def kilograms(text: str, unit: str) -> str | None:
    """Convert a weight; null when its unit is none we know. A text that is no figure is given back."""
    factor = codes()["kilograms"].get(unit.upper())
    if not text or factor is None:
        return None
    try:
        return f"{float(figure(text)) * float(factor):.6f}".rstrip("0").rstrip(".")
    except ValueError:
        return text


def package(code: str) -> str:
    """Name the unit a code means: a packaging is none of pieces."""
    known: str | None = codes()["packages"].get(code.upper())
    if code.upper() in codes()["pieces"]["codes"]:
        return "piece"
    return known or (f"package ({code})" if code else "package")


def in_country(place: str, *names: str) -> str | None:
    """Name the country of a UN location code, or of one of the names beside it; null when none says."""
    code = place.strip().upper()
    for text in (code[:2] if LOCODE.match(code) else code if len(code) == 2 else "", *names):
        found = country_code(text) if text.strip() else None
        if found:
            return found
    return None


def joined(texts: Sequence[str]) -> str:
    """Join the lines of a free text: one that fills its 35, 70 or 512 characters goes on without a space."""
    text = ""
    for at, line in enumerate(texts):
        text += line if not text or _is_full(texts[at - 1]) else f" {line}"
    return " ".join(text.split())


def _is_full(line: str) -> bool:
    """Whether a line may be cut within a word; some senders count the release signs, which are gone here."""
    released = len(line) + sum(line.count(sign) for sign in ":+?'")
    return any(length in WIDTHS for length in (len(line), released))
