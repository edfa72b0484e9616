"""An entry of a supplement to Part 744, one text for name, other names and addresses, taken apart.

"Alder Works Ltd., a.k.a., the following two aliases: —Alder; and —AWL. 1 Pier Road, Tallvik, Estonia."
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.normalize.entries import spoken

LEGAL = (
    r"(?:Ltd|Ltda|Limited|Inc|Incorporated|L\.?L\.?C|LLP|L\.?P\b|Co\b|Corp|Company\b|S\.?A\b|S\.?L\b|S\.?R\.?L|s\.r\.o|"
    r"S\.?p\.?A\b|GmbH|A\.?G\b|B\.?V\b|N\.?V\b|Pte|Pty|Pvt|PVT|Sdn|Bhd|[POCZ]?JSC|OOO|PAO|OAO|ZAO|AO\b|FZE|FZ-?LLC|FZCO?|"
    r"PLC|Jr\b|Sr\b|I{2,3}\b|d\.o\.o|a\.[sş]|Lda|K\.?K\b|SAS|SARL|MMC|Oy\b|AB\b)(?![a-z])"
)
ALSO = re.compile(r",?\s+(?:a\.?\s?k\.?\s?a\.?|f\.?\s?k\.?\s?a\.?|n\.?\s?k\.?\s?a\.?|a/k/a),?(?:\s|$)", re.IGNORECASE)
FOLLOWING = re.compile(r"\bthe following\b[^:]*:?|\balias(?:es)?\s*:", re.IGNORECASE)
ANNOUNCED = re.compile(r"\balias(?:es)?:?$|^(?:subordinate instit\w+|affiliated entities):?$", re.IGNORECASE)
GROUP = re.compile(r"^the following (?P<name>.+?) entities:?$", re.IGNORECASE)
COMMA = re.compile(rf",(?!\s*{LEGAL})\s*", re.IGNORECASE)
DASH = re.compile(r"(?:^|(?<=[:;,])\s*|\s+)[—–]\s?(?=\S)|(?:^|(?<=[:;])\s*|(?<=\band)\s+)-\s?(?=[^\W\d]|[\"'“‘(])")
SENTENCE = re.compile(r"\.\s+")
SHORT = re.compile(
    r"(?:^|\W)(?:[A-Z]|No|Nos|St|Sci|Tech|Dev|Eng|Mfg|Ind|Intl|Int|Univ|Inst|Acad|Elec|Dept|Dr|Mr|Gen|Bros|Imp|Exp|Equip|Prof)$",
    re.IGNORECASE,
)
ENDS_LEGAL = re.compile(rf"(?:^|[\s,.]){LEGAL}$", re.IGNORECASE)
PLACE = re.compile(
    r"^(?:No\.|P\.?\s?O\.?\s?Box|Room|Rm\b|Building|Bldg|Floor|Flat|Unit\b|House\b|Suite|Office\b|Plot|Km\b|Street|Ul\b|"
    r"Ulitsa|Level|Block|\d|#)",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"(?:Institut|Plant|Bureau|Concern|Company|Corporation|\bJSC\b|\bAO\b|Cent(?:er|re)|Factory|Academy|University|Works|"
    r"Association|Enterprise|Laborator|Department|Faculty|School)"
)
ABBREVIATED = re.compile(r"(?:Ltd|Inc|Corp|Co|S\.A|B\.V|N\.V|L\.L\.C|Jr|a\.s|\b[A-Z])\.$")
FOOTNOTE = re.compile(r"(?<=[A-Za-z).])\s(?:45|[1-5])$")
NUMBERED = re.compile(
    r"(?:No\.|Unit|Factory|Institute|Base|Bureau|Academy|Team|Group|Number|District|Type|Plant)$", re.IGNORECASE
)
ADDRESS_ENTRY = re.compile(r"^(Address\s*\d+)\s*[,:.–—-]\s*(.*)$", re.IGNORECASE)


def entry_parts(lines: Sequence[str], *, further: frozenset[str] = frozenset()) -> tuple[str, list[str], str]:
    """Part an entry into name, other names and the text of its addresses.

    `further` are names that several entries share up to the first comma: of these the next parts that name a unit
    belong to the name.
    """
    head, *rest = [spoken(line) for line in lines if line.strip()] or [""]
    start, *listed = _pieces(head)
    name, also, places = _head(start, further)
    aliases = [*also, *listed]
    if listed:
        aliases[-1], place = alias_and_place(listed[-1])
        places.append(place)
    for line in rest:
        text, *marked = _pieces(line)
        if text and not ANNOUNCED.search(text):
            places.append(text)
        aliases += marked
    return name, [alias for alias in map(_alias, aliases) if alias], " ".join(filter(None, places))


def first_name(lines: Sequence[str]) -> str:
    """Give an entry's name up to the first comma that does not belong to it."""
    return entry_parts(lines[:1])[0]


