"""What is wrong in a settings file: the line, the key, the value and what to do, in one line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

Place = tuple[int | str, ...]
"""Where a value stands: `("channel", 0, "port")`."""


def explain(error: ValidationError, text: str, model: type[BaseModel]) -> str:
    """Tell the first thing wrong with a file's text that was read into a model."""
    first = error.errors(include_url=False)[0]
    place = _without_type(first["loc"])
    line = line_of(text, place)
    where = f"line {line}: " if line else ""
    if first["type"] == "extra_forbidden":
        return f"{where}key {_spell(place)!r} is unknown; {_nearest(place, model)}"
    if first["type"] == "missing":
        return f"{where}{_spell(place[:-1])} lacks the key {place[-1]!r}; add it"
    reason = first["msg"].removeprefix("Value error, ")
    shown = "" if isinstance(first["input"], Mapping) else f" (it is {first['input']!r})"
    return f"{where}{_spell(place)}: {reason}{shown}" if place else f"{where}{reason}"


def line_of(text: str, place: Place) -> int | None:
    """Find the line of a key, else of the block it would stand in; None when neither is there."""
    lines = dict(reversed(list(_places(text))))
    return next((lines[place[:size]] for size in range(len(place), 0, -1) if place[:size] in lines), None)


def _places(text: str) -> Iterator[tuple[Place, int]]:
    block: Place = ()
    blocks: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*\[\[\s*(\S+?)\s*\]\]", line):
            blocks[found[1]] = blocks.get(found[1], -1) + 1
            block = (found[1], blocks[found[1]])
            yield block, number
        elif found := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            block = tuple(part.strip(" \"'") for part in found[1].split("."))
            yield block, number
        elif found := re.match(r"""\s*["']?([\w-]+)["']?\s*[=.]""", line):
            yield (*block, found[1]), number


def _without_type(place: Place) -> Place:
    """Drop the kind of a channel, which stands in the place of an error but not in the file."""
    return place[:2] + place[3:] if len(place) > 2 and place[0] == "channel" else place


def _spell(place: Place) -> str:
    """Write a place as people do: `channel 2.port`."""
    words = [f" {part + 1}" if isinstance(part, int) else f".{part}" for part in place]
    return "".join(words).removeprefix(".")


def _nearest(place: Place, model: type[BaseModel]) -> str:
    known = sorted(_keys(model, [part for part in place[:-1] if isinstance(part, str)]))
    near = difflib.get_close_matches(str(place[-1]), known, 1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"


def _keys(model: type[BaseModel], block: list[str]) -> set[str]:
    """Name the keys a block may have; of several kinds of block, those of all."""
    fields = {info.alias or name: info for name, info in model.model_fields.items() if not info.exclude}
    if not block:
        return set(fields)
    inside = _models(fields[block[0]].annotation) if block[0] in fields else []
    return {key for each in inside for key in _keys(each, [])}


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Find the sections inside a type, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]
