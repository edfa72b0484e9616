"""Which other goods a text names, and up to what price a piece of them is believed.

The goods are the last noun of the first part that has one: in "truck tires, steel" the tires, in "spare parts for
excavators" parts of them, in "rack server, dual Xeon" the server.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.normalize.item_words import Hit, Word

LESSER = frozenset({"part", "component", "spare", "accessory", "accessories"})
LOTS = frozenset({"container", "fcl", "contenedor", "contenedore", "kontena", "集装箱", "货柜"})

OF = frozenset({"of", "de", "del"})
"""What stands before it are the goods, if it is a thing: "sheets of glass"."""

PART_SHARE = 0.2
"""Share of the usual price up to which parts of goods are believed."""

LOT_USD = 100_000.0
"""What a container of any goods may cost."""

NAMESAKE_USD = 4_000.0
"""Up to what price the text is believed that the short name of a chip beside the goods is another's."""

SPEAKS_OF_GPUS = ("gpu", "graphic", "accelerator", "cpu", "bare", "显卡")
NO_GPU = re.compile(
    r"(?:\b(?:w/o|without|excluding|excl\.?|no|not including|less|zero|non|sin|sans|ohne|tanpa)|(?<![\w.,])0x?)[\s-]+"
    r"(?:any[\s-]+|nvidia[\s-]+)?(?:gpu|graphics? card|graphics processor|ai accelerator|accelerator card|graphics\b)s?"
    r"(?![\s-]*(?:driver|software|licen[cs]e|support|bracket|cable|cool|fan|box|manual))"
    r"|\bgpus?[\s-]+(?:not[\s-]+(?:incl|install|fitted|suppl|present)|less\b|excluded|removed|sold separately)"
    r"|\bcpu[\s-]+only\b|\bbare[\s-]?bones?\b|(?:无|不含|不带|没有)(?:gpu|显卡)"
)


class Goods(NamedTuple):
    """Other goods a text names.

    `usual_usd` is null when nobody knows their price; `mixed`: something that names no goods, or a server, stands
    before them; `server`: they are parts inside a server.
    """

    usual_usd: float | None
    mixed: bool
    server: bool


def without_gpus(text: str) -> bool:
    """Whether a text says that there are no accelerators in the goods."""
    text = text.casefold()
    return any(word in text for word in SPEAKS_OF_GPUS) and NO_GPU.search(text) is not None


def names_article(hits: Sequence[Hit]) -> bool:
    """Whether the name of an accelerator, or of a system of them, is there, even if it may be another's."""
    return any(hit.phrase.names and not hit.says("other") for hit in hits)


def is_thing(hit: Hit) -> bool:
    """Whether a phrase names a thing, not what one is made of."""
    return hit.says("accessory") or (hit.says("other") and not hit.says("material"))


def goods_of(words: Sequence[Word], hits: Sequence[Hit]) -> Goods | None:
    """The other goods of a text, read by their head; none when it names none."""
    things = [hit for hit in hits if hit.says("other", "host") and not hit.phrase.system]
    if not things:
        return None
    goal = next((hit.start for hit in hits if hit.says("for")), len(words))
    direct = [hit for hit in things if hit.end <= goal]
    of = next((at for at, word in enumerate(words) if word.text in OF), len(words))
    head = _head([hit for hit in direct if hit.end <= of] or direct or things)
    limit = head.phrase.usual_usd
    if limit is not None and (not direct or _is_part(words, head)):
        limit *= PART_SHARE
    if limit is not None and any(word.text in LOTS for word in words):
        limit = max(limit, LOT_USD)
    boxes = [hit for hit in hits if hit.says("server") and (hit.part < head.part or hit.end < head.start)]
    server = bool(boxes) and head.says("component")
    vague = any(hit.says("vague") and hit.part < head.part for hit in hits)
    mixed = bool(direct) and (vague or (not server and any(hit.part < head.part for hit in boxes)))
    return Goods(limit, mixed, server)


def _head(things: Sequence[Hit]) -> Hit:
    """The last noun of the first part that has one; of words for materials only where nothing else is named."""
    nouns = [hit for hit in things if not hit.says("material")] or things
    outer = [hit for hit in nouns if not hit.inside] or nouns
    return [hit for hit in outer if hit.part == outer[0].part][-1]


def _is_part(words: Sequence[Word], head: Hit) -> bool:
    after = words[head.end] if head.end < len(words) else None
    return after is not None and after.part == head.part and after.text in LESSER
