"""An address taken apart, down to the unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from pipelines.configuration import config_toml
from pipelines.normalize.names import fold

_UNIT_WORD = r"(?:units?|rms?|rooms?|flat|flt|suite|ste|offices?|off|apt|apartment|shop|ic kapi|kapi|daire)"
_UNIT = re.compile(
    rf"\b{_UNIT_WORD}(?: (?:{_UNIT_WORD}|nos?|number))* "
    r"([0-9]{1,5}[a-z]?(?:to[0-9]{1,5}[a-z]?)?|[a-z][0-9]{0,4})\b(?! ?(?:st|rd|ave)\b)"
)
_FLOOR = re.compile(r"\b(?:([0-9]{1,3})(?:st|nd|rd|th)? ?(?:floor|flr|fl|f)|(?:floor|flr|level|lvl) ([0-9]{1,3}))\b")
_BLOCK = re.compile(
    r"\b(?:blk|bldg|phase|twr) ([0-9]{1,2}[a-z]?|[a-h])\b"
    r"(?!(?: (?!twr |ctr |plaza |bldg |mansion |comm )[a-z]+){0,4} (?:rd|st|ave|strand|ln|sk|way|blvd)\b)"
)
_LOOSE_UNIT = re.compile(r"^([0-9]{1,4}[a-z])\b(?! (?:rd|st|ave)\b)")
_LOOSE_PAIR = re.compile(
    r"^([0-9]{3,4})(?= .*\b[0-9]{1,4}(?:to[0-9]{1,4})?\b)(?= [a-z]+(?: [a-z]+)* (?:bldg|twr|ctr|plaza|house|mansion)\b)"
)
_HASH = re.compile(r"#\s?0*([0-9]{1,3})\s?-\s?0*([0-9]{1,4}[a-z]?)")
_SLASHED_FLOOR = re.compile(r"\b0*([0-9]{1,3})\s?/\s?f\b\.?", re.IGNORECASE)
_SPAN = re.compile(r"\b([0-9]+[a-z]?)\s?[-–—~]\s?([0-9]+[a-z]?)\b", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9]{1,5})([a-z]?)(?:to([0-9]{1,5})[a-z]?)?")


@dataclass(frozen=True, slots=True)
class AddressWords:
    """What the shipped lists of address words say."""

    spellings: Mapping[str, str]
    street: frozenset[str]
    street_first: frozenset[str]
    building: frozenset[str]
    ignorable: frozenset[str]
    cities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart.

    `units` are spelled with their floor ("704" for unit 4 on floor 7); `numbers` is the span of house numbers;
    `street` and `buildings` are written without spaces; `places` are the cities named.
    """

    words: tuple[str, ...]
    units: frozenset[str]
    unit_without_floor: bool
    floor: str | None
    blocks: frozenset[str]
    numbers: tuple[int, int] | None
    street: str
    buildings: frozenset[str]
    places: frozenset[str]

    @property
    def squeezed(self) -> str:
        return "".join(self.words)


@cache
def address_words() -> AddressWords:
    """Read the shipped lists once."""
    shipped = config_toml("address_words.toml")
    listed = {kind: frozenset(text.split()) for kind, text in shipped["words"].items()}
    return AddressWords(
        shipped["spellings"],
        listed["street"],
        listed["street_first"],
        listed["building"],
        listed["ignorable"],
        shipped["cities"],
    )


@lru_cache(maxsize=1 << 17)
def fold_address(text: str) -> str:
    """Write an address in one plain spelling: short words, "7f" for floors, "2to16" for spans of numbers."""
    text = unicodedata.normalize("NFKC", text[:600]).casefold()
    text = _SLASHED_FLOOR.sub(r" \1f ", _HASH.sub(r" \1f unit \2 ", text))
    text = re.sub(r"\bno\s?[.:]", " no ", _SPAN.sub(r"\1to\2", text))
    folded = fold(text).replace("hong kong", "hongkong").replace("new territories", "nt")
    return " ".join(address_words().spellings.get(word, word) for word in folded.split())


@lru_cache(maxsize=1 << 17)
def parse_address(text: str) -> Address:
    """Take an address apart."""
    folded = fold_address(text)
    units, floor, rest = _unit_and_floor(folded)
    blocks = frozenset(_BLOCK.findall(rest))
    rest = _BLOCK.sub(lambda found: found.group().rsplit(" ", 1)[0], rest)
    words = tuple(word for word in rest.split() if word not in {"no", "nos", "number", "the", "of", "and"})
    numbers, street = _house_and_street(words)
    return Address(
        words=tuple(word for word in words if not _NUMBER.fullmatch(word)),
        units=frozenset(each for unit in units for each in _with_floor(unit, floor)),
        unit_without_floor=bool(units) and floor is None and all(len(unit) < 3 for unit in units),
        floor=floor or _floor_of(units),
        blocks=blocks,
        numbers=numbers,
        street=street,
        buildings=frozenset(_buildings(words)),
        places=frozenset(address_words().cities[word] + ":" + word for word in words if word in address_words().cities),
    )


