"""What commands share: options, opening the workspace, one line for what went wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import terminal
from monitor.settings import Settings, read_settings
from monitor.terminal import fail
from pipelines.errors import EntrepotError, InputError, UnknownParty, WrongUse

if TYPE_CHECKING:
    from pipelines.store import StoredRun

Config = Annotated[Path, typer.Option("--config", help="The settings file; relative paths in it are relative to it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]
Known = Annotated[str | None, typer.Option("--known", metavar="RUN|DATE", help="What we knew at that run or day.")]
On = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="As of that day in the world; the run's if not given.")
]
DEFAULT_CONFIG = Path("monitor.toml")


def now() -> dt.datetime:
    """The time, read here and nowhere deeper."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def progress() -> AbstractContextManager[Callable[[str], None]]:
    """Show what is being done."""
    return terminal.progress(now)


def day(text: str | None, option: str) -> dt.date | None:
    """Read a day given on the command line.

    Raises
    ------
    WrongUse
        Not an ISO date.
    """
    try:
        return dt.date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise WrongUse(f"{option}: {text!r} is not a date; write it as 2024-05-31") from None


def opened(config: Path, known: str | None = None, option: str = "--known") -> tuple[Settings, StoredRun]:
    """Open the run a question is asked of: the last one, or the one known at a run number or day.

    `option` is the one that said which, for messages.

    Raises
    ------
    InputError
        No run was made yet.
    WrongUse
        No run has that number, or was made by that day.
    """
    from pipelines.errors import UnknownRun
    from pipelines.store import Store

    settings = read_settings(config)
    store = Store(settings.store.path)
    if store.lines().is_empty():
        raise InputError(
            f"{config}: no run yet; put files into {settings.inbox} and type: entrepot run --config {config}"
        )
    wanted = int(known) if known is not None and known.isdecimal() else day(known, option)
    try:
        return settings, store.open(wanted)
    except UnknownRun as error:
        raise WrongUse(f"{option}: {str(error).removeprefix(f'{store.url}: ')}") from None


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Say in one line what is wrong: exit 2 for wrong use, 1 for anything else that failed."""
    try:
        yield
    except (UnknownParty, WrongUse) as error:
        fail(str(error), 2)
    except EntrepotError as error:
        fail(str(error), 1)
    except OSError as error:
        if error.filename is None:
            raise
        fail(f"{error.filename}: {error.strerror or error}; choose another place, or free this one", 1)
