"""What a case must raise, and what differs when it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cases import LEVELS, Alert, Case, alerts_of, of_case, paths, told, wordsmith, workspace, worst, write_cases

ABROAD = "TR"
"""A country where these goods need no license and entries of the Entity List have addresses."""
PARTS = "computer parts"


@dataclass(frozen=True)
class Expected:
    """What a case must raise: the worst severity within bounds, and of one alert its subject, kind, paths and ends.

    `units` are bounds on `least` and `most` of pieces, by basis, at the end named last.
    """

    least: str = "none"
    most: str = "medium"
    subject: str | None = None
    kinds: Sequence[str] = ()
    path: Sequence[str] = ()
    ends: Sequence[str] = ()
    rules: Sequence[str] = ()
    flags: Sequence[str] = ()
    silent: Sequence[str] = ()
    units: Mapping[str, tuple[float, float]] | None = None
    chips: Mapping[str, tuple[float, float]] | None = None
    alerts: int | None = None


QUIET = Expected()
Scheme = Callable[[Case], Expected]


def called(party: str) -> str:
    return party.split("|")[0]


def raised(least: str, subject: str, most: str = "critical", **more: Any) -> Expected:
    return Expected(least, most, called(subject), **more)


World = dict[str, tuple[Expected, list[Alert]]]
"""What each case of a world expects, and the alerts that are its own."""


def made(schemes: Mapping[str, Scheme], folder: Path, **how: Any) -> dict[str, tuple[Expected, list[Alert]]]:
    """Run all schemes as one world: what each expects, and the alerts that are its own."""
    words, cases = wordsmith(), {}
    for title, scheme in schemes.items():
        case = Case(title, words)
        cases[title] = (case, scheme(case))
    config = workspace(folder)
    write_cases(folder / "inbox", [case for case, _ in cases.values()], **how)
    alerts = alerts_of(config)
    return {title: (expected, of_case(case, alerts)) for title, (case, expected) in cases.items()}


def differences(expected: Expected, alerts: Sequence[Alert]) -> list[str]:
    """Say what differs from what was expected."""
    found = worst(alerts)
    wrong = []
    if not LEVELS.index(expected.least) <= LEVELS.index(found) <= LEVELS.index(expected.most):
        wrong.append(f"{found}, not between {expected.least} and {expected.most}")
    if expected.alerts is not None and len(alerts) != expected.alerts:
        wrong.append(f"{len(alerts)} alerts, not {expected.alerts}")
    about = [each for each in alerts if expected.subject in (None, each["party"]["name"])]
    if expected.least != "none" and not about:
        wrong.append(f"no alert about {expected.subject}")
    if expected.kinds and not any(each["kind"] in expected.kinds for each in about):
        wrong.append(f"kinds {[each['kind'] for each in about]}, not {expected.kinds}")
    flags = {finding["flag"] for each in alerts for finding in each["findings"]}
    if expected.least != "none":
        wrong += [f"{flag} is missing" for flag in expected.flags if flag not in flags]
    wrong += [f"{flag} is found" for flag in expected.silent if flag in flags]
    if expected.path and not any(list(expected.path) in paths(each) for each in about):
        wrong.append(f"paths {[paths(each) for each in about]}, not {expected.path}")
    ends = {end["name"] for each in about for path in each["paths"] for end in [path["end"], *path["ends"]]}
    wrong += [f"{end} is no end" for end in expected.ends if end not in ends]
    rules = {
        because["rule"] for each in about for path in each["paths"] for because in path["end"]["restricted_because"]
    }
    wrong += [f"rule {rule} is missing in {rules}" for rule in expected.rules if rule not in rules]
    return wrong + _bounds(expected.units, "units", about) + _bounds(expected.chips, "chips", about)


def _bounds(bounds: Mapping[str, tuple[float, float]] | None, measure: str, alerts: Sequence[Alert]) -> list[str]:
    told_ = [(basis, (each[basis][measure]["least"], each[basis][measure]["most"]))
             for alert in alerts for each in alert["units"] for basis in (bounds or {})]  # fmt: skip
    return [
        f"{basis} {measure} {told_}, not {pair}" for basis, pair in (bounds or {}).items() if (basis, pair) not in told_
    ]


def assert_as_expected(world: World, title: str) -> None:
    """Fail with what differs and what was raised."""
    expected, alerts = world[title]
    wrong = differences(expected, alerts)
    assert not wrong, "; ".join(wrong) + "\n" + told(alerts)
