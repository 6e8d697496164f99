"""Many Poisson log-linear fits at once, by Newton's method. Nothing here knows how a model is chosen.

The extended maximum likelihood of Chan, Silverman and Vincent (2021): where nobody is on all lists of an interaction, its
parameter is minus infinity, its cells are left out, and the parameter still counts. Whether the rest can be estimated at all
is told for each fit:

- identified: the cells that are left determine every parameter. The rows of the parameters' own cells are triangular, so only
  the level of the whole can be free; it is just where the alternating sum over each cell's parameters is nought (Moebius
  inversion). That is the rank of the design in whole numbers, without rounding.
- existing (Fienberg and Rinaldo 2012): some table without noughts has the margins of the observed one. Newton's method shows
  which of the linear programme's two answers holds: it stands still at such a table, or goes on for ever along a direction in
  which no margin changes. Where it shows neither, `existence` solves the programme.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heard.engine.estimate.existence import exists
from heard.engine.estimate.models import over_subsets, over_supersets

if TYPE_CHECKING:
    from collections.abc import Callable

    from heard.engine.estimate.models import Array

_TOGETHER = 256  # fits that are worked on together: what they need stays in a core's cache
_STANDS_STILL = 1e-4  # change of the log of any mean; what is left then is about half its square
_STEPS, _MANY_STEPS = 60, 5000
_LOOK_FOR_ENDLESS = 7  # the step from which on a direction without end shows clearly
_FAR = 3.0  # largest change of the log of any mean in a step
_HARDLY_ANY = 1e-3  # what a fit without end could still gain, in children, when it is left
_EXACT = (
    1e-6  # a cell that grows less does not grow: the numbers in a direction are ratios of small whole numbers
)
_FIRM, _SOFT = (
    1e-13,
    1e-10,
)  # added to the diagonal, where the equations are regular and where they may be singular


@dataclass(frozen=True)
class Fits:
    """One entry for each fit.

    `deviance`: twice what the saturated model's log-likelihood is higher by; where the fit does not exist, its limit to within
    a hundredth. `missing`: estimated number on no list, NaN where it cannot be told. `means`: fits by sets.
    """

    deviance: Array
    missing: Array
    identified: Array
    existing: Array
    means: Array

    @property
    def usable(self) -> Array:
        return self.identified & self.existing


def fit(counts: Array, models: Array, start: Array | None = None, worth: Array | float = np.inf) -> Fits:
    """Fits model i to table i. All arrays are fits by sets; nobody is in column 0 of `counts`. `start`: means to begin from.

    `worth`: the deviance above which a fit is of no use. One that is sure to be above it is given up, and said not to exist.
    """
    margins = over_supersets(counts)
    impossible = models & (margins == 0)
    impossible[:, 0] = False
    kept = over_subsets(impossible) == 0
    kept[:, 0] = False
    active = models & ~impossible
    sign = np.array([(-1.0) ** s.bit_count() for s in range(counts.shape[1])])
    identified = (kept & (over_subsets(active * sign) != 0)).any(axis=1)
    begin = np.log(counts + 0.1 if start is None else np.maximum(np.maximum(start, counts / 3), 1e-8))
    task = _Task(counts, active, kept, begin, np.broadcast_to(worth, len(counts)))
    out = _Out(*counts.shape)
    _in_parts(lambda part: _newton(task, part, out), np.flatnonzero(identified), active.sum(axis=1))
    for i in np.flatnonzero(out.undecided):
        if exists(np.flatnonzero(active[i]), np.flatnonzero(kept[i]), counts[i, kept[i]]):
            _newton(task, np.array([i]), out, steps=_MANY_STEPS)
    missing = np.exp(np.where(out.existing, out.level, np.nan))
    return Fits(_deviance(counts, out.means, identified), missing, identified, out.existing, out.means)


def _deviance(counts: Array, means: Array, fitted: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.where(counts > 0, np.log(counts / means), 0.0)
    return np.where(fitted, 2 * (counts * log - counts + means).sum(axis=1), 0.0)


def _in_parts(work: Callable[[Array], None], fits: Array, sizes: Array) -> None:
    """Spreads fits over the cores, those of one size together. The parts are the same however many cores there are."""
    ordered = fits[np.argsort(sizes[fits], kind="stable")]
    parts = [ordered[i : i + _TOGETHER] for i in range(0, len(ordered), _TOGETHER)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(work, parts))


@dataclass(frozen=True)
class _Task:
    """What is to be fitted, one row for each fit. `begin`: logs of means. `worth`: deviances."""

    counts: Array
    active: Array
    kept: Array
    begin: Array
    worth: Array


class _Out:
    """What came out, filled part by part."""

    def __init__(self, fits: int, sets: int) -> None:
        self.level = np.full(fits, np.nan)
        self.means = np.zeros((fits, sets))
        self.existing = np.zeros(fits, dtype=bool)
        self.undecided = np.zeros(fits, dtype=bool)

    def take(self, work: _Work, settled: Array, existing: Array) -> None:
        rows = work.part[settled]
        self.level[rows] = work.level[settled]
        self.means[rows] = work.means[settled]
        self.existing[rows] = existing[settled]


def _newton(task: _Task, part: Array, out: _Out, steps: int = _STEPS) -> None:
    """The fits of one part together; each leaves when it is settled."""
    work = _Work(task, part)
    for step in range(steps):
        moved = work.step(first=step == 0)
        still = np.abs(moved).max(axis=1) < _STANDS_STILL
        settled = still | work.endless(moved) if step >= _LOOK_FOR_ENDLESS else still
        settled = settled | (work.least > work.worth)
        if settled.any():
            out.take(work, settled, still)
            if settled.all():
                return
            work.leave_out(settled)
    everything = np.ones(len(work.part), dtype=bool)
    out.take(work, everything, ~everything)
    out.undecided[work.part] = True


class _Work:
    """The state of the fits of one part. `sets`: the active parameters of each fit, filled up with one that is in no cell."""

    def __init__(self, task: _Task, part: Array) -> None:
        self.part, self.counts, self.kept = part, task.counts[part], task.kept[part]
        self.worth, self.saturated = task.worth[part], _entropy(self.counts)
        active = task.active[part]
        nowhere = active.shape[1]
        sets = np.argsort(~active, axis=1, kind="stable")[:, : active.sum(axis=1).max()]
        self.sets = np.where(np.take_along_axis(active, sets, axis=1), sets, nowhere)
        self.pairs = np.minimum(self.sets[:, :, None] | self.sets[:, None, :], nowhere).reshape(len(part), -1)
        self.log = task.begin[part]
        self.level = np.zeros(len(part))
        self.means = np.exp(self.log) * self.kept
        self.least = np.full(len(part), -np.inf)

    def step(self, *, first: bool) -> Array:
        """One step; gives the change of the log of each mean. The first comes to the model from outside it."""
        slope = self.counts - self.means
        if first:
            slope += self.means * self.log
        change = _solved(self.means, slope, self.sets, self.pairs, _FIRM)
        moved = over_subsets(change)
        if first:
            self.level, self.log, moved = change[:, 0], moved, moved - self.log
        self.least = self._least(moved)
        if not first:
            size = np.minimum(1, _FAR / np.maximum(np.abs(moved * self.kept).max(axis=1), _STANDS_STILL))
            self.level = self.level + size * change[:, 0]
            self.log = self.log + size[:, None] * moved
        self.means = np.exp(np.minimum(self.log, 50)) * self.kept
        return moved * self.kept

    def _least(self, moved: Array) -> Array:
        """A deviance for each fit which its own cannot be below; minus infinity where the step does not give one.

        A step's first-order means have the margins of the table. Any such means have at least the entropy of the fit (duality).
        """
        means = self.means * (1 + moved)
        inside = (means >= 0).all(axis=1)
        return np.where(inside, 2 * (self.saturated - _entropy(np.maximum(means, 0))), -np.inf)

    def endless(self, moved: Array) -> Array:
        """Which fits go on along a direction in which no observed cell's mean changes and no other's grows."""
        observed = self.counts > 0
        falling = moved < -0.5
        likely = falling.any(axis=1) & ((self.means * falling).sum(axis=1) < _HARDLY_ANY)
        likely &= (self.counts * moved**2).sum(axis=1) < _HARDLY_ANY
        rows = np.flatnonzero(likely)
        if len(rows):
            likely[rows] = self._without_end(rows, moved[rows], observed[rows])
        return likely

    def _without_end(self, rows: Array, moved: Array, observed: Array) -> Array:
        """Each direction is first brought into the space where no observed cell changes, then looked at."""
        weights = observed.astype(float)
        undone = _solved(weights, moved * weights, self.sets[rows], self.pairs[rows], _SOFT)
        change = np.where(self.kept[rows] & ~observed, moved - over_subsets(undone), 0.0)
        return (change.max(axis=1) < _EXACT) & (change.min(axis=1) < -0.5)

    def leave_out(self, settled: Array) -> None:
        for name in (
            "part", "counts", "kept", "worth", "saturated", "sets", "pairs", "log", "level", "means", "least",
        ):  # fmt: skip
            setattr(self, name, getattr(self, name)[~settled])


def _entropy(means: Array) -> Array:
    """Of each fit: the sum of means times their logs, less the means. The log-likelihood of a table that fits itself, up to a
    constant."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(means > 0, means * np.log(means) - means, 0.0).sum(axis=1)


def _solved(weights: Array, slope: Array, sets: Array, pairs: Array, ridge: float) -> Array:
    """The parameters that solve the weighted normal equations, fits by sets. `weights` and `slope`: of each cell."""
    fits, width = sets.shape
    curve = np.take_along_axis(_and_none(over_supersets(weights)), pairs, axis=1).reshape(fits, width, width)
    diagonal = np.einsum("ijj->ij", curve)
    diagonal += np.where(diagonal > 0, ridge * diagonal, 1.0)
    goal = _and_none(over_supersets(slope))
    found = np.linalg.solve(curve, np.take_along_axis(goal, sets, axis=1)[:, :, None])[:, :, 0]
    change = np.zeros_like(goal)
    np.put_along_axis(change, sets, found, axis=1)
    return change[:, :-1]


def _and_none(values: Array) -> Array:
    """With one more column of noughts, for the parameter that is in no cell."""
    return np.concatenate([values, np.zeros((len(values), 1))], axis=1)
