"""Where the real public lists and registers lie, for the tests that read them in place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared_data() -> Path | None:
    """The folder of real data beside the project, or the one ENTREPOT_SHARED names; None when there is none."""
    named = os.environ.get("ENTREPOT_SHARED")
    folders = [Path(named), Path(named) / "data"] if named else [ROOT.parent / "shared" / "data"]
    return next((folder for folder in folders if (folder / "lists").is_dir()), None)


def real_data() -> Path:
    """The same folder, or skip the test and say why."""
    folder = shared_data()
    if folder is None:
        pytest.skip(WHY)
    return folder


SHARED = shared_data() or ROOT / "no-shared-data"
"""The folder, for tests that are skipped where it is not there."""

WHY = "real lists and registers are not here: set ENTREPOT_SHARED to their folder"
"""The reason such a test gives."""
