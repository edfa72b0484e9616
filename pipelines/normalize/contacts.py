"""Phone numbers, e-mail addresses and web domains as keys."""

from __future__ import annotations

import re
from functools import cache

from pipelines.configuration import config_toml

_NOT_DIGIT = re.compile(r"\D+")
_EXTENSION = re.compile(r"(?:ext|x|extension)\.?\s*\d+\s*$", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s<>;,]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)")


def phone_key(text: str | None) -> str | None:
    """Reduce a phone number to its last eight digits; null when it has fewer than seven or says nothing."""
    digits = _NOT_DIGIT.sub("", _EXTENSION.sub("", text or "")).lstrip("0")
    return digits[-8:] if len(digits) >= 7 and len(set(digits)) > 2 else None


def email_key(text: str | None) -> str | None:
    """Reduce an e-mail address to lower case; null when it is none."""
    found = _MAIL.search((text or "").casefold())
    return found.group() if found else None


def domain_key(text: str | None) -> str | None:
    """Find the own web domain in an e-mail address or web site; null for free-mail hosts."""
    folded = (text or "").casefold().strip()
    mail = _MAIL.search(folded)
    host = mail.group(1) if mail else re.sub(r"^[a-z]+://", "", folded).split("/")[0].split(":")[0]
    host = host.removeprefix("www.").strip(".")
    return host if "." in host and " " not in host and host not in free_hosts() else None


@cache
def free_hosts() -> frozenset[str]:
    """Hosts that give anybody a mail address."""
    return frozenset(config_toml("name_words.toml")["mail"]["free"].split())
