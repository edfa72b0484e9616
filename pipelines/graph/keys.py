"""Hand-over keys: what two parties may share so that goods can pass between them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.normalize.addresses import address_key
from pipelines.normalize.contacts import domain_key, email_key, phone_key
from pipelines.normalize.names import fold, parse_name
from pipelines.tables import GRAPH, conform

_COLUMNS = ("party", "kind", "key", "from_on", "until_on", "evidence")
_SCHEMA = {
    "party": pl.String,
    "kind": pl.String,
    "key": pl.String,
    "from_on": pl.Date,
    "until_on": pl.Date,
    "evidence": pl.String,
}
_RARE_PERSON = 2
"""Words a person's name needs before name and city may stand for the person."""


def party_keys(
    parties: pl.DataFrame, mentions: pl.DataFrame, officers: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """List the keys of every party, each with how many parties share it.

    identity: itself · address: unit level, of every mention · contact: phone, e-mail, own web domain · officer:
    identifier, else name and birth date, else name and city · parent: its controlling parent over time (`groups`:
    party, parent, from_on, until_on; a parent bears its own key). Unknown dates mean always.
    """
    found = [
        _identity(parties),
        _addresses(parties, mentions),
        _contacts(parties),
        _officers(officers),
        _parents(groups),
    ]
    keys = pl.concat(found).filter(pl.col("party").is_not_null()).unique().sort(_COLUMNS)
    crowds = keys.group_by("kind", "key").agg(pl.col("party").n_unique().cast(pl.Int64).alias("crowd"))
    return conform(keys.join(crowds, on=["kind", "key"], how="left"), GRAPH["party_keys"]).sort("party", "kind", "key")


def _frame(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _identity(parties: pl.DataFrame) -> pl.DataFrame:
    return _frame(
        [(party, "identity", party, None, None, name) for party, name in parties.select("id", "name").iter_rows()]
    )


def _addresses(parties: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    of_parties = parties.select(party="id", country="country", address="address")
    said = pl.concat([of_parties, mentions.select("party", "country", "address")]).filter(
        pl.col("address").is_not_null()
    )
    countries = dict(parties.select("id", "country").iter_rows())
    rows: dict[tuple[str, str], tuple[object, ...]] = {}
    for party, country, text in said.unique().sort("party", "address", "country").iter_rows():
        if key := address_key(text, country or countries.get(party)):
            rows.setdefault((party, key), (party, "address", key, None, None, text))
    return _frame(list(rows.values()))


def _contacts(parties: pl.DataFrame) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for party, phone, email, website in parties.select("id", "phone", "email", "website").iter_rows():
        for key, text in (
            (phone_key(phone), phone),
            (email_key(email), email),
            (domain_key(email), email),
            (domain_key(website), website),
        ):
            rows += [(party, "contact", key, None, None, text)] if key else []
    return _frame(rows)


def _officers(officers: pl.DataFrame) -> pl.DataFrame:
    wanted = ("party", "person_name", "person_id", "birth_date", "city", "from_on", "until_on")
    rows = [
        (row["party"], "officer", key, row["from_on"], row["until_on"], row["person_name"])
        for row in officers.select(wanted).iter_rows(named=True)
        for key in _officer_keys(row["person_name"], row["person_id"], row["birth_date"], row["city"])
    ]
    return _frame(rows)


def _officer_keys(name: str | None, person: str | None, born: str | None, city: str | None) -> list[str]:
    """Key a person by identifier and by name with birth date; only without both by a long name with city."""
    folded = " ".join(sorted(fold(name or "").split()))
    keys = [f"id {person}"] if person else []
    keys += [f"{folded} born {born}"] if folded and born else []
    long = len(folded.split()) >= _RARE_PERSON and parse_name(name or "").weight >= _RARE_PERSON - 0.3
    return keys or ([f"{folded} of {fold(city)}"] if city and long else [])


def _parents(groups: pl.DataFrame) -> pl.DataFrame:
    controlled = groups.select("party", "parent", "from_on", "until_on").filter(pl.col("parent").is_not_null())
    own = controlled.select(
        party="parent", parent="parent", from_on=pl.lit(None, pl.Date), until_on=pl.lit(None, pl.Date)
    )
    both = pl.concat([controlled, own.unique()], how="vertical_relaxed")
    return both.select(
        "party",
        kind=pl.lit("parent"),
        key="parent",
        from_on=pl.col("from_on").cast(pl.Date),
        until_on=pl.col("until_on").cast(pl.Date),
        evidence=pl.lit("controlling parent"),
    )
