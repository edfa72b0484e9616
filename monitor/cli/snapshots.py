"""Commands on what is kept: runs, whether it adds up, and what can be given up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from monitor.cli.options import DEFAULT_CONFIG, AsJson, Config, now, one_line_errors
from monitor.settings import read_settings
from monitor.terminal import put, put_json, put_lines, put_table

RUNS = ("run", "as_of", "made_at", "version", "tables_written", "rows_added", "bytes_written", "kept")


def runs(config: Config = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the runs: day, time, code, what each added, and whether it is still kept."""
    from pipelines.store import Store
    from pipelines.store.growth import growth

    with one_line_errors():
        rows = growth(Store(read_settings(config).store.path))
        put_json(rows) if json else put_table("Runs", rows, RUNS, "no runs yet")


def verify(config: Config = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Recompute hashes and counts of every kept run and of the journal; say what does not add up."""
    from monitor.verify import verdict
    from monitor.verify import verify as verified

    with one_line_errors():
        answer = verified(read_settings(config))
        if json:
            put_json(answer)
        else:
            put_lines(answer["notes"])
            put_lines(answer["wrong"])
            put(verdict(answer))
    if not answer["adds_up"]:
        raise typer.Exit(1)


def vacuum(
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Retire runs as [store] keep_days says, and remove the files that no kept run needs."""
    from monitor.retention import give_up, sentence

    with one_line_errors():
        done = give_up(read_settings(config), now(), dry_run=dry_run)
        put_json({**asdict(done), "dry_run": dry_run}) if json else put(sentence(done, dry_run=dry_run))
