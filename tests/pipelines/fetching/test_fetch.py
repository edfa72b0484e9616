"""A download is asked for when due, taken when changed, and checked."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import zlib

import pytest

from pipelines.errors import SourceFailed
from pipelines.fetching.fetch import fetch, fetched_paths, next_due
from pipelines.fetching.setting import FetchSetting
from tests.pipelines.fetching.conftest import NOON, Fetching
from tests.pipelines.fetching.servers import CSV, Server, redirects, says, sends

OTHER = CSV + b"3,Qinglan Computing\n"
SHA = hashlib.sha256(CSV).hexdigest()


def test_a_file_is_fetched_and_named_like_its_address(server: Server, fetching: Fetching) -> None:
    fetched = fetching(server.plays(says()) + "?key=hidden")
    assert (fetched.status, fetched.changed, fetched.fetched_at) == ("downloaded", True, NOON)
    assert fetched.path == fetching.folder / "lists" / "list.csv"
    assert fetched.path.read_bytes() == CSV
    assert fetched.version == SHA[:16]
    assert fetching.said == [f"fetching {server.url()}"]
    assert fetching.files() == ["list.csv", "list.csv.fetched.json"]


def test_its_files_are_listed_for_reading(server: Server, fetching: Fetching) -> None:
    setting = FetchSetting(id="lists", url=server.plays(says()), allow_private=True)
    assert fetched_paths(setting, fetching.folder, NOON) == [(fetching.folder / "lists" / "list.csv", "list.csv")]


def test_what_did_not_change_is_not_sent_again(server: Server, fetching: Fetching) -> None:
    url = server.plays(says(etag='"v1"', last_modified="Sun, 01 Mar 2026 10:00:00 GMT"), says(b"", 304))
    fetching(url)
    later = NOON + dt.timedelta(hours=6)
    again = fetching(url, now=later)
    assert (again.status, again.changed, again.fetched_at) == ("unchanged", False, later)
    assert "if-none-match" not in server.asked[0]
    assert server.asked[1]["if-none-match"] == '"v1"'
    assert server.asked[1]["if-modified-since"] == "Sun, 01 Mar 2026 10:00:00 GMT"


def test_a_new_mark_on_the_same_content_changes_nothing(server: Server, fetching: Fetching) -> None:
    url = server.plays(says(etag='"v1"'), says(etag='"v2"'), says(b"", 304))
    before = fetching(url).path.stat()
    assert fetching(url).status == "unchanged"
    assert fetching(url).path.stat().st_ino == before.st_ino
    assert server.asked[2]["if-none-match"] == '"v2"'


def test_new_content_replaces_the_copy(server: Server, fetching: Fetching) -> None:
    url = server.plays(says(etag='"v1"'), says(OTHER, etag='"v2"'))
    fetching(url)
    assert fetching(url).changed
    assert (fetching.folder / "lists" / "list.csv").read_bytes() == OTHER


def test_a_copy_somebody_changed_is_fetched_whole(server: Server, fetching: Fetching) -> None:
    url = server.plays(says(etag='"v1"'))
    fetching(url).path.write_bytes(b"changed by hand")
    assert fetching(url).status == "downloaded"
    assert "if-none-match" not in server.asked[1]
    assert (fetching.folder / "lists" / "list.csv").read_bytes() == CSV


def test_nothing_is_asked_before_it_is_due(server: Server, fetching: Fetching) -> None:
    url, day = server.plays(says(etag='"v1"')), dt.timedelta(days=1)
    fetching(url, every=day)
    assert fetching(url, every=day, now=NOON + day / 2).status == "not due"
    assert len(server.asked) == 1
    assert fetching(url, every=day, now=NOON + day / 2, force=True).status == "unchanged"
    assert fetching(url, every=day, now=NOON + day * 2).status == "unchanged"
    assert len(server.asked) == 3


def test_when_it_is_due_is_known(server: Server, fetching: Fetching) -> None:
    setting = FetchSetting(id="lists", url=server.plays(says()), every=dt.timedelta(days=1), allow_private=True)
    assert next_due(setting, fetching.folder) is None
    fetch(setting, fetching.folder, now=NOON)
    assert next_due(setting, fetching.folder) == NOON + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "day"), [("Sun, 01 Mar 2026 10:00:00 GMT", dt.date(2026, 3, 1)), ("lately", None), ("", None)]
)
def test_the_day_of_the_file_is_what_the_server_says(
    server: Server, fetching: Fetching, said: str, day: dt.date | None
) -> None:
    assert fetching(server.plays(says(last_modified=said))).dated_on == day


def test_a_pinned_copy_is_fetched_once(server: Server, fetching: Fetching) -> None:
    url = server.plays(says())
    assert [fetching(url, sha256=SHA.upper()).status for _ in range(2)] == ["downloaded", "not due"]
    assert len(server.asked) == 1


def test_a_wrong_checksum_is_refused(server: Server, fetching: Fetching) -> None:
    with pytest.raises(SourceFailed, match=f"source lists: .* has SHA-256 {SHA}, not {'0' * 64}; check the file"):
        fetching(server.plays(says()), sha256="0" * 64)
    assert fetching.files() == []
    assert len(server.asked) == 1


def test_a_copy_is_not_used_when_another_content_is_pinned(server: Server, fetching: Fetching) -> None:
    url = server.plays(says(etag='"v1"'))
    fetching(url)
    with pytest.raises(SourceFailed, match="has SHA-256"):
        fetching(url, sha256="0" * 64)
    assert "if-none-match" not in server.asked[1]


@pytest.mark.parametrize(
    "told",
    [SHA, f"{SHA}  list.csv\n", f"{'1' * 64} *other.csv\n{SHA} *./list.csv\n", f"SHA256 (list.csv) = {SHA.upper()}\n"],
    ids=["alone", "sha256sum", "among others", "BSD"],
)
def test_a_published_checksum_is_kept_to(server: Server, fetching: Fetching, told: str) -> None:
    sums = server.plays(says(told.encode()), says(b"2" * 64), path="/SHA256SUMS")
    url = server.plays(says())
    assert fetching(url, checksum_url=sums).status == "downloaded"
    kept = fetching(url, checksum_url=sums)
    assert kept.status == "kept"
    assert "not " + "2" * 64 in str(kept.failure)


def test_a_published_checksum_that_did_not_change_spares_the_download(server: Server, fetching: Fetching) -> None:
    sums, url = server.plays(says(SHA.encode()), path="/sums"), server.plays(says())
    fetching(url, checksum_url=sums)
    assert fetching(url, checksum_url=sums).status == "unchanged"
    assert [each[":path"] for each in server.asked] == ["/sums", "/list.csv", "/sums"]


def test_a_checksum_file_without_one_is_refused(server: Server, fetching: Fetching) -> None:
    with pytest.raises(SourceFailed, match=r"tells no SHA-256 of list.csv; correct `checksum_url`"):
        fetching(server.plays(says()), checksum_url=server.plays(says(b"d41d8cd9"), path="/sums"))


def test_redirects_are_followed(server: Server, fetching: Fetching) -> None:
    server.plays(redirects("/c.csv", 307), path="/b.csv")
    server.plays(says(), path="/c.csv")
    fetched = fetching(server.plays(redirects("/b.csv")))
    assert fetched.path.read_bytes() == CSV
    assert fetched.path.name == "list.csv"


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_a_body_packed_on_the_way_is_unpacked(server: Server, fetching: Fetching, encoding: str) -> None:
    packed = zlib.compress(OTHER * 9999) if encoding == "deflate" else gzip.compress(OTHER) + gzip.compress(OTHER)
    fetched = fetching(server.plays(says(packed, content_encoding=encoding)))
    assert fetched.path.read_bytes() == (OTHER * 9999 if encoding == "deflate" else OTHER * 2)


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_packed_file_stays_packed(server: Server, fetching: Fetching, encoding: str) -> None:
    body = gzip.compress(CSV)
    fetched = fetching(server.plays(says(body, content_encoding=encoding), path="/list.csv.gz"))
    assert fetched.path.read_bytes() == body
    assert server.asked[0]["accept-encoding"] == "identity"


def test_a_body_of_unknown_length_in_pieces_is_taken(server: Server, fetching: Fetching) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    pieces = [f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (CSV[:9], CSV[9:])]
    assert fetching(server.plays(sends(head, *pieces, b"0\r\n\r\n"))).path.read_bytes() == CSV


def test_sources_of_alike_ids_keep_apart(server: Server, fetching: Fetching) -> None:
    url = server.plays(says())
    ids = ["a/b", "a_b", "../a_b", "..", "a b"]
    paths = [fetch(FetchSetting(id=each, url=url, allow_private=True), fetching.folder, now=NOON).path for each in ids]
    assert len(set(paths)) == len(ids)
    assert all(path.parent.parent == fetching.folder for path in paths)
