"""What a text says goods are: which article, in which form, with how many accelerators.

A text is read by its head: in "H100 heat sink" and "cable for H100" the goods are the sink and the cable, in "server
with 8 H100, cables" the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from pipelines.normalize.catalog import Catalog
from pipelines.normalize.item_counts import count_of
from pipelines.normalize.item_goods import LESSER, NAMESAKE_USD, goods_of, is_thing, names_article, without_gpus
from pipelines.normalize.item_words import APART, GLUED, Hit, Lexicon, Word, hits_in, lexicon, runs_in, words_of

EMPTY = "cpu_server"
"""The system that stands for servers said to hold no accelerators."""

NAMED_FAMILIES = ("semiconductor_equipment", "design_software", "memory")

Row = Mapping[str, Any]


class Reading(NamedTuple):
    """What one text says, before quantity, value, HS code and declared classification are looked at.

    `accessory` is "sure" or "maybe": the goods are for an accelerator rather than one. `doubtful`: nothing in the text
    speaks of chips, and the name is "short" or stands beside words nobody knows ("plain"). `counted`: the count stands
    beside the chip ("8x H100") and may repeat the quantity of the line. `boxed`: a system, or a word for one, is named.
    `usual_usd`: what a piece of the other goods costs at most, if anybody knows.
    """

    family: str | None = None
    chip: str | None = None
    accelerator: str | None = None
    system: str | None = None
    form: str | None = None
    chips_per_piece: float | None = None
    counted: bool = False
    boxed: bool = False
    doubtful: str | None = None
    accessory: str | None = None
    vague: bool = False
    usual_usd: float | None = None


@dataclass(frozen=True)
class Reader:
    """The vocabulary, and the rows of the catalog by their ids, their products, and the lines they belong to."""

    phrases: Lexicon
    runs: re.Pattern[str]
    accelerators: Mapping[str, Row]
    systems: Mapping[str, Row]
    variants: Mapping[str, tuple[Row, ...]]
    lines: Mapping[tuple[str, str], tuple[Row, ...]]


@cache
def reader(items: Catalog) -> Reader:
    """Prepare a catalog for reading texts."""
    accelerators, systems = items.accelerators.to_dicts(), items.systems.to_dicts()
    return Reader(
        lexicon(items),
        runs_in(items),
        {row["id"]: row for row in accelerators},
        {row["id"]: row for row in systems},
        _grouped((row["product"], row) for row in accelerators),
        _grouped(((row["line"], row["product"]), row) for row in systems if row["line"] and row["product"]),
    )


def _grouped(pairs: Iterable[tuple[Any, Row]]) -> dict[Any, tuple[Row, ...]]:
    found: dict[Any, list[Row]] = {}
    for key, row in pairs:
        found.setdefault(key, []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


@dataclass
class Text:
    """A text taken apart: its words, what was found among them, and which article it names."""

    words: list[Word]
    hits: list[Hit]
    kinds: frozenset[str]
    target: Hit | None = None
    chips: tuple[Hit, ...] = ()
    system: Row | None = None

    def says(self, *kinds: str) -> bool:
        return not self.kinds.isdisjoint(kinds)

    def takes_form(self, kind: str) -> bool:
        """Whether a phrase, or a word inside one that names accelerators in general, says a form."""
        inner = (self.words[hit.start : hit.end] for hit in self.hits if hit.says("gpu"))
        return kind in self.kinds or any(kind == word.text for words in inner for word in words)


def read(text: str | None, books: Reader) -> Reading:
    """Read one text; an empty one says nothing."""
    text = text or ""
    words = words_of(text if text.isascii() else books.runs.sub(r" \g<0> ", text))
    hits = hits_in(words, books.phrases)
    found = Text(words, hits, frozenset().union(*(hit.phrase.kinds for hit in hits)))
    _name(found, books)
    without = without_gpus(text)
    if without and not names_article(found.hits) and not found.says("line"):
        return _emptied(found, books)
    if found.target is None or found.says("host"):
        return _without_accelerator(found, books)
    reading = _accelerator(found, found.target, books)
    return reading._replace(accessory="sure") if without else reading


def _name(text: Text, books: Reader) -> None:
    """Find the article: a named chip or system of chips first, else accelerators in general."""
    systems = [hit for hit in text.hits if hit.phrase.system and not hit.says("other")]
    text.chips = tuple(hit for hit in text.hits if hit.phrase.accelerator and not _by_chance(hit, text))
    text.system = next(iter(_systems(text, books)), None)
    named = sorted([*systems, *text.chips], key=lambda hit: hit.start)
    text.target = next(iter(named or (hit for hit in text.hits if hit.says("gpu", "line"))), None)


def _systems(text: Text, books: Reader) -> list[Row]:
    """The systems of accelerators the text names."""
    return [books.systems[hit.phrase.system] for hit in text.hits if hit.phrase.system and not hit.says("other")]


def _by_chance(hit: Hit, text: Text) -> bool:
    """Whether a short name is another's: of an aircraft, a printer, a lamp; nothing else speaks of chips."""
    if not hit.phrase.plain or text.says("maker"):
        return False
    if any(each.says("foreign") and each.part <= hit.part for each in text.hits):
        return True
    things = [each for each in text.hits if each.phrase.system is None and each.says("other", "accessory")]
    others = [each for each in things if hit.doubtful or not each.says("accessory")]
    others = [each for each in others if each.part <= hit.part or hit.doubtful]
    return bool(others) and not (text.says("gpu", "hint", "line") or any(each.phrase.system for each in text.hits))


