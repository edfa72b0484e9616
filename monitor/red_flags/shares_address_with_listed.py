"""A party has the address of a listed party, down to the unit."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame, graded, holds
from monitor.guidance import ADVANCED_IC_GUIDANCE, FINCEN_ALERTS
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables


def find(tables: Tables, *, crowd: int = 25, least_weight: float = 0.3) -> Frame:
    """Join appearances with named entries whose address the party has, on days the entry is in force.

    An address `k` parties share weighs 1/log2(1+k): below `least_weight` the finding is low, beyond `crowd` there is
    none. High takes a second link: a contact, officer or parent shared with the listed party, or a name in the
    review band. The listed party itself is left to `party_is_listed`.
    """
    itself = tables.screenings.filter(nw.col("band") == "match").select("party", "listing")
    shared = (
        tables.address_listings.filter(~nw.col("address_only"), nw.col("unit_level"), ~nw.col("party").is_null())
        .drop("shipment")
        .filter(nw.col("crowd").is_null() | (nw.col("crowd") <= crowd))
        .join(itself, on=["party", "listing"], how="anti")
        .join(_second_links(tables, crowd), on=["party", "listing"], how="left")
    )
    seen = tables.appearances.select("party", "shipment", "payment", "on", "on_day")
    return (
        seen.join(shared, on="party")
        .filter(holds("on_day", "since_day"))
        .with_columns(weight=1 / (nw.col("crowd") + 1).log(2))
        .with_columns(severity=_severity(least_weight), also=_also())
        .select("party", "shipment", "payment", "on", "address", "entry", "list", "crowd", "also", "severity")
        .unique()
    )


def _severity(least_weight: float) -> nw.Expr:
    return graded(
        "medium",
        (nw.col("effect") == "other", "low"),
        (~nw.col("link").is_null() & (nw.col("effect") == "prohibits"), "high"),
        (nw.col("weight") < least_weight, "low"),
    )


def _also() -> nw.Expr:
    link = nw.concat_str(nw.lit(", and "), nw.col("link"))
    return nw.when(nw.col("link").is_null()).then(nw.lit("")).otherwise(link)


def _second_links(tables: Tables, crowd: int) -> Frame:
    """One further link per party and listing; its name as text."""
    keys = tables.party_keys.filter(
        nw.col("kind").is_in(("contact", "officer", "parent")),
        nw.col("crowd").is_null() | (nw.col("crowd") <= crowd) | (nw.col("kind") == "parent"),
    ).select("party", "kind", "key")
    listed = tables.screenings.filter(nw.col("band") == "match").select("listing", other="party")
    theirs = keys.rename({"party": "other"}).join(listed, on="other")
    same_key = keys.join(theirs, on=["kind", "key"]).filter(nw.col("party") != nw.col("other"))
    near = tables.screenings.filter(nw.col("band") == "review").select("party", "listing", kind=nw.lit("name"))
    links = nw.concat([same_key.select("party", "listing", "kind"), near], how="vertical")
    return (
        links.group_by("party", "listing")
        .agg(link=nw.col("kind").min())
        .with_columns(link=nw.concat_str(nw.lit("shares or resembles its "), nw.col("link")))
    )


_SEEN: dict[str, object] = {"party": "acme", "role": "consignee", "shipment": "S1", "on": "2024-07-02"}
_SHARED: dict[str, object] = {
    "party": "acme", "address": "Unit 7, 1 Example Road", "listing": "EL:qing", "list": "EL", "entry": "Qing Institute",
    "address_only": False, "unit_level": True, "crowd": 2, "effect": "prohibits", "dated": True,
    "since_on": "2023-03-01",
}  # fmt: skip
_LISTED: dict[str, object] = {"party": "qing", "listing": "EL:qing", "list": "EL", "band": "match"}
_PHONE: dict[str, object] = {"kind": "contact", "key": "tel:1", "crowd": 2}

FLAG = RedFlag(
    id="shares_address_with_listed",
    title="Party has the address of a listed party",
    cites=(ADVANCED_IC_GUIDANCE.passage("ADV-05"), FINCEN_ALERTS.passage("FIN-07")),
    severity=Severity.MEDIUM,
    family="who",
    kind="identity",
    find=find,
    needs=("listings",),
    says="{party} has the address {address} of {entry} (list {list}); {crowd} parties on record are there{also}.",
    misses="Addresses that agree only by building; former addresses.",
    innocent=(("A shared office, agent or mail address", "a lease in its own name, or the agent's list of clients"),),
    examples=(
        raises("the unit of a listed institute", "acme", severity=Severity.MEDIUM,
               appearances=[_SEEN], address_listings=[_SHARED]),
        raises("and the same telephone", "acme", severity=Severity.HIGH, appearances=[_SEEN],
               address_listings=[_SHARED], screenings=[_LISTED],
               party_keys=[_PHONE | {"party": "acme"}, _PHONE | {"party": "qing"}]),
        raises("twelve parties are there", "acme", severity=Severity.LOW, appearances=[_SEEN],
               address_listings=[_SHARED | {"crowd": 12}]),
        silent("a formation agent's address", appearances=[_SEEN], address_listings=[_SHARED | {"crowd": 400}]),
        silent("the same building, the unit unknown", appearances=[_SEEN],
               address_listings=[_SHARED | {"unit_level": None}]),
        silent("the listed party itself", appearances=[_SEEN | {"party": "qing"}],
               address_listings=[_SHARED | {"party": "qing"}], screenings=[_LISTED]),
    ),
)  # fmt: skip
