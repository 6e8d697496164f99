"""Hierarchical log-linear models of a table of overlaps.

A set of lists is an integer with one bit for each list; so is a cell of the table (the children who are on exactly these lists)
and a parameter. The log of a cell's mean is the sum of the parameters that are subsets of the cell. Arrays over sets have
2**lists columns: column s is the set s. A model is a row of booleans over sets; it holds the empty set and every single list,
and with a parameter all of its subsets (it is hierarchical).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np

MOST_LISTS = 10
MOST_MODELS = 40_000
"""More are not enumerated. Six lists have 32,768 with pairs of lists alone, five have 6,212 with triples."""

type Array = np.ndarray


@lru_cache(maxsize=8)
def hierarchical(lists: int, order: int) -> Array:
    """Every hierarchical model with interactions of up to `order` lists, always in the same order. Not to be written to."""
    chosen = [main_effects(lists)]
    for column in interactions(lists, order):
        below = [column & ~(1 << i) for i in range(lists) if column >> i & 1]
        grown = [model.copy() for model in chosen if model[below].all()]
        for model in grown:
            model[column] = True
        chosen += grown
    models = np.array(chosen)
    models.flags.writeable = False
    return models


def main_effects(lists: int) -> Array:
    """The model without interactions: lists that know nothing of one another."""
    return np.array([s.bit_count() <= 1 for s in range(1 << lists)])


def interactions(lists: int, order: int) -> list[int]:
    """The parameters of two to `order` lists, smaller ones first."""
    return [sum(1 << i for i in some) for k in range(2, order + 1) for some in combinations(range(lists), k)]


def most_order(lists: int) -> int:
    """The largest order, three at most, whose models can be told apart and enumerated; 1 where pairs are already too many."""
    allowed = [k for k in (2, 3) if k < lists and 2 ** comb(lists, k) <= MOST_MODELS]
    return max(allowed, default=1)


def name(model: Array, lists: tuple[str, ...]) -> str:
    """The model by its largest interactions, such as [LA*NG, PF]."""
    held = [int(s) for s in np.flatnonzero(model) if s]
    largest = [s for s in held if not any(s != other and s & other == s for other in held)]
    return f"[{', '.join(spelled(s, lists) for s in sorted(largest, key=lambda s: (-s.bit_count(), s)))}]"


def spelled(some: int, lists: tuple[str, ...]) -> str:
    """A set of lists as a person reads it."""
    return "*".join(name for i, name in enumerate(lists) if some >> i & 1)


def over_supersets(values: Array) -> Array:
    """For each set the sum over the sets that hold it: from cells to margins."""
    sums = np.array(values, dtype=float)
    for low, high in _halves(sums):
        low += high
    return sums


def over_subsets(values: Array) -> Array:
    """For each set the sum over the sets that it holds: from parameters to the logs of means."""
    sums = np.array(values, dtype=float)
    for low, high in _halves(sums):
        high += low
    return sums


def _halves(values: Array) -> list[tuple[Array, Array]]:
    """For each list, views of the sets without it and with it."""
    sets = values.shape[-1]
    pairs = []
    for i in range(sets.bit_length() - 1):
        view = values.reshape(-1, sets >> (i + 1), 2, 1 << i)
        pairs.append((view[:, :, 0, :], view[:, :, 1, :]))
    return pairs