def _accessory(text: Text, target: Hit) -> str | None:
    """Whether the goods are something for the target: what follows it, or what stands before "for"."""
    things = [hit for hit in text.hits if hit is not target and is_thing(hit)]
    near = [hit for hit in things if hit.part == target.part]
    goals = [hit.start for hit in text.hits if hit.says("for") and hit.start < target.start]
    if any(hit.start >= target.end and hit.says("accessory") for hit in near) or any(
        hit.end <= goal for hit in things for goal in goals
    ):
        return "sure"
    before = near or ([] if target.inside else things)
    lesser = any(word.text in LESSER and word.part == target.part for word in text.words[target.end :])
    return "maybe" if lesser or before else None


def _accelerator(text: Text, target: Hit, books: Reader) -> Reading:
    variant = _variant(text, books)
    count, counted = count_of(text.words, text.hits, text.chips)
    system = _of_line(text, variant, count, books)
    boxed = system is not None or _is_boxed(text)
    usual = system["chips_per_unit"] if system is not None else None if boxed else 1.0
    return Reading(
        "accelerator",
        variant["product"] if variant else None,
        variant["id"] if variant else None,
        system["id"] if system else None,
        _form(text, system, variant, boxed=boxed),
        count or usual,
        counted and not boxed,
        boxed,
        _doubt(text),
        _accessory(text, target),
    )


def _is_boxed(text: Text) -> bool:
    """Whether a word for a system is there, or the name of one of whatever kind."""
    line = text.says("line") and not any(word.text in ("baseboard", "board", "module") for word in text.words)
    return line or text.takes_form("server") or any(hit.phrase.system for hit in text.hits)


def _doubt(text: Text) -> str | None:
    """Why a name alone is not enough: it is short, or it is plain and beside words nobody knows."""
    context = text.says("maker", "gpu", "hint", "line") or any(hit.phrase.system for hit in text.hits)
    if context or not text.chips or any(not hit.phrase.plain for hit in text.chips):
        return None
    if all(hit.doubtful for hit in text.chips):
        return "short"
    return "plain" if _unknown_names(text, {at for hit in text.hits for at in range(hit.start, hit.end)}) else None


def _variant(text: Text, books: Reader) -> Row | None:
    """The one accelerator the text names, in the variant its other words fit best; none when it names several."""
    named = [books.accelerators[hit.phrase.accelerator or ""] for hit in text.chips]
    held = [books.accelerators[row["chip"]] for row in _systems(text, books) if row["chip"]]
    if len({row["product"] for row in [*named, *held]}) != 1:
        return None
    if held:
        return held[0]
    variants = books.variants[named[0]["product"]]
    if named[0] is not variants[0]:
        return named[0]
    said = _traits(text.words)
    return max(variants, key=lambda row: len(said.intersection(row["traits"])))


