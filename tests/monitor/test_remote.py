"""Sources that are no files here are declared by their URL."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from monitor.settings import Settings, read_settings
from monitor.source_block import SourceBlock
from pipelines.errors import InputError

LISTS = "[[source]]\nid = 'lists'\nurl = 'https://lists.example/a.csv'\n"
ROWS = "[[source]]\nid = 'erp'\ntable = 'shipments'\nurl = 'sqlite:///erp.db'\nquery = 'SELECT 1'\n"


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "monitor.toml").write_text(text, encoding="utf-8")
    return read_settings(folder / "monitor.toml")


def test_a_fetched_source_is_spelled_as_the_pipelines_do(tmp_path: Path) -> None:
    text = "every = '12h'\nmax_bytes = '1.5GB'\nretries = 0\nallow_private = true\ntoken = 'env:T'\n"
    settings = settings_of(tmp_path, LISTS + text + "headers = { X-Key = 'k3y' }\n")
    source = settings.sources[0]
    assert source.query is None
    assert source.fetch is not None
    assert (source.fetch.id, source.fetch.url) == ("lists", "https://lists.example/a.csv")
    assert (source.fetch.every, source.fetch.max_bytes) == (dt.timedelta(hours=12), 1_500_000_000)
    assert (source.fetch.retries, source.fetch.allow_private, source.fetch.token) == (0, True, "env:T")
    assert source.fetch.headers == {"X-Key": "k3y"}
    assert "k3y" not in f"{settings!r} {source!r}"
    assert settings.downloads == tmp_path / "downloads"


def test_a_queried_source_is_spelled_as_the_pipelines_do(tmp_path: Path) -> None:
    source = settings_of(tmp_path, ROWS + "version_query = 'SELECT 2'\nmax_rows = 7\n").sources[0]
    assert source.fetch is None
    assert source.query is not None
    assert (source.query.url, source.query.query, source.query.version_query) == (
        "sqlite:///erp.db", "SELECT 1", "SELECT 2"
    )  # fmt: skip
    assert (source.query.max_rows, source.query.folder) == (7, tmp_path)
    assert "erp.db" not in repr(source)


def test_a_url_of_the_environment_is_told_by_its_query(tmp_path: Path) -> None:
    lists, rows = (text.replace("https://lists.example/a.csv", "env:A") for text in (LISTS, ROWS))
    assert settings_of(tmp_path, lists).sources[0].fetch
    assert settings_of(tmp_path, rows.replace("sqlite:///erp.db", "env:A")).sources[0].query


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LISTS + "path = 'a.csv'\n", "line 1: source 1: has a url and files; declare two sources"),
        (LISTS + "query = 'SELECT 1'\n", "query needs the url of a database"),
        (LISTS + "max_rows = 3\n", "max_rows is for a query; remove it"),
        (ROWS + "every = '1h'\n", "every is for files; remove it"),
        (ROWS.replace("query =", "version_query ="), "version_query is for a query; remove it"),
        (ROWS.replace("query = 'SELECT 1'", ""), "is that of a database; add query"),
        (LISTS.replace("https://lists.example/", ""), "url is none; write https"),
        (LISTS.replace("url", "path") + "sha256 = 'ab'\n", "line 4: source 1.sha256: "),
        (LISTS.replace("url", "path") + "retries = 3\n", "retries is for sources with a url; add url, or remove it"),
        (LISTS + "max_bytes = 'much'\n", r"line 4: source 1.max_bytes: give a number and kB, MB or GB"),
        (LISTS + "max_bytes = 0\n", r"line 4: source 1.max_bytes: give a number and kB, MB or GB"),
        (LISTS + "every = 'often'\n", "line 4: source 1.every: give a number and s, m, h or d, like 6h"),
        (LISTS + "retrys = 1\n", "line 4: key 'source 1.retrys' is unknown; did you mean 'retries'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        settings_of(tmp_path, text)
    assert "\n" not in str(refused.value)


def test_a_url_with_a_password_is_not_repeated(tmp_path: Path) -> None:
    text = ROWS.replace("sqlite:///erp.db", "postgresql://me:s3cret@db/erp") + "every = '1h'\n"
    with pytest.raises(InputError) as refused:
        settings_of(tmp_path, text)
    assert "s3cret" not in str(refused.value)


def test_every_setting_of_a_source_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    missing = [name for name in SourceBlock.model_fields if f"| `{name}` |" not in text]
    assert not missing, f"docs/sources.md lacks {missing}"
