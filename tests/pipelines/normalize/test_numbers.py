"""Numbers and days as files write them: every form that has one meaning, none that has two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import SourceFailed
from pipelines.normalize.dates import day
from pipelines.normalize.numbers import Sign, evidence, number
from pipelines.reading.raw import RawFile, open_raw
from pipelines.reading.raw_table import RawTable
from pipelines.sources.records import read_records


def read(text: str, sign: Sign = "unknown", currency: str | None = None) -> float | None:
    frame = pl.DataFrame({"text": [text], "currency": [currency]}, schema={"text": pl.String, "currency": pl.String})
    found: float | None = frame.select(number(pl.col("text"), sign, pl.col("currency"))).item()
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [("1234.5", 1234.5), ("1,234,567.5", 1234567.5), ("12,34,567.00", 1234567), ("1 234 567", 1234567),
     ("1'234'567.8", 1234567.8), ("1’234.5", 1234.5), ("1\u00a0234,5", None), ("1.234.567,8", 1234567.8),
     ("(500)", -500),
     ("-500", -500), ("+7", 7), ("1e3", 1000), ("$1,234.50", 1234.5), ("USD 5", 5), ("5 USD", 5), ("1,500", None),
     ("1,5", None), ("12 34", None), ("1,23,45", None), ("abc", None), ("", None), ("inf", None), ("nan", None),
     ("1e99", None), ("€5", None), ("5%", None), ("1.2.3", None), ("--5", None)],
)  # fmt: skip
def test_a_number_that_has_one_meaning_is_read(text: str, value: float | None) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [("1,500", "point", 1500), ("1,500", "comma", 1.5), ("1.500", "point", 1.5), ("1.500", "comma", 1500),
     ("1.500", "either", None), ("1,500", "either", None), ("1.5", "comma", None), ("1,5", "point", None),
     ("12,5", "comma", 12.5), ("1 234,5", "comma", 1234.5), ("1.234,5", "either", 1234.5), ("0.75", "either", 0.75)],
)  # fmt: skip
def test_the_sign_of_the_file_decides_what_has_two(text: str, sign: Sign, value: float | None) -> None:
    assert read(text, sign) == value


@pytest.mark.parametrize(
    ("text", "currency", "value"),
    [("€1,234.50", "EUR", 1234.5), ("1,234.50 €", "EUR", 1234.5), ("€5", "USD", None), ("HK$5", "HKD", 5),
     ("$5", "SGD", 5),
     ("$5", "EUR", None), ("EUR 5", "EUR", 5), ("5 руб.", "RUB", 5), ("₹12,34,567.00", "INR", 1234567),
     ("-$5", "USD", -5)],
)  # fmt: skip
def test_a_sign_of_the_rows_own_currency_is_passed_over(text: str, currency: str, value: float | None) -> None:
    assert read(text, "unknown", currency) == value


@given(st.integers(0, 10**12), st.integers(0, 99), st.sampled_from(["western", "european", "swiss", "spaced"]))
def test_every_grouped_number_is_read_back(whole: int, cents: int, style: str) -> None:
    group, mark = {"western": (",", "."), "european": (".", ","), "swiss": ("'", "."), "spaced": (" ", ".")}[style]
    text = f"{whole:,}".replace(",", group) + f"{mark}{cents:02}"
    found = read(text, "comma" if style == "european" else "point")
    assert found == pytest.approx(whole + cents / 100)


@pytest.mark.parametrize(
    ("texts", "sign"),
    [(["1,500", "1.500"], "unknown"), (["12.5", "1,500"], "point"), (["1,234,567"], "point"), (["1.234,5"], "comma"),
     (["12,34,567"], "point"), (["1.234.567"], "comma"), (["1.234,5", "12.5"], "either"), (["12,5"], "comma"),
     (["12,5", "1,500"], "unknown"), (["12,5", "0.5"], "unknown"),
     (["1.234,5"] + ["12.5"] * 30, "point"), (["1.234,5"] + ["8.100"] * 30, "either"), ([], "unknown")],
)  # fmt: skip
def test_the_sign_of_a_file_is_the_one_its_values_show(texts: list[str], sign: Sign) -> None:
    assert evidence([pl.Series(texts, dtype=pl.String)]).sign == sign


HEAD = "id,shipped_on,shipper_name,consignee_name,item,quantity,value\n"


class InPieces(RawFile):
    """A file that comes in small pieces."""

    def batches(self) -> Iterator[RawTable]:
        (whole,) = super().batches()
        for part in whole.frame.iter_slices(5):
            yield RawTable(whole.name, whole.headings, part, whole.bad, part.height)


def shipments(folder: Path, values: list[str]) -> InPieces:
    rows = [f'{number},2025-01-01,Alder,Harbor,H100,1,"{value}"' for number, value in enumerate(values)]
    path = folder / "x.csv"
    path.write_text(HEAD + "\n".join(rows))
    return InPieces(path, path.read_bytes(), "x.csv")


def test_a_file_in_pieces_has_one_sign(tmp_path: Path) -> None:
    found = list(read_records(shipments(tmp_path, ["1,500.5", *["1,500"] * 20]), "shipments"))
    assert len(found) > 1
    assert {value for each in found for value in each.rows["value"].to_list()} == {1500.5, 1500.0}


def test_a_late_piece_that_belies_what_was_read_fails_the_file_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="declare decimal_comma"):
        list(read_records(shipments(tmp_path, ["1.500"] * 20 + ["1.234,50"] * 5), "shipments"))


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_every_iso_day_is_read_and_no_other_is_guessed(written: dt.date) -> None:
    texts = [
        written.isoformat(),
        f"{written:%Y%m%d}",
        f"{written:%Y/%m/%d}",
        f"{written:%d/%m/%Y}",
        f"{written:%m-%d-%y}",
    ]
    found = pl.DataFrame({"text": texts}).select(day(pl.col("text")))["text"].to_list()
    assert found == [written, written, written, None, None]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_declared_formats_are_tried_in_their_order(written: dt.date) -> None:
    forms = ["%d/%m/%Y", "%m/%d/%Y", "%d %B %Y"]
    texts = [written.strftime(form) for form in forms]
    found = pl.DataFrame({"text": texts}).select(day(pl.col("text"), forms))["text"].to_list()
    exchanged = dt.date(written.year, written.day, written.month) if written.day <= 12 else written
    assert found == [written, exchanged, written]


def test_a_file_of_the_real_reader_agrees(tmp_path: Path) -> None:
    file = shipments(tmp_path, ["1,500.5", "1,500"])
    (whole,) = read_records(open_raw(file.path), "shipments")
    assert whole.rows["value"].to_list() == [1500.5, 1500.0]