def _traits(words: list[Word]) -> set[str]:
    """Words that tell variants apart: sxm, pcie, nvl (not "nvl72"), 80 gb."""
    said = set()
    for at, word in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else None
        if after and word.text.isdecimal() and after.text in ("gb", "g", "gib"):
            said.add(f"{word.text} gb")
        elif not (after and word.text == "nvl" and after.gap == GLUED and after.text.isdecimal()):
            said.add(word.text)
    return said


def _of_line(text: Text, variant: Row | None, count: float | None, books: Reader) -> Row | None:
    """The system of a line (HGX, DGX) that holds this product, by its count of chips when one is said."""
    lines = [hit.phrase.words[0] for hit in text.hits if hit.says("line")]
    line = text.system["line"] if text.system is not None else next(iter(lines), None)
    if variant is None or line is None:
        return text.system
    siblings = books.lines.get((line, variant["product"]), ())
    same = next((row for row in siblings if row["chips_per_unit"] == count), None)
    if text.system is not None:
        return same if same is not None and text.system["chips_per_unit"] != count else text.system
    return same or next(iter(siblings), None)


def _form(text: Text, system: Row | None, variant: Row | None, *, boxed: bool) -> str:
    if system is not None and system["form"] != "server" and not text.says("server"):
        return str(system["form"])
    if system is not None and any(word.text == "baseboard" for word in text.words) and not text.takes_form("server"):
        return "board"
    if boxed:
        return str(system["form"]) if system is not None and system["form"] == "rack" else "server"
    if text.takes_form("rack"):
        return "rack"
    return "chip" if text.says("chip") else str(variant["form"]) if variant is not None else "board"


def _without_accelerator(text: Text, books: Reader) -> Reading:
    for family in NAMED_FAMILIES:
        if text.says(family):
            return Reading(family, form="chip" if family == "memory" else "other", chips_per_piece=0.0)
    if not text.says("other", "host"):
        return Reading(vague=_is_vague(text))
    named = (hit.phrase.system for hit in text.hits if hit.phrase.system and hit.says("other"))
    system = next((books.systems[each] for each in named), None)
    if system is not None and not names_article(text.hits):
        return Reading("other", system=system["id"], form=system["form"], chips_per_piece=0.0)
    goods = goods_of(text.words, text.hits)
    usual = None if goods is None else goods.usual_usd
    if goods is not None and goods.server:
        usual = books.systems[EMPTY]["high_usd"]
    if usual is not None and names_article(text.hits):
        usual = min(usual, NAMESAKE_USD)
    mixed = goods is not None and goods.mixed
    return Reading("other", form="other", chips_per_piece=0.0, vague=mixed, usual_usd=usual)


def _emptied(text: Text, books: Reader) -> Reading:
    """Read a text that says there are no accelerators: a server, or what it is said of."""
    goods = goods_of(text.words, text.hits)
    boxed = text.says("server") or any(word.text == "server" for word in text.words)
    if boxed and (goods is None or goods.server or goods.mixed):
        return Reading("other", system=EMPTY, form="server", chips_per_piece=0.0)
    usual = max(books.systems[EMPTY]["high_usd"], (goods and goods.usual_usd) or 0.0)
    return Reading("other", form="other", chips_per_piece=0.0, usual_usd=usual)


def _is_vague(text: Text) -> bool:
    """Whether every word is one that says nothing; beside a phrase that says nothing one unknown name may stand."""
    known = {at for hit in text.hits if not hit.phrase.accelerator for at in range(hit.start, hit.end)}
    unknown = _unknown_names(text, known)
    if text.says("vague"):
        return unknown <= 1
    return unknown == 0 and (not text.words or text.says("vague_word", "server", "rack"))


def _unknown_names(text: Text, known: set[int]) -> int:
    return sum(at not in known and _is_name(text.words, at) for at in range(len(text.words)))


def _is_name(words: list[Word], at: int) -> bool:
    """Whether a word is a word: not a number, a letter, or part of a code such as "XJ-220"."""
    before = at > 0 and words[at].gap != APART and words[at - 1].text.isdecimal()
    after = at + 1 < len(words) and words[at + 1].gap != APART and words[at + 1].text.isdecimal()
    return words[at].text.isalpha() and len(words[at].text) > 1 and not before and not after
