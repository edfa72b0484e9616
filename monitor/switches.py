"""Which red flags are on, with which parameters, as `monitor.toml` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.check import knobs
from monitor.red_flag import RedFlag
from monitor.red_flags import FLAGS
from monitor.settings import FlagSetting
from pipelines.errors import InputError
from pipelines.reading.mapping import nearest

AS_SHIPPED = FlagSetting()


def switched(settings: Mapping[str, FlagSetting]) -> tuple[list[RedFlag], dict[str, dict[str, Any]]]:
    """Give the flags that are on and the parameters set for them.

    Raises
    ------
    InputError
        There is no such flag or parameter, or a value is of another kind than the default.
    """
    known = {flag.id: flag for flag in FLAGS}
    for name, setting in settings.items():
        if name not in known:
            raise InputError(
                f"monitor.toml: [flags.{name}]: no such red flag{nearest(name, known) or '; see `entrepot flags list`'}"
            )
        _fits(known[name], setting.parameters)
    enabled = [flag for flag in FLAGS if settings.get(flag.id, AS_SHIPPED).enabled]
    return enabled, {flag.id: settings[flag.id].parameters for flag in enabled if flag.id in settings}


def _fits(flag: RedFlag, parameters: Mapping[str, Any]) -> None:
    defaults = knobs(flag)
    for name, value in parameters.items():
        where = f"monitor.toml: [flags.{flag.id}] parameters"
        if name not in defaults:
            has = f"it has {', '.join(defaults)}" if defaults else "it has none"
            raise InputError(f"{where}: no parameter {name!r}{nearest(name, defaults) or f'; {has}'}")
        if not _alike(value, defaults[name]):
            raise InputError(f"{where}: {name} = {value!r} is of another kind than its default, {defaults[name]!r}")


def _alike(value: object, default: object) -> bool:
    """Whether a value is of the default's kind; a whole number may stand for any number."""
    if default is None or value is None:
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
