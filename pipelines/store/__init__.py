"""Runs kept whole in Delta Lake tables: numbered, complete or absent, open as of then."""

from pipelines.store.run_info import RunInfo
from pipelines.store.store import RunWriter, Store, StoredRun

__all__ = ["RunInfo", "RunWriter", "Store", "StoredRun"]
