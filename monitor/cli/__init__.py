"""The command line: each command spells one question or starts one job."""

from __future__ import annotations

from monitor.cli.app import app

__all__ = ["app"]
