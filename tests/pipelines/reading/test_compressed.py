"""Compressed files and archives are read as what they hold; broken ones and bombs are one line."""

import contextlib
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from pipelines.errors import SourceFailed
from pipelines.reading.raw import RawFile, open_files
from tests.pipelines.reading.peaks import peak_of

TEXT = b"id,name\nA1,Alder\nA2,Birch\n"
ZEROS = b"0" * 300_000_000


def zipped(members: dict[str, bytes]) -> bytes:
    """Pack members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def dropped(folder: Path, content: bytes, name: str = "shipments.csv.gz", **more: int) -> list[RawFile]:
    """Open a file of this content."""
    (folder / name).write_bytes(content)
    return open_files(folder / name, **more)  # type: ignore[arg-type]


def read(files: list[RawFile]) -> int:
    """Read all there is and count the records."""
    return sum(table.read for file in files for table in file.batches())


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_compressed_file_reads_as_what_it_unpacks_to(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (file,) = dropped(tmp_path, pack(TEXT))
    assert file.headings == ["id", "name"]
    assert file.table().frame["name"].to_list() == ["Alder", "Birch"]
    (twice,) = dropped(tmp_path, pack(TEXT) + pack(b"A3,Cedar\n"), "twice")
    assert read([twice]) == 3


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("keep", [6, 12, -5])
def test_a_compressed_file_cut_off_is_one_line(tmp_path: Path, pack: Callable[[bytes], bytes], keep: int) -> None:
    with pytest.raises(SourceFailed, match=r"shipments\.csv\.gz: the (gzip|zstd) archive is broken .*; copy it again"):
        read(dropped(tmp_path, pack(TEXT * 100)[:keep]))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, lambda zeros: zipped({"a.csv": zeros})])
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(ZEROS)
    with peak_of(200_000_000), pytest.raises(SourceFailed, match="more than 200 times its size"):
        read(dropped(tmp_path, bomb))


def test_what_unpacks_to_more_than_allowed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match=r"more than 20( bytes)?; split"):
        read(dropped(tmp_path, gzip.compress(TEXT), largest=20))


def test_every_member_of_an_archive_is_a_file(tmp_path: Path) -> None:
    members = {"a/shipments.csv": TEXT, "b.csv.gz": gzip.compress(TEXT), "__MACOSX/x": b"1", "empty/": b""}
    files = dropped(tmp_path, zipped(members), "archive_2024-05-31.zip")
    assert [file.name for file in files] == [
        "archive_2024-05-31.zip/a/shipments.csv",
        "archive_2024-05-31.zip/b.csv.gz",
    ]
    assert [str(file.dated_on) for file in files] == ["2024-05-31"] * 2
    assert read(files) == 4
    assert files[0].version != files[1].version or files[0].name != files[1].name


def test_a_member_is_known_by_its_content_whenever_it_was_packed(tmp_path: Path) -> None:
    one = dropped(tmp_path, zipped({"a.csv": TEXT, "b.csv": b"x"}), "one.zip")
    two = dropped(tmp_path, zipped({"b.csv": b"y", "a.csv": TEXT}), "two.zip")
    assert one[0].version == two[1].version
    assert one[1].version != two[0].version


def test_names_that_lead_out_of_an_archive_are_only_labels(tmp_path: Path) -> None:
    (file,) = dropped(tmp_path, zipped({"../../../etc/passwd.csv": TEXT}), "a.zip")
    assert file.name == "a.zip/etc/passwd.csv"
    assert [path.name for path in tmp_path.rglob("*")] == ["a.zip"]


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({}, "the archive is empty"),
        ({"a.zip": zipped({"b.zip": b""})}, "is an archive in an archive; unpack it first"),
        ({str(n): b"" for n in range(1001)}, "has 1,001 members, more than 1,000"),
        ({"mimetype": b"application/vnd.oasis"}, "an OpenDocument file"),
        ({"[Content_Types].xml": b"", "word/document.xml": b""}, "an Office document"),
    ],
)
def test_an_archive_that_is_none_of_records_is_one_line(tmp_path: Path, members: dict[str, bytes], says: str) -> None:
    with pytest.raises(SourceFailed, match=says):
        dropped(tmp_path, zipped(members), "a.zip")


def test_an_archive_with_a_password_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": TEXT}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceFailed, match="is encrypted; unpack it with its password"):
        dropped(tmp_path, bytes(content), "a.zip")


def test_a_member_that_unpacks_to_more_than_it_claims_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": TEXT * 50}))
    listed = content.index(b"PK\x01\x02")
    content[listed + 24 : listed + 28] = (10).to_bytes(4, "little")
    assert read(dropped(tmp_path, bytes(content), "a.zip")) >= 50


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": TEXT, "b.csv": TEXT}))
    for listed in (content.index(b"PK\x01\x02"), content.rindex(b"PK\x01\x02")):
        content[listed + 20 : listed + 24] = (10_000).to_bytes(4, "little")
    with pytest.raises(SourceFailed, match="members that overlap"):
        dropped(tmp_path, bytes(content), "a.zip")


@pytest.mark.parametrize("place", range(0, 160, 7))
def test_a_broken_archive_fails_as_a_source_or_reads(tmp_path: Path, place: int) -> None:
    content = bytearray(zipped({"a.csv": TEXT * 3}))
    content[place % len(content)] ^= 0xFF
    with contextlib.suppress(SourceFailed):
        assert read(dropped(tmp_path, bytes(content), "a.zip")) >= 0
