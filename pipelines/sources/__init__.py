"""Where records come from: one file per format; none imports another."""

from __future__ import annotations

from pipelines.source import Source
from pipelines.sources.bods import BODS
from pipelines.sources.dcsa import DCSA
from pipelines.sources.denied_persons_text import DENIED_PERSONS_TEXT
from pipelines.sources.edifact import EDIFACT
from pipelines.sources.entity_list import ENTITY_LIST, OTHER_LIST
from pipelines.sources.entity_list_text import ENTITY_LIST_TEXT
from pipelines.sources.follow_the_money import FOLLOW_THE_MONEY
from pipelines.sources.gleif import GLEIF
from pipelines.sources.ofac_sdn import OFAC_NON_SDN, OFAC_SDN
from pipelines.sources.records import read_records
from pipelines.sources.screening_list import SCREENING_LIST
from pipelines.sources.screening_list_json import SCREENING_LIST_JSON
from pipelines.sources.senzing import SENZING
from pipelines.sources.uk_psc import UK_PSC
from pipelines.sources.un_list import UN_LIST
from pipelines.sources.x12 import X12

__all__ = [
    "BODS",
    "DCSA",
    "DENIED_PERSONS_TEXT",
    "EDIFACT",
    "ENTITY_LIST",
    "ENTITY_LIST_TEXT",
    "FOLLOW_THE_MONEY",
    "GLEIF",
    "OFAC_NON_SDN",
    "OFAC_SDN",
    "OTHER_LIST",
    "SCREENING_LIST",
    "SCREENING_LIST_JSON",
    "SENZING",
    "SOURCES",
    "UK_PSC",
    "UN_LIST",
    "X12",
    "read_records",
]

SOURCES: tuple[Source, ...] = (
    ENTITY_LIST,
    OTHER_LIST,
    ENTITY_LIST_TEXT,
    SCREENING_LIST,
    SCREENING_LIST_JSON,
    OFAC_SDN,
    OFAC_NON_SDN,
    UN_LIST,
    DENIED_PERSONS_TEXT,
    BODS,
    GLEIF,
    UK_PSC,
    SENZING,
    FOLLOW_THE_MONEY,
    DCSA,
    EDIFACT,
    X12,
)
"""Published sources, in the order they are tried on a file; the user's own canonical files come after them."""
