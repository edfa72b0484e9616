"""A server on this machine that does as it is told, the worst included."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer

Script = Callable[[socket.socket, dict[str, str]], None]
"""What the server does once a request has come: its headers are given, its path as `:path`."""

CSV = b"id,name\n1,Brightquay Trading\n2,Harbor Cloud\n"


def says(body: bytes = CSV, status: int = 200, **headers: str) -> Script:
    """Answer properly."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    told = {"content-type": "text/csv", "content-length": str(len(body)), **named}

    def script(connection: socket.socket, _: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} As told", *(f"{key}: {value}" for key, value in told.items())]
        connection.sendall("\r\n".join([*lines, "connection: close", "", ""]).encode() + body)

    return script


def sends(*pieces: bytes, every: float = 0.0) -> Script:
    """Send bytes as they are, with pauses between."""

    def script(connection: socket.socket, _: dict[str, str]) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(every)

    return script


def redirects(where: str, status: int = 302) -> Script:
    return says(b"", status, location=where)


@dataclass
class Server:
    """Scripts by path, played in turn; the last is repeated. `asked` keeps every request."""

    scripts: dict[str, list[Script]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/list.csv", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def plays(self, *scripts: Script, path: str = "/list.csv") -> str:
        """Have scripts played at a path; give its address."""
        self.scripts[path] = list(scripts)
        return self.url(path)

    def script(self, path: str) -> Script:
        waiting = self.scripts.get(path.partition("?")[0]) or [says(b"no such file", 404)]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            path = self.rfile.readline().decode("latin-1").split(" ")[1]
            lines = iter(lambda: self.rfile.readline().decode("latin-1").strip(), "")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            server.asked.append({":path": path, **headers})
            with contextlib.suppress(OSError):
                server.script(path)(self.connection, headers)

    class Threads(ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

        def get_request(self) -> tuple[socket.socket, object]:
            connection, address = super().get_request()
            return (context.wrap_socket(connection, server_side=True) if context else connection), address

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: that somebody hangs up is what the tests are about."""

    with Threads(("127.0.0.1", 0), Handler) as running:
        server.port = running.server_address[1]
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.closing.set()
        running.shutdown()
