"""The law as dated data: thresholds, country groups, measures and regimes on either side of each date."""

import datetime as dt

import polars as pl
import pytest

from pipelines import Tables
from pipelines.law import controls
from pipelines.law.country_groups import groups_on
from pipelines.normalize.catalog import catalog

DAY = dt.date.fromisoformat


def class_of(model: str, day: str, form: str = "board") -> str | None:
    row = catalog().accelerators.row(by_predicate=pl.col("id") == model, named=True)
    return controls.item_class(
        row["tpp"],
        row["performance_density"],
        row["memory_gbps"],
        row["interconnect_gbps"],
        row["data_center"],
        form,
        DAY(day),
    )


@pytest.mark.parametrize(
    ("model", "day", "expected"),
    [
        ("a100_80_sxm", "2022-10-20", None),
        ("a100_80_sxm", "2022-10-21", "4A090.a"),
        ("h100_sxm", "2022-10-21", "4A090.a"),
        ("a800_sxm", "2022-10-21", None),
        ("a800_sxm", "2023-11-16", None),
        ("a800_sxm", "2023-11-17", "4A090.a"),
        ("h800_sxm", "2023-11-16", None),
        ("l40s", "2023-11-16", None),
        ("l40s", "2023-11-17", "4A090.a"),
        ("l4", "2023-11-17", "4A090.a"),
        ("a30", "2023-11-17", "4A090.b"),
        ("l40", "2023-11-17", "4A090.b"),
        ("a40", "2023-11-17", "4A090.b"),
        ("a10", "2023-11-17", None),
        ("v100_sxm", "2024-06-01", None),
        ("l20", "2025-06-01", None),
        ("rtx4090", "2023-11-16", None),
        ("rtx4090", "2023-11-17", "4A090.a"),
        ("rtx4090d", "2023-11-17", None),
        ("rtx5090d", "2025-06-01", None),
        ("h20", "2025-04-08", None),
        ("h20", "2025-04-09", "notice-h20"),
        ("b200", "2026-11-21", "4A090.a"),
    ],
)
def test_class_follows_the_version_of_the_day(model: str, day: str, expected: str | None) -> None:
    assert class_of(model, day) == expected


def test_a_bare_chip_is_3a090_and_what_contains_it_4a090() -> None:
    assert [class_of("h100_sxm", "2024-01-01", form) for form in ("chip", "board", "server", "rack")] == [
        "3A090.a", "4A090.a", "4A090.a", "4A090.a",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tpp", "density", "expected"),
    [(4800, 0, "4A090.a"), (4799.9, 0, None), (1600, 5.92, "4A090.a"), (1599.9, 5.92, None), (1600, 5.91, "4A090.b"),
     (2400, 1.6, "4A090.b"), (2399.9, 1.6, None), (2400, 1.59, None), (1600, 3.2, "4A090.b"), (1600, 3.19, None)],
)  # fmt: skip
def test_bounds_of_2023_belong_to_the_class(tpp: float, density: float, expected: str | None) -> None:
    assert controls.item_class(tpp, density, 0, 0, True, "board", DAY("2024-01-01")) == expected


def test_an_unknown_parameter_that_decides_leaves_the_class_undecided() -> None:
    day = DAY("2024-01-01")
    assert controls.accelerator_class(2000, None, 0, 0, True, "board", day) == (None, False)
    assert controls.accelerator_class(5000, None, None, None, None, "board", day) == ("4A090.a", True)
    assert controls.accelerator_class(1000, None, 0, 0, True, "board", day) == (None, True)


def shipment(day: str, **columns: object) -> dict[str, object]:
    return {"id": day + str(columns), "shipped_on": day, **columns}


