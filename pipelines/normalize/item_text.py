"""What a text says goods are: which article, in which form, with how many accelerators.

A text is read by its head: in "H100 heat sink" and "cable for H100" the goods are the sink and the cable, in "server
with 8 H100, cables" the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pipelines.normalize.catalog import Catalog
from pipelines.normalize.item_counts import count_of
from pipelines.normalize.item_words import APART, GLUED, Hit, Lexicon, Word, hits_in, lexicon, words_of

NAMED_FAMILIES = ("semiconductor_equipment", "design_software", "memory")

LESSER = ("part", "component", "spare", "accessory")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """What one text says, before quantity, value, HS code and declared classification are looked at.

    `accessory` is "sure" or "maybe": the goods are for an accelerator rather than one. `doubtful`: the name is short
    and nothing in the text speaks of chips. `counted`: the count stands before or after the chip ("8x H100") and may
    repeat the quantity of the line. `boxed`: a system or a word for one is named.
    """

    family: str | None = None
    chip: str | None = None
    accelerator: str | None = None
    system: str | None = None
    form: str | None = None
    chips_per_piece: float | None = None
    counted: bool = False
    boxed: bool = False
    doubtful: bool = False
    accessory: str | None = None
    vague: bool = False


@dataclass(frozen=True)
class Reader:
    """The vocabulary, and the rows of the catalog by their ids."""

    phrases: Lexicon
    accelerators: Mapping[str, Row]
    systems: Mapping[str, Row]
    variants: Mapping[str, tuple[Row, ...]]
    lines: Mapping[tuple[str, str], tuple[Row, ...]] = field(default_factory=dict)


@cache
def reader(items: Catalog) -> Reader:
    """Prepare a catalog for reading texts."""
    accelerators = items.accelerators.to_dicts()
    systems = items.systems.to_dicts()
    return Reader(
        lexicon(items),
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


def read(text: str | None, books: Reader) -> Reading:
    """Read one text; an empty one says nothing."""
    words = words_of(text or "")
    hits = hits_in(words, books.phrases)
    target = _target(hits, books)
    if target is None or any(hit.says("host") for hit in hits):
        return _without_accelerator(words, hits, books)
    accessory = _accessory(hits, target)
    return _accelerator(words, hits, target, accessory, books)


def _target(hits: list[Hit], books: Reader) -> Hit | None:
    """The first hit that names an accelerator, a system of them, or accelerators in general."""
    named = [hit for hit in hits if _is_system(hit, books) or (hit.phrase.accelerator and not _by_chance(hit, hits))]
    general = [hit for hit in hits if hit.says("gpu", "line")]
    return next(iter(named or general), None)


def _is_system(hit: Hit, books: Reader) -> bool:
    return hit.phrase.system is not None and books.systems[hit.phrase.system]["family"] == "accelerator"


def _by_chance(hit: Hit, hits: list[Hit]) -> bool:
    """Whether a short name is another's: of an aircraft, a printer, a lamp; nothing else speaks of chips."""
    if not hit.phrase.plain or any(each.says("maker") for each in hits):
        return False
    if any(each.says("foreign") for each in hits):
        return True
    others = [each for each in hits if each.phrase.system is None and each.says("other", "accessory")]
    if not hit.doubtful:
        others = [each for each in others if not each.says("accessory")]
    return bool(others) and not any(each.phrase.system or each.says("gpu", "hint", "line") for each in hits)


def _accessory(hits: list[Hit], target: Hit) -> str | None:
    """Whether the goods are something for the target: what follows it, or what stands before "for"."""
    things = [hit for hit in hits if hit is not target and hit.says("accessory", "other")]
    near = [hit for hit in things if hit.part == target.part]
    goals = [hit.start for hit in hits if hit.says("for") and hit.start < target.start]
    if any(hit.start >= target.end for hit in near) or any(hit.end <= goal for hit in things for goal in goals):
        return "sure"
    if any(hit.says("vague_word") and hit.phrase.words[0] in LESSER and hit.start >= target.end for hit in hits):
        return "maybe"
    before = near or ([] if target.inside else things)
    return "maybe" if any(hit.end <= target.start for hit in before) else None


def _accelerator(words: list[Word], hits: list[Hit], target: Hit, accessory: str | None, books: Reader) -> Reading:
    chips = [hit for hit in hits if hit.phrase.accelerator and not _by_chance(hit, hits)]
    system = next((books.systems[hit.phrase.system] for hit in hits if hit.phrase.system and _is_system(hit, books)), None)
    variant = _variant(words, chips, system, books)
    count, counted = count_of(words, hits, chips)
    system = _of_line(hits, variant, system, count, books)
    boxed = system is not None or _speaks(words, hits, "server") or any(hit.phrase.system for hit in hits)
    per_piece = count or _usual(system, boxed=boxed)
    return Reading(
        "accelerator",
        variant["product"] if variant else None,
        variant["id"] if variant else None,
        system["id"] if system else None,
        _form(words, hits, system, variant, count),
        per_piece,
        counted and not boxed,
        boxed,
        bool(chips) and system is None and all(hit.doubtful for hit in chips) and not _in_context(hits),
        accessory,
    )


