"""Canonical files in: every row is accepted, a duplicate or quarantined with its reason."""

import datetime as dt
import gzip
from pathlib import Path

import polars as pl
import pytest

from pipelines.configuration import config_path
from pipelines.ingest import Ingested, ingest
from pipelines.source import SourceSetting, fills, sources
from pipelines.tables import FILES
from tests.shared_data import SHARED, WHY

DAY = dt.date.fromisoformat
HEAD = "id,shipped_on,shipper_name,consignee_name,item,quantity"
ROW = "A1,2024-05-02,Alder Servers Inc,Harbor Cloud,HGX H100,30"


def drop(folder: Path, **files: str | bytes) -> Ingested:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return ingest([], folder, as_of=DAY("2026-01-01"))


def shipments(folder: Path, extra: str, *rows: str) -> Ingested:
    return drop(folder, shipments_dot_csv="\n".join([f"{HEAD},{extra}", *rows]) + "\n")


def test_canonical_files_are_read_with_types_and_provenance(tmp_path: Path) -> None:
    found = shipments(tmp_path, "value,destination_country,serial_numbers", f'{ROW},"8,100,000",Malaysia,a; b;')
    row = found.records["shipments"].row(0, named=True)
    assert row["shipped_on"] == DAY("2024-05-02")
    assert (row["quantity"], row["value"]) == (30.0, 8_100_000.0)
    assert (row["destination_country"], row["serial_numbers"]) == ("MY", ["a", "b"])
    assert (row["source"], row["record"], row["line"], row["file"], row["row"]) == (
        "shipments",
        "A1",
        1,
        "shipments.csv",
        1,
    )
    assert set(found.records) == set(FILES)


@pytest.mark.parametrize(
    ("extra", "value", "column", "reason"),
    [
        ("arrived_on", "2024-05-01", "arrived_on", "is before shipped_on"),
        ("arrived_on", "09/05/2024", "arrived_on", "is no date"),
        ("arrived_on", "2024-02-30", "arrived_on", "is no date"),
        ("weight_kg", "-2", "weight_kg", "is negative"),
        ("weight_kg", "heavy", "weight_kg", "is no number"),
        ("weight_kg", "inf", "weight_kg", "is no number"),
        ("weight_kg", "1,500", "weight_kg", "is no number"),
        ("destination_country", "Atlantis", "destination_country", "is no country we know"),
        ("via", "SG;Atlantis", "via", "names a country we do not know"),
        ("routed_export", "perhaps", "routed_export", "is neither yes nor no"),
        ("currency", "dollars", "currency", "is no ISO 4217 code"),
        ("line", "first", "line", "is no line number"),
        ("recorded_at", "lately", "recorded_at", "is no time"),
    ],
)
def test_a_value_that_cannot_be_used_is_quarantined(
    tmp_path: Path, extra: str, value: str, column: str, reason: str
) -> None:
    found = shipments(tmp_path, extra, f'{ROW},"{value}"', f"{ROW},")
    bad = found.quarantine.row(0, named=True)
    assert (bad["file"], bad["row"], bad["column"], bad["value"], bad["reason"]) == (
        "shipments.csv",
        1,
        column,
        value,
        reason,
    )
    assert bad["advice"]
    assert found.records["shipments"].height == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hong Kong", "HK"), ("PRC", "CN"), ("UAE", "AE"), ("U.A.E.", "AE"), ("Korea, South", "KR"), ("Türkiye", "TR"),
        ("Turkey", "TR"), ("SGP", "SG"), ("sg", "SG"), ("Viet Nam", "VN"), ("Lao PDR", "LA"), ("NA", "NA"), ("", None),
        ("N/A", None), ("Crimea Region of Ukraine", "UA"), ("China, Hong Kong SAR", "HK"), ("Macao", "MO"),
    ],
)  # fmt: skip
def test_countries_are_understood_by_name_and_code(tmp_path: Path, text: str, code: str | None) -> None:
    found = shipments(tmp_path, "origin_country", f'{ROW},"{text}"')
    assert found.records["shipments"]["origin_country"].to_list() == [code]


@pytest.mark.parametrize("word", ["", "NULL", "n/a", "None", "-", "  "])
def test_words_for_nothing_are_null(tmp_path: Path, word: str) -> None:
    found = shipments(tmp_path, "license,arrived_on,value", f"{ROW},{word},{word},{word}")
    assert found.records["shipments"].select("license", "arrived_on", "value").row(0) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "number"),
    [("8100000", 8.1e6), ("8,100,000.50", 8100000.5), ("8 100 000", 8.1e6), ("$5", 5.0), ("1e3", 1000.0), ("0", 0.0)],
)
def test_numbers_are_read_when_they_are_plain(tmp_path: Path, written: str, number: float) -> None:
    assert shipments(tmp_path, "value", f'{ROW},"{written}"').records["shipments"]["value"].to_list() == [number]


