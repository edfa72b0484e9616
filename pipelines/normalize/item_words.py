"""Words of item texts: a text becomes words, and the phrases of the vocabulary are found among them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipelines.normalize.catalog import Catalog

LONGEST = 2_000
"""Characters of a text that are read; what an article is stands at its beginning."""

GLUED, TIED, APART = 0, 1, 2
"""How a word follows the one before it: at once, over a hyphen or the like, or after a space."""

WORD = re.compile(r"[a-zà-ɏ]+|\d+|[^\W\d_a-zà-ɏ]+|[^\w\s]|_")
WITH = re.compile(r"\bw/(?!o)|\bwith\b|\bincl(?:uding|udes|\.)?(?=\W|$)|\bcontain(?:ing|s)\b|\bequipped\b|\bfeaturing\b|\bhas\b")
GLUE = re.compile(r"(\dx|hgx|dgx|nvidia|gpu)(?=[a-z]+\d)")
TIES, BREAKS = "-_.'’‐‑–", frozenset(",;+&/()[]{}|:")
BREAKING = ("¶", "and", "plus")
MARKS = str.maketrans({"™": " ", "®": " ", "©": " ", "×": "x", "✕": "x", "*": "x", "�": " "})

MAY_PRECEDE = frozenset({"x", "nvidia", "tesla", "hgx", "dgx", "mgx", "rtx", "geforce", "gpu", "ascend", "instinct", "amd", "server"})
MAY_FOLLOW = frozenset({"x", "s", "sxm", "pcie", "nvl", "gpu", "gb", "pc", "oam", "server", "tensor", "hbm", "cnx"})
"""Words a short name such as "H100" may be glued to; any other makes it part of another word."""


@dataclass(frozen=True)
class Word:
    """A word in lower case and singular, how it follows the one before, and the part of the text it stands in.

    `inside` says that the part comes after "with": it is what is inside the goods.
    """

    text: str
    gap: int
    part: int
    inside: bool


@dataclass(frozen=True)
class Phrase:
    """A phrase: its words, which of them are tied to the one before, what it says, and the article it names.

    `weak` names mean their article only beside words that speak of chips.
    """

    words: tuple[str, ...]
    tied: tuple[bool, ...]
    kinds: frozenset[str] = frozenset()
    accelerator: str | None = None
    system: str | None = None
    weak: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is one short name, such as "h100", that a longer word may hold by chance."""
        return self.accelerator is not None and all(self.tied[1:])


@dataclass(frozen=True)
class Hit:
    """A phrase found from word `start` up to `end`."""

    phrase: Phrase
    start: int
    end: int
    part: int
    inside: bool
    doubtful: bool

    def says(self, *kinds: str) -> bool:
        return not self.phrase.kinds.isdisjoint(kinds)


Lexicon = Mapping[str, tuple[Phrase, ...]]
"""Phrases by their first word, longest first."""


def words_of(text: str) -> list[Word]:
    """Split a text into words, whatever its case, width and spacing."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST].translate(MARKS)).casefold().translate(MARKS)
    plain = GLUE.sub(r"\1 ", plain)
    plain = WITH.sub(" ¶ ", plain)
    words: list[Word] = []
    part, last, inside = 0, 0, False
    for found in WORD.finditer(plain):
        word = found.group()
        if word in BREAKS or word in BREAKING:
            part, inside = part + 1, word == "¶"
        elif word.isalnum():
            words.append(Word(singular(word), _gap(plain[last : found.start()]), part, inside))
            last = found.end()
    return words


def _gap(between: str) -> int:
    return GLUED if not between else TIED if all(each in TIES for each in between) else APART


def singular(word: str) -> str:
    """Drop the plural of an English word."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]


@cache
def lexicon(items: Catalog) -> Lexicon:
    """Gather the vocabulary: words of config/item_words.toml, names of accelerators and systems."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, phrases in items.words.items():
        for phrase in phrases:
            kinds[phrase].add(kind)
    every = [_phrase(text, kinds=frozenset(says)) for text, says in kinds.items()]
    for row in items.accelerators.iter_rows(named=True):
        every += [_phrase(alias, accelerator=row["id"]) for alias in row["aliases"] if alias]
    for row in items.systems.iter_rows(named=True):
        says = frozenset({"other"}) if row["family"] == "other" else frozenset[str]()
        every += [_phrase(alias, system=row["id"], kinds=says) for alias in row["aliases"] if alias]
    found: dict[str, list[Phrase]] = defaultdict(list)
    for each in every:
        found[each.words[0]].append(each)
    return {first: tuple(sorted(phrases, key=_precedence)) for first, phrases in found.items()}


def _precedence(phrase: Phrase) -> tuple[int, bool]:
    return -len(phrase.words), phrase.accelerator is None and phrase.system is None


def _phrase(
    alias: str, *, kinds: frozenset[str] = frozenset(), accelerator: str | None = None, system: str | None = None
) -> Phrase:
    words = words_of(alias.removeprefix("~"))
    tied = tuple(word.gap < APART for word in words)
    return Phrase(tuple(word.text for word in words), tied, kinds, accelerator, system, alias.startswith("~"))


def hits_in(words: list[Word], phrases: Lexicon) -> list[Hit]:
    """Find the phrases of a text from left to right, the longest first; they do not overlap."""
    hits: list[Hit] = []
    at = 0
    while at < len(words):
        fits = (each for each in phrases.get(words[at].text, ()) if _stands(each, words, at))
        phrase = next(fits, None)
        if phrase is None:
            at += 1
            continue
        end = at + len(phrase.words)
        hits.append(Hit(phrase, at, end, words[at].part, words[at].inside, _doubtful(phrase, words, at)))
        at = end
    return hits


def _stands(phrase: Phrase, words: list[Word], at: int) -> bool:
    """Whether a phrase stands at a place, in one part of the text and not inside a longer word."""
    end = at + len(phrase.words)
    here = words[at:end]
    if len(here) < len(phrase.words) or any(word.part != here[0].part for word in here):
        return False
    if any(word.text != part for word, part in zip(here, phrase.words, strict=True)):
        return False
    spaced = any(tied and word.gap == APART for word, tied in zip(here[1:], phrase.tied[1:], strict=True))
    if spaced and not (at and words[at - 1].text in ("nvidia", "tesla", "amd") and phrase.accelerator):
        return False
    named = phrase.accelerator or phrase.system
    return not named or (_begins(words, at) and (not phrase.plain or _ends(words, end)))


def _begins(words: list[Word], at: int) -> bool:
    return at == 0 or words[at].gap != GLUED or _lets(words[at - 1], MAY_PRECEDE)


def _ends(words: list[Word], end: int) -> bool:
    return end >= len(words) or words[end].gap != GLUED or _lets(words[end], MAY_FOLLOW)


def _lets(neighbor: Word, known: frozenset[str]) -> bool:
    return neighbor.text in known or not neighbor.text.isascii()


def _doubtful(phrase: Phrase, words: list[Word], at: int) -> bool:
    """Whether a name means its article only in context: short ones, and those tied to an unknown word before."""
    tied = phrase.plain and at > 0 and words[at].gap == TIED and words[at - 1].text not in MAY_PRECEDE
    return phrase.weak or (tied and not words[at - 1].text.isdigit())
