"""Every example of every red flag, and what must hold for all of them."""

from __future__ import annotations

import inspect
import string
from collections.abc import Iterator

import narwhals as nw
import polars as pl
import pytest

from monitor.check import OPTIONAL, knobs
from monitor.guidance import DOCUMENTS
from monitor.red_flag import Example, RedFlag, Severity
from monitor.red_flags import FLAGS
from pipelines import Tables
from pipelines.configuration import config_toml
from pipelines.tables import GRAPH

FAMILIES = {"who", "goods", "how", "when", "money", "site", "graph"}
KINDS = {"diversion", "listing", "ownership", "license", "over_purchase", "site", "payment", "identity"}
EXAMPLES = [pytest.param(flag, example, id=f"{flag.id}: {example.name}") for flag in FLAGS for example in flag.examples]
EACH = pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: flag.id)

ALWAYS = {"from_on", "until_on", "since_on", "verify", "person"}
"""Columns in which null has a meaning of its own: an open end, or no."""

EXCUSES = {
    "party_is_listed": {"license_needs.on_record"},
    "shares_address_with_listed": {"address_listings.crowd", "screenings.band", "screenings.party"},
    "headquartered_under_arms_embargo": {"parties.country", "appearances.shipment", "license_needs.on_record"},
    "resembles_successor_of_listed": {"party_keys.crowd"},
    "new_company_bought_controlled_goods": {"parties.group", "parties.incorporated_on", "parties.country",
                                            "ownership.least", "shipments.kind"},
    "goods_change_on_the_way": {"shipments.unit_value_usd", "shipments.kind", "shipments.arrived_on", "shipments.chip",
                                "shipments.recognized", "shipments.family", "parties.trade"},
    "description_vague_for_value": {"shipments.recognized", "may_carry.fit"},
    "passes_goods_straight_on": {"shipments.kind", "shipments.chip", "shipments.form", "parties.group",
                                 "shipments.arrived_on", "license_needs.on_record",
                                 "authorized_distributors.territory", "shipments.end_user", "shipments.mine"},
    "leaves_declared_end_user": {"shipments.kind", "parties.group", "shipments.chips", "shipments.chip"},
    "first_bought_after_controls": {"shipments.family", "shipments.recognized", "shipments.controlled",
                                    "shipments.kind"},
    "payer_is_third_party": {"shipments.purchaser", "payments.shipments", "parties.group", "parties.trade",
                             "parties.industry"},
    "paid_from_arms_embargoed_country": {"payments.shipments", "shipments.family"},
    "license_terms_exceeded": {"shipments.end_user", "shipments.repeats"},
    "service_asked_from_elsewhere": {"parties.group", "shipments.serial_numbers"},
}  # fmt: skip
"""Cells that excuse somebody: a flag may name a party once such a cell is unknown, for unknown never means clear."""


def found(flag: RedFlag, tables: Tables) -> pl.DataFrame:
    frame: pl.DataFrame = flag.find(tables).collect(backend="polars").to_native()
    return frame


def rank(severity: Severity) -> int:
    return severity.rank


def worst(flag: RedFlag, frame: pl.DataFrame) -> Severity:
    given = frame["severity"] if "severity" in frame.columns else [str(flag.severity)]
    return max((Severity(each) for each in given), key=rank)


def cells(example: Example) -> set[tuple[str, str, str]]:
    return {
        (table, column, repr(value))
        for table, rows in example.rows.items() for row in rows for column, value in row.items()
    }  # fmt: skip


def nulled(example: Example, known: set[tuple[str, str, str]]) -> Iterator[tuple[str, Tables]]:
    """Worlds in which one cell that may be unknown is unknown; cells in `known` were tried in another example."""
    for table, rows in example.rows.items():
        required = {column.name for column in GRAPH[table].columns if column.required} | ALWAYS
        for at, row in enumerate(rows):
            for column in set(row) - required:
                if (table, column, repr(row[column])) not in known:
                    blank = [*rows[:at], {**row, column: None}, *rows[at + 1 :]]
                    yield f"{table}.{column}", Tables.of(as_of=example.as_of, **{**example.rows, table: blank})


def emptied(example: Example, known: set[tuple[str, str, str]]) -> Iterator[tuple[str, Tables]]:
    """Worlds in which a whole column is unknown."""
    for table, column in sorted({(table, column) for table, column, _ in cells(example) - known}):
        if column not in {each.name for each in GRAPH[table].columns if each.required} | ALWAYS:
            blank = [{**row, column: None} for row in example.rows[table]]
            yield f"{table}.{column}", Tables.of(as_of=example.as_of, **{**example.rows, table: blank})


