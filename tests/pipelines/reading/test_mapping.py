"""Declared mappings: what they take, how they read it, and what they refuse."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from pipelines.configuration import config_path
from pipelines.errors import InputError
from pipelines.reading.mapping import checked, read_mapping
from tests.pipelines.reading.mapped import NAMES, mapped, shipment

DAY = dt.date.fromisoformat


def test_the_first_filled_of_several_headings_counts(tmp_path: Path) -> None:
    said = 'shipped_on = "DAY"\nquantity = "QTY"\neccn = ["ECCN EN", "ECCN"]\n'
    found = shipment(tmp_path, "DAY,QTY,ECCN EN,ECCN", "2025-03-01,1,,3A090\n2025-03-01,1,4A090,5A002", said)
    assert found.rows["eccn"].to_list() == ["3A090", "4A090"]


def test_headings_are_found_in_any_case_and_spacing(tmp_path: Path) -> None:
    found = shipment(
        tmp_path, "Ship_Date,TOTAL  QTY", "2025-03-01,2", 'shipped_on = "SHIP DATE"\nquantity = "total_qty"\n'
    )
    assert found.one("shipped_on", "quantity") == (DAY("2025-03-01"), 2.0)


def test_what_is_filled_is_joined_and_what_matches_is_extracted(tmp_path: Path) -> None:
    said = (
        'shipped_on = "DAY"\nquantity = "QTY"\nconsignee_address = { join = ["ROAD", "CITY"], with = ", " }\n'
        "bill_of_lading = { column = \"NOTE\", pattern = 'B/L:? *(\\w+)' }\n"
    )
    found = shipment(
        tmp_path,
        "DAY,QTY,ROAD,CITY,NOTE",
        "2025-03-01,1,Quay 1,Alderton,see B/L: X77 copy\n2025-03-01,1,,Alderton,",
        said,
    )
    assert found.rows.select("consignee_address", "bill_of_lading").rows() == [
        ("Quay 1, Alderton", "X77"),
        ("Alderton", None),
    ]


@pytest.mark.parametrize(
    ("declared", "written", "day"),
    [
        ('"DAY"', "2025-03-28T18:30:00.000Z", "2025-03-28"),
        ('{ column = "DAY", timezone = "Asia/Kolkata" }', "2025-03-28T18:30:00.000Z", "2025-03-29"),
        ('{ column = "DAY", timezone = "Asia/Kolkata" }', "2025-03-28", "2025-03-28"),
        ('{ column = "DAY", date = "%d/%m/%Y" }', "03/04/2025", "2025-04-03"),
        ('{ column = "DAY", date = ["%m/%d/%Y", "%b %Y"] }', "03/04/2025", "2025-03-04"),
        ('{ column = "DAY", date = ["%m/%d/%Y", "%b %Y"] }', "Jan 2025", "2025-01-01"),
        ('{ column = "DAY", date = "%d-%b-%y" }', "28-MAR-25", "2025-03-28"),
        ('{ column = "DAY", date = "%d/%m/%Y" }', "2025-03-28", "2025-03-28"),
        ('{ column = "DAY", date = "excel" }', "45744", "2025-03-28"),
        ('{ column = "DAY", date = "%d.%m.%Y %H:%M" }', "28.03.2025 23:59", "2025-03-28"),
        ('"DAY"', "20250328", "2025-03-28"),
    ],
)
def test_a_date_is_read_as_declared(tmp_path: Path, declared: str, written: str, day: str) -> None:
    found = shipment(tmp_path, "DAY,QTY", f"{written},1", f'shipped_on = {declared}\nquantity = "QTY"\n')
    assert found.one("shipped_on") == (DAY(day),)


@pytest.mark.parametrize("written", ["03/04/2025", "25/03/2025", "28-03-25", "45744", "28-MAR-25", "Jan 2025"])
def test_a_date_nobody_declared_is_quarantined_with_advice(tmp_path: Path, written: str) -> None:
    found = shipment(tmp_path, "DAY,QTY", f"{written},1", 'shipped_on = "DAY"\nquantity = "QTY"\n')
    ((column, value, reason, advice),) = found.quarantined.select("column", "value", "reason", "advice").rows()
    assert (column, value, reason) == ("shipped_on", written, "is no date")
    assert "date_format" in advice


def test_a_value_has_the_currency_of_the_column_it_was_taken_from(tmp_path: Path) -> None:
    said = (
        'shipped_on = "DAY"\nquantity = "QTY"\nvalue = [{ column = "USD", currency = "USD" },'
        ' { column = "FC", currency_column = "CUR" }, "LOCAL"]\n[constants]\ncurrency = "KZT"\n'
    )
    cells = "2025-03-01,1,10,9,EUR,5000\n2025-03-01,1,,9,EUR,5000\n2025-03-01,1,,,,5000"
    found = shipment(tmp_path, "DAY,QTY,USD,FC,CUR,LOCAL", cells, said)
    assert found.rows.select("value", "currency").rows() == [(10, "USD"), (9, "EUR"), (5000, "KZT")]


def test_a_quantity_has_the_unit_of_the_column_it_was_taken_from(tmp_path: Path) -> None:
    said = (
        'shipped_on = "DAY"\nquantity = [{ column = "QTY", unit_column = "UNIT" }, { column = "NET", unit = "kg" }]\n'
        '[units]\nGRUPO = "set"\n'
    )
    cells = "2025-03-01,4,NOS,8\n2025-03-01,,,8\n2025-03-01,4,Grupo,8\n2025-03-01,4,台,8"
    found = shipment(tmp_path, "DAY,QTY,UNIT,NET", cells, said)
    assert found.rows.select("quantity", "unit").rows() == [(4, "piece"), (8, "kg"), (4, "set"), (4, "piece")]


def test_weights_become_kilograms_and_an_unknown_unit_is_no_guess(tmp_path: Path) -> None:
    said = 'shipped_on = "DAY"\nquantity = "QTY"\nweight_kg = { column = "WT", unit_column = "WU" }\n'
    cells = "2025-03-01,1,2,MT\n2025-03-01,1,10,Lbs.\n2025-03-01,1,500,G\n2025-03-01,1,2,KGS\n2025-03-01,1,2,furlong"
    found = shipment(tmp_path, "DAY,QTY,WT,WU", cells, said)
    assert found.rows["weight_kg"].to_list() == [2000.0, pytest.approx(4.5359237), 0.5, 2.0]
    assert found.quarantined.select("row", "column").rows() == [(5, "weight_kg")]


def test_a_price_may_be_per_unit_or_in_thousands(tmp_path: Path) -> None:
    ways = '[{ column = "P", times = "QTY" }, { column = "K", scale = 1000 }]'
    said = f'shipped_on = "DAY"\nquantity = "QTY"\nvalue = {ways}\n'
    found = shipment(tmp_path, "DAY,QTY,P,K", '2025-03-01,3,10.5,\n2025-03-01,3,,"1,234.5"', said)
    assert found.rows["value"].to_list() == [31.5, 1_234_500.0]


def test_words_are_translated_in_any_case_and_defaults_fill_gaps(tmp_path: Path) -> None:
    said = (
        'shipped_on = "DAY"\nquantity = "QTY"\nkind = "K"\norigin_country = "COO"\n[default]\norigin_country = "KZ"\n'
        '[values.kind]\n"ИМ" = "import"\n"*" = "export"\n'
    )
    found = shipment(tmp_path, "DAY,QTY,K,COO", "2025-03-01,1,им,CN\n2025-03-01,1,ЭК,N/A\n2025-03-01,1,,NULL", said)
    assert found.rows.select("kind", "origin_country").rows() == [("import", "CN"), ("export", "KZ"), (None, "KZ")]


def test_a_layout_without_ids_names_records_by_what_they_hold(tmp_path: Path) -> None:
    text = "FROM,TO,GOODS,DAY,QTY\nAlder,Harbor,H100,2025-03-01,1\nAlder,Harbor,H100,2025-03-01,2\n"
    said = '[columns]\nid = { hash = ["*"] }\nshipped_on = "DAY"\nquantity = "QTY"\n' + NAMES
    first = mapped(tmp_path, text, said).rows["id"].to_list()
    turned = "QTY,DAY,GOODS,TO,FROM\n2,2025-03-01,H100,Harbor,Alder\n"
    assert mapped(tmp_path, turned, said).rows["id"].to_list() == [first[1]]
    assert len(set(first)) == 2


def test_lines_above_the_headings_are_skipped_where_said(tmp_path: Path) -> None:
    text = "An extract, made for nobody\n\nNO,FROM,TO,GOODS,DAY,QTY\nS1,Alder,Harbor,H100,2025-03-01,1\n"
    said = 'header_row = 3\n[columns]\nid = "NO"\nshipped_on = "DAY"\nquantity = "QTY"\n' + NAMES
    assert mapped(tmp_path, text, said).one("id", "quantity") == ("S1", 1.0)


def test_columns_not_used_and_headings_not_there_are_told(tmp_path: Path) -> None:
    said = 'shipped_on = "DAY"\nquantity = "QTY"\neccn = { column = "ECCN", optional = true }\n'
    found = shipment(tmp_path, "DAY,QTY,TEU", "2025-03-01,1,x", said)
    assert found.notes == ("x.csv: not used: column TEU", "x.csv: mapping m.toml names what it has not: ECCN")


def test_words_for_nothing_are_no_values(tmp_path: Path) -> None:
    said = 'null = ["Not Available"]\n[columns]\nshipped_on = "DAY"\nquantity = "QTY"\nend_user_name = "EU"\n'
    found = shipment(tmp_path, "DAY,QTY,EU", "2025-03-01,1,not available\n2025-03-01,1,NULL\n2025-03-01,1,N/A", said)
    assert found.rows["end_user_name"].to_list() == [None] * 3


REFUSED = [
    ('id = { colum = "A" }', "id has no 'colum'; did you mean 'column'?"),
    ('id = { column = "A", join = ["B"] }', "needs one of column, join and hash"),
    ("id = 7", "id = 7 is no heading"),
    ("id = []", "names no heading"),
    ('item = { column = "A", date = "%d/%m/%Y" }', "date is for a date, item is none"),
    ('shipped_on = { column = "A", date = "dd/mm/yyyy" }', "date format 'dd/mm/yyyy' is none"),
    ('shipped_on = { column = "A", date = "%d/%m" }', "date format '%d/%m' is none"),
    ('shipped_on = { column = "A", timezone = "Asia/Nowhere" }', "timezone = 'Asia/Nowhere' is none"),
    ("item = { column = \"A\", pattern = '(?=x)(y)' }", "look-around"),
    ("item = { column = \"A\", pattern = 'y' }", "has no group"),
    ('weight_kg = { column = "A", currency = "USD" }', "a currency goes with value or amount"),
    ('quantity = { column = "A", scale = "x" }', "scale = 'x' is no number"),
]


@pytest.mark.parametrize(("line", "says"), REFUSED)
def test_a_column_that_says_what_it_cannot_is_refused_in_one_line(line: str, says: str) -> None:
    with pytest.raises(InputError, match=r"mapping m\.toml") as refused:
        checked(tomllib.loads(f"[columns]\n{line}"), "m.toml", "shipments")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("header_row = 0", "header_row = 0 is no line number"),
        ("null = 3", "is no list of words"),
        ('columns = "x"', "write [columns]"),
        ('[values]\nkind = "x"', "[values.kind]"),
        ('[constants]\nkind = ["x"]', "is no single value"),
        ('[columns]\nkind = "A"\n[constants]\nkind = "sale"', "leave one"),
        ('[split]\ncolumns = ["A"]', "needs by"),
        ('[split]\ncolumns = ["A {n}", "B"]', "must all"),
        ('[split]\ncolumns = ["A"]\nby = ";"\namounts = "copy"', 'write "first" or "divide"'),
        ('[split]\ncolumn = ["A"]', "did you mean 'columns'?"),
        ('decimal_comma = "yes"', "must be true or false"),
        ('date_format = []\nheader = 2', "no setting 'header'; did you mean 'header_row'?"),
    ],
)  # fmt: skip
def test_a_mapping_that_says_what_it_cannot_is_refused_in_one_line(said: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        checked(tomllib.loads(said), "m.toml", "shipments")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_shipped_mappings_hold() -> None:
    for path in sorted(config_path("mappings").glob("*.toml")):
        assert read_mapping(path).columns
