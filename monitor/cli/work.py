"""Commands that do work: demo, init, check, run, daemon."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.options import DEFAULT_CONFIG, AsJson, Config, now, one_line_errors, progress
from monitor.settings import read_settings
from monitor.terminal import put, put_json, put_lines
from monitor.words import plural


def demo(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to put the workspace; a new temporary folder if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed makes another world.")] = 7,
    shipments: Annotated[int, typer.Option(min=500, help="About how many shipments the world has.")] = 4000,
    json: AsJson = False,
) -> None:
    """Make a small fictional world with planted diversion schemes, run everything on it, show what was found."""
    from monitor.demo import make_and_run
    from monitor.show.demo import show_demo

    with one_line_errors():
        with progress() as say:
            shown = make_and_run(folder, seed=seed, shipments=shipments, now=now(), say=say)
        put_json(shown.as_json()) if json else show_demo(shown)


def init(folder: Annotated[Path, typer.Argument(help="The workspace to make.")] = Path()) -> None:
    """Write a commented monitor.toml and an inbox with header-only templates; nothing there is overwritten."""
    from monitor.workspace import make_workspace

    config, inbox = folder / "monitor.toml", folder / "inbox"
    with one_line_errors():
        written = make_workspace(folder)
    put(f"wrote {config}" if config in written else f"kept {config} as it is")
    put(f"{inbox}: {plural(sum(path.parent == inbox for path in written), 'header-only template')} written")
    put(f"Put files into {inbox} and type: entrepot run --config {config}")


def check(
    config: Config = DEFAULT_CONFIG,
    suggest: Annotated[
        Path | None,
        typer.Option(help="Read only this file and propose a mapping for its layout, as TOML to check and to keep."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Read every source and report rows accepted, duplicate and quarantined; change nothing."""
    if suggest is not None:
        _suggest(suggest, json)
        return
    from monitor.run import read, source_rows
    from monitor.show.sources import show_reading
    from monitor.status import reading_as_json
    from monitor.unpriced import unpriced

    with one_line_errors():
        settings, began = read_settings(config), time.monotonic()
        with progress() as say:
            ingested = read(settings, now=now(), say=say)
        if json:
            put_json(reading_as_json(ingested, time.monotonic() - began))
        else:
            show_reading(ingested, source_rows(ingested.reports), settings.inbox)
            put_lines(unpriced(ingested.records, settings.rates()))
    if ingested.failed:
        raise typer.Exit(1)


def _suggest(path: Path, json: bool) -> None:
    """Propose a mapping for a file."""
    from monitor.show.suggestion import show_suggestions, suggestions_as_json
    from pipelines.suggestions import suggestions

    with one_line_errors():
        found = suggestions(path)
    put_json(suggestions_as_json(found)) if json else show_suggestions(found)


def run(config: Config = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Make one full pass over all sources, ending in alerts and deliveries."""
    from monitor.run import run as make_pass
    from monitor.run import source_rows
    from monitor.show.sources import show_pass
    from monitor.status import pass_as_json

    with one_line_errors():
        settings = read_settings(config)
        with progress() as say:
            done = make_pass(settings, now=now(), say=say)
        put_json(pass_as_json(done)) if json else show_pass(done, source_rows(done.reports), settings.inbox)
    if done.failed:
        raise typer.Exit(1)


def daemon(config: Config = DEFAULT_CONFIG) -> None:
    """Make the pass on its schedule until stopped; a pass that fails is logged and the next one is made."""
    from monitor.daemon import serve
    from monitor.run import run as make_pass

    with one_line_errors():
        settings = read_settings(config)

        def job() -> dict[str, Any]:
            done = make_pass(read_settings(config), now=now())
            return {"run": done.run, **done.raised.counts, "failed": list(done.failed)}

        serve(job, settings)
