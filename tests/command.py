"""The command as users type it, and small files to give it."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from monitor.cli import app


def entrepot(*words: str | Path, config: Path | None = None) -> Result:
    """Type a command; a failure that is no exit code is a failure of the test."""
    typed = [*map(str, words), *(["--config", str(config)] if config else [])]
    result = CliRunner().invoke(app, typed, catch_exceptions=False, prog_name="entrepot")
    assert "Traceback" not in result.output
    return result


def answer(*words: str | Path, config: Path | None = None) -> Any:
    """Type a command with --json and read what it prints."""
    result = entrepot(*words, "--json", config=config)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows under the headings of the first."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
