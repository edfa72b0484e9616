"""Measure the over-purchase model on made-up markets, as in its card: `python -m tests.benchmarks over_purchase`."""

from __future__ import annotations

import numpy as np

from models.over_purchase import OverPurchase

MARKETS, EXCESS, PLANTED, RATE = 150, 0.10, 3, 0.05


def named(seed: int, groups: int, between: float) -> list[int]:
    """Make one market with one group planted, and give the groups the model names."""
    rng = np.random.default_rng(seed)
    of = np.repeat(np.arange(groups), rng.integers(8, 30, groups))
    supply = np.log(rng.uniform(1, 8, len(of)))[:, None]
    bought = supply[:, 0] + 6.2 + rng.normal(0, 0.08, len(of)) + rng.normal(0, between, groups)[of]
    bought[of == PLANTED] += np.log1p(EXCESS)
    judged = OverPurchase(fdr=RATE).fit(supply, bought, of).judge(supply, bought, of)
    return [int(group) for group in judged.filter(judged["q_value"] < RATE)["group"]]


def main() -> None:
    """Print, per kind of market, how often the planted group is named, and the share of names that are wrong."""
    for groups in (8, 12, 40):
        for between in (0.0, 0.02, 0.05):
            found = [named(seed, groups, between) for seed in range(MARKETS)]
            power = np.mean([PLANTED in each for each in found])
            false = np.mean([sum(group != PLANTED for group in each) / max(len(each), 1) for each in found])
            print(f"{groups:3} groups, spread {between:4.0%}: named {power:5.1%}, false discoveries {false:5.1%}")


if __name__ == "__main__":
    main()
