"""Countries as ISO 3166-1 alpha-2, from codes, names in many languages and common abbreviations."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache

from rigour.territories import lookup_territory

from pipelines.configuration import config_path

NO_COUNTRY = frozenset({"eu", "zz"})


@cache
def country_code(text: str) -> str | None:
    """Name the country a text means, null when it means none: "Korea, South" → KR, "PRC" → CN.

    Parts of a country give the country ("Scotland" → GB), states that are no more give null.
    """
    own = _spellings().get(_plain(text))
    if own:
        return own
    if not 1 < len(text.strip()) <= 80:
        return None
    found = lookup_territory(text.strip())
    if found is None or found.is_historical:
        return None
    code = found.code.split("-")[0]
    return code.upper() if len(code) == 2 and code not in NO_COUNTRY else None


def country_at_end(address: str) -> str | None:
    """Name the country an address ends in, null when its last part is none."""
    last = re.split(r"[,;]", address.strip(" .,;"))[-1].strip(" .")
    code = country_code(last) if not re.search(r"\d", last) else None
    if code is None and re.search(r"hong\s*kong", last, re.IGNORECASE):
        return "HK"
    return code


@cache
def _spellings() -> Mapping[str, str]:
    with config_path("countries.csv").open(encoding="utf-8", newline="") as file:
        return {_plain(row["name"]): row["code"] for row in csv.DictReader(file)}


def _plain(text: str) -> str:
    return re.sub(r"[^a-z]+", " ", text.lower()).strip()
