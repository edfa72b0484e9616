"""What tests of the monitor share: an empty journal, a web server, a mail server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from monitor.journal import Journal
from tests.monitor.receivers import Hook, Mailbox, web_server
from tests.postgres import own_schema

ON_BOTH = ("test_journal", "test_journal_then", "test_outbox")
"""Tests that are of the journal itself hold on every database it may be kept in."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "journal_url" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in ON_BOTH:
        metafunc.parametrize("journal_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty journal may be made: a file, unless the test is run on a server as well."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return str(tmp_path / "journal.db")
    return own_schema(request.getfixturevalue("postgres_url"))


@pytest.fixture
def journal(journal_url: str) -> Iterator[Journal]:
    made = Journal(journal_url)
    yield made
    made.database.engine.dispose()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with web_server(Hook()) as running:
        yield running


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        box = Mailbox(port=free.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()
