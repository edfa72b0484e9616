"""The shipped catalog: facts that others rest on."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipelines.configuration import config_path
from pipelines.errors import InputError
from pipelines.normalize import catalog as module
from pipelines.normalize.catalog import catalog
from tests.shared_data import real_data


def parameter(name: str, chip: str) -> float | None:
    value: float | None = dict(catalog().accelerators.select("id", name).iter_rows())[chip]
    return value


@pytest.mark.parametrize(
    ("chip", "tpp"),
    [
        ("a100_80_sxm", 4_992), ("h100_sxm", 15_832), ("h100_pcie", 12_104), ("h100_nvl", 13_368), ("h20", 2_368),
        ("l4", 1_936), ("l2", 1_544), ("l20", 1_912), ("l40", 2_896), ("l40s", 5_864), ("a30", 2_640), ("a40", 2_395),
        ("a10", 2_000), ("v100_sxm", 2_000), ("rtx4090", 5_285), ("rtx4090d", 4_707), ("rtx5090", 6_704),
        ("rtx5090d", 4_750), ("b200", 36_000), ("gb200", 40_000), ("mi210", 2_896), ("mi250x", 6_128),
        ("mi300x", 20_919), ("mi355x", 60_400), ("gaudi2", 6_920), ("gaudi3", 29_360), ("ascend910", 4_096),
    ],
)  # fmt: skip
def test_performance_is_computed_from_dense_peaks(chip: str, tpp: float) -> None:
    assert parameter("tpp", chip) == pytest.approx(tpp, rel=0.002)


@pytest.mark.parametrize(("chip", "density"), [("h100_sxm", 19.45), ("a100_80_sxm", 6.04), ("l4", 6.58), ("h20", 2.9)])
def test_density_is_performance_over_die(chip: str, density: float) -> None:
    assert parameter("performance_density", chip) == pytest.approx(density, rel=0.005)


def test_what_no_vendor_publishes_stays_unknown() -> None:
    assert parameter("tpp", "mi308x") is None
    assert parameter("performance_density", "gaudi3") is None


def test_the_first_variant_of_a_product_stands_for_it() -> None:
    first = catalog().accelerators.unique("product", keep="first", maintain_order=True)
    assert {"h100_sxm", "a100_80_sxm", "v100_sxm"} <= set(first["id"])


def test_there_are_enough_articles_and_each_is_sourced() -> None:
    items = catalog()
    assert len(items.accelerators) >= 120
    assert len(items.systems.filter(family="accelerator")) >= 40
    assert items.accelerators["source"].null_count() == 0
    assert items.accelerators.filter(pl.col("launched_on").is_null()).is_empty()


@pytest.mark.parametrize(
    ("chip", "form", "chips", "price"),
    [
        ("h100", "server", 8.0, 270_000.0), ("h100", "server", 8.0, 261_111.0), ("h100", "board", 1.0, 31_000.0),
        ("h100", "board", 8.0, 250_000.0), ("gb200", "rack", 72.0, 3_000_000.0), ("a100", "server", 4.0, 70_000.0),
        ("h100", "server", None, 250_000.0), (None, "board", 1.0, 30_000.0), ("mi308x", "server", 6.0, 80_000.0),
    ],
)  # fmt: skip
def test_a_known_price_lies_in_its_band(chip: str | None, form: str, chips: float | None, price: float) -> None:
    band = catalog().price_band(chip, form, chips)
    assert band is not None
    assert band[0] <= price <= band[1]


def test_what_has_no_price_has_no_band() -> None:
    assert catalog().price_band("nothing") is None
    assert catalog().price_band("mi300x", "board", 1.0) is not None


def test_families_have_their_codes() -> None:
    assert {"847150", "847330", "847180", "854231"} <= set(catalog().hs_set("accelerator"))
    assert "853690" not in catalog().hs_set("accelerator")
    assert catalog().hs_set("nothing") == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",board,yes,,,1979", ",brick,yes,,,1979", "no usable form"), (",1979,1979,", ",fast,1979,", "no usable fp8"),
        ("h100_pcie,", "h100_sxm,", "no usable id"), ("2022-09-20", "last year", "no usable launched_on"),
        (",22000,42000,", ",42000,22000,", "no usable high_usd"), (",die_mm2,", ",die,", "no column die_mm2"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named(old: str, new: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = config_path("accelerators.csv").read_text(encoding="utf-8")
    assert old in text
    changed = tmp_path / "accelerators.csv"
    changed.write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr("pipelines.normalize.catalog.config_path", lambda _: changed)
    with pytest.raises(InputError, match=said):
        module._accelerators()


def test_performance_agrees_with_the_published_table() -> None:
    table = real_data() / "items" / "epoch_ml_hardware_2026-04.csv"
    published = pl.read_csv(table, infer_schema=False).select(
        name="Hardware name", said=pl.col("Total processing performance (bit-OP/s)").cast(pl.Float64) / 1e12
    )
    pairs = {
        "NVIDIA H100 SXM5 80GB": "h100_sxm", "NVIDIA H200 SXM": "h200_sxm", "NVIDIA A100 SXM4 80 GB": "a100_80_sxm",
        "NVIDIA B200": "b200", "NVIDIA GB200": "gb200", "AMD Instinct MI300X": "mi300x", "NVIDIA L40": "l40",
        "NVIDIA HGX H20": "h20", "NVIDIA GeForce RTX 4090": "rtx4090", "AMD Radeon Instinct MI250X": "mi250x",
    }  # fmt: skip
    told = dict(published.iter_rows())
    for name, chip in pairs.items():
        assert parameter("tpp", chip) == pytest.approx(told[name], rel=0.002), name
