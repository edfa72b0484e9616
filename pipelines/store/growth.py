"""What each run added to the store, and whether it is still kept."""

from __future__ import annotations

from typing import Any

from pipelines.store.store import Store


def growth(store: Store) -> list[dict[str, Any]]:
    """Tell every run ever completed, oldest first: tables written, facts added, bytes written, kept or retired.

    What a run of an earlier version of this code wrote was not counted: null.
    """
    retired = dict(store.lines().select("run", "retired_at").iter_rows())
    rows: dict[str, int] = {}
    told = []
    for each in store.infos():
        added = {name: said["rows"] - rows.get(name, 0) for name, said in each.files.items()}
        rows |= {name: said["rows"] for name, said in each.files.items()}
        files = [file for said in each.files.values() for file in said["files"].values()]
        counted = bool(each.files) or bool(each.hash)
        told.append(
            {
                "run": each.run,
                "as_of": each.as_of,
                "made_at": each.made_at,
                "version": each.version,
                "tables_written": len(each.files) if counted else None,
                "rows_added": _facts(added) if counted else None,
                "bytes_written": sum(size for _, size, _ in files) if counted else None,
                "kept": retired.get(each.run) is None,
                "retired_at": retired.get(each.run),
            }
        )
    return told


def _facts(added: dict[str, int]) -> int:
    return sum(count for name, count in added.items() if name.startswith("records_"))
