"""Words of item texts: a text becomes words, and the phrases of the vocabulary are found among them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import NamedTuple

from pipelines.normalize.catalog import Catalog

LONGEST = 2_000
"""Characters of a text that are read; what an article is stands at its beginning."""

GLUED, TIED, APART = 0, 1, 2
"""How a word follows the one before it: at once, over a hyphen or the like, or after a space."""

WORD = re.compile(r"[a-zà-ɏ]+|\d+|[^\W\d_a-zà-ɏ]+|[^\w\s]|_")
HAN = re.compile(r"[^\W\d_a-zà-ɏ]+")
GLUE = re.compile(r"(\dx|hgx|dgx|nvidia|gpu)(?=[a-z]+\d)")
WITH = re.compile(
    r"\bw/(?!o)|\b(?:with|including|includes|containing|contains|equipped|featuring|has)\b|\bincl\b\.?"
    r"|\b(?:(?:packed|boxed|packaged|shipped|put up) )?in (?=(?:an? |the |its )?(?:wooden|wood|steel|metal|iron|carton"
    r"|cardboard|box|crate|pallet|original|retail|bulk|plastic|foam|anti))"
)
WITHOUT = re.compile(r"\b(?:w/o|without|excluding|excl|no(?= (?:nvidia )?gpu))\b[^,;()]*")
ZEROS = re.compile(r"(?<=\b[a-z]\d)oo\b")
TIES, BREAKS = frozenset("-_.'’‐‑–"), frozenset((*",;+&/()[]{}|:¶", "and", "plus"))
MARKS = str.maketrans({"™": " ", "®": " ", "©": " ", "×": "x", "✕": "x", "*": "x", "\ufffd": " ", "¶": " "})

MAY_PRECEDE = frozenset(
    {"x", "nvidia", "tesla", "hgx", "dgx", "mgx", "rtx", "geforce", "gpu", "ascend", "instinct", "amd", "server"}
)
MAY_FOLLOW = frozenset({"x", "s", "sxm", "pcie", "nvl", "gpu", "gb", "pc", "oam", "server", "tensor", "hbm", "cnx"})
"""Words a short name such as "H100" may be glued to; any other makes it part of another word."""

OWNERS = frozenset({"nvidia", "tesla", "amd"})
"""Makers right after whom a short name may be spelled with a space: "NVIDIA H 100"."""


class Word(NamedTuple):
    """A word in lower case and singular, how it follows the one before, and the part of the text it stands in.

    `inside` says that the part comes after "with": it is what is inside the goods. (A tuple: a million are made.)
    """

    text: str
    gap: int
    part: int
    inside: bool


@dataclass(frozen=True)
class Phrase:
    """A phrase: its words, which of them are tied to the one before, what it says, and the article it names.

    `weak` names mean their article only beside words that speak of chips; `plain` ones are one short name, such as
    "h100", that a longer word may hold by chance. `usual_usd` is what a piece of other goods costs at most.
    """

    words: tuple[str, ...]
    tied: tuple[bool, ...]
    kinds: frozenset[str] = frozenset()
    accelerator: str | None = None
    system: str | None = None
    weak: bool = False
    plain: bool = False
    usual_usd: float | None = None

    @property
    def names(self) -> bool:
        """Whether it names an article of the catalog."""
        return self.accelerator is not None or self.system is not None


class Hit(NamedTuple):
    """A phrase found from word `start` up to `end`; `doubtful` when it may be part of another name."""

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
    plain = _plain(text[:LONGEST])
    if "oo" in plain:
        plain = ZEROS.sub("00", plain)
    plain = WITH.sub(" ¶ ", WITHOUT.sub(" , ", GLUE.sub(r"\1 ", plain)))
    words: list[Word] = []
    part, last, inside = 0, 0, False
    for found in WORD.finditer(plain):
        word = found.group()
        if word in BREAKS:
            part, inside = part + 1, word == "¶"
        elif word.isalnum():
            words.append(Word(singular(word), _gap(plain[last : found.start()]), part, inside))
            last = found.end()
    return words


def _plain(text: str) -> str:
    """Level case, width and signs; most texts need little."""
    if text.isascii():
        return text.lower().replace("*", "x")
    return unicodedata.normalize("NFKC", text.translate(MARKS)).casefold().translate(MARKS)


def _gap(between: str) -> int:
    if between == " ":
        return APART
    return GLUED if not between else TIED if TIES.issuperset(between) else APART


@lru_cache(maxsize=1 << 16)
def singular(word: str) -> str:
    """Drop the plural of an English word."""
    if not word.endswith("s") or len(word) <= 3 or word.endswith("ss"):
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
    every = [
        replace(_phrase(text, kinds=frozenset(says)), usual_usd=items.usual_usd.get(text))
        for text, says in kinds.items()
    ]
    for row in items.accelerators.iter_rows(named=True):
        every += [_phrase(alias, accelerator=row["id"]) for alias in row["aliases"]]
    for row in items.systems.iter_rows(named=True):
        says = frozenset({"other"}) if row["family"] == "other" else frozenset[str]()
        every += [_phrase(alias, system=row["id"], kinds=says) for alias in row["aliases"]]
    found: dict[str, list[Phrase]] = defaultdict(list)
    for each in every:
        found[each.words[0]].append(each)
    return {first: tuple(sorted(phrases, key=_precedence)) for first, phrases in found.items()}


def runs_in(items: Catalog) -> re.Pattern[str]:
    """Find the words of scripts without spaces inside longer runs, the longest first."""
    every = {word for words in items.words.values() for word in words if len(word) > 1 and HAN.fullmatch(word)}
    return re.compile("|".join(sorted(every, key=lambda word: (-len(word), word))) or r"(?!)")


def _precedence(phrase: Phrase) -> tuple[int, bool]:
    return -len(phrase.words), not phrase.names


def _phrase(
    alias: str, *, kinds: frozenset[str] = frozenset(), accelerator: str | None = None, system: str | None = None
) -> Phrase:
    words = words_of(alias.removeprefix("~"))
    tied = tuple(word.gap < APART for word in words)
    plain = accelerator is not None and all(tied[1:])
    return Phrase(tuple(word.text for word in words), tied, kinds, accelerator, system, alias.startswith("~"), plain)


def hits_in(words: list[Word], phrases: Lexicon) -> list[Hit]:
    """Find the phrases of a text from left to right, the longest first; they do not overlap."""
    hits: list[Hit] = []
    at = 0
    while at < len(words):
        found = _longest(words, at, phrases)
        if found is None:
            at += 1
            continue
        end = at + len(found.words)
        hits.append(Hit(found, at, end, words[at].part, words[at].inside, _doubtful(found, words, at)))
        at = end
    return hits


def _longest(words: list[Word], at: int, phrases: Lexicon) -> Phrase | None:
    """The longest phrase at a place; one of mere words yields to the name of an article that begins inside it."""
    second = words[at + 1].text if at + 1 < len(words) else None
    for phrase in phrases.get(words[at].text, ()):
        if (len(phrase.words) == 1 or phrase.words[1] == second) and _stands(phrase, words, at):
            inner = range(at + 1, at + len(phrase.words))
            if phrase.names or not any(_named_at(words, place, phrases) for place in inner):
                return phrase
    return None


def _named_at(words: list[Word], at: int, phrases: Lexicon) -> bool:
    return any(each.names and _stands(each, words, at) for each in phrases.get(words[at].text, ()))


def _stands(phrase: Phrase, words: list[Word], at: int) -> bool:
    """Whether a phrase stands at a place, in one part of the text and not inside a longer word."""
    end = at + len(phrase.words)
    if end > len(words):
        return False
    part = words[at].part
    for place in range(at + 1, end):
        word = words[place]
        if word.text != phrase.words[place - at] or word.part != part:
            return False
        if word.gap == APART and phrase.tied[place - at] and not _spelled_apart(phrase, words, at):
            return False
    if not phrase.names:
        return True
    return _begins(words, at) and (not phrase.plain or _ends(words, end))


def _spelled_apart(phrase: Phrase, words: list[Word], at: int) -> bool:
    return phrase.accelerator is not None and at > 0 and words[at - 1].text in OWNERS


def _begins(words: list[Word], at: int) -> bool:
    return at == 0 or words[at].gap != GLUED or _lets(words[at - 1], MAY_PRECEDE)


def _ends(words: list[Word], end: int) -> bool:
    return end >= len(words) or words[end].gap != GLUED or _lets(words[end], MAY_FOLLOW)


def _lets(neighbor: Word, known: frozenset[str]) -> bool:
    """Whether a word may be glued to a name; in scripts without spaces any may."""
    return neighbor.text in known or not neighbor.text.isascii()


def _doubtful(phrase: Phrase, words: list[Word], at: int) -> bool:
    """Whether a name means its article only in context: short ones, and those tied to an unknown word before."""
    if phrase.weak or not phrase.plain or at == 0:
        return phrase.weak
    before = words[at - 1].text
    return words[at].gap == TIED and before not in MAY_PRECEDE and not before.isdigit()
