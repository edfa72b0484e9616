"""EDIFACT customs cargo reports and forwarding summaries."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import SourceFailed
from pipelines.reading.edi.values import day, joined, kilograms
from pipelines.reading.raw import open_files
from pipelines.sources.edifact import EDIFACT
from tests.documents import EXCERPTS, read, spoiled, survives
from tests.shared_data import SHARED, WHY

CUSCAR, IFCSUM = EXCERPTS / "cuscar.edi", EXCERPTS / "ifcsum.edi"
DAY = dt.date.fromisoformat
real = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)


def changed(tmp_path: Path, old: str, new: str, of: Path = CUSCAR) -> Path:
    text = of.read_text()
    assert old in text
    path = tmp_path / "changed.edi"
    path.write_text(text.replace(old, new))
    return path


def test_a_cargo_report_gives_a_row_per_goods_item() -> None:
    rows, bad, notes = read(EDIFACT, CUSCAR)
    first = rows[0]
    assert (len(rows), bad, notes) == (3, [], [])
    assert (first["id"], first["line"], first["bill_of_lading"]) == ("ORLU7700123", 1, "ORLU7700123")
    assert (first["shipped_on"], first["arrived_on"]) == (DAY("2024-06-10"), DAY("2024-06-20"))
    assert (first["shipper_name"], first["shipper_country"]) == ("HALCYON SYSTEMS CO., LTD.", "TW")
    assert (first["consignee_name"], first["consignee_country"]) == ("BORNEO DATA SDN BHD", "MY")
    assert (first["forwarder_name"], first["shipper_phone"]) == ("SWIFT HARBOR FORWARDING", "+886 7 555 0100")
    assert (first["port_of_lading"], first["port_of_unlading"]) == ("TWKHH", "MYPKG")
    assert (first["origin_country"], first["destination_country"], first["mode"]) == ("TW", "MY", "sea")
    assert (first["hs_code"], first["weight_kg"]) == ("84718000", 260.5)
    assert (first["value"], first["currency"], first["kind"]) == (520_000, "USD", "import")


def test_packages_are_no_pieces_and_pounds_are_converted() -> None:
    rows, _, _ = read(EDIFACT, CUSCAR)
    assert [(row["quantity"], row["unit"]) for row in rows] == [(2, "crate"), (4, "carton"), (10, "carton")]
    assert [round(row["weight_kg"], 2) for row in rows] == [260.5, 45.36, 300]
    assert rows[1]["item"] == "POWER SUPPLY UNITS: 3000 W, FOR 1"


def test_a_bill_to_order_is_consigned_to_who_is_notified() -> None:
    rows, _, _ = read(EDIFACT, CUSCAR)
    to_order = rows[2]
    assert (to_order["id"], to_order["shipper_name"]) == ("ORLU7700124", "MERIDIAN PARTS LTD")
    assert to_order["consignee_name"] == to_order["notify_party_name"] == "KINABALU TRADING SDN BHD"


def test_a_forwarding_summary_gives_articles_orders_and_serials() -> None:
    rows, bad, _ = read(EDIFACT, IFCSUM)
    first, second = rows
    assert bad == []
    assert (first["quantity"], first["unit"], first["mode"]) == (16, "piece", "air")
    assert (first["order_id"], first["invoice_number"], first["bill_of_lading"]) == (
        "PO-8812",
        "INV-77",
        "618-55501234",
    )
    assert (first["serial_numbers"], first["hs_code"]) == (["SN0001", "SN0002"], "84718000")
    assert first["consignee_name"] == "LION RESEARCH PTE LTD"
    assert first["intermediate_consignee_name"] == "LION CITY COMPUTING PTE LTD"
    assert (second["item"], second["quantity"], second["unit"]) == ("B0918306", 1, "carton")


def test_a_report_without_departure_says_what_stands_for_it(tmp_path: Path) -> None:
    rows, _, notes = read(EDIFACT, changed(tmp_path, "DTM+136:20240610:102'", "DTM+178:20240619:102'"))
    assert {row["shipped_on"] for row in rows} == {DAY("2024-06-12")}
    assert {row["arrived_on"] for row in rows} == {DAY("2024-06-19")}
    assert "in 3 lines of goods the day of the document stands for that of departure" in notes[0]


def test_a_summary_without_departure_is_quarantined_with_advice(tmp_path: Path) -> None:
    rows, bad, _ = read(EDIFACT, changed(tmp_path, "DTM+11:", "DTM+999:", IFCSUM))
    assert rows == []
    assert [each["column"] for each in bad] == ["shipped_on", "shipped_on"]
    assert "no day of departure" in bad[0]["reason"]


def test_a_wrong_count_of_segments_is_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    rows, bad, _ = read(EDIFACT, changed(tmp_path, "UNT+37+M1'", "UNT+99+M1'"))
    assert len(rows) == 3
    assert [(each["column"], each["value"]) for each in bad] == [("UNT", "99")]
    assert "counts 99 segments where 37 are" in bad[0]["reason"]


@pytest.mark.parametrize(
    ("old", "new", "column", "reason"),
    [
        ("UNT+37+M1'", "", "CUSCAR", "ends before its UNT"),
        ("UNZ+1+4711'", "", "UNZ", "has no UNZ"),
        ("UNZ+1+4711'", "UNZ+2+4711'", "UNZ", "counts 2 parts"),
        ("UNZ+1+4711'", "UNZ+1+9'", "UNZ", "ends another interchange"),
        ("UNT+37+M1'", "UNT+37+M2'", "UNT", "ends another message"),
        ("CUSCAR:D", "INVOIC:D", "UNH", "is a message INVOIC"),
        ("MAN-2024-077+9'", "MAN-2024-077+1'", "BGM", "cancels an earlier report"),
        ("GID+2+4:CT'", "GJD+2+4:CT'", "GJD", "is no segment of this message"),
        ("DTM+136:20240610:102'", "DTM+136:20241310:102'", "shipped_on", "is no date"),
        ("GID+1+10:CT'", "GID+1'", "quantity", "is required and empty"),
    ],
)
def test_what_does_not_add_up_is_quarantined_with_its_reason(
    old: str, new: str, column: str, reason: str, tmp_path: Path
) -> None:
    _, bad, _ = read(EDIFACT, changed(tmp_path, old, new))
    assert any(each["column"] == column and reason in each["reason"] for each in bad), bad


def test_a_reference_of_goods_begins_no_bill(tmp_path: Path) -> None:
    rows, _, _ = read(EDIFACT, changed(tmp_path, "SGP+ORLU1234567+2'", "SGP+ORLU1234567+2'RFF+AFM:X'"))
    assert [(row["id"], row["line"], row["consignee_name"]) for row in rows[:2]] == [
        ("ORLU7700123", 1, "BORNEO DATA SDN BHD"), ("ORLU7700123", 2, "BORNEO DATA SDN BHD"),
    ]  # fmt: skip


def test_an_amount_without_currency_is_not_taken_for_dollars(tmp_path: Path) -> None:
    rows, _, _ = read(EDIFACT, changed(tmp_path, "MOA+40:520000:USD'", "MOA+40:520000'"))
    assert rows[0].get("value") is None
    rows, _, _ = read(EDIFACT, changed(tmp_path, "MOA+40:520000:USD'", "MOA+40:520000'CUX+2:EUR'"))
    assert (rows[0]["value"], rows[0]["currency"]) == (520_000, "EUR")


def test_separators_that_cannot_be_are_refused_by_one_line(tmp_path: Path) -> None:
    path = changed(tmp_path, "UNA:+.? '", "UNA++.? '")
    with pytest.raises(SourceFailed, match="one sign for two purposes"):
        read(EDIFACT, path)


def test_a_segment_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "endless.edi"
    path.write_text("UNB+UNOC:3+A+B+240612:0915+1'UNH+1+CUSCAR:D:95B:UN'FTX+AAA+++" + "X" * 200_000)
    with pytest.raises(SourceFailed, match="more than 100,000 characters"):
        read(EDIFACT, path)


def test_other_text_is_no_edifact(tmp_path: Path) -> None:
    for text in ("id,shipped_on\n1,2024-01-01\n", "UNABLE to read\n", "UNB\n", '{"a": 1}', "ISA*00*"):
        path = tmp_path / "other.txt"
        path.write_text(text)
        assert not any(EDIFACT.recognizes(file) for file in open_files(path))


def test_dates_weights_and_texts_are_read_as_coded() -> None:
    assert day("1701290000", "201") == "2017-01-29"
    assert day("201805290000", "203") == "2018-05-29"
    assert day("20240601-20240630", "718") == "2024-06-01"
    assert day("2024060120240630", "718", last=True) == "2024-06-30"
    assert day("202406", "610") == "202406"
    assert (kilograms("2,5", "TNE"), kilograms("10", "XYZ"), kilograms("", "KGM")) == ("2500", None, None)
    assert joined(["A" * 70, "B", "C D"]) == "A" * 70 + "B C D"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_of_bytes_makes_it_fail_or_lose_count(data: st.DataObject, tmp_path: Path) -> None:
    text = data.draw(st.sampled_from([CUSCAR.read_text(), IFCSUM.read_text()]))
    survives(EDIFACT, spoiled(text, tmp_path)(data))


@real
def test_real_reports_are_read() -> None:
    rows, bad, _ = read(EDIFACT, SHARED / "shipments/edi/edifact.D95B.CUSCAR.EDI")
    assert [(row["id"], row["line"], row["quantity"]) for row in rows] == [
        ("MSCUDB592345", 1, 560), ("MSCUDB592345", 2, 880), ("MSCUDF421004", 1, 20), ("MSCUEK569969", 1, 699),
    ]  # fmt: skip
    assert [each["column"] for each in bad] == ["UNT"]
    rows, bad, _ = read(EDIFACT, SHARED / "shipments/edi/edifact.D01B.IFCSUM.EDI")
    assert [(row["id"], row["quantity"], row["unit"]) for row in rows] == [("311447177", 3, "piece")] * 2
    assert [each["column"] for each in bad] == ["UNT"]
