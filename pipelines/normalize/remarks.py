"""What remarks of sanctions lists say: identifiers, weak aliases, web sites, ties, dates and secondary sanctions.

Birth dates, passports and other papers of persons are not kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from pipelines.normalize.countries import country_code
from pipelines.normalize.entries import spoken, unique

IDENTIFYING = re.compile(
    r"\b(?:registration|registry|registered|tax id|tax no|identification|national id|lei|legal entity|imo|mmsi|"
    r"v\.?a\.?t|license|trade|business|company|enterprise|social credit|uscc|swift|d-?u-?n-?s|gazette|matricula|"
    r"mercantil|nit|rif|ruc|c\.r\.|folio|chamber|vessel|aircraft|serial number|bik|economic register|fiscal|"
    r"certificate of incorporation)",
    re.IGNORECASE,
)
PERSONAL = re.compile(
    r"^\W*(?:alt\.?\s+)?(?:dob|pob|passport|cedula|c\.?u\.?r\.?p|d\.?n\.?i|driver|national(?:ity| id)|citizen|gender|"
    r"tarjeta|ssn|birth|electoral|residency|stateless)",
    re.IGNORECASE,
)
TELLING = re.compile(
    r"^\W*(?:linked to|secondary|additional sanctions|transactions prohibited|executive order|for more|target type|"
    r"listing date|effective date|purchase|issuer|aircraft (?:model|operator|manufacture date|mode)|program|"
    r"e-?mail|telephone|phone|fax|digital currency|organization)",
    re.IGNORECASE,
)
COUNTRY_OF_LAW = re.compile(r"\s*\([^()]*\)\s*\.?$")
LABELS = frozenset({"ID", "NO", "NIT", "RUC", "RIF", "LEI", "USCC", "VAT", "BIK", "MSN"})
ALSO = re.compile(r"\b[afn]\.?k\.?a\.?,?\s*['‘“\"](?P<name>.+?)['’”\"](?=\s*(?:[;.,)]|$))", re.IGNORECASE)
SITE = re.compile(r"\bwebsite[,:]?\s+(?:https?://)?(?:www\.)?(?P<host>[\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
LINKED = re.compile(r"\blinked to:\s*(?P<whom>[^;]+)", re.IGNORECASE)
SECONDARY = re.compile(r"\bsecondary sanctions\b", re.IGNORECASE)
DATED = re.compile(
    r"\b(?P<what>listing|effective) date\b[^;:]{0,60}:?\s*(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]{2})\w* (?P<year>\d{4})",
    re.IGNORECASE,
)
OF_COUNTRY = re.compile(r"^(?:alt\.?\s+)?(?:nationality|citizen|vessel flag)[,:]?\s+(?P<country>.+)$", re.IGNORECASE)
LONGEST = 20_000
"""Characters of remarks that are looked at; real ones have a tenth of it."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _said(text: str | None) -> str:
    return spoken((text or "")[:LONGEST])


def statements(text: str | None) -> Iterator[str]:
    """Part remarks at their semicolons."""
    yield from filter(None, (part.strip(" .") for part in re.split(r";\s*", _said(text))))


def identifying(text: str | None, *, person: bool = False) -> list[str]:
    """Keep the numbers that identify, of statements like "Tax ID No. 7719000123 (Russia)" or "IMO 9100001, Vessel…"."""
    found: list[str] = []
    for each in statements(text):
        paper = PERSONAL.search(each) and (person or not each.lower().startswith("national id"))
        if not paper and not TELLING.search(each) and IDENTIFYING.search(each):
            found += [number for part in each.split(",") if (number := _number(part))]
    return unique(found)


def _number(text: str) -> str | None:
    """Find the number at the end of a statement, with a short prefix: "Registration ID HRB 55668" gives HRB 55668."""
    bare = text.strip(" .")
    while COUNTRY_OF_LAW.search(bare):
        bare = COUNTRY_OF_LAW.sub("", bare).strip(" .")
    taken: list[str] = []
    for token in reversed(bare.split()):
        short = token.isupper() and len(token) <= 4 and token.strip(".") not in LABELS
        if re.search(r"\d", token) or (taken and short):
            taken.insert(0, token)
        else:
            break
    number = " ".join(taken).strip(" .,:#")
    return number if len(number) >= 5 and re.search(r"\d{3}", number) else None


def weak_aliases(text: str | None) -> list[str]:
    """Read the aliases in quotes: a.k.a. 'BNO'."""
    return unique(spoken(found["name"]) for found in ALSO.finditer(_said(text)))


def sites(text: str | None) -> list[str]:
    """Read the hosts of web sites."""
    return unique(found["host"].lower() for found in SITE.finditer(_said(text)))


def program_tags(programs: Iterable[str], *texts: str | None) -> str | None:
    """Join a listing's programs, whether dealing with it risks secondary sanctions, and whom it is linked to."""
    tags = sorted(unique(map(spoken, programs)))
    said = [_said(text) for text in texts]
    if any(SECONDARY.search(text) for text in said):
        tags.append("secondary sanctions")
    linked = (found["whom"].strip(" .)(,") for text in said for found in LINKED.finditer(text))
    return "; ".join(unique([*tags, *(f"linked to {whom}" for whom in linked if whom)])) or None


def day_of(what: str, text: str | None) -> dt.date | None:
    """Read the first day remarks state: what = "listing" or "effective" reads "Listing Date (EO 1): 03 Jun 2021"."""
    days = [_day(found) for found in DATED.finditer(_said(text)) if found["what"].lower() == what]
    return min(filter(None, days), default=None)


def _day(found: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(found["year"]), MONTHS.index(found["month"].lower()) + 1, int(found["day"]))
    except ValueError:
        return None


def countries_said(text: str | None) -> list[str]:
    """Name the countries of nationality, citizenship and flag that remarks state."""
    said = (OF_COUNTRY.match(each) for each in statements(text))
    return unique(filter(None, (country_code(found["country"]) for found in said if found)))