def _in_context(hits: list[Hit]) -> bool:
    return any(hit.says("maker", "gpu", "hint", "line") for hit in hits)


def _usual(system: Row | None, *, boxed: bool) -> float | None:
    """Chips where the text counts none: those of the system, one of a bare chip, unknown in a server of no name."""
    if system is not None:
        chips: float | None = system["chips_per_unit"]
        return chips
    return None if boxed else 1.0


def _variant(words: list[Word], chips: list[Hit], system: Row | None, books: Reader) -> Row | None:
    """The one accelerator the text names, in the variant its other words fit best; none when it names several."""
    named = [books.accelerators[hit.phrase.accelerator] for hit in chips if hit.phrase.accelerator]
    if system is not None and system["chip"]:
        named.append(books.accelerators[system["chip"]])
    if len({row["product"] for row in named}) != 1:
        return None
    if system is not None and system["chip"]:
        return named[-1]
    said = _traits(words)
    first = named[0]
    if books.variants[first["product"]][0]["id"] != first["id"]:
        return first
    return max(books.variants[first["product"]], key=lambda row: len(said.intersection(row["traits"])))


def _traits(words: list[Word]) -> set[str]:
    """Words that tell variants apart: sxm, pcie, nvl (not "nvl72"), 80 gb."""
    pairs = list(zip(words, [*words[1:], None], strict=True))
    sizes = {f"{word.text} gb" for word, after in pairs if after and after.text in ("gb", "g", "gib")}
    links = {
        word.text for word, after in pairs
        if not (word.text == "nvl" and after and after.gap == GLUED and after.text.isdigit())
    }
    return sizes | links


def _of_line(hits: list[Hit], variant: Row | None, system: Row | None, count: float | None, books: Reader) -> Row | None:
    """The system of a line (HGX, DGX) that holds this product, by its count of chips when one is said."""
    named = system["line"] if system is not None else None
    lines = [named] if named else [hit.phrase.words[0] for hit in hits if hit.says("line")]
    if variant is None or not lines:
        return system
    siblings = books.lines.get((lines[0], variant["product"]), ())
    same = [row for row in siblings if row["chips_per_unit"] == count]
    if system is not None:
        return same[0] if same and system not in same else system
    return next(iter(same or siblings), None)


def _form(words: list[Word], hits: list[Hit], system: Row | None, variant: Row | None, count: float | None) -> str | None:
    if _speaks(words, hits, "server") or (system is None and any(hit.phrase.system for hit in hits)):
        return str(system["form"]) if system is not None and system["form"] == "rack" else "server"
    if system is not None:
        return "board" if any(word.text == "baseboard" for word in words) else str(system["form"])
    if _speaks(words, hits, "rack"):
        return "rack"
    if any(hit.says("chip") for hit in hits):
        return "chip"
    if variant is not None:
        return "board" if count and count > 1 else str(variant["form"])
    return "board"


def _speaks(words: list[Word], hits: list[Hit], kind: str) -> bool:
    """Whether a phrase, or a word inside one, says a form."""
    return any(hit.says(kind) or (hit.says("gpu") and kind in {word.text for word in words[hit.start : hit.end]})
               for hit in hits)


def _without_accelerator(words: list[Word], hits: list[Hit], books: Reader) -> Reading:
    for family in NAMED_FAMILIES:
        if any(hit.says(family) for hit in hits):
            return Reading(family, form="chip" if family == "memory" else "other", chips_per_piece=0.0)
    if not any(hit.says("other", "host") for hit in hits):
        return Reading(vague=_is_vague(words, hits))
    system = next((books.systems[hit.phrase.system] for hit in hits if hit.phrase.system), None)
    form = system["form"] if system is not None else "other"
    return Reading("other", None, None, system["id"] if system is not None else None, form, 0.0)


def _is_vague(words: list[Word], hits: list[Hit]) -> bool:
    """Whether every word is one that says nothing; beside a phrase that says nothing one unknown name may stand."""
    known = {at for hit in hits if not hit.doubtful and not hit.phrase.accelerator for at in range(hit.start, hit.end)}
    unknown = sum(at not in known and word.text.isalpha() and len(word.text) > 1 and not _in_code(words, at)
                  for at, word in enumerate(words))
    if any(hit.says("vague") for hit in hits):
        return unknown <= 1
    return unknown == 0 and (not words or any(hit.says("vague_word") for hit in hits))


def _in_code(words: list[Word], at: int) -> bool:
    """Whether a word is part of a code of letters and digits, such as "XJ-220"."""
    before = at > 0 and words[at].gap != APART and words[at - 1].text.isdigit()
    after = at + 1 < len(words) and words[at + 1].gap != APART and words[at + 1].text.isdigit()
    return before or after
