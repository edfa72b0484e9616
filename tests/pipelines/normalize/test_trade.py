"""What a party does, from its roles, its line of business and its name."""

import polars as pl
import pytest

from pipelines.normalize.trade import trades
from pipelines.tables import GRAPH, conform


def party(name: str, industry: str | None = None, *roles: str) -> pl.DataFrame:
    row = {"id": "p", "name": name, "industry": industry, "roles": list(roles)}
    schema = {column: GRAPH["parties"].schema[column] for column in row}
    return trades(conform(pl.DataFrame([row], schema=schema), GRAPH["parties"]))


@pytest.mark.parametrize(
    ("name", "industry", "roles", "trade"),
    [
        ("Brightquay Logistics Ltd", None, (), "logistics"),
        ("BRIGHTQUAY FREIGHT-FORWARDING", None, (), "logistics"),
        ("Harbor Cloud Sdn Bhd", None, (), None),
        ("Harbor Cloud Sdn Bhd", None, ("consignee", "forwarder"), "logistics"),
        ("First Quay Bank", None, (), "bank"),
        ("Riverbank Devices", None, (), None),
        ("Pacific Gain International Trade Co", None, (), "trading"),
        ("Norwick Corporate Secretarial Ltd", None, (), "mailbox"),
        ("Express Cloud", "Data center operator", (), None),
        ("Lumen Harbor", "Freight forwarding", (), "logistics"),
        ("Lumen Harbor", "488510", (), "logistics"),
        ("晨港物流有限公司", None, (), "logistics"),
    ],
)
def test_trade_is_read_from_roles_then_industry_then_name(
    name: str, industry: str | None, roles: tuple[str, ...], trade: str | None
) -> None:
    assert party(name, industry, *roles).item(0, "trade") == trade


@pytest.mark.parametrize(
    ("name", "industry", "word"),
    [
        ("Palmetto Realtor LLC", None, "realtor"),
        ("Golden Carp Seafood Sdn Bhd", None, "seafood"),
        ("Lumen Harbor", "Real estate agency", "real estate"),
        ("Lumen Harbor", "Pharmaceuticals", "pharmaceuticals"),
        ("Tea Garden Compute", "Cloud computing", None),
        ("Steamworks", None, None),
        ("Harbor Cloud", None, None),
    ],
)
def test_a_line_of_business_that_does_not_fit_is_named(name: str, industry: str | None, word: str | None) -> None:
    assert party(name, industry).item(0, "implausible_trade") == word
