"""Which list a FollowTheMoney designation is of, under the name the list has here."""

from __future__ import annotations

import re

from pipelines.normalize.entities import Entity
from pipelines.normalize.entries import unique

LISTS = {
    "us_ofac_sdn": "SDN",
    "eu_fsf": "EU",
    "gb_fcdo_sanctions": "UK",
    "gb_hmt_sanctions": "UK",
    "un_sc_sanctions": "UN",
}
"""Data sets that are a list we know under another name."""

SHORT = re.compile(r"\(([A-Z]{2,5})\)")
PROGRAMS = re.compile(r"US-BIS-(EL|DPL|MEU|UVL)\b")
RENAMED = {"CAP": "CAPTA"}
TARGET = "sanction"


def list_of(sanction: Entity) -> str:
    """Name the list of a designation: as lists are called here, else its data set, its program or its authority."""
    for text in sanction.all("programId", "program", "authority"):
        found = PROGRAMS.search(text) or SHORT.search(text)
        if found:
            return RENAMED.get(found[1], found[1])
    named = [*sanction.datasets, *sanction.all("program", "authority")]
    return LISTS.get(named[0], named[0]) if named else "sanctions"


def lists_of(target: Entity) -> list[str]:
    """Name the lists of a target whose designations the file does not hold: those of its data sets that are lists."""
    lists = [LISTS.get(name, name) for name in target.datasets if name in LISTS or TARGET in name]
    return unique(lists) or list(target.datasets[:1]) or ["sanctions"]
