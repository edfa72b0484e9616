"""The command `entrepot`."""

from __future__ import annotations

import io
import sys

STOPPED = 130
"""What a command ends with after Ctrl-C."""


def main() -> None:
    """Run the command line; Ctrl-C ends it with one line, and a page of any encoding takes what it can."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from monitor.cli import app

        app(prog_name="entrepot")
    except KeyboardInterrupt:
        _stopped()
    except SystemExit as ended:
        if ended.code == STOPPED:
            _stopped()
        raise


def _stopped() -> None:
    print("entrepot: stopped; the last complete run is untouched", file=sys.stderr)
    sys.exit(STOPPED)


if __name__ == "__main__":
    main()
