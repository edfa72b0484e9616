"""The shipped values are found in the checkout and in the package."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import configuration
from pipelines.configuration import config_path, config_toml


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    config_path.cache_clear()
    yield
    config_path.cache_clear()


def _installed(folder: Path) -> str:
    """Lay the values out as the wheel does: `pipelines/config`, no checkout around it."""
    shutil.copytree(config_path(), folder / "site-packages" / "pipelines" / "config")
    config_path.cache_clear()
    return str(folder / "site-packages" / "pipelines" / "configuration.py")


@pytest.mark.parametrize("packaged", [False, True], ids=["checkout", "package"])
def test_values_are_found(packaged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if packaged:
        monkeypatch.setattr(configuration, "__file__", _installed(tmp_path))
    assert config_path("monitor.toml").is_file()
    assert "EL" in config_toml("list_effects.toml")
    assert (str(tmp_path) in str(config_path("monitor.toml"))) is packaged


def test_a_missing_value_says_what_to_do() -> None:
    with pytest.raises(FileNotFoundError, match=r"'nothing.toml' is missing; reinstall entrepot"):
        config_path("nothing.toml")
