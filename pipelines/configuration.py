"""Find the shipped values: the checkout's `config/`, or the copy the wheel carries as `pipelines/config`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def config_path(name: str = "") -> Path:
    """Path of a shipped file or folder.

    Raises
    ------
    FileNotFoundError
        Neither the checkout nor the package has it.
    """
    here = Path(__file__).resolve().parent
    for folder in (here.parent / "config", here / "config"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"shipped configuration {name!r} is missing; reinstall entrepot")


def config_toml(name: str) -> dict[str, Any]:
    """Read one shipped TOML file."""
    return tomllib.loads(config_path(name).read_text(encoding="utf-8"))
