"""Whatever a server sends, a fetch gives a copy that is what was sent, or fails in one line; over TLS as well."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import SourceFailed
from pipelines.fetching import network
from tests.pipelines.fetching.conftest import Fetching
from tests.pipelines.fetching.servers import CSV, Server, redirects, says, sends, serving

ANSWERS = [
    b"HTTP/1.1 200 OK\r\ncontent-length: 46\r\n\r\n" + CSV,
    b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\netag: "a"\r\n\r\n5\r\nid,na\r\n4\r\nme\n1\r\n0\r\n\r\n',
    b"HTTP/1.1 302 Found\r\nlocation: /other.csv?x=1#y\r\ncontent-length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\xff+HI\x04\0\x8d\xef\x02\xd2\x03\0\0\0",
    b"HTTP/1.1 503 Busy\r\nretry-after: Sun, 01 Mar 2026 10:00:00 GMT\r\ncontent-length: 0\r\n\r\n",
]


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """An answer with some of its bytes replaced, dropped or put in, cut off somewhere."""
    answer = bytearray(draw(st.sampled_from(ANSWERS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(answer)))
        answer[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(answer[: draw(st.integers(0, len(answer)))]) if draw(st.booleans()) else bytes(answer)


def told(fetching: Fetching, url: str, **setting: Any) -> str | None:
    """Fetch; give the line it fails with, None when it gives a copy that is there."""
    try:
        fetched = fetching(url, retries=1, timeout_seconds=2, max_bytes=100_000, **setting)
    except SourceFailed as failed:
        return str(failed)
    return fetched.failure or (None if fetched.path.is_file() else "")


@given(answers=st.lists(spoiled(), min_size=1, max_size=3))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_answer_gives_a_whole_copy_or_one_line(server: Server, fetching: Fetching, answers: list[bytes]) -> None:
    for path in ("/list.csv", "/other.csv"):
        server.plays(*map(sends, answers), path=path)
    line = told(fetching, server.url())
    assert line is None or (line and "\n" not in line and len(line) < 1000)
    assert not [name for name in fetching.files() if name.endswith(".part")]


LOCATIONS = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60)


@given(where=LOCATIONS | LOCATIONS.map("http://".__add__) | LOCATIONS.map("//[".__add__))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_redirect_is_judged(
    server: Server, fetching: Fetching, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(network, "resolve", lambda host, *_: [host] if host == "127.0.0.1" else ["192.0.2.1"])
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    line = told(fetching, server.plays(redirects(where)), allow_private=False)
    assert line
    assert "\n" not in line
    assert all(each["host"].startswith("127.0.0.1") for each in server.asked)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A server that speaks TLS as `localhost`, by a certificate nobody trusts yet."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*make, *named, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(context) as running:
        yield SimpleNamespace(server=running, certificate=certificate)


def test_a_trusted_server_is_read_over_tls(
    secure: SimpleNamespace, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "_context", lambda: ssl.create_default_context(cafile=secure.certificate))
    secure.server.plays(says())
    url = secure.server.url(host="localhost").replace("http:", "https:")
    assert fetching(url, token="t").path.read_bytes() == CSV  # noqa: S106  # of a server of this test
    assert secure.server.asked[0]["authorization"] == "Bearer t"
    with pytest.raises(SourceFailed, match=r"no secure connection .*; check the certificate"):
        fetching(url.replace("localhost", "127.0.0.1"))


def test_a_server_nobody_trusts_is_not_read(secure: SimpleNamespace, fetching: Fetching) -> None:
    secure.server.plays(says())
    with pytest.raises(SourceFailed, match=r"no secure connection .*; check the certificate"):
        fetching(secure.server.url(host="localhost").replace("http:", "https:"))
    assert secure.server.asked == []
