"""How many accelerators a text says one piece holds: "8-GPU", "NVL72", "8x H100", "H100 x 8", "eight GPUs"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipelines.normalize.item_words import APART, GLUED, Hit, Word

MOST = 1_000
NUMBERS = {
    "single": 1, "one": 1, "dual": 2, "two": 2, "twin": 2, "three": 3, "quad": 4, "four": 4, "six": 6, "octa": 8,
    "octo": 8, "eight": 8, "ten": 10, "sixteen": 16,
}  # fmt: skip
COUNTED = ("gpu", "way", "oam", "gpgpu", "npu", "accelerator")
FILLERS = frozenset(
    {"nvidia", "amd", "tesla", "instinct", "geforce", "huawei", "intel", "habana", "gpu", "new", "original", "genuine",
     "x", "of", "way", "pc", "pcs", "unit", "piece", "ea", "the", "hgx", "brand"}
)  # fmt: skip
SIZES = frozenset(
    {"gb", "g", "gib", "tb", "w", "kw", "u", "nm", "mm", "ghz", "mhz", "v", "core", "bit", "th", "st", "nd", "rd",
     "year", "month"}
)  # fmt: skip
AFTER_CHIP = frozenset(
    {"sxm", "pcie", "nvl", "gb", "g", "hbm", "e", "gpu", "tensor", "core", "oam", "module", "card", "board",
     "accelerator", "gddr", "nvlink", "memory"}
)  # fmt: skip


def count_of(words: Sequence[Word], hits: Sequence[Hit], chips: Sequence[Hit]) -> tuple[float | None, bool]:
    """The count, and whether it is loose: one that stands beside the chip may also repeat the line's quantity."""
    taken = {at for hit in hits if hit.phrase.accelerator or hit.phrase.system for at in range(hit.start, hit.end)}
    firm = _of_gpus(words) or _linked(words, taken)
    if firm:
        return float(firm), False
    for hit in chips:
        loose = (None if hit.start - 1 in taken else _before(words, hit.start)) or _after(words, hit.end)
        if loose:
            return float(loose), True
    return None, False


def _of_gpus(words: Sequence[Word]) -> int | None:
    """A number right before "GPU" or "way": "8-GPU", "8 x GPUs", "8-way"."""
    for at, word in enumerate(words):
        if word.text in COUNTED and at:
            number = _number(words, at - 2 if words[at - 1].text == "x" else at - 1)
            if number:
                return number
    return None


def _linked(words: Sequence[Word], taken: set[int]) -> int | None:
    """The domain of an NVL system: "NVL72"; in the name of a system of the catalog that one's count holds."""
    for at, (word, after) in enumerate(pairwise(words)):
        if word.text == "nvl" and at not in taken and after.text.isdecimal() and after.gap != APART:
            return _sane(after.text)
    return None


def _before(words: Sequence[Word], start: int) -> int | None:
    """A number before the chip with nothing but makers and "x" between."""
    for at in range(start - 1, max(start - 6, -1), -1):
        number = _number(words, at) if words[at].part == words[start].part else None
        if number:
            return number
        if words[at].part != words[start].part or words[at].text not in FILLERS:
            return None
    return None


def _after(words: Sequence[Word], end: int) -> int | None:
    """A number after "x" after the chip: "H100 80GB x8"; the lanes of "PCIe x16" are none."""
    for at in range(end, min(end + 7, len(words) - 1)):
        if words[at].text == "x" and words[at + 1].text.isdecimal():
            lanes = any(word.text in ("pcie", "gen") for word in words[max(end, at - 3) : at])
            return None if lanes and words[at + 1].text == "16" else _number(words, at + 1, beside_x=True)
        if words[at].text not in AFTER_CHIP and not words[at].text.isdecimal():
            return None
    return None


def _number(words: Sequence[Word], at: int, *, beside_x: bool = False) -> int | None:
    """The number at a place; none that belongs to letters before it ("SXM5", "x16") or to a size after it ("80 GB")."""
    if at < 0:
        return None
    word = words[at]
    if word.text in NUMBERS:
        return NUMBERS[word.text]
    after = words[at + 1].text if at + 1 < len(words) else ""
    letters = at > 0 and word.gap == GLUED and words[at - 1].text.isalpha() and not beside_x
    return None if letters or after in SIZES else _sane(word.text)


def _sane(text: str) -> int | None:
    number = int(text) if text.isdecimal() and len(text) <= 4 else 0
    return number if 1 <= number <= MOST else None
