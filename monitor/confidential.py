"""Text of lists the user marked confidential: named in an alert on this machine, withheld from what leaves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines import Tables
from pipelines.listings import shipped_effects

Json = Mapping[str, Any]

MARK = "confidential"
"""Part of an alert that lists the texts to withhold; absent where there are none, and from every message."""

LIST = "a confidential list of yours"
ENTRY = f"an entry of {LIST}"

OF_LIST: Mapping[str, str] = {"list": LIST, "entry": ENTRY, "citation": ENTRY}
"""What the reason of a restriction reads where its list is confidential."""

CANONICAL = "listings"
"""Source of the canonical files of the inbox: its name says nothing of any list."""

LEAST = 4
"""Letters from which a text other than a list's name says something."""

ENTRY_COLUMNS = ("name", "scope", "citation", "program", "letter_type")
MANY_COLUMNS = ("aliases", "addresses", "identifiers", "sources")

UNTOLD = frozenset({
    "id", "flag", "kind", "status", "severity", "rule", "certainty", "record", "records", "shipments", "start", "item",
    "goods", "country", "command", "url", "regime", "document", "passage", "raised_at", "updated_at", "timestamp",
    "assignee", "disposition",
})  # fmt: skip
"""Parts of an alert that hold ids, words of the contract or the user's own records, never text of a list."""


@dataclass(frozen=True)
class Texts:
    """What one alert names of confidential lists: the lists, the texts of entries, the sources they are read from."""

    lists: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @classmethod
    def of(cls, mark: Json) -> Texts:
        """Read them from an alert."""
        return cls(*(tuple(mark.get(name) or ()) for name in ("lists", "entries", "sources")))


def marked(alerts: Sequence[dict[str, Any]], tables: Tables) -> list[dict[str, Any]]:
    """Note in each alert the confidential texts it has."""
    known = _confidential(tables)
    if not (known.lists or known.entries or known.sources):
        return list(alerts)
    return [_marked(alert, known) for alert in alerts]


def withheld(alert: Json) -> dict[str, Any]:
    """Give an alert as it may leave the machine: confidential lists and their entries are not named."""
    rest = {name: value for name, value in alert.items() if name != MARK}
    mark = alert.get(MARK)
    if not mark:
        return rest
    texts = Texts.of(mark)
    words = _Words(texts, set(_names(rest)))
    told: dict[str, Any] = words.told(rest)
    if isinstance(told.get("snapshot"), Mapping):
        told["snapshot"] = {**told["snapshot"], "lists": _lists(told["snapshot"].get("lists") or {}, texts.sources)}
    return told


def _confidential(tables: Tables) -> Texts:
    """Gather the texts of the confidential entries that any party or address matched."""
    met = pl.concat([tables.frame(name).select("listing") for name in ("screenings", "address_listings")])
    listings = tables.frame("listings").filter(pl.col("confidential").fill_null(value=False))
    matched = listings.filter(pl.col("id").is_in(met.get_column("listing").unique().implode()))
    columns = [matched.get_column(name) for name in ENTRY_COLUMNS]
    columns += [matched.get_column(name).explode() for name in MANY_COLUMNS[:-1]]
    texts = pl.concat(columns).drop_nulls().unique().sort()
    lists = set(listings.get_column("list").unique()) - set(shipped_effects())
    sources = set(listings.get_column("sources").explode().drop_nulls()) - {CANONICAL}
    return Texts(tuple(sorted(lists)), tuple(text for text in texts if len(text) >= LEAST), tuple(sorted(sources)))


def _marked(alert: dict[str, Any], known: Texts) -> dict[str, Any]:
    said = _plain("\n".join(_said(alert)))
    lists = [name for name in known.lists if _plain(name) in said]
    entries = [text for text in known.entries if _plain(text) in said]
    sources = [name for name in known.sources if name in (alert.get("snapshot", {}).get("lists") or {})]
    if not (lists or entries or sources):
        return alert
    return {**alert, MARK: {"lists": lists, "entries": entries, "sources": sources}}


def _said(value: Any, name: str = "") -> Iterator[str]:
    """Walk through the texts of an alert that may hold text of a list."""
    if isinstance(value, str):
        yield from [value] if name not in UNTOLD else []
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _said(each, str(key)) if key not in (MARK, "snapshot") else ()
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _said(each, name)


def _names(value: Any) -> Iterator[str]:
    """Name the parties of an alert: names of the user's own records, which stay even where an entry has the same."""
    if isinstance(value, Mapping):
        if "id" in value and isinstance(value.get("name"), str):
            yield value["name"]
        for each in value.values():
            yield from _names(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _names(each)


def _lists(lists: Json, sources: Iterable[str]) -> dict[str, Any]:
    """Name no source of a confidential list among the versions of lists."""
    kept = {name: version for name, version in lists.items() if name not in sources}
    return kept if len(kept) == len(lists) else {**kept, LIST: ""}


def _loose(text: str) -> str:
    return r"\s+".join(re.escape(word) for word in text.split())


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


class _Words:
    """Rewrites the texts of one alert."""

    def __init__(self, texts: Texts, own: set[str]) -> None:
        self.lists = {_plain(name) for name in texts.lists}
        self.own = {_plain(name) for name in own}
        entries = sorted(texts.entries, key=len, reverse=True)
        every = sorted({*texts.lists, *texts.entries, *own}, key=len, reverse=True)
        one, all_ = (f"(?<!\\w)(?:{'|'.join(map(_loose, each)) or '(?!)'})(?!\\w)" for each in (entries, every))
        named = f"(?<!\\w)(?:{'|'.join(map(_loose, texts.lists)) or '(?!)'})(?!\\w)"
        self.every = re.compile(all_, re.IGNORECASE)
        self.before = re.compile(f"{one}(?=.{{0,20}}?{named})", re.IGNORECASE | re.DOTALL)
        self.after = re.compile(f"({named}.{{0,60}}?){one}", re.IGNORECASE | re.DOTALL)

    def told(self, value: Any, name: str = "") -> Any:
        """Rewrite every text in a value but ids and words of the contract."""
        if isinstance(value, str):
            return value if name in UNTOLD else self.text(value, name)
        if isinstance(value, Mapping):
            of_list = isinstance(value.get("list"), str) and _plain(value["list"]) in self.lists
            return {
                key: OF_LIST[key] if of_list and key in OF_LIST and each is not None else self.told(each, str(key))
                for key, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.told(each, name) for each in value]
        return value

    def text(self, text: str, name: str) -> str:
        """Rewrite one text; beside the name of its list an entry is withheld even where a party has the same name."""
        if name != "name":
            text = self.before.sub(ENTRY, self.after.sub(rf"\g<1>{ENTRY}", text))
        text = self.every.sub(self._instead, text)
        text = re.sub(rf"\b(?:an? |the )?list {LIST}", LIST, text)
        text = text.replace(f"{ENTRY} on {LIST}", ENTRY).replace(f"{ENTRY} ({LIST})", ENTRY)
        return text.replace(f"{LIST} entry {ENTRY}", ENTRY).replace(f"{ENTRY}, {LIST}", ENTRY)

    def _instead(self, found: re.Match[str]) -> str:
        text = _plain(found[0])
        return found[0] if text in self.own else LIST if text in self.lists else ENTRY
