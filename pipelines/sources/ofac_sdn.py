"""OFAC's lists as files of comma-separated values without headings: entries, addresses, other names, remarks.

`sdn.csv`, `add.csv`, `alt.csv` and `sdn_comments.csv` are the Specially Designated Nationals, `cons_prim.csv` and the
rest the lists that do not block. The number in the first column ties every record to its entry.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from pipelines.errors import SourceFailed
from pipelines.normalize.countries import country_code
from pipelines.normalize.entries import spoken, unique
from pipelines.normalize.remarks import countries_said, day_of, identifying, program_tags, sites, weak_aliases
from pipelines.reading.listed import listed, nameless
from pipelines.reading.numbered import Numbered, first_records, numbered
from pipelines.reading.quarantine import bad_rows
from pipelines.reading.raw import RawFile
from pipelines.source import Extract, Source

NULL = "-0-"
WIDTHS = {12: "entries", 6: "addresses", 5: "names", 2: "remarks"}
TYPES = frozenset({"", "-0-", "individual", "entity", "vessel", "aircraft"})
ALSO = re.compile(r"^[afn]\.?k\.?a", re.IGNORECASE)
KINDS = {"individual": "person", "vessel": "vessel", "aircraft": "aircraft"}
OF_PROGRAM = (
    (re.compile(r"^NS-PLC"), "PLC"),
    (re.compile(r"^CMIC-"), "CMIC"),
    (re.compile(r"^561-"), "CAPTA"),
    (re.compile(r"^FSE-"), "FSE"),
    (re.compile(r"^UKRAINE-EO13662"), "SSI"),
)
"""Which list an entry that is not blocked is on, by its programs; the rest are menu-based."""

NAMED = re.compile(r"(?:cons(?:olidated)?|sdn|prim|add|alt|comments|csv|[^a-z0-9])+", re.IGNORECASE)
FILLED = frozenset(
    {"list", "name", "aliases", "kind", "country", "addresses", "identifiers", "program", "published_on"}
)

Beside = dict[str, dict[str, list[tuple[Numbered, str]]]]
"""Of each part, per entry number, the records beside the entries, with the file each is in."""


def part_of(file: RawFile) -> str | None:
    """Say which of OFAC's files it is by its first records: entries, addresses, names, remarks; None when none."""
    first = first_records(file)
    width, _ = Counter(map(len, first)).most_common(1)[0] if first else (0, 0)
    part = WIDTHS.get(width)
    even = [record for record in first if len(record) == width and record[0].strip().isdigit()]
    return part if part and 2 * len(even) >= len(first) - 1 and even and _shaped(part, even, file.path.name) else None


def _shaped(part: str, records: Sequence[Sequence[str]], name: str) -> bool:
    empty = any(value.strip() == NULL for record in records for value in record)
    if part == "entries":
        return empty and _most(record[2].strip().lower() in TYPES for record in records)
    if part == "addresses":
        return empty and _most(record[1].strip().isdigit() for record in records)
    if part == "names":
        return _most(record[1].strip().isdigit() and ALSO.match(record[2].strip()) for record in records)
    return "comment" in name.lower()


def _most(each: Iterable[object]) -> bool:
    fits = list(map(bool, each))
    return 4 * sum(fits) >= 3 * len(fits)


def is_consolidated(file: RawFile) -> bool:
    """Whether it is of the lists that do not block: by its name, else by the programs of its first entries."""
    if re.search(r"(?:^|[^a-z])cons", file.path.name.lower()):
        return True
    programs = [record[3] for record in first_records(file) if len(record) == max(WIDTHS)]
    return any(tag.match(program.strip()) for program in programs for tag, of in OF_PROGRAM if of != "SSI")


def is_sdn(file: RawFile) -> bool:
    """Whether it is a file of the Specially Designated Nationals."""
    return part_of(file) is not None and not is_consolidated(file)


def is_non_sdn(file: RawFile) -> bool:
    """Whether it is a file of the lists that do not block."""
    return part_of(file) is not None and is_consolidated(file)


def read_ofac(files: Sequence[RawFile]) -> Iterator[Extract]:
    """Read entries with their addresses, other names and remarks; records that belong to no entry are told.

    Raises
    ------
    SourceFailed
        There are no entries.
    """
    entries = [file for file in files if part_of(file) == "entries"]
    if not entries:
        line = f"{files[0].name}: belongs to entries that are not here; put OFAC's sdn.csv or cons_prim.csv beside it"
        raise SourceFailed(line)
    for main in entries:
        beside = [file for file in files if file not in entries and _owner(file, entries) is main]
        yield from _read(main, beside)


def _owner(file: RawFile, entries: Sequence[RawFile]) -> RawFile:
    """Tell which entries a file beside them belongs to: those named alike, else the last."""
    key = NAMED.sub(" ", file.name.lower()).strip()
    alike = [main for main in entries if NAMED.sub(" ", main.name.lower()).strip() == key]
    return (alike or list(entries))[-1]


