"""Intervals by the bias-corrected accelerated bootstrap (Efron 1987), with the choice of the model in every replicate.

As Chan, Silverman and Vincent (2021), section 3.3, and their R package do it: multinomial resampling of the children over
the cells; the acceleration from leaving out one child at a time, each cell weighted by its count; quantiles of type 8.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from heard.engine.estimate.models import Array

_NORMAL = NormalDist()


def replicates(table: Array, many: int, seed: int) -> Array:
    """Tables of as many children, drawn from those observed. The same seed gives the same tables."""
    drawn = np.random.default_rng(seed).multinomial(int(table.sum()), table / table.sum(), size=many)
    return drawn.astype(float)


def without_one(table: Array) -> tuple[Array, Array]:
    """The table with one child fewer, for each cell that has any; and how many children each stands for."""
    cells = np.flatnonzero(table)
    fewer = np.tile(table, (len(cells), 1))
    fewer[np.arange(len(cells)), cells] -= 1
    return fewer, table[cells]


def acceleration(totals: Array, weights: Array) -> float:
    """From the estimates with one child fewer; those that could not be made are left out."""
    there = np.isfinite(totals)
    totals, weights = totals[there], weights[there]
    if not len(totals):
        return 0.0
    away = np.average(totals, weights=weights) - totals
    spread = (weights * away**2).sum() ** 1.5
    return float((weights * away**3).sum() / (6 * spread)) if spread else 0.0


def between(totals: Array, estimate: float, acceleration: float, sure: float) -> tuple[float, float]:
    """The limits between which the true total is with probability `sure`, from the replicates' totals."""
    below = float(np.mean(totals < estimate))
    edge = 0.5 / len(totals)  # all replicates on one side: as if half a one were on the other
    bias = _NORMAL.inv_cdf(min(max(below, edge), 1 - edge))
    chances = [_shifted(level, bias, acceleration) for level in ((1 - sure) / 2, (1 + sure) / 2)]
    low, high = np.quantile(totals, chances, method="median_unbiased")
    return float(low), float(high)


def _shifted(level: float, bias: float, acceleration: float) -> float:
    shifted = _NORMAL.inv_cdf(level) + bias
    room = 1 - acceleration * shifted
    return _NORMAL.cdf(bias + shifted / room) if room > 0 else float(shifted > 0)
