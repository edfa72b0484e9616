"""The answer of a database, kept as a file like a download: the rows appear whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from pipelines.errors import InputError
from pipelines.fetching.kept import Kept, Known
from pipelines.reading.query import QueryRows, Row, asking
from pipelines.reading.query_setting import QuerySetting
from pipelines.reading.query_values import Nested, NoText, nested, spell


def answer(setting: QuerySetting, kept: Kept, known: Known | None, now: dt.datetime) -> tuple[Known, bool]:
    """Ask, unless the version query answers as before; tell what is kept now, and whether it is new.

    Raises
    ------
    SourceFailed, InputError
        The database does not answer, or the query is to be mended.
    """
    with asking(setting) as asked:
        version = asked.version()
        if known and version and known.etag == version:
            return _confirmed(kept, replace(known, fetched_at=now.isoformat())), False
        with kept.part() as (file, part):
            fresh = Known(kept.address, _write(asked, file), now.isoformat(), version)
            if known and known.sha256 == fresh.sha256:
                return _confirmed(kept, fresh), False
            kept.take(part, file, fresh, known)
    return fresh, True


def _confirmed(kept: Kept, known: Known) -> Known:
    kept.note([known])
    return known


def _write(asked: QueryRows, file: BinaryIO) -> str:
    """Write rows as CSV, anew as JSON lines once a value turns out to be an object with keys; hash what is written."""
    try:
        return _fill(file, *asked.rows(), _csv)
    except Nested:
        file.seek(0)
        file.truncate()
        return _fill(file, *asked.rows(), _json)


def _fill(
    file: BinaryIO, headings: Sequence[str], rows: Iterator[Row], line: Callable[[Sequence[str], Row], str]
) -> str:
    digest = hashlib.sha256()
    if line is _csv:
        top = str(QUOTED(headings)).encode()
        digest.update(top)
        file.write(top)
    for row in rows:
        try:
            written = line(headings, row).encode("utf-8", "replace")
        except NoText as error:
            raise InputError(_bytes_in(headings, row)) from error
        digest.update(written)
        file.write(written)
    return digest.hexdigest()


class _Echo:
    """A file that gives back what is written to it, which is what a csv writer returns."""

    def write(self, text: str) -> str:
        return text


LINE = csv.writer(_Echo()).writerow
SPECIAL = re.compile(r'["\r\n]')
QUOTED = csv.writer(_Echo(), quoting=csv.QUOTE_ALL).writerow


def _csv(_: Sequence[str], row: Row) -> str:
    texts = [value if type(value) is str else spell(value) or "" for value in row]
    line = ",".join(texts)
    plain = line and line.count(",") == len(texts) - 1 and not SPECIAL.search(line)
    return f"{line}\r\n" if plain else str(LINE(texts))


def _json(headings: Sequence[str], row: Row) -> str:
    record = {name: nested(value) for name, value in zip(headings, row, strict=True)}
    return json.dumps(record, ensure_ascii=False) + "\n"


def _bytes_in(headings: Sequence[str], row: Row) -> str:
    """Name the column that holds bytes."""
    for name, value in zip(headings, row, strict=True):
        try:
            nested(value)
        except NoText:
            return f"the column {name!r} holds bytes; leave it out of `query`, or have it encoded as text"
    return "a column holds bytes; leave it out of `query`"
