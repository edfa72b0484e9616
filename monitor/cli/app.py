"""All commands, in one list."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated

import typer

from monitor.cli import alerts, catalog, lists, questions, snapshots, work

app = typer.Typer(
    name="entrepot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Supply-chain transshipment risk monitor: shipments and ownership in, alerts with traced paths out.",
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"entrepot {version('entrepot')}")
        raise typer.Exit


@app.callback()
def entrepot(
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Supply-chain transshipment risk monitor: shipments and ownership in, alerts with traced paths out."""


COMMANDS: tuple[Callable[..., None], ...] = (
    work.demo,
    work.init,
    work.check,
    work.run,
    work.daemon,
    questions.screen,
    questions.owners,
    questions.owned,
    questions.trace,
    questions.path,
    questions.neighbors,
    catalog.controls,
    snapshots.runs,
    snapshots.verify,
    snapshots.vacuum,
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(alerts.app, name="alerts")
app.add_typer(catalog.flags, name="flags")
app.add_typer(lists.app, name="lists")
app.add_typer(catalog.sources, name="sources")
