"""Every example of every red flag, and what must hold for all of them."""

from __future__ import annotations

import polars as pl
import pytest

from monitor.red_flag import Example, RedFlag
from monitor.red_flags import FLAGS
from pipelines import Tables

EXAMPLES = [pytest.param(flag, example, id=f"{flag.id}: {example.name}") for flag in FLAGS for example in flag.examples]


def found(flag: RedFlag, tables: Tables) -> pl.DataFrame:
    frame: pl.DataFrame = flag.find(tables).collect(backend="polars").to_native()
    return frame


def worst(flag: RedFlag, frame: pl.DataFrame) -> set[str]:
    return set(frame["severity"]) if "severity" in frame.columns else {str(flag.severity)}


@pytest.mark.parametrize(("flag", "example"), EXAMPLES)
def test_example_names_whom_it_says(flag: RedFlag, example: Example) -> None:
    frame = found(flag, example.tables)
    assert set(frame["party"]) == ({example.party} if example.party else set())
    if example.severity is not None:
        assert worst(flag, frame) == {str(example.severity)}