@pytest.mark.parametrize(("flag", "example"), EXAMPLES)
def test_example_names_whom_it_says(flag: RedFlag, example: Example) -> None:
    frame = found(flag, example.tables)
    assert set(frame["party"]) == ({example.party} if example.party else set())
    if example.severity is not None:
        assert worst(flag, frame) == example.severity


@EACH
def test_flag_is_named_like_its_file_and_complete(flag: RedFlag) -> None:
    assert inspect.getmodule(flag.find).__name__ == f"monitor.red_flags.{flag.id}"  # type: ignore[union-attr]
    assert flag.family in FAMILIES
    assert flag.kind in KINDS
    assert flag.cites
    assert flag.misses.endswith(".")
    assert flag.innocent
    assert all(reading and shown for reading, shown in flag.innocent)
    assert set(flag.needs) <= set(GRAPH)
    assert inspect.getdoc(flag.find)


def test_every_flag_is_listed_once() -> None:
    assert len({flag.id for flag in FLAGS}) == len(FLAGS) >= 20


@EACH
def test_flag_has_examples_that_raise_and_that_do_not(flag: RedFlag) -> None:
    assert any(example.party for example in flag.examples)
    assert any(example.party is None for example in flag.examples)


@EACH
def test_flag_cites_passages_that_exist(flag: RedFlag) -> None:
    passages = {cite for document in DOCUMENTS for cite in document}
    assert set(flag.cites) <= passages


@EACH
def test_evidence_has_every_value_the_sentence_mentions(flag: RedFlag) -> None:
    columns = found(flag, Tables.of()).columns
    named = {name for _, name, _, _ in string.Formatter().parse(flag.says) if name}
    assert named | {"party"} <= set(columns)
    assert ("shipment" in columns) or ("payment" in columns)


@EACH
def test_flag_is_lazy_and_finds_nothing_in_an_empty_world(flag: RedFlag) -> None:
    world = Tables.of()
    assert isinstance(flag.find(world), nw.LazyFrame)
    assert found(flag, world).is_empty()
    if flag.unsure is not None:
        told = flag.unsure(world)
        assert set(told.collect_schema().names()) == {"party", "because"}
        assert told.collect().is_empty()


@EACH
def test_optional_columns_have_their_types(flag: RedFlag) -> None:
    schema = found(flag, Tables.of()).schema
    assert {name: schema[name] for name in OPTIONAL if name in schema} == {
        name: dtype for name, dtype in OPTIONAL.items() if name in schema
    }


@EACH
def test_a_null_never_names_somebody_new_nor_makes_a_finding_critical(flag: RedFlag) -> None:
    blank = emptied if flag.absent else nulled
    excused = EXCUSES.get(flag.id, set()) | ({"shipments.end_user"} if flag.absent else set())
    known: set[tuple[str, str, str]] = set()
    for example in flag.examples:
        before = found(flag, example.tables)
        for cell, world in blank(example, known):
            after = found(flag, world).drop_nulls("party")
            if cell not in excused and not after.is_empty():
                assert set(after["party"]) <= set(before["party"]), (example.name, cell)
                allowed = max(worst(flag, before), Severity.HIGH, key=rank) if len(before) else Severity.HIGH
                assert worst(flag, after).rank <= allowed.rank, (example.name, cell)
        known |= cells(example)


@EACH
def test_rows_given_twice_in_another_order_find_the_same(flag: RedFlag) -> None:
    for example in flag.examples:
        turned = Tables.of(as_of=example.as_of, **{name: list(reversed(rows)) for name, rows in example.rows.items()})
        frame = found(flag, example.tables)
        assert frame.sort(pl.all()).equals(found(flag, turned).sort(pl.all())), example.name


def test_shipped_parameters_are_the_defaults() -> None:
    assert config_toml("red_flags.toml") == {flag.id: knobs(flag) for flag in FLAGS}


def test_rows_of_the_guidance_are_numbered_without_gaps() -> None:
    passages = {cite.passage for document in DOCUMENTS for cite in document}
    counts = {"ADV": 13, "DD": 10, "S3": 29, "FIN": 18, "TRI": 13, "BP": 7, "JG": 4, "PS": 4, "CSIS": 4}
    for prefix, count in counts.items():
        width = 2 if prefix in ("ADV", "DD", "FIN") else 1
        assert {f"{prefix}-{number:0{width}}" for number in range(1, count + 1)} <= passages
