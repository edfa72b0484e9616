"""The body of an answer: unpacked piece by piece, bounded, counted and hashed on its way to a file."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import httpx

from pipelines.fetching.answer import shown
from pipelines.fetching.failures import Passing, Refused

PIECE = 256 * 1024


def write(answer: httpx.Response, file: BinaryIO, *, largest: int, packed: bool = False) -> str:
    """Write a body to a file and give its SHA-256; `packed` leaves a gzip file a gzip file.

    Raises
    ------
    Refused
        It is larger than allowed, or encoded in a way nobody asked for.
    Passing
        It is shorter than the server said, or its encoding is broken.
    """
    where = shown(answer.request.url)
    said = answer.headers.get("content-length", "")
    if said.isdecimal() and int(said) > largest:
        raise Refused(f"{where}: has {int(said):,} bytes, more than max_bytes = {largest:,}; raise it if that is meant")
    digest, size = hashlib.sha256(), 0
    for piece in _unpacked(answer, where, packed=packed):
        size += len(piece)
        if size > largest:
            raise Refused(f"{where}: has more than max_bytes = {largest:,} bytes; raise it if that is meant")
        digest.update(piece)
        file.write(piece)
    return digest.hexdigest()


def _unpacked(answer: httpx.Response, where: str, *, packed: bool) -> Iterator[bytes]:
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    raw = _counted(answer, where)
    if encoding in ("", "identity") or (packed and encoding in ("gzip", "x-gzip")):
        yield from raw
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _inflated(raw, where)
    else:
        raise Refused(f"{where}: sends the content encoding {encoding[:40]!r}, which nobody asked for")


def _counted(answer: httpx.Response, where: str) -> Iterator[bytes]:
    """Pass pieces on; at the end their sum must be what the server said."""
    said, size = answer.headers.get("content-length", ""), 0
    for piece in answer.iter_raw():
        size += len(piece)
        yield piece
    if said.isdecimal() and size != int(said):
        raise Passing(f"{where}: broke off after {size:,} of {int(said):,} bytes")


def _inflated(raw: Iterator[bytes], where: str) -> Iterator[bytes]:
    """Unpack at most a piece at a time: what is packed small may be endless."""
    unpacker = zlib.decompressobj(wbits=47)
    try:
        for each in raw:
            rest = each
            while rest:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(wbits=47)
                piece = unpacker.decompress(rest, PIECE)
                rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
                yield piece
        while not unpacker.eof and (piece := unpacker.decompress(unpacker.unconsumed_tail, PIECE)):
            yield piece
    except zlib.error as error:
        raise Passing(f"{where}: its content encoding is broken ({error})") from error
    if not unpacker.eof:
        raise Passing(f"{where}: broke off inside its content encoding")
