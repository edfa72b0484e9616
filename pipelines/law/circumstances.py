"""Put shipments before the law: what decides about each delivery, judged once per distinct combination."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import polars as pl

from pipelines.law import claims
from pipelines.law.classification import EPOCH
from pipelines.law.facts import Facts
from pipelines.law.grounds import Ground, judge
from pipelines.law.list_grounds import COLUMNS, ROLES, list_grounds
from pipelines.law.measure import of_kind
from pipelines.law.needs import needs_of

PLACE = ("destination", "from_us", "stays", "addressed", *(f"{role}_seat" for role in ROLES))
ITEM = ("label", "letter", "chip", "family", "data_center", "controlled")
STANDING = (
    "kind",
    "shown",
    "license_says",
    "records",
    "letter",
    "data_center",
    "destination",
    "embargoed",
    "listed",
    "owned",
    "turn",
)
"""What decides, column by column: of the delivery, of the goods, of a claimed license (as `claims.Standing` has it)."""


@dataclass(frozen=True)
class Circumstances:
    """The tables that decide beside the shipment itself."""

    parties: pl.DataFrame
    screenings: pl.DataFrame
    address_listings: pl.DataFrame
    headquarters: pl.DataFrame
    ownership_tests: pl.DataFrame
    licenses: pl.DataFrame
    sources: pl.DataFrame
    as_of: dt.date

    def needs(self, goods: pl.DataFrame, found: tuple[pl.DataFrame, pl.DataFrame] | None = None) -> pl.DataFrame:
        """Answer for judged goods: need, on_record, rules, because, verify and citation, one row each.

        `found` are the two frames `grounds` gave, when they are at hand.
        """
        grounds, base = found or self.grounds(goods)
        together = goods.join(base, on="row", how="left", maintain_order="left").join(
            needs_of(grounds), on="row", how="left", maintain_order="left"
        )
        flags = (
            "required",
            "prohibited",
            "exception_possible",
            "undetermined",
            "condition",
            "listed",
            "owned",
            "notice",
        )
        together = together.with_columns(pl.col(flag).fill_null(False) for flag in flags)
        claimed = self._claimed(together)
        return claimed.with_columns(
            _need().alias("need"),
            pl.col("rules").fill_null([]),
            pl.col("verify").fill_null(False),
            pl.concat_list(pl.col("words"), pl.col("reasons").fill_null([]), pl.col("claim_words").fill_null([])).alias(
                "because"
            ),
            pl.col("label").alias("item_class"),
        )

    def grounds(self, goods: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Find every ground for judged goods, and per row the words, whether the unknown decides, and embargo."""
        by_law, base = self._by_law(goods)
        by_list = list_grounds(
            goods,
            parties=self.parties,
            screenings=self.screenings,
            address_listings=self.address_listings,
            ownership_tests=self.ownership_tests,
            as_of=self.as_of,
        )
        return pl.concat([by_law, by_list]), base

    def _by_law(self, goods: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        facts, combinations = self._combined(goods)
        judgments = [judge(_facts(row)) for row in combinations.iter_rows(named=True)]
        told = {
            "words": pl.Series([list(each.because) for each in judgments], dtype=pl.List(pl.String)),
            "unsettled": pl.Series([each.undetermined for each in judgments], dtype=pl.Boolean),
            "embargoed": pl.Series([each.embargoed for each in judgments], dtype=pl.Boolean),
        }
        number = facts["combination"]
        base = facts.select("row").with_columns(values.gather(number).alias(name) for name, values in told.items())
        flat = [{"combination": at, **vars(ground)} for at, each in enumerate(judgments) for ground in each.grounds]
        schema = {"combination": pl.UInt32()} | {field.name: COLUMNS[field.name] for field in fields(Ground)}
        grounds = facts.join(pl.DataFrame(flat, schema=schema), on="combination", maintain_order="left")
        party = pl.coalesce(pl.when(pl.col("role") == role).then(pl.col(role)) for role in ROLES)
        full = grounds.with_columns(party.alias("party"), pl.lit(True).alias("on_the_day"))
        blank = [pl.lit(None, dtype).alias(name) for name, dtype in COLUMNS.items() if name not in full.columns]
        return full.with_columns(blank).select(*COLUMNS), base

    def _combined(self, goods: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Number the distinct combinations of day, place and goods; a place serves all goods a shipment may carry."""
        own = goods.filter(pl.col("carried").is_null())
        placed = self._with_headquarters(own).join(self._addressed(), on="shipper", how="left", maintain_order="left")
        at, places = _numbered(placed.with_columns(pl.col("addressed").fill_null("")), PLACE, "place")
        of, items = _numbered(goods, ITEM, "item_number")
        whole = goods.select("row", "turn", *ROLES, at.gather(goods["line"]), of)
        number, distinct = _numbered(whole, ("turn", "place", "item_number"), "combination")
        combinations = distinct.join(places, on="place", maintain_order="left").join(
            items, on="item_number", maintain_order="left"
        )
        return whole.select("row", *ROLES, number), combinations

    def _addressed(self) -> pl.DataFrame:
        """Name the letters that bind each shipper."""
        name = pl.col("name").str.to_lowercase()
        bound = pl.concat_str(
            (
                pl.when(pl.any_horizontal(name.str.contains(rf"\b{word}\b") for word in letter.addressee))
                .then(pl.lit(f"{letter.id};"))
                .otherwise(pl.lit(""))
                for letter in of_kind("letter")
            ),
            separator="",
        )
        return self.parties.select(pl.col("id").alias("shipper"), bound.alias("addressed")).unique("shipper")

    def _with_headquarters(self, goods: pl.DataFrame) -> pl.DataFrame:
        for role in ROLES:
            goods = self._seat(goods, role)
        return goods

    def _seat(self, goods: pl.DataFrame, role: str) -> pl.DataFrame:
        """Pack where a role is headquartered that day as `country|basis|registration`; null when it has no party."""
        named = goods.select("row", "day", pl.col(role).alias("party")).filter(pl.col("party").is_not_null())
        found = named.join(self._seats, on="party", how="left", maintain_order="left")
        begun = (pl.col("from_day") <= pl.col("day")).fill_null(True)
        over = (pl.col("until_day") < pl.col("day")).fill_null(False)
        in_time = found.filter(begun & ~over).unique("row", keep="first", maintain_order=True)
        packed = (
            named.join(in_time.select("row", "country", "basis", "parent"), on="row", how="left", maintain_order="left")
            .join(self._registered, on="party", how="left", maintain_order="left")
            .join(
                self._registered.rename({"party": "parent", "registered": "of_parent"}),
                on="parent",
                how="left",
                maintain_order="left",
            )
        )
        parts = [pl.col(name).fill_null("") for name in ("country", "basis")]
        seat = pl.concat_str(*parts, pl.coalesce("of_parent", "registered").fill_null(""), separator="|").alias(
            f"{role}_seat"
        )
        return goods.join(packed.select("row", seat), on="row", how="left", maintain_order="left")

    @cached_property
    def _seats(self) -> pl.DataFrame:
        known = pl.when(pl.col("basis").ne_missing("undetermined")).then(pl.col("country"))
        return self.headquarters.select(
            "party", known.alias("country"), "basis", pl.col("ultimate_parent").alias("parent"), "from_day", "until_day"
        )

    @cached_property
    def _registered(self) -> pl.DataFrame:
        return self.parties.select(pl.col("id").alias("party"), pl.col("country").alias("registered")).unique("party")

    def _claimed(self, goods: pl.DataFrame) -> pl.DataFrame:
        """Add `on_record`, its words and what they rest on."""
        goods = goods.with_columns(self._licenses_named(goods.filter(pl.col("carried").is_null())).select(
            pl.all().gather(goods["line"])
        ))  # fmt: skip
        told = claims.licensed(goods, self.licenses).rename({"license": "license_says"})
        goods = goods.join(told, on="row", how="left", maintain_order="left")
        of, distinct = _numbered(goods, STANDING, "standing")
        rows = distinct.select(*STANDING).iter_rows()
        answers = [claims.on_record(claims.Standing._make((*row[:-1], _day(row[-1])))) for row in rows]
        on_record, words = zip(*answers, strict=True) if answers else ((), ())
        listed_words = [[each] if each else [] for each in words]
        return goods.with_columns(
            pl.Series(on_record, dtype=pl.String).gather(of).alias("on_record"),
            pl.Series(listed_words, dtype=pl.List(pl.String)).gather(of).alias("claim_words"),
        )

    def _licenses_named(self, own: pl.DataFrame) -> pl.DataFrame:
        """Read the license columns: kind, symbol (or number), and whether the source records licenses."""
        texts = {text: claims.claim(text) for text in own["license"].unique() if text is not None}
        kind = {text: each.kind for text, each in texts.items()}
        symbol = {text: each.symbol for text, each in texts.items()}
        records = self.sources.select(source="id", records="records_licenses").unique("source")
        named = own.select("license", "source").join(records, on="source", how="left", maintain_order="left")
        read = named.select(
            pl.col("license").replace_strict(kind, default="none", return_dtype=pl.String).alias("kind"),
            pl.col("license").replace_strict(symbol, default="", return_dtype=pl.String).alias("symbol"),
            "records",
        )
        return read.with_columns(
            pl.when(pl.col("kind") != "number").then("symbol").otherwise(pl.lit("")).alias("shown")
        )


def _numbered(frame: pl.DataFrame, columns: Sequence[str], name: str) -> tuple[pl.Series, pl.DataFrame]:
    """Number the distinct rows of some columns: each row's number, and the distinct rows with theirs."""
    distinct = frame.select(columns).unique(maintain_order=True).with_row_index(name)
    joined = frame.select(columns).join(distinct, on=columns, how="left", nulls_equal=True, maintain_order="left")
    return joined[name], distinct


def _facts(row: dict[str, object]) -> Facts:
    seats = {role: row[f"{role}_seat"] for role in ROLES}
    plain = {name: row[name] for name in Facts._fields if name in row}
    return Facts(**plain, **seats, day=_day(row["turn"]))  # type: ignore[arg-type]


def _day(number: object) -> dt.date:
    return EPOCH + dt.timedelta(days=number if isinstance(number, int) else 0)


def _need() -> pl.Expr:
    hard = pl.col("required") | pl.col("prohibited")
    open_ = pl.col("undetermined") | pl.col("unsettled").fill_null(True)
    return (
        pl.when(hard)
        .then(pl.lit("required"))
        .when("exception_possible")
        .then(pl.lit("exception_possible"))
        .when(open_)
        .then(pl.lit("undetermined"))
        .otherwise(pl.lit("not_required"))
    )
