"""Nothing is connected to but public addresses, unless allowed; secrets go to one server only."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest

from pipelines.errors import EntrepotError, InputError, SourceFailed
from pipelines.fetching import answer, network
from pipelines.fetching.addresses import is_public
from pipelines.fetching.failures import Refused
from pipelines.fetching.network import Deadline, Guarded
from tests.pipelines.fetching.conftest import Fetching
from tests.pipelines.fetching.servers import CSV, Server, redirects, says

PRIVATE = [
    "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104  # nothing is bound
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%lo",
    "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "::127.0.0.1",
]  # fmt: skip
TOKEN, NAMED = "t0ken", "env:LISTS_TOKEN"
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_told_apart(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_told_apart(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0177.0.0.1", "0"]
)
def test_this_machine_is_refused_however_it_is_written(server: Server, fetching: Fetching, host: str) -> None:
    server.plays(says())
    with pytest.raises(SourceFailed, match=r"private address|not known|no URL"):
        fetching(server.url(host=host), allow_private=False, retries=0)
    assert server.asked == []


def test_a_redirect_to_a_private_address_is_refused(
    server: Server, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    url = server.plays(redirects(server.url("/inside.csv", "127.0.0.2")))
    with pytest.raises(SourceFailed, match=r"127\.0\.0\.2 is at the private address 127\.0\.0\.2; set allow_private"):
        fetching(url, allow_private=False)
    assert [each[":path"] for each in server.asked] == ["/list.csv"]


def test_a_name_that_means_a_private_address_is_refused(
    server: Server, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, "127.0.0.1")
    server.plays(says())
    with pytest.raises(SourceFailed, match=r"lists\.example is at the private address"):
        fetching(server.url(host="lists.example"), allow_private=False)
    assert server.asked == []


def test_a_name_is_looked_up_once(server: Server, fetching: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is connected to is what was judged: a second answer of the name server is never asked for."""
    asked = named(monkeypatch, "127.0.0.1")
    server.plays(says())
    fetching(server.url(host="lists.example"))
    assert asked.count("lists.example") == 1


def test_the_far_end_itself_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(httpcore.MockStream):
        def get_extra_info(self, info: str) -> Any:
            return ("10.0.0.1", 80) if info == "server_addr" else None

    guarded = Guarded(Deadline(5), allow_private=False)
    monkeypatch.setattr(network, "resolve", lambda *_: ["8.8.8.8"])
    monkeypatch.setattr(guarded.plain, "connect_tcp", lambda *_: Elsewhere([]))
    with pytest.raises(Refused, match=r"private address 10\.0\.0\.1"):
        guarded.connect_tcp("lists.example", 80)


