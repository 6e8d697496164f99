"""How many children are on no list: multiple systems estimation from the overlaps of lists.

Poisson log-linear models; the model by the smallest BIC or step by step; the extended maximum likelihood where overlaps are
empty; intervals by the bootstrap with the choice of the model inside. Sources: Silverman 2020 (JRSS A 183), Chan, Silverman
and Vincent 2021 (JASA 116), Silverman, Chan and Vincent 2024 (Statistics and Computing 34:44). `overlaps` reads the table,
`models` says which models there are, `fitting` fits many at once, `choice` chooses, `interval` makes intervals.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from heard.engine.estimate import interval, models
from heard.engine.estimate.choice import ByBic, Stepwise
from heard.engine.estimate.fitting import fit
from heard.engine.estimate.overlaps import Overlaps, from_csv, from_run
from heard.engine.estimate.words import ASSUMPTIONS, DISPUTE, warnings
from heard.engine.tables import NotDone

if TYPE_CHECKING:
    from heard.engine.estimate.models import Array
    from heard.engine.tables import Progress

__all__ = [
    "Estimate",
    "NotDone",
    "Overlaps",
    "Without",
    "estimate",
    "from_csv",
    "from_run",
    "usual_top",
    "why_not_estimated",
]

METHODS = (ByBic.method, Stepwise.method)
FEWEST_REPLICATES = 10
_PART = 250  # replicates between two words on how far it is
_MANY_MODELS = 6  # lists with which there are tens of thousands


@dataclass(frozen=True)
class Without:
    """The estimate without one list; `reason` says why there is none."""

    list: str
    estimate: float | None
    reason: str | None = None


@dataclass(frozen=True)
class Otherwise:
    """What the other way of choosing a model gives."""

    method: str
    model: str
    estimate: float


@dataclass(frozen=True)
class Estimate:
    """The answer, in the shape of `tables.ESTIMATE`."""

    observed: int
    estimate: float
    model: str
    interval_80: tuple[float, float] | None
    interval_95: tuple[float, float] | None
    method: str
    warnings: tuple[str, ...]
    set_aside: tuple[str, ...]
    lists: tuple[str, ...]
    without: tuple[Without, ...]
    otherwise: Otherwise | None
    max_order: int
    models: int
    refused: int
    replicates: int
    seed: int
    assumptions: tuple[str, ...] = ASSUMPTIONS
    dispute: str = DISPUTE

    def as_json(self) -> dict[str, Any]:
        """Plain values only."""
        return asdict(self)


def estimate(
    overlaps: Overlaps,
    *,
    method: str | None = None,
    max_order: int | None = None,
    top: int | None = None,
    replicates: int = 1000,
    seed: int = 1,
    progress: Progress | None = None,
) -> Estimate:
    """How many children there are in all. Raises `NotDone` where the table cannot tell.

    `method`: 'bic' or 'stepwise'; without it, BIC for up to five lists, where every model can be compared with every other.
    `max_order`: lists in one interaction, up to 3. `top`: among how many of the best models each replicate chooses;
    all where None. `replicates`: 10 at least; with 0 there is no interval, and a warning says so.
    The same table, options and seed give the same answer.
    """
    tell = progress or (lambda _text, _share: None)
    method = method or ("bic" if len(overlaps.lists) < _MANY_MODELS else "stepwise")
    order, notes = _order(len(overlaps.lists), method, max_order)
    _why_not_replicates(replicates)
    tell("Choosing the model", None)
    found = _found(overlaps, _chooser(overlaps.counts, method, order, top), replicates, seed, tell)
    return replace(found, warnings=(*notes, *warnings(found, overlaps, replicates)))


def _found(
    overlaps: Overlaps, chooser: ByBic | Stepwise, replicates: int, seed: int, tell: Progress
) -> Estimate:
    """The answer, but for its warnings."""
    method, order = chooser.method, chooser.order
    total, model = _choose(chooser, overlaps)
    used, interval_80, interval_95 = _intervals(chooser, overlaps.counts, total, replicates, seed, tell)
    tell("Leaving out one list at a time", None)
    return Estimate(
        observed=overlaps.observed,
        estimate=total,
        model=models.name(model, overlaps.lists),
        interval_80=interval_80,
        interval_95=interval_95,
        method=method,
        warnings=(),
        set_aside=overlaps.set_aside,
        lists=overlaps.lists,
        without=tuple(_without(overlaps, name, method, order) for name in overlaps.lists),
        otherwise=_otherwise(overlaps, method),
        max_order=order,
        models=len(chooser.models) if isinstance(chooser, ByBic) else 0,
        refused=chooser.refused if isinstance(chooser, ByBic) else 0,
        replicates=used,
        seed=seed,
    )


def usual_top(lists: int) -> int | None:
    """Among how many models each replicate chooses where nobody says: all, but for six lists the best 100 (paper of 2024)."""
    return 100 if lists >= _MANY_MODELS else None


def why_not_estimated(overlaps: Overlaps, model: Array) -> str | None:
    """Why a model (a row over sets) has no estimate for this table, or None."""
    fits = fit(overlaps.counts[None], model[None])
    name = models.name(model, overlaps.lists)
    if not fits.identified[0]:
        return (
            f"The model {name} cannot be told from others: of the combinations of lists that hold anybody too few are left "
            "to say how many are on no list."
        )
    if not fits.existing[0]:
        return (
            f"The model {name} has no estimate: too few of its overlaps hold anybody, so that what it fits best would lie at "
            "infinity."
        )
    return None


def _order(lists: int, method: str, asked: int | None) -> tuple[int, list[str]]:
    """The largest order to use, and what is to be said about it."""
    most = models.most_order(lists)
    if method == "stepwise":
        note = "Step by step, pairs of lists are all that is looked at; interactions of three are not."
        return min(2, lists - 1, asked or 2), [note] if (asked or 0) > 2 and lists > 3 else []
    if most == 1 < lists - 1 and asked != 1:
        raise NotDone(
            f"With {lists} lists there are too many models to compare them all. Choose step by step (--method stepwise), or put "
            "lists together that are alike."
        )
    if asked and asked > most and asked < lists:
        raise NotDone(
            f"With {lists} lists there are too many models with interactions of {asked} lists. Use --max-order {most}, or "
            "--method stepwise."
        )
    if asked and asked > most:
        return most, [
            f"An interaction of all {lists} lists can never be told from a table, so --max-order is {most}."
        ]
    return asked or most, []


def _why_not_replicates(replicates: int) -> None:
    if replicates and replicates < FEWEST_REPLICATES:
        raise NotDone(
            f"{replicates} replicates say nothing of how far off the answer may be: {FEWEST_REPLICATES} at least, better 1,000, or 0 "
            "for no interval."
        )


def _chooser(counts: Array, method: str, order: int, top: int | None) -> ByBic | Stepwise:
    if method == "stepwise":
        return Stepwise(order)
    return ByBic(counts, order, top)


def _choose(chooser: ByBic | Stepwise, overlaps: Overlaps) -> tuple[float, Array]:
    if not isinstance(chooser, ByBic) or len(chooser.models):
        chosen = chooser.choose(overlaps.counts[None])
        if np.isfinite(chosen.totals[0]):
            return float(chosen.totals[0]), chosen.models[0]
    simplest = models.main_effects(len(overlaps.lists))
    raise NotDone(f"No model can be estimated from this table. {why_not_estimated(overlaps, simplest)}")


def _intervals(
    chooser: ByBic | Stepwise, counts: Array, total: float, many: int, seed: int, tell: Progress
) -> tuple[int, tuple[float, float] | None, tuple[float, float] | None]:
    """How many replicates have an estimate, and the limits for 80 and for 95 in 100; none without replicates."""
    if not many:
        return 0, None, None
    totals = _replicated(chooser, counts, many, seed, tell)
    tell("Leaving out one child at a time", None)
    fewer, weights = interval.without_one(counts)
    bend = interval.acceleration(chooser.choose(fewer).totals, weights)
    interval_80, interval_95 = (interval.between(totals, total, bend, sure) for sure in (0.8, 0.95))
    return len(totals), interval_80, interval_95


def _replicated(chooser: ByBic | Stepwise, counts: Array, many: int, seed: int, tell: Progress) -> Array:
    """The estimates of the replicates that have one."""
    tables, totals = interval.replicates(counts, many, seed), []
    for i in range(0, many, _PART):
        tell("Choosing again in each replicate", i / many)
        totals.append(chooser.choose(tables[i : i + _PART]).totals)
    found = np.concatenate(totals)
    found = found[np.isfinite(found)]
    if len(found) < many / 2:
        raise NotDone(
            f"In {many - len(found):,} of {many:,} replicates no model has an estimate: the table is too sparse for an interval, "
            "and an answer without one is not given. Put lists together that are alike, or gather more."
        )
    return found


def _without(overlaps: Overlaps, name: str, method: str, order: int) -> Without:
    """The estimate of the other lists, with the whole choice made anew."""
    rest = overlaps.without(name)
    if len(rest.lists) < 2:
        return Without(name, None, "one list alone tells nothing")
    try:
        chooser = _chooser(rest.counts, method, _order(len(rest.lists), method, order)[0], None)
        return Without(name, _choose(chooser, rest)[0])
    except NotDone:
        return Without(name, None, "no model can be estimated without it")


def _otherwise(overlaps: Overlaps, method: str) -> Otherwise | None:
    other = next(m for m in METHODS if m != method)
    try:
        order, _ = _order(len(overlaps.lists), other, None)
        total, model = _choose(_chooser(overlaps.counts, other, order, None), overlaps)
    except NotDone:
        return None
    return Otherwise(other, models.name(model, overlaps.lists), total)
