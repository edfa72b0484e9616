"""A file is the same at every reading, or it is refused."""

from pathlib import Path

import pytest

from pipelines.errors import SourceFailed
from pipelines.reading import stored
from pipelines.reading.raw import open_files
from pipelines.reading.stored import chunks, fingerprint, held

CHANGES = r"x\.csv: changes while it is read"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with a header and some records."""
    (tmp_path / "x.csv").write_bytes(b"id,name\n" + b"A1,Alder\n" * 500_000)
    return tmp_path / "x.csv"


@pytest.mark.parametrize("small", [0, 8 * 1024**2])
def test_a_file_that_changed_since_the_last_reading_is_refused(
    path: Path, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "SMALL", small)
    (file,) = open_files(path)
    assert file.headings == ["id", "name"]
    path.write_bytes(b"id,name\nA2,Birch\n")
    with pytest.raises(SourceFailed, match=CHANGES):
        list(file.batches())


def test_a_file_that_grows_while_it_streams_is_refused_at_its_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "SMALL", 0)
    (file,) = open_files(path)
    stream = chunks(file.stored)
    next(stream)
    with path.open("ab") as more:
        more.write(b"A2,Birch\n")
    with pytest.raises(SourceFailed, match=CHANGES):
        list(stream)


def test_a_version_names_the_bytes_whether_they_stream_or_not(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = open_files(path)[0].version
    monkeypatch.setattr(stored, "SMALL", 0)
    assert open_files(path)[0].version == at_once == fingerprint(path.read_bytes())


def test_what_must_be_held_whole_is_bounded(path: Path) -> None:
    (file,) = open_files(path)
    with pytest.raises(SourceFailed, match="the file has more than 100 bytes"):
        held(file.stored, largest=100)


def test_a_file_that_is_not_there_or_a_folder_is_one_line(tmp_path: Path) -> None:
    for gone in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(SourceFailed, match=r"cannot be read \("):
            open_files(gone)
