"""Whether a log-linear model can be estimated from a table at all: the linear programme of Fienberg and Rinaldo (2012).

Maximise z, where a table x has the margins of the observed one and no cell below z. The estimate exists just where z can be
above nought. Solved in fractions, so that no rounding decides; `fitting` asks only where its own iterations leave it open.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

type Row = list[Fraction]


def exists(parameters: Iterable[int], cells: Iterable[int], counts: Iterable[float]) -> bool:
    """Parameters and cells as sets of lists (`models`), a count for each cell. The parameters must be identified."""
    some = [int(p) for p in parameters]
    design = [[int(int(cell) & p == p) for p in some] for cell in cells]
    return _largest_floor(design, [int(n) for n in counts]) > 0


def _largest_floor(design: Sequence[Sequence[int]], counts: Sequence[int]) -> Fraction:
    """The largest z: the programme in the variables x - z (one for each cell, at least 0) and z."""
    rows = [
        [*(Fraction(cell[k]) for cell in design), Fraction(sum(cell[k] for cell in design)),
         Fraction(sum(cell[k] * n for cell, n in zip(design, counts, strict=True)))]
        for k in range(len(design[0]))
    ]  # fmt: skip
    cells = len(design)
    basis = _start(rows, cells)
    gain: Row = [Fraction(0)] * cells + [Fraction(1), Fraction(0)]
    _pivoted(rows, gain, basis)
    return -gain[-1]


def _start(rows: list[Row], cells: int) -> list[int]:
    """Brings a basis of cells into `rows`: artificial variables are driven out by the simplex method."""
    width = len(rows[0])
    for i, row in enumerate(rows):
        row[-1:-1] = [Fraction(int(i == k)) for k in range(len(rows))]
    basis = list(range(width - 1, width - 1 + len(rows)))
    gain: Row = [sum((row[j] for row in rows), Fraction(0)) for j in range(width - 1)]
    gain += [Fraction(0)] * len(rows) + [sum((row[-1] for row in rows), Fraction(0))]
    _pivoted(rows, gain, basis)
    for i, column in enumerate(basis):
        if column >= width - 1:  # at nought: any cell of its row may take its place
            _pivot(rows, gain, basis, i, next(j for j in range(cells + 1) if rows[i][j]))
    for row in rows:
        del row[width - 1 : -1]
    return basis


def _pivoted(rows: list[Row], gain: Row, basis: list[int]) -> None:
    """The simplex method by Bland's rule, which ends. `gain` holds what each variable adds, and minus the value reached."""
    for i, column in enumerate(basis):
        if gain[column]:
            _subtract(gain, rows[i], gain[column])
    while True:
        enters = next((j for j, g in enumerate(gain[:-1]) if g > 0), None)
        if enters is None:
            return
        ratios = [(row[-1] / row[enters], basis[i], i) for i, row in enumerate(rows) if row[enters] > 0]
        _pivot(rows, gain, basis, min(ratios)[2], enters)


def _pivot(rows: list[Row], gain: Row, basis: list[int], leaves: int, enters: int) -> None:
    row = rows[leaves]
    scale = row[enters]
    rows[leaves] = row = [value / scale for value in row]
    for other in (*(r for i, r in enumerate(rows) if i != leaves), gain):
        if other[enters]:
            _subtract(other, row, other[enters])
    basis[leaves] = enters


def _subtract(row: Row, other: Row, times: Fraction) -> None:
    for j, value in enumerate(other):
        if value:
            row[j] -= times * value
