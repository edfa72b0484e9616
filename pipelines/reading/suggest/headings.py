"""What a heading may mean: compared with the words of many languages in `config/heading_words.toml`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from pipelines.configuration import config_toml
from pipelines.tables import FILES

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
APART = re.compile(r"[^0-9a-z\u0080-\uffff]+")
CURRENCY = re.compile(
    r"^(?:usd|eur|gbp|inr|myr|kzt|rub|rur|vnd|idr|thb|try|krw|cny|rmb|jpy|twd|hkd|sgd|aed|mxn|brl|uah|uzs|pkr|php|clp|"
    r"pen|cop|kes|chf|cad|aud)$"
)
CURRENCY_WORDS = {"rs": "PKR", "pak": "PKR", "hryvnias": "UAH", "rur": "RUB", "rmb": "CNY", "tl": "TRY"}
WEIGHTS = {"kg": "kg", "kgs": "kg", "lb": "lb", "lbs": "lb", "tons": "t", "tonnes": "t", "mt": "t", "grams": "g"}
PATH = re.compile(r"\w+(?:\.\w+)+")
LETTERS = str.maketrans({"ı": "i", "İ": "I", "đ": "d", "Đ": "D", "ß": "ss", "ø": "o", "ł": "l"})
FOREIGN = {"fc", "foreign"}
ALIKE = 0.9
CLOSE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of scripts that write words together."""

Score = Callable[[str, Mapping[str, int]], float]


@dataclass(frozen=True)
class Guess:
    """What a heading may mean, how certain that is (0 to 1), and what it says beside."""

    heading: str
    column: str
    score: float
    currency: str | None = None
    foreign: bool = False
    weight: str | None = None


def words_of(heading: str) -> tuple[str, ...]:
    """Take a heading apart into words without case, accents and signs."""
    apart = CAMEL.sub(" ", heading) if not heading.isupper() else heading
    plain = unicodedata.normalize(
        "NFKD", apart.replace("ı", "i").replace("İ", "I").replace("đ", "d").replace("ß", "ss")
    )
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return tuple(unicodedata.normalize("NFKC", APART.sub(" ", bare.lower())).split())


@cache
def _skipped() -> frozenset[str]:
    return frozenset(config_toml("heading_words.toml")["skip"])


@cache
def _phrases(table: str) -> Mapping[str, Mapping[str, int]]:
    """For each column of a table the phrases that mean it, as one word, and their rank; its own name is the surest."""
    listed: Mapping[str, list[str]] = config_toml("heading_words.toml").get(table, {})
    named = {column: [column.replace("_", " "), *listed.get(column, [])] for column in FILES[table].schema}
    named |= {"line": ["line", *listed.get("line", [])]}
    return {column: _ranked(phrases) for column, phrases in named.items()}


def _ranked(phrases: Sequence[str]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for rank, phrase in enumerate(phrases):
        ranks.setdefault("".join(_bare(words_of(phrase))), rank)
    return ranks


def _bare(words: Sequence[str]) -> tuple[str, ...]:
    whole = tuple(each.removeprefix("sumof") for each in words)
    return tuple(each for each in whole if each and each not in _skipped()) or whole


@cache
def guesses(heading: str, table: str) -> tuple[Guess, ...]:
    """List the columns a heading may mean, most certain first; of a path the end may say it."""
    for part in _ends(heading):
        words = words_of(part)
        for score in (_same, _within, _nearly):
            found = [_guess(heading, words, column, ranks, score) for column, ranks in _phrases(table).items()]
            if any(found):
                return tuple(sorted((each for each in found if each), key=lambda each: -each.score))
    return ()


def _ends(heading: str) -> list[str]:
    """The heading, and the shorter ends of a path in JSON."""
    steps = heading.split(".") if PATH.fullmatch(heading) else [heading]
    spanning = [f"{each}.{steps[-1]}" for each in reversed(steps[:-1])]
    return list(dict.fromkeys([heading, *spanning, *(".".join(steps[at:]) for at in range(1, len(steps)))]))


def _guess(heading: str, words: tuple[str, ...], column: str, ranks: Mapping[str, int], score: Score) -> Guess | None:
    bare = _bare(words)
    said: dict[str, Any] = {}
    if column in ("value", "amount"):
        bare, said = _without_currency(bare)
    if column == "weight_kg":
        said = {"weight": next((WEIGHTS[each] for each in words if each in WEIGHTS), None)}
    found = score("".join(bare), ranks)
    if not found:
        return None
    english = 0.004 if words[-1:] in (("en",), ("english",)) else 0.0
    passed_over = 0.002 * (len(words) - len(bare)) if not english else 0.0
    return Guess(heading, column, found + english - passed_over, **said)


def _without_currency(words: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, Any]]:
    codes = [each for each in words if CURRENCY.match(each) or each in CURRENCY_WORDS]
    code = CURRENCY_WORDS.get(codes[-1], codes[-1].upper()) if codes else None
    foreign = bool(FOREIGN & set(words))
    rest = tuple(each for each in words if each not in codes and each not in ("in", "fc"))
    return rest or words, {"currency": code, "foreign": foreign}


def _certainty(rank: int) -> float:
    return 1.0 - min(rank, 80) * 0.004


def _same(word: str, ranks: Mapping[str, int]) -> float:
    """How certain a heading is that is one of the phrases."""
    return _certainty(ranks[word]) if word in ranks else 0.0


def _within(word: str, ranks: Mapping[str, int]) -> float:
    """How certain one is that holds a phrase in a script that puts no spaces between words."""
    held = [
        (phrase, rank) for phrase, rank in ranks.items() if len(phrase) > 1 and CLOSE.search(phrase) and phrase in word
    ]
    return max(((_certainty(rank) - 0.1) * (0.5 + 0.5 * len(phrase) / len(word)) for phrase, rank in held), default=0.0)


def _nearly(word: str, ranks: Mapping[str, int]) -> float:
    """How certain one is that differs from a phrase by a slip."""
    if len(word) < 7:
        return 0.0
    close = get_close_matches(word, [each for each in ranks if abs(len(each) - len(word)) <= 1], n=1, cutoff=ALIKE)
    return _certainty(ranks[close[0]]) - 0.35 if close else 0.0
