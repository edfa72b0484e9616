"""A vacuum removes what no kept run needs, and nothing else, whoever is killed."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import StoreError, UnknownRun
from pipelines.store import Store
from pipelines.store.retention import Older, Retention, to_retire
from pipelines.store.vacuum import vacuum
from pipelines.store.verify import verify
from tests.pipelines.store.stores import NOON, daily, one_run, shown, size

LATER = NOON + dt.timedelta(days=1000)


@pytest.mark.long
def test_a_hundred_runs_are_what_they_were_through_retention_and_vacuum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.store.delta.MANY_FILES", 20)
    store = Store(tmp_path)
    told = {}
    for number in range(104):
        at = NOON + dt.timedelta(days=3 * number)
        run = one_run(store, [number, -number], [number % 7, number], at)
        told[run] = shown(store.open())
        if number % 40 == 39:
            vacuum(store, Retention(days=60), now=at, needed={2, 33})
    done = vacuum(store, Retention(days=60), now=at, needed={2, 33})
    kept = store.runs()["run"].to_list()
    assert {2, 33, 104} <= set(kept)
    assert 20 < len(kept) < 45
    assert done.kept == len(kept)
    assert {run: shown(store.open(run)) for run in kept} == {run: told[run] for run in kept}
    assert verify(store).wrong == []
    assert (tmp_path / "table" / "_delta_log" / "_last_checkpoint").exists()


def test_a_vacuum_gives_back_the_bytes_of_retired_runs(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for day in range(10):
        rows = list(range(day, 20_000 + day))
        one_run(store, [day], rows, NOON + dt.timedelta(days=day))
    before, tables = size(tmp_path), size(tmp_path / "table")
    would = vacuum(store, Retention(days=1, older="none"), now=LATER, dry_run=True)
    assert size(tmp_path) == before
    done = vacuum(store, Retention(days=1, older="none"), now=LATER)
    assert (done.files, done.retired) == (would.files, tuple(range(1, 10)))
    assert done.bytes > 0.8 * tables
    assert size(tmp_path / "table") < 0.2 * tables
    assert vacuum(store, Retention(days=1, older="none"), now=LATER).files == 0


def test_without_retention_every_run_stays_and_only_leftovers_go(tmp_path: Path) -> None:
    store = Store(tmp_path)
    daily(store, 3)
    with store.begin() as writer:
        writer.write("table", pl.DataFrame({"n": range(5000)}))
    told = [shown(store.open(run)) for run in (1, 2, 3)]
    done = vacuum(store, Retention(), now=LATER)
    assert (done.retired, done.files, done.tables) == ((), 1, ("table",))
    assert [shown(store.open(run)) for run in (1, 2, 3)] == told
    assert one_run(store, [9]) == 4
    assert verify(store).wrong == []


def test_a_retired_run_is_refused_with_the_nearest_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    daily(store, 5)
    vacuum(store, Retention(days=1, older="none"), now=LATER, needed={2})
    assert store.runs()["run"].to_list() == [2, 5]
    for asked in (3, NOON.date() + dt.timedelta(days=2)):
        with pytest.raises(UnknownRun, match=r"run 3 of 2024-01-04 was retired .* run 2 of 2024-01-03 and run 5 of"):
            store.open(asked)
    assert store.open(NOON.date() + dt.timedelta(days=1)).info.run == 2
    assert one_run(store) == 6


def test_nobody_vacuums_while_a_run_is_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    daily(store, 2)
    with store.begin(), pytest.raises(StoreError, match="is writing"):
        vacuum(store, Retention(days=1), now=LATER)
    assert vacuum(Store(tmp_path / "none"), Retention(), now=LATER).kept == 0


@given(
    gaps=st.lists(st.integers(0, 40), min_size=1, max_size=30),
    days=st.none() | st.integers(1, 400),
    older=st.sampled_from(("monthly", "yearly", "none")),
    needed=st.sets(st.integers(1, 30), max_size=3),
)
def test_runs_are_retired_by_day_and_period(gaps: list[int], days: int | None, older: Older, needed: set[int]) -> None:
    made = [NOON + dt.timedelta(days=sum(gaps[:at])) for at in range(len(gaps))]
    lines = pl.DataFrame({"run": range(1, len(made) + 1), "made_at": made})
    today = made[-1].date() + dt.timedelta(days=30)
    gone = to_retire(lines, Retention(days, older), today, needed)
    for run, at in enumerate(made, 1):
        same = [later for later in made[run:] if (later.year, later.month * (older == "monthly")) ==
                (at.year, at.month * (older == "monthly"))]  # fmt: skip
        stays = days is None or (today - at.date()).days < days or run in needed or run == len(made)
        stays = stays or (older != "none" and not same)
        assert (run not in gone) == stays


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(("run", "lost run", "vacuum")), st.lists(st.integers(0, 9), max_size=2), st.integers(0, 3)
        ),
        max_size=9,
    )
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_kept_runs_never_change_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, list[int], int]]
) -> None:
    store, told = Store(tmp_path_factory.mktemp("store")), {}
    for at, (act, rows, days) in enumerate(steps):
        now = NOON + dt.timedelta(days=at)
        if act == "vacuum":
            vacuum(store, Retention(days + 1, "none"), now=now)
        elif act == "run":
            run = one_run(store, rows, rows, now)
            told[run] = shown(store.open())
        else:
            with store.begin() as writer:
                writer.append("facts", pl.DataFrame({"n": rows}, schema={"n": pl.Int64}))
                writer.write("table", pl.DataFrame({"n": rows}, schema={"n": pl.Int64}))
    for run in store.runs()["run"]:
        assert shown(store.open(run)) == told[run]
    assert verify(store).wrong == []


KILLED = """
import datetime as dt, os, signal, sys
from pipelines.store import Store
from pipelines.store.retention import Retention
from pipelines.store.vacuum import vacuum
from pipelines.store import vacuum as module

sweep, left = module._sweep, [int(sys.argv[2])]

def one(*arguments, **options):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return sweep(*arguments, **options)

module._sweep = one
print("begun", flush=True)
vacuum(Store(sys.argv[1]), Retention(1, "none"), now=dt.datetime(2027, 1, 1, tzinfo=dt.UTC), needed={3, 6})
print("done", flush=True)
"""


@pytest.mark.parametrize(("swept", "wait"), [(0, 9), (1, 9), (2, 9), (9, 0.0), (9, 0.03), (9, 0.06)])
def test_a_killed_vacuum_leaves_every_kept_run_as_it_was(tmp_path: Path, swept: int, wait: float) -> None:
    store = Store(tmp_path)
    daily(store, 8)
    told = {run: shown(store.open(run)) for run in (3, 6, 8)}
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(swept)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        with suppress(subprocess.TimeoutExpired):
            process.wait(wait)
        process.send_signal(signal.SIGKILL)
    assert process.returncode in (0, -signal.SIGKILL)
    kept = store.runs()["run"].to_list()
    assert set(told) <= set(kept)
    assert {run: shown(store.open(run)) for run in told} == told
    assert verify(store).wrong == []
    vacuum(store, Retention(1, "none"), now=LATER, needed={3, 6})
    assert store.runs()["run"].to_list() == [3, 6, 8]
    assert {run: shown(store.open(run)) for run in told} == told