@pytest.mark.parametrize(
    ("row", "label", "today", "controlled"),
    [
        (shipment("2024-05-02", chip="h100", family="accelerator", form="rack"), "4A090.a", "4A090.a", True),
        (shipment("2023-05-02", chip="a800", family="accelerator", form="board"), None, "4A090.a", False),
        (shipment("2022-10-20", chip="a100", family="accelerator", form="chip"), None, "3A090.a", False),
        (shipment("2024-05-02", family="accelerator", eccn="5a992z"), "5A992.z", "5A992.z", True),
        (shipment("2023-05-02", family="accelerator", eccn="5A992.z"), None, "5A992.z", False),
        (shipment("2023-05-02", family="accelerator", eccn="4A090"), "4A090", "4A090", True),
        (shipment("2024-12-01", family="memory", eccn="3A090.c"), None, "3A090.c", False),
        (shipment("2024-12-02", family="memory", eccn="3A090.c"), "3A090.c", "3A090.c", True),
        (shipment("2024-05-02", family="semiconductor_equipment", eccn="3B001.f.1"), "3B001.f.1", "3B001.f.1", True),
        (shipment("2024-05-02", family="accelerator", eccn="EAR99"), None, None, None),
        (shipment("2024-05-02", family="accelerator"), None, None, None),
        (shipment("2024-05-02", family="other", eccn="4A994"), None, None, False),
        (shipment("2024-05-02", chip="nobody knows it", family="accelerator"), None, None, None),
        (shipment("2024-05-02"), None, None, None),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_shipments_are_classified_on_their_day_and_today(
    row: dict[str, object], label: str | None, today: str | None, controlled: bool | None
) -> None:
    tables = Tables.of(as_of="2026-01-01", shipments=[row])
    judged = controls.classify(tables.frame("shipments"), catalog().accelerators, as_of=tables.as_of)
    assert judged.select("item_class", "item_class_today", "controlled").row(0) == (label, today, controlled)


def test_classifying_keeps_rows_in_their_order() -> None:
    rows = [
        shipment(f"2023-{1 + n % 12:02}-01", chip=("a100", "a800", None)[n % 3], family="accelerator")
        for n in range(300)
    ]
    tables = Tables.of(shipments=rows)
    judged = controls.classify(tables.frame("shipments"), catalog().accelerators, as_of=tables.as_of)
    assert judged["id"].to_list() == [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("country", "day", "embargoed", "license_country"),
    [
        ("CN", "2022-10-01", True, True), ("HK", "2022-10-01", True, True), ("MO", "2024-01-01", True, True),
        ("KH", "2022-10-01", True, True), ("KH", "2026-02-02", True, True), ("KH", "2026-02-03", False, True),
        ("NI", "2024-03-14", False, False), ("NI", "2024-03-15", True, True),
        ("AE", "2026-07-09", False, True), ("AE", "2026-07-10", False, True),
        ("VN", "2024-01-01", False, True), ("SA", "2024-01-01", False, True), ("IL", "2024-01-01", False, False),
        ("MY", "2024-01-01", False, False), ("SG", "2024-01-01", False, False), ("TW", "2024-01-01", False, False),
        ("US", "2024-01-01", False, False), ("RU", "2024-01-01", True, True), (None, "2024-01-01", False, False),
    ],
)  # fmt: skip
def test_countries_stand_in_their_groups_of_the_day(
    country: str, day: str, embargoed: bool, license_country: bool
) -> None:
    assert controls.arms_embargoed(country, DAY(day)) is embargoed
    assert controls.license_country(country, DAY(day)) is license_country


def test_the_table_of_countries_says_what_the_functions_say() -> None:
    for row in controls.countries().iter_rows(named=True):
        for day in (row["from_on"] or DAY("2020-01-01"), row["until_on"] or DAY("2027-01-01")):
            assert controls.arms_embargoed(row["country"], day) is row["arms_embargoed"]
            assert controls.license_country(row["country"], day) is row["license_country"]
            assert sorted(groups_on(row["country"], day)) == row["groups"]


def test_groups_have_as_many_members_as_the_published_snapshot() -> None:
    names = controls.countries().filter(pl.col("country") != "HK", pl.col("until_on").is_null())
    counts = dict(names.explode("groups").group_by("groups").len().iter_rows())
    expected = {"A:1": 40, "A:5": 38, "A:6": 8, "D:1": 24, "D:4": 21, "D:5": 22, "E:1": 3, "E:2": 1}
    assert {group: counts[group] for group in expected} == expected


def test_macau_is_under_arms_embargo_without_being_in_d5() -> None:
    macau = controls.countries().row(by_predicate=pl.col("country") == "MO", named=True)
    assert macau["arms_embargoed"]
    assert "D:5" not in macau["groups"]


def test_the_diffusion_rule_never_binds() -> None:
    measure = next(each for each in controls.measures() if each.id == "diffusion-worldwide")
    days = [DAY("2025-01-13") + dt.timedelta(days=30 * month) for month in range(30)]
    assert not any(measure.binds(day) for day in days)
    assert {measure.status_on(day) for day in days} == {"not_enforced"}


@pytest.mark.parametrize(
    ("regime", "day", "status", "verify"),
    [
        ("bis", "2025-09-28", "not_yet", False), ("bis", "2025-09-29", "in_force", False),
        ("bis", "2025-11-09", "in_force", False), ("bis", "2025-11-10", "suspended", False),
        ("bis", "2026-11-09", "suspended", False), ("bis", "2026-11-10", "in_force", True),
        ("ofac", "2014-08-12", "not_yet", False), ("ofac", "2014-08-13", "in_force", False),
        ("eu", "2024-01-01", "in_force", True), ("uk", "2024-01-01", "in_force", True),
    ],
)  # fmt: skip
def test_ownership_regimes_have_a_status_for_every_day(regime: str, day: str, status: str, verify: bool) -> None:
    found = next(each for each in controls.regimes() if each.id == regime)
    assert (found.status_on(DAY(day)), found.to_verify(DAY(day))) == (status, verify)


def test_owner_sets_and_thresholds_differ_by_regime() -> None:
    regimes = {each.id: each for each in controls.regimes()}
    assert set(regimes["bis"].lists) == {"EL", "MEU", "SDN"}
    assert regimes["ofac"].lists == ("SDN",)
    assert {name: each.strict for name, each in regimes.items()} == {
        "bis": False,
        "ofac": False,
        "eu": True,
        "uk": True,
    }
    assert not regimes["uk"].aggregate


def test_lists_do_what_their_law_says() -> None:
    effects = {name: each.effect for name, each in controls.effects().items()}
    assert {effects[name] for name in ("EL", "DPL", "MEU", "SDN")} == {"prohibits"}
    assert {effects[name] for name in ("UVL", "DTC")} == {"conditions"}
    assert {effects[name] for name in ("SSI", "CAP", "CAPTA", "MBS", "CMIC", "PLC")} == {"other"}


def test_measures_are_complete_and_listed_by_day() -> None:
    ids = [each.id for each in controls.measures()]
    assert len(ids) == len(set(ids))
    assert all(
        each.citation and each.confidence in ("V", "S", "M", "K") and each.status for each in controls.measures()
    )
    assert all(each.valid_from <= DAY("2023-01-01") for each in controls.on(DAY("2023-01-01")))
    assert "3a090-2022" in {each.id for each in controls.on(DAY("2023-01-01"))}
    assert "3a090-2022" not in {each.id for each in controls.on(DAY("2024-01-01"))}
