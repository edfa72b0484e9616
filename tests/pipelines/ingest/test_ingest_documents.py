"""Transport documents that lie in the inbox become shipments, every line accounted for."""

from __future__ import annotations

import datetime as dt
import gzip
import shutil
from pathlib import Path

from pipelines.ingest import ingest
from tests.documents import EXCERPTS

NAMES = ("cuscar.edi", "ifcsum.edi", "x12_309.edi", "x12_310.edi", "x12_210_214.edi", "dcsa_instruction.json")
AS_OF = dt.date.fromisoformat("2026-01-01")


def test_documents_are_told_by_what_is_in_them(tmp_path: Path) -> None:
    for number, name in enumerate(NAMES):
        shutil.copy(EXCERPTS / name, tmp_path / f"document {number}.txt")
    found = ingest([], tmp_path, as_of=AS_OF)
    counts = {each.source: (each.read, each.accepted, each.quarantined) for each in found.reports}
    assert counts == {"edifact": (5, 5, 0), "x12": (7, 5, 2), "dcsa": (2, 2, 0)}
    assert found.records["shipments"].height == 12
    assert found.quarantine.height == 2
    assert found.not_understood == ()


def test_the_same_document_twice_counts_once(tmp_path: Path) -> None:
    text = (EXCERPTS / "cuscar.edi").read_bytes()
    (tmp_path / "first.edi").write_bytes(text)
    (tmp_path / "second.edi.gz").write_bytes(gzip.compress(text))
    report = ingest([], tmp_path, as_of=AS_OF).reports[0]
    assert (report.read, report.accepted, report.duplicate) == (6, 3, 3)


def test_a_spoiled_document_is_one_line_and_the_others_go_on(tmp_path: Path) -> None:
    shutil.copy(EXCERPTS / "ifcsum.edi", tmp_path / "good.edi")
    (tmp_path / "spoiled.edi").write_text("UNA+++++'\nUNB+UNOC:3+A+B'")
    found = ingest([], tmp_path, as_of=AS_OF)
    assert found.records["shipments"].height == 2
    assert [line for line in found.failed if "one sign for two purposes" in line]
