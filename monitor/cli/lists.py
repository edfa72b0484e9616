"""Commands on restricted-party lists: what they hold, and how they differ between two runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.options import DEFAULT_CONFIG, AsJson, Config, Known, one_line_errors, opened
from monitor.settings import read_settings
from monitor.terminal import put_json
from pipelines.errors import WrongUse

if TYPE_CHECKING:
    from pipelines.store import StoredRun

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Restricted-party lists: their state and changes.")

Since = Annotated[
    str | None, typer.Option("--from", metavar="RUN|DATE", help="The earlier run; the one before if not given.")
]
Until = Annotated[str | None, typer.Option("--to", metavar="RUN|DATE", help="The later run; the last if not given.")]


@app.command()
def status(config: Config = DEFAULT_CONFIG, json: AsJson = False, known: Known = None) -> None:
    """Say per list: source, file, version, entries, newest date, whether it is complete, age."""
    from monitor.answers import lists
    from monitor.journal import Journal
    from monitor.show.lists import show_status

    with one_line_errors():
        settings, run = opened(config, known)
        troubles = Journal(settings.journal.url).troubles() if known is None else {}
        answer = lists.status(run, lists.refusals(troubles))
        put_json(answer) if json else show_status(answer)


@app.command()
def diff(
    since: Since = None,
    until: Until = None,
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    known: Known = None,
) -> None:
    """Name the entries added, removed and changed between two runs."""
    from monitor.answers import lists
    from monitor.show.lists import show_difference

    with one_line_errors():
        if until is not None and known is not None:
            raise WrongUse("--to and --known name the same run; give one of them")
        _, after = opened(config, until or known, "--to" if until else "--known")
        answer = lists.difference(_earlier(config, since, after), after)
        put_json(answer) if json else show_difference(answer)


def _earlier(config: Path, since: str | None, after: StoredRun) -> StoredRun:
    """Open the run to compare with: as asked, else the one before.

    Raises
    ------
    WrongUse
        There is no earlier run, or the one asked for is later.
    """
    from pipelines.store import Store

    if since is None:
        numbers = Store(read_settings(config).store.path).runs().get_column("run").to_list()
        earlier = [number for number in numbers if number < after.info.run]
        if not earlier:
            raise WrongUse(f"run {after.info.run} is the first: there is no earlier one to compare it with")
        since = str(earlier[-1])
    _, before = opened(config, since, "--from")
    if before.info.run > after.info.run:
        raise WrongUse(f"--from is run {before.info.run}, later than run {after.info.run}; turn them round")
    return before
