"""Intervals and sizes as people write them: 6h, 500MB."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import BeforeValidator


def _interval(value: object) -> object:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd])\s*", value) if isinstance(value, str) else None
    if not found:
        raise ValueError("give a number and s, m, h or d, like 6h")
    return dt.timedelta(seconds=float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]])


def _size(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kMGT]?)B\s*", value) if isinstance(value, str) else None
    if not found or not float(found[1]):
        raise ValueError("give a number and kB, MB or GB, like 500MB")
    return int(float(found[1]) * {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}[found[2]])


Interval = Annotated[dt.timedelta, BeforeValidator(_interval)]
Size = Annotated[int, BeforeValidator(_size)]