def _pieces(line: str) -> list[str]:
    """Part a line at the dashes that begin other names; the first piece stands before them."""
    return [piece.strip() for piece in DASH.split(line)]


def _head(text: str, further: frozenset[str]) -> tuple[str, list[str], list[str]]:
    """Read what stands before the list of other names: name, other names in the sentence, addresses."""
    numbered, group = ADDRESS_ENTRY.match(text), GROUP.match(text)
    if numbered:
        return numbered[1], [], [numbered[2]]
    if group:
        return group["name"], [], []
    found = ALSO.search(text)
    if not found:
        name, place = _name_and_place(text, further)
        return name, [], [place]
    name, after = text[: found.start()].strip(" ,;"), FOLLOWING.sub("", text[found.end() :]).strip(" ,:;")
    alias, place = _name_and_place(after, frozenset())
    return _bare(name), [alias] if alias else [], [place]


def _name_and_place(text: str, further: frozenset[str]) -> tuple[str, str]:
    found = re.search(rf"{COMMA.pattern}|;\s+", text, re.IGNORECASE)
    if not found:
        return _bare(_ended(text)), ""
    name, place = text[: found.start()].strip(), text[found.end() :].strip()
    taken = 0
    while name in further or 0 < taken < 2:
        part, _, tail = place.partition(",")
        if not tail or PLACE.match(part.strip()) or not UNIT.search(part):
            break
        name, place, taken = f"{name}, {part.strip()}", tail.strip(), taken + 1
    return _bare(name), place


def _ended(text: str) -> str:
    """Drop the stop that ends a sentence and keep the one that ends an abbreviation."""
    bare = re.sub(r"\.{2,}$", ".", text.strip())
    return bare if ABBREVIATED.search(bare) else bare.rstrip(". ")


def _bare(name: str) -> str:
    """Drop the mark of a footnote that trails a name, unless the name counts its unit so."""
    found = FOOTNOTE.search(name)
    return name[: found.start()] if found and not NUMBERED.search(name[: found.start()]) else name


def alias_and_place(text: str) -> tuple[str, str]:
    """Part the last of the other names from the address that follows it in the same line.

    >>> alias_and_place("Alder Tech. Co., Ltd. Floor 10, Building 9, Tallvik, Estonia.")
    ('Alder Tech. Co., Ltd.', 'Floor 10, Building 9, Tallvik, Estonia.')
    """
    for found in SENTENCE.finditer(text):
        left, right = text[: found.start()], text[found.end() :]
        legal = ENDS_LEGAL.search(left)
        goes_on = right.startswith("(") or re.match(LEGAL, right, re.IGNORECASE)
        if goes_on or (SHORT.search(left) and not PLACE.match(right)):
            continue
        if not legal or PLACE.match(right) or re.search(r"\d.*,|,.*,", right):
            return (left + "." if legal else left), right.strip()
    return text, ""


def _alias(text: str) -> str:
    """Strip an alias of what joins it to the next one."""
    bare = re.sub(r"\s*[;,]?\s*and\s+the\s+following\b.*$", "", text, flags=re.IGNORECASE)
    return _ended(re.sub(r"[;,]?\s+and$", "", bare.strip(" ;,")).strip(" ;,"))
