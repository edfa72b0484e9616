"""A pass reads what changed; however files come and in whatever order, the result is that of one load."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest import reader
from pipelines.reading.raw import RawFile
from pipelines.source import SourceSetting
from tests.pipelines.incremental.passes import FIRST, HEAD, Passes, counts, line, write

ROW = st.tuples(
    st.sampled_from(["A1", "A2", "A3", "A4"]),
    st.sampled_from(["1", "2", "3", "many"]),
    st.sampled_from(["", "", "2024-06-01", "2024-06-02T10:00:00Z"]),
)
NAME = st.sampled_from(["a.csv", "b.csv", "2024-07-01.csv", "2024-08-01.csv", "deep/c.csv"])


def tidy(found: Passes) -> None:
    for each in found.last.reports if found.last else ():
        assert each.read == each.accepted + each.duplicate + each.quarantined


@settings(max_examples=30, deadline=None)
@given(
    files=st.dictionaries(NAME, st.lists(ROW, max_size=6), min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_files_in_any_order_and_any_number_of_passes_come_to_what_one_load_gives(
    files: dict[str, list[tuple[str, str, str]]], order: object
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, parts = Path(folder, "one"), Path(folder, "parts")
        parts.mkdir()
        for name, rows in files.items():
            write(one / name, [line(*row) for row in rows])
        whole = Passes(one)
        whole.next()
        names = list(files)
        order.shuffle(names)  # type: ignore[attr-defined]
        split = Passes(parts)
        while names:
            for name in names[: 1 + order.randrange(2)]:  # type: ignore[attr-defined]
                write(parts / name, [line(*row) for row in files[name]])
                names.remove(name)
            split.next()
            tidy(split)
        assert split.stands() == whole.stands()
        assert counts(split.last) == counts(whole.last)  # type: ignore[arg-type]


UNDATED = st.tuples(ROW, st.just("")).map(lambda row: (row[0][0], row[0][1], row[1]))


@settings(max_examples=30, deadline=None)
@given(
    states=st.lists(
        st.dictionaries(NAME, st.lists(UNDATED, max_size=4), min_size=1, max_size=3), min_size=2, max_size=4
    )
)
def test_files_edited_in_place_say_what_they_say_now(states: list[dict[str, list[tuple[str, str, str]]]]) -> None:
    """An edited row replaces what its file said; a row that is gone, or spoiled, withdraws nothing.

    Each file has records of its own: of files that repeat each other's rows, edited over and over, the last day a
    version was stated may be one that no file states any more.
    """
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder, "inbox")
        passes = Passes(inbox)
        union: dict[str, dict[str, list[tuple[str, str, str]]]] = {}
        for number, state in enumerate(states):
            for name, written in state.items():
                rows = [(f"{name} {record}", *rest) for record, *rest in written]
                write(inbox / name, [line(*row) for row in rows])
                os.utime(inbox / name, (number, number))
                said = union.setdefault(name, {})
                usable: dict[str, list[tuple[str, str, str]]] = {}
                for row in rows:
                    if row[1] != "many":
                        usable.setdefault(row[0], []).append(row)
                said.update(usable)
            passes.next()
            tidy(passes)
        whole = Passes(Path(folder, "whole"))
        for name, records in union.items():
            write(Path(folder, "whole", name), [line(*row) for rows in records.values() for row in rows])
        whole.next()
        assert passes.stands() == whole.stands()


def test_what_did_not_change_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.csv", "b.csv"):
        write(tmp_path / name, [line(f"{name}1", 1), line(f"{name}2", "many")])
    passes = Passes(tmp_path)
    first = passes.next()
    read: list[str] = []
    opened = reader.open_files

    def watched(path: Path, **how: object) -> list[RawFile]:
        read.append(path.name)
        return opened(path, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "open_files", watched)
    os.utime(tmp_path / "a.csv")
    again = passes.next()
    assert (read, again.changed, counts(again)) == ([], False, counts(first))
    assert again.quarantine.equals(first.quarantine)
    write(tmp_path / "b.csv", [line("b.csv1", 2)])
    passes.next()
    assert read == ["b.csv"]


def test_a_row_of_a_full_copy_that_is_gone_is_withdrawn_and_may_come_back(tmp_path: Path) -> None:
    dump = SourceSetting(id="dump", glob=str(tmp_path / "*.csv"), table="shipments", mode="snapshot")
    passes = Passes(None, [dump])
    for rows, stands in (["A1", "A2"], "A1 A2"), (["A2"], "A2"), ([], ""), (["A1", "A3"], "A1 A3"):
        write(tmp_path / "dump.csv", [line(record, 1) for record in rows])
        passes.next()
        assert [row[1] for row in passes.stands()] == stands.split()


def test_an_older_full_copy_that_comes_late_changes_nothing(tmp_path: Path) -> None:
    dump = SourceSetting(id="dump", glob=str(tmp_path / "*.csv"), table="shipments", mode="snapshot")
    passes = Passes(None, [dump])
    write(tmp_path / "dump_2024-02-01.csv", [line("A2", 1)])
    passes.next()
    write(tmp_path / "dump_2024-01-01.csv", [line("A1", 1), line("A2", 7)])
    passes.next()
    assert [row[1] for row in passes.stands()] == ["A2"]


def test_a_corrected_file_clears_its_quarantine_in_place(tmp_path: Path) -> None:
    passes = Passes(tmp_path)
    write(tmp_path / "a.csv", [line("A1", "many"), line("A2", 1)])
    assert passes.next().quarantine["record"].to_list() == ["A1"]
    write(tmp_path / "a.csv", [line("A1", 5), line("A2", 1)])
    cleared = passes.next()
    assert (cleared.quarantine.height, counts(cleared)) == (0, {("shipments", "shipments"): (2, 2, 0, 0)})


def test_a_correction_in_another_file_clears_the_row_and_is_counted(tmp_path: Path) -> None:
    passes = Passes(tmp_path)
    write(tmp_path / "a.csv", [line("A1", "many"), line("A2", "lots"), line("A3", 1)])
    passes.next()
    write(tmp_path / "fix.csv", [line("A1", 5)])
    fixed = passes.next()
    assert fixed.quarantine["record"].to_list() == ["A2"]
    assert (fixed.reports[0].quarantined, fixed.reports[0].corrected) == (2, 1)


def test_a_row_is_cleared_by_its_name_in_quarantine_even_without_an_id(tmp_path: Path) -> None:
    passes = Passes(tmp_path)
    (tmp_path / "a.csv").write_text(f"{HEAD}\n,2024-05-02,Alder,Harbor,H100,3\n", encoding="utf-8")
    name = passes.next().quarantine["quarantined_as"][0]
    (tmp_path / "fixed.csv").write_text(
        f"{HEAD},reason,advice,quarantined_as\nA7,2024-05-02,Alder,Harbor,H100,3,is required,fill it in,{name}\n",
        encoding="utf-8",
    )
    fixed = passes.next()
    assert (fixed.quarantine.height, [row[1] for row in passes.stands()]) == (0, ["A7"])
    assert fixed.reports[0].notes == ()


def test_a_file_that_fails_keeps_what_it_said_and_is_tried_again(tmp_path: Path) -> None:
    passes = Passes(tmp_path)
    write(tmp_path / "shipments.csv", [line("A1", 1)])
    passes.next()
    (tmp_path / "shipments.csv").write_bytes(b"PK\x03\x04 broken")
    broken = passes.next()
    assert (len(broken.failed), [row[1] for row in passes.stands()]) == (1, ["A1"])
    assert counts(broken) == {("shipments", "shipments"): (1, 1, 0, 0)}
    assert len(passes.next().failed) == 1
    write(tmp_path / "shipments.csv", [line("A1", 2)])
    assert passes.next().failed == ()


def test_a_file_that_left_is_told_and_what_it_said_stays(tmp_path: Path) -> None:
    passes = Passes(tmp_path)
    write(tmp_path / "shipments.csv", [line("A1", 1)])
    passes.next()
    (tmp_path / "shipments.csv").unlink()
    gone = passes.next()
    assert gone.reports[0].notes == ("shipments.csv: no longer there; what was read of it stays",)
    assert [row[1] for row in passes.stands()] == ["A1"]
    assert not passes.next().changed


def test_a_statement_repeated_later_outlasts_one_recorded_in_between(tmp_path: Path) -> None:
    passes = Passes(tmp_path)
    for day, quantity in ("2024-06-01", 5), ("2024-08-01", 5), ("2024-07-01", 9):
        write(tmp_path / f"{day}.csv", [line("A1", quantity)])
        passes.next()
    won = passes.known["shipments"].filter(content=passes.stands()[0][3])
    assert (won["quantity"].to_list(), passes.stands()[0][4]) == ([5.0], FIRST.date().replace(2024, 8, 1))


def test_many_rows_are_staged_in_files_and_come_out_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.csv", [line(f"A{number}", number) for number in range(500)])
    held = Passes(tmp_path).next().records["shipments"]
    monkeypatch.setattr("pipelines.ingest.staging.IN_MEMORY", 0)
    passes = Passes(tmp_path)
    spilled = passes.next()
    assert all(piece.path for piece, _ in spilled.records.staging.tables["shipments"])  # type: ignore[attr-defined]
    assert spilled.records["shipments"].equals(held)


def test_an_edit_takes_back_only_what_no_other_file_says(tmp_path: Path) -> None:
    passes = Passes(tmp_path)
    write(tmp_path / "a.csv", [line("A1", 1)])
    write(tmp_path / "b.csv", [line("A1", 1), line("A2", 1)])
    passes.next()
    write(tmp_path / "a.csv", [line("A1", 2)])
    both = passes.next()
    assert both.records["shipments"]["quantity"].to_list() == [2.0]
    assert counts(both) == {("shipments", "shipments"): (3, 3, 0, 0)}
    write(tmp_path / "b.csv", [line("A1", 2), line("A2", 1)])
    passes.next()
    won = dict(passes.known["shipments"].select("content", "quantity").rows())
    assert [won[each[3]] for each in passes.stands()] == [2.0, 1.0]


def test_of_an_archive_with_a_broken_member_the_others_count_and_it_is_tried_again(tmp_path: Path) -> None:
    passes = Passes(tmp_path)
    with zipfile.ZipFile(tmp_path / "month.zip", "w") as archive:
        archive.writestr("shipments.csv", f"{HEAD}\nA1,2024-05-02,Alder,Harbor,H100,1\n")
        archive.writestr("payments.csv", b"")
    for _ in range(2):
        found = passes.next()
        assert (len(found.failed), [row[1] for row in passes.stands()]) == (1, ["A1"])
    assert not found.changed


def test_what_is_not_understood_is_told_at_every_pass_and_once(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n", encoding="utf-8")
    passes = Passes(tmp_path)
    assert [len(passes.next().not_understood) for _ in range(2)] == [1, 1]
    (tmp_path / "notes.txt").write_text("hello again\n", encoding="utf-8")
    assert len(passes.next().not_understood) == 1
