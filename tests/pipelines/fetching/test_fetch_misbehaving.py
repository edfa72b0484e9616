"""A server that is slow, broken or hostile costs bounded time and bytes, and never the last good copy."""

from __future__ import annotations

import time
import zlib

import pytest

from pipelines.errors import SourceFailed
from tests.pipelines.fetching.conftest import Fetching
from tests.pipelines.fetching.servers import CSV, Script, Server, redirects, says, sends

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\n"
LONGER = HEAD + b"content-length: 9999\r\n\r\n" + CSV
PAGE = b"<!DOCTYPE html>\n<html><body>Sign in</body></html>"
BOMB = zlib.compress(bytes(200_000_000), 9)


def silence(server: Server) -> Script:
    def script(*_: object) -> None:
        server.closing.wait(5)

    return script


@pytest.mark.parametrize(
    "first",
    [says(b"busy", 500), says(b"busy", 503), says(b"slow down", 429), sends(LONGER), sends(HEAD), sends(b"")],
    ids=["500", "503", "429", "truncated", "closed inside the headers", "closed without a word"],
)
def test_what_may_pass_is_tried_again(server: Server, fetching: Fetching, first: Script) -> None:
    assert fetching(server.plays(first, says())).path.read_bytes() == CSV
    assert len(fetching.waited) == 1
    assert 0.5 <= fetching.waited[0] <= 3


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (says(b"broken", 500), "answered 500, 4 tries; try again later"),
        (sends(LONGER), r"broke off .*, 4 tries; try again later"),
        (sends(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nid,na"), "broke off .*, 4 tries"),
        (sends(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "broke off .*, 4 tries"),
    ],
    ids=["500", "truncated", "truncated in pieces", "no HTTP"],
)
def test_what_does_not_pass_fails_in_one_line(server: Server, fetching: Fetching, script: Script, told: str) -> None:
    with pytest.raises(SourceFailed, match=told) as failed:
        fetching(server.plays(script), timeout_seconds=60)
    assert "\n" not in str(failed.value)
    assert len(server.asked) == 4
    assert [round(wait) for wait in fetching.waited] == pytest.approx([1.5, 2.5, 4.5], abs=1)
    assert fetching.files() == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 204, 206, 304])
def test_a_refusal_is_not_asked_again(server: Server, fetching: Fetching, status: int) -> None:
    with pytest.raises(SourceFailed, match=f"answered {status}.*; (correct|set)"):
        fetching(server.plays(says(b"", status)))
    assert len(server.asked) == 1


def test_the_server_says_how_long_to_wait(server: Server, fetching: Fetching) -> None:
    fetching(server.plays(says(b"", 429, retry_after="7"), says()), timeout_seconds=60)
    assert fetching.waited == [7]


def test_a_wait_beyond_the_time_is_not_begun(server: Server, fetching: Fetching) -> None:
    with pytest.raises(SourceFailed, match="answered 429, 1 try; the server asks to wait 300 s; try again later"):
        fetching(server.plays(says(b"", 429, retry_after="999999")))
    assert fetching.waited == []


def test_a_time_to_wait_for_may_be_a_date(server: Server, fetching: Fetching) -> None:
    soon = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 20))
    fetching(server.plays(says(b"", 503, retry_after=soon), says()), timeout_seconds=60)
    assert 15 < fetching.waited[0] <= 20


@pytest.mark.parametrize("where", ["never answers", "drips its headers", "drips its body"])
def test_a_slow_server_is_left_in_time(server: Server, fetching: Fetching, where: str) -> None:
    drip = (HEAD.replace(b"\r\n", b"\r\nx: y\r\n", 1), *[b"a"] * 99)
    scripts = {
        "never answers": silence(server),
        "drips its headers": sends(*drip, every=0.05),
        "drips its body": sends(HEAD + b"content-length: 99\r\n\r\n", *[b"a"] * 99, every=0.05),
    }
    began = time.monotonic()
    with pytest.raises(SourceFailed, match=r"no answer in time|not complete within"):
        fetching(server.plays(scripts[where]), timeout_seconds=0.5)
    assert time.monotonic() - began < 2


def test_a_body_without_end_is_cut(server: Server, fetching: Fetching) -> None:
    def endless(connection: object, _: object) -> None:
        sends(HEAD + b"\r\n", *[b"x" * 65536] * 500)(connection, {})  # type: ignore[arg-type]

    with pytest.raises(SourceFailed, match="more than max_bytes = 1,000,000 bytes; raise it"):
        fetching(server.plays(endless), max_bytes=1_000_000)
    assert len(server.asked) == 1
    assert fetching.files() == []


