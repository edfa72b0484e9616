"""What is suspicious, and who is told. `import monitor` is the public Python API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.store import StoredRun

__all__ = ["ask", "open_run"]


def open_run(config: Path | str = "monitor.toml", run: int | None = None) -> StoredRun:
    """Open a run of a workspace for questions (`monitor.ask`); the last one if none is named.

    Raises
    ------
    EntrepotError
        The settings cannot be read, or the workspace has no such run.
    """
    from monitor.settings import read_settings  # nothing heavy is loaded before it is asked for
    from pipelines.store import Store

    return Store(read_settings(Path(config)).store.path).open(run)


def __getattr__(name: str) -> Any:
    if name == "ask":
        import monitor.ask

        return monitor.ask
    raise AttributeError(f"module 'monitor' has no attribute {name!r}")
