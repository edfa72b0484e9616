"""One download: asked for with patience, checked, and put in the place of the copy."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from pipelines.errors import InputError, SourceFailed
from pipelines.fetching.answer import Question, answered, shown
from pipelines.fetching.body import write
from pipelines.fetching.checksum import published
from pipelines.fetching.failures import Passing, Refused
from pipelines.fetching.kept import Kept, Known, file_name
from pipelines.fetching.kind import HEAD, wrong
from pipelines.fetching.network import Deadline
from pipelines.fetching.setting import FetchSetting
from pipelines.secret import reveal

PACKED = (".gz", ".tgz", ".zip", ".zst", ".xlsx", ".parquet")
"""Files that are packed already: to pack them again on the way gains nothing."""

BACK_OFF = wait_exponential_jitter(initial=1, max=30, jitter=1)

Taken = tuple[Known, bool]
"""What is known of the copy now, and whether it is a new one."""


class Download:
    """One source on its way to its copy."""

    def __init__(self, setting: FetchSetting, url: str, kept: Kept, known: Known | None, now: dt.datetime) -> None:
        self.setting = setting
        self.url = url
        self.kept = kept
        self.known = known
        self.now = now
        self.deadline = Deadline(setting.timeout_seconds)
        self.packed = PurePosixPath(kept.path.name.lower()).suffix in PACKED

    def with_patience(self, pause: Callable[[float], None]) -> Taken:
        """Try again where it may help, while there is time."""
        tries = Retrying(
            retry=retry_if_exception_type(Passing),
            stop=self._is_over,
            wait=_wait,
            sleep=pause,
            reraise=True,
        )
        try:
            return tries(self.once)
        except Passing as error:
            number = tries.statistics.get("attempt_number", 1)
            waits = f"; the server asks to wait {error.after:.0f} s" if error.after else ""
            raise SourceFailed(
                f"{error}, {number} {'tries' if number > 1 else 'try'}{waits}; try again later"
            ) from error

    def _is_over(self, state: RetryCallState) -> bool:
        tried = stop_after_attempt(self.setting.retries + 1)(state)
        return bool(tried) or state.upcoming_sleep >= self.deadline.left

    def once(self) -> Taken:
        """Ask once; a checksum that the copy already has spares the rest."""
        wanted = self._checksum()
        if self.known and wanted == self.known.sha256:
            return self._confirmed(self.known)
        with answered(self._question(self.url, conditional=wanted is None), self.deadline) as answer:
            if answer.status_code != 304:
                return self._taken(answer, wanted)
            if self.known is None:
                raise Refused(f"{shown(self.url)}: answered 304 though nothing was asked of it; correct `url`")
            return self._confirmed(self.known)

    def _checksum(self) -> str | None:
        if self.setting.sha256 or not self.setting.checksum_url:
            return self.setting.sha256 and self.setting.sha256.lower()
        question = self._question(reveal(self.setting.checksum_url), conditional=False)
        return published(question, file_name(self.url), self.deadline)

    def _question(self, url: str, *, conditional: bool) -> Question:
        headers = {"accept-encoding": "identity"} if self.packed else {}
        if conditional and self.known:
            marks = {"if-none-match": self.known.etag, "if-modified-since": self.known.modified}
            headers |= {name: mark for name, mark in marks.items() if mark}
        secret = _secrets(self.setting, url) if _server(url) == _server(self.url) else {}
        proxy = reveal(self.setting.proxy) if self.setting.proxy else None
        return Question(url, headers, secret, self.setting.allow_private, proxy)

    def _taken(self, answer: httpx.Response, wanted: str | None) -> Taken:
        """Write the body beside the copy and, when all is well, in its place."""
        with self.kept.part() as (file, part):
            sha256 = write(answer, file, largest=self.setting.max_bytes, packed=self.packed)
            self._check(answer, file, sha256, wanted)
            fresh = Known(
                self.kept.address,
                sha256,
                self.now.isoformat(),
                _mark(answer, "etag"),
                _mark(answer, "last-modified"),
            )
            if self.known and self.known.sha256 == sha256:
                return self._confirmed(fresh)
            self.kept.take(part, file, fresh, self.known)
        return fresh, True

    def _check(self, answer: httpx.Response, file: BinaryIO, sha256: str, wanted: str | None) -> None:
        where = shown(answer.request.url)
        if wanted:
            if sha256 != wanted:
                raise Refused(f"{where}: has SHA-256 {sha256}, not {wanted}; check the file and the checksum")
            return
        file.seek(0)
        reason = wrong(file.read(HEAD), self.kept.path.name, answer.headers.get("content-type", ""))
        if reason:
            raise Refused(f"{where}: {reason}; open the address and correct `url`")

    def _confirmed(self, known: Known) -> Taken:
        """Keep the copy, and that it was current now."""
        known = replace(known, fetched_at=self.now.isoformat())
        self.kept.note([known])
        return known, False


def _wait(state: RetryCallState) -> float:
    """Wait twice as long each time, and as long as the server asks."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.after if isinstance(error, Passing) and error.after else 0.0
    return max(asked, BACK_OFF(state))


def _mark(answer: httpx.Response, name: str) -> str | None:
    """Read what tells one version from another; nobody needs a long one."""
    mark = answer.headers.get(name, "")
    return mark if 0 < len(mark) <= 500 and mark.isascii() and mark.isprintable() else None


def _server(url: str) -> tuple[str, str, int | None]:
    try:
        of = httpx.URL(url)
    except httpx.InvalidURL:
        return "", "", None
    return of.scheme, of.host, of.port


def _secrets(setting: FetchSetting, url: str) -> dict[str, str]:
    """Give the headers that are for this server only.

    Raises
    ------
    InputError
        A name or value is none a header can have, or would go over the line in the clear.
    """
    told = {name.lower(): reveal(value).strip() for name, value in setting.headers.items()}
    if setting.token:
        told["authorization"] = f"Bearer {reveal(setting.token).strip()}"
    for name, value in told.items():
        if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII) or not (value.isascii() and value.isprintable()):
            raise InputError(f"the header {name!r} or its value has characters no header can have; correct `headers`")
    if told and _server(url)[0] == "http" and not setting.allow_private:
        raise InputError("`headers` and `token` would be sent readable by all over http; use https")
    return told
