"""What a mail says, from the templates: text from records is cleaned in both, escaped in HTML."""

from __future__ import annotations

import textwrap
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from monitor.channel import command
from monitor.journal import Delivery
from monitor.words import DISCLAIMER

INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Kinds of character that can hide, reorder or forge lines."""

MOST_PATHS = 5
MOST_ALERTS = 20
"""How many alerts of a digest a mail tells in full, after naming them all."""


def letter(delivery: Delivery, *, brief: bool) -> tuple[str, str]:
    """Write one message as plain text and as HTML."""
    data = delivery.body["data"]
    alerts = data["alerts"] if delivery.event == "alert.digest" else [data]
    values = {
        "event": delivery.event.removeprefix("alert."),
        "data": data,
        "alerts": alerts,
        "brief": brief,
        "disclaimer": DISCLAIMER,
        "most_paths": MOST_PATHS,
        "most_alerts": MOST_ALERTS,
    }
    text, html = (_environment().get_template(name).render(values) for name in ("alert.txt.j2", "alert.html.j2"))
    return text, html


def one_line(text: str) -> str:
    """Bring text on one line, without characters that hide or reorder others."""
    kept = (" " if unicodedata.category(each) in INVISIBLE else each for each in text)
    return " ".join("".join(kept).split())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
        autoescape=select_autoescape(["html.j2"], default_for_string=True),
        undefined=ChainableUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(wrap=_wrap, command=command, words=lambda value: str(value or "").replace("_", " "))
    environment.filters.update(count=_count, ours=_Wrapped)
    return environment


def _clean(value: Any) -> Any:
    if value is None:
        return ""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup | _Wrapped) else value


class _Wrapped(str):
    """Text whose line breaks are ours."""

    __slots__ = ()


def _wrap(text: object, indent: int = 0) -> _Wrapped:
    lines = textwrap.wrap(one_line(str(text or "")), 78 - indent, break_long_words=False, break_on_hyphens=False)
    return _Wrapped(("\n" + " " * indent).join(lines))


def _count(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) else ""
