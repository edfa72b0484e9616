"""Entries of restricted-party lists as published: aliases in names, several addresses in one text, footnotes, dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from pipelines.normalize.countries import country_at_end, country_code

ALSO = re.compile(
    r"[\s,;]*\(?\b(?:a\.\s?k\.\s?a\.?|a/k/a|f/k/a|f\.k\.a\.?|also known as|formerly known as)[\s,:]*", re.IGNORECASE
)
SUBORDINATE = re.compile(r"\bsubordinate institut(?:ion|e):\s*", re.IGNORECASE)
REMARK = re.compile(
    r"\s*\((?:a subordinate institut|a subsidiary of|parent organization|including|see )[^()]*(?:\([^()]*\)[^()]*)*\)",
    re.IGNORECASE,
)
SUCCESSORS = re.compile(r"[;,]?\s+and any successors?\b.*$", re.IGNORECASE)
ABBREVIATION = re.compile(r"\s*\(([A-Z][A-Z0-9&-]{1,11})\)")
SEE = re.compile(r"[.,;]?\s*\(\s*(?:see|for) (?:also |alternate |alternative |other )[^)]*\)?\s*\.?", re.IGNORECASE)
FOLLOWING = re.compile(r"^(?:and )?(?:the )?following (?:\w+ )?alias(?:es)?:?\s*|^and$", re.IGNORECASE)
ADDRESS_ONLY = re.compile(r"^address\s*\d+\.?$", re.IGNORECASE)
HEADED = re.compile(r"^(?:the )?addresses? for [^:]{3,120}:\s*", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[^\W\d]{3})\.\s+(?!(?:Ltd|Inc|LLC|Corp|Co|Limited)\b)(?=[^,]*\d|[^,]*,[^,]*\d)")
UNUSUAL = re.compile(r"\(|\b[afAF][./]?\s?[kK][./]|known as|subordinate|any successor", re.IGNORECASE)
"""What a name must have for anything to stand inside it."""

TELLING = 4
"""Letters from which an abbreviation tells its company from others."""


def spoken(text: str | None) -> str:
    """Strip a text and its white space inside."""
    return " ".join((text or "").split())


def names_in(written: str) -> tuple[str, list[str]]:
    """Part a name from the aliases that stand inside it.

    >>> names_in("Mesbah Energy Company (a.k.a. “MEC”)")
    ('Mesbah Energy Company', ['MEC'])
    """
    text = spoken(written)
    if not UNUSUAL.search(text):
        return text.strip(" ,;"), []
    text = SUCCESSORS.sub("", text)
    first, *others = (part.strip(" ,;").removesuffix("(").strip() for part in ALSO.split(text))
    others = [FOLLOWING.sub("", _unquoted(other)) for other in others]
    aliases = [other for other in others if other]
    bare = spoken(REMARK.sub("", first)).strip(" ,;") or first
    if bare.count("(") > bare.count(")"):
        bare = bare.replace("(", " ").strip()
    below = SUBORDINATE.split(bare)
    if len(below) == 2 and below[1]:
        aliases.append(below[1].strip())
    aliases += _abbreviations(bare)
    return bare.rstrip(": "), aliases


def _unquoted(text: str) -> str:
    bare = text.strip(" ,;")
    return (bare.rstrip(")") if "(" not in bare else bare).strip(" ,;“”\"'")


def _abbreviations(name: str) -> list[str]:
    """Give the name without an abbreviation in brackets, and the abbreviation when it is one of this very name."""
    found = []
    for match in ABBREVIATION.finditer(name):
        initials = "".join(word[0] for word in re.findall(r"[A-Za-z][a-z]+|[A-Z]+", name[: match.start()])).upper()
        short = re.sub(r"[^A-Z]", "", match[1])
        if len(short) >= 2 and _within(short, initials):
            found.append(spoken(name[: match.start()] + name[match.end() :]))
            if match.end() == len(name) and len(short) >= TELLING:
                found.append(match[1])
    return found


def _within(short: str, initials: str) -> bool:
    letters = iter(initials)
    return all(letter in letters for letter in short)


def several(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Read a list of aliases: more aliases inside them come apart; addresses that slipped in are given as such."""
    names: list[str] = []
    addresses: list[str] = []
    for text in texts:
        cleaned = re.sub(r"[;,]?\s+and$|^and\s+", "", spoken(text)).strip(" ;,")
        name, more = names_in(cleaned)
        head, tail = _address_inside(name)
        names += [head, *more]
        addresses += addresses_in(tail) if tail else []
    return unique(names), addresses


def _address_inside(text: str) -> tuple[str, str]:
    """Part an alias from an address that follows it: a digit and a country at the end give it away."""
    if text.count(",") < 2 or not country_at_end(text) or not re.search(r"\d", text):
        return text, ""
    found = SENTENCE.search(text) or re.search(r"[.,]\s+(?=(?:No\.?\s*)?\d)", text)
    return (text[: found.start()].strip(), text[found.end() :].strip()) if found else (text, "")


def addresses_in(text: str | None, *country_names: str) -> list[str]:
    """Part a text into addresses: at semicolons, and at "and" after a country's name; a country alone is none."""
    bare = HEADED.sub("", SEE.sub("", spoken(text)))
    parts = re.split(r"\s*;\s*(?:and\s+)?|\s*\b(?:Alt )?Address:\s*", bare)
    places = [re.escape(name) for name in ("Hong Kong", *country_names) if name]
    joint = re.compile(rf"(?<=\b)({'|'.join(places)})\.?,?\s+and\s+(?=[A-Z0-9#])")
    split = [piece for part in parts for piece in joint.sub(r"\1\n", part).split("\n")]
    clean = (FOLLOWING.sub("", piece.strip(" ,;.")) for piece in split)
    return [piece for piece in unique(clean) if not country_code(piece)]


def countries_of(addresses: Iterable[str], *declared: str | None) -> list[str]:
    """Name the countries declared and those the addresses end in."""
    codes = [country_code(each) for each in declared if each]
    codes += [country_at_end(address) for address in addresses]
    return unique(code for code in codes if code)


def unique(texts: Iterable[str]) -> list[str]:
    """Keep each text once, in order; empty ones are dropped."""
    return [text for text in dict.fromkeys(texts) if text]


def footnotes_in(scope: str | None) -> list[str]:
    """Read the Entity List footnotes that apply from the sections cited, not from digits that trail.

    § 734.9(e)(1) is footnote 1, (e)(2) is 4, (e)(3) is 5, (g) is 3; a bare 734.9(e) with a trailing 4 is 4.
    """
    text = spoken(scope)
    found = set()
    for limb, number in re.findall(r"734\.9\s*\(([eg])\)\s*(?:\(?([123])\)?(?!\d))?", text):
        if limb == "g":
            found.add("3")
        elif number:
            found.add({"1": "1", "2": "4", "3": "5"}[number])
        elif re.search(r"\)\s*4\.?$", text):
            found.add("4")
    return sorted(found)


def is_address_only(name: str | None) -> bool:
    """Whether an entry's name only numbers an address: "Address 01"."""
    return bool(name and ADDRESS_ONLY.match(name.strip()))


def date_of(value: object) -> dt.date | None:
    """Read the day of a date or time; null when it is none."""
    try:
        return dt.date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
