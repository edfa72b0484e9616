"""Shipment rows as they are compared with each other: papers without spelling, goods and amounts side by side."""

from __future__ import annotations

import polars as pl

from pipelines.graph.transit import transit_days

PAPERS = {"bill": "bill_of_lading", "order": "order_id", "filing": "filing_number", "invoice": "invoice_number"}
"""Papers a movement may be named by, and their columns."""

NUMBER = r"[1-9]"
"""A paper's number has a digit that is not zero; "UNKNOWN", "N/A" and "0000" name no paper."""

UNKNOWN = r"^(?:UNKNOWN|NA|NONE|NIL|NULL|TB[ACD]|PENDING|VARIOUS|TEST|SEE|AS)"


def paper(column: str) -> pl.Expr:
    """Spell the number of a paper without case and punctuation; a placeholder is no number."""
    bare = pl.col(column).str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    return pl.when(bare.str.contains(NUMBER) & ~bare.str.contains(UNKNOWN)).then(bare)


def received(shipments: pl.DataFrame) -> pl.Series:
    """List the parties that anything was sent to: goods may have come to them that they send on."""
    return pl.concat([shipments["consignee"], shipments["intermediate_consignee"]]).drop_nulls().unique()


def comparable(shipments: pl.DataFrame) -> pl.DataFrame:
    """Give every row its class (source and kind), its papers, goods, amounts and days; `row` is its place.

    `text` is the item without spelling, `hs6` the first six digits; `supplied`: something had been sent to
    its shipper.
    """
    serial = pl.element().str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    kind = pl.col("kind").fill_null("")
    return shipments.select(
        "id",
        "source",
        "shipper",
        "consignee",
        "family",
        "chip",
        "chips",
        "pieces",
        "quantity",
        "value_usd",
        "forwarder",
        supplied=pl.col("shipper").is_in(received(shipments).implode()),
        between="intermediate_consignee",
        kind=kind,
        label=pl.concat_str("source", kind, separator="\n").rank("dense").cast(pl.UInt32),
        unit=pl.col("unit").str.to_lowercase(),
        known=pl.col("recognized").fill_null(value=False),
        text=pl.col("item").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", ""),
        hs6=pl.when(pl.col("hs_code").str.len_chars() >= 6).then(pl.col("hs_code").str.slice(0, 6)),
        day=pl.col("shipped_on").dt.epoch("d").cast(pl.Int32),
        arrived=pl.col("arrived_on").dt.epoch("d").cast(pl.Int32),
        days=transit_days().cast(pl.Int32),
        serials=pl.col("serial_numbers").list.eval(pl.when(serial.str.contains(NUMBER)).then(serial)).list.drop_nulls(),
        **{name: paper(column) for name, column in PAPERS.items()},
    ).with_row_index("row")
