"""What a party's roles, line of business and name say it does, and whether that fits accelerators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from pipelines.configuration import config_toml

NOT_A_WORD = r"[^\p{L}\p{N}]"


def trades(parties: pl.DataFrame) -> pl.DataFrame:
    """Add `trade` (logistics, bank, mailbox or trading) and `implausible_trade` (the word that does not fit).

    Roles speak first, then the line of business, then the name. A line of business that is computing wins over
    every word of a name. Null means that nothing says so, never that it is not so.
    """
    config = config_toml("trades.toml")
    frame = parties.with_columns(
        pl.col("industry").str.to_lowercase().alias("_industry"),
        pl.col("name").str.to_lowercase().alias("_name"),
        pl.col("roles").list.eval(pl.element().str.to_lowercase()).alias("_roles"),
    )
    computing = _word("_industry", config["computing"]).is_not_null()
    industry = _first("_industry", config["trade"], config["code"])
    named = pl.when(~computing).then(_first("_name", config["trade"], {}))
    words: Sequence[str] = config["implausible"]
    odd = pl.when(~computing).then(pl.coalesce(_word("_industry", words), _word("_name", words)))
    trade = pl.coalesce(_by_role(config["role"]), industry, named)
    return frame.with_columns(trade.alias("trade"), odd.alias("implausible_trade")).drop("_industry", "_name", "_roles")


def _by_role(roles: Mapping[str, Sequence[str]]) -> pl.Expr:
    return pl.coalesce(
        pl.when(pl.col("_roles").list.set_intersection(list(names)).list.len() > 0).then(pl.lit(trade))
        for trade, names in roles.items()
    )


def _first(column: str, words: Mapping[str, Sequence[str]], codes: Mapping[str, Sequence[str]]) -> pl.Expr:
    return pl.coalesce(
        pl.when(_word(column, [*known, *codes.get(trade, ())]).is_not_null()).then(pl.lit(trade))
        for trade, known in words.items()
    )


def _word(column: str, words: Iterable[str]) -> pl.Expr:
    """Extract the first of these words that stands whole in a column; Chinese ones may stand inside a name."""
    longest_first = sorted(words, key=len, reverse=True)
    latin = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first if word.isascii())
    other = "|".join(re.escape(word) for word in longest_first if not word.isascii())
    whole = pl.col(column).str.extract(rf"(?:^|{NOT_A_WORD})({latin})(?:{NOT_A_WORD}|$)")
    return pl.coalesce(whole, pl.col(column).str.extract(f"({other})")) if other else whole
