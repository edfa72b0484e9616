"""Which listings a name is worth comparing with, looked up instead of taking every listing apart again."""

from __future__ import annotations

import polars as pl

from pipelines.normalize.names import parse_name, spellings
from pipelines.resolve.candidates import BUSIEST, asked_keys, stored_keys
from pipelines.resolve.listing_index import listing_index


def listing_keys(listings: pl.DataFrame) -> pl.DataFrame:
    """List the blocking keys of every listing: `listing`, `key`."""
    index = listing_index(listings)
    owners = pl.DataFrame(
        {"name": range(len(index.names)), "listing": [index.entries[owner].id for owner in index.owners]},
        schema={"name": pl.Int64, "listing": pl.String},
    )
    found = stored_keys(index.names).join(owners, on="name")
    return found.select("listing", "key").unique().sort("listing", "key")


def listings_near(name: str, keys: pl.DataFrame) -> list[str]:
    """Name the listings that share a key with a name, misspelled words included: all that screening would compare."""
    asked = [parsed for parsed in map(parse_name, spellings(name)) if parsed.tokens]
    words = keys.get_column("key").unique()
    vocabulary = words.filter(~words.str.contains(r"[=+]")).sort().to_list()
    shared = keys.filter(pl.col("key").is_in(asked_keys(asked, vocabulary)))
    telling = (pl.len().over("key") <= BUSIEST) | pl.col("key").str.starts_with("=")
    return shared.filter(telling).get_column("listing").unique().sort().to_list()
