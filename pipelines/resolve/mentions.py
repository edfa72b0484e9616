"""Mentions: every way a record spells a party."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import polars as pl

from pipelines.normalize.addresses import fold_address
from pipelines.normalize.names import fold
from pipelines.tables import CONTRACT, FILES, PARTY_PARTS

SEEN_ON: Mapping[str, str] = {
    "shipments": "shipped_on",
    "orders": "version_on",
    "licenses": "from_on",
    "payments": "paid_on",
    "service": "on",
    "ownership": "from_on",
    "officers": "from_on",
    "tenancies": "from_on",
    "stock": "counted_on",
    "sites": "opened_on",
    "authorized_distributors": "from_on",
    "attestations": "given_on",
    "parties": "incorporated_on",
}
"""The date on which a record of each table names its parties; for `parties` it is not a sighting."""

SCHEMA: Mapping[str, pl.DataType] = {
    "key": pl.String(),
    "name": pl.String(),
    "country": pl.String(),
    "address": pl.String(),
    "namespace": pl.String(),
    "id": pl.String(),
    "registration_number": pl.String(),
    "lei": pl.String(),
    "kind": pl.String(),
    "aliases": pl.List(pl.String()),
    "phones": pl.List(pl.String()),
    "emails": pl.List(pl.String()),
    "roles": pl.List(pl.String()),
    "records": pl.Int64(),
    "first_on": pl.Date(),
    "unnamed": pl.Boolean(),
}
"""`unnamed`: the records give an id alone, as relations of registers do; `name` is then that id."""

_ROLES: Mapping[str, tuple[str, ...]] = {contract.name: contract.roles for contract in CONTRACT if contract.roles}
_OWN = "own records"


def mentions(records: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """List every distinct mention of a party, with how many records make it.

    Mentions that fold to the same name, country, address and identifiers are one; its spelling is the one most used.
    Source ids live in the namespace of their source; all canonical files of the inbox share one.
    """
    said = [_of_role(frame, table, role) for table, frame in records.items() for role in _ROLES.get(table, ())]
    said += [_of_parties(records["parties"])] if "parties" in records else []
    said = [frame for frame in said if frame.height]
    if not said:
        return pl.DataFrame(schema=SCHEMA)
    return _distinct(_with_key(pl.concat(said, how="diagonal_relaxed")))


def with_party_ids(frame: pl.DataFrame, table: str, mention_to_party: pl.DataFrame) -> pl.DataFrame:
    """Replace the `<role>_*` columns of a records frame by one party id per role.

    A role without a name is null. The rows of `parties` get a column `party`.
    """
    if table == "parties":
        found = _with_key(_parts(frame, None)).join(mention_to_party, on="key", how="left")
        return frame.with_columns(party=found["party"])
    for role in _ROLES.get(table, ()):
        found = _with_key(_parts(frame, role)).join(mention_to_party, on="key", how="left", maintain_order="left")
        frame = frame.drop(*_flat(role), strict=False).with_columns(found["party"].alias(role))
    return frame


def namespace_of(source: str | None) -> str:
    """Name the space a source's ids live in."""
    return _OWN if source is None or source in FILES else source


def _flat(role: str) -> list[str]:
    return [f"{role}_{part}" for part in PARTY_PARTS]


def _column(frame: pl.DataFrame, name: str, alias: str) -> pl.Expr:
    return (pl.col(name).cast(pl.String) if name in frame.columns else pl.lit(None, pl.String)).alias(alias)


