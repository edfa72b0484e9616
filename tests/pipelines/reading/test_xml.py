"""XML elements are read one by one in little memory; document types and what is beyond reason are refused."""

from pathlib import Path

import pytest

from pipelines.errors import SourceFailed
from pipelines.reading.raw import RawFile, open_files
from tests.pipelines.reading.peaks import peak_of

LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
BOMB = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">' + LAUGHS + b"]><r><e>&l9;</e></r>"


def opened(folder: Path, content: bytes) -> RawFile:
    """Open a file of this content."""
    (folder / "x.xml").write_bytes(content)
    return open_files(folder / "x.xml")[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_elements_are_read_in_the_encoding_that_is_declared(tmp_path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!-- <x> --><l:r xmlns:l="urn:l"><l:e>Tromsø</l:e></l:r>'
    file = opened(tmp_path, text.encode(encoding))
    assert file.root == "r"
    assert [element.text for element in file.elements("e")] == ["Tromsø"]
    assert "Tromsø" in file.head.decode()


def test_elements_have_all_that_is_in_them_and_several_names_may_be_asked(tmp_path: Path) -> None:
    rows = "".join(f"<e i='{n}'><n>N{n}</n><e2><n>x</n></e2></e><skip><n>y</n></skip><f/>" for n in range(5000))
    file = opened(tmp_path, f"<r><h>1</h>{rows}</r>".encode())
    found = [(each.tag, each.get("i"), each.findtext("n"), each.findtext("e2/n")) for each in file.elements("e", "f")]
    assert found[:2] == [("e", "0", "N0", "x"), ("f", None, None, None)]
    assert len(found) == 10_000


@pytest.mark.parametrize("name", ["e", "other"])
def test_a_large_file_takes_little_memory_whatever_is_asked(tmp_path: Path, name: str) -> None:
    with (tmp_path / "x.xml").open("wb") as file:
        file.write(b"<r><list>")
        for _ in range(60):
            file.write(b"<e><n>Alder</n><m a='1'>x</m></e>\n" * 1000)
        file.write(b"</list></r>")
    with peak_of(8_000_000):
        assert sum(1 for _ in open_files(tmp_path / "x.xml")[0].elements(name)) == (60_000 if name == "e" else 0)


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        BOMB.decode().encode("utf-16"),
        b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r><e>&e;</e></r>',
        b'<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><r><e/></r>',
        b"<?xml version='1.0'?><!-- c --> <!DOCTYPE r><r/>",
        b"<!--" + b"x" * 50_000 + b"--><!DOCTYPE r><r><e/></r>",
    ],
)
def test_a_document_type_is_refused(tmp_path: Path, content: bytes) -> None:
    with peak_of(10_000_000), pytest.raises(SourceFailed, match=r"x\.xml: has a document type"):
        list(opened(tmp_path, content).elements("e"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<r><e>1</e><e>", "is broken XML"),
        (b"<r>" + b"<a>" * 100_000, "is broken XML"),
        (b"<r><e>&unknown;</e></r>", "is broken XML"),
        (b"<r><e>" + b"x" * 30_000_000 + b"</e></r>", "is broken XML"),
        (b"<r><e>" + b"<n>xxxxxxxxx</n>" * 2_500_000 + b"</e></r>", "an element has more than"),
        (b"<!--" + b"x" * 2_000_000 + b"--><r/>", "is no XML"),
        (b"id,name\n1,2\n", "is no XML"),
    ],
)
def test_what_is_broken_or_beyond_reason_is_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(SourceFailed, match=says):
        list(opened(tmp_path, content).elements("e"))


def test_what_is_no_xml_has_no_root(tmp_path: Path) -> None:
    assert opened(tmp_path, b"id,name\n1,<b>\n").root is None
    assert opened(tmp_path, b"PAR1<x>").root is None
