"""The over-purchase model: finds planted groups, keeps its false-discovery rate, follows the scikit-learn contract."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from models.over_purchase import OverPurchase, over_purchase
from pipelines import Tables


def _market(seed: int, *, groups: int, excess: float, between: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    of = np.repeat(np.arange(groups), rng.integers(8, 30, groups))
    supply = np.log(rng.uniform(1, 8, len(of)))
    bought = supply + 6.2 + rng.normal(0, 0.08, len(of)) + rng.normal(0, between, groups)[of]
    bought[of == 3] += np.log1p(excess)
    return supply[:, None], bought, of


def _named(seed: int, **market: float) -> list[int]:
    X, y, of = _market(seed, **market)  # type: ignore[arg-type]
    judged = OverPurchase().fit(X, y, of).judge(X, y, of)
    return judged.filter(judged["q_value"] <= 0.05)["group"].to_list()


def test_a_group_whose_members_each_buy_a_fifth_more_is_found_among_forty() -> None:
    found = [3 in _named(seed, groups=40, excess=0.2, between=0.02) for seed in range(40)]
    assert sum(found) >= 38


@pytest.mark.parametrize("between", [0.0, 0.02, 0.05], ids=["alike", "close", "apart"])
def test_honest_markets_are_rarely_named(between: float) -> None:
    named = [bool(_named(seed, groups=20, excess=0.0, between=between)) for seed in range(100)]
    assert sum(named) <= 12


def test_one_operator_that_buys_a_lot_does_not_make_its_group_one_of_many_small_excesses() -> None:
    X, y, of = _market(1, groups=20, excess=0.0, between=0.02)
    y[np.flatnonzero(of == 5)[0]] += 0.3
    judged = OverPurchase().fit(X, y, of).judge(X, y, of)
    assert judged.filter(judged["group"] == 5)["q_value"].item() > 0.05


def test_groups_below_the_least_size_are_not_judged() -> None:
    X, y = np.log(np.arange(1.0, 13.0))[:, None], np.log(np.arange(1.0, 13.0))
    of = np.array([0] * 3 + [1] * 4 + [2] * 5)
    judged = OverPurchase(min_members=4).fit(X, y, of).judge(X, y, of)
    assert judged["group"].to_list() == [1, 2]


def test_the_estimator_can_be_cloned_and_says_when_it_is_not_fitted() -> None:
    model = clone(OverPurchase(fdr=0.01, min_members=6))
    assert model.get_params() == {"fdr": 0.01, "min_members": 6}
    with pytest.raises(Exception, match="not fitted"):
        model.predict([[1.0]])


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="inconsistent"):
        OverPurchase().fit([[1.0], [2.0], [3.0]], [1.0, 2.0])


def _world(excess: float) -> Tables:
    rng = np.random.default_rng(4)
    parties, sites, shipments = [], [], []
    for group in range(10):
        for member in range(8):
            name = f"g{group}m{member}"
            megawatts = float(rng.uniform(1, 6))
            chips = megawatts * 1000 / 1.275 / 0.66 * 0.8 * float(rng.normal(1, 0.05)) * (1 + excess * (group == 2))
            parties.append({"id": name, "name": name, "group": f"g{group}"})
            sites.append({"id": f"s{name}", "name": name, "operator": name, "megawatts": megawatts})
            shipments.append(
                {
                    "id": f"x{name}",
                    "shipped_on": "2024-05-01",
                    "shipper": "maker",
                    "consignee": name,
                    "family": "accelerator",
                    "chips": round(chips),
                    "kilowatts_per_chip": 1.275,
                    "h100_equivalents": round(chips),
                    "moves_goods": True,
                }
            )
    return Tables.of(parties=parties, sites=sites, shipments=shipments)


def test_tables_give_the_group_with_its_excess_and_the_shipments_it_rests_on() -> None:
    found = over_purchase(_world(excess=0.15)).to_dicts()
    assert [row["party"] for row in found] == ["g2"]
    assert len(found[0]["members"]) == len(found[0]["shipments"]) == 8
    assert "no single site" in found[0]["because"]


def test_an_honest_world_names_nobody() -> None:
    assert over_purchase(_world(excess=0.0)).is_empty()


def test_a_world_without_sites_names_nobody() -> None:
    assert over_purchase(Tables.of(shipments=[])).is_empty()
