"""The settings file is read once, and what is wrong in it is told in one line."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from monitor.settings import MailSetting, Settings, WebhookSetting, init, read_settings, reveal
from pipelines.configuration import config_path
from pipelines.errors import InputError
from pipelines.graph.tracing.rules import Rules


def written(folder: Path, text: str) -> Path:
    path = folder / "monitor.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_says_what_the_shipped_one_says(tmp_path: Path) -> None:
    shipped = written(tmp_path, config_path("monitor.toml").read_text(encoding="utf-8"))
    assert read_settings(shipped) == read_settings(written(tmp_path, ""))


def test_every_example_in_the_shipped_file_can_be_used(tmp_path: Path) -> None:
    text = config_path("monitor.toml").read_text(encoding="utf-8")
    used = re.sub(r'^#(?=[\w\["])', "", text, flags=re.MULTILINE).replace('every = "6h"', "")
    settings = read_settings(written(tmp_path, used))
    assert [type(each) for each in settings.told] == [MailSetting, WebhookSetting]
    assert settings.channel_names() == ("compliance", "case-system")
    assert [each.name for each in settings.channels()] == ["compliance", "case-system"]
    source = settings.sources[0]
    assert (source.id, source.prefix, source.mapping) == ("erp", "erp:", tmp_path / "erp.toml")
    assert (source.as_of, source.records_licenses) == (dt.date(2026, 1, 31), True)
    assert settings.flags["site_lacks_power"].parameters == {"medium": 1.2}
    assert settings.daemon.schedule == "30 6 * * mon-fri"


def test_the_shipped_file_shows_every_key() -> None:
    text = config_path("monitor.toml").read_text(encoding="utf-8")
    sections = [Settings, *(type(each) for each in (Settings().trace, Settings().daemon)), MailSetting, WebhookSetting]
    for section in sections:
        for name, info in section.model_fields.items():
            assert name == "folder" or re.search(rf"^#*\[*{info.alias or name}\b", text, re.MULTILINE), name


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, 'inbox = "in"\n[store]\npath = "facts"\n[journal]\nurl = "state.db"\n'))
    assert settings.inbox == tmp_path / "in"
    assert settings.store.path == str(tmp_path / "facts")
    assert settings.journal.url == str(tmp_path / "state.db")


def test_addresses_elsewhere_stay_as_they_are(tmp_path: Path) -> None:
    text = '[store]\npath = "s3://bucket/facts"\n[journal]\nurl = "postgresql+psycopg://db/entrepot"\n'
    settings = read_settings(written(tmp_path, text))
    assert settings.store.path == "s3://bucket/facts"
    assert settings.journal.url == "postgresql+psycopg://db/entrepot"


def test_every_limit_of_a_trace_reaches_the_tracer(tmp_path: Path) -> None:
    text = "[trace]\nmax_legs = 4\ndwell_days = 90\nother_dwell_days = 20\nforwarder_dwell_days = 10\ncrowd = 7\n"
    rules = read_settings(written(tmp_path, text)).trace.rules()
    assert rules == Rules(max_legs=4, dwell={"accelerator": 90}, other_dwell=20, forwarder_dwell=10, crowd=7)
    assert Settings().trace.rules() == Rules()


def test_intervals_dwell_and_days_are_understood(tmp_path: Path) -> None:
    text = 'as_of = 2026-01-31\n[trace]\ndwell_days = 90\n[daemon]\nevery = "90m"\ndeliver_from = 2026-01-01\n'
    settings = read_settings(written(tmp_path, text))
    assert settings.day(dt.datetime(2026, 5, 5, tzinfo=dt.UTC)) == settings.as_of == dt.date(2026, 1, 31)
    assert settings.trace.dwell_days == {"accelerator": 90}
    assert settings.daemon.every == dt.timedelta(minutes=90)
    assert settings.deliver_from == settings.daemon.deliver_from == dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[trace]\nmax_leg = 3\n", "line 2: key 'trace.max_leg' is unknown; did you mean 'max_legs'?"),
        ("stores = 1\n", "line 1: key 'stores' is unknown; did you mean 'store'?"),
        ("[trac]\nmax_legs = 3\n", "line 1: key 'trac' is unknown; did you mean 'trace'?"),
        ("[store]\n[user]\nzzz = 1\n", "line 3: key 'user.zzz' is unknown; known are parties"),
        ("[trace]\nmax_legs = 'six'\n", "line 2: trace.max_legs: .* integer.* \\(it is 'six'\\)"),
        ("[trace]\nmax_legs = 0\n", "line 2: trace.max_legs: .* \\(it is 0\\)"),
        ("[[source]]\nid = 'a'\npath = 'x'\n[[source]]\nid = 'b'\npath='y'\nmod = 'append'\n",
         "line 7: key 'source 2.mod' is unknown; did you mean 'mode'"),
        ("[[source]]\npath = 'x'\n", "line 1: source 1 lacks the key 'id'; add it"),
        ("[[source]]\nid = 'a'\n", "line 1: source 1: name its files with path or glob"),
        ("[[source]]\nid = 'a'\npath = 'x'\n[[source]]\nid = 'a'\npath = 'y'\n", "source id 'a' is given twice"),
        ("[[channel]]\ntype = 'mail'\nhost = 'h'\nfrom = 'a@b'\nto = ['c@d']\nport = 'x'\n",
         "line 6: channel 1.port: "),
        ("[[channel]]\ntype = 'pigeon'\n", "channel 1.*'pigeon'"),
        ("[[channel]]\ntype = 'webhook'\nurl = 'gopher://x'\nsecret = 's'\n", "line 3: channel 1.url: "),
        ("[daemon]\nevery = '6h'\nschedule = '0 6 * * *'\n", "line 1: daemon: give every or schedule, not both"),
        ("[daemon]\nevery = 'often'\n", "line 2: daemon.every: give a number and s, m, h or d, like 6h"),
        ("[daemon]\nschedule = 'daily'\n", "line 2: daemon.schedule: "),
        ("folder = 'x'\n", "line 1: key 'folder' is unknown"),
        ("[store\n", r"no valid TOML: .*line 1"),
        ("user = 'Crestline'\n", "line 1: user: "),
        ("[flags.site_lacks_power]\nenable = true\n",
         "line 2: key 'flags.site_lacks_power.enable' is unknown; did you mean 'enabled'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        read_settings(written(tmp_path, text))
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / "monitor.toml"))


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="entrepot init"):
        read_settings(tmp_path / "monitor.toml")


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="cannot be read as text"):
        read_settings(tmp_path / "monitor.toml")


def test_secrets_come_from_the_environment_and_are_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[[channel]]\ntype = 'webhook'\nurl = 'https://x.example'\nsecret = 'env:HOOK_SECRET'\n"
    channel = read_settings(written(tmp_path, text)).told[0]
    assert isinstance(channel, WebhookSetting)
    with pytest.raises(InputError, match="HOOK_SECRET; set it"):
        reveal(channel.secret)
    monkeypatch.setenv("HOOK_SECRET", "whsec_c2VjcmV0")
    assert reveal(channel.secret) == "whsec_c2VjcmV0"
    assert reveal("plain") == "plain"
    assert "c2VjcmV0" not in repr(channel)


def test_a_workspace_is_made_and_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "w"
    assert {path.name for path in init(folder)} == {"monitor.toml", "inbox"}
    assert read_settings(folder / "monitor.toml").inbox == folder / "inbox"
    (folder / "monitor.toml").write_text("inbox = 'mine'\n", encoding="utf-8")
    assert init(folder) == []
    assert (folder / "monitor.toml").read_text(encoding="utf-8") == "inbox = 'mine'\n"


def test_a_workspace_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        init(tmp_path / "file")
