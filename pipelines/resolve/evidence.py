"""What speaks for and against two mentions being one party: one small function per claim."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from rigour._core import raw_levenshtein, raw_levenshtein_cutoff

from pipelines.normalize.address import Address
from pipelines.normalize.addresses import same_unit_parsed
from pipelines.normalize.names import Name, is_rare, is_word, weigh

CHINA = frozenset({"CN", "HK", "MO"})
"""Places whose addresses files write under each other's name."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim, what it rests on, and how much it weighs (negative: against)."""

    claim: str
    detail: str
    weight: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are.

    `score` is 0 to 1; `exact` when the cores agree word by word; `shared` sums what the shared words say (each at most
    1); `rare` counts the rare words shared; `edits` counts changed letters, `words` the words paired,
    `shortest` the letters of the shortest misspelled word (0: none);
    `conflict` says what must agree and does not.
    """

    score: float
    exact: bool
    shared: float
    rare: int
    edits: int
    conflict: str | None
    detail: str
    words: int = 0
    shortest: int = 0


@dataclass(frozen=True, slots=True)
class _Pair:
    left: str
    right: str
    likeness: float
    weight: float
    edits: int


_LONG_NAME, _MOST_EDITS = 16, 4
"""Letters a name must have, and how many may be wrong, to be compared in place."""

NOTHING = Likeness(0.0, False, 0.0, 0, 0, None, "no word in common")


def letters_changed(left: str, right: str) -> int:
    """Count changed letters; two neighbors swapped count once."""
    edits = raw_levenshtein(left, right)
    if edits == 2 and len(left) == len(right):
        places = [place for place, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
        if len(places) == 2 and places[1] == places[0] + 1 and left[places[0]] == right[places[1]]:
            return 1
    return edits


def letters_allowed(length: int) -> int:
    """Say how many changed letters a word of this length may bear."""
    return 0 if length < 4 else 1 if length < 8 else 2 if length < 12 else 3


def word_likeness(left: str, right: str) -> tuple[float, int]:
    """Compare two words: (likeness 0 to 1, letters changed). Digits must agree; two known words are no misspelling."""
    if left == right:
        return 1.0, 0
    shorter = min(len(left), len(right))
    allowed = letters_allowed(shorter)
    if abs(len(left) - len(right)) > allowed or not allowed:
        return 0.0, 0
    if (_letters(left) ^ _letters(right)).bit_count() > 2 * allowed or _digits(left) != _digits(right):
        return 0.0, 0
    if is_word(left) and is_word(right):
        return 0.0, 0
    edits = letters_changed(left, right)
    if edits > allowed or (shorter == 4 and (left[0] != right[0] or len(left) != len(right))):
        return 0.0, edits
    return 1 - 0.8 * edits / shorter - (0.05 if left[0] != right[0] else 0.0), edits


@lru_cache(maxsize=1 << 18)
def _letters(word: str) -> int:
    """Write the set of letters of a word as bits: words with very different letters need no closer look."""
    return reduce(or_, (1 << (ord(letter) % 61) for letter in word), 0)


@lru_cache(maxsize=1 << 18)
def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def similar_name(left: Name, right: Name, *, at_least: float = 0.0) -> Likeness:
    """Compare two names word by word: rare words weigh much, trade and city words little, numbers must agree.

    A likeness that cannot come to `at_least` is not worked out.
    """
    if left.squeezed == right.squeezed or sorted(left.tokens) == sorted(right.tokens):
        return _equal(left)
    mine, others = left.weight, right.weight
    if 2 * min(mine, others) < at_least * (mine + others):
        return NOTHING
    word_by_word = _word_by_word(left, right)
    if word_by_word.score >= 0.9 or left.numbers != right.numbers:
        return word_by_word
    return max(word_by_word, _in_place(left, right), key=lambda each: each.score)


def _word_by_word(left: Name, right: Name) -> Likeness:
    """Compare the words of two cores, in whatever order."""
    pairs, left_only, right_only = _aligned(left.tokens, right.tokens)
    if not pairs:
        return NOTHING
    matched = sum(pair.weight * pair.likeness for pair in pairs)
    whole = 2 * sum(pair.weight for pair in pairs) + sum(map(weigh, left_only)) + sum(map(weigh, right_only))
    conflict, factor = _conflict(left, right, left_only, right_only)
    rare = [pair for pair in pairs if pair.weight >= 0.72]
    return Likeness(
        score=min(0.99, 2 * matched / whole * factor) if whole else 0.0,
        exact=False,
        shared=matched,
        rare=len(rare),
        edits=sum(pair.edits for pair in pairs),
        conflict=conflict,
        detail=_detail(pairs, left_only, right_only, conflict),
        words=len(pairs),
        shortest=min((min(len(pair.left), len(pair.right)) for pair in pairs if pair.edits), default=0),
    )


def _equal(name: Name) -> Likeness:
    rare = sum(map(is_rare, name.tokens))
    return Likeness(1.0, True, name.weight, rare, 0, None, f'same words "{name.core}"', len(name.tokens))


def _in_place(left: Name, right: Name) -> Likeness:
    """Compare long names word for word in place, legal forms too: letters may be wrong in any of the words.

    A legal form, trade or place may bear more wrong letters than the words that say who.
    """
    mine, others = left.folded.split(), right.folded.split()
    length = min(len(left.folded), len(right.folded))
    if len(mine) != len(others) or len(mine) < 3 or length < _LONG_NAME:
        return NOTHING
    if raw_levenshtein_cutoff(left.folded, right.folded, _MOST_EDITS) > _MOST_EDITS:
        return NOTHING
    pairs = [_pair_in_place(a, b) for a, b in zip(mine, others, strict=True)]
    if not all(pairs):
        return NOTHING
    found = [pair for pair in pairs if pair]
    edits = sum(pair.edits for pair in found)
    wrong = [min(len(pair.left), len(pair.right)) for pair in found if pair.edits]
    shared = sum(pair.weight * pair.likeness for pair in found)
    rare = sum(pair.weight >= 0.72 for pair in found)
    score = 1 - 1.2 * edits / length
    return Likeness(
        score, False, shared, rare, edits, None, _detail(found, [], [], None), len(found), min(wrong, default=0)
    )


def _pair_in_place(left: str, right: str) -> _Pair | None:
    if left == right:
        return _Pair(left, right, 1.0, weigh(left), 0)
    likeness, edits = word_likeness(left, right)
    known = is_word(left) != is_word(right) and _digits(left) == _digits(right) == ""
    if likeness <= 0.5 and known and (edits := letters_changed(left, right)) * 3 <= max(len(left), len(right)):
        likeness = 0.5
    return _Pair(left, right, likeness, min(weigh(left), weigh(right)), edits) if likeness >= 0.5 else None


def _aligned(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[list[_Pair], list[str], list[str]]:
    others = list(right)
    pairs, mine = [], []
    for token in left:
        if token in others:
            others.remove(token)
            pairs.append(_Pair(token, token, 1.0, weigh(token), 0))
        else:
            mine.append(token)
    if mine and others:
        pairs += _joined(mine, others) + _joined(others, mine)
        pairs += _misspelled(mine, others)
    return pairs, mine, others


def _joined(parts: list[str], whole: list[str]) -> list[_Pair]:
    """Pair two words of one name with the one word they make in the other; both are taken out of the lists."""
    found = []
    for place in range(len(parts) - 1, 0, -1):
        joined = parts[place - 1] + parts[place] if place < len(parts) else ""
        if joined and joined in whole:
            whole.remove(joined)
            del parts[place - 1 : place + 1]
            found.append(_Pair(joined, joined, 1.0, weigh(joined), 0))
    return found


def _misspelled(mine: list[str], others: list[str]) -> list[_Pair]:
    """Pair the words that differ by few letters, the most alike first; they are taken out of the lists."""
    compared = ((*word_likeness(a, b), a, b) for a in mine for b in others)
    found = []
    for likeness, edits, left, right in sorted((each for each in compared if each[0] > 0.5), reverse=True):
        if left in mine and right in others:
            mine.remove(left)
            others.remove(right)
            found.append(_Pair(left, right, likeness, min(weigh(left), weigh(right)), edits))
    return found


def _conflict(left: Name, right: Name, left_only: list[str], right_only: list[str]) -> tuple[str | None, float]:
    """Find what must agree and does not, and the factor it costs."""
    if left.numbers != right.numbers:
        both = bool(left.numbers and right.numbers)
        return f"numbers {_said(left.numbers)} and {_said(right.numbers)} differ", 0.3 if both else 0.7
    places = (left.places & set(left_only), right.places & set(right_only))
    if all(places):
        return f"places {_said(places[0])} and {_said(places[1])} differ", 0.6
    heavy = [max(map(weigh, each), default=0.0) for each in (left_only, right_only)]
    if min(heavy) >= 0.45:
        return f'"{max(left_only, key=weigh)}" against "{max(right_only, key=weigh)}"', 0.7
    return None, (0.93 if left_only and right_only else 1.0) * (0.93 if any(places) else 0.96 if any(heavy) else 1.0)


def _said(words: Collection[str]) -> str:
    return "/".join(sorted(words)) or "none"


def _detail(pairs: list[_Pair], left_only: list[str], right_only: list[str], conflict: str | None) -> str:
    same = " ".join(pair.left if pair.left == pair.right else f"{pair.left}~{pair.right}" for pair in pairs)
    extra = "".join(f" −{word}" for word in left_only) + "".join(f" +{word}" for word in right_only)
    return f"{same}{extra}" + (f" ({conflict})" if conflict else "")


def same_country(left: Collection[str], right: Collection[str]) -> str:
    """Say how two sets of countries stand: same, china (Hong Kong or Macau against China), unknown or different."""
    if not left or not right:
        return "unknown"
    if set(left) & set(right):
        return "same"
    return "china" if set(left) & CHINA and set(right) & CHINA else "different"


def same_address(left: Collection[Address], right: Collection[Address]) -> Evidence | None:
    """Find two addresses that are one unit."""
    for mine in left:
        for other in right:
            same, detail = same_unit_parsed(mine, other)
            if same:
                return Evidence("same_address", detail, 0.1)
    return None