def test_a_secret_is_sent_to_its_server_only(
    server: Server, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTS_TOKEN", TOKEN)
    server.plays(redirects(server.url("/c.csv", "127.0.0.2")), path="/b.csv")
    server.plays(says(), path="/c.csv")
    # a server elsewhere does not answer here, so the second hop fails; what it would have been sent is what counts
    sent = watched(monkeypatch)
    with pytest.raises(SourceFailed):
        fetching(server.plays(redirects("/b.csv")), token=NAMED, headers={"X-Key": "k3y"}, retries=0)
    assert [each.get("authorization") for each in sent] == [f"Bearer {TOKEN}", f"Bearer {TOKEN}", None]
    assert [each.get("x-key") for each in sent] == ["k3y", "k3y", None]


def test_a_checksum_elsewhere_is_asked_for_without_secrets(
    server: Server, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = watched(monkeypatch)
    with pytest.raises(SourceFailed):
        fetching(server.plays(says()), token=TOKEN, checksum_url=server.url("/sums", "127.0.0.2"), retries=0)
    assert [each.get("authorization") for each in sent] == [None]


def test_secrets_are_not_shown(server: Server, fetching: Fetching, tmp_path: Path) -> None:
    url = server.plays(says(b"", 401)) + "?key=hidden"
    with pytest.raises(SourceFailed) as failed:
        fetching(url, token=TOKEN, headers={"X-Key": "k3y"})
    fetching(server.plays(says()) + "?key=hidden", token=TOKEN, headers={"X-Key": "k3y"})
    kept = "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    for secret in ("hidden", TOKEN, "k3y"):
        assert secret not in f"{failed.value} {fetching.said} {kept}"


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"token": "env:NOBODY_SET_THIS"}, "which has no NOBODY_SET_THIS; set it"),
        ({"headers": {"X-Key": "s3cret\r\nHost: x"}}, "characters no header can have"),
        ({"headers": {"X Key": "s3cret"}}, "characters no header can have"),
        ({"headers": {"X-Key": "s3crét"}}, "characters no header can have"),
        ({"token": "s3cret", "allow_private": False}, "readable by all over http; use https"),
    ],
)
def test_a_secret_that_cannot_be_sent_is_told(
    server: Server, fetching: Fetching, parts: dict[str, Any], told: str
) -> None:
    with pytest.raises(EntrepotError, match=told) as failed:
        fetching(server.plays(says()), **parts)
    assert "s3cr" not in str(failed.value)
    assert server.asked == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://lists.example/a.csv", "only http and https are fetched"),
        ("file:///etc/hosts", "only http and https are fetched"),
        ("http:///a.csv", "only http and https are fetched"),
        ("https://me:s3cret@lists.example/a.csv", "has a name or password in it"),
        ("http://[::1", "is no URL"),
        ("env:NOBODY_SET_THIS", "set it"),
    ],
)
def test_other_addresses_are_refused(fetching: Fetching, url: str, told: str) -> None:
    with pytest.raises((SourceFailed, InputError), match=told) as failed:
        fetching(url)
    assert "s3cret" not in str(failed.value)


def test_a_secure_address_is_not_left_for_an_open_one(fetching: Fetching, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, httpx.Response(302, headers={"location": "http://lists.example/a.csv"}))
    with pytest.raises(SourceFailed, match=r"redirects from https to http://lists.example/a.csv; that is not followed"):
        fetching("https://lists.example/a.csv")


def test_a_proxy_of_the_environment_is_not_used(
    server: Server, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetching(server.plays(says())).path.read_bytes() == CSV


def test_a_proxy_the_user_names_is_used(server: Server, fetching: Fetching) -> None:
    server.plays(says(), path="http://lists.example/a.csv")
    fetched = fetching("http://lists.example/a.csv", proxy=server.url(""), allow_private=False)
    assert fetched.path.read_bytes() == CSV
    assert server.asked[0]["host"] == "lists.example"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://", "127.0.0.1:3128", "http://[::1", "nonsense"])
def test_a_proxy_that_is_none_is_told(server: Server, fetching: Fetching, proxy: str) -> None:
    with pytest.raises(SourceFailed, match=r"`proxy` is .*; write it as http://host:port"):
        fetching(server.plays(says()), proxy=proxy)
    assert server.asked == []


def named(monkeypatch: pytest.MonkeyPatch, address: str) -> list[str]:
    """Have every name mean one address; keep what is looked up."""
    plain, asked = socket.getaddrinfo, []

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        return plain(address if host.endswith(".example") else host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def watched(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Headers]:
    """Keep the headers of every request that is sent."""
    sent: list[httpx.Headers] = []
    plain = network.Transport.handle_request

    def watch(self: network.Transport, request: httpx.Request) -> httpx.Response:
        sent.append(request.headers)
        return plain(self, request)

    monkeypatch.setattr(network.Transport, "handle_request", watch)
    return sent


def answers(monkeypatch: pytest.MonkeyPatch, response: httpx.Response) -> None:
    """Have every request answered so, without a network."""
    monkeypatch.setattr(answer, "Transport", lambda *_, **__: httpx.MockTransport(lambda _: response))
