"""One world, spelled in every way the user's own records come: the records are the same."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import zstandard

from pipelines.ingest import Ingested, ingest
from pipelines.reading.query_setting import QuerySetting
from pipelines.source import SourceSetting

TODAY = dt.date(2026, 1, 1)
WORLD: list[dict[str, object]] = [
    {"id": "A1", "shipped_on": "2024-05-22", "shipper_name": "Crestline Servers Inc", "shipper_country": "US",
     "consignee_name": "Harbor Cloud Sdn Bhd", "item": "HGX H100 server", "quantity": 1300.0, "value": 8100000.5,
     "license": None},
    {"id": "A2", "shipped_on": "2024-06-13", "shipper_name": "Harbor Cloud Sdn Bhd", "shipper_country": "MY",
     "consignee_name": "Brightquay, Logistics; Ltd", "item": 'parts "as is"', "quantity": 36.0, "value": 9399996.75,
     "license": None},
    {"id": "A3", "shipped_on": "2024-06-30", "shipper_name": "Brightquay, Logistics; Ltd", "shipper_country": "HK",
     "consignee_name": "Qinglan\tComputing", "item": "adapter modules", "quantity": 2.5, "value": 0.25,
     "license": "D123456"},
]  # fmt: skip
HEAD = list(WORLD[0])
Spelling = Callable[[Path], None]


def delimited(delimiter: str = ",", *, number: Callable[[float], str] = str, empty: str = "") -> str:
    """Spell the world as delimited text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(HEAD)
    for row in WORLD:
        cells = [number(each) if isinstance(each, float) else empty if each is None else each for each in row.values()]
        writer.writerow(cells)
    return out.getvalue()


