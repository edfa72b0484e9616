"""Bad files: one clear line each, the rest goes on, and every row stays accounted for."""

import datetime as dt
import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import SourceFailed
from pipelines.ingest import Ingested, ingest
from pipelines.reading import stored as reading
from pipelines.source import SourceSetting

AS_OF = dt.date(2026, 1, 1)
HEAD = "id,shipped_on,shipper_name,consignee_name,item,quantity"
ROW = "A1,2024-05-02,Alder Servers Inc,Harbor Cloud,HGX H100,30"
PAYMENT = "id,payer_name,payee_name,paid_on,amount\nP1,Pacific Gain,Alder,2024-04-25,5\n"


def drop(folder: Path, content: str | bytes, name: str = "shipments.csv") -> Ingested:
    """Read a file beside a good one."""
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "payments.csv").write_text(PAYMENT)
    return ingest([], folder, as_of=AS_OF)


def balanced(found: Ingested) -> bool:
    """Whether accepted, duplicate and quarantined add up to read for every source."""
    told = found.quarantine.height == sum(report.quarantined for report in found.reports)
    return told and all(each.read == each.accepted + each.duplicate + each.quarantined for each in found.reports)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (random.Random(1).randbytes(5000), "is not text (binary content)"),  # noqa: S311
        (b"PK\x03\x04 anything", "the zip archive is broken"),
        (b"", "is empty"),
        (b" \n\n ", "is empty"),
        (b"PAR1 anything", "cannot be read"),
        (b"\x1f\x8b\x08broken", "gzip archive is broken"),
        (b"{not json", "broken or cut off JSON"),
    ],
)
def test_a_file_that_is_no_table_is_one_line_and_the_others_go_on(tmp_path: Path, content: bytes, says: str) -> None:
    found = drop(tmp_path, content)
    lines = [*found.failed, *found.not_understood]
    assert len(lines) == 1
    assert lines[0].startswith("shipments.csv: ")
    assert "\n" not in lines[0]
    assert says in lines[0]
    assert found.records["payments"].height == 1


def test_a_header_without_rows_is_no_failure(tmp_path: Path) -> None:
    found = drop(tmp_path, f"{HEAD}\n")
    assert (found.failed, found.not_understood, found.records["shipments"].height) == ((), (), 0)


@pytest.mark.parametrize(
    ("rows", "good", "bad"),
    [
        ([f"{ROW},more", ROW], [2], [1]),
        (["A1,2024-05-02", ROW], [2], [1]),
        ([ROW.replace("Alder", '"Alder'), ROW], [2], [1]),
        ([ROW.replace("Alder", 'Al "the" der'), ROW.replace("A1", "A2")], [1, 2], []),
        ([ROW.replace("HGX H100", '"19"" rack, two\nlines"'), ROW.replace("A1", "A2")], [1, 2], []),
        ([ROW.replace("Alder", 'Al"der'), ROW.replace("HGX H100", '"two\nlines"').replace("A1", "A2")], [1, 2], []),
        ([ROW.replace("Alder", "Al\0der"), ROW], [2], [1]),
        ([ROW.replace("Alder", "x" * 1_000_001), ROW], [2], [1]),
        (["", ROW, ",,,,,", "   "], [2], []),
    ],
    ids=["too many", "too few", "open quote", "stray quotes", "embedded", "both", "NUL", "gigantic", "blank"],
)
def test_records_that_do_not_fit_are_quarantined_alone(
    tmp_path: Path, rows: list[str], good: list[int], bad: list[int]
) -> None:
    found = drop(tmp_path, "\n".join([HEAD, *rows]) + "\n")
    assert found.records["shipments"]["row"].to_list() == good
    assert found.quarantine["row"].to_list() == bad
    assert balanced(found)


def test_windows_line_ends_and_a_missing_last_one_are_no_matter(tmp_path: Path) -> None:
    found = drop(tmp_path, f"\ufeff{HEAD}\r\n{ROW}\r\n{ROW.replace('A1', 'A2')}")
    assert found.records["shipments"]["id"].to_list() == ["A1", "A2"]
    assert found.records["shipments"]["quantity"].to_list() == [30.0, 30.0]


