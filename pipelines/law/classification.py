"""The class of an item on a day: accelerators by their parameters, everything else by its declared classification."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from pipelines.law.measure import Measure, of_kind

PARAMETERS = ("tpp", "performance_density", "memory_gbps", "interconnect_gbps", "data_center")
EPOCH = dt.date(1970, 1, 1)


def item_class(
    tpp: float | None,
    performance_density: float | None,
    memory_gbps: float | None,
    interconnect_gbps: float | None,
    data_center: bool | None,
    form: str | None,
    day: dt.date,
) -> str | None:
    """Class of an accelerator, or of what contains it, on a day; None when no measure of that day reaches it.

    `tpp` is total processing performance (TOPS × bits), `performance_density` per mm², `interconnect_gbps` the
    aggregate of both directions. A bare chip is 3A090; a board, server or rack is 4A090. An unknown `data_center`
    counts as designed for data centers. None also where an unknown parameter decides: `accelerator_class` tells.
    """
    return accelerator_class(tpp, performance_density, memory_gbps, interconnect_gbps, data_center, form, day)[0]


def accelerator_class(
    tpp: float | None,
    performance_density: float | None,
    memory_gbps: float | None,
    interconnect_gbps: float | None,
    data_center: bool | None,
    form: str | None,
    day: dt.date,
) -> tuple[str | None, bool]:
    """Class as `item_class` gives it, and whether the known parameters decide it."""
    known = {
        "tpp": tpp,
        "density": performance_density,
        "memory": memory_gbps,
        "interconnect": interconnect_gbps,
        "bandwidth_sum": None if memory_gbps is None or interconnect_gbps is None else memory_gbps + interconnect_gbps,
    }
    decided = True
    for measure in of_kind("items"):
        if not measure.binds(day) or not _reaches(measure, tpp, data_center):
            continue
        answers = [(limb["class"], _meets(limb, known)) for limb in measure.parameters.get("limbs", ())]
        met = next((letter for letter, answer in answers if answer), None)
        if met is not None:
            return _label(met, form), True
        decided = decided and all(answer is False for _, answer in answers)
    return None, decided


def _reaches(measure: Measure, tpp: float | None, data_center: bool | None) -> bool:
    if data_center is not False:
        return True
    free_below = measure.parameters.get("consumer_free_below")
    return not measure.parameters.get("data_center_only") and (free_below is None or tpp is None or tpp >= free_below)


def _meets(limb: Mapping[str, Any], known: Mapping[str, float | None]) -> bool | None:
    """Say whether the parameters meet a limb; None when an unknown one decides."""
    answers = [_compare(known[_parameter(test)], test, bound) for test, bound in limb.items() if test != "class"]
    return False if False in answers else None if None in answers else True


def _parameter(test: str) -> str:
    return test.removesuffix("_at_least").removesuffix("_below")


def _compare(value: float | None, test: str, bound: float) -> bool | None:
    if value is None:
        return None
    return value >= bound if test.endswith("_at_least") else value < bound


def _label(letter: str, form: str | None) -> str:
    if letter.startswith("notice"):
        return letter
    return f"{'3A090' if form == 'chip' else '4A090'}.{letter}"


def declared_class(eccn: str | None, day: dt.date) -> str | None:
    """Give back a declared classification when the controls of that day know it, else None."""
    written = normalized_eccn(eccn)
    if written is None:
        return None
    binding = [each.parameters for each in of_kind("items") if each.binds(day)]
    named = any(_is_or_under(written, name) for each in binding for name in each.get("declared", ()))
    headed = any(written.split(".")[0] in each.get("declared_whole", ()) for each in binding)
    return written if named or headed else None


def _is_or_under(written: str, name: str) -> bool:
    """Say whether a classification is one named, or a subparagraph of a named paragraph; not of a bare number."""
    return written == name or ("." in name and written.startswith(f"{name}."))


def normalized_eccn(eccn: str | None) -> str | None:
    """Spell a classification as the Commerce Control List does: 4A090.a; None when it is not one."""
    found = re.match(r"([0-9][A-Ea-e][0-9]{3})((?:\.?[A-Za-z](?:\.?[0-9]{1,2})?)?)$", (eccn or "").strip())
    if not found:
        return None
    head, tail = found.group(1).upper(), found.group(2).lower().lstrip(".")
    return f"{head}.{tail}" if tail else head


def class_letter(label: str | None) -> str | None:
    """Reduce a class to what measures name: a, b, c, z, equipment, or the name of a notice."""
    if label is None or label.startswith("notice"):
        return label
    if label.startswith("3B"):
        return "equipment"
    return label.split(".")[1] if "." in label else "a"


@cache
def turns() -> tuple[dt.date, ...]:
    """First days on which the classes of items differ from the day before, in order."""
    return tuple(sorted({day for measure in of_kind("items") for day in measure.turns}))


def floor_day(days: pl.Series, turns: Sequence[dt.date]) -> pl.Series:
    """Replace each day number by the last of some days not after it; one before the first when it is earlier."""
    numbers = pl.Series([(turn - EPOCH).days for turn in turns], dtype=pl.Int32)
    floors = pl.concat([numbers.head(1) - 1, numbers])
    found = floors.gather(numbers.search_sorted(days.fill_null(0), side="right"))
    return found.zip_with(days.is_not_null(), pl.Series([None], dtype=pl.Int32)).alias(days.name)


def classify(
    shipments: pl.DataFrame, accelerators: pl.DataFrame, *, day_column: str = "shipped_day", as_of: dt.date
) -> pl.DataFrame:
    """Add `item_class`, `item_class_today` and `controlled` to shipments whose goods are recognized.

    Accelerators are judged by the parameters of their row in `accelerators` (by `model`, else the strongest variant
    of `chip`), goods known only by a declared classification by that. Recognized other goods are not controlled;
    for goods that are unknown, or whose deciding parameter is, `controlled` is null.
    """
    frame = shipments.with_columns(pl.lit((as_of - EPOCH).days, pl.Int32).alias("_today"))
    for day, suffix in ((day_column, ""), ("_today", "_today")):
        frame = _classified(frame, accelerators, day, suffix)
    return frame.drop("_today", "controlled_today")


def _classified(frame: pl.DataFrame, accelerators: pl.DataFrame, day: str, suffix: str) -> pl.DataFrame:
    frame = frame.drop(f"item_class{suffix}", f"controlled{suffix}", strict=False)
    key = ["model", "chip", "family", "form", "eccn", "_floor"]
    frame = frame.with_columns(floor_day(frame[day], turns()).alias("_floor"))
    parameters = _parameters(accelerators)
    distinct = frame.select(key).unique()
    answers = [_answer(row, parameters) for row in distinct.iter_rows(named=True)]
    schema = {f"item_class{suffix}": pl.String(), f"controlled{suffix}": pl.Boolean()}
    judged = distinct.hstack(pl.DataFrame(answers, schema=schema, orient="row"))
    return frame.join(judged, on=key, how="left", nulls_equal=True, maintain_order="left").drop("_floor")


def _parameters(accelerators: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Parameters by model and by product; of several variants of a product the strongest stands for it."""
    rows = accelerators.sort("tpp", nulls_last=False).to_dicts()
    return {row["product"]: row for row in rows} | {row["id"]: row for row in rows}


def _answer(row: Mapping[str, Any], parameters: Mapping[str, Mapping[str, Any]]) -> tuple[str | None, bool | None]:
    if row["_floor"] is None:
        return None, None
    day = EPOCH + dt.timedelta(days=row["_floor"])
    chip = None if row["chip"] is None else parameters.get(row["model"] or "") or parameters.get(row["chip"])
    if chip is not None:
        tpp, density, memory, interconnect, data_center = (chip[name] for name in PARAMETERS)
        label, decided = accelerator_class(tpp, density, memory, interconnect, data_center, row["form"], day)
        return label, label is not None if decided else None
    if row["family"] == "other":
        return None, False
    label = declared_class(row["eccn"], day) if row["family"] is not None else None
    exists_later = row["family"] is not None and declared_ever(row["eccn"])
    return label, True if label else False if exists_later else None


def declared_ever(eccn: str | None) -> bool:
    """Say whether a declared classification is one the controls know, on whatever day."""
    return any(declared_class(eccn, day) is not None for day in turns())
