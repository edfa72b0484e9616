"""Somebody pays who has no part in the sale."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame
from monitor.guidance import ADVANCED_IC_GUIDANCE, FINCEN_ALERTS, TRI_SEAL_NOTE
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

PARTS = ("consignee", "purchaser", "end_user", "intermediate_consignee", "notify_party")

LENDERS = r"(?i)\bbank|leas(e|ing)|lessor|financ|credit|insur"
"""Lines of business and roles that pay for others as a trade."""


def find(tables: Tables, *, lenders: str = LENDERS) -> Frame:
    """Name buyers whose payer is neither in the papers of the goods nor of the group of anyone there, nor a lender.

    A payment whose shipments nobody knows is compared with its buyer alone; without a buyer it names nobody. A payer
    whose group is unknown counts as standing alone.
    """
    strangers = _payments(tables).join(_parts(tables), on=["payment", "payer"], how="anti")
    related = _parts(tables).select("payment", member="payer").join(_groups(tables, "member"), on="member")
    known_groups = related.select("payment", payer_group="group").unique()
    return (
        strangers.join(_groups(tables, "payer").rename({"group": "payer_group"}), on="payer", how="left")
        .join(known_groups, on=["payment", "payer_group"], how="anti")
        .join(_lenders(tables, lenders), on="payer", how="anti")
        .explode("shipments")
        .select("payment", "payer", "amount_usd", "on", shipment="shipments", party="buyer")
    )


def _payments(tables: Tables) -> Frame:
    paid = tables.payments.filter(~nw.col("buyer").is_null())
    return paid.select("payer", "buyer", "amount_usd", "shipments", payment="id", on="paid_on")


def _parts(tables: Tables) -> Frame:
    """Who has a part in the goods of each payment, the buyer included."""
    goods = tables.shipments.select("id", *PARTS)
    paid = tables.payments.select("shipments", payment="id").explode("shipments")
    named = paid.join(goods, left_on="shipments", right_on="id").unpivot(
        on=list(PARTS), index=["payment"], value_name="payer"
    )
    buyers = tables.payments.select(payment="id", payer="buyer")
    both = nw.concat([named.select("payment", "payer"), buyers], how="vertical")
    return both.filter(~nw.col("payer").is_null()).unique()


def _groups(tables: Tables, name: str) -> Frame:
    return tables.parties.filter(~nw.col("group").is_null()).select("group", nw.col("id").alias(name))


def _lenders(tables: Tables, pattern: str) -> Frame:
    by_trade = tables.parties.filter((nw.col("trade") == "bank") | nw.col("industry").str.contains(pattern))
    by_role = tables.parties.select("id", "roles").explode("roles").filter(nw.col("roles").str.contains(pattern))
    return nw.concat([by_trade.select(payer="id"), by_role.select(payer="id")], how="vertical").unique()


def unsure(tables: Tables) -> Frame:
    """Name payers of payments whose buyer nobody knows."""
    because = nw.lit("nothing says whom this payer pays for")
    return (
        tables.payments.filter(nw.col("buyer").is_null()).select(party="payer").unique().with_columns(because=because)
    )


_SALE: dict[str, object] = {"id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme"}
_PAID: dict[str, object] = {
    "id": "P1", "payer": "gain", "payee": "maker", "paid_on": "2024-04-25", "amount_usd": 8.1e6, "buyer": "acme",
    "shipments": ["S1"],
}  # fmt: skip
_ACME: dict[str, object] = {"id": "acme", "name": "Acme", "group": "acme"}
_GAIN: dict[str, object] = {"id": "gain", "name": "Gain Ltd", "group": "gain"}

FLAG = RedFlag(
    id="payer_is_third_party",
    title="Payer is a third party",
    cites=(ADVANCED_IC_GUIDANCE.passage("ADV-12"), FINCEN_ALERTS.passage("FIN-08"), TRI_SEAL_NOTE.passage("TRI-6")),
    severity=Severity.LOW,
    family="money",
    kind="payment",
    find=find,
    unsure=unsure,
    needs=("payments",),
    says="{payer}, named in no other role, paid {amount_usd} USD for {party} on {on}.",
    misses="Third parties that pay through the buyer's own account.",
    innocent=(
        ("A company of the buyer's group", "the group chart"),
        ("A lessor or another lender", "the lease or credit agreement"),
    ),
    examples=(
        raises("a stranger pays", "acme", severity=Severity.LOW, shipments=[_SALE], payments=[_PAID],
               parties=[_ACME, _GAIN]),
        raises("groups unknown", "acme", shipments=[_SALE], payments=[_PAID],
               parties=[_ACME | {"group": None}, _GAIN | {"group": None}]),
        silent("the purchaser pays", shipments=[_SALE | {"purchaser": "gain"}], payments=[_PAID],
               parties=[_ACME, _GAIN]),
        silent("a sister company pays", shipments=[_SALE], payments=[_PAID],
               parties=[_ACME | {"group": "top"}, _GAIN | {"group": "top"}]),
        silent("a bank pays", shipments=[_SALE], payments=[_PAID], parties=[_ACME, _GAIN | {"trade": "bank"}]),
        silent("a lessor pays", shipments=[_SALE], payments=[_PAID],
               parties=[_ACME, _GAIN | {"industry": "equipment leasing"}]),
        silent("buyer unknown", shipments=[_SALE], payments=[_PAID | {"buyer": None, "shipments": None}],
               parties=[_ACME, _GAIN]),
    ),
)  # fmt: skip
