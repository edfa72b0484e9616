"""What an alert says, apart from when it was said: its fingerprint, its ends and paths, its last evidence."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

Alert = dict[str, Any]

OF_THE_JOURNAL = ("status", "raised_at", "updated_at", "clock", "hold", "disposition", "assignee", "snapshot")
"""Parts of an alert that change without its content changing."""

MOVING_WITH_RECORDS = ("records_from", "records_to")
"""Parts of `searched` that every new record moves."""

EXACT = 2**53
"""Whole numbers below this are told apart by a float."""


def plain(value: Any) -> Any:
    """Make a value JSON can hold: days as ISO text, no infinite numbers, text every database takes."""
    if isinstance(value, Mapping):
        return {str(plain(name)): plain(each) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value))
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return str(value).replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return value.item() if hasattr(value, "item") else value


def digest(value: Any) -> str:
    """Hash a value; the order of its keys does not count."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(alert: Mapping[str, Any]) -> str:
    """Hash what an alert says; numbers count to six digits, so that the order of a sum does not."""
    content = {name: value for name, value in alert.items() if name not in OF_THE_JOURNAL}
    if isinstance(content.get("searched"), Mapping):
        searched = content["searched"]
        content["searched"] = {name: searched[name] for name in searched if name not in MOVING_WITH_RECORDS}
    return digest(_rounded(content))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    counts = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < EXACT
    return float(f"{value:.6g}") if counts else value


def reach(alert: Mapping[str, Any]) -> dict[str, list[str]]:
    """Name the ends of an alert's paths, and the paths by the records they go through."""
    paths = alert.get("paths") or []
    ends = {str(end.get("id")) for path in paths for end in [path.get("end") or {}, *(path.get("ends") or [])]}
    routes = {">".join(str(leg.get("record")) for leg in path.get("legs") or []) for path in paths}
    return {"ends": sorted(ends), "paths": sorted(routes)}


def latest_evidence(alert: Mapping[str, Any]) -> dt.date | None:
    """Tell the day of the newest shipment or payment an alert rests on; None when it names no day.

    `clock.latest_evidence_on` where the alert says it, else the days of the legs, else the end of the records searched.
    """
    said = (alert.get("clock") or {}).get("latest_evidence_on")
    legs = (leg for path in alert.get("paths") or [] for leg in path.get("legs") or [])
    days = _days([said]) or _days(leg.get(name) for leg in legs for name in ("departed_on", "arrived_on"))
    days = days or _days([(alert.get("searched") or {}).get("records_to")])
    return max(days, default=None)


def _days(texts: Iterable[object]) -> list[dt.date]:
    days = []
    for text in texts:
        try:
            days.append(dt.date.fromisoformat(str(text)[:10]))
        except ValueError:
            continue
    return days
