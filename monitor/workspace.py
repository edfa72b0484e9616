"""A new workspace: settings with every default shown, and an inbox with header-only templates."""

from __future__ import annotations

from pathlib import Path

from monitor.settings import init
from pipelines.inbox import templates


def make_workspace(folder: Path) -> list[Path]:
    """Make a workspace that needs no editing to be useful; nothing that is there is overwritten."""
    return [*init(folder), *templates(folder / "inbox")]
