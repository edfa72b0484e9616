"""X12 customs manifests, ocean freight receipts, motor freight invoices and status messages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import SourceFailed
from pipelines.sources.x12 import X12
from tests.documents import EXCERPTS, read, spoiled, survives
from tests.shared_data import SHARED, WHY

MANIFEST, RECEIPT, MOTOR = (EXCERPTS / name for name in ("x12_309.edi", "x12_310.edi", "x12_210_214.edi"))
DAY = dt.date.fromisoformat
real = pytest.mark.skipif(not SHARED.is_dir(), reason=WHY)


def changed(tmp_path: Path, old: str, new: str, of: Path = RECEIPT) -> Path:
    text = of.read_text()
    assert old in text
    path = tmp_path / "changed.edi"
    path.write_text(text.replace(old, new))
    return path


def test_a_manifest_gives_a_row_per_line_of_goods() -> None:
    rows, bad, notes = read(X12, MANIFEST)
    first, second = rows
    assert (first["id"], first["line"], second["line"]) == ("ORLU7700200", 1, 2)
    assert (first["item"], first["quantity"], first["unit"]) == ("GPU SERVERS", 2, "crate")
    assert (first["hs_code"], first["value"], first["weight_kg"]) == ("8471800000", 520_000, 520)
    assert (first["shipper_name"], first["shipper_country"]) == ("HALCYON SYSTEMS CO LTD", "TW")
    assert (first["consignee_name"], first["consignee_country"]) == ("CEDAR VALLEY COMPUTING INC", "US")
    assert (first["arrived_on"], first["kind"], first["mode"]) == (DAY("2024-06-28"), "import", "sea")
    assert (first["port_of_lading"], first["port_of_unlading"], first["order_id"]) == ("58023", "2704", "PO-9001")
    assert round(second["weight_kg"], 2) == 20.0
    assert [(each["column"], each["row"]) for each in bad] == [("item", 19)]
    assert "the day of arrival stands for that of departure" in notes[0]


def test_an_ocean_receipt_gives_its_goods_and_not_its_charges() -> None:
    rows, bad, _ = read(X12, RECEIPT)
    first, second = rows
    assert bad == []
    assert (first["id"], first["bill_of_lading"], first["order_id"]) == ("ORLU7700300", "ORLU7700300", "PO-9002")
    assert (first["shipped_on"], first["arrived_on"]) == (DAY("2024-06-10"), DAY("2024-06-28"))
    assert (first["origin_country"], first["destination_country"], first["mode"]) == ("TW", "US", "sea")
    assert (first["item"], first["hs_code"], first["unit"]) == ("GPU SERVERS 8X H100", "8471800000", "crate")
    assert (first["consignee_phone"], first["consignee_email"]) == ("+1 408 555 0100", "dock@cedarvalley.example")
    assert (second["quantity"], second["unit"], round(second["weight_kg"], 2)) == (5, "piece", 90.72)
    assert first.get("value") is None


def test_a_freight_invoice_gives_goods_and_a_status_message_is_told() -> None:
    rows, bad, _ = read(X12, MOTOR)
    assert [(row["id"], row["item"], row["quantity"]) for row in rows] == [("B-5001", "REFURBISHED A100 GPU CARDS", 16)]
    assert (rows[0]["shipped_on"], rows[0]["arrived_on"]) == (DAY("2024-07-01"), DAY("2024-07-03"))
    assert (rows[0]["shipper_country"], rows[0]["consignee_country"], rows[0]["mode"]) == ("US", "CA", "road")
    assert len(bad) == 1
    assert "bill B-5001, delivered 2024-07-03; it names no goods" in bad[0]["reason"]


@pytest.mark.parametrize(
    ("old", "new", "column", "reason"),
    [
        ("SE*31*0001~", "", "310", "ends before its SE"),
        ("SE*31*0001~", "SE*30*0001~", "SE", "counts 30 segments where 31 are"),
        ("SE*31*0001~", "SE*31*0002~", "SE", "ends another message"),
        ("IEA*1*000000310~", "", "IEA", "has no IEA"),
        ("IEA*1*000000310~", "IEA*1*7~", "IEA", "ends another interchange"),
        ("ST*310*0001~", "ST*850*0001~", "ST", "is a transaction set 850"),
        ("B2A*00~", "B2A*01~", "B2A", "cancels an earlier document"),
        ("DTM*140*20240610~", "DTM*140*20249910~", "shipped_on", "is no date"),
        ("N1*SH*HALCYON SYSTEMS CO LTD*92*HALC01~", "N1*SH~", "shipper_name", "is required and empty"),
        ("LX*1~", "L X*1~", "?L X*1", "is no segment"),
        ("LX*1~", "LZ*1~", "LZ", "is no segment of this transaction set"),
        ("GE*1*310~", "GE*2*310~", "GE", "counts 2 parts of the group where 1 are"),
        ("GE*1*310~", "GE*1*311~", "GE", "ends another group"),
    ],
)
def test_what_does_not_add_up_is_quarantined_with_its_reason(
    old: str, new: str, column: str, reason: str, tmp_path: Path
) -> None:
    _, bad, _ = read(X12, changed(tmp_path, old, new))
    assert any(each["column"] == column and reason in each["reason"] for each in bad), bad


def test_an_empty_segment_hides_nothing_after_it(tmp_path: Path) -> None:
    rows, _, _ = read(X12, changed(tmp_path, "LX*2~", "~~LX*2~"))
    assert len(rows) == 2


def test_a_header_without_separators_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.edi"
    path.write_text("ISA*00*          *00*    ")
    with pytest.raises(SourceFailed, match="does not name three separators"):
        read(X12, path)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_of_bytes_makes_it_fail_or_lose_count(data: st.DataObject, tmp_path: Path) -> None:
    text = data.draw(st.sampled_from([each.read_text() for each in (MANIFEST, RECEIPT, MOTOR)]))
    survives(X12, spoiled(text, tmp_path)(data))


@real
def test_real_invoices_and_statuses_are_read() -> None:
    rows, bad, _ = read(X12, SHARED / "shipments/edi/210-MGCTLYST-SAMPLE.EDI")
    assert bad == []
    assert [(row["id"], row["quantity"], row["item"]) for row in rows] == [("75027674", 3, "SKIDS PAPER")]
    assert (rows[0]["shipped_on"], rows[0]["arrived_on"]) == (DAY("2016-07-07"), DAY("2016-07-08"))
    for name in ("214-MGCTLYST-SAMPLE.EDI", "x12.214.edi"):
        rows, bad, _ = read(X12, SHARED / "shipments/edi" / name)
        assert rows == []
        assert "bill 75027674, delivered 2016-07-26" in bad[0]["reason"]
