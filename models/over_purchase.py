"""Corporate groups whose many subsidiaries each buy a little more than they can use.

No single site shows it; the sum over a group does. Purchases are regressed on supply across all operators, the
residuals of a group's members are pooled, and groups are judged at a false-discovery rate (Benjamini and Hochberg,
1995).
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.linear_model import HuberRegressor
from sklearn.utils.validation import check_array, check_consistent_length, check_is_fitted, column_or_1d

from models.features import purchases
from pipelines import Tables
from pipelines.tables import GRAPH, conform

Array = NDArray[np.float64]

MAD_TO_SIGMA = 1.4826
"""Standard deviation of a normal variable per unit of its median absolute deviation."""


class OverPurchase(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Pool residuals of purchases over supply by corporate group.

    `X` is (operators, 1): log megawatts; `y` is log kilowatts drawn by what was bought; `groups` names each operator's
    group. The slope is learned within groups, so that neither a group that buys too much nor the many small buyers
    outside groups bend it. A group's pooled residual is its mean, with variance `tau_² + sigma_²/n`: `sigma_` is the
    spread of operators within groups and `tau_` that of honest groups around each other, both robust, so that the few
    groups in question do not widen the yardstick they are judged by. With few groups that spread is itself uncertain:
    the standardized residual is judged by Student's t, with as many degrees of freedom as groups to learn from.

    Parameters
    ----------
    fdr : float
        False-discovery rate at which a group is named.
    min_members : int
        Groups with fewer members are not judged: the claim is about many small excesses.
    """

    def __init__(self, *, fdr: float = 0.05, min_members: int = 4) -> None:
        self.fdr = fdr
        self.min_members = min_members

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Learn what operators of a size usually buy, and how far honest ones stray.

        Raises
        ------
        ValueError
            Fewer than two operators, or arrays of different length.
        """
        X = np.asarray(check_array(X, ensure_min_samples=2), dtype=float)
        y = np.asarray(column_or_1d(y), dtype=float)
        groups = np.arange(len(y)) if groups is None else np.asarray(groups)
        check_consistent_length(X, y, groups)
        self.n_features_in_ = X.shape[1]
        counts = {group: int((groups == group).sum()) for group in np.unique(groups)}
        judged = [group for group, count in counts.items() if count >= self.min_members] or list(counts)
        inside = {group: np.flatnonzero(groups == group) for group in judged}
        around = np.concatenate([X[rows] - X[rows].mean(axis=0) for rows in inside.values()])
        above = np.concatenate([y[rows] - y[rows].mean() for rows in inside.values()])
        self.regression_ = HuberRegressor(fit_intercept=False).fit(*((around, above) if around.any() else (X, y)))
        residuals = y - self.regression_.predict(X)
        centers = [float(np.mean(residuals[rows])) for rows in inside.values()]
        sizes = [len(rows) for rows in inside.values()]
        within = np.concatenate(
            [
                (residuals[rows] - center) * np.sqrt(len(rows) / max(len(rows) - 1, 1))
                for rows, center in zip(inside.values(), centers, strict=True)
            ]
        )
        self.sigma_ = max(_spread(within), 1e-6)
        self.center_ = float(np.median(centers))
        self.tau_ = self._between(centers, sizes)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Give the log kilowatts an operator of this supply usually buys."""
        check_is_fitted(self)
        return np.asarray(self.regression_.predict(check_array(X)) + self.center_, dtype=float)

    def judge(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike) -> pl.DataFrame:
        """Judge groups: `group`, `members`, `excess_log` (mean residual), `score`, `p_value`, `q_value`."""
        residuals = pl.DataFrame(
            {"group": np.asarray(groups), "residual": np.asarray(y, dtype=float) - self.predict(X)}
        )
        pooled = (
            residuals.group_by("group")
            .agg(members=pl.len(), excess_log=pl.col("residual").mean())
            .filter(pl.col("members") >= self.min_members)
            .sort("group")
        )
        error = np.sqrt(self.tau_**2 + self.sigma_**2 / pooled.get_column("members").to_numpy())
        score = pooled.get_column("excess_log").to_numpy() / error
        p_value = stats.t.sf(score, self.degrees_)
        q_value = stats.false_discovery_control(p_value) if len(p_value) else p_value
        return pooled.with_columns(
            score=pl.Series(score, dtype=pl.Float64),
            p_value=pl.Series(p_value, dtype=pl.Float64),
            q_value=pl.Series(q_value, dtype=pl.Float64),
        )

    def _between(self, centers: list[float], counts: list[int]) -> float:
        """Estimate the spread of honest groups from those that buy less than the middle one.

        Groups in question lie above it, so the lower half is the clean half; what members' own spread explains is
        taken off, each group weighing by how exactly it is known.
        """
        self.degrees_ = max(sum(center < self.center_ for center in centers), 1)
        if len(centers) < 3:
            return self.sigma_
        below = np.minimum(np.array(centers) - self.center_, 0.0)
        noise = self.sigma_**2 / np.array(counts)
        lower = below < 0
        weights = 1 / noise[lower] ** 2
        return float(np.sqrt(max(np.average(below[lower] ** 2 - noise[lower], weights=weights), 0.0)))


