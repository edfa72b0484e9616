"""The row that moves the goods of a movement, completed from the others."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.graph.joining.conflicts import conflicts
from pipelines.graph.transit import transit_days

FILLED = (
    "ordered_on", "intermediate_consignee", "purchaser", "end_user", "forwarder", "notify_party", "origin_country",
    "destination_country", "via", "mode", "hs_code", "eccn", "quantity", "unit", "pieces", "weight_kg", "value_usd",
    "license", "delivery_address", "order_id", "invoice_number", "bill_of_lading", "filing_number",
    "declared_end_use",
)  # fmt: skip
"""Facts the moving row takes from the first row that has them."""

GOODS = ("item", "model", "chip", "family", "form", "recognized", "vague", "chips_per_piece", "kilowatts_per_chip")
"""What the goods are: taken together, from a row that names them."""


def completed(members: pl.DataFrame, shipments: pl.DataFrame) -> pl.DataFrame:
    """Complete the moving row of each movement; `members` are its rows (`_of`), the moving one (`_leads`) first."""
    shown = members.with_columns(
        license_source=pl.when(pl.col("_records").fill_null(value=False)).then("source"), _chips="chips"
    )
    told = shown.with_columns(_first_known(shown)).filter("_leads").drop(*GOODS, "h100_equivalents")
    for more in (_gathered(members), _goods(members), conflicts(members), _others(members), _kinds(members, shipments)):
        told = told.drop([name for name in more.columns if name != "_of"], strict=False).join(
            more, on="_of", how="left", maintain_order="left"
        )
    return _with_parties(_with_chips(told)).with_columns(
        kind=pl.coalesce("_kind", "kind"),
        arrived_by_on=pl.coalesce("arrived_on", pl.col("shipped_on") + pl.duration(days=transit_days())),
        repeats=pl.lit(value=False),
        unit_value_usd=pl.when(pl.col("pieces") > 0).then(pl.col("value_usd") / pl.col("pieces")),
    )


def _first_known(members: pl.DataFrame) -> Iterator[pl.Expr]:
    """Take each fact from the first row from here on that has it, if that is of the same movement.

    Rows of a movement stand together, so that one look along a column does for all of them.
    """
    for name in (*FILLED, "license_source"):
        if members[name].null_count():
            at = pl.when(pl.col(name).is_not_null()).then(pl.int_range(pl.len(), dtype=pl.UInt32)).backward_fill()
            yield pl.when(pl.col("_of").gather(at) == pl.col("_of")).then(pl.col(name).gather(at)).alias(name)


def _gathered(members: pl.DataFrame) -> pl.DataFrame:
    """Gather what all rows say together: names, the earliest arrival, serial numbers, whose it is.

    Rows are numbered in the order of their ids: the least number is the least id.
    """
    left = pl.when("_leads").then("shipped_on").forward_fill()
    rows = members.select(
        "_of", "_row", "id", "mine", own=pl.when(~pl.col("_whole")).then("_row"),
        arrived=pl.when(pl.col("arrived_on") >= left).then("arrived_on"),
    ).sort("_of", "_row").with_columns(pl.col("_of").set_sorted()).group_by("_of", maintain_order=True).agg(
        pl.col("mine").any(), own=pl.col("own").min(), movement_rows=pl.col("id"), arrived_on=pl.col("arrived").min()
    )  # fmt: skip
    rows = rows.join(members.select(own="_row", movement="id").unique("own"), on="own", how="left").drop("own")
    numbered = members.filter(pl.col("serial_numbers").list.len() > 0).select("_of", "serial_numbers")
    serials = numbered.explode("serial_numbers").group_by("_of").agg(pl.col("serial_numbers").unique().sort())
    return rows.join(serials, on="_of", how="left")


def _goods(members: pl.DataFrame) -> pl.DataFrame:
    """Take the goods of the row that names them best, the moving row's if none does better."""
    names = pl.col("recognized").fill_null(value=False)
    ranked = members.with_columns(
        _named=-(names.cast(pl.Int8) + (names & pl.col("chip").is_not_null()).cast(pl.Int8)),
        _place=pl.int_range(pl.len()),
    )
    best = ranked.sort("_of", "_named", "_place").unique("_of", keep="first", maintain_order=True)
    worth = pl.when(pl.col("chips") > 0).then(pl.col("h100_equivalents") / pl.col("chips"))
    return best.select("_of", *GOODS, _own="_leads", _all_chips="chips", _worth=worth)


def _with_chips(told: pl.DataFrame) -> pl.DataFrame:
    """Count chips in the pieces of the moving row."""
    own = pl.when("_own").then("_chips")
    counted = pl.coalesce(own, pl.col("pieces") * pl.col("chips_per_piece"), "_all_chips")
    return told.with_columns(chips=counted).with_columns(h100_equivalents=(pl.col("chips") * pl.col("_worth")).round(6))


def _kinds(members: pl.DataFrame, shipments: pl.DataFrame) -> pl.DataFrame:
    """Find movements that a row calls a return or a repair, and that go back to who had sent goods before."""
    back = members.filter(pl.col("kind").is_in(["return", "repair"]))
    came = shipments.select(shipper="consignee", consignee="shipper", _came="shipped_on")
    sent = back.join(came, on=["shipper", "consignee"]).filter(pl.col("_came") <= pl.col("shipped_on"))
    return sent.sort("_of", "id").unique("_of", keep="first", maintain_order=True).select("_of", _kind="kind")


def _others(members: pl.DataFrame) -> pl.DataFrame:
    """Whom the other rows name where the moving row names an agent, and a second consignee."""
    lead = pl.when("_leads").then(pl.int_range(pl.len(), dtype=pl.UInt32)).forward_fill()
    differ = pl.any_horizontal(pl.col(name).gather(lead) != pl.col(name) for name in ("shipper", "consignee"))
    rows = members.filter(pl.col("_of").is_in(members.filter(differ)["_of"].unique().implode()))
    consignee, shipper = pl.col("consignee").first(), pl.col("shipper").first()
    agent = (pl.col("intermediate_consignee") == consignee) | (pl.col("forwarder") == consignee)
    beyond = (agent & (pl.col("consignee") != consignee)).fill_null(value=False)
    supplied = pl.col("_supplied") & ~pl.col("_supplied").first()
    sends = (((pl.col("forwarder") == shipper) | supplied) & (pl.col("shipper") != shipper)).fill_null(value=False)
    return rows.group_by("_of", maintain_order=True).agg(
        pl.col("consignee").filter(beyond).first().alias("_ultimate"),
        pl.col("destination_country").filter(beyond).first().alias("_destination"),
        pl.col("consignee").filter(pl.col("consignee") != consignee).first().alias("_second"),
        pl.col("shipper").filter(sends).first().alias("_principal"),
        pl.col("origin_country").filter(sends).first().alias("_from"),
    )


def _with_parties(told: pl.DataFrame) -> pl.DataFrame:
    """Put the principals in their agents' place; a consignee only another row names may receive in between.

    What another paper says must not cut the way the goods may have gone.
    """
    passed = pl.when(pl.col("_ultimate").is_not_null()).then("consignee")
    return told.with_columns(
        shipper=pl.coalesce("_principal", "shipper"),
        origin_country=pl.coalesce("_from", "origin_country"),
        consignee=pl.coalesce("_ultimate", "consignee"),
        destination_country=pl.coalesce("_destination", "destination_country"),
        intermediate_consignee=pl.coalesce(passed, "intermediate_consignee", "_second"),
    )
