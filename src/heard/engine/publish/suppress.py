"""What to hide: the small counts, and as little more as keeps them from being worked out.

Hiding is chosen over all tables together as an integer programme: the cheapest set of cells so that, for each small count,
an outsider is left as many possible values as the policy asks. The demand that a set of hidden cells fails is found by
playing the outsider and added, until there is none (Fischetti and Salazar, 2000: their model, by Benders' cuts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import log2

import numpy as np

from heard.engine.publish.cells import Key, Relation, connected, in_words, rounded_limits
from heard.engine.publish.policy import Policy
from heard.engine.publish.programme import Choice, Equation, Impossible, Programme
from heard.engine.tables import NotDone

NODES = 200  # of each search for a choice; then the best that was found is taken, and said to be so
_ROUNDS = 15  # of cells in part, and again of whole ones, before what is chosen once stays chosen
_NEARLY = 1e-6


@dataclass(frozen=True)
class Count:
    """A true count, and to which number it will be rounded. `known`: between which counts it was published before, also by a symbol
    that says so: no more than that can be hidden; `kept`: it was hidden before and stays so, and so many values were left open then."""

    key: Key
    count: int
    rounded_to: int = 1
    known: tuple[int, int] | None = None
    kept: int = 0


@dataclass
class Hidden:
    """What to hide. `small`: counts that are small themselves, or were hidden before; `others`: more, to protect these. `excess`:
    which share of what they cost (`_cost`) another choice might spare at most: 0 where none costs less."""

    small: set[Key] = field(default_factory=set)
    others: set[Key] = field(default_factory=set)
    excess: float = 0.0

    def __contains__(self, key: Key) -> bool:
        return key in self.small or key in self.others


@dataclass(frozen=True)
class _Problem:
    """One group of cells that add up with one another: the small ones with how many values stay open of each, costs of
    hiding, and how far each may seem to be less or more, shown (as far as rounding goes) and hidden."""

    keys: tuple[Key, ...]
    published: frozenset[int]
    small: dict[int, int]
    fixed: dict[int, int]
    costs: tuple[float, ...]
    shown: tuple[np.ndarray, np.ndarray]
    hidden: tuple[np.ndarray, np.ndarray]
    equations: tuple[Equation, ...]


def suppress(
    counts: Iterable[Count], relations: Iterable[Relation], policy: Policy, nodes: int = NODES
) -> Hidden:
    """Which of `counts` to hide. Every cell of a relation that is not among the counts is published nowhere.

    Raises `NotDone` where a small count was published before, or nothing that may be hidden would protect one.
    """
    by_key = {one.key: one for one in counts}
    held_by = list(dict.fromkeys(relations))
    every = dict.fromkeys(
        [*by_key, *(key for relation in held_by for key in (relation.total, *relation.parts))]
    )
    found = Hidden()
    for keys, held in connected(every, held_by):
        problem = _problem(keys, held, by_key, policy)
        if not problem.small:
            continue
        taken, excess = _choose(problem, nodes)
        found.excess = max(found.excess, excess)
        found.small |= {problem.keys[number] for number in problem.small}
        found.others |= {problem.keys[number] for number in taken.difference(problem.small)} & by_key.keys()
    return found


def _choose(problem: _Problem, nodes: int) -> tuple[frozenset[int], float]:
    """First with cells hidden in part, which finds most demands quickly; then whole ones, until no demand fails."""
    choice = Choice(problem.costs, problem.fixed)
    for weights in _alone(problem):
        choice.demand(weights, 0.0)
    outsider = Programme(-problem.hidden[0], problem.hidden[1], problem.equations)
    try:
        for _ in range(_ROUNDS):
            taken, _least = choice.cheapest(nodes)
            if not _demand_more(problem, outsider, choice, taken):
                break
        choice.whole()
        least = 0.0
        for number in count():
            taken, bound = choice.cheapest(nodes)
            taken = taken.round()
            if number < _ROUNDS:
                least = max(least, bound)
            else:
                choice.keep(map(int, np.flatnonzero(taken)))  # no longer the cheapest, but soon done
            if not _demand_more(problem, outsider, choice, taken):
                break
    except Impossible:
        raise NotDone(_unprotected(problem)) from None
    cost = float(taken @ np.asarray(problem.costs))
    excess = 1 - least / cost if cost else 0.0
    return frozenset(map(int, np.flatnonzero(taken))), excess if excess > _NEARLY else 0.0


def _alone(problem: _Problem) -> Iterable[dict[int, float]]:
    """No relation may hold one hidden cell alone: it would be what the others leave. Where all that is shown is exact, and
    only of cells that are published: nobody asks what a total is that stands nowhere."""
    loose = problem.shown[0] + problem.shown[1] > 0
    for equation in problem.equations:
        columns = [column for column, _ in equation.terms()]
        if any(loose[column] for column in columns):
            continue
        for column in columns:
            others = {other: 1.0 for other in columns if other != column and problem.fixed.get(other) != 0}
            if problem.fixed.get(column) != 0 and column in problem.published:
                yield others | {column: -1.0}


def _demand_more(problem: _Problem, outsider: Programme, choice: Choice, taken: np.ndarray) -> bool:
    """Demands, for each small count that `taken` does not protect, what any choice has to meet that does."""
    less = problem.shown[0] + (problem.hidden[0] - problem.shown[0]) * taken
    more = problem.shown[1] + (problem.hidden[1] - problem.shown[1]) * taken
    outsider.limit(-less, more)
    demanded = False
    for column, values in problem.small.items():
        wanted = values - 1
        up, down = outsider.largest(column), outsider.largest(column, -1.0)
        if up.value + down.value < wanted - _NEARLY:
            choice.demand(*_demand(problem, [up.duals, down.duals], wanted))
            demanded = True
    return demanded


def _demand(problem: _Problem, duals: Sequence[np.ndarray], wanted: float) -> tuple[dict[int, float], float]:
    """By the duality of linear programmes: how far the outsider is left in doubt is at most what the limits of the
    cells, each by its dual, make up."""
    weights = np.zeros(len(problem.keys))
    there = 0.0
    for dual in duals:
        for side, sign in ((1, 1.0), (0, -1.0)):
            force = np.maximum(sign * dual, 0.0)
            there += float(force @ problem.shown[side])
            weights += force * (problem.hidden[side] - problem.shown[side])
    at_least = wanted - there
    useful = {int(n): min(float(weights[n]), at_least) for n in np.flatnonzero(weights > _NEARLY)}
    weights_of = {n: weight for n, weight in useful.items() if problem.fixed.get(n) != 0}
    if not weights_of:
        raise Impossible
    return weights_of, at_least


def _problem(
    keys: Sequence[Key], relations: Sequence[Relation], counts: Mapping[Key, Count], policy: Policy
) -> _Problem:
    column = {key: number for number, key in enumerate(keys)}
    true = _true(keys, relations, counts)
    open_values = max([policy.open_values, *(one.kept for key in keys if (one := counts.get(key)))])
    most = max(true.values(), default=0) + max(policy.threshold, open_values) + 1
    cells = [counts.get(key) for key in keys]
    small = {
        n: max(policy.open_values, cell.kept)
        for n, cell in enumerate(cells)
        if cell and _must_hide(cell, policy)
    }
    fixed = dict.fromkeys(small, 1) | {
        n: 0 for n, cell in enumerate(cells) if cell and n not in small and (_exact(cell) or not cell.count)
    }
    fixed |= {n: 1 for n, cell in enumerate(cells) if cell is None}  # published nowhere
    hidden = [_doubt(cell, true[key], most) for key, cell in zip(keys, cells, strict=True)]
    shown = [tuple(map(min, _rounding(cell), span)) for cell, span in zip(cells, hidden, strict=True)]
    return _Problem(
        tuple(keys),
        frozenset(n for n, cell in enumerate(cells) if cell),
        small,
        fixed,
        tuple(_cost(key, true[key]) if cell else 0.0 for key, cell in zip(keys, cells, strict=True)),
        _sides(shown),
        _sides(hidden),
        tuple(_equation(relation, column) for relation in relations),
    )


def _exact(cell: Count) -> bool:
    """Whether it was published before as it is: then hiding it hides nothing."""
    return cell.known is not None and cell.known[0] == cell.known[1]


def _doubt(cell: Count | None, true: int, most: int) -> tuple[int, int]:
    """How much less and more a hidden count may be: a count that was published rounded stays within what that says."""
    less, more = max(0, true - bool(cell)), most
    if cell and cell.known:
        less, more = min(less, max(0, true - cell.known[0])), min(more, max(0, cell.known[1] - true))
    return less, more


def _sides(spans: Sequence[tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """How much less, and how much more."""
    less, more = np.array(spans, dtype=float).reshape(-1, 2).T
    return less, more


def _must_hide(cell: Count, policy: Policy) -> bool:
    if not (cell.kept or policy.is_small(cell.count)) or cell.count == 0:
        return False
    if cell.known and cell.known[1] - cell.known[0] + 1 < max(policy.open_values, cell.kept):
        raise NotDone(
            f"{in_words(cell.key)} is small, and was shown in an earlier release: it cannot be hidden any more. "
            "Publish figures of another day. Only where that release went by another policy, choose that policy."
        )
    return True


def _true(keys: Sequence[Key], relations: Sequence[Relation], counts: Mapping[Key, Count]) -> dict[Key, int]:
    """Every cell's true count; of those that are published nowhere, what their parts add up to."""
    true = {key: one.count for key, one in counts.items()}
    waiting = list(relations)
    while waiting:
        ready = [relation for relation in waiting if all(part in true for part in relation.parts)]
        if not ready:
            raise NotDone("Some total has parts of which no count is given. Give the counts of every part.")
        for relation in ready:
            total = sum(true[part] for part in relation.parts)
            if true.setdefault(relation.total, total) != total:
                raise NotDone(
                    f"{in_words(relation.total)} is not what its parts add up to. Correct the tables."
                )
        waiting = [relation for relation in waiting if relation not in ready]
    return {key: true[key] for key in keys}


def _rounding(cell: Count | None) -> tuple[int, int]:
    """How much less and more a count may be, as it will be shown. What is shown as 0 is none."""
    if cell is None or cell.rounded_to == 1 or not cell.count:
        return 0, 0
    low, high = rounded_limits(rounded(cell.count, cell.rounded_to), cell.rounded_to)
    if cell.known:
        low, high = max(low, cell.known[0]), min(high, cell.known[1])
    return max(0, cell.count - low), max(0, high - cell.count)


def rounded(count: int, to: int) -> int:
    """Half up."""
    return (count + to // 2) // to * to


def _cost(key: Key, count: int) -> float:
    """Hiding much costs more than hiding little, and hiding a total more than a part."""
    return (1.0 + log2(1 + count)) / (1 + sum(len(where) for _, where in key[1]))


def _equation(relation: Relation, column: Mapping[Key, int]) -> Equation:
    return Equation(tuple(column[part] for part in relation.parts), column[relation.total], 0.0)


def _unprotected(problem: _Problem) -> str:
    names = "; ".join(in_words(problem.keys[number]) for number in list(problem.small)[:3])
    return (
        f"These counts are small, and nothing that may be hidden would protect them: {names}. "
        "Publish fewer parts, or parts that are put together."
    )
