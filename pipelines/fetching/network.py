"""Connections that go only where they may, and end when their time is up."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from functools import cache

import httpcore
import httpx

from pipelines.fetching.addresses import is_public, resolve
from pipelines.fetching.failures import Refused

CONNECT_SECONDS = 15.0
SILENT_SECONDS = 30.0
"""How long a server may say nothing."""

Options = Iterable[httpcore.SOCKET_OPTION] | None


class Deadline:
    """A moment until which everything must be done."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()

    def within(self, seconds: float | None) -> float:
        """Shorten a timeout to what is left.

        Raises
        ------
        httpcore.ReadTimeout
            Nothing is left.
        """
        if self.left <= 0:
            raise httpcore.ReadTimeout(f"not complete within {self.seconds:g} s")
        return self.left if seconds is None else min(seconds, self.left)


class Timed(httpcore.NetworkStream):
    """A connection whose every read and write counts against one deadline, so that dripping bytes gain nothing."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.deadline.within(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self.stream.start_tls(ssl_context, server_hostname, self.deadline.within(timeout))
        return Timed(secured, self.deadline)

    def get_extra_info(self, info: str) -> object:
        return self.stream.get_extra_info(info)


class Guarded(httpcore.NetworkBackend):
    """Looks a name up once and connects to the very address it judged: another answer later changes nothing."""

    def __init__(self, deadline: Deadline, *, allow_private: bool) -> None:
        self.deadline = deadline
        self.allow_private = allow_private
        self.plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve(host, port, self.deadline.within(timeout))
        for address in addresses:
            self.judge(host, address)
        for last, address in enumerate(addresses, start=1 - len(addresses)):
            try:
                stream = self.plain.connect_tcp(
                    address, port, self.deadline.within(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == 0:
                    raise
            else:
                self.judge(host, str(stream.get_extra_info("server_addr")[0]))
                return Timed(stream, self.deadline)
        raise httpcore.ConnectError(f"{host}: no address")

    def judge(self, host: str, address: str) -> None:
        """Refuse an address that is not public."""
        if not (self.allow_private or is_public(address)):
            raise Refused(f"{host} is at the private address {address}; set allow_private = true if that is meant")


class Transport(httpx.BaseTransport):
    """What httpx sends through: guarded connections, or those of a proxy the user named."""

    def __init__(self, deadline: Deadline, *, allow_private: bool, proxy: str | None) -> None:
        context = _context()
        if proxy is None:
            guarded = Guarded(deadline, allow_private=allow_private)
            self.pool = httpcore.ConnectionPool(ssl_context=context, network_backend=guarded)
        else:
            # what lies behind a proxy is for the proxy to judge, which the user chose; itself may well be private
            url = _proxy(proxy)
            self.pool = httpcore.HTTPProxy(
                str(url.copy_with(username=None, password=None)),
                proxy_auth=(url.username, url.password) if url.username else None,
                ssl_context=context,
                network_backend=Guarded(deadline, allow_private=True),
            )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                extensions={"timeout": {"connect": CONNECT_SECONDS, "read": SILENT_SECONDS, "write": SILENT_SECONDS}},
            )
        )
        stream = _Stream(answer)
        return httpx.Response(answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions)

    def close(self) -> None:
        self.pool.close()


def _proxy(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise Refused("`proxy` is no URL; write it as http://host:port") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Refused("`proxy` is none that speaks http; write it as http://host:port")
    return url


@cache
def _context() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self.answer.iter_stream()

    def close(self) -> None:
        self.answer.close()
