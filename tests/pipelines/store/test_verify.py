"""Whatever is changed behind the store's back is named, each in one line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from pipelines.errors import StoreError
from pipelines.store import Store
from pipelines.store.lines import RETIRED
from pipelines.store.verify import Verified, verify
from tests.pipelines.store.stores import NOON, daily, one_run


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store")
    daily(made, 4)
    return made


def data_files(store: Store, name: str) -> list[Path]:
    """Give the files of a table, that of the first version first."""
    table = [DeltaTable(store.address(name), version=version) for version in range(4)]
    files = list(dict.fromkeys(uri.rsplit("/", 1)[-1] for each in table for uri in each.file_uris()))
    return [Path(store.address(name)) / each for each in files]


def log_entry(store: Store, name: str, version: int) -> Path:
    return Path(store.address(name)) / "_delta_log" / f"{version:020d}.json"


def test_a_store_nobody_touched_adds_up(store: Store) -> None:
    assert verify(store) == Verified(runs=4, tables=2, files=8)
    assert verify(Store(store.url + "-none")) == Verified()


def flip_a_byte(store: Store) -> str:
    path = data_files(store, "table")[1]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return f"table: {path.name} is not as it was written"


def delete_a_file(store: Store) -> str:
    path = data_files(store, "records_facts")[0]
    path.unlink()
    return f"records_facts: {path.name} is missing"


def cut_a_file(store: Store) -> str:
    path = data_files(store, "table")[0]
    path.write_bytes(path.read_bytes()[:-9])
    return f"table: {path.name} is not as it was written"


def put_other_rows_in_a_file(store: Store) -> str:
    path = data_files(store, "records_facts")[2]
    pl.read_parquet(path).vstack(pl.read_parquet(path)).write_parquet(path)
    return f"records_facts: {path.name} is not as it was written"


def edit_the_log(store: Store) -> str:
    path = log_entry(store, "table", 2)
    path.write_text(path.read_text().replace('\\"numRecords\\":2', '\\"numRecords\\":3'))
    return "table: _delta_log/00000000000000000002.json is not as run 3 wrote it"


def take_a_log_entry_out(store: Store) -> str:
    log_entry(store, "table", 1).unlink()
    return "table: _delta_log/00000000000000000001.json, written by run 2, cannot be read: No such file"


def add_rows_behind_its_back(store: Store) -> str:
    write_deltalake(store.address("records_facts"), pl.DataFrame({"n": [99], "known_run": [4]}), mode="append")
    version = DeltaTable(store.address("records_facts")).version()
    return f"records_facts: version {version} was not written by a run of Entrepot"


def retire_a_run_behind_its_back(store: Store) -> str:
    marks = pl.DataFrame([(2, NOON)], schema=RETIRED, orient="row")
    write_deltalake(store.address("retired"), marks)
    return "retired: version 0 was not written by a vacuum of Entrepot"


def take_a_table_away(store: Store) -> str:
    Path(store.address("table")).rename(store.address("elsewhere"))
    return "table: version 0 of run 1 cannot be opened: it is missing"


def with_lines(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Store], None]:
    def rewrite(store: Store) -> None:
        write_deltalake(store.address("runs"), change(read_lines(store)), mode="overwrite")

    return rewrite


def read_lines(store: Store) -> pl.DataFrame:
    return pl.read_parquet([f"{store.address('runs')}/{uri.rsplit('/', 1)[-1]}"
                            for uri in DeltaTable(store.address("runs")).file_uris()])  # fmt: skip


def change_a_line(store: Store) -> str:
    earlier = pl.when(pl.col("run") == 2).then(pl.col("made_at").dt.offset_by("-9d")).otherwise("made_at")
    with_lines(lambda lines: lines.with_columns(earlier.alias("made_at")))(store)
    return "runs: the line of run 2 is not as it was written"


def take_a_line_out(store: Store) -> str:
    with_lines(lambda lines: lines.filter(pl.col("run") != 3))(store)
    return "runs: the line of run 3 is missing"


def double_a_line(store: Store) -> str:
    with_lines(lambda lines: pl.concat([lines, lines.filter(pl.col("run") == 1)]))(store)
    return "runs: run 1 has 2 lines"


def point_a_line_elsewhere(store: Store) -> str:
    def moved(line: dict[str, object]) -> dict[str, object]:
        said = json.loads(str(line["versions"]))
        return line if line["run"] != 4 else {**line, "versions": json.dumps({**said, "table": 0})}

    with_lines(lambda lines: pl.DataFrame(map(moved, lines.to_dicts()), schema=lines.schema))(store)
    return "runs: the line of run 4 is not as it was written"


@pytest.mark.parametrize(
    "change",
    [
        flip_a_byte, delete_a_file, cut_a_file, put_other_rows_in_a_file, edit_the_log, take_a_log_entry_out,
        add_rows_behind_its_back, retire_a_run_behind_its_back, take_a_table_away, change_a_line, take_a_line_out,
        double_a_line, point_a_line_elsewhere,
    ],
)  # fmt: skip
def test_what_was_changed_is_named(store: Store, change: Callable[[Store], str]) -> None:
    line = change(store)
    found = verify(store)
    assert [each for each in found.wrong if each.startswith(line)], found.wrong
    assert not any("\n" in each for each in found.wrong)


def test_what_a_killed_run_left_behind_is_told_and_no_error(store: Store) -> None:
    with store.begin() as writer:
        writer.append("facts", pl.DataFrame({"n": [1]}))
        writer.write("fresh", pl.DataFrame({"n": [1]}))
    found = verify(store)
    assert found.wrong == []
    assert found.notes == [
        "records_facts: holds rows of a run that is being made, or was killed; no run shows them (no error)"
    ]
    one_run(store, [5])
    assert verify(store) == Verified(runs=5, tables=2, files=9)


def test_runs_of_an_earlier_version_without_hashes_are_no_error(store: Store) -> None:
    lines = read_lines(store).drop("files", "previous", "hash")
    write_deltalake(store.address("runs"), lines, mode="overwrite", schema_mode="overwrite")
    one_run(store, [7], [7])
    found = verify(store)
    assert (found.wrong, found.runs) == ([], 5)


@contextmanager
def flipped(path: Path, number: int) -> Iterator[None]:
    """Turn one bit of a file round, and back."""
    before = path.read_bytes()
    harmed = bytearray(before)
    harmed[number * 7919 % len(harmed)] ^= 1 << number % 8
    path.write_bytes(harmed)
    yield
    path.write_bytes(before)


def test_a_bit_flipped_in_any_file_of_a_table_is_found(store: Store) -> None:
    tables = [Path(store.address(name)) for name in ("table", "records_facts")]
    files = [path for each in tables for path in sorted((*each.glob("part-*"), *each.glob("_delta_log/*.json")))]
    for number, path in enumerate(files):
        with flipped(path, number):
            assert [line for line in verify(store).wrong if path.name in line]
    assert verify(store).wrong == []


def test_a_bit_flipped_in_the_lines_of_runs_is_told_or_changes_nothing(store: Store) -> None:
    # not in Parquet: a turned bit there may ask the reader for all memory there is
    told, files = store.infos(), sorted(Path(store.address("runs")).rglob("*.json"))
    for number in range(60):
        with flipped(files[number % len(files)], number), suppress(StoreError):
            assert verify(store).wrong or store.infos() == told
