"""Files of every format, changed at random: a clear refusal or every record accounted for, and no more memory."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import EntrepotError
from pipelines.reading.raw import open_files
from tests.pipelines.reading.peaks import peak_of

HEAD = ["id", "shipped_on", "shipper_name", "consignee_name", "item", "quantity"]
ROWS = [
    [f"A{n}", f"2024-05-{n:02}", name, 'Harbor "Cloud", Ltd', "HGX H100", str(10 * n)]
    for n, name in enumerate(("Alder Servers", "Société Birch", "青岚科技", "two\nlines", "", "Cedar; Sons"), start=1)
]


def table(delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """Write the records as delimited text."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows([HEAD, *ROWS])
    return text.getvalue()


def records() -> list[dict[str, object]]:
    """Give the records as JSON has them."""
    return [{**dict(zip(HEAD, row, strict=True)), "parties": {"code": 1.5, "tags": ["a", None]}} for row in ROWS]


def parquet() -> bytes:
    """Write the records as Parquet."""
    packed = io.BytesIO()
    pl.DataFrame(ROWS, schema=HEAD, orient="row").with_columns(n=1.5).write_parquet(packed)
    return packed.getvalue()


def workbook() -> bytes:
    """Write the records as two sheets."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        for sheet in (book.add_worksheet("Shipments"), book.add_worksheet("More")):
            for number, row in enumerate([HEAD, *ROWS]):
                sheet.write_row(number, 0, row)
    return packed.getvalue()


def archive() -> bytes:
    """Pack the records twice."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("a.csv", table())
        members.writestr("b.jsonl", "\n".join(map(json.dumps, records())))
    return packed.getvalue()


def xml() -> bytes:
    """Write the records as XML."""
    rows = "".join(f"<Record id='{row[0]}'><Name>{row[2]}</Name></Record>" for row in ROWS)
    return f'<?xml version="1.0" encoding="UTF-8"?><l:List xmlns:l="urn:l">{rows}</l:List>'.encode()


FILES: dict[str, Callable[[], bytes]] = {
    "plain.csv": lambda: table().replace('"', "").encode(),
    "quoted.csv": lambda: table(quoting=csv.QUOTE_ALL).encode(),
    "mixed.csv": lambda: table().encode(),
    "tabs.tsv": lambda: table("\t").encode(),
    "utf16.csv": lambda: table(";").encode("utf-16"),
    "gb18030.csv": lambda: table().replace("é", "e").encode("gb18030"),
    "lines.jsonl": lambda: "\n".join(map(json.dumps, records())).encode(),
    "array.json": lambda: json.dumps(records(), ensure_ascii=False).encode(),
    "records.parquet": parquet,
    "book.xlsx": workbook,
    "records.csv.gz": lambda: gzip.compress(table().encode(), mtime=0),
    "records.csv.zst": lambda: zstandard.compress(table().encode()),
    "archive.zip": archive,
    "list.xml": xml,
}

CHANGE = st.tuples(
    st.sampled_from(["flip", "delete", "insert", "truncate", "duplicate", "blank"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 40),
    st.binary(min_size=1, max_size=4) | st.sampled_from([b'"', b"\n", b"\r", b",", b"\0", b"<", b"]", b"\xff", b"PK"]),
)


def changed(content: bytes, how: str, where: float, count: int, inserted: bytes) -> bytes:
    """Change a content byte-wise."""
    at = int(where * len(content))
    part = content[at : at + count]
    return (
        content[:at]
        + {
            "flip": bytes([content[at] ^ (count or 1)]) + content[at + 1 :] if content else b"",
            "delete": content[at + count :],
            "insert": inserted + content[at:],
            "truncate": b"",
            "duplicate": part * 2 + content[at + count :],
            "blank": b"\0" * len(part) + content[at + count :],
        }[how]
    )


def read(path: Path) -> None:
    """Read all a path holds in every way, and check that the records add up."""
    for file in open_files(path):
        _ = (file.version, file.encoding, file.root, file.headings, file.is_broken_json, file.document)
        for piece in file.batches():
            assert piece.read == piece.frame.height + piece.bad.height
            assert piece.frame.columns == [*piece.headings, "row"]
            numbers = [*piece.frame["row"], *piece.bad["row"]]
            assert len(set(numbers)) == len(numbers)
        if file.is_json:
            assert sum(1 for _ in file.objects) >= 0
        assert sum(1 for _ in file.lines()) >= 0
        if file.root:
            assert sum(1 for _ in file.elements("Record", "Name")) >= 0


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGE, min_size=1, max_size=3))
def test_a_file_changed_at_random_is_read_or_refused_in_one_line(
    tmp_path: Path, name: str, changes: list[tuple[str, float, int, bytes]]
) -> None:
    content = FILES[name]()
    for change in changes:
        content = changed(content, *change)
    (tmp_path / name).write_bytes(content)
    try:
        read(tmp_path / name)
    except EntrepotError as error:
        said = str(error)
    else:
        said = name
    assert said.startswith(name)
    assert "\n" not in said


VALUE = st.text(max_size=12) | st.sampled_from(['"', '""', ",", "a\nb", "NULL", "\0", "-1", "1e400", "\ud7ff", "=1+1"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), VALUE), max_size=8))
def test_values_changed_at_random_keep_every_record(tmp_path: Path, values: list[tuple[int, int, str]]) -> None:
    rows = [list(row) for row in ROWS]
    for row, column, value in values:
        rows[row][column] = value
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([HEAD, *rows])
    (tmp_path / "values.csv").write_bytes(text.getvalue().encode())
    assert open_files(tmp_path / "values.csv")[0].table().read == len(rows)


@pytest.mark.parametrize("name", ["mixed.csv", "lines.jsonl", "array.json"])
def test_a_damaged_file_takes_no_more_than_twice_the_memory(tmp_path: Path, name: str) -> None:
    sound = FILES[name]() * 600 if name != "array.json" else b"[" + b",".join([FILES[name]()[1:-1]] * 600) + b"]"
    (tmp_path / name).write_bytes(sound)
    with peak_of(200_000_000) as sound_peak:
        read(tmp_path / name)
    (tmp_path / name).write_bytes(sound[: len(sound) // 2] + b'"\0\xff,' + sound[len(sound) // 2 :])
    with peak_of(2 * sound_peak.bytes + 10_000_000):
        try:
            read(tmp_path / name)
        except EntrepotError as error:
            said = str(error)
        else:
            said = name
    assert said.startswith(name)
