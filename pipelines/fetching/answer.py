"""One question to a server, its redirects followed with every hop judged, and the answer to read."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import httpcore
import httpx

from pipelines.fetching.failures import Passing, Refused
from pipelines.fetching.network import Deadline, Transport

HOPS = 5
MOVED = (301, 302, 303, 307, 308)
LONGEST_WAIT = 300.0
"""Seconds a server may ask to wait."""


@dataclass(frozen=True)
class Question:
    """What is asked for: `secret` headers go to the first server only, `headers` to every one."""

    url: str = field(repr=False)
    headers: Mapping[str, str]
    secret: Mapping[str, str] = field(repr=False)
    allow_private: bool
    proxy: str | None = field(repr=False)


def shown(url: httpx.URL | str) -> str:
    """Write a URL without what may be secret in it: its user, its query."""
    try:
        of = httpx.URL(url)
    except httpx.InvalidURL:
        return "the url"
    port = f":{of.port}" if of.port else ""
    return f"{of.scheme}://{of.host}{port}{of.path}"


@contextmanager
def answered(question: Question, deadline: Deadline) -> Iterator[httpx.Response]:
    """Ask; give an answer of status 200 or 304 with its body still to be read.

    Raises
    ------
    Refused
        The server says no, or leads where nobody may follow.
    Passing
        The server is busy, slow, or broke off.
    """
    transport = Transport(deadline, allow_private=question.allow_private, proxy=question.proxy)
    with _failures(question.url), httpx.Client(transport=transport, trust_env=False) as client:
        url, secret = _url(question.url), dict(question.secret)
        for _ in range(HOPS + 1):
            request = httpx.Request("GET", url, headers={**_polite(), **question.headers, **secret})
            answer = client.send(request, stream=True, follow_redirects=False)
            try:
                if answer.status_code not in MOVED:
                    _judge(answer)
                    yield answer
                    return
                further = _further(url, answer)
                secret = secret if _same_server(url, further) else {}
                url = further
            finally:
                answer.close()
        raise Refused(f"{shown(question.url)}: redirects more than {HOPS} times; correct `url`")


@contextmanager
def _failures(url: str) -> Iterator[None]:
    """Tell in one line what went wrong underneath."""
    try:
        yield
    except (httpcore.TimeoutException, httpx.TimeoutException) as error:
        raise Passing(f"{shown(url)}: no answer in time{_detail(error)}") from error
    except (httpcore.ConnectError, httpx.ConnectError) as error:
        if isinstance(error.__context__, ssl.SSLError):
            raise Refused(f"{shown(url)}: no secure connection{_detail(error)}; check the certificate") from error
        raise Passing(f"{shown(url)}: cannot be connected to{_detail(error)}") from error
    except (httpcore.ProxyError, httpcore.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise Refused(f"{shown(url)}: {_first_line(error)}; correct `url` or `proxy`") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError) as error:
        raise Passing(f"{shown(url)}: the answer broke off{_detail(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _detail(error: Exception) -> str:
    return f" ({str(error).splitlines()[0][:200]})" if str(error).strip() else ""


def _url(text: str) -> httpx.URL:
    """Read a URL; only http and https are spoken, and nobody's name and password stand in it."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise Refused(f"{shown(text)}: is no URL ({error}); correct it") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Refused(f"{shown(url)}: only http and https are fetched; correct `url`")
    if url.userinfo:
        raise Refused(f"{shown(url)}: has a name or password in it; give them as `headers` or `token`")
    return url


def _further(url: httpx.URL, answer: httpx.Response) -> httpx.URL:
    """Read where an answer leads."""
    where = answer.headers.get("location", "")
    try:
        further = url.join(where)
    except httpx.InvalidURL as error:
        raise Refused(f"{shown(url)}: redirects to no URL; correct `url`") from error
    if not where:
        raise Refused(f"{shown(url)}: redirects to nowhere; correct `url`")
    if url.scheme == "https" and further.scheme == "http":
        raise Refused(f"{shown(url)}: redirects from https to {shown(further)}; that is not followed")
    return _url(str(further.copy_with(fragment=None)))


def _same_server(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _judge(answer: httpx.Response) -> None:
    status, where = answer.status_code, shown(answer.request.url)
    if status in (200, 304):
        return
    if status == 429 or status >= 500:
        raise Passing(f"{where}: answered {status}", _asked_to_wait(answer))
    advice = "set or renew `token` or `headers`" if status in (401, 403, 407) else "correct `url`"
    raise Refused(f"{where}: answered {status}; {advice}")


def _asked_to_wait(answer: httpx.Response) -> float | None:
    """Read Retry-After: seconds or a date; None when it is neither."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal() and len(said) < 10:
        return min(float(said), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    now = dt.datetime.now(dt.UTC)  # the server's clock speaks of now
    return min(max((then.astimezone(dt.UTC) - now).total_seconds(), 0.0), LONGEST_WAIT)


@cache
def _polite() -> dict[str, str]:
    try:
        number = version("entrepot")
    except PackageNotFoundError:
        number = "0"
    return {"user-agent": f"entrepot/{number}", "accept": "*/*", "accept-encoding": "gzip"}
