"""JSON records are read one by one, of an array or of lines, as a plain reader reads them whole."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import SourceFailed
from pipelines.reading import json_stream
from pipelines.reading.json_stream import json_array, json_lines
from pipelines.reading.raw import RawFile, open_files
from tests.pipelines.reading.peaks import peak_of

VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def cut(text: bytes, size: int) -> Iterator[bytes]:
    """Cut a text into pieces as a stream would give them."""
    return (text[at : at + size] for at in range(0, len(text), size))


def opened(folder: Path, content: bytes) -> RawFile:
    """Open a file of this content."""
    (folder / "x.json").write_bytes(content)
    return open_files(folder / "x.json")[0]


@settings(max_examples=80, deadline=None)
@given(values=st.lists(VALUE, max_size=6), size=st.integers(1, 40), indent=st.sampled_from([None, 2]))
def test_an_array_gives_its_elements_however_it_is_cut(values: list[Any], size: int, indent: int | None) -> None:
    window, json_stream.WINDOW = json_stream.WINDOW, 8
    try:
        text = json.dumps(values, ensure_ascii=False, indent=indent).encode()
        assert list(json_array(cut(text, size), "x")) == values
    finally:
        json_stream.WINDOW = window


@settings(max_examples=80, deadline=None)
@given(values=st.lists(VALUE, max_size=6), size=st.integers(1, 40))
def test_lines_give_their_records_however_they_are_cut(values: list[Any], size: int) -> None:
    text = b"".join(json.dumps(each).encode() + b"\n" for each in values)
    assert list(json_lines(cut(text, size))) == values


def test_records_can_be_gone_through_again(tmp_path: Path) -> None:
    file = opened(tmp_path, b'[{"a": 1}, {"a": 2}]')
    assert list(file.objects) == list(file.objects) == [{"a": 1}, {"a": 2}]
    assert file.document == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    "text", [b'[{"a": 1}, {"b"', b'[{"a": 1},', b'[{"a": 1}] [2]', b'[{"a": 1} {"a": 2}]', b"[" * 5000]
)
def test_an_array_that_breaks_off_is_one_line(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(SourceFailed, match=r"x\.json: is broken or cut off JSON \(at character"):
        list(opened(tmp_path, text).objects)


def test_a_line_that_is_no_json_is_its_error_and_the_others_go_on(tmp_path: Path) -> None:
    file = opened(tmp_path, b'{"a": 1}\nno\n{"a": "\\ud83d"}\n\n{"a": "\\ud83d\\ude00"}\n' + b"[" * 3000 + b"\n7\n")
    shown = [type(each).__name__ for each in file.objects]
    assert shown == ["dict", "ValueError", "ValueError", "dict", "ValueError", "int"]
    table = file.table()
    assert (table.read, table.frame.height, table.bad["row"].to_list()) == (6, 2, [2, 3, 5, 6])


def test_a_document_is_one_record_and_lines_are_none(tmp_path: Path) -> None:
    assert opened(tmp_path, b'{"a":\n {"b": 1}}').document == {"a": {"b": 1}}
    assert opened(tmp_path, b'{"a": 1}\n{"a": 2}').document is None
    assert opened(tmp_path, b'{"a": 1}\n').table().read == 1


def test_later_pieces_have_the_columns_of_those_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.reading.json_table.RECORDS", 2)
    file = opened(tmp_path, b'{"a": 1}\n{"b": 2}\n{"a": 3}\n{"c": {"d": true}}\n')
    assert [table.headings for table in file.batches()] == [["a", "b"], ["a", "b", "c_d"]]
    assert file.table().frame.rows() == [
        ("1", None, None, 1), (None, "2", None, 2), ("3", None, None, 3), (None, None, "true", 4),
    ]  # fmt: skip


def test_more_keys_than_any_file_has_are_told(tmp_path: Path) -> None:
    records = [{f"k{n}": 1} for n in range(2_050)]
    table = opened(tmp_path, b"\n".join(json.dumps(each).encode() for each in records)).table()
    assert (table.read, table.bad.height) == (2_050, 50)


def test_an_array_on_one_line_of_100_mb_takes_little_memory(tmp_path: Path) -> None:
    element = json.dumps({"id": "A1", "name": "Alder" * 2000}).encode()
    with (tmp_path / "x.json").open("wb") as file:
        file.write(b"[" + element)
        for _ in range(10_000):
            file.write(b"," + element)
        file.write(b"]")
    with peak_of(60_000_000):
        assert sum(1 for _ in open_files(tmp_path / "x.json")[0].objects) == 10_001


@pytest.mark.parametrize("before", [b"[", b'["a", '])
def test_a_record_without_end_is_refused_in_little_memory(tmp_path: Path, before: bytes) -> None:
    (tmp_path / "x.json").write_bytes(before + b'{"a": "' + b"x" * 100_000_000)
    with peak_of(250_000_000), pytest.raises(SourceFailed, match="a record is longer than 16,777,216 characters"):
        list(open_files(tmp_path / "x.json")[0].objects)
