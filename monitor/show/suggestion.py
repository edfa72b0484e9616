"""A proposed mapping, as TOML to redirect into a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from monitor.terminal import put_lines

if TYPE_CHECKING:
    from pipelines.suggestions import Suggested


def show_suggestions(found: Sequence[Suggested]) -> None:
    """Print the first mapping as it is to be kept; what a file holds besides only as comments."""
    proposed = [each for each in found if each.text]
    for each in found:
        if each not in proposed[:1]:
            put_lines(f"# {line}".rstrip() for line in _said(each))
    if proposed:
        put_lines(proposed[0].text.splitlines())


def _said(each: Suggested) -> list[str]:
    return [f"{each.name}: {each.told}"] if not each.text else [f"{each.name}:", *each.text.splitlines()]


def suggestions_as_json(found: Sequence[Suggested]) -> list[dict[str, Any]]:
    """The answer of `check --suggest --json`."""
    return [
        {
            "file": each.name,
            "table": each.table,
            "mapping": each.text or None,
            "missing": each.missing,
            "note": each.told,
        }
        for each in found
    ]
