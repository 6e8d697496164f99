"""How the model is chosen, for many tables at once: the smallest BIC, or step by step.

Both say for each table which model it is and how many children there are in all. Bootstrap and jackknife give them tables by
the thousand, and for each table the whole choice is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from math import lgamma, log
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from heard.engine.estimate import models as hierarchies
from heard.engine.estimate.fitting import fit
from heard.engine.estimate.models import over_supersets

if TYPE_CHECKING:
    from heard.engine.estimate.models import Array

_AT_ONCE = 125  # tables, so that what is held of all models for each stays small
_IN_MEMORY = 20_000  # fits
_FIRST = 6  # models that are fitted for every table, to have something to beat
_BOUNDS_PAY = 500  # with more models than this it pays to bound them by what they lack
_NEAR = 0.05  # a deviance that has no minimum is known to within less than this
_SAME = 1e-7  # criteria that differ by less are the same, and the model that is better for the real table stands first

THRESHOLD = 0.02
"""Chan, Silverman and Vincent (2021), section 4.3."""


@dataclass(frozen=True)
class Chosen:
    """One entry for each table. `totals`: children in all, NaN where no model can be estimated. `models`: rows over sets."""

    totals: Array
    models: Array


def criterion(deviance: Array, models: Array, observed: Array) -> Array:
    """BIC but for what all models of a table share. Parameters that are minus infinity count (Silverman and others 2024)."""
    return models.sum(axis=-1) * np.log(observed) + deviance


def saturated(table: Array) -> float:
    """What `criterion` leaves out: minus twice the log-likelihood of the model that fits every cell."""
    return -2 * sum(n * log(n) - n - lgamma(n + 1) for n in table.tolist() if n)


@dataclass
class ByBic:
    """The model with the smallest BIC among the `top` best for the real table (all where None).

    Silverman, Chan and Vincent (2024). `refused`: how many models have no estimate for the real table.
    """

    method: ClassVar = "bic"
    table: Array
    order: int
    top: int | None = None
    models: Array = field(init=False)
    bic: Array = field(init=False)
    refused: int = field(init=False)

    def __post_init__(self) -> None:
        every = hierarchies.hierarchical(_lists(self.table), self.order)
        fits = fit(np.broadcast_to(self.table, every.shape), every)
        value = criterion(fits.deviance, every, self.table.sum()) + saturated(self.table)
        ranked = np.argsort(np.where(fits.usable, value, np.inf), kind="stable")
        ranked = ranked[: int(fits.usable.sum())]
        self.refused = len(every) - len(ranked)
        self.models, self.bic = every[ranked][: self.top], value[ranked][: self.top]
        self._means = fits.means[ranked][: self.top]

    def start(self, rank: Array) -> Array:
        """Means from which to begin with these models: those of the real table."""
        return self._means[rank]

    def choose(self, tables: Array) -> Chosen:
        """Exactly what fitting every model to every table would give. `tables`: rows over sets."""
        found = [self._choose(tables[i : i + _AT_ONCE]) for i in range(0, len(tables), _AT_ONCE)]
        return Chosen(np.concatenate([f.totals for f in found]), np.concatenate([f.models for f in found]))

    def _choose(self, tables: Array) -> Chosen:
        best, ranks = _Best(self, tables), np.arange(len(self.models))
        pays = len(self.models) > _BOUNDS_PAY
        least = self._least(tables) if pays else np.zeros((len(tables), len(self.models)))
        for some in (ranks < _FIRST, ranks >= _FIRST):
            best.try_all(*np.nonzero(some & (least < best.value[:, None] + _NEAR)))
        return best.chosen()

    def _least(self, tables: Array) -> Array:
        """A criterion for each table and model which the model's own cannot be below.

        A model without some interactions fits no better than the largest model without them.
        """
        columns = hierarchies.interactions(_lists(self.table), self.order)
        pairs = ((a, b) for a, b in combinations(columns, 2) if a & b not in (a, b))
        lacking: list[tuple[int, ...]] = [*((c,) for c in columns), *pairs]
        largest = self._largest(lacking)
        shape = (len(tables), len(largest), tables.shape[1])
        both = [np.broadcast_to(one, shape).reshape(-1, shape[2]) for one in (tables[:, None], largest[None])]
        deviance = fit(*both).deviance.reshape(shape[:2])
        least = np.zeros((len(tables), len(self.models)))
        for k, lacked in enumerate(lacking):
            who = np.flatnonzero(~self.models[:, lacked].any(axis=1))
            least[:, who] = np.maximum(least[:, who], deviance[:, k, None])
        return criterion(least, self.models[None], tables.sum(axis=1)[:, None])

    def _largest(self, lacking: list[tuple[int, ...]]) -> Array:
        sets = np.arange(len(self.table))
        allowed = np.array([s.bit_count() <= self.order for s in range(len(sets))])
        return np.array([allowed & np.all([sets & c != c for c in lacked], axis=0) for lacked in lacking])


class _Best:
    """The best model so far for each table."""

    def __init__(self, by: ByBic, tables: Array) -> None:
        self._by, self._tables, self._observed = by, tables, tables.sum(axis=1)
        self.value = np.full(len(tables), np.inf)
        self._rank = np.full(len(tables), len(by.models))
        self._missing = np.full(len(tables), np.nan)

    def try_all(self, table: Array, rank: Array) -> None:
        """Fits model `rank[i]` to table `table[i]`, as far as it may be better than the best, and keeps the better one."""
        for i in range(0, len(table), _IN_MEMORY):
            self._try(table[i : i + _IN_MEMORY], rank[i : i + _IN_MEMORY])

    def _try(self, table: Array, rank: Array) -> None:
        models, observed = self._by.models[rank], self._observed[table]
        worth = self.value[table] + _NEAR - criterion(np.zeros(len(table)), models, observed)
        fits = fit(self._tables[table], models, self._by.start(rank), worth)
        value = criterion(fits.deviance, models, observed)
        value = np.round(np.where(fits.usable, value, np.inf) / _SAME) * _SAME
        order = np.lexsort((rank, value, table))
        order = order[np.unique(table[order], return_index=True)[1]]  # the best of each table
        t, rank, value, missing = table[order], rank[order], value[order], fits.missing[order]
        better = (value < self.value[t]) | (
            (value == self.value[t]) & (rank < self._rank[t]) & np.isfinite(value)
        )
        t = t[better]
        self.value[t], self._rank[t], self._missing[t] = value[better], rank[better], missing[better]

    def chosen(self) -> Chosen:
        none = self._rank == len(self._by.models)
        return Chosen(
            self._observed + self._missing, self._by.models[np.where(none, 0, self._rank)] & ~none[:, None]
        )


def _lists(table: Array) -> int:
    return table.shape[-1].bit_length() - 1


@dataclass(frozen=True)
class Stepwise:
    """From no interaction on, the pair of lists whose overlap is least likely under the model so far is added, while that is
    less likely than `threshold` and the larger model can be estimated.

    Chan, Silverman and Vincent (2021), section 3.2. The pairs are all that is looked at, as in the paper.
    """

    method: ClassVar = "stepwise"
    order: int = 2
    threshold: float = THRESHOLD

    def choose(self, tables: Array) -> Chosen:
        """`tables`: rows over sets."""
        lists = _lists(tables)
        models = np.tile(hierarchies.main_effects(lists), (len(tables), 1))
        fits = fit(tables, models)
        means, missing = fits.means, fits.missing
        pairs = np.array(hierarchies.interactions(lists, min(self.order, 2)), dtype=int)
        overlaps = over_supersets(tables)[:, pairs]
        going = np.arange(len(tables)) if len(pairs) else np.array([], dtype=int)
        while len(going):
            expected = over_supersets(means[going])[:, pairs]
            likely = np.where(models[going][:, pairs], np.inf, tail(overlaps[going], expected))
            going = self._add(tables, models, means, missing, going, likely, pairs)
        return Chosen(tables.sum(axis=1) + missing, models)

    def _add(
        self,
        tables: Array,
        models: Array,
        means: Array,
        missing: Array,
        going: Array,
        likely: Array,
        pairs: Array,
    ) -> Array:
        """Adds one pair to each model where one may be added, in place. Returns the tables that got one."""
        got = []
        waiting = np.arange(len(going))
        while len(waiting := waiting[likely[waiting].min(axis=1) < self.threshold]):
            pair, table = likely[waiting].argmin(axis=1), going[waiting]
            larger = models[table]
            larger[np.arange(len(table)), pairs[pair]] = True
            fits = fit(tables[table], larger, means[table])
            good = fits.usable
            done = table[good]
            models[done], means[done], missing[done] = larger[good], fits.means[good], fits.missing[good]
            got.append(done)
            likely[waiting, pair] = np.inf
            waiting = waiting[~good]
        return np.sort(np.concatenate(got)) if got else going[:0]


def tail(seen: Array, expected: Array) -> Array:
    """How likely a Poisson count is to be as far out as `seen`, on the side on which it lies.

    The series starts at the count itself and each term is smaller than the last, so nothing is lost where both are large.
    """
    above = seen >= expected
    with np.errstate(divide="ignore", invalid="ignore"):
        log_mass = np.where(seen > 0, seen * np.log(expected), 0.0) - expected - _log_factorial(seen)
    term, total = np.ones(seen.shape), np.ones(seen.shape)
    count = np.array(seen, dtype=float)
    for _ in range(100_000):
        with np.errstate(divide="ignore", invalid="ignore"):
            term = np.nan_to_num(term * np.where(above, expected / (count + 1), count / expected), posinf=0.0)
        count += np.where(above, 1, -1)
        total += term
        if (term < 1e-12 * total).all():
            break
    return np.where(seen + expected > 0, np.exp(log_mass) * total, 1.0)


def _log_factorial(counts: Array) -> Array:
    values, back = np.unique(counts, return_inverse=True)
    return np.array([lgamma(v + 1) for v in values.tolist()])[back].reshape(counts.shape)
