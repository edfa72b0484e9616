"""The command `entrepot`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; Ctrl-C and a closed pipe end it quietly."""
    from monitor.cli import app

    try:
        app()
    except KeyboardInterrupt:
        print("entrepot: stopped; the last complete run is untouched", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
