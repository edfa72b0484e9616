"""`entrepot demo`: a fictional world as raw files, one pass over it, and what was found against what was planted."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.worlds import make
from models.worlds.ledger import Planted, World
from monitor.journal import Journal
from monitor.run import Pass, run
from monitor.settings import read_settings
from monitor.workspace import make_workspace
from pipelines.errors import WrongUse

AS_OF = dt.date(2026, 6, 30)
"""The day the demo is run as of, so that it shows the same at any time."""


@dataclass(frozen=True)
class Demo:
    """What the demo made, did and found."""

    folder: Path
    world: World
    done: Pass
    alerts: list[dict[str, Any]]

    @property
    def found(self) -> list[tuple[Planted, list[dict[str, Any]]]]:
        """Each planted scheme and look-alike with the high and critical alerts that name one of its parties."""
        serious = [alert for alert in self.alerts if alert["severity"] in ("high", "critical")]
        return [
            (each, [alert for alert in serious if set(each.parties) & _subjects(alert)]) for each in self.world.truth
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "shipments": len(self.world.rows["shipments"]),
            "parties": len(self.world.rows["parties"]),
            "seconds": round(self.done.seconds, 1),
            "truth": [
                {
                    "scheme": each.scheme,
                    "honest": each.honest,
                    "parties": list(each.parties),
                    "alerts": [alert["id"] for alert in alerts],
                }
                for each, alerts in self.found
            ],
            "alerts": self.alerts,
        }


def make_and_run(
    folder: Path | None, *, seed: int, shipments: int, now: dt.datetime, say: Callable[[str], None]
) -> Demo:
    """Make a workspace with the world's files in its inbox, and make one pass over it.

    Raises
    ------
    WrongUse
        The folder holds something: made-up records must not mix with yours.
    """
    if folder and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(f"{folder}: is not empty; name a new folder for the fictional world")
    place = folder or Path(tempfile.mkdtemp(prefix="entrepot-demo-"))
    say("making a fictional world")
    world = make(seed, shipments=shipments)
    make_workspace(place)
    config = place / "monitor.toml"
    config.write_text(_told(config.read_text(encoding="utf-8"), world.user), encoding="utf-8")
    world.write(place / "inbox")
    settings = read_settings(config)
    done = run(settings, now=now, say=say)
    return Demo(place, world, done, Journal(settings.journal.url).alerts(("open", "in_review", "escalated")))


def _told(text: str, user: str) -> str:
    """Set the user and the day in the settings a new workspace has."""
    return f'as_of = "{AS_OF.isoformat()}"\n' + text.replace("parties = []", f'parties = ["{user}"]', 1)


def _subjects(alert: dict[str, Any]) -> set[str]:
    """Name the parties an alert is about: its own, and those its findings name."""
    return {alert["party"]["name"], *(each["party"]["name"] for each in alert["findings"])}
