"""XML elements one by one, in constant memory; document types and what is nested or sized beyond reason are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from pipelines.errors import SourceFailed

FED = 64 * 1024
ELEMENT = 32 * 1024**2
"""Bytes of the file a single element may take."""

PROLOG = re.compile(rb"\s*(?:(?:<\?.*?\?>|<!--.*?-->)\s*)*", re.DOTALL)
ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']""")


def xml_root(head: bytes) -> str | None:
    """Name the root element without its namespace; None when the head begins as no XML does."""
    text = _narrow(head)
    start = text.find(b"<", 0, 64)
    if start < 0 or text[:start].strip():
        return None
    at = _behind_prolog(text)
    found = ROOT.match(text, at)
    if not found and _has_document_type(text, at):
        found = ROOT.search(text, text.find(b">", text.find(b"]>", at) + 1))
    return found[1].decode() if found else None


def declared_encoding(head: bytes) -> str | None:
    """Give the encoding an XML declaration states."""
    found = DECLARED.match(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    return found[1].decode().lower() if found else None


def _narrow(head: bytes) -> bytes:
    """Drop marks, and the NULs of UTF-16."""
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"") if b"\0" in head[:4] else head


def _behind_prolog(text: bytes) -> int:
    found = PROLOG.match(text)
    return found.end() if found else 0


def _has_document_type(text: bytes, at: int) -> bool:
    return text[at : at + 9].upper() == b"<!DOCTYPE"


def xml_elements(head: bytes, text: Iterable[bytes], names: Iterable[str], name: str) -> Iterator[etree._Element]:
    """Give the elements of these names (without namespace); each is gone when the next is asked for.

    Raises
    ------
    SourceFailed
        It is broken, has a document type, or elements nested or sized beyond reason.
    """
    plain = _narrow(head)
    if _has_document_type(plain, _behind_prolog(plain)):
        raise _typed(name)
    root = xml_root(head)
    if root is None:
        raise SourceFailed(f"{name}: is no XML; download it again")
    yield from _Elements(frozenset(names), root, name).of(text)


def _typed(name: str) -> SourceFailed:
    return SourceFailed(
        f"{name}: has a document type (<!DOCTYPE …>), which may hold bombs; remove it, or download the file again"
    )


class _Elements:
    """Feeds a parser, gives what it found, and forgets what is complete."""

    def __init__(self, names: frozenset[str], root: str, name: str) -> None:
        self.names, self.name = names, name
        self.parser = etree.XMLPullParser(
            events=("start", "end"), tag=[f"{{*}}{each}" for each in {*names, root}],
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        self.root: etree._Element | None = None
        self.open: list[etree._Element] = []
        self.taken = 0

    def of(self, text: Iterable[bytes]) -> Iterator[etree._Element]:
        """Give the elements of a text."""
        try:
            for piece in text:
                for at in range(0, len(piece), FED):
                    self.parser.feed(piece[at : at + FED])
                    yield from self._found()
                    self._forget(min(FED, len(piece) - at))
            self.parser.close()
            yield from self._found()
        except etree.XMLSyntaxError as error:
            line = str(error).splitlines()[0][:200] if str(error) else "cut off"
            raise SourceFailed(f"{self.name}: is broken XML ({line}); download it again") from error

    def _found(self) -> Iterator[etree._Element]:
        for event, element in self.parser.read_events():
            if self.root is None:
                self.root = element
                if element.getroottree().docinfo.internalDTD is not None:
                    raise _typed(self.name)
            if _local(element) not in self.names:
                continue
            if event == "start":
                self.open.append(element)
                continue
            self.open.pop()
            yield element
            if not self.open:
                element.clear()

    def _forget(self, fed: int) -> None:
        """Drop all that is complete before the place read last, outside an element that is asked for."""
        self.taken = self.taken + fed if self.open else 0
        if self.taken > ELEMENT:
            raise SourceFailed(f"{self.name}: an element has more than {ELEMENT:,} bytes; download the file again")
        node = self.root
        while node is not None and not (self.open and node is self.open[0]):
            node.text = None
            del node[:-1]
            node = node[0] if len(node) else None


def _local(element: etree._Element) -> str:
    """Name an element without its namespace, declared or not."""
    return re.split("[}:]", str(element.tag))[-1]
