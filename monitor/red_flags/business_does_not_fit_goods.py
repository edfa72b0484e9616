"""A buyer's line of business or size does not fit the accelerators it gets."""

from __future__ import annotations

import narwhals as nw

from monitor.evidence import CONSIGNED_TO, RECEIVES, Frame, moving
from monitor.guidance import ADVANCED_IC_GUIDANCE, CASES, KNOW_YOUR_CUSTOMER
from monitor.red_flag import RedFlag, Severity, raises, silent
from pipelines import Tables

COMPUTING = (
    r"(?i)comput|data ?cent|cloud|software|internet|hosting|semiconductor|electronic|telecom|information|artificial"
    r"|server|network|digital|online|research|universit|\bi\.?t\.?\b|\bai\b|\bict\b|\bgpu"
)
"""Lines of business whose need of accelerators does not follow from head count."""

BUYS = tuple(role for role in RECEIVES if role != "intermediate_consignee")


def find(tables: Tables, *, chips: int = 64, chips_per_employee: float = 20.0, computing: str = COMPUTING) -> Frame:
    """Name buyers of an implausible line of business with `chips` or more, and small ones outside computing.

    Chips are those of controlled goods a party got in any buying role. Unknown head count, line of business or number
    of chips is no evidence; firms that pass goods on are left to `forwarder_is_final_consignee`.
    """
    implausible = ~nw.col("implausible_trade").is_null() & (nw.col("got") >= chips)
    outside = (~nw.col("industry").str.contains(computing)) & nw.col("industry").str.contains("[A-Za-z]{3}")
    crowded = outside & (nw.col("employees") > 0) & (nw.col("got") > chips_per_employee * nw.col("employees"))
    unfit = nw.when(implausible).then(nw.col("implausible_trade")).otherwise(nw.col("industry"))
    return (
        _purchases(tables)
        .filter(implausible | crowded)
        .with_columns(business=unfit, staff=_staff())
        .select("party", "shipment", "got", "business", "staff")
    )


def _staff() -> nw.Expr:
    text = nw.concat_str(nw.lit(", "), nw.col("employees").cast(nw.Int64).cast(nw.String), nw.lit(" employees"))
    return nw.when(nw.col("employees").is_null()).then(nw.lit("")).otherwise(text)


def _purchases(tables: Tables) -> Frame:
    """Controlled purchases of each party with all the chips it got."""
    bought = tables.appearances.filter(nw.col("controlled"), nw.col("role").is_in(BUYS)).select("party", "shipment")
    lines = bought.unique().join(tables.shipments.filter(moving()).select("chips", shipment="id"), on="shipment")
    total = lines.group_by("party").agg(got=nw.col("chips").sum())
    passes_on = nw.col("trade").is_in(CONSIGNED_TO).fill_null(value=False)
    who = tables.parties.filter(~passes_on).select("industry", "implausible_trade", "employees", party="id")
    return lines.join(total, on="party").join(who, on="party")


def unsure(tables: Tables) -> Frame:
    """Name buyers of controlled goods whose line of business is on no record."""
    known = ~nw.col("industry").is_null() | ~nw.col("implausible_trade").is_null()
    lines = tables.parties.filter(known).select(party="id")
    bought = tables.appearances.filter(nw.col("controlled"), nw.col("role").is_in(BUYS)).select("party").unique()
    return bought.join(lines, on="party", how="anti").with_columns(because=nw.lit("line of business unknown"))


_SALE: dict[str, object] = {
    "id": "S1", "shipped_on": "2024-05-02", "shipper": "maker", "consignee": "acme", "chips": 80.0,
}  # fmt: skip
_SEEN: dict[str, object] = {
    "party": "acme", "role": "consignee", "shipment": "S1", "on": "2024-05-02", "controlled": True,
}  # fmt: skip
_ACME: dict[str, object] = {
    "id": "acme", "name": "Acme", "industry": "real estate agency", "implausible_trade": "real estate",
}  # fmt: skip

FLAG = RedFlag(
    id="business_does_not_fit_goods",
    title="Line of business does not fit the goods",
    cites=(ADVANCED_IC_GUIDANCE.passage("ADV-07"), KNOW_YOUR_CUSTOMER.passage("S3-2"), CASES.passage("C2")),
    severity=Severity.HIGH,
    family="who",
    kind="identity",
    find=find,
    unsure=unsure,
    needs=("shipments", "parties"),
    says="{party} ({business}{staff}) got {got} accelerators.",
    misses="Lines of business stated falsely or as codes only; buyers behind a computing firm.",
    innocent=(("A real computing venture of another trade", "its data center, staff and customers"),),
    examples=(
        raises("a real-estate agency with 80 chips", "acme", severity=Severity.HIGH,
               shipments=[_SALE], appearances=[_SEEN], parties=[_ACME]),
        raises("a three-person textile mill with 80 chips", "acme", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | {"industry": "textile mill", "implausible_trade": None, "employees": 3.0}]),
        silent("the agency buys one workstation", shipments=[_SALE | {"chips": 8.0}], appearances=[_SEEN],
               parties=[_ACME]),
        silent("a three-person cloud company", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | {"industry": "cloud computing", "implausible_trade": None, "employees": 3.0}]),
        silent("head count unknown", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | {"industry": "textile mill", "implausible_trade": None}]),
        silent("line of business unknown", shipments=[_SALE], appearances=[_SEEN],
               parties=[_ACME | {"industry": None, "implausible_trade": None, "employees": 3.0}]),
        silent("number of chips unknown", shipments=[_SALE | {"chips": None}], appearances=[_SEEN], parties=[_ACME]),
    ),
)  # fmt: skip
