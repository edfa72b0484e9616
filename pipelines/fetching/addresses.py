"""Which addresses a download may connect to: those of the public Internet, unless the user allows private ones."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator

import httpcore

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses as networks that speak IPv6 only write them (RFC 6052)."""


def is_public(text: str) -> bool:
    """Whether an address lies in the public Internet, by whatever form it is written in."""
    return all(_is_global(each) for each in _meant(ipaddress.ip_address(text.partition("%")[0])))


def _meant(address: Address) -> Iterator[Address]:
    """Give the address a packet ends at: one of version 4 may be wrapped in one of version 6."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
    elif address.ipv4_mapped:
        yield address.ipv4_mapped
    elif address in TRANSLATED:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address
        yield from filter(None, (address.sixtofour, *(address.teredo or ())))


def _is_global(address: Address) -> bool:
    local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or local)


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """Look up a host's addresses, within so many seconds.

    Raises
    ------
    httpcore.ConnectError
        The host is not known.
    httpcore.ConnectTimeout
        Nobody answered in time.
    """
    found: list[str] = []
    errors: list[OSError | UnicodeError] = []

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as error:
            errors.append(error)

    # the system's resolver knows no timeout of ours
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise httpcore.ConnectTimeout(f"{host}: the name was not looked up in time")
    if errors or not found:
        raise httpcore.ConnectError(f"{host}: the name is not known")
    return found
