"""A file that is no longer in the inbox withdraws nothing."""

from __future__ import annotations

from pathlib import Path

from monitor.run import run
from monitor.settings import read_settings
from monitor.workspace import make_workspace
from pipelines.store import Store
from tests.test_example import NOW, write_example

FILES = ("shipments.csv", "payments.csv", "parties.csv", "sites.csv", "entity_list.json")


def test_files_taken_out_of_the_inbox_after_a_run_change_nothing(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    write_example(tmp_path / "inbox")
    settings = read_settings(tmp_path / "monitor.toml")
    first = run(settings, now=NOW)
    known = Store(settings.store.path).open().tables().frame("sources")
    for name in FILES:
        (tmp_path / "inbox" / name).unlink()
    again = run(settings, now=NOW)
    assert first.raised.counts == {"raised": 1, "updated": 0, "withdrawn": 0}
    assert again.raised.counts == {"raised": 0, "updated": 0, "withdrawn": 0}
    assert Store(settings.store.path).open().tables().frame("sources").sort("id").equals(known.sort("id"))