def test_a_file_that_keeps_changing_is_given_up_with_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shipments.csv"
    path.write_text(f"{HEAD}\n{ROW}\n")
    whole = Path.read_bytes

    def growing(self: Path) -> bytes:
        content = whole(self)
        self.write_bytes(content + f"{ROW}\n".encode())
        return content

    monkeypatch.setattr(Path, "read_bytes", growing)
    with pytest.raises(SourceFailed, match=r"shipments\.csv: changes while it is read"):
        reading.read_stable(path, pause=0)


def test_a_file_that_settles_is_read_at_the_next_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shipments.csv"
    path.write_text("first")
    whole = Path.read_bytes
    changes = iter(["second, longer"])

    def once(self: Path) -> bytes:
        content = whole(self)
        for text in changes:
            self.write_text(text)
            break
        return content

    monkeypatch.setattr(Path, "read_bytes", once)
    assert reading.read_stable(path, pause=0) == b"second, longer"


def test_a_file_larger_than_allowed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shipments.csv").write_text(f"{HEAD}\n{ROW}\n")
    found = ingest([], tmp_path, as_of=AS_OF, largest=20)
    assert "more than 20; split it or use Parquet" in found.failed[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "shipments.csv").write_text(HEAD)
    (tmp_path / "shipments.csv").chmod(0)
    assert "cannot be read" in ingest([], tmp_path, as_of=AS_OF).failed[0]


@pytest.mark.parametrize(
    "setting",
    [
        SourceSetting(id="x", path=Path("gone.csv"), table="shipments"),
        SourceSetting(id="x", glob="gone/*.csv", table="shipments"),
        SourceSetting(id="x", table="shipments"),
        SourceSetting(id="x", path=Path("gone.csv"), table="shipmets"),
        SourceSetting(id="x", path=Path("gone.csv"), mapping=Path("gone.toml")),
    ],
)
def test_a_source_that_is_not_there_fails_alone(tmp_path: Path, setting: SourceSetting) -> None:
    (tmp_path / "payments.csv").write_text(PAYMENT)
    found = ingest([setting], tmp_path, as_of=AS_OF)
    assert len(found.failed) == 1
    assert found.records["payments"].height == 1


FIELD = st.one_of(
    st.sampled_from(
        ["A1", "A2", "2024-05-02", "30", "-1", "Harbor", "", "NULL", '"', '""', ",", ";", "\n", "\r", "\0", "é"]
    ),
    st.text(max_size=6),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(FIELD, min_size=1, max_size=8).map(",".join), max_size=12))
def test_whatever_a_file_holds_its_rows_add_up(tmp_path: Path, rows: list[str]) -> None:
    text = "\n".join([HEAD, ROW, *rows, ROW.replace("A1", "A9")])
    found = drop(tmp_path, text.encode("utf-8", "surrogatepass"))
    assert balanced(found)
    assert found.records["payments"].height == 1


CELL = st.sampled_from(["Alder", 'say "so"', "a,b", "two\nlines", "  spaced ", "青岚", "x;y"])
GOOD = st.tuples(st.sampled_from(["A1", "A2", "A3"]), CELL, st.sampled_from(["1", "2", "-1", "many", ""]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(GOOD, max_size=12))
def test_counts_agree_with_a_plain_reader(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    quoted = ['"' + name.replace('"', '""') + '"' for _, name, _ in rows]
    lines = [f"{id_},2024-05-02,Alder,{name},H100,{n}" for (id_, _, n), name in zip(rows, quoted, strict=True)]
    found = drop(tmp_path, "\n".join([HEAD, *lines]) + "\n")
    usable = [(id_, " ".join(name.split()), n) for id_, name, n in rows if n in ("1", "2")]
    report = next((each for each in found.reports if each.source == "shipments"), None)
    assert report is not None
    assert (report.read, report.accepted) == (len(rows), len(set(usable)))
    assert report.quarantined == len(rows) - len(usable)
    kept = found.records["shipments"].select("id", "consignee_name", "quantity").rows()
    assert set(kept) == {(id_, name, float(n)) for id_, name, n in usable}
