"""What Entrepot goes by: red flags, and the measures of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict

from monitor.answers.answer import Answer, known
from monitor.check import knobs
from monitor.red_flag import RedFlag
from monitor.red_flags import FLAGS
from monitor.settings import FlagSetting
from pipelines.errors import WrongUse
from pipelines.law import controls as law
from pipelines.reading.mapping import nearest
from pipelines.store import StoredRun


def flags(settings: Mapping[str, FlagSetting]) -> list[Answer]:
    """List the red flags with their parameters as set."""
    return [_flag(each, settings.get(each.id, FlagSetting())) for each in FLAGS]


def flags_then(run: StoredRun) -> list[Answer]:
    """List the red flags with their parameters as a run had them set."""
    settings = {name: FlagSetting.model_validate(each) for name, each in run.info.parameters.get("flags", {}).items()}
    return [{**each, "known": known(run)} for each in flags(settings)]


def flag(name: str) -> Answer:
    """Show one red flag in full.

    Raises
    ------
    WrongUse
        There is no such flag.
    """
    found = next((each for each in FLAGS if each.id == name), None)
    if found is None:
        raise WrongUse(
            f"no red flag {name!r}{nearest(name, [each.id for each in FLAGS])}; `entrepot flags list` names them"
        )
    return {
        **_flag(found, FlagSetting()),
        "family": found.family,
        "kind": found.kind,
        "says": found.says,
        "misses": found.misses,
        "innocent": [list(pair) for pair in found.innocent],
        "examples": [f"{each.name}: {'raises' if each.party else 'silent'}" for each in found.examples],
    }


def _flag(each: RedFlag, setting: FlagSetting) -> Answer:
    return {
        "id": each.id,
        "title": each.title,
        "severity": each.severity.value,
        "cites": [asdict(cite) for cite in each.cites],
        "parameters": {**knobs(each), **setting.parameters},
        "enabled": setting.enabled,
    }


def controls(on: dt.date) -> list[Answer]:
    """List the measures of a day with their status and whether they are to be verified."""
    return [
        {
            "id": each.id,
            "kind": each.kind,
            "status": each.status_on(on),
            "binds": each.binds(on),
            "verify": each.to_verify(on),
            "title": each.title,
            "citation": each.citation,
            "valid_from": each.valid_from,
            "applies_from": each.applies_from,
            "valid_to": each.valid_to,
            "savings_until": each.savings_until,
            "addressee": list(each.addressee),
        }
        for each in law.on(on)
    ]
