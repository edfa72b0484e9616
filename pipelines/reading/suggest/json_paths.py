"""Paths into nested JSON records: to every value, and to the list whose entries are lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pipelines.reading.raw import RawFile

LOOKED_AT = 200
"""Records looked at."""

DEEPEST = 6
WIDEST = 300


def json_paths(file: RawFile) -> tuple[list[str], str | None] | None:
    """List the paths of a file's records and the path of their longest list; None where the records are flat."""
    records = [each for each in islice(file.objects, LOOKED_AT) if isinstance(each, Mapping)]
    lists: dict[str, int] = {}
    paths: dict[str, None] = {}
    for record in records:
        for path, value in _walk(record):
            if isinstance(value, int):
                lists[path] = max(lists.get(path, 0), value)
            else:
                paths[path] = None
    deep = any(path.count(".") > 1 for path in paths)
    if not lists and not deep:
        return None
    rows = max(lists, key=lambda path: (path.count("."), lists[path]), default=None) if lists else None
    return list(islice(paths, WIDEST)), rows


def _walk(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, int | None]]:
    """Give every path to a value, and those to lists of objects with how many there are."""
    if isinstance(value, Mapping) and depth < DEEPEST:
        for key, each in value.items():
            yield from _walk(each, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield path, len(value)
        for each in value[:20]:
            yield from _walk(each, path, depth)
    elif path:
        yield path, None
