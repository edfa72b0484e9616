"""Where records come from: one file per format; none imports another."""

from __future__ import annotations

from pipelines.source import Source
from pipelines.sources.bods import BODS
from pipelines.sources.entity_list import ENTITY_LIST
from pipelines.sources.records import read_records
from pipelines.sources.screening_list import SCREENING_LIST

__all__ = ["BODS", "ENTITY_LIST", "SCREENING_LIST", "SOURCES", "read_records"]

SOURCES: tuple[Source, ...] = (ENTITY_LIST, SCREENING_LIST, BODS)
"""Published sources, in the order they are tried on a file; the user's own canonical files come after them."""