def test_a_lone_comma_is_read_only_where_the_file_shows_what_it_means(tmp_path: Path) -> None:
    found = shipments(tmp_path / "shown", "value,weight_kg", f'{ROW},"1,500","2,000,000"')
    assert found.records["shipments"]["value"].to_list() == [1500.0]
    unclear = shipments(tmp_path / "unclear", "value,weight_kg", f'{ROW},"1,500",3')
    assert unclear.quarantine["value"].to_list() == ["1,500"]


def test_a_second_look_at_the_same_row_is_a_duplicate(tmp_path: Path) -> None:
    again = ROW.replace("30", "30.0")
    found = drop(tmp_path, shipments_dot_csv=f"{HEAD}\n{ROW}\n{again}\n", more__shipments_dot_csv=f"{HEAD}\n{ROW}\n")
    report = found.reports[0]
    assert (report.read, report.accepted, report.duplicate) == (3, 1, 2)


def test_lines_of_one_movement_are_records_of_their_own(tmp_path: Path) -> None:
    found = shipments(tmp_path, "line", f"{ROW},1", f"{ROW},2")
    assert found.reports[0].accepted == 2


def test_a_file_without_a_required_column_fails_with_one_line_and_the_others_go_on(tmp_path: Path) -> None:
    found = drop(
        tmp_path,
        shipments_dot_csv=f"{HEAD}\n{ROW}\n".replace("shipped_on", "ship_date"),
        payments_dot_csv="id,payer_name,payee_name,paid_on,amount\nP1,Pacific Gain,Alder,2024-04-25,5\n",
    )
    line = "shipments.csv: required column shipped_on of shipments missing; did you mean 'ship_date'?; "
    assert found.failed == (line + "add it or declare a mapping",)
    assert found.records["payments"].height == 1


def test_headings_are_recognized_in_any_case_and_unknown_ones_are_told_once(tmp_path: Path) -> None:
    found = drop(
        tmp_path, data_dot_csv=f"{HEAD.upper().replace('_', ' ')},color\n{ROW},red\n{ROW.replace('A1', 'A2')},blue\n"
    )
    assert found.records["shipments"].height == 2
    assert found.reports[0].notes == ("data.csv: not used: column color",)


def test_a_column_that_stands_twice_fails_the_file(tmp_path: Path) -> None:
    assert "column id stands twice" in shipments(tmp_path, "ID", f"{ROW},A2").failed[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    found = drop(tmp_path, shipments_dot_csv=f"{HEAD}\n{ROW}\n".replace(",", delimiter))
    assert found.records["shipments"].height == 1


@pytest.mark.parametrize(
    ("encoding", "name", "told"),
    [
        ("utf-8-sig", "Société Alder", "UTF-8"),
        ("utf-16", "Société Alder", "UTF-16"),
        ("utf-16-le", "Société Alder", "UTF-16"),
        ("cp1252", "Société Alder", "Windows-1252"),
        ("gb18030", "青岚电子信息", "GB18030"),
    ],
)
def test_encodings_are_found_and_told(tmp_path: Path, encoding: str, name: str, told: str) -> None:
    found = drop(tmp_path, shipments_dot_csv=f"{HEAD}\n{ROW.replace('Alder Servers Inc', name)}\n".encode(encoding))
    assert found.records["shipments"]["shipper_name"].to_list() == [name]
    assert found.reports[0].notes == (() if told == "UTF-8" else (f"shipments.csv: read as {told}",))


def test_a_declared_encoding_is_used_where_it_would_be_found_wrongly(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(f"{HEAD}\n{ROW.replace('Alder Servers Inc', 'אלון שרתים')}\n".encode("cp1255"))
    setting = SourceSetting(id="x", path=tmp_path / "x.csv", table="shipments", encoding="cp1255")
    found = ingest([setting], None, as_of=DAY("2026-01-01"))
    assert found.records["shipments"]["shipper_name"].to_list() == ["אלון שרתים"]


def test_parquet_json_lines_and_gzip_are_read_like_csv(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["P1"], "shipped_on": [DAY("2024-05-02")], "shipper_name": ["Alder"], "item": ["H100"],
                          "consignee_name": ["Harbor"], "quantity": [2.0], "hs_code": [847150],
                          "serial_numbers": [["a", "b"]], "row": [9]})  # fmt: skip
    frame.write_parquet(tmp_path / "p.parquet")
    line = '{"id": "J1", "shipped_on": "2024-05-02", "shipper": {"name": "Alder"}, "consignee_name": "Harbor", '
    found = drop(
        tmp_path,
        j_dot_jsonl=line
        + '"item": "H100", "quantity": 2, "serial_numbers": ["a", "b"], "hs_code": "8471.50"}\nnot json\n',
        z_dot_csv_dot_gz=gzip.compress(f"{HEAD},hs_code\n{ROW},847150\n".encode()),
    )
    rows = found.records["shipments"].sort("id")
    assert rows["hs_code"].to_list() == ["847150"] * 3
    assert rows["serial_numbers"].to_list() == [None, ["a", "b"], ["a", "b"]]
    assert found.quarantine["file"].to_list() == ["j.jsonl"]


@pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)
def test_the_shipped_mapping_reads_real_import_declarations() -> None:
    setting = SourceSetting(
        id="customs",
        path=SHARED / "shipments" / "korea_customs_synthetic_valid.csv",
        mapping=config_path("mappings/korea_import_declarations.toml"),
    )
    found = ingest([setting], None, as_of=DAY("2026-01-01"))
    report = found.reports[0]
    assert (report.read, report.failures) == (8_134, ())
    assert (report.accepted + report.duplicate, found.quarantine.height) == (8_134, 0)