def _spread(values: Array) -> float:
    return float(MAD_TO_SIGMA * np.median(np.abs(values)))


def over_purchase(tables: Tables, *, fdr: float = 0.05, min_members: int = 4) -> pl.DataFrame:
    """Find the groups that buy more than they need, at the false-discovery rate: GRAPH's `over_purchase`."""
    bought = purchases(tables)
    if bought.height < 2 * min_members:
        return GRAPH["over_purchase"].empty()
    X = np.log(bought.select("megawatts").to_numpy())
    y = np.log(bought.get_column("kilowatts").to_numpy())
    groups = bought.get_column("group").to_numpy()
    model = OverPurchase(fdr=fdr, min_members=min_members).fit(X, y, groups)
    named = model.judge(X, y, groups).filter((pl.col("q_value") <= fdr) & (pl.col("excess_log") > 0))
    expected = bought.with_columns(usual=pl.Series(np.exp(model.predict(X))))
    return conform(_told(named, expected), GRAPH["over_purchase"]).sort("q_value", "party")


def _told(named: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
    surplus = pl.col("chips") * (1 - pl.col("usual") / pl.col("kilowatts"))
    sums = expected.group_by("group", maintain_order=True).agg(
        excess=surplus.sum(), bought=pl.col("chips").sum(), at=pl.col("member"), shipments=pl.col("shipments").explode()
    )
    told = pl.format(
        "{} operators of the group together bought {} accelerators, about {} ({} percent) more than operators with the "
        "same power usually do; the chance of so much by accident is below {}. Statistical: no single site shows it.",
        "members",
        pl.col("bought").cast(pl.Int64),
        pl.col("excess").round().cast(pl.Int64),
        (pl.col("excess_log").exp() * 100 - 100).round().cast(pl.Int64),
        _rounded_up(),
    )
    return named.join(sums, on="group").select(
        party="group",
        score="score",
        p_value="p_value",
        q_value="q_value",
        excess="excess",
        members="at",
        shipments="shipments",
        because=told,
    )


def _rounded_up() -> pl.Expr:
    q = pl.col("q_value")
    return (
        pl.when(q < 1e-4)
        .then(pl.lit("1 in 10,000"))
        .when(q < 1e-3)
        .then(pl.lit("1 in 1,000"))
        .otherwise(pl.lit("1 in 20"))
    )


def parameters(model: OverPurchase) -> dict[str, Any]:
    """Give the fitted yardstick, for reports."""
    check_is_fitted(model)
    return {
        "sigma": model.sigma_,
        "tau": model.tau_,
        "slope": float(model.regression_.coef_[0]),
        "center": model.center_,
    }
