"""What every answer carries."""

from __future__ import annotations

from typing import Any

from pipelines.store import StoredRun

Answer = dict[str, Any]


def known(run: StoredRun) -> Answer:
    """Say what was known: the run and when it was made."""
    return {"run": run.info.run, "made_at": run.info.made_at}
