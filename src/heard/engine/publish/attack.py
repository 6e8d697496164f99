"""What an outsider can work out: the tightest limits of each hidden count, from all that was ever published.

They know every table, the policy, and that counts are whole and add up. For each hidden cell two linear programmes find
the smallest and the largest count that everything published leaves possible.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import ceil, floor

import numpy as np

from heard.engine.publish.cells import Key, Published, Relation, Shown, connected, in_words
from heard.engine.publish.policy import Policy
from heard.engine.publish.programme import INFINITY, Equation, Impossible, Programme

_NEARLY = 1e-6  # whole numbers come out of the solver with so much beside them


@dataclass(frozen=True)
class Derived:
    """A hidden cell that can be known too well: it is from `low` to `high`. `tables`: where it is hidden; `of_others`: nowhere
    but in what others published."""

    key: Key
    low: int
    high: int
    tables: tuple[str, ...]
    of_others: bool = False

    def __str__(self) -> str:
        known = f"is {self.low}" if self.low == self.high else f"is from {self.low} to {self.high}"
        return f"{in_words(self.key)} {known}"


@dataclass
class Attack:
    """What the attack found. `limits`: of each hidden cell, None for no upper limit. `conflicts`: what does not add up as
    published, in words; nothing was worked out from it. `beside_hidden`: those of them that hidden counts are a part of."""

    hidden: int = 0
    limits: dict[Key, tuple[int, int | None]] = field(default_factory=dict)
    derived: list[Derived] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    beside_hidden: list[str] = field(default_factory=list)


@dataclass
class _Cell:
    low: float = 0
    high: float = INFINITY
    hidden_in: tuple[Shown, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(one.table for one in self.hidden_in)


def too_tight(low: int, high: int | None, policy: Policy, said: int | None = None) -> bool:
    """Whether an outsider knows too much of a count between these limits: it may be small, and fewer values than the
    policy's are left; or than the `said` ones, where its symbol itself says fewer. A count that is known to be large gives
    nobody away."""
    least = policy.open_values if said is None else min(policy.open_values, said)
    return low <= policy.threshold and high is not None and high - low + 1 < least


def attack(published: Published) -> Attack:
    """Works out the limits of every hidden cell of `published`, which is all that was ever published, together. Each may be
    known as little as every policy asks by which it was hidden."""
    found = Attack()
    cells = _cells(published.shown, found)
    found.hidden = sum(bool(cell.hidden_in) for cell in cells.values())
    found.limits = {
        key: (int(cell.low), int(cell.low))
        for key, cell in cells.items()
        if cell.hidden_in and cell.low == cell.high  # elsewhere it is shown
    }
    for keys, relations in _parts(cells, published.relations, found):
        _work_out(keys, relations, cells, found)
    for key, (low, high) in found.limits.items():
        if high is not None and any(
            too_tight(low, high, one.policy, one.values) for one in cells[key].hidden_in
        ):
            of_others = all(one.of_others for one in cells[key].hidden_in)
            found.derived.append(Derived(key, low, high, cells[key].tables, of_others))
    found.derived.sort(key=lambda one: in_words(one.key))
    return found


def _cells(shown: list[Shown], found: Attack) -> dict[Key, _Cell]:
    """All that was said of each cell together. Hidden in one table and shown in another is shown to an outsider, and
    stays hidden in name: so it is found."""
    cells: dict[Key, _Cell] = defaultdict(_Cell)
    for one in shown:
        cell = cells[one.key]
        low, high = max(cell.low, one.low), min(cell.high, INFINITY if one.high is None else one.high)
        cell.hidden_in += (one,) if one.hidden else ()
        if low > high:
            found.conflicts.append(f"{in_words(one.key)} is not the same in {one.table} as elsewhere")
        else:
            cell.low, cell.high = low, high
    return cells


def _parts(
    cells: dict[Key, _Cell], relations: list[Relation], found: Attack
) -> list[tuple[list[Key], list[Relation]]]:
    """Groups of unknown cells that depend on one another, each with its relations. Many tables fall into many."""
    keys = dict.fromkeys([*cells, *(relation.total for relation in relations)])
    unknown = {key for key in keys if cells[key].low < cells[key].high}
    relations = list(dict.fromkeys(relations))
    for relation in relations:
        if unknown.isdisjoint((relation.total, *relation.parts)):
            _check(relation, cells, found)
    return connected((key for key in keys if key in unknown), relations)


def _check(relation: Relation, cells: dict[Key, _Cell], found: Attack) -> None:
    if sum(cells[part].low for part in relation.parts) != cells[relation.total].low:
        found.conflicts.append(_conflict(relation))


def _conflict(relation: Relation) -> str:
    return f"{in_words(relation.total)} is not what its parts add up to"


def _work_out(keys: list[Key], relations: list[Relation], cells: dict[Key, _Cell], found: Attack) -> None:
    hidden = [column for column, key in enumerate(keys) if cells[key].hidden_in]
    if not hidden:
        return
    low = [cells[key].low for key in keys]
    high = [cells[key].high for key in keys]
    held, equations = relations, _equations(keys, relations, cells)
    try:
        programme = Programme(low, high, equations)
        limits = [_limits(programme, column) for column in hidden]
    except Impossible:
        off = set(Programme(low, high, equations, slack=True).does_not_add_up(len(equations)))
        odd = [_conflict(held[row]) for row in sorted(off)]
        found.conflicts += odd
        found.beside_hidden += odd
        programme = Programme(
            low, high, [equation for row, equation in enumerate(equations) if row not in off]
        )
        limits = [_limits(programme, column) for column in hidden]
    found.limits |= {keys[column]: limit for column, limit in zip(hidden, limits, strict=True)}


def _equations(keys: list[Key], relations: list[Relation], cells: dict[Key, _Cell]) -> list[Equation]:
    column = {key: number for number, key in enumerate(keys)}
    equations = []
    for relation in relations:
        known = sum(cells[part].low for part in relation.parts if part not in column)
        total = 0.0 if relation.total in column else cells[relation.total].low
        parts = tuple(column[part] for part in relation.parts if part in column)
        equations.append(Equation(parts, column.get(relation.total), total - known))
    return equations


def _limits(programme: Programme, column: int) -> tuple[int, int | None]:
    high = programme.largest(column).value
    low = -programme.largest(column, -1.0).value
    return max(0, ceil(low - _NEARLY)), None if np.isinf(high) else floor(high + _NEARLY)
