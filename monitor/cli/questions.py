"""Commands that ask the graph a question; what answers it is loaded when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.options import DEFAULT_CONFIG, AsJson, Config, Known, On, day, one_line_errors, opened
from monitor.settings import Settings, TraceSetting
from monitor.terminal import put_json

if TYPE_CHECKING:
    from pipelines.store import StoredRun

Party = Annotated[str, typer.Argument(metavar="PARTY", help="Party id, source id, LEI, registration number or name.")]


def screen(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name to compare with every list.")],
    country: Annotated[str | None, typer.Option(help="Country of the party: ISO code or name.")] = None,
    address: Annotated[str | None, typer.Option(help="Address of the party; screened by itself, too.")] = None,
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    known: Known = None,
) -> None:
    """Screen a name (and an address) against every list of the last run."""
    from monitor.answers import screening
    from monitor.show.answers import show_screening

    with one_line_errors():
        _, run = opened(config, known)
        answer = screening.screen(run, name, country=country, address=address)
        put_json(answer) if json else show_screening(answer)


def owners(
    party: Party,
    on: On = None,
    regime: Annotated[str | None, typer.Option(help="bis, ofac, eu or uk; all if not given.")] = None,
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    known: Known = None,
) -> None:
    """Say who owns a party: chains, economic shares, the legal 50 percent tests, parent and headquarters."""
    from monitor.answers import ownership
    from monitor.show.answers import show_ownership

    with one_line_errors():
        asked = day(on, "--on")
        _, run = opened(config, known)
        answer = ownership.owners(run, party, on=asked, regime=regime)
        put_json(answer) if json else show_ownership(answer)


def owned(
    party: Party, on: On = None, config: Config = DEFAULT_CONFIG, json: AsJson = False, known: Known = None
) -> None:
    """Say what a party owns, directly and through others."""
    from monitor.answers import ownership
    from monitor.show.answers import show_ownership

    with one_line_errors():
        asked = day(on, "--on")
        _, run = opened(config, known)
        answer = ownership.owned(run, party, on=asked)
        put_json(answer) if json else show_ownership(answer)


def trace(
    start: Annotated[str, typer.Argument(metavar="PARTY_OR_SHIPMENT", help="A party or a shipment id.")],
    back: Annotated[
        bool, typer.Option("--back", help="Where the goods came from, instead of where they went.")
    ] = False,
    to: Annotated[str | None, typer.Option(metavar="PARTY", help="Only paths to this party.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many paths.")] = 3,
    max_legs: Annotated[
        int | None, typer.Option(min=1, max=12, help="How many shipments a path may have; the settings' if not given.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    known: Known = None,
) -> None:
    """Trace goods through time to restricted ends, with bounds on the units that can have got there."""
    from monitor.answers import movement
    from monitor.show.answers import show_trace

    with one_line_errors():
        settings, run = opened(config, known)
        rules = (settings.trace if known is None else trace_of(run, settings)).rules()
        answer = movement.trace(run, start, back=back, to=to, k=k, max_legs=max_legs, rules=rules)
        put_json(answer) if json else show_trace(answer)


def trace_of(run: StoredRun, settings: Settings) -> TraceSetting:
    """How far a run followed goods, as it was set then."""
    said = run.info.parameters.get("trace")
    return TraceSetting.model_validate(said) if said else settings.trace


def path(a: Party, b: Party, config: Config = DEFAULT_CONFIG, json: AsJson = False, known: Known = None) -> None:
    """Show how two parties are connected: shipments, ownership, shared addresses, contacts and officers."""
    from monitor.answers import movement
    from monitor.show.answers import show_graph

    with one_line_errors():
        _, run = opened(config, known)
        answer = movement.path(run, a, b)
        put_json(answer) if json else show_graph(answer)


def neighbors(
    party: Party,
    hops: Annotated[int, typer.Option(min=1, max=3, help="How many steps away.")] = 1,
    config: Config = DEFAULT_CONFIG,
    json: AsJson = False,
    known: Known = None,
) -> None:
    """Show what a party is directly connected with."""
    from monitor.answers import movement
    from monitor.show.answers import show_graph

    with one_line_errors():
        _, run = opened(config, known)
        answer = movement.neighbors(run, party, hops=hops)
        put_json(answer) if json else show_graph(answer)
