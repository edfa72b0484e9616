"""A party of a shipment or payment is on a list that was in force on that day."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import BINDS_EVERY_ROLE, Frame, appearances, graded, holds, reaches, true
from monitor.guidance import ADVANCED_IC_GUIDANCE, FINCEN_ALERTS, LISTS
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

LETTERS = ("red_flag", "supplier_list", "project_guardian")
"""Letters that name a party without asking for a license."""


def find(tables: Tables, *, to_be_checked: int = 7) -> Frame:
    """Join appearances with the matches in force on their day and grade them by the list's effect on these goods.

    An entry without a date counts as every day and never weighs more than high. Where the list gives only the day of
    publication, the `to_be_checked` days before it count too, as medium: rules often take effect earlier. An alias
    may have been added by the last amendment: before it, a match by alias is to be verified. A private list weighs
    medium, high where a letter names the party.
    """
    screened = tables.screenings.filter(nw.col("band") == "match").drop("score", "rare_token", "detail", "matched")
    effective = nw.col("since_day") - nw.when(_published_only()).then(to_be_checked).otherwise(0)
    return (
        appearances(tables)
        .join(screened, on="party")
        .with_columns(effective=effective)
        .filter(holds("on_day", since="effective"))
        .with_columns(early=(nw.col("on_day") < nw.col("since_day")).fill_null(value=False))
        .with_columns(
            severity=_severity(),
            verify=nw.col("early") | (_amended() & (nw.col("by") == "alias").fill_null(value=False)),
            caveat=nw.concat_str(_caveat(), _since_then()),
            as_role=_role(),
        )
        .select("party", "shipment", "payment", "as_role", "on", "list", "entry", "citation", "caveat",
                "severity", "verify")
        .unique()
    )  # fmt: skip


def _published_only() -> nw.Expr:
    return (nw.col("since_day") == nw.col("published_day")).fill_null(value=False)


def _role() -> nw.Expr:
    return nw.col("role").str.replace_all("_", " ")


def _severity() -> nw.Expr:
    prohibits = nw.col("effect") == "prohibits"
    by_name_alone = true("person") & nw.col("second_link").is_null() & (nw.col("by") != "identifier")
    controlled, ordinary = true("controlled"), (nw.col("family") == "other").fill_null(value=False)
    every_role = nw.col("list").is_in(BINDS_EVERY_ROLE)
    some = (nw.col("limits") == "ccl") | (nw.col("list") == "MEU")
    whole = ((nw.col("limits") == "all") | nw.col("limits").is_null()) & ~some
    return graded(
        "low",
        (prohibits & true("licensed"), "low"),
        (prohibits & true("early"), "medium"),
        (prohibits & ((nw.col("limits") == "project") | (some & ordinary)), "medium"),
        (
            prohibits & (whole | (some & controlled)) & (every_role | reaches()) & true("dated") & ~by_name_alone,
            "critical",
        ),
        (prohibits, "high"),
        ((nw.col("effect") == "conditions") & nw.col("letter_type").is_in(LETTERS) & reaches(), "high"),
        (nw.col("effect") == "conditions", "medium"),
    )


def _amended() -> nw.Expr:
    return (nw.col("on_day") < nw.col("last_amended_day")).fill_null(value=False)


def _since_then() -> nw.Expr:
    """Say what copies and notices of a later day put in doubt for this one."""
    gone = nw.when(true("delisted_inferred")).then(nw.lit("; no longer on the newest copy of the list"))
    amended = nw.when(_amended()).then(nw.lit("; amended since, its scope and aliases on that day are uncertain"))
    return nw.concat_str(amended.otherwise(nw.lit("")), gone.otherwise(nw.lit("")))


def _caveat() -> nw.Expr:
    return (
        nw.when(nw.col("early"))
        .then(nw.lit("; published within days after, date to be checked"))
        .otherwise(nw.when(~true("dated")).then(nw.lit("; listing date not in the source")).otherwise(nw.lit("")))
    )


def unsure(tables: Tables) -> Frame:
    """Name parties that appear in records and only resemble an entry."""
    seen = tables.appearances.select("party").unique()
    near = tables.screenings.filter(nw.col("band") == "review").select("party", "entry", "list")
    because = nw.concat_str(nw.lit("resembles "), nw.col("entry"), nw.lit(" ("), nw.col("list"), nw.lit(")"))
    return near.join(seen, on="party", how="semi").select("party", because=because).unique()


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme", "family": "accelerator",
    "recognized": True, "controlled": True,
}  # fmt: skip
_SEEN: dict[str, object] = {
    "party": "acme", "role": "consignee", "shipment": "S1", "on": "2024-05-02", "controlled": True,
}  # fmt: skip
_MATCH: dict[str, object] = {
    "party": "acme", "listing": "EL:acme", "list": "EL", "entry": "Acme Institute", "band": "match", "by": "name",
    "effect": "prohibits", "limits": "all", "dated": True, "since_on": "2023-03-01", "published_on": "2023-03-05",
    "person": False,
}  # fmt: skip
_ONLY_PUBLISHED: dict[str, object] = {"since_on": "2024-05-06", "published_on": "2024-05-06"}

FLAG = RedFlag(
    id="party_is_listed",
    title="Party is on a restricted-party list",
    cites=(ADVANCED_IC_GUIDANCE.passage("ADV-05"), FINCEN_ALERTS.passage("FIN-07"), LISTS.passage("744.11")),
    severity=Severity.CRITICAL,
    family="who",
    kind="listing",
    find=find,
    unsure=unsure,
    needs=("listings",),
    says="{party}, {as_role} on {on}, matches {entry} on list {list}{caveat}.",
    misses="Parties under names no list gives; entries removed from a list before its snapshot was taken.",
    innocent=(
        ("Another party of the same name", "a registration number, address or birth date that differs"),
        ("The entry does not cover these goods or this role", "the scope in the notice of the listing"),
        ("A license covers it", "the license and its conditions"),
    ),
    examples=(
        raises("controlled goods to a listed consignee", "acme", severity=Severity.CRITICAL,
               shipments=[_SALE], appearances=[_SEEN], screenings=[_MATCH]),
        raises("a listing whose date no source gives is at most high", "acme", severity=Severity.HIGH,
               shipments=[_SALE], appearances=[_SEEN],
               screenings=[_MATCH | {"dated": False, "since_on": None, "published_on": None}]),
        raises("a person matched by name alone is at most high", "acme", severity=Severity.HIGH,
               shipments=[_SALE], appearances=[_SEEN], screenings=[_MATCH | {"person": True}]),
        raises("office chairs from elsewhere under an entry for all goods", "acme", severity=Severity.HIGH,
               shipments=[_SALE | {"family": "other", "controlled": False, "origin_country": "MY"}],
               appearances=[_SEEN | {"controlled": False}], screenings=[_MATCH]),
        raises("a delivery under a license", "acme", severity=Severity.LOW, shipments=[_SALE], appearances=[_SEEN],
               screenings=[_MATCH], license_needs=[{"shipment": "S1", "need": "required", "on_record": "yes"}]),
        raises("a shipment days before publication", "acme", severity=Severity.MEDIUM,
               shipments=[_SALE], appearances=[_SEEN], screenings=[_MATCH | _ONLY_PUBLISHED]),
        raises("records that cannot show a license", "acme", severity=Severity.HIGH, shipments=[_SALE],
               appearances=[_SEEN], screenings=[_MATCH],
               license_needs=[{"shipment": "S1", "need": "required", "on_record": "unknown"}]),
        raises("office chairs to a military end user, whose entry is for listed items", "acme",
               severity=Severity.MEDIUM, shipments=[_SALE | {"family": "other", "controlled": False, "mine": True}],
               appearances=[_SEEN | {"controlled": False, "mine": True}], screenings=[_MATCH | {"list": "MEU"}]),
        raises("the Unverified List sets conditions", "acme", severity=Severity.MEDIUM,
               shipments=[_SALE], appearances=[_SEEN], screenings=[_MATCH | {"list": "UVL", "effect": "conditions"}]),
        raises("a watch list of the user's own", "acme", severity=Severity.MEDIUM, shipments=[_SALE],
               appearances=[_SEEN], screenings=[_MATCH | {"list": "ours", "effect": "conditions"}]),
        raises("a letter that names the party", "acme", severity=Severity.HIGH, shipments=[_SALE], appearances=[_SEEN],
               screenings=[_MATCH | {"list": "ours", "effect": "conditions", "letter_type": "supplier_list"}]),
        raises("an alias of an entry amended since", "acme", shipments=[_SALE], appearances=[_SEEN],
               screenings=[_MATCH | {"by": "alias", "last_amended_on": "2025-01-16"}]),
        silent("an entry of a private list that has expired", shipments=[_SALE], appearances=[_SEEN],
               screenings=[_MATCH | {"list": "ours", "effect": "conditions", "until_on": "2024-05-01"}]),
        silent("listed a month after the shipment", shipments=[_SALE], appearances=[_SEEN],
               screenings=[_MATCH | {"since_on": "2024-06-01", "published_on": "2024-06-07"}]),
        silent("a near name goes to the screening queue", shipments=[_SALE], appearances=[_SEEN],
               screenings=[_MATCH | {"band": "review"}]),
        silent("a party nobody screened", shipments=[_SALE], appearances=[_SEEN], screenings=[]),
    ),
)  # fmt: skip
