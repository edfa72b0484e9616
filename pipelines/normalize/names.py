"""One right spelling of a name, and what its words weigh."""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from rigour._core import raw_levenshtein
from rigour.names import extract_org_types, remove_org_types
from rigour.text.translit import maybe_ascii

from pipelines.configuration import config_path, config_toml

LONGEST = 400
"""Letters of a name that are looked at; what is longer is no name."""

_LOOKALIKE = str.maketrans(
    "авсекмнортухіјѕԁԛԝАВСЕКМНОРТУХІЈЅαβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abcekmhoptyxijsdqwABCEKMHOPTYXIJSabeiknoptuxABEZHIKMNOPTYX",
)
_LATIN = re.compile(r"[A-Za-z]")
_OTHER_ALPHABET = re.compile(r"[Ͱ-ϿЀ-ӿԀ-ԯ]")
_DOTTED = re.compile(r"\b(?:\w\.\s?){2,}(?:\w\b)?|\b[^\W\d_]\.[^\W\d_]\b")
_APOSTROPHES = re.compile(r"['`´‘’ʼʻ]")
_NOT_WORD = re.compile(r"[\W_]+")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
_SAYS_NOTHING = 0.3
_TOO_CLOSE = frozenset({"general", "natural", "physical", "mineral"})
_ALIAS = re.compile(
    r"[\s,;(\[]+(?:[afn][. /]?k[. /]?a|d[. /]?b[. /]?a|t/a|formerly known as|also known as|formerly|doing business as"
    r"|trading as)\.?[\s:,]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """What the shipped word lists say."""

    legal: frozenset[str]
    phrases: re.Pattern[str]
    legal_countries: Mapping[str, frozenset[str]]
    legal_kinds: Mapping[str, str]
    weights: Mapping[str, float]
    places: frozenset[str]
    generic: frozenset[str]
    spellings: Mapping[str, str]
    together: Mapping[str, str]
    misspelled: Mapping[str, str]
    simplified: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart.

    `tokens` are the words of the core (without legal form) in one spelling; `numbers` those that must agree;
    `weights` how much each token says, 0 to 1; `legal` the legal forms, `forms` their kinds as rigour groups them.
    """

    text: str
    folded: str
    tokens: tuple[str, ...]
    weights: tuple[float, ...]
    numbers: frozenset[str]
    places: frozenset[str]
    legal: frozenset[str]
    forms: frozenset[str]
    weight: float
    squeezed: str

    @property
    def core(self) -> str:
        """The words of the core, joined."""
        return " ".join(self.tokens)

    @property
    def countries(self) -> frozenset[str]:
        """Countries its legal form belongs to; empty when it may be of any."""
        known = [words().legal_countries[form] for form in self.legal if form in words().legal_countries]
        return frozenset.intersection(*known) if known else frozenset()


@cache
def words() -> Words:
    """Read the shipped word lists once."""
    shipped = config_toml("name_words.toml")
    listed, phrases = shipped["words"], sorted(shipped["legal"]["phrases"], key=len, reverse=True)
    places, generic = frozenset(listed["place"].split()), frozenset(listed["generic"].split())
    return Words(
        legal=frozenset(shipped["legal"]["words"].split()),
        phrases=re.compile("|".join(rf"(?<![a-z0-9]){re.escape(each)}(?![a-z0-9])" for each in phrases)),
        legal_countries={form: frozenset(codes) for form, codes in shipped["legal"]["countries"].items()},
        legal_kinds=dict(shipped["legal"]["kinds"]),
        weights=_weights(listed, shipped["weights"]),
        places=places,
        generic=generic,
        spellings=dict(shipped["spellings"]),
        together=dict(shipped["together"]),
        simplified=str.maketrans(*("".join(shipped["han"][kind].split()) for kind in ("traditional", "simplified"))),
        misspelled=_misspelled((generic | frozenset({"limited", "company", "corporation"})) - _TOO_CLOSE),
    )


def _misspelled(known: frozenset[str]) -> dict[str, str]:
    """Index long trade words by what remains of them when one letter is lost."""
    long = sorted(word for word in known if len(word) >= 7 and word.isascii())
    return {shorter: word for word in reversed(long) for shorter in _shortened(word)}


def _weights(listed: Mapping[str, str], weights: Mapping[str, float]) -> dict[str, float]:
    found = _rarity()
    for kind in ("ordinary", "place", "generic", "stop"):
        for word in listed[kind].split():
            found[word] = min(weights[kind], found.get(word, 1.0))
    return found


def _rarity() -> dict[str, float]:
    """Weigh each word of the shipped table: 1 − log(1 + heads) / log(1 + most heads)."""
    with config_path("token_rarity.csv").open(encoding="utf-8", newline="") as file:
        heads = {row["token"]: int(row["heads"]) for row in csv.DictReader(file)}
    most = math.log1p(max(heads.values(), default=1))
    return {token: max(0.1, 1 - math.log1p(count) / most) for token, count in heads.items()}


@lru_cache(maxsize=1 << 18)
def fold(text: str) -> str:
    """Write a name in its one plain spelling: Latin letters where they can be had, lower case, no punctuation.

    Letters that only look Latin are taken for Latin inside a Latin name. Folding twice changes nothing.
    """
    text = text[:LONGEST]
    for _ in range(4):
        before, text = text, _folded(text)
        if text == before:
            break
    return text


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    kept = "".join(char for char in text if char in "\t\n" or unicodedata.category(char) not in {"Cc", "Cf"})
    text = _plain_letters(kept)
    if not text.isascii():
        text = text.translate(words().simplified)
        text = unicodedata.normalize("NFKC", " ".join(map(maybe_ascii, text.split())))
    text = _APOSTROPHES.sub("", text.casefold()).replace("&", " and ")
    text = _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", text)
    return _NOT_WORD.sub(" ", text).strip().removeprefix("m s ").removeprefix("messrs ")


def _plain_letters(text: str) -> str:
    """Replace letters of other alphabets that look Latin, in words that mix alphabets or stand among Latin ones."""
    if not (_LATIN.search(text) and _OTHER_ALPHABET.search(text)):
        return text
    return " ".join(_plain_word(word) for word in text.split())


def _plain_word(word: str) -> str:
    plain = word.translate(_LOOKALIKE)
    return plain if _LATIN.search(word) or not _OTHER_ALPHABET.search(plain) else word


def spellings(text: str) -> tuple[str, ...]:
    """Split a name that holds others ("Foo Ltd (a.k.a. Bar)") into all of them."""
    parts = [part.strip(' ,;()[]"') for part in _ALIAS.split(f"{text} ")]
    return tuple(dict.fromkeys(part for part in parts if part)) or (text,)


@lru_cache(maxsize=1 << 18)
def parse_name(text: str) -> Name:
    """Take a name apart: core words, numbers, places, legal forms."""
    folded = fold(text)
    bare, legal, forms = _without_legal_form(folded)
    tokens = _core_tokens(bare) or _core_tokens(folded)
    if max(map(weigh, tokens), default=1.0) < _SAYS_NOTHING:
        tokens = _core_tokens(_without_own_legal_words(folded)) or tokens
    weights = tuple(weigh(token) for token in tokens)
    places = frozenset(tokens) & words().places
    return Name(
        text, folded, tokens, weights, _numbers(tokens), places, legal, forms, math.fsum(weights), "".join(tokens)
    )


def _without_legal_form(folded: str) -> tuple[str, frozenset[str], frozenset[str]]:
    folded = " ".join(_numeral(word, place) for place, word in enumerate(folded.split()))
    found = extract_org_types(folded, generic=False)
    kinds = frozenset(kind for _, kind in extract_org_types(folded, generic=True))
    if "sdn" not in folded.split():
        kinds = frozenset(words().legal_kinds[word] for word in folded.split() if word in words().legal_kinds) or kinds
    phrases = words().phrases.findall(folded)
    bare = words().phrases.sub(" ", remove_org_types(folded, replacement=" "))
    kept = [word for word in bare.split() if word not in words().legal]
    dropped = [word for word in folded.split() if word in words().legal or word in words().legal_countries]
    legal = {form for _, form in found} | {word for phrase in phrases for word in phrase.split()} | set(dropped)
    return " ".join(kept), frozenset(legal), kinds


def _without_own_legal_words(folded: str) -> str:
    """Drop only what is surely a legal form: what else rigour drops ("LL", "II") may be all there is of a name."""
    return " ".join(word for word in words().phrases.sub(" ", folded).split() if word not in words().legal)


def _core_tokens(text: str) -> tuple[str, ...]:
    text = _phrases().sub(lambda found: words().together[found.group()], text)
    found = [_spelled(token) for token in text.split()]
    found = [token for token in found if token not in words().legal] or found
    return tuple(_numeral(token, place) for place, token in enumerate(found) if token not in {"the", "no"} or place)


@cache
def _phrases() -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{re.escape(each)}\b" for each in words().together))


@lru_cache(maxsize=1 << 17)
def _spelled(token: str) -> str:
    """Write a word in its one spelling; a trade word with one letter wrong or missing is taken for that trade word."""
    known = words()
    if token in known.spellings:
        return known.spellings[token]
    if len(token) < 7 or token in known.weights or not token.isalpha():
        return token
    meant = {known.misspelled[each] for each in _shortened(token) if each in known.misspelled}
    near = sorted(word for word in meant if raw_levenshtein(word, token) <= 1 or sorted(word) == sorted(token))
    return known.spellings.get(near[0], near[0]) if near else token


def _shortened(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _numeral(token: str, place: int) -> str:
    ordinal = _ORDINAL.fullmatch(token)
    if ordinal:
        return ordinal.group(1)
    if token.isascii() and token.isdigit():
        return token.lstrip("0") or "0"
    return _ROMAN.get(token, token) if place else token


def _numbers(tokens: tuple[str, ...]) -> frozenset[str]:
    """Find what tells sisters apart: numbers, and a single letter at the end ("Venus A")."""
    found = {token for token in tokens if token.isdigit()}
    if len(tokens) > 1 and len(tokens[-1]) == 1 and tokens[-1].isascii():
        found.add(tokens[-1])
    return frozenset(found)


@lru_cache(maxsize=1 << 18)
def weigh(token: str) -> float:
    """Say how much a word tells who somebody is, 0 to 1: little for "trading", 1 for a long word nobody else uses."""
    known = 0.03 if token in words().legal else words().weights.get(token)
    if token.isdigit() or len(token) == 1:
        return 0.3
    if not token.isascii():
        return known if known is not None else min(1.0, 0.4 * len(token))
    by_length = {2: 0.35, 3: 0.5, 4: 0.75, 5: 0.9}.get(len(token), 1.0)
    return min(by_length, known) if known is not None else by_length


def is_word(token: str) -> bool:
    """Whether a word is in the shipped lists: a trade, a place, an everyday word, a legal form."""
    return token in words().weights or token in words().legal


def is_rare(token: str) -> bool:
    """Whether a word is one few parties have."""
    return weigh(token) >= 0.72
