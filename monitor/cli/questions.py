"""Commands that ask the graph a question."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from monitor import ask, show
from monitor.cli.options import DEFAULT_CONFIG, AsJson, Config, Known, On, day, one_line_errors, opened, put_json

Party = Annotated[str, typer.Argument(metavar="PARTY", help="Party id, source id, LEI, registration number or name.")]


def screen(
    name: Annotated[str, typer.Argument(help="Name to compare with every list.")],
    country: Annotated[str | None, typer.Option(help="Country of the party.")] = None,
    address: Annotated[str | None, typer.Option(help="Address of the party; screened by itself, too.")] = None,
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    known: Known = None,
) -> None:
    """Screen a name (and an address) against every list of the last run."""
    with one_line_errors():
        _, run = opened(config, known)
        _put(ask.screen(run, name, country=country, address=address), json, show.show_screening)


def owners(
    party: Party,
    on: On = None,
    regime: Annotated[str | None, typer.Option(help="bis, ofac, eu or uk; all if not given.")] = None,
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    known: Known = None,
) -> None:
    """Say who owns a party: chains, economic shares, the legal 50 percent tests, parent and headquarters."""
    with one_line_errors():
        _, run = opened(config, known)
        _put(ask.owners(run, party, on=day(on, "--on"), regime=regime), json, show.show_ownership)


def owned(
    party: Party, on: On = None, config: Config = DEFAULT_CONFIG, json: AsJson = False, known: Known = None
) -> None:
    """Say what a party owns, directly and through others."""
    with one_line_errors():
        _, run = opened(config, known)
        _put(ask.owned(run, party, on=day(on, "--on")), json, show.show_ownership)


def trace(
    start: Annotated[str, typer.Argument(metavar="PARTY_OR_SHIPMENT", help="A party or a shipment id.")],
    back: Annotated[
        bool, typer.Option("--back", help="Where did the goods come from, instead of where they went.")
    ] = False,
    to: Annotated[str | None, typer.Option(metavar="PARTY", help="Only paths to this party.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many paths.")] = 3,
    max_legs: Annotated[int | None, typer.Option(min=1, max=12, help="How many shipments a path may have.")] = None,
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    known: Known = None,
) -> None:
    """Trace goods through time to restricted ends, with bounds on the units that can have got there."""
    with one_line_errors():
        settings, run = opened(config, known)
        legs = max_legs or settings.trace.max_legs
        _put(ask.trace(run, start, back=back, to=to, k=k, max_legs=legs), json, show.show_trace)


def path(a: Party, b: Party, config: Config = DEFAULT_CONFIG, json: AsJson = False, known: Known = None) -> None:
    """Show how two parties are connected: shipments, ownership, shared addresses, contacts and officers."""
    with one_line_errors():
        _, run = opened(config, known)
        _put(ask.path(run, a, b), json, show.show_graph)


def neighbors(
    party: Party,
    hops: Annotated[int, typer.Option(min=1, max=3)] = 1,
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    known: Known = None,
) -> None:
    """Show what a party is directly connected with."""
    with one_line_errors():
        _, run = opened(config, known)
        _put(ask.neighbors(run, party, hops=hops), json, show.show_graph)


def _put(answer: dict[str, Any], json: bool, shown: Any) -> None:
    put_json(answer) if json else shown(answer)
