"""Whether a body is what its address promises, and no page that tells people of an error."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

HEAD = 2048

HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|script|h1|center)\b",
    re.IGNORECASE | re.DOTALL,
)
STARTS = {
    ".zip": (b"PK\x03\x04", b"PK\x05\x06"),
    ".xlsx": (b"PK\x03\x04",),
    ".gz": (b"\x1f\x8b",),
    ".tgz": (b"\x1f\x8b",),
    ".zst": (b"\x28\xb5\x2f\xfd",),
    ".parquet": (b"PAR1",),
    ".xml": (b"<",),
    ".json": (b"{", b"["),
    ".jsonl": (b"{",),
    ".ndjson": (b"{",),
}
"""What a file of this ending begins with, white space and a byte order mark apart."""

TABLES = (".csv", ".tsv", ".tab")
NO_TABLE = (b"%PDF", b"<", b"{", b"PK\x03\x04", b"PAR1")
PAGES = (".html", ".htm", ".xhtml")
TEXTUAL = ("text/html", "application/xhtml+xml")


def wrong(head: bytes, name: str, content_type: str) -> str | None:
    """Say why a body beginning with `head` is not the file it should be; None when it may be."""
    text, ending = _plain(head), PurePosixPath(name.lower()).suffix
    if not head:
        return "is empty"
    if ending in PAGES:
        return None
    if HTML.match(text):
        return "is a web page (HTML), not the file"
    starts = STARTS.get(ending)
    if starts:
        return None if text.startswith(starts) else f"does not begin as a {ending} file does"
    if ending in TABLES and text.startswith(NO_TABLE):
        return f"does not begin as a {ending} file does"
    telling = any(text.startswith(start) for each in STARTS.values() for start in each)
    is_page = content_type.partition(";")[0].strip().lower() in TEXTUAL
    return "is sent as a web page (text/html), not as the file" if is_page and not telling else None


def _plain(head: bytes) -> bytes:
    """Drop a byte order mark and leading space; of UTF-16 only the telling bytes stay."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[2:].replace(b"\0", b"").lstrip()
    bare = head.removeprefix(b"\xef\xbb\xbf")
    return bare.lstrip() if bare[:1].isspace() else bare