def grouped(value: float) -> str:
    """Write a number as 1.234.567,5."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def workbook(path: Path) -> None:
    """Write sheets of shipments, of parties and of notes."""
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet("shipments")
        sheet.write_row(0, 0, HEAD)
        for at, row in enumerate(WORLD, 1):
            sheet.write_row(at, 0, ["" if each is None else each for each in row.values()])
            sheet.write_datetime(at, 1, dt.datetime.fromisoformat(str(row["shipped_on"])), day)
        parties = book.add_worksheet("parties")
        parties.write_row(0, 0, ["id", "name", "country"])
        parties.write_row(1, 0, ["P1", "Harbor Cloud Sdn Bhd", "MY"])
        book.add_worksheet("notes").write_column(0, 0, ["Dear all", "see the other sheets"])


def archive(path: Path) -> None:
    """Pack the rows into several members, with one that is none."""
    with zipfile.ZipFile(path, "w") as out:
        head, *rows = delimited().splitlines(keepends=True)
        for at, row in enumerate(rows):
            out.writestr(f"2024/{at}.csv", head + row)
        out.writestr("README.txt", "three files\n")


def packed(path: Path) -> None:
    path.write_bytes(gzip.compress(delimited().encode()))


def packed_zstd(path: Path) -> None:
    path.write_bytes(zstandard.compress(delimited().encode()))


def parquet(path: Path) -> None:
    pl.DataFrame(WORLD, schema_overrides={"license": pl.String}).with_columns(
        pl.col("shipped_on").str.to_date()
    ).write_parquet(path)


def text(spelled: Callable[[], str], encoding: str = "utf-8") -> Spelling:
    return lambda path: path.write_bytes(spelled().encode(encoding)) and None


SPELLINGS: Mapping[str, Spelling] = {
    "shipments.csv": text(delimited),
    "shipments.tsv": text(lambda: delimited("\t")),
    "shipments_pipes.txt": text(lambda: delimited("|")),
    "shipments_semicolons.csv": text(lambda: delimited(";", number=lambda each: str(each).replace(".", ","))),
    "shipments_grouped.csv": text(lambda: delimited(";", number=grouped)),
    "shipments_thousands.csv": text(lambda: delimited(number=lambda each: f"{each:,.2f}")),
    "shipments_null.csv": text(lambda: delimited(empty="NULL")),
    "shipments_na.csv": text(lambda: delimited(empty="N/A")),
    "shipments_crlf.csv": text(lambda: delimited().replace("\n", "\r\n")),
    "shipments_mark.csv": text(delimited, "utf-8-sig"),
    "shipments_utf16.csv": text(delimited, "utf-16"),
    "shipments_utf16le.csv": text(delimited, "utf-16-le"),
    "shipments_utf16be.tsv": text(lambda: delimited("\t"), "utf-16-be"),
    "shipments.jsonl": text(lambda: "".join(json.dumps(each) + "\n" for each in WORLD)),
    "shipments.json": text(lambda: json.dumps(WORLD, indent=1)),
    "shipments.parquet": parquet,
    "shipments.csv.gz": packed,
    "shipments.csv.zst": packed_zstd,
    "shipments.zip": archive,
    "book.xlsx": workbook,
}


def records(found: Ingested) -> list[dict[str, object]]:
    """The shipments as the world spells them."""
    rows = found.records["shipments"].sort("id").select(HEAD).with_columns(pl.col("shipped_on").cast(pl.String))
    return rows.to_dicts()


EXPECTED = [{name: " ".join(each.split()) if isinstance(each, str) else each for name, each in row.items()}
            for row in WORLD]  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling_gives_the_same_records(name: str, tmp_path: Path) -> None:
    SPELLINGS[name](tmp_path / name)
    found = ingest((), tmp_path, as_of=TODAY)
    assert (records(found), found.quarantine.height, found.failed) == (EXPECTED, 0, ())
    for each in found.reports:
        assert each.read == each.accepted + each.duplicate + each.quarantined


def test_all_spellings_together_are_the_same_records_again_and_again(tmp_path: Path) -> None:
    for name, spell in SPELLINGS.items():
        (tmp_path / "deep").mkdir(exist_ok=True)
        spell(tmp_path / "deep" / name)
    found = ingest((), tmp_path, as_of=TODAY)
    (report,) = (each for each in found.reports if each.table == "shipments")
    assert (report.read, report.accepted, report.corrections) == (3 * len(SPELLINGS), 3, 0)
    assert records(found) == EXPECTED


def test_globs_folders_and_databases_give_them_too(tmp_path: Path) -> None:
    for name, spell in SPELLINGS.items():
        spell(tmp_path / name)
    with sqlite3.connect(tmp_path / "erp.db") as database:
        database.execute(f"CREATE TABLE shipments ({', '.join(HEAD)})")
        marks = ", ".join(f":{name}" for name in HEAD)
        database.executemany(f"INSERT INTO shipments VALUES ({marks})", WORLD)  # noqa: S608 -- our own headings
    database.close()
    query = QuerySetting(id="sql", url=f"sqlite:///{tmp_path / 'erp.db'}", query="SELECT * FROM shipments")
    for setting in (
        SourceSetting(id="glob", glob=str(tmp_path / "*.tsv"), table="shipments"),
        SourceSetting(id="gz", glob=str(tmp_path / "*.csv.*"), table="shipments"),
        SourceSetting(id="sql", query=query, table="shipments"),
    ):
        found = ingest([setting], None, as_of=TODAY, downloads=tmp_path / "downloads")
        assert (records(found), found.failed) == (EXPECTED, ()), setting


NAMES = {
    "gb18030": ("青岚（北京）电子信息产业有限公司", "港湾云计算科技有限公司", "服务器及配件 八卡"),
    "cp1251": ("ООО «Северный Ветер»", "Общество с ограниченной ответственностью Гавань", "серверы для вычислений"),
    "cp1252": ("Société Générale d’Électronique", "Müller & Söhne GmbH – Köln", "Serveurs à huit accélérateurs"),
    "cp1254": ("Işıkgöz Elektronik Sanayi ve Ticaret A.Ş.", "Güneş Bilişim Çözümleri Ltd. Şti.", "sunucu bileşenleri"),
    "cp1258": ("Công ty Điện tử", "Công ty Thương mại", "máy chủ"),
    "latin-1": ("Española de Computación S.A.", "Añil Informática São Paulo", "servidores de cálculo"),
    "utf-16": ("Işık 青岚", "Гавань", "máy chủ"),
}


@pytest.mark.parametrize("encoding", NAMES)
def test_names_in_every_encoding_are_read_as_they_are(encoding: str, tmp_path: Path) -> None:
    shipper, consignee, item = NAMES[encoding]
    rows = [f"A{n};2024-05-22;{shipper};{consignee};{item};{n},5" for n in range(1, 30)]
    spelled = "\n".join(["id;shipped_on;shipper_name;consignee_name;item;quantity", *rows])
    (tmp_path / "shipments.csv").write_bytes(vietnamese(spelled) if encoding == "cp1258" else spelled.encode(encoding))
    found = ingest((), tmp_path, as_of=TODAY)
    read = found.records["shipments"].select("shipper_name", "consignee_name", "item").unique().rows()
    assert [tuple(unicodedata.normalize("NFC", each) for each in row) for row in read] == [
        tuple(unicodedata.normalize("NFC", each) for each in NAMES[encoding])
    ]
    assert found.records["shipments"]["quantity"].sum() == sum(range(1, 30)) + 29 / 2


def vietnamese(spelled: str) -> bytes:
    """Spell marks of tone apart, as that encoding has them, where it has no letter of its own."""
    out = b""
    for sign in spelled:
        try:
            out += sign.encode("cp1258")
        except UnicodeEncodeError:
            apart = unicodedata.normalize("NFD", sign)
            base = unicodedata.normalize("NFC", "".join(each for each in apart if each not in TONES))
            out += (base + "".join(each for each in apart if each in TONES)).encode("cp1258")
    return out


TONES = "\u0300\u0301\u0303\u0309\u0323"
