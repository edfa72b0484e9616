"""How a try can fail: for good, or in a way that may pass."""

from __future__ import annotations

from pipelines.errors import SourceFailed


class Refused(SourceFailed):
    """Trying again would give the same; the line says what to do."""


class Passing(SourceFailed):
    """It may go well in a moment; `after` is how many seconds the server asks to wait."""

    def __init__(self, line: str, after: float | None = None) -> None:
        super().__init__(line)
        self.after = after
