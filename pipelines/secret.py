"""What a setting keeps secret: written out, or `env:NAME`, looked up in the environment when it is needed."""

from __future__ import annotations

import os

from pipelines.errors import InputError


def reveal(text: str) -> str:
    """Give a secret; `env:NAME` is looked up in the environment.

    Raises
    ------
    InputError
        The environment has no such name.
    """
    if not text.startswith("env:"):
        return text
    name = text.removeprefix("env:")
    if name not in os.environ:
        raise InputError(f"monitor.toml takes {text!r} from the environment, which has no {name}; set it")
    return os.environ[name]
