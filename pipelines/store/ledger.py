"""What a run wrote, taken down in its line: rows, bytes and hash of every file, so that a later change shows."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from pipelines.errors import StoreError
from pipelines.store.delta import SIGNATURE, one_line, open_table

LOG = "_delta_log"

File = tuple[int | None, int]
"""Rows and bytes of a file, as the log of its table says."""


def files_of(table: DeltaTable) -> dict[str, File]:
    """Name the files of one version of a table, with their rows and bytes."""
    actions = pl.DataFrame(table.get_add_actions())
    if actions.is_empty():
        return {}
    rows = actions["num_records"] if "num_records" in actions.columns else [None] * actions.height
    return dict(zip(actions["path"], zip(rows, actions["size_bytes"], strict=True), strict=True))


def same_files(one: DeltaTable, other: DeltaTable) -> bool:
    """Whether two versions of a table hold the same."""
    return picture(one) == picture(other)


def picture(table: DeltaTable) -> str:
    """Hash what a version of a table is made of: its files and its columns."""
    columns = [[each.name, str(each.type)] for each in table.schema().fields]
    return _hash(json.dumps([columns, sorted(files_of(table).items())]).encode())


def taken_down(address: str, before: DeltaTable | None, version: int, run: int) -> dict[str, Any]:
    """Take down what a table got between two versions: new `files` and entries of its `log`; `picture` and all `rows`.

    On an object store files are not read again to hash them; their rows and bytes are taken down all the same.
    """
    table = opened(address, version)
    old = files_of(before) if before else {}
    now = files_of(table)
    try:
        files = {name: [*said, file_hash(address, name)] for name, said in now.items() if name not in old}
        log = {
            str(each): file_hash(address, log_name(each))
            for each in range(before.version() + 1 if before else 0, version + 1)
        }
    except OSError as error:
        raise StoreError(f"{address}: cannot be read: {one_line(error)}") from error
    rows = sum(count or 0 for count, _ in now.values())
    return {"run": run, "picture": picture(table), "rows": rows, "files": files, "log": log}


def opened(address: str, version: int) -> DeltaTable:
    """Open a version of a table that a run names.

    Raises
    ------
    StoreError
        It is not there, or cannot be read.
    """
    table = open_table(address, version)
    if table is None:
        raise StoreError(f"{address}: is missing; restore it from a backup, or start a new store")
    return table


def log_name(version: int) -> str:
    """Where a table's log has the entry of a version."""
    return f"{LOG}/{version:020d}.json"


def file_hash(address: str, name: str) -> str | None:
    """Hash the bytes of a file of a table; None on an object store."""
    if "://" in address:
        return None
    with (Path(address) / name).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:32]


def foreign(table: DeltaTable, after: int) -> list[int]:
    """Name the versions beyond one that no run of ours wrote."""
    count = table.version() - after
    try:
        entries = table.history(count) if count > 0 else []
    except DeltaError as error:
        raise StoreError(f"{table.table_uri}: its log cannot be read: {one_line(error)}") from error
    return sorted(each["version"] for each in entries if SIGNATURE not in each)


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:32]
