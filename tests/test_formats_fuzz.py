"""Files of every format, changed at random, in one inbox: one line each, and every row accounted for."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest import Ingested
from tests.pipelines.incremental.passes import Passes, counts
from tests.pipelines.reading.test_fuzz import CHANGE, changed
from tests.pipelines.reading.test_fuzz import FILES as PLAIN

FOLDER = Path(__file__).parent / "files"
PUBLISHED: dict[str, Callable[[], bytes]] = {
    path.name: path.read_bytes for path in sorted(FOLDER.rglob("*")) if path.is_file() and path.suffix != ".toml"
}
FORMATS = {**PUBLISHED, **{f"shipments_{name}": content for name, content in PLAIN.items() if name != "list.xml"}}
BINARY = (".parquet", ".xlsx", ".gz", ".zst", ".zip")

KEPT = "number,holder_name,item,from_on\nL1,Crestline Servers Inc,H100,2024-01-01\nL2,Harbor,A100,2024-02-01\n"

FIELD = re.compile(rb"[^,;|\t\"<>:*+~'\r\n{}\[\]]+")
VALUES = (
    b"", b"NULL", b"-1", b"1e999", b"9" * 400, b"0001-01-01", b"2024-02-30", b"=1+1", b"\xf0\x9f\x98\x80", b'"', b"\\",
    b"true", b"[]", b"{}", b"null", b"A" * 5000, b"1,5", b"1.500", b"\xe2\x80\xae", b"&x;", b"\r\n", b"45000",
    b"\x1b[2J",
)  # fmt: skip
FIELDS = st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(VALUES))
SPOILED = st.tuples(
    st.sampled_from(sorted(FORMATS)), st.lists(CHANGE, max_size=2), st.lists(FIELDS, max_size=3)
).filter(lambda spoiled: bool(spoiled[1] or spoiled[2]))


def with_field(content: bytes, where: float, value: bytes) -> bytes:
    """Put another value into one of the fields of a text."""
    fields = list(FIELD.finditer(content))
    if not fields:
        return content
    field = fields[int(where * len(fields))]
    return content[: field.start()] + value + content[field.end() :]


def spoil(name: str, changes: list[tuple[str, float, int, bytes]], fields: list[tuple[float, bytes]]) -> bytes:
    """Change a file byte-wise and field-wise."""
    content = FORMATS[name]()
    for each in fields if not name.endswith(BINARY) else []:
        content = with_field(content, *each)
    for change in changes:
        content = changed(content, *change)
    return content


def tidy(found: Ingested) -> None:
    """Hold that rows add up, and that all that is said is one line each."""
    for each in found.reports:
        assert each.read == each.accepted + each.duplicate + each.quarantined, each
        assert each.accepted >= 0 <= each.duplicate
        assert each.quarantined >= each.corrected >= 0
    assert found.quarantine.height == sum(each.quarantined - each.corrected for each in found.reports)
    told = [*found.failed, *found.not_understood, *(note for each in found.reports for note in each.notes)]
    told += [*found.quarantine["reason"], *found.quarantine["advice"].drop_nulls()]
    assert not [line for line in told if "\n" in line or "Traceback" in line or len(line) > 1000]


@pytest.mark.long
@settings(max_examples=120, deadline=None)
@given(st.lists(SPOILED, min_size=1, max_size=3, unique_by=lambda spoiled: spoiled[0]))
def test_spoiled_files_lose_no_row_and_harm_no_other_file(
    spoiled: list[tuple[str, list[tuple[str, float, int, bytes]], list[tuple[float, bytes]]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder)
        (inbox / "licenses.csv").write_text(KEPT)
        for each in spoiled:
            (inbox / each[0]).write_bytes(spoil(*each))
        passes = Passes(inbox)
        first = passes.next()
        tidy(first)
        assert counts(first)["licenses", "licenses"] == (2, 2, 0, 0)
        again = passes.next()
        tidy(again)
        assert (counts(again), again.quarantine.height) == (counts(first), first.quarantine.height)
        assert again.changed is False


def test_all_formats_unspoiled_in_one_inbox_are_read(tmp_path: Path) -> None:
    for name, content in FORMATS.items():
        (tmp_path / name).write_bytes(content())
    found = Passes(tmp_path).next()
    tidy(found)
    assert (found.failed, len(found.not_understood)) == ((), 0)
    files = {file.partition(" [")[0] for each in found.reports if each.read for file in each.files}
    assert not [name for name in FORMATS if not any(file.startswith(name) for file in files)]


def test_a_reason_that_quotes_a_file_stays_a_line(tmp_path: Path) -> None:
    content = (FOLDER / "x12_310.edi").read_bytes()
    (tmp_path / "x12_310.edi").write_bytes(with_field(content, 0.96875, b"A" * 5000))
    found = Passes(tmp_path).next()
    tidy(found)
    assert found.quarantine["reason"].str.len_chars().max() <= 400