def _read(main: RawFile, beside: Sequence[RawFile]) -> Iterator[Extract]:
    held, extracts = _held(beside)
    yield from extracts
    notes = tuple(
        f"{main.name}: read without {part}; put OFAC's {name} beside it"
        for part, name in (("addresses", "add.csv"), ("names", "alt.csv"))
        if not any(part_of(file) == part for file in beside)
    )
    list_of = _list_named if is_consolidated(main) else _blocked
    for raw in numbered(main):
        rows, bad = [], []
        for record in raw.records:
            entry = _entry(record.values, held, list_of)
            if entry["name"] and record.values[0].strip().isdigit():
                rows.append({**entry, "row": record.row})
            else:
                bad.append(nameless(record.row, ", ".join(record.values), "has no number or no name"))
        yield _extract(main, rows, bad, raw.bad, raw.read, notes)
        notes = ()
    yield from _unclaimed(held)


def _held(beside: Sequence[RawFile]) -> tuple[Beside, list[Extract]]:
    """Hold the records beside the entries by entry number, and give those that are none."""
    held: Beside = {part: {} for part in WIDTHS.values()}
    extracts = []
    for file in beside:
        of = held[part_of(file) or "remarks"]
        for raw in numbered(file):
            for record in raw.records:
                of.setdefault(record.values[0].strip(), []).append((record, file.name))
            if raw.bad.height:
                extracts.append(_extract(file, [], [], raw.bad, raw.bad.height, ()))
    return held, extracts


def _unclaimed(held: Beside) -> Iterator[Extract]:
    """Give the records beside the entries that no entry has claimed."""
    left: dict[str, list[dict[str, object]]] = {}
    for of in held.values():
        for records in of.values():
            for record, file in records:
                reason = "belongs to an entry that is not there"
                left.setdefault(file, []).append(nameless(record.row, ", ".join(record.values), reason))
    for file, bad in left.items():
        quarantined = bad_rows(sorted(bad, key=lambda each: int(str(each["row"])))).with_columns(file=pl.lit(file))
        yield Extract("listings", listed([]), quarantined, len(bad))


def _extract(
    file: RawFile,
    rows: Sequence[dict[str, Any]],
    bad: Sequence[dict[str, object]],
    none: pl.DataFrame,
    read: int,
    notes: tuple[str, ...],
) -> Extract:
    name = pl.lit(file.name).alias("file")
    quarantined = pl.concat([none.select(bad_rows().columns), bad_rows(bad)]).sort("row").with_columns(name)
    return Extract("listings", listed(rows).with_columns(name), quarantined, read, notes=notes, columns=FILLED)


def _blocked(_: Sequence[str]) -> str:
    return "SDN"


def _list_named(programs: Sequence[str]) -> str:
    return next((of for tag, of in OF_PROGRAM if any(map(tag.match, programs))), "MBS")


def _entry(values: Sequence[str], held: Beside, list_of: Callable[[Sequence[str]], str]) -> dict[str, Any]:
    number, name, kind, program, _, call_sign, _, _, _, flag, _, remarks = map(_stated, values)
    beside = {part: [record.values for record, _ in of.pop(number, [])] for part, of in held.items()}
    said = remarks + "".join(_stated(record[1]) for record in beside["remarks"])
    programs = [tag.strip(" []") for tag in re.split(r"[\]\[;,]+", program) if tag.strip()]
    also = [_stated(record[3]) for record in beside["names"]]
    places = [[_stated(part) for part in record[2:5]] for record in beside["addresses"]]
    countries = [code for *_, country in [*places, [flag]] if (code := country_code(country))]
    of = list_of(programs)
    return {
        "list": of,
        "name": name,
        "aliases": [alias for alias in unique([*also, *weak_aliases(said)]) if alias != name],
        "kind": KINDS.get(kind.lower(), "entity"),
        "country": unique(countries) or countries_said(said),
        "addresses": unique(", ".join(filter(None, place)) for place in places if any(place[:2])),
        "identifiers": _identifiers(said, call_sign, person=kind.lower() == "individual"),
        "published_on": day_of("listing", said),
        "effective_on": day_of("effective", said),
        "program": program_tags(programs, said),
        "footnotes": [],
        "record": f"{of} | {number}",
    }


def _identifiers(said: str, call_sign: str, *, person: bool) -> list[str]:
    return unique([*identifying(said, person=person), *([call_sign] if len(call_sign) >= 4 else []), *sites(said)])


def _stated(value: str) -> str:
    """Give a value without the mark of an empty one."""
    text = spoken(value)
    return "" if text == NULL else text


OFAC_SDN = Source(
    id="ofac_sdn",
    title="Specially Designated Nationals",
    publisher="Office of Foreign Assets Control",
    license="US government work",
    tables=("listings",),
    recognizes=is_sdn,
    read=read_ofac,
    expected=(8_000, 60_000),
    together=True,
)
OFAC_NON_SDN = Source(
    id="ofac_non_sdn",
    title="Consolidated non-SDN lists",
    publisher="Office of Foreign Assets Control",
    license="US government work",
    tables=("listings",),
    recognizes=is_non_sdn,
    read=read_ofac,
    expected=(200, 5_000),
    together=True,
)
