"""A company bought controlled goods soon after it was founded."""

from __future__ import annotations

import datetime as dt

import narwhals as nw

from monitor.evidence import RECEIVES, Frame, graded, holds, moving
from monitor.guidance import ADVANCED_IC_GUIDANCE, FINCEN_ALERTS
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables
from pipelines.tables import day_number

BUYS = tuple(role for role in RECEIVES if role != "intermediate_consignee")


def find(tables: Tables, *, high: int = 90, medium: int = 365, low: int = 730,
         parent_before: dt.date = dt.date(2022, 10, 1)) -> Frame:  # fmt: skip
    """Compare the day of incorporation with the first controlled order (its departure, when the order has no day).

    Ages are in days. Subsidiaries, 50 percent or more, of parents that were incorporated before `parent_before` in a
    country of group A:1, A:5 or A:6 are left out. A company of unknown incorporation is `unsure`; an unknown age of the
    parent excuses nobody.
    """
    young = (
        _firsts(tables)
        .join(tables.parties.select("incorporated_on", "incorporated_day", party="id"), on="party")
        .with_columns(age=nw.col("first_day") - nw.col("incorporated_day"))
        .filter(nw.col("age") < low)
    )
    return (
        young.join(_children(tables, day_number(parent_before)), on="party", how="anti")
        .with_columns(severity=graded("low", (nw.col("age") < high, "high"), (nw.col("age") < medium, "medium")))
        .select("party", "shipment", "item", "on", "incorporated_on", "age", "severity")
    )


def _purchases(tables: Tables) -> Frame:
    bought = tables.appearances.filter(nw.col("controlled"), nw.col("role").is_in(BUYS)).select("party", "shipment")
    days = tables.shipments.filter(moving()).select(
        "item", shipment="id",
        on=nw.coalesce("ordered_on", "shipped_on"), day=nw.coalesce("ordered_day", "shipped_day"),
    )  # fmt: skip
    return bought.unique().join(days, on="shipment")


def _firsts(tables: Tables) -> Frame:
    """The first controlled purchases of each party."""
    purchases = _purchases(tables)
    first = purchases.group_by("party").agg(first_day=nw.col("day").min())
    return purchases.join(first, on="party").filter(nw.col("day") == nw.col("first_day"))


def _children(tables: Tables, before: int) -> Frame:
    """Parties, with the day of their first purchase in mind, that belong to old companies of allied countries."""
    by_group = tables.parties.filter(nw.col("group") != nw.col("id")).select(party="id", parent="group")
    by_share = (
        tables.ownership.filter(nw.col("least") >= 50)
        .join(_firsts(tables).select("party", "first_day").unique(), left_on="owned", right_on="party")
        .filter(holds("first_day"))
        .select(party="owned", parent="owner")
    )
    old = tables.parties.filter(nw.col("incorporated_day") < before).select("country", parent="id")
    allied = nw.col("groups").list.contains("A:1") | nw.col("groups").list.contains("A:5")
    places = tables.countries.filter(allied | nw.col("groups").list.contains("A:6")).select("country").unique()
    return nw.concat([by_group, by_share], how="vertical").join(old, on="parent").join(places, on="country")


def unsure(tables: Tables) -> Frame:
    """Name buyers of controlled goods whose incorporation is on no record."""
    dated = tables.parties.filter(~nw.col("incorporated_day").is_null()).select(party="id")
    buyers = _purchases(tables).select("party").unique()
    return buyers.join(dated, on="party", how="anti").with_columns(because=nw.lit("day of incorporation unknown"))


_SALE: dict[str, object] = {"id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme",
                            "item": "NVIDIA HGX H100"}  # fmt: skip
_SEEN: dict[str, object] = {
    "party": "acme", "role": "consignee", "shipment": "S1", "on": "2024-05-02", "controlled": True,
}  # fmt: skip
_ACME: dict[str, object] = {"id": "acme", "name": "Acme", "incorporated_on": "2023-02-01", "group": "acme"}
_PARENT: dict[str, object] = {"id": "old", "name": "Old Group", "incorporated_on": "1998-01-01", "country": "DE"}

FLAG = RedFlag(
    id="new_company_bought_controlled_goods",
    title="New company bought controlled goods",
    cites=(ADVANCED_IC_GUIDANCE.passage("DD-01"), FINCEN_ALERTS.passage("FIN-11")),
    severity=Severity.LOW,
    family="who",
    kind="identity",
    find=find,
    unsure=unsure,
    needs=("shipments", "parties"),
    says="{party}, incorporated on {incorporated_on}, first bought controlled goods ({item}) {age} days later, "
    "on {on}.",
    misses="Companies bought off the shelf; business carried on under a new name.",
    innocent=(("The new venture of an established group", "its shareholders and their accounts"),),
    examples=(
        raises("456 days old", "acme", severity=Severity.LOW, shipments=[_SALE], appearances=[_SEEN], parties=[_ACME]),
        raises("ordered 45 days after incorporation", "acme", severity=Severity.HIGH, appearances=[_SEEN],
               shipments=[_SALE | {"ordered_on": "2023-03-18"}], parties=[_ACME]),
        raises("a parent as young as itself", "acme", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | {"group": "old"}, _PARENT | {"incorporated_on": "2023-01-01"}]),
        silent("a subsidiary of an old German group", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | {"group": "old"}, _PARENT]),
        silent("half owned by an old German group", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME, _PARENT], ownership=[{"owner": "old", "owned": "acme", "least": 50.0, "most": 50.0}]),
        silent("a unit comes back from repair", shipments=[_SALE | {"kind": "repair"}], appearances=[_SEEN],
               parties=[_ACME]),
        silent("three years old", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | {"incorporated_on": "2021-02-01"}]),
        silent("incorporation unknown", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | {"incorporated_on": None}]),
    ),
)  # fmt: skip