def test_a_report_says_what_the_source_fills_and_spans(tmp_path: Path) -> None:
    later = ROW.replace("A1", "A2").replace("05-02", "07-01")
    found = shipments(tmp_path, "license,eccn", f"{ROW},NLR,", f"{later},,")
    report = found.reports[0]
    assert (report.first_day, report.last_day) == (DAY("2024-05-02"), DAY("2024-07-01"))
    assert (report.columns_filled["license"], report.columns_filled["eccn"], report.columns_filled["id"]) == (
        0.5,
        0.0,
        1.0,
    )
    assert report.records_licenses
    assert sources(found.reports)["records_licenses"].to_list() == [True]
    assert fills(found.reports).filter(column="license")["share"].to_list() == [0.5]


def test_a_file_without_license_column_does_not_record_licenses(tmp_path: Path) -> None:
    template = ",".join(FILES["shipments"].schema)
    found = drop(tmp_path, shipments_dot_csv=f"{template}\n", mine_dot_csv=f"{HEAD}\n{ROW}\n")
    assert not found.reports[0].records_licenses


def test_a_declared_source_is_read_through_its_mapping(tmp_path: Path) -> None:
    (tmp_path / "customs.csv").write_text(
        "No;Abgang;Absender;Empfänger;Ware;Menge;Art\n7;31.05.2024;Alder;Harbor;H100;1.234,5;EXP\n", encoding="utf-8"
    )
    (tmp_path / "customs.toml").write_text(
        'table = "shipments"\ndate_format = "%d.%m.%Y"\ndecimal_comma = true\n[columns]\nid = "No"\n'
        'shipped_on = "Abgang"\n'
        'shipper_name = "Absender"\nconsignee_name = "Empfänger"\nitem = "Ware"\nquantity = "Menge"\nkind = "Art"\n'
        '[constants]\norigin_country = "DE"\n[values.kind]\nEXP = "export"\n',
        encoding="utf-8",
    )
    setting = SourceSetting(
        id="customs", path=tmp_path / "customs.csv", mapping=tmp_path / "customs.toml", as_of=DAY("2024-06-30")
    )
    found = ingest([setting], None, as_of=DAY("2026-01-01"))
    row = found.records["shipments"].row(0, named=True)
    assert (row["shipped_on"], row["quantity"], row["kind"], row["origin_country"]) == (
        DAY("2024-05-31"),
        1234.5,
        "export",
        "DE",
    )
    assert (row["source"], row["recorded_on"]) == ("customs", DAY("2024-06-30"))


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ('table = "shipments"\n[columns]\nid = "Nr"\n', "mapping m.toml: id = 'Nr', but x.csv has no such column"),
        ('table = "shipments"\n[columns\n', "mapping m.toml: is no valid TOML"),
        ('table = "shipment"\n', "mapping m.toml: table = 'shipment' is no table"),
        ('table = "shipments"\n[columns]\nshiped_on = "A"\n', "no column 'shiped_on'; did you mean 'shipped_on'?"),
        ('table = "shipments"\ndate = "%d"\n', "mapping m.toml: no setting 'date'"),
        ('table = "shipments"\n[columns]\nid = "No"\n', "required columns shipped_on"),
    ],
)
def test_a_mapping_that_does_not_hold_fails_its_source_with_one_line(tmp_path: Path, mapping: str, says: str) -> None:
    (tmp_path / "x.csv").write_text("No,A\n1,2\n")
    (tmp_path / "m.toml").write_text(mapping)
    found = ingest(
        [SourceSetting(id="x", path=tmp_path / "x.csv", mapping=tmp_path / "m.toml")], None, as_of=DAY("2026-01-01")
    )
    assert len(found.failed) == 1
    assert says in found.failed[0]
    assert "\n" not in found.failed[0]


def test_of_a_dated_full_dump_only_the_newest_file_counts(tmp_path: Path) -> None:
    for day, row in (("2024-01-31", ROW), ("2024-02-29", ROW.replace("A1", "A2"))):
        (tmp_path / f"dump_{day}.csv").write_text(f"{HEAD}\n{row}\n")
    setting = SourceSetting(id="dump", glob=str(tmp_path / "*.csv"), table="shipments", mode="snapshot")
    found = ingest([setting], None, as_of=DAY("2026-01-01"))
    assert found.records["shipments"]["id"].to_list() == ["A2"]
    assert found.reports[0].version == "2024-02-29"
