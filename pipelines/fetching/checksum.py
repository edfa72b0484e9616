"""The SHA-256 a publisher tells of a file."""

from __future__ import annotations

import io
import re

from pipelines.fetching.answer import Question, answered, shown
from pipelines.fetching.body import write
from pipelines.fetching.failures import Refused
from pipelines.fetching.network import Deadline

LARGEST = 1_000_000
DIGEST = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")


def published(question: Question, name: str, deadline: Deadline) -> str:
    """Fetch a checksum file and give the digest it tells of the file named, or its only one.

    Raises
    ------
    SourceFailed
        It cannot be fetched, or tells none.
    """
    text = io.BytesIO()
    with answered(question, deadline) as answer:
        write(answer, text, largest=LARGEST)
    lines = [line for line in text.getvalue().decode("utf-8", "replace").splitlines() if DIGEST.search(line)]
    told = {found[0].lower() for line in lines if (found := DIGEST.search(line)) and name in _names(line)}
    told = told or {found.lower() for line in lines for found in DIGEST.findall(line)}
    if len(told) != 1:
        raise Refused(f"{shown(question.url)}: tells {len(told) or 'no'} SHA-256 of {name}; correct `checksum_url`")
    return told.pop()


def _names(line: str) -> set[str]:
    """Name the files a line of `sha256sum` or `SHA256 (name) = …` speaks of."""
    words = re.split(r"[\s()=*]+", DIGEST.sub(" ", line))
    return {word.rpartition("/")[2] for word in words}
