"""All commands, in one list."""

from __future__ import annotations

import typer

from monitor.cli import alerts, catalog, questions, work

app = typer.Typer(
    name="entrepot",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Supply-chain transshipment risk monitor: shipments and ownership in, alerts with traced paths out.",
)

for command in (work.demo, work.init, work.check, work.run, work.daemon):
    app.command()(command)
app.add_typer(alerts.app, name="alerts")
for command in (
    questions.screen,
    questions.owners,
    questions.owned,
    questions.trace,
    questions.path,
    questions.neighbors,
    catalog.controls,
    catalog.runs,
):
    app.command()(command)
app.add_typer(catalog.flags, name="flags")
app.add_typer(catalog.sources, name="sources")