def test_a_body_said_to_be_too_large_is_not_begun(server: Server, fetching: Fetching) -> None:
    with pytest.raises(SourceFailed, match="has 999,999,999,999 bytes, more than max_bytes = 500,000,000"):
        fetching(server.plays(sends(HEAD + b"content-length: 999999999999\r\n\r\n")))


def test_what_is_packed_small_cannot_be_endless(server: Server, fetching: Fetching) -> None:
    with pytest.raises(SourceFailed, match="more than max_bytes = 1,000,000"):
        fetching(server.plays(says(BOMB, content_encoding="deflate")), max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("name", "body", "kind", "told"),
    [
        ("/list.csv", PAGE, "text/html", "is a web page"),
        ("/list.csv", PAGE, "text/csv", "is a web page"),
        ("/list.csv", b"\xef\xbb\xbf \n<!-- x --><HTML>", "text/csv", "is a web page"),
        ("/list.csv", b'{"error": "quota"}', "application/json", "does not begin as a .csv file does"),
        ("/list.csv", b"Sorry, try later", "text/html; charset=utf-8", "is sent as a web page"),
        ("/list.csv", b"", "text/csv", "is empty"),
        ("/list.zip", PAGE, "text/html", "is a web page"),
        ("/list.zip", b"id,name\n", "text/csv", "does not begin as a .zip file does"),
        ("/list.xml", b"Forbidden", "text/plain", "does not begin as a .xml file does"),
        ("/list.json", b"<Error><Code>NoSuchKey</Code></Error>", "application/xml", "does not begin as a .json"),
        ("/list", b'<?xml version="1.0"?>\n<html xmlns="x">', "text/xml", "is a web page"),
    ],
)
def test_another_kind_of_file_is_refused(
    server: Server, fetching: Fetching, name: str, body: bytes, kind: str, told: str
) -> None:
    with pytest.raises(SourceFailed, match=told):
        fetching(server.plays(says(body, content_type=kind), path=name))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("/list.json", b"\xef\xbb\xbf\n[]", "text/html"),
        ("/list.xml", b"\xff\xfe<\0?\0x\0m\0l\0", "text/plain"),
        ("/list.zip", b"PK\x03\x04...", "application/octet-stream"),
        ("/list.csv", "\ufeffid;name\n".encode("utf-16-le"), ""),
        ("/download", b'{"id": 1}', "text/html"),
    ],
)
def test_a_right_file_of_a_careless_server_is_taken(
    server: Server, fetching: Fetching, name: str, body: bytes, kind: str
) -> None:
    assert fetching(server.plays(says(body, content_type=kind), path=name)).path.read_bytes() == body


def test_an_encoding_nobody_asked_for_is_refused(server: Server, fetching: Fetching) -> None:
    with pytest.raises(SourceFailed, match="content encoding 'br'"):
        fetching(server.plays(says(content_encoding="br")))


def test_redirects_end(server: Server, fetching: Fetching) -> None:
    with pytest.raises(SourceFailed, match="redirects more than 5 times"):
        fetching(server.plays(redirects("/list.csv")))
    assert len(server.asked) == 6


@pytest.mark.parametrize("where", ["ftp://x.example/a", "file:///etc/passwd", "", "http://u:p@x.example/"])
def test_redirects_lead_to_the_web_only(server: Server, fetching: Fetching, where: str) -> None:
    with pytest.raises(SourceFailed, match=r"only http and https|to nowhere|name or password|no URL") as failed:
        fetching(server.plays(redirects(where)))
    assert "u:p" not in str(failed.value)
    assert len(server.asked) == 1


def test_a_server_that_is_not_there_is_told(server: Server, fetching: Fetching) -> None:
    url = server.url(host="127.0.0.9").replace(str(server.port), "1")
    with pytest.raises(SourceFailed, match=r"cannot be connected to .*, 4 tries; try again later"):
        fetching(url)


@pytest.mark.parametrize("bad", [says(b"", 500), says(b"", 404), says(PAGE), sends(LONGER), says(b"x" * 9999)])
def test_the_last_good_copy_stays(server: Server, fetching: Fetching, bad: Script) -> None:
    url = server.plays(says(etag='"v1"'), bad)
    good = fetching(url)
    kept = fetching(url, max_bytes=5000)
    assert (kept.path, kept.changed, kept.status, kept.version) == (good.path, False, "kept", good.version)
    assert kept.notes == (kept.failure,)
    assert str(kept.failure).startswith("source lists: ")
    assert str(kept.failure).endswith("(the copy of 2026-03-01 12:00 UTC is used)")
    assert fetching.said[-1] == kept.failure
    assert kept.path.read_bytes() == CSV
    assert fetching.files() == ["list.csv", "list.csv.fetched.json"]
