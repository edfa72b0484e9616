"""What a reviewer would ask, for an alert of a kind and for what could not be judged."""

from __future__ import annotations

from collections.abc import Collection

from pipelines.configuration import config_toml


def questions(kind: str, flags: Collection[str]) -> list[dict[str, str]]:
    """List the questions of `config/questionnaire.toml` for a kind of alert and for flags raised or not judged."""
    asked = [
        each
        for each in config_toml("questionnaire.toml")["question"]
        if kind in each.get("kinds", ()) or set(flags) & set(each.get("flags", ()))
    ]
    return [{"id": each["id"], "text": each["text"]} for each in asked]