def _unit_and_floor(folded: str) -> tuple[list[str], str | None, str]:
    floors = [first or second for first, second in _FLOOR.findall(folded)]
    rest = _FLOOR.sub(" ", folded)
    units = _UNIT.findall(rest)
    rest = " ".join(_UNIT.sub(" ", rest).split())
    if not units and (loose := _LOOSE_UNIT.match(rest) or _LOOSE_PAIR.match(rest)):
        units, rest = [loose.group(1)], rest[loose.end() :]
    return units, floors[0].lstrip("0") if floors else None, rest


def _with_floor(unit: str, floor: str | None) -> list[str]:
    """Spell a unit with its floor; a span of units is each of them."""
    if not unit[0].isdigit():
        return [f"{floor or ''}{unit}"]
    first, _, last = unit.partition("to")
    ends = [first] if not last else [first, first[: max(len(first) - len(last), 0)] + last]
    return [_one_with_floor(end.lstrip("0") or "0", floor) for end in ends]


def _one_with_floor(unit: str, floor: str | None) -> str:
    digits = unit.rstrip("abcdefghijklmnopqrstuvwxyz")
    if floor is None or (len(digits) >= 3 and digits.startswith(floor)) or digits == floor != unit:
        return unit
    return f"{floor}{digits.zfill(2)}{unit[len(digits) :]}"


def _floor_of(units: list[str]) -> str | None:
    digits = units[0].partition("to")[0].rstrip("abcdefghijklmnopqrstuvwxyz") if units else ""
    return digits[:-2].lstrip("0") or None if len(digits) in {3, 4} else None


def _house_and_street(words: tuple[str, ...]) -> tuple[tuple[int, int] | None, str]:
    found = [
        (place, span) for place, word in enumerate(words) if (span := _span(word)) and not _is_postcode(word, place)
    ]
    for place, span in found:
        if street := _street_after(words, place + 1):
            return span, street
    street = next((each for place in range(len(words)) if (each := _street_before(words, place))), "")
    return (found[0][1] if found else None), street


def _span(word: str) -> tuple[int, int] | None:
    found = _NUMBER.fullmatch(word)
    if not found:
        return None
    first = int(found.group(1))
    return first, max(first, int(found.group(3) or first))


def _is_postcode(word: str, place: int) -> bool:
    return len(word) >= 5 and word.isdigit() and place > 0


def _street_after(words: tuple[str, ...], start: int) -> str:
    """Find the street that follows a house number: words up to a street word, or after a leading one."""
    known = address_words()
    following = words[start : start + 6]
    if not following or _span(following[0]):
        return ""
    if following[0] in known.street_first:
        return "".join(following[:2])
    for count, word in enumerate(following):
        if word in known.street and count:
            return "".join(_directed(words, start, start + count))
        if _span(word):
            break
    if following[0].endswith("way") and len(following[0]) > 5:
        return following[0]
    return ""


def _directed(words: tuple[str, ...], start: int, stop: int) -> tuple[str, ...]:
    """Take the name of a street with the direction that may follow ("Chatham Road South")."""
    after = words[stop + 1 : stop + 2]
    return words[start:stop] + (after if after and after[0] in {"n", "s", "e", "w"} else ())


def _street_before(words: tuple[str, ...], place: int) -> str:
    known = address_words()
    if words[place] in known.street_first:
        return "".join(words[place : place + 2])
    if words[place] not in known.street or not place:
        return ""
    start = place
    while start > 0 and place - start < 4 and _names_street(words[start - 1]):
        start -= 1
    return "".join(_directed(words, start, place))


def _names_street(word: str) -> bool:
    known = address_words()
    return not (_span(word) or word in known.building or word in known.cities or word == "mah")


def _buildings(words: tuple[str, ...]) -> list[str]:
    """Name the buildings: up to three words before each building word."""
    known = address_words()
    found = []
    for place, word in enumerate(words):
        if word in known.building and place and words[place - 1] not in known.building:
            start = place
            while (
                start > 0 and place - start < 3 and words[start - 1].isalpha() and words[start - 1] not in known.street
            ):
                start -= 1
            found.append("".join(words[start:place]))
    return [each for each in found if len(each) > 1]
