"""The encoding of a text is found on the whole of it and stated; a byte that fits none spoils its record alone."""

from pathlib import Path

import pytest

from pipelines.errors import SourceFailed
from pipelines.reading.raw import RawFile, open_files

WRITTEN = {
    "UTF-8": ("utf-8-sig", "深圳市青岚科技"),
    "UTF-16": ("utf-16", "深圳市青岚科技"),
    "UTF-32": ("utf-32", "深圳市青岚科技"),
    "GB18030": ("gb18030", "深圳市青岚科技有限公司"),
    "Big5": ("big5", "台灣青嵐科技股份有限公司"),
    "Shift_JIS": ("cp932", "株式会社東京エレクトロン"),
    "EUC-KR": ("cp949", "주식회사 한강전자"),
    "Windows-1250": ("cp1250", "Spółka Łódź, Żółta Gęś"),
    "Windows-1251": ("cp1251", "ООО Северный Ветер, Москва"),
    "Windows-1252": ("cp1252", "Müller Straße, Société Générale"),
    "Windows-1253": ("cp1253", "Ελληνική Εταιρεία, Αθήνα"),
    "Windows-1254": ("cp1254", "Işık Dış Ticaret, Çağdaş Şti"),
    "Windows-1256": ("cp1256", "شركة الشرق للتجارة دبي"),
}
HEAD = "id,name\n"


def opened(folder: Path, content: bytes, encoding: str | None = None) -> RawFile:
    """Open a file of this content."""
    (folder / "shipments.csv").write_bytes(content)
    return open_files(folder / "shipments.csv", encoding=encoding)[0]


@pytest.mark.parametrize("shown", WRITTEN)
@pytest.mark.parametrize("before", [0, 150_000])
def test_an_encoding_is_found_wherever_its_letters_begin(tmp_path: Path, shown: str, before: int) -> None:
    codec, name = WRITTEN[shown]
    text = HEAD + "A0,Alder\n" * before + f'A1,"{name}"\n' * 3
    file = opened(tmp_path, text.encode(codec))
    names = [each for table in file.batches() for each in table.frame["name"]]
    assert file.encoding == shown
    assert names[-3:] == [name] * 3
    assert len(names) == before + 3
    assert file.head.startswith(HEAD.encode())


def test_hungarian_and_czech_are_not_taken_for_western_letters(tmp_path: Path) -> None:
    for name in ("Hőszigetelő Győr Kft, fűtés", "Přístroje Dvořák, Plzeň", "Šiaulių Žvaigždė, įmonė"):
        codec = "cp1257" if name.startswith("Š") else "cp1250"
        assert opened(tmp_path, f'{HEAD}1,"{name}"\n'.encode(codec)).table().frame["name"].to_list() == [name]


@pytest.mark.parametrize("place", [1, 100_000])
def test_a_stray_byte_in_utf8_spoils_its_record_alone(tmp_path: Path, place: int) -> None:
    lines = [f"A{n},Tromsø {n}".encode() for n in range(place + 20)]
    lines[place] = b"A,Troms\xf8"
    file = opened(tmp_path, HEAD.encode() + b"\n".join(lines) + b"\n")
    table = file.table()
    assert file.encoding == "UTF-8 with bytes that are none"
    assert table.bad.select("row", "value").rows() == [(place + 1, "A,Troms�")]
    assert "no text in the file's encoding" in table.bad["reason"][0]
    assert (table.read, table.frame.height) == (place + 20, place + 19)


def test_a_replaced_letter_that_the_file_itself_has_spoils_nothing(tmp_path: Path) -> None:
    table = opened(tmp_path, f"{HEAD}1,Troms�\n".encode()).table()
    assert table.frame["name"].to_list() == ["Troms�"]


def test_a_declared_encoding_is_believed(tmp_path: Path) -> None:
    file = opened(tmp_path, f"{HEAD}1,Işık\n".encode("cp1254"), encoding="windows-1254")
    assert (file.encoding, file.table().frame["name"].to_list()) == ("Windows-1254", ["Işık"])
    with pytest.raises(SourceFailed, match='encoding = "klingon" is none'):
        _ = opened(tmp_path, b"id\n\xff\n", encoding="klingon").encoding
    with pytest.raises(SourceFailed, match='encoding = "hex" is none'):
        _ = opened(tmp_path, b"id\n\xff\n", encoding="hex").encoding


def test_lines_and_text_are_utf8_whatever_the_file_is(tmp_path: Path) -> None:
    file = opened(tmp_path, "eins\r\nStraße\rdrei".encode("utf-16"))
    assert list(file.lines()) == ["eins", "Straße", "drei"]
    assert file.text.decode() == "eins\r\nStraße\rdrei"
