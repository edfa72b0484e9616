"""Controlled goods go to a party elsewhere whose own or ultimate parent's headquarters is under arms embargo."""

from __future__ import annotations

import datetime as dt

import narwhals as nw

from monitor.evidence import Frame, appearances, graded, holds, true, with_embargo
from monitor.guidance import ADVANCED_IC_GUIDANCE, LISTS, SUBSIDIARY_GUIDANCE
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables
from pipelines.tables import day_number


def find(tables: Tables, *, since_on: dt.date = dt.date(2023, 11, 17)) -> Frame:
    """Join receipts of controlled goods with headquarters under arms embargo on the day (Hong Kong counts as China).

    Parties that are themselves in such a country are a matter of destination and left out. Without stated
    headquarters the registration of the ultimate parent counts, one severity lower and marked inferred; an unknown
    headquarters is `unsure`.
    """
    placed = _placed(tables, since_on).filter(nw.col("basis").is_in(("stated", "registration_of_parent")))
    abroad = with_embargo(placed, tables, "headquarters_country", "on_day", "embargoed").filter(nw.col("embargoed"))
    return (
        with_embargo(abroad, tables, "party_country", "on_day", "at_home")
        .filter(~true("at_home"))
        .with_columns(inferred=nw.col("basis") != "stated", as_role=nw.col("role").str.replace_all("_", " "))
        .with_columns(severity=_severity())
        .select("party", "shipment", "as_role", "on", "headquarters_country", "ultimate_parent", "because",
                "inferred", "severity")
    )  # fmt: skip


def _placed(tables: Tables, since_on: dt.date) -> Frame:
    """Receipts of controlled goods without a license on record, with every headquarters that holds on the day."""
    countries = tables.parties.select(party="id", party_country="country")
    needs = tables.license_needs.filter(nw.col("on_record") == "no").select("shipment").unique()
    headquarters = tables.headquarters.rename({"country": "headquarters_country"})
    return (
        appearances(tables)
        .filter(nw.col("receives"), nw.col("controlled"), ~nw.col("licensed"))
        .filter(nw.col("on_day") >= day_number(since_on))
        .join(needs.with_columns(shown=nw.lit(value=True)), on="shipment", how="left")
        .join(headquarters, on="party")
        .filter(holds("on_day"))
        .join(countries, on="party", how="left")
    )


def _severity() -> nw.Expr:
    own = true("mine") & true("shown")
    return graded("high", (own & ~nw.col("inferred"), "critical"), (~own & nw.col("inferred"), "medium"))


def unsure(tables: Tables, *, since_on: dt.date = dt.date(2023, 11, 17)) -> Frame:
    """Name receivers of controlled goods whose headquarters is undetermined, or who are on no record of it."""
    received = appearances(tables).filter(
        nw.col("receives"), nw.col("controlled"), nw.col("on_day") >= day_number(since_on)
    )
    known = tables.headquarters.filter(nw.col("basis") != "undetermined").select("party").unique()
    because = nw.lit("headquarters of the party and of its ultimate parent undetermined")
    return received.join(known, on="party", how="anti").select("party").unique().with_columns(because=because)


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme", "family": "accelerator",
    "recognized": True, "controlled": True, "mine": True,
}  # fmt: skip
_SEEN: dict[str, object] = {
    "party": "acme", "role": "consignee", "shipment": "S1", "on": "2024-05-02", "controlled": True, "mine": True,
}  # fmt: skip
_ACME: dict[str, object] = {"id": "acme", "name": "Acme Sdn Bhd", "country": "MY"}
_SEAT: dict[str, object] = {
    "party": "acme", "ultimate_parent": "qing", "country": "CN", "basis": "stated", "because": "stated for Qing Group",
}  # fmt: skip
_NO_LICENSE: dict[str, object] = {"shipment": "S1", "need": "required", "on_record": "no"}

FLAG = RedFlag(
    id="headquartered_under_arms_embargo",
    title="Headquarters of the party or its ultimate parent is under arms embargo",
    cites=(
        ADVANCED_IC_GUIDANCE.passage("ADV-13"), SUBSIDIARY_GUIDANCE.passage("HQ"), LISTS.passage("742.6"),
        LISTS.passage("744.23"),
    ),
    severity=Severity.HIGH,
    family="who",
    kind="ownership",
    find=find,
    unsure=unsure,
    says="{party} gets controlled goods on {on} as {as_role}, without a license on record; headquarters in "
    "{headquarters_country}: {because}.",
    misses="Parents no register shows; headquarters that moved without a record.",
    innocent=(
        ("The parent moved its headquarters", "a register extract or annual report of that year"),
        ("A license exists that the records do not show", "its number"),
    ),
    examples=(
        raises("the user's own sale to a subsidiary in Malaysia", "acme", severity=Severity.CRITICAL,
               shipments=[_SALE], appearances=[_SEEN], parties=[_ACME], headquarters=[_SEAT],
               license_needs=[_NO_LICENSE]),
        raises("somebody else's sale", "acme", severity=Severity.HIGH, shipments=[_SALE | {"mine": False}],
               appearances=[_SEEN | {"mine": False}], parties=[_ACME], headquarters=[_SEAT],
               license_needs=[_NO_LICENSE]),
        raises("only the parent's registration is known", "acme", severity=Severity.HIGH, shipments=[_SALE],
               appearances=[_SEEN], parties=[_ACME], headquarters=[_SEAT | {"basis": "registration_of_parent"}],
               license_needs=[_NO_LICENSE]),
        raises("records that cannot show a license", "acme", severity=Severity.HIGH, shipments=[_SALE],
               appearances=[_SEEN], parties=[_ACME], headquarters=[_SEAT],
               license_needs=[_NO_LICENSE | {"on_record": "unknown"}]),
        silent("a license is on record", shipments=[_SALE], appearances=[_SEEN], parties=[_ACME],
               headquarters=[_SEAT], license_needs=[_NO_LICENSE | {"on_record": "yes"}]),
        silent("a party in China is a matter of destination", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | {"country": "HK"}], headquarters=[_SEAT], license_needs=[_NO_LICENSE]),
        silent("shipped before the rule", shipments=[_SALE | {"shipped_on": "2023-11-16"}],
               appearances=[_SEEN | {"on": "2023-11-16"}], parties=[_ACME], headquarters=[_SEAT],
               license_needs=[_NO_LICENSE]),
        silent("headquarters unknown", shipments=[_SALE], appearances=[_SEEN], parties=[_ACME],
               headquarters=[_SEAT | {"country": None, "basis": "undetermined"}], license_needs=[_NO_LICENSE]),
    ),
)  # fmt: skip
