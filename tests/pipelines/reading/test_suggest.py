"""A mapping is proposed for layouts nobody has seen, from headings in many languages and from values."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import polars as pl
import pytest

from pipelines.reading.mapping import ColumnMapping, checked
from pipelines.reading.raw import open_raw
from pipelines.reading.suggest import Suggestion, suggest
from pipelines.sources.records import read_records
from pipelines.suggestions import suggestions
from tests.shared_data import real_data

RIGHT = {
    "id": ("RECORD_ID", "DECLARATION", "REGISTRATION_NUMBER"),
    "shipped_on": ("DATE", "MONTHYEAR"),
    "shipper_name": ("EXPORTER", "SUPPLIER", "SHIPPER"),
    "consignee_name": ("IMPORTER", "BUYER", "CONSIGNEE", "FOREIGN_BUYER"),
    "item": ("PRODUCT_DESC", "GOODS_DESC", "HS_CODE_DESCRIPTION", "HS_DESCRIPTION", "HS_PRODUCT_DESC", "HS_CODE"),
    "quantity": ("QUANTITY", "QTY", "TOTALQUANTITY", "SUMOFQUANTITY", "NUMBER_OF_GOODS", "SUMOFNUMBER_OF_GOODS",
                 "TOTAL_QUANTITY"),
}  # fmt: skip
"""What each required column may be called in the real extracts."""

WEIGHTS = ("GROSS_WEIGHT", "TOTALGROSS_WEIGHT", "TOTALWEIGHT", "SUMOFGROSS_WEIGHT", "WEIGHT")
FLOOR = 0.95


def proposed(folder: Path, text: str, name: str = "x.csv") -> tuple[Suggestion, ColumnMapping]:
    (folder / name).write_text(text, encoding="utf-8")
    found = suggest(open_raw(folder / name))
    return found, checked(tomllib.loads(found.text), "m.toml")


def read(folder: Path, text: str, name: str = "x.csv") -> pl.DataFrame:
    """Read a text through what is proposed for it, as it stands."""
    _, mapping = proposed(folder, text, name)
    extracts = list(read_records(open_raw(folder / name), mapping.table, mapping))
    return pl.concat([each.rows for each in extracts])


def first(mapping: ColumnMapping, column: str) -> str:
    return mapping.columns[column][0].headings[0]


GERMAN = """Sendung;Versanddatum;Absender;Empfänger;Ware;Menge;ME;Warenwert;Währung;Ursprungsland
4711;31.05.2024;Alder GmbH;Harbor Ltd;H100 PCIe 80GB;4;Stk;1.234.567,50;EUR;Deutschland
4712;01.06.2024;Alder GmbH;Quay LLC;A100;2;Stk;34.567,5;EUR;Deutschland
"""
RUSSIAN = """номер дт,дата,отправитель,получатель,описание товара,кол-во,ед. изм.,статистическая стоимость USD
10/1,2025-03-28,ООО Ольха,ТОО Гавань,Графический процессор,4,шт,120000.00
"""
CHINESE = """报关单号,申报日期,发货人,收货人,品名,数量,单位,金额,币制
1,20250328,桤木有限公司,港口有限公司,H100加速卡,4,个,120000,USD
"""
TURKISH = """Beyanname No,Tescil Tarihi,Gönderici,Alıcı,Eşyanın Tanımı,Miktar,GTİP
1,28.03.2025,Kızılağaç A.Ş.,Liman Ltd,H100,4,847180
"""
VIETNAMESE = """Số tờ khai,Ngày đăng ký,Người xuất khẩu,Người nhập khẩu,Tên hàng,Số lượng
1,28/03/2025,Cty Alder,Cty Harbor,H100,4
"""
KOREAN = """신고번호,신고일자,수출자,수입자,품명,수량,단위
1,2025-03-28,오리나무(주),항구(주),H100,4,개
"""
SPANISH = """Pedimento,Fecha de pago,Exportador,Importador,Descripción de la mercancía,Cantidad
1,28/03/2025,Aliso SA,Puerto SA,H100,4
"""
PORTUGUESE = """Número DI,Data do desembaraço,Exportador,Importador,Descrição da mercadoria,Qtd
1,28/03/2025,Amieiro SA,Porto Ltda,H100,4
"""
INDONESIAN = """Nomor Aju,Tanggal PIB,Nama Pengirim,Nama Importir,Uraian Barang,Jumlah
1,28/03/2025,PT Alder,PT Harbor,H100,4
"""


@pytest.mark.parametrize(
    "text", [GERMAN, RUSSIAN, CHINESE, TURKISH, VIETNAMESE, KOREAN, SPANISH, PORTUGUESE, INDONESIAN]
)
def test_headings_of_many_languages_are_understood_and_the_proposal_reads_the_file(tmp_path: Path, text: str) -> None:
    rows = read(tmp_path, text)
    assert rows.height == len(text.strip().splitlines()) - 1
    assert rows["quantity"][0] == 4
    assert {"id", "shipped_on", "shipper_name", "consignee_name", "item"} <= set(rows.columns)


def test_values_decide_formats_units_and_currencies(tmp_path: Path) -> None:
    rows = read(tmp_path, GERMAN)
    wanted = rows.select("shipped_on", "value", "currency", "unit", "origin_country").row(0)
    assert tuple(map(str, wanted)) == ("2024-05-31", "1234567.5", "EUR", "piece", "DE")


PLAIN = """Ref,When,A,B,What,How many,Paid,Ccy,Goes to
X1,{day},Alder Co Ltd,Harbor LLC,NVIDIA H100 80GB module,4,1500.50,USD,AE
X2,04/05/2025,Alder Co Ltd,Quay FZE,NVIDIA A100 40GB module,2,2500.00,USD,SG
"""


def test_where_headings_say_nothing_values_are_looked_at_and_that_is_marked(tmp_path: Path) -> None:
    found, mapping = proposed(tmp_path, PLAIN.format(day="25/03/2025"))
    wanted = {"shipped_on": "When", "shipper_name": "A", "consignee_name": "B", "item": "What", "quantity": "How many"}
    assert {column: first(mapping, column) for column in wanted} == wanted
    assert first(mapping, "destination_country") == "Goes to"
    assert all("unsure: by values" in line for line in found.text.splitlines() if line.startswith("item ="))


def test_day_and_month_are_never_guessed(tmp_path: Path) -> None:
    sure, _ = proposed(tmp_path, PLAIN.format(day="25/03/2025"))
    assert 'date = "%d/%m/%Y"' in sure.text
    unsure, mapping = proposed(tmp_path, PLAIN.format(day="03/04/2025"))
    assert mapping.columns["shipped_on"][0].dates == ()
    assert 'say date = "%d/%m/%Y" or date = "%m/%d/%Y"' in unsure.text


def test_headings_below_a_title_are_found(tmp_path: Path) -> None:
    _, mapping = proposed(tmp_path, "Exports of nobody\n\n" + GERMAN)
    assert mapping.header_row == 3


def test_an_id_that_repeats_is_none(tmp_path: Path) -> None:
    rows = "1,2025-01-01,A,B,H100,1\n1,2025-01-01,A,B,X,1\n"
    found, mapping = proposed(tmp_path, f"Ref No,Ship Date,Seller,Buyer,Product,Qty\n{rows}")
    assert mapping.columns["id"][0].hashed
    assert "'Ref No' repeats" in found.text


def test_nested_json_is_proposed_with_its_list_as_lines(tmp_path: Path) -> None:
    cargo = [
        {"hsCode": "847180", "description": "H100", "pieces": 3},
        {"hsCode": "847180", "description": "A100", "pieces": 1},
    ]
    record = {
        "bookingRef": "R1",
        "shipDate": "2025-03-01",
        "shipper": {"name": "Alder"},
        "consignee": {"name": "Harbor"},
    }
    rows = read(tmp_path, json.dumps([{**record, "cargo": cargo}]), "x.json")
    assert rows.select("id", "line", "item", "quantity").rows() == [("R1", 1, "H100", 3), ("R1", 2, "A100", 1)]


def test_other_tables_are_recognized_by_their_headings(tmp_path: Path) -> None:
    headings = "Payment Ref,Ordering Customer,Beneficiary,Value Date,Amount,Curr"
    found, _ = proposed(tmp_path, f"{headings}\nP1,Alder,Harbor,2025-03-25,5,INR\n")
    assert (found.table, found.missing) == ("payments", ())


def test_what_needs_no_mapping_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,shipped_on,shipper_name,consignee_name,item,quantity\n")
    (found,) = suggestions(tmp_path / "a.csv")
    assert (found.text, found.told) == ("", "spelled as the table shipments; it needs no mapping")


def test_sheets_of_a_workbook_are_proposed_for_one_by_one(tmp_path: Path) -> None:
    frame = pl.read_csv(GERMAN.encode(), separator=";", infer_schema=False)
    frame.write_excel(tmp_path / "x.xlsx")
    (found,) = suggestions(tmp_path / "x.xlsx")
    assert first(checked(tomllib.loads(found.text), "m.toml"), "consignee_name") == "Empfänger"


def test_what_is_not_understood_still_gives_a_mapping_that_says_what_is_missing(tmp_path: Path) -> None:
    found, mapping = proposed(tmp_path, "col1\nfoo\nbar\n")
    assert "# quantity is required and nothing looks like it" in found.text
    assert set(found.missing) >= {"quantity", "item"}
    assert mapping.table == "shipments"


def test_required_columns_of_real_layouts_are_rightly_proposed(tmp_path: Path) -> None:
    """Of 63 real extracts, by headings alone: right is a heading of the right kind, or none where there is none."""
    layouts = json.loads((real_data() / "shipments" / "customs_column_layouts.json").read_text(encoding="utf-8"))
    right = [hit for name, layout in layouts.items() for hit in _hits(tmp_path, name, layout["columns"])]
    assert len(right) == 6 * len(layouts)
    assert sum(right) / len(right) >= FLOOR


def _hits(folder: Path, name: str, headings: list[str]) -> list[bool]:
    path = folder / f"{name}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(headings)
    found = suggest(open_raw(path))
    mapping = checked(tomllib.loads(found.text), "m.toml")
    return [_is_right(mapping, column, [each.replace(" ", "_") for each in headings]) for column in RIGHT]


def _is_right(mapping: ColumnMapping, column: str, headings: list[str]) -> bool:
    there = [each for each in headings if _means(column, each)]
    if column not in mapping.columns:
        return not there
    heading = first(mapping, column).replace(" ", "_")
    if column == "id" and heading == "*":
        return not there
    return _means(column, heading) or (column == "quantity" and not there and heading in WEIGHTS)


def _means(column: str, heading: str) -> bool:
    bare = heading.removeprefix("STD_").removeprefix("RAW_")
    if column == "shipped_on":
        return bare == "MONTHYEAR" or "DATE" in bare.split("_")
    if column in ("shipper_name", "consignee_name"):
        return bare in {f"{role}{end}" for role in RIGHT[column] for end in ("", "_NAME", "_NAME_EN", "_NAME_VN")}
    if column == "quantity":
        return bare in RIGHT[column]
    return bare.startswith(RIGHT[column])
