"""Leases: who alone may do a thing, and until when; a dead process of this machine holds none."""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading

from sqlalchemy import Connection, select

from monitor.journal.tables import LEASES


def holder() -> str:
    """Name this thread: host, process, thread."""
    return f"{socket.gethostname()}:{os.getpid()}/{threading.get_ident()}"


def take(connection: Connection, name: str, *, by: str, now: dt.datetime, until: dt.datetime) -> bool:
    """Take or renew a lease; False while another holds it."""
    row = connection.execute(select(LEASES).where(LEASES.c.name == name)).one_or_none()
    if row is not None and row.holder != by and row.until > now and _lives(row.holder):
        return False
    connection.execute(LEASES.delete().where(LEASES.c.name == name))
    connection.execute(LEASES.insert().values(name=name, holder=by, until=until))
    return True


def give_back(connection: Connection, name: str, *, by: str) -> None:
    """End a lease, when it is still this holder's."""
    connection.execute(LEASES.delete().where(LEASES.c.name == name, LEASES.c.holder == by))


def _lives(named: str) -> bool:
    host, _, process = named.rpartition(":")
    number = process.partition("/")[0]
    if host != socket.gethostname() or not number.isdigit():
        return True  # nobody can tell from here
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
