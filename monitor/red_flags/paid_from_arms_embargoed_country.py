"""Goods for a buyer elsewhere are paid from a country under arms embargo."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, graded, possible_shipments, true, with_embargo
from monitor.guidance import CASES, FINCEN_ALERTS
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables) -> Frame:
    """Name buyers outside arms embargo whose payer, payer's bank or remitter is under it (Hong Kong counts as China).

    High when the payment is for controlled goods or for unknown ones that may be some that had arrived, medium when
    nothing says what it is for or the goods are uncontrolled accelerators; payments for other goods are silent. A
    buyer whose country is unknown is `unsure`.
    """
    paid = _elsewhere(tables).join(_sources_of_money(tables), on="id")
    possible = possible_shipments(tables).select(shipment="id", possible=nw.lit(value=True))
    goods = tables.shipments.select(shipment="id", accelerator=nw.col("family") == "accelerator").join(
        possible, on="shipment", how="left"
    )
    return (
        paid.explode("shipments")
        .rename({"shipments": "shipment"})
        .join(goods, on="shipment", how="left")
        .filter(true("possible") | true("accelerator") | nw.col("shipment").is_null())
        .with_columns(severity=graded("medium", (true("possible"), "high")))
        .select("payer", "amount_usd", "shipment", "whose", "country", "severity", party="buyer",
                payment="id", on="paid_on")
    )  # fmt: skip


def _elsewhere(tables: Tables) -> Frame:
    countries = tables.parties.select(buyer="id", buyer_country="country")
    paid = tables.payments.join(countries, on="buyer")
    return with_embargo(paid, tables, "buyer_country", "paid_day", "at_home").filter(~nw.col("at_home"))


def _sources_of_money(tables: Tables) -> Frame:
    """Payments with each embargoed place their money comes from."""
    countries = tables.parties.select("country", source_of_money="id")
    payments = tables.payments.select("id", "paid_day", "payer", "remitter", "payer_bank_country")
    bank = payments.select("id", "paid_day", whose=nw.lit("the payer's bank"), country="payer_bank_country")
    people = [
        payments.select("id", "paid_day", whose=nw.lit(text), source_of_money=role)
        .join(countries, on="source_of_money")
        .select("id", "paid_day", "whose", "country")
        for role, text in (("payer", "the payer"), ("remitter", "the remitter"))
    ]
    places = nw.concat([bank, *people], how="vertical").filter(~nw.col("country").is_null())
    embargoed = with_embargo(places, tables, "country", "paid_day", "embargoed")
    return embargoed.filter(nw.col("embargoed")).select("id", "whose", "country").unique()


def unsure(tables: Tables) -> Frame:
    """Name buyers of unknown country."""
    countries = tables.parties.select("country", party="id")
    buyers = tables.payments.select(party="buyer").join(countries, on="party", how="left")
    unknown = buyers.filter(~nw.col("party").is_null(), nw.col("country").is_null()).select("party").unique()
    return unknown.with_columns(because=nw.lit("country of the buyer unknown"))


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme", "family": "accelerator",
    "recognized": True, "controlled": True,
}  # fmt: skip
_PAID: dict[str, object] = {
    "id": "P1", "payer": "gain", "payee": "maker", "paid_on": "2024-04-25", "amount_usd": 8.1e6, "buyer": "acme",
    "shipments": ["S1"],
}  # fmt: skip
_ACME: dict[str, object] = {"id": "acme", "name": "Acme Sdn Bhd", "country": "MY"}
_GAIN: dict[str, object] = {"id": "gain", "name": "Gain Ltd", "country": "HK"}

FLAG = RedFlag(
    id="paid_from_arms_embargoed_country",
    title="Paid from a country under arms embargo",
    cites=(CASES.passage("C1"), CASES.passage("C3"), FINCEN_ALERTS.passage("FIN-08")),
    severity=Severity.HIGH,
    family="money",
    kind="payment",
    find=find,
    unsure=unsure,
    needs=("payments",),
    says="{payer} paid {amount_usd} USD for {party} on {on}; {whose} is in {country}.",
    misses="Money that passes through accounts elsewhere first; payments outside the records.",
    innocent=(
        ("A treasury center of the buyer's own group", "the group chart and earlier payments"),
        ("A financing bank", "the credit agreement"),
    ),
    examples=(
        raises("a payer in Hong Kong for a buyer in Malaysia", "acme", severity=Severity.HIGH, shipments=[_SALE],
               payments=[_PAID], parties=[_ACME, _GAIN]),
        raises("the payer's bank", "acme", severity=Severity.HIGH, shipments=[_SALE],
               payments=[_PAID | {"payer_bank_country": "CN"}], parties=[_ACME, _GAIN | {"country": "SG"}]),
        raises("nothing says what it pays for", "acme", severity=Severity.MEDIUM, shipments=[_SALE],
               payments=[_PAID | {"shipments": None}], parties=[_ACME, _GAIN]),
        silent("a buyer in China itself", shipments=[_SALE], payments=[_PAID],
               parties=[_ACME | {"country": "CN"}, _GAIN]),
        silent("a payer in Singapore", shipments=[_SALE], payments=[_PAID], parties=[_ACME, _GAIN | {"country": "SG"}]),
        raises("goods that may be servers which had arrived", "acme", severity=Severity.HIGH, payments=[_PAID],
               shipments=[_SALE | {"family": None, "recognized": None, "controlled": None}], parties=[_ACME, _GAIN],
               may_carry=[{"shipment": "S1", "goods": "accelerator/h100", "recognized": False}]),
        silent("expensive goods nobody recognized", payments=[_PAID], parties=[_ACME, _GAIN], shipments=[
            _SALE | {"family": None, "recognized": None, "controlled": None, "unit_value_usd": 9000.0}]),
        silent("office chairs", shipments=[_SALE | {"family": "other", "controlled": False}], payments=[_PAID],
               parties=[_ACME, _GAIN]),
        silent("country of the payer unknown", shipments=[_SALE], payments=[_PAID],
               parties=[_ACME, _GAIN | {"country": None}]),
        silent("country of the buyer unknown", shipments=[_SALE], payments=[_PAID],
               parties=[_ACME | {"country": None}, _GAIN]),
    ),
)  # fmt: skip