def _parts(frame: pl.DataFrame, role: str | None) -> pl.DataFrame:
    """Take the parts of one role (None: of the rows of `parties`) out of a frame, row by row."""
    prefix = f"{role}_" if role else ""
    own = ("registration_number", "lei") if role is None else ()
    source = _column(frame, "source", "source").map_elements(namespace_of, return_dtype=pl.String, skip_nulls=False)
    return frame.select(
        *(_column(frame, f"{prefix}{part}", part) for part in PARTY_PARTS),
        *(
            _column(frame, part, part) if part in own else pl.lit(None, pl.String).alias(part)
            for part in ("registration_number", "lei")
        ),
        source.alias("namespace") if frame.height else pl.lit(None, pl.String).alias("namespace"),
    ).with_columns(
        namespace=pl.when(pl.col("id").is_not_null()).then(pl.col("namespace")),
        name=pl.coalesce("name", "id"),
        unnamed=pl.col("name").is_null(),
    )


def _of_role(frame: pl.DataFrame, table: str, role: str) -> pl.DataFrame:
    seen = SEEN_ON.get(table)
    first = pl.Series("first_on", frame[seen] if seen in frame.columns else [None] * frame.height, dtype=pl.Date)
    kind = "person" if table == "officers" and role == "person" else None
    parts = _parts(frame, role).with_columns(
        first, role=pl.lit(role if role != "party" else table), kind=pl.lit(kind, pl.String)
    )
    return (
        parts.filter(pl.col("name").is_not_null())
        .group_by(pl.exclude("first_on"))
        .agg(pl.col("first_on").min(), records=pl.len().cast(pl.Int64))
    )


def _of_parties(frame: pl.DataFrame) -> pl.DataFrame:
    aliases = pl.col("aliases") if "aliases" in frame.columns else pl.lit(None, pl.List(pl.String))
    said = _parts(frame, None).with_columns(frame.select(aliases.alias("aliases"), _column(frame, "kind", "kind")))
    return said.filter(pl.col("name").is_not_null()).with_columns(records=pl.lit(1, pl.Int64))


def _with_key(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `key`, worked out once per distinct mention; the rows keep their order."""
    parts = ["name", "country", "address", "namespace", "id", "registration_number", "lei"]
    distinct = frame.select(parts).unique(maintain_order=True).filter(pl.col("name").is_not_null())
    keys = pl.Series("key", [_key(*row) for row in distinct.iter_rows()], dtype=pl.String)
    return frame.join(distinct.with_columns(keys), on=parts, how="left", nulls_equal=True, maintain_order="left")


def _key(name: str, country: str | None, address: str | None, *identifiers: str | None) -> str:
    said = (
        fold(name) or name.casefold().strip(),
        country or "",
        fold_address(address) if address else "",
        *(each or "" for each in identifiers),
    )
    return "m-" + hashlib.blake2b("\x1f".join(said).encode(), digest_size=10).hexdigest()


def _distinct(frame: pl.DataFrame) -> pl.DataFrame:
    """Make one row of each key: the spelling most used, ties by the alphabet."""
    for column, dtype in SCHEMA.items():
        if column not in frame.columns and column not in {"phones", "emails", "roles"}:
            frame = frame.with_columns(pl.lit(None, dtype).alias(column))
    if "role" not in frame.columns:
        frame = frame.with_columns(role=pl.lit(None, pl.String))
    used = frame.with_columns(used=pl.col("records").sum().over("key", "name", "address")).sort(
        ["key", "used", "name", "address"], descending=[False, True, False, False], nulls_last=True
    )
    firsts = [
        pl.col(name).first() for name in ("name", "country", "address", "namespace", "id", "registration_number", "lei")
    ]
    grouped = used.group_by("key", maintain_order=True).agg(
        *firsts,
        pl.col("kind").drop_nulls().sort().first(),
        pl.col("aliases").explode().drop_nulls().unique().sort(),
        pl.col("phone").drop_nulls().unique().sort().alias("phones"),
        pl.col("email").drop_nulls().unique().sort().alias("emails"),
        pl.col("role").drop_nulls().unique().sort().alias("roles"),
        pl.col("records").sum(),
        pl.col("first_on").min(),
        pl.col("unnamed").all(),
    )
    return grouped.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()).sort("key")
