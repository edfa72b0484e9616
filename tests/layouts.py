"""Made-up extracts of customs data under the headings of a layout, and how they are read."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.reading.mapping.shipped import shipped_mapping
from pipelines.reading.raw import open_files
from pipelines.sources.records import read_records

LINE = {
    "exporter": "Halcyon Systems Co", "importer": "Borneo Data Sdn Bhd", "buyer": "Borneo Data Sdn Bhd",
    "supplier": "Halcyon Systems Co", "shipper": "Halcyon Systems Co", "consignee": "Borneo Data Sdn Bhd",
    "forwarder": "Swift Harbor Forwarding", "nortify": "Kinabalu Trading", "notify": "Kinabalu Trading",
}  # fmt: skip
"""Who stands in a column, by the first word of its heading."""

EXACT = {
    "id": "R7", "record id": "R7", "declaration number": "D-1001", "declaration no": "D-1001", "document no": "D-1001",
    "registration no": "D-1001", "item no": "3", "item number": "3", "invoice no": "INV-9", "invoice number": "INV-9",
    "bill of lading": "ORLU7700123", "imp or exp": "IMP", "port code": "INMAA4", "unit": "PCS", "qty": "16",
    "unit of quantity": "PCE", "comercial unit": "PIEZA", "quantity unit": "CTN", "std unit": "NOS",
    "std supplier": "Halcyon Systems Co", "weight unit": "KG",
    "currency": "EUR", "foreign currency": "EUR", "hs code": "84718000", "monthyear": "Jan 2025",
    "exchange rate": "4.4",
    "mode of transport": "AIR", "trans type name": "Air", "trans type": "AÉREO", "transport": "AIR",
    "country": "Taiwan",
    "trans type cross border en": "AIR TRANSPORT", "iec": "0305012345", "importer tax id": "11.222.333/0001-44",
    "product description": "GPU SERVER 8X H100", "product description en": "GPU SERVER 8X H100",
    "goods description": "GPU SERVER 8X H100", "product desc en": "GPU SERVER 8X H100",
}  # fmt: skip


def made_up(heading: str) -> str:
    """A plausible value under a heading; dates as extracts write them, midnight in India."""
    name = heading.replace("_", " ").replace(".", " ").lower().strip()
    first, words = name.split(" ")[0], set(name.split(" "))
    if name in EXACT:
        return EXACT[name]
    if first == "raw":
        return ""
    if "date" in words:
        return "2025-03-28T18:30:00.000Z"
    if "country" in words:
        return "SG" if words & {"code", "iso"} else "Singapore"
    if "weight" in name or words & {"kg", "tons"}:
        return "260.5"
    if "quantity" in name or words & {"packages", "teu"}:
        return "16"
    if (
        words & {"usd", "fc", "inr", "kzt", "rub", "myr", "cif", "value", "amount"}
        or "value" in name
        or "price" in name
    ):
        return "520,000.00"
    return (
        LINE.get(first, f"{heading} a")
        if not words & {"id", "code", "pin", "address", "phone"}
        else f"{first} {heading[-4:]}"
    )


def written(path: Path, headings: Sequence[str], row: Mapping[str, str], header_row: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("".join(f"Title line {number}\n" for number in range(1, header_row)))
        table = csv.writer(file)
        table.writerow(headings)
        table.writerow([row[each] for each in headings])
    return path


def read(path: Path) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    file = open_files(path)[0]
    mapping = shipped_mapping(file)
    assert mapping is not None
    extracts = list(read_records(file, mapping.table, mapping))
    rows = [row for each in extracts for row in each.rows.to_dicts()]
    bad = [row for each in extracts for row in each.quarantined.to_dicts()]
    assert sum(each.read for each in extracts) == len(rows) + len(bad)
    return mapping.name.removesuffix(".toml"), rows, bad
