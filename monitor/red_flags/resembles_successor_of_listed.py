"""A party turns up soon after another was listed, with its address, contact, officer, owner or business."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import Frame
from monitor.guidance import KNOW_YOUR_CUSTOMER, STUDIES
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

LINKS = ("address", "contact", "officer", "parent")


def find(tables: Tables, *, days: int = 180, crowd: int = 25, customers: int = 10) -> Frame:
    """Name parties incorporated, or first seen, at most `days` after a listing, that carry something of the listed.

    That is an address, contact or officer at most `crowd` parties share, a controlling parent, or the same product from
    the same supplier where the supplier has at most `customers` for it. First sight counts only where incorporation is
    unknown and some source's records begin before the listing. Listings without a date show no order and name nobody.
    """
    listed = _listed(tables)
    candidates = _newcomers(tables).join(
        tables.screenings.filter(nw.col("band") == "match").select("party").unique(), on="party", how="anti"
    )
    linked = nw.concat([_by_key(tables, listed, crowd), _by_supply(tables, listed, customers)], how="vertical")
    began = tables.sources.filter(~nw.col("first_day").is_null()).select("first_day")
    earliest = began.select(records_from=nw.col("first_day").min())
    return (
        linked.join(candidates, on="party")
        .join(earliest, how="cross")
        .filter(nw.col("born_day") >= nw.col("since_day"), nw.col("born_day") <= nw.col("since_day") + days)
        .filter(nw.col("stated") | (nw.col("records_from") < nw.col("since_day")).fill_null(value=False))
        .select("party", "entry", "list", "since_on", "how", "born", "born_on", shipment=nw.lit(None, dtype=nw.String))
        .unique()
    )


def _listed(tables: Tables) -> Frame:
    return tables.screenings.filter(
        nw.col("band") == "match", nw.col("effect") == "prohibits", ~nw.col("since_day").is_null()
    ).select("entry", "list", "since_on", "since_day", predecessor="party")


def _newcomers(tables: Tables) -> Frame:
    """Parties in records, with the day they were incorporated, else first seen."""
    stated = ~nw.col("incorporated_day").is_null()
    return tables.parties.select(
        stated=stated,
        born_day=nw.coalesce("incorporated_day", "first_seen_day"),
        born_on=nw.coalesce("incorporated_on", "first_seen_on"),
        born=nw.when(stated).then(nw.lit("incorporated")).otherwise(nw.lit("first seen")),
        party="id",
    ).join(tables.appearances.select("party").unique(), on="party", how="semi")


def _by_key(tables: Tables, listed: Frame, crowd: int) -> Frame:
    few = nw.col("crowd").is_null() | (nw.col("crowd") <= crowd) | (nw.col("kind") == "parent")
    keys = tables.party_keys.filter(nw.col("kind").is_in(LINKS), few).select("party", "kind", "key")
    theirs = keys.rename({"party": "predecessor"}).join(listed, on="predecessor")
    shared = keys.join(theirs, on=["kind", "key"]).filter(nw.col("party") != nw.col("predecessor"))
    how = nw.concat_str(nw.lit("shares its "), nw.col("kind"), nw.lit(" with"))
    return shared.with_columns(how=how).select("party", "entry", "list", "since_on", "since_day", "how")


def _by_supply(tables: Tables, listed: Frame, customers: int) -> Frame:
    """Parties that get the product of a listed party from its supplier, once it is listed."""
    sold = tables.shipments.filter(~nw.col("chip").is_null()).select("shipper", "chip", "consignee", "shipped_day")
    buyers = sold.select("shipper", "chip", "consignee").unique().group_by("shipper", "chip").agg(buyers=nw.len())
    few = buyers.filter(nw.col("buyers") <= customers).select("shipper", "chip")
    lanes = sold.join(few, on=["shipper", "chip"])
    before = lanes.join(listed, left_on="consignee", right_on="predecessor").filter(
        nw.col("shipped_day") < nw.col("since_day")
    )
    lost = before.select("shipper", "chip", "entry", "list", "since_on", "since_day", predecessor="consignee").unique()
    after = lanes.rename({"consignee": "party"}).join(lost, on=["shipper", "chip"])
    taken = after.filter(nw.col("shipped_day") >= nw.col("since_day"), nw.col("party") != nw.col("predecessor"))
    how = nw.lit("gets the same goods from the same supplier as")
    return taken.with_columns(how=how).select("party", "entry", "list", "since_on", "since_day", "how")


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2023-08-01", "shipper": "maker", "consignee": "acme", "chip": "h100",
}  # fmt: skip
_SEEN: dict[str, object] = {"party": "acme", "role": "consignee", "shipment": "S1", "on": "2023-08-01"}
_MATCH: dict[str, object] = {
    "party": "qing", "listing": "EL:qing", "list": "EL", "entry": "Qing Institute", "band": "match",
    "effect": "prohibits", "since_on": "2023-03-01",
}  # fmt: skip
_ACME: dict[str, object] = {"id": "acme", "name": "Acme", "incorporated_on": "2023-05-01"}
_UNSTATED: dict[str, object] = {"incorporated_on": None, "first_seen_on": "2023-05-01"}
_BEFORE: dict[str, object] = _SALE | {"id": "S0", "consignee": "qing", "shipped_on": "2023-01-01"}


def _keys(crowd: int, *, kind: str = "officer") -> list[dict[str, object]]:
    return [{"party": party, "kind": kind, "key": "k", "crowd": crowd} for party in ("acme", "qing")]


FLAG = RedFlag(
    id="resembles_successor_of_listed",
    title="Resembles the successor of a listed party",
    cites=(KNOW_YOUR_CUSTOMER.passage("S3-25"), STUDIES.passage("SUCCESSION")),
    severity=Severity.HIGH,
    family="when",
    kind="identity",
    find=find,
    needs=("listings", "parties"),
    says="{party}, {born} on {born_on}, {how} {entry}, on list {list} since {since_on}.",
    misses="Successors that share nothing on record; parties cut off by a seller rather than listed.",
    innocent=(
        ("A neighbor or client of the same agent", "its own lease, staff and officers"),
        ("A new customer of a seller with few", "how the sale came about"),
    ),
    examples=(
        raises("founded two months later with the same director", "acme", severity=Severity.HIGH, shipments=[_SALE],
               appearances=[_SEEN], parties=[_ACME], screenings=[_MATCH], party_keys=_keys(2)),
        raises("gets the same goods from the same supplier", "acme", shipments=[_BEFORE, _SALE], appearances=[_SEEN],
               parties=[_ACME], screenings=[_MATCH]),
        raises("first seen afterwards, in records that began before", "acme", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | _UNSTATED], screenings=[_MATCH], party_keys=_keys(2),
               sources=[{"id": "customs", "first_day": 18262}]),
        silent("an agent's address", shipments=[_SALE], appearances=[_SEEN], parties=[_ACME], screenings=[_MATCH],
               party_keys=_keys(300, kind="address")),
        silent("founded years before", shipments=[_SALE], appearances=[_SEEN], screenings=[_MATCH],
               parties=[_ACME | {"incorporated_on": "2015-05-01"}], party_keys=_keys(2)),
        silent("a year later", shipments=[_SALE], appearances=[_SEEN], screenings=[_MATCH], party_keys=_keys(2),
               parties=[_ACME | {"incorporated_on": "2024-05-01"}]),
        silent("first seen where records only begin", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | _UNSTATED], screenings=[_MATCH], party_keys=_keys(2),
               sources=[{"id": "customs", "first_day": 19450}]),
        silent("a listing without a date", shipments=[_SALE], appearances=[_SEEN], parties=[_ACME],
               screenings=[_MATCH | {"since_on": None}], party_keys=_keys(2)),
    ),
)  # fmt: skip
